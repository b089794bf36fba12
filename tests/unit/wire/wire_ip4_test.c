/* SPDX-License-Identifier: BSD-3-Clause */
/* IPv4 headers: building, checksum, where fields are. */
#include "wire_test_bytes.h"
#include "wire_ip4.h"

static uint8_t packet[32];

/* A packet with 12 bytes of payload. */
static struct base_span make(void)
{
    const struct wire_ip4_make m = {
        .src_be = wire_be32(0xc0000201),
        .dst_be = wire_be32(0xc6336402),
        .payload_len = 12,
        .id = 0x1234,
        .proto = WIRE_PROTO_UDP,
        .ttl = 64,
        .tos = 0xb8,
        .frag = WIRE_IP4_MF | 185,
    };
    memset(packet, 0xaa, sizeof packet);
    wire_ip4_build((struct wire_ip4 *)packet, &m);
    return base_span(packet, sizeof packet);
}

static void a_built_header_says_what_was_asked_for(void **state)
{
    char text[BASE_ADDR_TEXT_MAX];
    const struct wire_ip4 *h = (const struct wire_ip4 *)make().ptr;
    assert_int_equal(h->ver_ihl, 0x45);
    assert_int_equal(wire_ip4_hdr_len(packet), 20);
    assert_int_equal(wire_be16(h->len_be), 32);
    assert_int_equal(h->proto, WIRE_PROTO_UDP);
    assert_int_equal(h->tos, 0xb8);
    assert_int_equal(h->ttl, 64);
    assert_int_equal(wire_be16(h->frag_be), WIRE_IP4_MF | 185);
    assert_int_equal(wire_be16(h->id_be), 0x1234);
    const struct base_addr src = wire_ip4_addr(h->src_be), dst = wire_ip4_addr(h->dst_be);
    assert_string_equal(base_addr_text(&src, text), "192.0.2.1");
    assert_string_equal(base_addr_text(&dst, text), "198.51.100.2");
    assert_int_equal(wire_csum(base_span(packet, 20)), 0);
    assert_int_equal(packet[20], 0xaa);
}

static void offsets_are_those_of_the_struct(void **state)
{
    assert_int_equal(offsetof(struct wire_ip4, tos), WIRE_IP4_AT_TOS);
    assert_int_equal(offsetof(struct wire_ip4, len_be), WIRE_IP4_AT_LEN);
    assert_int_equal(offsetof(struct wire_ip4, id_be), WIRE_IP4_AT_ID);
    assert_int_equal(offsetof(struct wire_ip4, frag_be), WIRE_IP4_AT_FRAG);
    assert_int_equal(offsetof(struct wire_ip4, ttl), WIRE_IP4_AT_TTL);
    assert_int_equal(offsetof(struct wire_ip4, proto), WIRE_IP4_AT_PROTO);
    assert_int_equal(offsetof(struct wire_ip4, csum_be), WIRE_IP4_AT_CSUM);
    assert_int_equal(offsetof(struct wire_ip4, src_be), WIRE_IP4_AT_SRC);
    assert_int_equal(offsetof(struct wire_ip4, dst_be), WIRE_IP4_AT_DST);
    assert_int_equal(sizeof(struct wire_ip4), WIRE_IP4_BYTES);
}

static void a_header_length_counts_words(void **state)
{
    for (uint8_t words = 0; words < 16; words++) {
        const uint8_t first = 0x40 | words;
        assert_int_equal(wire_ip4_hdr_len(&first), words * 4);
    }
}

static void a_checksum_covers_every_bit_of_the_header(void **state)
{
    for (size_t bit = 0; bit < 20 * 8; bit++) {
        make();
        packet[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_not_equal(wire_csum(base_span(packet, 20)), 0);
    }
}

static void sources_that_get_no_answer_are_known(void **state)
{
    static const uint32_t bad[] = {0, 0x7f000001, 0xe0000001, 0xffffffff, 0xf0000000};
    static const uint32_t good[] = {0x0a000001, 0x01000000, 0xdfffffff};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_true(wire_ip4_is_bad_source(wire_be32(bad[i])));
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_false(wire_ip4_is_bad_source(wire_be32(good[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_built_header_says_what_was_asked_for),
        cmocka_unit_test(offsets_are_those_of_the_struct),
        cmocka_unit_test(a_header_length_counts_words),
        cmocka_unit_test(a_checksum_covers_every_bit_of_the_header),
        cmocka_unit_test(sources_that_get_no_answer_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
