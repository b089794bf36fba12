/* SPDX-License-Identifier: BSD-3-Clause */
/* UDP: building, and checksums over both IP versions. */
#include "wire_test_bytes.h"
#include "wire_ip.h"
#include "wire_udp.h"

#define PAYLOAD "payload"
#define LEN     (WIRE_UDP_BYTES + sizeof PAYLOAD)

static uint8_t datagram[LEN];
static const struct wire_ip4 ip4 = {.src_be = 0x01020304, .dst_be = 0x0a0b0c0d};
static const struct wire_ip6 ip6 = {.src = {0x20, 1}, .dst = {0x20, 2}};

static struct wire_udp *make(void)
{
    struct wire_udp *h = (struct wire_udp *)datagram;
    wire_udp_build(h, 4500, 34500, sizeof PAYLOAD);
    memcpy(datagram + WIRE_UDP_BYTES, PAYLOAD, sizeof PAYLOAD);
    return h;
}

/* Over data that contains its own checksum the sum is 0. */
static bool is_right4(void)
{
    const uint64_t sum = wire_csum_pseudo4(ip4.src_be, ip4.dst_be, WIRE_PROTO_UDP, LEN);
    return wire_csum_fold(wire_csum_add(sum, base_span(datagram, LEN))) == 0;
}

static bool is_right6(void)
{
    const uint64_t sum = wire_csum_pseudo6(ip6.src, ip6.dst, WIRE_PROTO_UDP, LEN);
    return wire_csum_fold(wire_csum_add(sum, base_span(datagram, LEN))) == 0;
}

static void a_built_datagram_says_what_was_asked_for(void **state)
{
    const struct wire_udp *h = make();
    assert_int_equal(wire_be16(h->src_be), 4500);
    assert_int_equal(wire_be16(h->dst_be), 34500);
    assert_int_equal(wire_be16(h->len_be), LEN);
    assert_int_equal(h->csum_be, 0);
    assert_memory_equal(datagram + WIRE_UDP_BYTES, PAYLOAD, sizeof PAYLOAD);
}

static void offsets_are_those_of_the_struct(void **state)
{
    assert_int_equal(offsetof(struct wire_udp, src_be), WIRE_UDP_AT_SRC);
    assert_int_equal(offsetof(struct wire_udp, dst_be), WIRE_UDP_AT_DST);
    assert_int_equal(offsetof(struct wire_udp, len_be), WIRE_UDP_AT_LEN);
    assert_int_equal(offsetof(struct wire_udp, csum_be), WIRE_UDP_AT_CSUM);
    assert_int_equal(sizeof(struct wire_udp), WIRE_UDP_BYTES);
}

static void every_flipped_bit_breaks_the_checksum(void **state)
{
    for (size_t bit = 0; bit < LEN * 8; bit++) {
        wire_udp_fill_csum4(make(), LEN, BASE_SPAN_NONE, ip4.src_be, ip4.dst_be);
        assert_true(is_right4());
        datagram[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(is_right4());
        wire_udp_fill_csum6(make(), LEN, BASE_SPAN_NONE, ip6.src, ip6.dst);
        assert_true(is_right6());
        datagram[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(is_right6());
    }
}

static void a_sum_of_zero_is_sent_as_ones_and_verifies(void **state)
{
    /* Put the plain checksum into the payload, so that the rest sums to zero. */
    struct wire_udp *h = make();
    memset(datagram + 8, 0, 2);
    wire_udp_fill_csum4(h, LEN, BASE_SPAN_NONE, ip4.src_be, ip4.dst_be);
    memcpy(datagram + 8, &h->csum_be, 2);
    h->csum_be = 0;
    wire_udp_fill_csum4(h, LEN, BASE_SPAN_NONE, ip4.src_be, ip4.dst_be);
    assert_int_equal(h->csum_be, 0xffff);
    assert_true(is_right4());
}

static void a_rest_that_lies_elsewhere_counts_as_if_it_did_not(void **state)
{
    uint8_t rest[LEN];
    wire_udp_fill_csum4(make(), LEN, BASE_SPAN_NONE, ip4.src_be, ip4.dst_be);
    const uint16_t whole4 = ((struct wire_udp *)(void *)datagram)->csum_be;
    wire_udp_fill_csum6(make(), LEN, BASE_SPAN_NONE, ip6.src, ip6.dst);
    const uint16_t whole6 = ((struct wire_udp *)(void *)datagram)->csum_be;
    for (uint16_t head = 8; head < LEN; head += 2) {
        struct wire_udp *h = make();
        const struct base_span behind = base_span(rest, (size_t)LEN - head);
        memcpy(rest, datagram + head, behind.len);
        wire_udp_fill_csum4(h, head, behind, ip4.src_be, ip4.dst_be);
        assert_int_equal(h->csum_be, whole4);
        h->csum_be = 0;
        wire_udp_fill_csum6(h, head, behind, ip6.src, ip6.dst);
        assert_int_equal(h->csum_be, whole6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_built_datagram_says_what_was_asked_for),
        cmocka_unit_test(offsets_are_those_of_the_struct),
        cmocka_unit_test(every_flipped_bit_breaks_the_checksum),
        cmocka_unit_test(a_sum_of_zero_is_sent_as_ones_and_verifies),
        cmocka_unit_test(a_rest_that_lies_elsewhere_counts_as_if_it_did_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
