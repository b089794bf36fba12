/* SPDX-License-Identifier: BSD-3-Clause */
/* ICMPv6: echo, errors about packets, quotes in errors. */
#include "wire_test_bytes.h"
#include "wire_icmp.h"

static const uint8_t SRC[16] = {0x20, 1, 0xd, 0xb8, [15] = 1};
static const uint8_t DST[16] = {0x20, 1, 0xd, 0xb8, [15] = 2};

static struct wire_ip6_view ip;
static struct wire_icmp_view icmp;
static struct wire_icmp_quote quote;
static uint8_t packet[1500];

static struct base_span make(uint8_t proto, size_t len)
{
    const struct wire_ip6_make m = {
        .src = SRC,
        .dst = DST,
        .payload_len = (uint16_t)(len - WIRE_IP6_BYTES),
        .proto = proto,
        .hop_limit = 9,
    };
    wire_ip6_build((struct wire_ip6 *)packet, &m);
    for (size_t i = WIRE_IP6_BYTES; i < len; i++)
        packet[i] = (uint8_t)i;
    return base_span(packet, len);
}

/* An echo request with 3 bytes of data. */
static struct base_span make_echo(void)
{
    const struct base_span p = make(WIRE_PROTO_ICMP6, WIRE_IP6_BYTES + WIRE_ICMP_BYTES + 3);
    struct wire_icmp *h = (struct wire_icmp *)(packet + WIRE_IP6_BYTES);
    *h = (struct wire_icmp){.type = WIRE_ICMP6_ECHO, .arg_be = wire_be32(0x12340001)};
    wire_icmp6_fill_csum(h, WIRE_ICMP_BYTES + 3, SRC, DST);
    return p;
}

static bool accepts_icmp(struct base_span payload)
{
    const struct wire_ip6 hdr = *(const struct wire_ip6 *)packet;
    const struct wire_ip6_view v = {.hdr = &hdr, .proto = WIRE_PROTO_ICMP6, .payload = payload};
    return wire_icmp6_parse(&v, &icmp) == WIRE_PKT_OK;
}

static bool accepts_quote(struct base_span body)
{
    return wire_icmp6_quote_parse(body, &quote) == WIRE_PKT_OK;
}

static void an_echo_becomes_its_reply_with_a_good_checksum(void **state)
{
    assert_int_equal(wire_ip6_parse(make_echo(), &ip), WIRE_PKT_OK);
    assert_int_equal(wire_icmp6_parse(&ip, &icmp), WIRE_PKT_OK);
    assert_int_equal(icmp.body.len, 3);
    wire_icmp6_make_reply((struct wire_icmp *)(packet + WIRE_IP6_BYTES));
    assert_int_equal(wire_icmp6_parse(&ip, &icmp), WIRE_PKT_OK);
    assert_int_equal(icmp.hdr->type, WIRE_ICMP6_ECHO_REPLY);
    assert_int_equal(wire_be32(icmp.hdr->arg_be), 0x12340001);
}

static void truncations_flips_and_fragments_of_icmp_are_refused(void **state)
{
    make_echo();
    const struct base_span payload = base_span(packet + WIRE_IP6_BYTES, WIRE_ICMP_BYTES + 3);
    assert_only_whole_accepted(accepts_icmp, payload);
    assert_int_equal(count_accepted_flips(accepts_icmp, payload), 0);
    packet[8] ^= 1; /* an address of the pseudo-header */
    assert_false(accepts_icmp(payload));
    const struct wire_ip6_view fragment = {
        .hdr = (const struct wire_ip6 *)packet, .is_fragment = true, .payload = payload};
    assert_int_equal(wire_icmp6_parse(&fragment, &icmp), WIRE_PKT_BAD_FIELD);
}

static void an_error_goes_to_the_source_and_quotes_1280_bytes_at_most(void **state)
{
    static uint8_t out[WIRE_IP6_MIN_MTU];
    for (size_t len = 48; len <= 1500; len += 37) {
        const struct base_span about = make(WIRE_PROTO_UDP, len);
        const size_t n = wire_icmp6_error(out, sizeof out, DST, WIRE_ICMP6_TOO_BIG, 0, 1400, about);
        assert_int_equal(n, len + 48 < 1280 ? len + 48 : 1280);
        assert_int_equal(wire_ip6_parse(base_span(out, n), &ip), WIRE_PKT_OK);
        assert_memory_equal(ip.hdr->src, DST, 16);
        assert_memory_equal(ip.hdr->dst, SRC, 16);
        assert_int_equal(wire_icmp6_parse(&ip, &icmp), WIRE_PKT_OK);
        assert_int_equal(icmp.hdr->type, WIRE_ICMP6_TOO_BIG);
        assert_int_equal(wire_be32(icmp.hdr->arg_be), 1400);
        assert_memory_equal(icmp.body.ptr, about.ptr, icmp.body.len);
    }
}

static void an_error_is_not_built_without_room_or_about_something_else(void **state)
{
    uint8_t out[200];
    const struct base_span about = make(WIRE_PROTO_UDP, 50);
    assert_int_equal(wire_icmp6_error(out, 98, SRC, 3, 0, 0, about), 98);
    assert_int_equal(wire_icmp6_error(out, 97, SRC, 3, 0, 0, about), 0);
    assert_int_equal(wire_icmp6_error(out, 200, SRC, 3, 0, 0, base_span(packet, 39)), 0);
    packet[0] = 0x45;
    assert_int_equal(wire_icmp6_error(out, 200, SRC, 3, 0, 0, about), 0);
}

static void a_quote_tells_whose_packet_it_was(void **state)
{
    char text[BASE_ADDR_TEXT_MAX];
    make(WIRE_PROTO_ESP, 1400);
    assert_true(accepts_quote(base_span(packet, 48)));
    assert_int_equal(quote.proto, WIRE_PROTO_ESP);
    assert_string_equal(base_addr_text(&quote.src, text), "2001:db8::1");
    assert_string_equal(base_addr_text(&quote.dst, text), "2001:db8::2");
    assert_int_equal(quote.upper.len, 8);
    assert_int_equal(quote.upper.ptr[0], 40);
    assert_only_whole_accepted(accepts_quote, base_span(packet, 48));
    assert_in_range(count_accepted_flips(accepts_quote, base_span(packet, 48)), 1, 48 * 8 - 1);
}

static void a_quote_with_extension_headers_points_behind_them(void **state)
{
    make(WIRE_IP6_DEST_OPTIONS, 64);
    memcpy(packet + 40, (const uint8_t[]){WIRE_PROTO_UDP, 0, 1, 4, 0, 0, 0, 0}, 8);
    assert_true(accepts_quote(base_span(packet, 56)));
    assert_int_equal(quote.proto, WIRE_PROTO_UDP);
    assert_int_equal(quote.upper.len, 8);
    assert_only_whole_accepted(accepts_quote, base_span(packet, 56));
    /* The first piece of a packet is as good as the whole, a later one says nothing. */
    make(WIRE_IP6_FRAGMENT, 64);
    memcpy(packet + 40, (const uint8_t[]){WIRE_PROTO_UDP, 0, 0, 1, 0, 0, 0, 7}, 8);
    assert_true(accepts_quote(base_span(packet, 64)));
    assert_int_equal(quote.proto, WIRE_PROTO_UDP);
    assert_ptr_equal(quote.upper.ptr, packet + 48);
    make(WIRE_IP6_FRAGMENT, 64);
    memcpy(packet + 40, (const uint8_t[]){WIRE_PROTO_UDP, 0, 0, 8, 0, 0, 0, 0}, 8);
    assert_int_equal(wire_icmp6_quote_parse(base_span(packet, 64), &quote), WIRE_PKT_BAD_FIELD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_echo_becomes_its_reply_with_a_good_checksum),
        cmocka_unit_test(truncations_flips_and_fragments_of_icmp_are_refused),
        cmocka_unit_test(an_error_goes_to_the_source_and_quotes_1280_bytes_at_most),
        cmocka_unit_test(an_error_is_not_built_without_room_or_about_something_else),
        cmocka_unit_test(a_quote_tells_whose_packet_it_was),
        cmocka_unit_test(a_quote_with_extension_headers_points_behind_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
