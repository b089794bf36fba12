/* SPDX-License-Identifier: BSD-3-Clause */
/* IPv4 headers: lengths, fragments, checksum, building. */
#include "wire_test_bytes.h"
#include "wire_ip4.h"

static struct wire_ip4_view ip;
static uint8_t packet[32];

static bool accepts_ip4(struct base_span bytes)
{
    return wire_ip4_parse(bytes, &ip) == WIRE_PKT_OK;
}

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
        .df = true,
    };
    memset(packet, 0xaa, sizeof packet);
    wire_ip4_build((struct wire_ip4 *)packet, &m);
    return base_span(packet, sizeof packet);
}

static enum wire_pkt_err with(size_t at, uint8_t value)
{
    const struct base_span p = make();
    packet[at] = value;
    return wire_ip4_parse(p, &ip);
}

static void a_built_packet_is_read_back(void **state)
{
    char text[BASE_ADDR_TEXT_MAX];
    assert_true(accepts_ip4(make()));
    assert_int_equal(ip.hdr_len, 20);
    assert_int_equal(ip.len, 32);
    assert_int_equal(ip.payload.len, 12);
    assert_false(ip.is_fragment);
    assert_int_equal(ip.hdr->proto, WIRE_PROTO_UDP);
    assert_int_equal(ip.hdr->tos, 0xb8);
    assert_int_equal(wire_be16(ip.hdr->frag_be), WIRE_IP4_DF);
    assert_int_equal(wire_be16(ip.hdr->id_be), 0x1234);
    const struct base_addr src = wire_ip4_addr(ip.hdr->src_be);
    assert_string_equal(base_addr_text(&src, text), "192.0.2.1");
    assert_true(wire_ip4_csum_ok(&ip));
}

static void a_truncated_packet_is_refused_at_every_byte(void **state)
{
    assert_only_whole_accepted(accepts_ip4, make());
}

static void flips_do_no_harm(void **state)
{
    assert_in_range(count_accepted_flips(accepts_ip4, make()), 1, sizeof packet * 8 - 1);
}

static void version_and_lengths_are_checked(void **state)
{
    assert_int_equal(with(0, 0x65), WIRE_PKT_BAD_VERSION);
    assert_int_equal(with(0, 0x44), WIRE_PKT_BAD_LENGTH);
    assert_int_equal(with(0, 0x49), WIRE_PKT_BAD_LENGTH); /* header of 36 bytes in a packet of 32 */
    assert_int_equal(with(3, 19), WIRE_PKT_BAD_LENGTH);
    assert_int_equal(with(3, 33), WIRE_PKT_SHORT);
}

static void link_padding_and_options_are_cut_off(void **state)
{
    assert_int_equal(with(3, 25), WIRE_PKT_OK);
    assert_int_equal(ip.payload.len, 5);
    assert_int_equal(with(0, 0x46), WIRE_PKT_OK);
    assert_int_equal(ip.hdr_len, 24);
    assert_int_equal(ip.payload.len, 8);
    assert_ptr_equal(ip.payload.ptr, packet + 24);
}

static void fragments_are_told(void **state)
{
    assert_int_equal(with(6, 0x20), WIRE_PKT_OK);
    assert_true(ip.is_fragment);
    assert_int_equal(ip.frag_offset, 0);
    assert_int_equal(with(7, 3), WIRE_PKT_OK);
    assert_true(ip.is_fragment);
    assert_int_equal(ip.frag_offset, 24);
}

static void a_checksum_covers_every_bit_of_the_header(void **state)
{
    for (size_t bit = 0; bit < 20 * 8; bit++) {
        make();
        assert_true(accepts_ip4(base_span(packet, sizeof packet)));
        packet[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(wire_ip4_csum_ok(&ip));
    }
}

static void the_ttl_goes_down_and_the_checksum_stays_right(void **state)
{
    assert_true(accepts_ip4(make()));
    for (int ttl = 64; ttl > 0; ttl--) {
        assert_int_equal(ip.hdr->ttl, ttl);
        wire_ip4_dec_ttl((struct wire_ip4 *)packet);
        assert_true(wire_ip4_csum_ok(&ip));
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
        cmocka_unit_test(a_built_packet_is_read_back),
        cmocka_unit_test(a_truncated_packet_is_refused_at_every_byte),
        cmocka_unit_test(flips_do_no_harm),
        cmocka_unit_test(version_and_lengths_are_checked),
        cmocka_unit_test(link_padding_and_options_are_cut_off),
        cmocka_unit_test(fragments_are_told),
        cmocka_unit_test(a_checksum_covers_every_bit_of_the_header),
        cmocka_unit_test(the_ttl_goes_down_and_the_checksum_stays_right),
        cmocka_unit_test(sources_that_get_no_answer_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
