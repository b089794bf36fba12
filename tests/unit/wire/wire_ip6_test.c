/* SPDX-License-Identifier: BSD-3-Clause */
/* IPv6 headers and the walk over extension headers. */
#include "wire_test_bytes.h"
#include "wire_ip6.h"

static struct wire_ip6_view ip;
static uint8_t packet[256];

static bool accepts_ip6(struct base_span bytes)
{
    return wire_ip6_parse(bytes, &ip) == WIRE_PKT_OK;
}

/* A packet whose base header says `next` and whose payload is `body`. */
static struct base_span make(uint8_t next, struct base_span body)
{
    uint8_t src[16] = {0x20, 1, 0xd, 0xb8, [15] = 1}, dst[16] = {0x20, 1, 0xd, 0xb8, [15] = 2};
    const struct wire_ip6_make m = {
        .src = src,
        .dst = dst,
        .payload_len = (uint16_t)body.len,
        .proto = next,
        .hop_limit = 64,
        .traffic_class = 0xb9,
        .flow_label = 0xfedcba,
    };
    wire_ip6_build((struct wire_ip6 *)packet, &m);
    memcpy(packet + WIRE_IP6_BYTES, body.ptr, body.len);
    return base_span(packet, WIRE_IP6_BYTES + body.len);
}

static void a_built_packet_is_read_back(void **state)
{
    char text[BASE_ADDR_TEXT_MAX];
    assert_true(accepts_ip6(make(WIRE_PROTO_UDP, BYTES(1, 2, 3))));
    assert_int_equal(ip.hdr_len, 40);
    assert_int_equal(ip.proto, WIRE_PROTO_UDP);
    assert_int_equal((uint8_t)(wire_be32(ip.hdr->vtf_be) >> 20), 0xb9);
    assert_int_equal(wire_be32(ip.hdr->vtf_be) & 0xfffff, 0xedcba);
    assert_int_equal(ip.hdr->hop_limit, 64);
    assert_true(base_span_equal(ip.payload, BYTES(1, 2, 3)));
    const struct base_addr dst = wire_ip6_addr(ip.hdr->dst);
    assert_string_equal(base_addr_text(&dst, text), "2001:db8::2");
    assert_false(ip.is_fragment);
}

static void extension_headers_are_stepped_over(void **state)
{
    const struct base_span body = BYTES(43, 0, 1, 4, 0, 0, 0, 0,                         /* hop by hop */
                                        60, 1, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, /* routing */
                                        50, 0, 1, 4, 0, 0, 0, 0,                         /* options */
                                        0xc1, 2, 3, 4);
    assert_true(accepts_ip6(make(WIRE_IP6_HOP_BY_HOP, body)));
    assert_int_equal(ip.proto, WIRE_PROTO_ESP);
    assert_int_equal(ip.hdr_len, 40 + 32);
    assert_int_equal(ip.payload.len, 4);
    assert_only_whole_accepted(accepts_ip6, make(WIRE_IP6_HOP_BY_HOP, body));
    assert_in_range(count_accepted_flips(accepts_ip6, make(WIRE_IP6_HOP_BY_HOP, body)), 1, 76 * 8 - 1);
}

static void extension_headers_must_lie_inside_the_stated_length(void **state)
{
    assert_int_equal(wire_ip6_parse(make(WIRE_IP6_DEST_OPTIONS, BYTES(59, 1, 0, 0, 0, 0, 0, 0)), &ip),
                     WIRE_PKT_SHORT);
    const struct base_span cut = make(WIRE_IP6_DEST_OPTIONS, BYTES(59, 0, 0, 0, 0, 0, 0, 0));
    packet[5] = 7;
    assert_int_equal(wire_ip6_parse(cut, &ip), WIRE_PKT_SHORT);
}

static void a_first_fragment_shows_its_upper_layer(void **state)
{
    assert_true(accepts_ip6(make(WIRE_IP6_FRAGMENT, BYTES(17, 0, 0, 1, 1, 2, 3, 4, 0xaa))));
    assert_true(ip.is_fragment && ip.more_fragments);
    assert_int_equal(ip.frag_offset, 0);
    assert_int_equal(ip.frag_id, 0x01020304);
    assert_int_equal(ip.proto, WIRE_PROTO_UDP);
    assert_int_equal(ip.payload.len, 1);
}

static void later_fragments_are_not_walked(void **state)
{
    assert_true(accepts_ip6(make(WIRE_IP6_FRAGMENT, BYTES(60, 0, 0, 8, 1, 2, 3, 4, 0xff, 0xff))));
    assert_true(ip.is_fragment);
    assert_false(ip.more_fragments);
    assert_int_equal(ip.frag_offset, 8);
    assert_int_equal(ip.proto, WIRE_IP6_DEST_OPTIONS);
    assert_int_equal(ip.payload.len, 2);
}

static void an_atomic_fragment_is_a_whole_packet(void **state)
{
    assert_true(accepts_ip6(make(WIRE_IP6_FRAGMENT, BYTES(17, 0, 0, 0, 1, 2, 3, 4))));
    assert_false(ip.is_fragment);
}

static void version_length_order_and_number_are_checked(void **state)
{
    const struct base_span p = make(17, BYTES(1));
    packet[0] = 0x45;
    assert_int_equal(wire_ip6_parse(p, &ip), WIRE_PKT_BAD_VERSION);
    make(17, BYTES(1));
    packet[5] = 2;
    assert_int_equal(wire_ip6_parse(p, &ip), WIRE_PKT_SHORT);
    assert_int_equal(wire_ip6_parse(make(60, BYTES(0, 0, 0, 0, 0, 0, 0, 0, 59, 0, 0, 0, 0, 0, 0, 0)), &ip),
                     WIRE_PKT_BAD_FIELD);
    uint8_t many[8 * (WIRE_IP6_EXT_MAX + 1)] = {0};
    for (size_t i = 0; i < sizeof many; i += 8)
        many[i] = 60;
    many[sizeof many - 16] = 59;
    assert_true(accepts_ip6(make(60, base_span(many, sizeof many - 8))));
    many[sizeof many - 16] = 60;
    many[sizeof many - 8] = 59;
    assert_int_equal(wire_ip6_parse(make(60, base_span(many, sizeof many)), &ip), WIRE_PKT_BAD_FIELD);
}

static void link_padding_is_cut_off(void **state)
{
    make(17, BYTES(1, 2, 3));
    assert_true(accepts_ip6(base_span(packet, 60)));
    assert_int_equal(ip.payload.len, 3);
}

static void offsets_are_those_of_the_struct(void **state)
{
    assert_int_equal(offsetof(struct wire_ip6, payload_len_be), WIRE_IP6_AT_LEN);
    assert_int_equal(offsetof(struct wire_ip6, next), WIRE_IP6_AT_NEXT);
    assert_int_equal(offsetof(struct wire_ip6, hop_limit), WIRE_IP6_AT_HOPS);
    assert_int_equal(offsetof(struct wire_ip6, src), WIRE_IP6_AT_SRC);
    assert_int_equal(offsetof(struct wire_ip6, dst), WIRE_IP6_AT_DST);
    assert_int_equal(sizeof(struct wire_ip6), WIRE_IP6_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_built_packet_is_read_back),
        cmocka_unit_test(extension_headers_are_stepped_over),
        cmocka_unit_test(extension_headers_must_lie_inside_the_stated_length),
        cmocka_unit_test(a_first_fragment_shows_its_upper_layer),
        cmocka_unit_test(later_fragments_are_not_walked),
        cmocka_unit_test(an_atomic_fragment_is_a_whole_packet),
        cmocka_unit_test(version_length_order_and_number_are_checked),
        cmocka_unit_test(link_padding_is_cut_off),
        cmocka_unit_test(offsets_are_those_of_the_struct),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
