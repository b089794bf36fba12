/* SPDX-License-Identifier: BSD-3-Clause */
/* UDP: length, and checksums over both IP versions. */
#include "wire_test_bytes.h"
#include "wire_udp.h"

#define PAYLOAD "payload"
#define LEN     (WIRE_UDP_BYTES + sizeof PAYLOAD)

static uint8_t datagram[LEN];
static struct wire_udp_view udp;
static const struct wire_ip4 ip4 = {.src_be = 0x01020304, .dst_be = 0x0a0b0c0d};
static const struct wire_ip6 ip6 = {.src = {0x20, 1}, .dst = {0x20, 2}};

static struct wire_udp *make(void)
{
    struct wire_udp *h = (struct wire_udp *)datagram;
    wire_udp_build(h, 4500, 34500, sizeof PAYLOAD);
    memcpy(datagram + WIRE_UDP_BYTES, PAYLOAD, sizeof PAYLOAD);
    return h;
}

static bool accepts_udp(struct base_span bytes)
{
    return wire_udp_parse(bytes, &udp) == WIRE_PKT_OK;
}

static void a_built_datagram_is_read_back(void **state)
{
    make();
    assert_true(accepts_udp(base_span(datagram, LEN)));
    assert_int_equal(wire_be16(udp.hdr->src_be), 4500);
    assert_int_equal(wire_be16(udp.hdr->dst_be), 34500);
    assert_int_equal(udp.whole.len, LEN);
    assert_memory_equal(udp.payload.ptr, PAYLOAD, sizeof PAYLOAD);
}

static void a_truncated_datagram_is_refused_and_bytes_behind_it_are_cut(void **state)
{
    make();
    assert_only_whole_accepted(accepts_udp, base_span(datagram, LEN));
    datagram[5] = 10;
    assert_true(accepts_udp(base_span(datagram, LEN)));
    assert_int_equal(udp.payload.len, 2);
    assert_int_equal(udp.whole.len, 10);
}

static void a_length_below_the_header_is_refused(void **state)
{
    make();
    for (uint8_t len = 0; len < 8; len++) {
        datagram[5] = len;
        assert_int_equal(wire_udp_parse(base_span(datagram, LEN), &udp), WIRE_PKT_BAD_LENGTH);
    }
}

static void every_flipped_bit_breaks_the_checksum(void **state)
{
    for (size_t bit = 0; bit < LEN * 8; bit++) {
        if (bit / 8 == 4 || bit / 8 == 5)
            continue; /* the length decides what is covered */
        wire_udp_fill_csum4(make(), LEN, ip4.src_be, ip4.dst_be);
        assert_true(accepts_udp(base_span(datagram, LEN)));
        assert_true(wire_udp_csum_ok4(&udp, &ip4));
        datagram[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(wire_udp_csum_ok4(&udp, &ip4));
        wire_udp_fill_csum6(make(), LEN, ip6.src, ip6.dst);
        assert_true(wire_udp_csum_ok6(&udp, &ip6));
        datagram[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(wire_udp_csum_ok6(&udp, &ip6));
    }
}

static void no_checksum_is_good_over_ip4_only(void **state)
{
    make();
    assert_true(accepts_udp(base_span(datagram, LEN)));
    assert_true(wire_udp_csum_ok4(&udp, &ip4));
    assert_false(wire_udp_csum_ok6(&udp, &ip6));
}

static void a_sum_of_zero_is_sent_as_ones_and_verifies(void **state)
{
    /* Put the plain checksum into the payload, so that the rest sums to zero. */
    struct wire_udp *h = make();
    memset(datagram + 8, 0, 2);
    wire_udp_fill_csum4(h, LEN, ip4.src_be, ip4.dst_be);
    memcpy(datagram + 8, &h->csum_be, 2);
    h->csum_be = 0;
    wire_udp_fill_csum4(h, LEN, ip4.src_be, ip4.dst_be);
    assert_int_equal(h->csum_be, 0xffff);
    assert_true(accepts_udp(base_span(datagram, LEN)));
    assert_true(wire_udp_csum_ok4(&udp, &ip4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_built_datagram_is_read_back),
        cmocka_unit_test(a_truncated_datagram_is_refused_and_bytes_behind_it_are_cut),
        cmocka_unit_test(a_length_below_the_header_is_refused),
        cmocka_unit_test(every_flipped_bit_breaks_the_checksum),
        cmocka_unit_test(no_checksum_is_good_over_ip4_only),
        cmocka_unit_test(a_sum_of_zero_is_sent_as_ones_and_verifies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
