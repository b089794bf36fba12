/* SPDX-License-Identifier: BSD-3-Clause */
/* What becomes of each kind of frame before anything else looks at it. */
#include "dp_way.h"

#include "dp_core.h"

static struct rig rig;

static struct rte_mbuf *for_b(uint32_t len)
{
    return rig_frame(0x22, "192.0.2.1", "192.0.2.2", len);
}

static void dropped(struct rte_mbuf *m, enum dp_drop why)
{
    rig_assert_dropped(&rig, &rig.b, RIG_OUTSIDE, m, why);
}

static uint8_t *bytes(struct rte_mbuf *m)
{
    return rte_pktmbuf_mtod(m, uint8_t *);
}

static void lengths_that_contradict_each_other_are_malformed(void **state)
{
    rig = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *m = for_b(100);
    bytes(m)[14] = 0x44; /* a header of 16 bytes */
    dropped(m, DP_DROP_malformed);
    m = for_b(100);
    bytes(m)[14] = 0x65; /* another version than the frame says */
    dropped(m, DP_DROP_malformed);
    m = for_b(100);
    dp_put16(bytes(m) + 16, 101);
    rig_ip4_fix(m);
    dropped(m, DP_DROP_malformed);
    m = for_b(100);
    dp_put16(bytes(m) + 16, 19);
    rig_ip4_fix(m);
    dropped(m, DP_DROP_malformed);
    m = for_b(100);
    dp_put16(bytes(m) + 14 + 24, 81); /* UDP longer than IP */
    dropped(m, DP_DROP_malformed);
    m = for_b(100);
    dp_put16(bytes(m) + 14 + 24, 7);
    dropped(m, DP_DROP_malformed);
    m = rig_frame6(0x22, "2001:db8::1", "2001:db8::2", 100);
    dp_put16(bytes(m) + 14 + 4, 61);
    dropped(m, DP_DROP_malformed);
    rig_free(&rig);
}

static void a_header_with_a_wrong_checksum_is_dropped(void **state)
{
    rig = rig_make(&rig_gcm128, NULL, true, true, 1500);
    for (uint32_t at = 0; at < 20; at++) {
        if (at == 0 || at == 2 || at == 3)
            continue; /* version and lengths are judged first */
        struct rte_mbuf *m = for_b(100);
        bytes(m)[14 + at] ^= 4;
        dropped(m, DP_DROP_bad_checksum);
    }
    rig_free(&rig);
}

static void a_port_that_checks_is_believed_when_it_says_good(void **state)
{
    rig = rig_make(&rig_gcm128, NULL, true, true, 1500);
    rig.b.dp->ports[RIG_OUTSIDE].params.rx_ip4_cksum = rig.b.dp->ports[RIG_OUTSIDE].rx_ip4_cksum = true;
    struct rte_mbuf *m = rig_sealed(&rig, 60);
    bytes(m)[14 + 10] ^= 1;
    m->ol_flags = RTE_MBUF_F_RX_IP_CKSUM_BAD;
    struct rte_mbuf *again = rig_clone(m);
    dropped(m, DP_DROP_bad_checksum);
    again->ol_flags = RTE_MBUF_F_RX_IP_CKSUM_GOOD;
    rig_in(&rig, &rig.b, RIG_OUTSIDE, again);
    rig_assert_arrived(rig_out(&rig.b, RIG_INSIDE), 60);
    rig_free(&rig);
}

static void frames_for_others_are_not_ours(void **state)
{
    rig = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *m = for_b(100);
    bytes(m)[4] ^= 1; /* another MAC address */
    dropped(m, DP_DROP_not_for_us);
    m = for_b(100);
    memset(bytes(m), 0xff, 6); /* broadcast with IPv4: DHCP */
    dropped(m, DP_DROP_multicast);
    m = for_b(100);
    const uint8_t ospf[6] = {1, 0, 0x5e, 0, 0, 5};
    memcpy(bytes(m), ospf, 6);
    dropped(m, DP_DROP_multicast);
    m = rig_frame6(0x22, "2001:db8::1", "ff02::1", 100);
    dropped(m, DP_DROP_multicast);
    m = rig_frame6(0x22, "2001:db8::1", "2001:db8::2", 100);
    dp_put16(bytes(m), 0x3333); /* to one host by a group's MAC address (RFC 1122 3.3.6) */
    dropped(m, DP_DROP_multicast);
    rig_free(&rig);
}

/* Puts a tag behind the MAC addresses. */
static struct rte_mbuf *tagged(struct rte_mbuf *m, uint16_t type, uint16_t tci)
{
    uint8_t *p = (uint8_t *)rte_pktmbuf_prepend(m, 4);
    if (!p)
        abort();
    memmove(p, p + 4, 12);
    dp_put16(p + 12, type);
    dp_put16(p + 14, tci);
    return m;
}

/* As if the port had taken the tag off. */
static struct rte_mbuf *stripped(struct rte_mbuf *m, uint16_t tci)
{
    m->ol_flags |= RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
    m->vlan_tci = tci;
    return m;
}

#define PRIORITY 0xa000 /* of 5, VLAN id 0 */

static void a_priority_tag_is_as_good_as_none(void **state)
{
    rig = rig_make(&rig_gcm128, NULL, true, true, 1500);
    for (int way = 0; way < 2; way++) { /* ESP */
        struct rte_mbuf *m = rig_sealed(&rig, 60);
        rig_in(&rig, &rig.b, RIG_OUTSIDE, way ? stripped(m, PRIORITY) : tagged(m, 0x8100, PRIORITY));
        rig_assert_arrived(rig_out(&rig.b, RIG_INSIDE), 60);
        m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 60); /* to be sealed */
        rig_in(&rig, &rig.a, RIG_INSIDE, way ? stripped(m, PRIORITY) : tagged(m, 0x8100, PRIORITY));
        m = rig_out(&rig.a, RIG_OUTSIDE);
        assert_non_null(m);
        rig_in(&rig, &rig.b, RIG_OUTSIDE, m);
        rig_assert_arrived(rig_out(&rig.b, RIG_INSIDE), 60);
        m = rig_frame6(0x11, "fd00:1::9", "fd00:1::1", 100); /* IPv6, an echo */
        uint8_t *ip = bytes(m) + 14;
        ip[6] = WIRE_PROTO_ICMP6;
        ip[40] = 128;
        rig_in(&rig, &rig.a, RIG_INSIDE, way ? stripped(m, PRIORITY) : tagged(m, 0x8100, PRIORITY));
        m = rig_out(&rig.a, RIG_INSIDE);
        assert_non_null(m);
        assert_int_equal(dp_get16(bytes(m) + 12), 0x86dd); /* answered without */
        assert_int_equal(bytes(m)[14 + 40], 129);
        rte_pktmbuf_free(m);
    }
    rig_free(&rig);
}

static void pieces_with_and_without_a_priority_tag_are_one_packet(void **state)
{
    rig = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *m = rig_sealed(&rig, 100), *head = rig_clone(m), *tail = rig_clone(m);
    const uint16_t len = (uint16_t)(m->data_len - 34);
    rte_pktmbuf_free(m);
    rte_pktmbuf_trim(head, (uint16_t)(len - 48));
    dp_put16(bytes(head) + 16, 20 + 48);
    dp_put16(bytes(head) + 20, 0x2000);
    rig_ip4_fix(head);
    memmove(bytes(tail) + 34, bytes(tail) + 34 + 48, len - 48u);
    rte_pktmbuf_trim(tail, 48);
    dp_put16(bytes(tail) + 16, (uint16_t)(20 + len - 48));
    dp_put16(bytes(tail) + 20, 6);
    rig_ip4_fix(tail);
    rig_in(&rig, &rig.b, RIG_OUTSIDE, head);
    rig_in(&rig, &rig.b, RIG_OUTSIDE, tagged(tail, 0x8100, PRIORITY));
    rig_assert_arrived(rig_out(&rig.b, RIG_INSIDE), 100);
    rig_free(&rig);
}

static void an_arp_question_with_a_priority_tag_is_answered_without(void **state)
{
    rig = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const struct base_addr us = rig_ip("10.2.0.1"), them = rig_ip("10.2.0.77");
    struct dp_punt punt;
    struct rte_mbuf *m = rig_frame(0x12, "10.2.0.77", "10.2.0.1", 46);
    dp_put16(bytes(m) + 12, 0x0806);
    const uint8_t head[8] = {0, 1, 8, 0, 6, 4, 0, 1};
    memcpy(bytes(m) + 14, head, 8);
    rig_mac(bytes(m) + 22, 0x77);
    memcpy(bytes(m) + 28, them.bytes, 4);
    memcpy(bytes(m) + 38, us.bytes, 4);
    memset(bytes(m), 0xff, 6);
    rig_in(&rig, &rig.b, RIG_INSIDE, tagged(m, 0x8100, PRIORITY));
    assert_true(dp_punt_pop(rig.b.dp, &punt));
    dp_resolve_punt(rig.b.dp, (base_time){1}, &punt);
    dp_turn(rig.b.w);
    m = rig_out(&rig.b, RIG_INSIDE);
    assert_non_null(m);
    assert_int_equal(dp_get16(bytes(m) + 12), 0x0806);
    assert_memory_equal(bytes(m) + 28, us.bytes, 4);
    rte_pktmbuf_free(m);
    rig_free(&rig);
}

static void other_tags_are_of_another_vlan(void **state)
{
    rig = rig_make(&rig_gcm128, NULL, true, true, 1500);
    dropped(tagged(for_b(100), 0x8100, 5), DP_DROP_vlan);
    dropped(stripped(rig_sealed(&rig, 60), 5), DP_DROP_vlan);
    dropped(tagged(for_b(100), 0x88a8, 0), DP_DROP_vlan); /* 802.1ad */
    dropped(tagged(tagged(for_b(100), 0x8100, 5), 0x8100, 0), DP_DROP_vlan);
    dropped(tagged(tagged(for_b(100), 0x8100, 0), 0x88a8, 0), DP_DROP_vlan);
    dropped(stripped(tagged(for_b(100), 0x8100, 0), 0), DP_DROP_vlan);
    struct rte_mbuf *m = tagged(for_b(100), 0x8100, 0);
    m->data_len = 16;
    m->pkt_len = 16;
    dropped(m, DP_DROP_malformed);
    rig_free(&rig);
}

static void what_is_no_ip_is_dropped(void **state)
{
    rig = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *m = for_b(100);
    dp_put16(bytes(m) + 12, 0x88cc);
    dropped(m, DP_DROP_not_ip);
    rig_free(&rig);
}

static void on_a_port_with_a_vlan_only_its_tag_is_taken(void **state)
{
    rig = rig_make(&rig_gcm128, NULL, true, true, 1500);
    rig.b.dp->ports[RIG_OUTSIDE].params.vlan = 77;
    rig.b.dp->ports[RIG_OUTSIDE].has_vlan = true;
    for (int tag = 76; tag <= 78; tag++) {
        /* priority bits are no part of it */
        struct rte_mbuf *m = tagged(rig_sealed(&rig, 60), 0x8100, (uint16_t)(tag | 0xe000));
        if (tag != 77) {
            dropped(m, DP_DROP_vlan);
            continue;
        }
        rig_in(&rig, &rig.b, RIG_OUTSIDE, m);
        rig_assert_arrived(rig_out(&rig.b, RIG_INSIDE), 60);
    }
    dropped(rig_sealed(&rig, 60), DP_DROP_vlan); /* none */
    dropped(tagged(rig_sealed(&rig, 60), 0x8100, 0xa000), DP_DROP_vlan);
    dropped(tagged(tagged(for_b(60), 0x8100, 5), 0x8100, 77), DP_DROP_vlan);
    rig_in(&rig, &rig.b, RIG_OUTSIDE, stripped(rig_sealed(&rig, 60), 77));
    rig_assert_arrived(rig_out(&rig.b, RIG_INSIDE), 60);
    rig_free(&rig);
}

static void a_keepalive_and_what_is_too_short_on_4500_are_dropped_by_name(void **state)
{
    rig = rig_make(&rig_gcm128, NULL, true, true, 1500);
    for (uint32_t payload = 0; payload < 4; payload++) {
        struct rte_mbuf *m = for_b(28 + payload);
        dp_put16(bytes(m) + 14 + 22, 4500);
        memset(bytes(m) + 14 + 28, 0xff, payload);
        dropped(m, payload == 1 ? DP_DROP_keepalive : DP_DROP_natt_short);
    }
    rig_free(&rig);
}

static void a_runt_is_malformed(void **state)
{
    rig = rig_make(&rig_gcm128, NULL, true, true, 1500);
    for (uint16_t len = 0; len < 14; len++) {
        struct rte_mbuf *m = for_b(100);
        m->data_len = len;
        m->pkt_len = len;
        dropped(m, DP_DROP_malformed);
    }
    rig_free(&rig);
}

static void a_packet_in_two_buffers_is_joined(void **state)
{
    rig = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *m = rig_sealed(&rig, 100), *tail = rte_pktmbuf_alloc(rig_pool);
    const uint16_t keep = 60, rest = (uint16_t)(m->data_len - keep);
    uint8_t *room = (uint8_t *)rte_pktmbuf_append(tail, rest);
    if (!room)
        abort();
    memcpy(room, bytes(m) + keep, rest);
    rte_pktmbuf_trim(m, rest);
    assert_int_equal(rte_pktmbuf_chain(m, tail), 0);
    rig_in(&rig, &rig.b, RIG_OUTSIDE, m);
    rig_assert_arrived(rig_out(&rig.b, RIG_INSIDE), 100);
    rig_free(&rig);
}

static void bytes_behind_the_packet_are_not_looked_at(void **state)
{
    rig = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *m = rig_sealed(&rig, 60);
    uint8_t *padding = (uint8_t *)rte_pktmbuf_append(m, 9); /* Ethernet's */
    if (!padding)
        abort();
    memset(padding, 0xee, 9);
    rig_in(&rig, &rig.b, RIG_OUTSIDE, m);
    rig_assert_arrived(rig_out(&rig.b, RIG_INSIDE), 60);
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_that_contradict_each_other_are_malformed),
        cmocka_unit_test(a_header_with_a_wrong_checksum_is_dropped),
        cmocka_unit_test(a_port_that_checks_is_believed_when_it_says_good),
        cmocka_unit_test(frames_for_others_are_not_ours),
        cmocka_unit_test(a_priority_tag_is_as_good_as_none),
        cmocka_unit_test(pieces_with_and_without_a_priority_tag_are_one_packet),
        cmocka_unit_test(an_arp_question_with_a_priority_tag_is_answered_without),
        cmocka_unit_test(other_tags_are_of_another_vlan),
        cmocka_unit_test(what_is_no_ip_is_dropped),
        cmocka_unit_test(on_a_port_with_a_vlan_only_its_tag_is_taken),
        cmocka_unit_test(a_keepalive_and_what_is_too_short_on_4500_are_dropped_by_name),
        cmocka_unit_test(a_runt_is_malformed),
        cmocka_unit_test(a_packet_in_two_buffers_is_joined),
        cmocka_unit_test(bytes_behind_the_packet_are_not_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
