/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMP for IPv4: echo, errors about packets, quotes in errors. */
#include "wire_test_bytes.h"
#include "wire_icmp.h"

#define SRC 0xc0000201
#define DST 0xc6336402

static struct wire_icmp_quote quote;
static uint8_t packet[1500];

/* A packet of `len` bytes with protocol `proto`; bytes behind the header count up. */
static struct base_span make(uint8_t proto, size_t len)
{
    const struct wire_ip4_make m = {
        .src_be = wire_be32(SRC),
        .dst_be = wire_be32(DST),
        .payload_len = (uint16_t)(len - WIRE_IP4_BYTES),
        .proto = proto,
        .ttl = 9,
    };
    wire_ip4_build((struct wire_ip4 *)packet, &m);
    for (size_t i = WIRE_IP4_BYTES; i < len; i++)
        packet[i] = (uint8_t)i;
    return base_span(packet, len);
}

static bool accepts_quote(struct base_span body)
{
    return wire_icmp4_quote_parse(body, &quote) == WIRE_PKT_OK;
}

static void an_echo_becomes_its_reply_with_a_good_checksum(void **state)
{
    uint8_t echo[] = {8, 0, 0, 0, 0x12, 0x34, 0, 1, 'd', 'a', 't'};
    struct wire_icmp *h = (struct wire_icmp *)echo;
    h->csum_be = wire_csum(base_span(echo, sizeof echo));
    assert_int_equal(h->type, WIRE_ICMP4_ECHO);
    wire_icmp4_make_reply(h);
    assert_int_equal(wire_csum(base_span(echo, sizeof echo)), 0);
    assert_int_equal(h->type, WIRE_ICMP4_ECHO_REPLY);
    assert_int_equal(echo[4], 0x12);
}

static void an_error_goes_to_the_source_and_quotes_576_bytes_at_most(void **state)
{
    static uint8_t out[WIRE_IP4_MIN_MTU];
    for (size_t len = 28; len <= 1500; len += 23) {
        const struct base_span about = make(WIRE_PROTO_UDP, len);
        const size_t n = wire_icmp4_error(out, sizeof out, wire_be32(DST), WIRE_ICMP4_UNREACHABLE,
                                          WIRE_ICMP4_FRAG_NEEDED, 1400, about);
        assert_int_equal(n, len + 28 < 576 ? len + 28 : 576);
        const struct wire_ip4 *h = (const struct wire_ip4 *)out;
        const struct wire_icmp *icmp = (const struct wire_icmp *)(out + WIRE_IP4_BYTES);
        assert_int_equal(h->ver_ihl, 0x45);
        assert_int_equal(h->proto, WIRE_PROTO_ICMP4);
        assert_int_equal(wire_be16(h->len_be), n);
        assert_int_equal(wire_csum(base_span(out, WIRE_IP4_BYTES)), 0);
        assert_int_equal(wire_be32(h->src_be), DST);
        assert_int_equal(wire_be32(h->dst_be), SRC);
        assert_int_equal(wire_csum(base_span(icmp, n - WIRE_IP4_BYTES)), 0);
        assert_int_equal(icmp->type, WIRE_ICMP4_UNREACHABLE);
        assert_int_equal(icmp->code, WIRE_ICMP4_FRAG_NEEDED);
        assert_int_equal(wire_be32(icmp->arg_be), 1400);
        assert_memory_equal(icmp + 1, about.ptr, n - 28);
    }
}

static void an_error_is_not_built_without_room_or_about_something_else(void **state)
{
    uint8_t out[100];
    const struct base_span about = make(WIRE_PROTO_UDP, 40);
    assert_int_equal(wire_icmp4_error(out, 68, 1, 11, 0, 0, about), 68);
    assert_int_equal(wire_icmp4_error(out, 67, 1, 11, 0, 0, about), 0);
    assert_int_equal(wire_icmp4_error(out, 100, 1, 11, 0, 0, base_span(packet, 19)), 0);
    packet[0] = 0x60;
    assert_int_equal(wire_icmp4_error(out, 100, 1, 11, 0, 0, about), 0);
}

static void a_quote_tells_whose_packet_it_was(void **state)
{
    char text[BASE_ADDR_TEXT_MAX];
    make(WIRE_PROTO_ESP, 1400);
    assert_true(accepts_quote(base_span(packet, 28)));
    assert_int_equal(quote.proto, WIRE_PROTO_ESP);
    assert_string_equal(base_addr_text(&quote.src, text), "192.0.2.1");
    assert_string_equal(base_addr_text(&quote.dst, text), "198.51.100.2");
    assert_int_equal(quote.upper.len, 8);
    assert_int_equal(quote.upper.ptr[0], 20);
    assert_only_whole_accepted(accepts_quote, base_span(packet, 28));
}

static void quotes_with_options_are_read_and_bad_ones_refused(void **state)
{
    make(WIRE_PROTO_UDP, 60);
    packet[0] = 0x4a;
    assert_true(accepts_quote(base_span(packet, 48)));
    assert_int_equal(quote.upper.ptr[0], 40);
    assert_only_whole_accepted(accepts_quote, base_span(packet, 48));
    packet[0] = 0x44;
    assert_int_equal(wire_icmp4_quote_parse(base_span(packet, 60), &quote), WIRE_PKT_BAD_LENGTH);
    packet[0] = 0x65;
    assert_int_equal(wire_icmp4_quote_parse(base_span(packet, 60), &quote), WIRE_PKT_BAD_VERSION);
    packet[0] = 0x45;
    packet[7] = 1;
    assert_int_equal(wire_icmp4_quote_parse(base_span(packet, 60), &quote), WIRE_PKT_BAD_FIELD);
    make(WIRE_PROTO_UDP, 28);
    assert_in_range(count_accepted_flips(accepts_quote, base_span(packet, 28)), 1, 28 * 8 - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_echo_becomes_its_reply_with_a_good_checksum),
        cmocka_unit_test(an_error_goes_to_the_source_and_quotes_576_bytes_at_most),
        cmocka_unit_test(an_error_is_not_built_without_room_or_about_something_else),
        cmocka_unit_test(a_quote_tells_whose_packet_it_was),
        cmocka_unit_test(quotes_with_options_are_read_and_bad_ones_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
