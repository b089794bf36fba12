/* SPDX-License-Identifier: BSD-3-Clause */
/* Neighbour discovery: round trip and each validity rule of RFC 4861 7.1. */
#include "wire_test_bytes.h"
#include "wire_ndp.h"

static const uint8_t OURS[16] = {0xfe, 0x80, [14] = 1, [15] = 1};
static const uint8_t THEIRS[16] = {0xfe, 0x80, [13] = 0xab, [14] = 0xcd, [15] = 0xef};
static const uint8_t NOBODY[16];
static const uint8_t MAC[6] = {2, 0, 0, 0, 0, 7};

static struct wire_ndp ndp;
static uint8_t packet[WIRE_NDP_PACKET_BYTES + 8];

static bool accepts_ndp(struct base_span bytes)
{
    struct wire_ip6_view ip;
    return wire_ip6_parse(bytes, &ip) == WIRE_PKT_OK && wire_ndp_parse(&ip, &ndp) == WIRE_PKT_OK;
}

static bool accepts_packet(void)
{
    return accepts_ndp(base_span(packet, WIRE_NDP_PACKET_BYTES));
}

static struct base_span make(bool is_advert, const uint8_t src[16], const uint8_t dst[16])
{
    struct wire_ndp m = {.is_advert = is_advert, .is_solicited = is_advert, .is_override = is_advert};
    memcpy(m.target, THEIRS, 16);
    memcpy(m.mac, MAC, 6);
    wire_ndp_build(packet, src, dst, &m);
    return base_span(packet, WIRE_NDP_PACKET_BYTES);
}

static struct base_span make_solicit(const uint8_t src[16])
{
    uint8_t group[16];
    wire_ndp_solicited_node(THEIRS, group);
    return make(false, src, group);
}

/* Makes the checksum right again after a change, over len bytes of message. */
static void repair(size_t len)
{
    struct wire_ip6 *ip = (struct wire_ip6 *)packet;
    struct wire_icmp *icmp = (struct wire_icmp *)(packet + WIRE_IP6_BYTES);
    ip->payload_len_be = wire_be16((uint16_t)len);
    icmp->csum_be = 0;
    wire_icmp6_fill_csum(icmp, len, ip->src, ip->dst);
}

static void a_solicitation_is_read_back(void **state)
{
    make_solicit(OURS);
    assert_true(accepts_packet());
    assert_false(ndp.is_advert);
    assert_false(ndp.is_solicited || ndp.is_override);
    assert_true(ndp.has_mac);
    assert_memory_equal(ndp.mac, MAC, 6);
    assert_memory_equal(ndp.target, THEIRS, 16);
}

static void an_advertisement_is_read_back_with_its_flags(void **state)
{
    make(true, THEIRS, OURS);
    assert_true(accepts_packet());
    assert_true(ndp.is_advert && ndp.is_solicited && ndp.is_override && ndp.has_mac);
}

static void truncations_and_flips_are_refused(void **state)
{
    assert_only_whole_accepted(accepts_ndp, make(true, THEIRS, OURS));
    make(true, THEIRS, OURS);
    /* The checksum leaves class, label and (by length and version checks) nothing else unnoticed. */
    assert_int_equal(count_accepted_flips(accepts_ndp, base_span(packet, WIRE_NDP_PACKET_BYTES)), 28);
}

static void a_message_cut_short_with_a_good_checksum_is_refused(void **state)
{
    make_solicit(OURS);
    for (size_t len = WIRE_ICMP_BYTES; len < WIRE_NDP_BYTES; len++) {
        repair(len);
        assert_int_equal(accepts_ndp(base_span(packet, WIRE_IP6_BYTES + len)), len == 24);
    }
}

static void a_message_from_another_link_is_refused(void **state)
{
    make_solicit(OURS);
    packet[7] = 254;
    assert_false(accepts_packet());
}

static void another_code_or_type_is_refused(void **state)
{
    make_solicit(OURS);
    packet[41] = 1;
    repair(WIRE_NDP_BYTES);
    assert_false(accepts_packet());
    make_solicit(OURS);
    packet[40] = WIRE_ICMP6_REDIRECT;
    repair(WIRE_NDP_BYTES);
    assert_false(accepts_packet());
}

static void a_group_is_no_target(void **state)
{
    make_solicit(OURS);
    packet[48] = 0xff;
    repair(WIRE_NDP_BYTES);
    assert_false(accepts_packet());
}

static void an_advertisement_to_a_group_is_not_solicited(void **state)
{
    static const uint8_t all[16] = {0xff, 2, [15] = 1};
    make(true, THEIRS, all);
    assert_false(accepts_packet());
    packet[44] &= 0x3f;
    packet[44] |= 0x20;
    repair(WIRE_NDP_BYTES);
    assert_true(accepts_packet());
    assert_false(ndp.is_solicited);
}

static void a_probe_for_duplicates_carries_no_address_and_goes_to_the_group(void **state)
{
    make_solicit(NOBODY);
    assert_false(accepts_packet());
    repair(24);
    assert_true(accepts_ndp(base_span(packet, WIRE_IP6_BYTES + 24)));
    assert_false(ndp.has_mac);
    make(false, NOBODY, OURS);
    repair(24);
    assert_false(accepts_ndp(base_span(packet, WIRE_IP6_BYTES + 24)));
}

static void options_of_length_zero_void_the_packet_and_others_are_skipped(void **state)
{
    make_solicit(OURS);
    packet[65] = 0;
    repair(WIRE_NDP_BYTES);
    assert_false(accepts_packet());
    make_solicit(OURS);
    packet[64] = 14; /* a nonce, RFC 3971 */
    repair(WIRE_NDP_BYTES);
    assert_true(accepts_packet());
    assert_false(ndp.has_mac);
    make_solicit(OURS);
    packet[65] = 2;
    repair(WIRE_NDP_BYTES);
    assert_false(accepts_packet());
}

static void a_group_mac_is_refused(void **state)
{
    make_solicit(OURS);
    packet[66] = 1;
    repair(WIRE_NDP_BYTES);
    assert_false(accepts_packet());
}

static void group_addresses_follow_from_the_target(void **state)
{
    uint8_t group[16], mac[6];
    wire_ndp_solicited_node(THEIRS, group);
    assert_true(base_span_equal(base_span(group, 16),
                                BYTES(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xab, 0xcd, 0xef)));
    wire_ndp_group_mac(group, mac);
    assert_true(base_span_equal(base_span(mac, 6), BYTES(0x33, 0x33, 0xff, 0xab, 0xcd, 0xef)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_solicitation_is_read_back),
        cmocka_unit_test(an_advertisement_is_read_back_with_its_flags),
        cmocka_unit_test(truncations_and_flips_are_refused),
        cmocka_unit_test(a_message_cut_short_with_a_good_checksum_is_refused),
        cmocka_unit_test(a_message_from_another_link_is_refused),
        cmocka_unit_test(another_code_or_type_is_refused),
        cmocka_unit_test(a_group_is_no_target),
        cmocka_unit_test(an_advertisement_to_a_group_is_not_solicited),
        cmocka_unit_test(a_probe_for_duplicates_carries_no_address_and_goes_to_the_group),
        cmocka_unit_test(options_of_length_zero_void_the_packet_and_others_are_skipped),
        cmocka_unit_test(a_group_mac_is_refused),
        cmocka_unit_test(group_addresses_follow_from_the_target),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
