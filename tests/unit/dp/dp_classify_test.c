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
    memset(bytes(m), 0xff, 6); /* broadcast with IPv4 */
    dropped(m, DP_DROP_not_for_us);
    m = for_b(100);
    dp_put16(bytes(m) + 12, 0x8100); /* a tag on a port without VLAN */
    dropped(m, DP_DROP_not_for_us);
    m = rig_frame6(0x22, "2001:db8::1", "ff02::1", 100);
    dropped(m, DP_DROP_not_for_us);
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
        struct rte_mbuf *m = rig_sealed(&rig, 60);
        uint8_t *p = (uint8_t *)rte_pktmbuf_prepend(m, 4);
        if (!p)
            abort();
        memmove(p, p + 4, 12);
        dp_put16(p + 12, 0x8100);
        dp_put16(p + 14, (uint16_t)(tag | 0xe000)); /* priority bits are no part of it */
        if (tag != 77) {
            dropped(m, DP_DROP_not_for_us);
            continue;
        }
        rig_in(&rig, &rig.b, RIG_OUTSIDE, m);
        rig_assert_arrived(rig_out(&rig.b, RIG_INSIDE), 60);
    }
    dropped(rig_sealed(&rig, 60), DP_DROP_not_for_us); /* none */
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
        cmocka_unit_test(what_is_no_ip_is_dropped),
        cmocka_unit_test(on_a_port_with_a_vlan_only_its_tag_is_taken),
        cmocka_unit_test(a_keepalive_and_what_is_too_short_on_4500_are_dropped_by_name),
        cmocka_unit_test(a_runt_is_malformed),
        cmocka_unit_test(a_packet_in_two_buffers_is_joined),
        cmocka_unit_test(bytes_behind_the_packet_are_not_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
