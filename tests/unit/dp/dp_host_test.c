/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The host behind gateway A's outside address 192.0.2.1: what reaches it, what it may send, and how either
 * goes through the tunnel when a policy says so.
 */
#include "dp_worker.h"
#include "dp_rig.h"

#define OWN      "192.0.2.1"
#define OWN_MAC  0x21
#define PEER_LAN "10.2.0.9"

/* A pair of gateways; the host sits on A's outside port. The tunnel covers local_ts <-> 10.2.0.0/24. */
static struct rig host_rig(const char *local_ts, uint32_t host_pps)
{
    rig_eal();
    struct rig r = {.tsc = RIG_HZ};
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, true, true);
    r.a = rig_gateway_make(1, 1500, 1);
    r.b = rig_gateway_make(2, 1500, 1);
    a.local_ts = b.remote_ts = rig_ts(local_ts);
    rig_connect(&r, &a, &b);
    r.a.dp->ports[RIG_OUTSIDE].params.has_host = true;
    r.a.dp->params.host_pps = host_pps;
    return r;
}

static void proto_set(struct rte_mbuf *m, uint8_t proto)
{
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    ip[9] = proto;
    dp_put16(ip + 10, 0);
    dp_store16(ip + 10, (uint16_t)~dp_cksum_fold(dp_ip4_sum20(ip)));
}

/* A TCP segment from outside, or with another protocol. */
static struct rte_mbuf *from_outside(const char *src, const char *dst, uint8_t proto)
{
    struct rte_mbuf *m = rig_frame(OWN_MAC, src, dst, 60);
    proto_set(m, proto);
    return m;
}

/* What the host sends: the same without its Ethernet header. */
static struct rte_mbuf *from_host(const char *src, const char *dst, uint8_t proto, uint16_t src_port)
{
    struct rte_mbuf *m = rig_frame(OWN_MAC, src, dst, 60);
    proto_set(m, proto);
    rte_pktmbuf_adj(m, 14);
    dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 20, src_port);
    return m;
}

static void host_sends(struct rig *r, struct rte_mbuf *m)
{
    assert_true(dp_host_send(r->a.dp, m));
    dp_turn(r->a.w);
}

static uint64_t drops(const struct rig *r, enum dp_drop d)
{
    return rig_drops(&r->a, d);
}

static void assert_host_gets(struct rig *r, const char *src, const char *dst)
{
    uint16_t port = UINT16_MAX;
    struct rte_mbuf *m = dp_host_pop(r->a.dp, &port);
    struct base_addr s = rig_ip(src), d = rig_ip(dst);
    assert_non_null(m);
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *);
    assert_int_equal(port, RIG_OUTSIDE);
    assert_int_equal(m->data_len, 60);
    assert_int_equal(m->pkt_len, 60);
    assert_int_equal(ip[8], 64);
    assert_memory_equal(ip + 12, s.bytes, 4);
    assert_memory_equal(ip + 16, d.bytes, 4);
    rte_pktmbuf_free(m);
}

static void assert_host_gets_nothing(struct rig *r)
{
    uint16_t port;
    assert_null(dp_host_pop(r->a.dp, &port));
}

static void clear_packets_for_the_address_reach_the_host_whole(void **state)
{
    struct rig r = host_rig("10.1.0.0/24", 0);
    struct rte_mbuf *m = from_outside("203.0.113.9", OWN, 6);
    assert_non_null(rte_pktmbuf_append(m, 6)); /* Ethernet padding stays behind */
    rig_in(&r, &r.a, RIG_OUTSIDE, m);
    assert_host_gets(&r, "203.0.113.9", OWN);
    struct dp_counters c;
    dp_counters(r.a.dp, -1, &c);
    assert_int_equal(c.host_in, 1);
    rig_free(&r);
}

static void ports_without_a_host_stay_closed(void **state)
{
    struct rig r = host_rig("10.1.0.0/24", 0);
    /* By the inside port, which has none, to either address; and to B, which has none at all. */
    rig_in(&r, &r.a, RIG_INSIDE, rig_frame(0x11, "10.1.0.9", "10.1.0.1", 60));
    rig_in(&r, &r.a, RIG_INSIDE, rig_frame(0x11, "10.1.0.9", OWN, 60));
    rig_in(&r, &r.a, RIG_OUTSIDE, rig_frame(OWN_MAC, "203.0.113.9", "10.1.0.1", 60));
    assert_host_gets_nothing(&r);
    assert_int_equal(drops(&r, DP_DROP_own_unhandled), 3);
    rig_in(&r, &r.b, RIG_OUTSIDE, rig_frame(0x22, "203.0.113.9", "192.0.2.2", 60));
    assert_int_equal(rig_drops(&r.b, DP_DROP_own_unhandled), 1);
    rig_free(&r);
}

static void ike_and_esp_never_reach_the_host(void **state)
{
    struct rig r = host_rig("192.0.2.1/32", 0);
    struct dp_punt punt;
    struct rte_mbuf *m = from_outside("203.0.113.9", OWN, 17);
    dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 22, 500);
    rig_in(&r, &r.a, RIG_OUTSIDE, m);
    assert_true(dp_punt_pop(r.a.dp, &punt));
    assert_int_equal(punt.reason, DP_PUNT_IKE);
    rte_pktmbuf_free(punt.mbuf);
    rig_in(&r, &r.a, RIG_OUTSIDE, from_outside("203.0.113.9", OWN, 50));
    /* Nor out of the tunnel, where no stage looks for them. */
    static const uint16_t ports[] = {500, 4500};
    for (size_t i = 0; i < 2; i++) {
        m = rig_frame(0x12, PEER_LAN, OWN, 60);
        dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 22, ports[i]);
        rig_in(&r, &r.b, RIG_INSIDE, m);
        rig_in(&r, &r.a, RIG_OUTSIDE, rig_out(&r.b, RIG_OUTSIDE));
    }
    assert_host_gets_nothing(&r);
    assert_int_equal(drops(&r, DP_DROP_host_shadow), 2);
    rig_free(&r);
}

static void clear_text_that_should_be_protected_does_not_reach_the_host(void **state)
{
    struct rig r = host_rig("192.0.2.1/32", 0);
    rig_in(&r, &r.a, RIG_OUTSIDE, from_outside(PEER_LAN, OWN, 6));
    assert_host_gets_nothing(&r);
    assert_int_equal(drops(&r, DP_DROP_clear_text), 1);
    rig_free(&r);
}

static void decrypted_packets_reach_the_host_and_answers_are_sealed(void **state)
{
    struct rig r = host_rig("192.0.2.1/32", 0);
    rig_in(&r, &r.b, RIG_INSIDE, rig_frame(0x12, PEER_LAN, OWN, 60));
    struct rte_mbuf *m = rig_out(&r.b, RIG_OUTSIDE);
    assert_non_null(m);
    rig_in(&r, &r.a, RIG_OUTSIDE, m);
    uint16_t port;
    m = dp_host_pop(r.a.dp, &port);
    assert_non_null(m);
    assert_int_equal(rte_pktmbuf_mtod(m, uint8_t *)[8], 63); /* B was a router on the way, A is the end */
    rte_pktmbuf_free(m);
    host_sends(&r, from_host(OWN, PEER_LAN, 6, 22));
    m = rig_out(&r.a, RIG_OUTSIDE);
    assert_non_null(m);
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + 14;
    assert_int_equal(ip[9], 17);
    assert_int_equal(dp_get32(ip + 28), r.spi_b);
    rig_in(&r, &r.b, RIG_OUTSIDE, m);
    m = rig_out(&r.b, RIG_INSIDE);
    assert_non_null(m);
    assert_int_equal(dp_get16(rte_pktmbuf_mtod(m, const uint8_t *) + 14 + 20), 22);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

/* A packet of the host's without a DSCP is dropped by this name, once, where a policy for these has no SA. */
static void assert_host_dropped(uint64_t dscp, enum dp_drop why)
{
    struct rig r = host_rig("192.0.2.1/32", 0);
    struct sad_policy policy = {RIG_TS("192.0.2.1/32"), RIG_TS("10.2.0.0/24"), .dscp = dscp};
    assert_int_equal(sad_policies_set(r.a.sad, &policy, 1), 0);
    assert_int_equal(sad_remove(r.a.sad, r.spi_a), 0);
    host_sends(&r, from_host(OWN, PEER_LAN, 6, 22));
    assert_null(rig_out(&r.a, RIG_OUTSIDE));
    assert_int_equal(drops(&r, why), 1);
    rig_free(&r);
}

static void without_an_sa_the_host_sends_nothing_in_clear(void **state)
{
    assert_host_dropped(0, DP_DROP_no_sa);
}

static void what_is_protected_of_some_dscp_leaves_in_clear_with_no_other(void **state)
{
    assert_host_dropped(UINT64_C(1) << 46, DP_DROP_no_policy);
}

static void what_no_policy_wants_leaves_in_clear_with_its_ttl(void **state)
{
    struct rig r = host_rig("10.1.0.0/24", 0);
    host_sends(&r, from_host(OWN, "192.0.2.2", 6, 22));
    struct rte_mbuf *m = rig_out(&r.a, RIG_OUTSIDE);
    assert_non_null(m);
    const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
    assert_int_equal(m->pkt_len, 74);
    assert_int_equal(p[5], 0x22);
    assert_int_equal(p[11], 0x21);
    assert_int_equal(dp_get16(p + 12), 0x0800);
    assert_int_equal(p[14 + 8], 64);
    assert_int_equal(p[14 + 9], 6);
    rte_pktmbuf_free(m);
    struct dp_counters c;
    dp_counters(r.a.dp, -1, &c);
    assert_int_equal(c.host_out, 1);
    rig_free(&r);
}

static void beside_a_policy_for_others_the_host_is_still_reachable(void **state)
{
    /* 10.2.0.0/24 is protected for 10.1.0.0/24 alone: to it from 192.0.2.1 is nobody's business. */
    struct rig r = host_rig("10.1.0.0/24", 0);
    uint8_t mac[6];
    struct base_addr hop = rig_ip("192.0.2.99");
    struct base_prefix net;
    assert_int_equal(base_prefix_parse("10.2.0.0/24", &net), 0);
    struct dp_route route = {net, RIG_OUTSIDE, hop};
    rig_mac(mac, 0x99);
    assert_int_equal(dp_routes_set(r.a.dp, &route, 1), 0);
    assert_int_equal(dp_neigh_set(r.a.dp, RIG_OUTSIDE, &hop, mac), 0);
    host_sends(&r, from_host(OWN, PEER_LAN, 6, 22));
    struct rte_mbuf *m = rig_out(&r.a, RIG_OUTSIDE);
    assert_non_null(m);
    assert_int_equal(rte_pktmbuf_mtod(m, const uint8_t *)[5], 0x99);
    rte_pktmbuf_free(m);
    /* But not an ICMP error, which may quote what came protected. */
    m = from_host(OWN, PEER_LAN, 1, 0x0303);
    host_sends(&r, m);
    assert_null(rig_out(&r.a, RIG_OUTSIDE));
    assert_int_equal(drops(&r, DP_DROP_no_policy), 1);
    /* A fragment hides its ports: no policy asks for them. */
    m = from_host(OWN, PEER_LAN, 6, 22);
    dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 6, 0x2001);
    host_sends(&r, m);
    m = rig_out(&r.a, RIG_OUTSIDE);
    assert_non_null(m);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

static void a_later_fragment_of_the_hosts_stays_where_some_port_is_protected(void **state)
{
    struct rig r = host_rig("10.1.0.0/24", 0);
    struct base_ts_list lan = rig_ts("10.2.0.0/24");
    lan.list[0].protocol = 6;
    lan.list[0].port_lo = lan.list[0].port_hi = 443;
    const struct sad_policy web = {RIG_TS("192.0.2.1/32"), &lan, 0};
    assert_int_equal(sad_policies_set(r.a.sad, &web, 1), 0);
    struct rte_mbuf *m = from_host(OWN, PEER_LAN, 6, 22);
    dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 6, 0x2001);
    host_sends(&r, m);
    assert_null(rig_out(&r.a, RIG_OUTSIDE));
    assert_int_equal(drops(&r, DP_DROP_fragment_ports), 1);
    rig_free(&r);
}

static void the_host_cannot_pose_as_the_gateway_or_as_others(void **state)
{
    struct rig r = host_rig("10.1.0.0/24", 0);
    host_sends(&r, from_host(OWN, "192.0.2.2", 17, 500));
    host_sends(&r, from_host(OWN, "192.0.2.2", 17, 4500));
    host_sends(&r, from_host(OWN, "192.0.2.2", 50, 0));
    assert_int_equal(drops(&r, DP_DROP_host_shadow), 3);
    host_sends(&r, from_host("10.1.0.1", "192.0.2.2", 6, 22));
    host_sends(&r, from_host("10.1.0.9", PEER_LAN, 6, 22));
    assert_int_equal(drops(&r, DP_DROP_host_source), 2);
    host_sends(&r, from_host(OWN, "224.0.0.5", 89, 0));
    host_sends(&r, from_host(OWN, "255.255.255.255", 17, 68));
    assert_int_equal(drops(&r, DP_DROP_host_multicast), 2);
    assert_null(rig_out(&r.a, RIG_OUTSIDE));
    assert_null(rig_out(&r.a, RIG_INSIDE));
    rig_free(&r);
}

static void every_truncation_from_the_host_is_refused(void **state)
{
    struct rig r = host_rig("10.1.0.0/24", 0);
    for (uint16_t len = 0; len < 60; len++) {
        struct rte_mbuf *m = from_host(OWN, "192.0.2.2", 6, 22);
        m->data_len = len;
        m->pkt_len = len;
        host_sends(&r, m);
    }
    assert_null(rig_out(&r.a, RIG_OUTSIDE));
    assert_int_equal(drops(&r, DP_DROP_malformed), 60);
    rig_free(&r);
}

static void a_flood_to_the_host_leaves_the_way_of_ike_free(void **state)
{
    struct rig r = host_rig("10.1.0.0/24", 100);
    struct dp_punt punt;
    uint16_t port;
    unsigned n = 0;
    for (int i = 0; i < 500; i++)
        rig_in(&r, &r.a, RIG_OUTSIDE, from_outside("203.0.113.9", OWN, 6));
    struct rte_mbuf *m = from_outside("203.0.113.9", OWN, 17);
    dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 22, 500);
    rig_in(&r, &r.a, RIG_OUTSIDE, m);
    assert_true(dp_punt_pop(r.a.dp, &punt));
    assert_int_equal(punt.reason, DP_PUNT_IKE);
    rte_pktmbuf_free(punt.mbuf);
    while ((m = dp_host_pop(r.a.dp, &port))) {
        rte_pktmbuf_free(m);
        n++;
    }
    assert_int_equal(n, 16);
    assert_int_equal(drops(&r, DP_DROP_host_limit), 500 - 16);
    rig_free(&r);
}

static void the_host_is_told_the_mtu_of_the_tunnel(void **state)
{
    struct rig r = host_rig("192.0.2.1/32", 0);
    struct sad_stats s;
    uint16_t port;
    struct rte_mbuf *m = rig_frame(OWN_MAC, OWN, PEER_LAN, 1500);
    assert_int_equal(sad_stats(r.a.sad, r.spi_a, &s), 0);
    rte_pktmbuf_adj(m, 14);
    host_sends(&r, m);
    assert_null(rig_out(&r.a, RIG_OUTSIDE));
    m = dp_host_pop(r.a.dp, &port);
    assert_non_null(m);
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *);
    struct base_addr own = rig_ip(OWN), there = rig_ip(PEER_LAN);
    assert_memory_equal(ip + 12, there.bytes, 4); /* a stack believes no error that comes from itself */
    assert_memory_equal(ip + 16, own.bytes, 4);
    assert_int_equal(ip[20], 3);
    assert_int_equal(ip[21], 4);
    assert_int_equal(dp_get16(ip + 26), s.inner_mtu);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

static void a_frame_handed_over_behind_it_does_not_take_its_rights(void **state)
{
    struct rig r = host_rig("192.0.2.1/32", 0);
    struct rte_mbuf *frame = from_outside("203.0.113.9", OWN, 6);
    assert_true(dp_host_send(r.a.dp, from_host(OWN, PEER_LAN, 6, 22)));
    frame->port = RIG_OUTSIDE;
    assert_int_equal(rte_ring_enqueue(r.a.w->handed, frame), 0);
    dp_turn(r.a.w);
    struct rte_mbuf *m = rig_out(&r.a, RIG_OUTSIDE);
    assert_non_null(m);
    assert_int_equal(dp_get32(rte_pktmbuf_mtod(m, const uint8_t *) + 14 + 28), r.spi_b);
    rte_pktmbuf_free(m);
    assert_host_gets(&r, "203.0.113.9", OWN);
    rig_free(&r);
}

#define OWN6  "2001:db8::1"
#define PEER6 "2001:db8::2"

/* An IPv6 frame to A's outside port: a header of 8 bytes (TCP or hop-by-hop) that names UDP, then UDP. */
static struct rte_mbuf *frame6(const char *src, const char *dst, uint8_t first, uint16_t src_port,
                               uint16_t dst_port)
{
    struct rte_mbuf *m = rte_pktmbuf_alloc(rig_pool);
    struct base_addr s = rig_ip(src), d = rig_ip(dst);
    assert_non_null(m);
    uint8_t *p = (uint8_t *)rte_pktmbuf_append(m, 14 + 40 + 16);
    if (!p)
        abort();
    memset(p, 0, 14 + 40 + 16);
    rig_mac(p, OWN_MAC);
    rig_mac(p + 6, 0x77);
    dp_put16(p + 12, 0x86dd);
    uint8_t *ip = p + 14;
    ip[0] = 0x60;
    dp_put16(ip + 4, 16);
    ip[6] = first;
    ip[7] = 64;
    memcpy(ip + 8, s.bytes, 16);
    memcpy(ip + 24, d.bytes, 16);
    ip[40] = 17;
    dp_put16(ip + 48, src_port);
    dp_put16(ip + 50, dst_port);
    dp_put16(ip + 52, 8);
    return m;
}

static void ip6_goes_the_same_ways(void **state)
{
    struct rig r = host_rig("10.1.0.0/24", 0);
    uint16_t port;
    rig_in(&r, &r.a, RIG_OUTSIDE, frame6("2001:db8::77", OWN6, 6, 1000, 22));
    struct rte_mbuf *m = dp_host_pop(r.a.dp, &port);
    assert_non_null(m);
    assert_int_equal(m->data_len, 56);
    assert_int_equal(port, RIG_OUTSIDE);
    rte_pktmbuf_free(m);
    m = frame6(OWN6, PEER6, 6, 22, 1000);
    rte_pktmbuf_adj(m, 14);
    host_sends(&r, m);
    m = rig_out(&r.a, RIG_OUTSIDE);
    assert_non_null(m);
    assert_int_equal(m->pkt_len, 14 + 56);
    assert_int_equal(rte_pktmbuf_mtod(m, uint8_t *)[14 + 7], 64);
    rte_pktmbuf_free(m);
    m = frame6(OWN6, "ff02::1", 6, 22, 1000);
    rte_pktmbuf_adj(m, 14);
    host_sends(&r, m);
    assert_int_equal(drops(&r, DP_DROP_host_multicast), 1);
    assert_null(rig_out(&r.a, RIG_OUTSIDE));
    rig_free(&r);
}

static void no_extension_header_hides_ike(void **state)
{
    struct rig r = host_rig("10.1.0.0/24", 0);
    rig_in(&r, &r.a, RIG_OUTSIDE, frame6("2001:db8::77", OWN6, 0, 1000, 4500));
    assert_host_gets_nothing(&r);
    assert_int_equal(drops(&r, DP_DROP_host_shadow), 1);
    struct rte_mbuf *m = frame6(OWN6, PEER6, 0, 500, 1000);
    rte_pktmbuf_adj(m, 14);
    host_sends(&r, m);
    assert_null(rig_out(&r.a, RIG_OUTSIDE));
    assert_int_equal(drops(&r, DP_DROP_host_shadow), 2);
    rig_free(&r);
}

static void icmp_errors_are_for_both(void **state)
{
    struct rig r = host_rig("10.1.0.0/24", 0);
    struct dp_punt punt;
    struct rte_mbuf *m = from_outside("203.0.113.9", OWN, 1);
    rte_pktmbuf_mtod(m, uint8_t *)[14 + 20] = 3;
    rig_in(&r, &r.a, RIG_OUTSIDE, m);
    assert_true(dp_punt_pop(r.a.dp, &punt));
    assert_int_equal(punt.reason, DP_PUNT_ICMP_ERR);
    assert_true(dp_host_wants(r.a.dp, &punt));
    assert_int_equal(punt.port, RIG_OUTSIDE);
    assert_int_equal(punt.mbuf->data_len, 60);
    assert_int_equal(rte_pktmbuf_mtod(punt.mbuf, uint8_t *)[9], 1);
    rte_pktmbuf_free(punt.mbuf);
    rig_free(&r);
}

/* What waits for the host takes no more than half of the buffers for large packets. */
static void large_packets_for_the_host_leave_buffers_to_others(void **state)
{
    struct rig r = host_rig("10.1.0.0/24", 0);
    uint16_t port;
    struct rte_mbuf *m;
    unsigned passed = 0;
    for (unsigned i = 0; i < rig_large_pool->size; i++) {
        m = dp_large_frame(rig_pool, rig_large_pool, 14 + 20000);
        assert_non_null(m);
        struct rte_mbuf *small = from_outside("203.0.113.9", OWN, 6);
        uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *);
        memcpy(p, rte_pktmbuf_mtod(small, const uint8_t *), 14 + 60);
        dp_put16(p + 14 + 2, 20000);
        proto_set(m, 6);
        rig_in(&r, &r.a, RIG_OUTSIDE, m);
        rig_in(&r, &r.a, RIG_OUTSIDE, small);
    }
    while ((m = dp_host_pop(r.a.dp, &port))) {
        passed += m->data_len == 20000;
        rte_pktmbuf_free(m);
    }
    assert_int_equal(passed, rig_large_pool->size / 2);
    assert_int_equal(rig_drops(&r.a, DP_DROP_host_limit), rig_large_pool->size / 2);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clear_packets_for_the_address_reach_the_host_whole),
        cmocka_unit_test(ports_without_a_host_stay_closed),
        cmocka_unit_test(ike_and_esp_never_reach_the_host),
        cmocka_unit_test(clear_text_that_should_be_protected_does_not_reach_the_host),
        cmocka_unit_test(decrypted_packets_reach_the_host_and_answers_are_sealed),
        cmocka_unit_test(without_an_sa_the_host_sends_nothing_in_clear),
        cmocka_unit_test(what_is_protected_of_some_dscp_leaves_in_clear_with_no_other),
        cmocka_unit_test(what_no_policy_wants_leaves_in_clear_with_its_ttl),
        cmocka_unit_test(a_later_fragment_of_the_hosts_stays_where_some_port_is_protected),
        cmocka_unit_test(beside_a_policy_for_others_the_host_is_still_reachable),
        cmocka_unit_test(the_host_cannot_pose_as_the_gateway_or_as_others),
        cmocka_unit_test(every_truncation_from_the_host_is_refused),
        cmocka_unit_test(a_flood_to_the_host_leaves_the_way_of_ike_free),
        cmocka_unit_test(the_host_is_told_the_mtu_of_the_tunnel),
        cmocka_unit_test(a_frame_handed_over_behind_it_does_not_take_its_rights),
        cmocka_unit_test(ip6_goes_the_same_ways),
        cmocka_unit_test(no_extension_header_hides_ike),
        cmocka_unit_test(icmp_errors_are_for_both),
        cmocka_unit_test(large_packets_for_the_host_leave_buffers_to_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
