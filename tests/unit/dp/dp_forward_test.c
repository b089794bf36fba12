/* SPDX-License-Identifier: BSD-3-Clause */
/* The last stage inbound: TTL, MTU, MSS and route of a packet that was let in. */
#include "dp_way.h"

#include "dp_adj.h"
#include "dp_core.h"

/* What A seals of this frame goes into B. */
static void through(struct rig *r, struct rte_mbuf *m)
{
    rig_in(r, &r->a, RIG_INSIDE, m);
    rig_in(r, &r->b, RIG_OUTSIDE, rig_out(&r->a, RIG_OUTSIDE));
}

static void a_ttl_that_ends_at_the_second_gateway_is_told_through_the_tunnel(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 60);
    rte_pktmbuf_mtod(m, uint8_t *)[14 + 8] = 2;
    rig_ip4_fix(m);
    through(&r, m);
    assert_null(rig_out(&r.b, RIG_INSIDE));
    assert_int_equal(rig_drops(&r.b, DP_DROP_ttl), 1);
    rig_in(&r, &r.a, RIG_OUTSIDE, rig_out(&r.b, RIG_OUTSIDE));
    m = rig_out(&r.a, RIG_INSIDE);
    assert_non_null(m);
    assert_int_equal(rte_pktmbuf_mtod(m, const uint8_t *)[14 + 20], 11);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

static void a_destination_without_a_route_is_dropped(void **state)
{
    struct rig r = rig_apart();
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true),
                    b = rig_pair(2, &rig_gcm128, NULL, true, true);
    a.remote_ts = b.local_ts = rig_ts("0.0.0.0/0");
    rig_connect(&r, &a, &b);
    through(&r, rig_frame(0x11, "10.1.0.9", "203.0.113.9", 60));
    assert_null(rig_out(&r.b, RIG_INSIDE));
    assert_null(rig_out(&r.b, RIG_OUTSIDE));
    assert_int_equal(rig_drops(&r.b, DP_DROP_no_route), 1);
    rig_free(&r);
}

/* By the fast path and by the other; to where peers are, at the next hop and beyond a gateway. */
static void what_would_leave_by_an_outside_port_is_dropped_by_name(void **state)
{
    static const char *const to[] = {"192.0.2.99", "203.0.113.9"};
    struct rig r = rig_apart();
    const struct dp_route gateway = {{rig_ip("203.0.113.0"), 24}, RIG_OUTSIDE, rig_ip("192.0.2.1")};
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true),
                    b = rig_pair(2, &rig_gcm128, NULL, true, true);
    a.remote_ts = b.local_ts = rig_ts("0.0.0.0/0");
    rig_connect(&r, &a, &b);
    assert_int_equal(dp_routes_set(r.b.dp, &gateway, 1), 0);
    rig_neighbour(r.b.dp, RIG_OUTSIDE, "192.0.2.99", 0x55);
    for (unsigned i = 0; i < 4; i++) {
        through(&r, rig_frame(0x11, "10.1.0.9", to[i % 2], i < 2 ? 60 : 61));
        assert_null(rig_out(&r.b, RIG_OUTSIDE));
        assert_int_equal(rig_drops(&r.b, DP_DROP_no_way_back), i + 1);
    }
    through(&r, rig_frame(0x11, "10.1.0.9", "10.2.0.9", 60));
    rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), 60);
    rig_free(&r);
}

/* A seals it for B, whose way there is a second tunnel, which is A's again. */
static void what_came_out_of_a_tunnel_goes_into_the_one_that_leads_on(void **state)
{
    struct rig r = rig_apart();
    const struct dp_route back = {{rig_ip("10.1.0.0"), 24}, RIG_OUTSIDE, rig_ip("192.0.2.1")};
    assert_int_equal(dp_routes_set(r.b.dp, &back, 1), 0);
    for (int leg = 0; leg < 2; leg++) {
        struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true),
                        b = rig_pair(2, &rig_gcm128, NULL, true, true);
        a.local_ts = b.remote_ts = rig_ts(leg ? "10.1.0.0/24" : "10.3.0.0/24");
        a.remote_ts = b.local_ts = rig_ts(leg ? "10.3.0.0/24" : "10.1.0.0/24");
        rig_connect(&r, &a, &b);
    }
    through(&r, rig_frame(0x11, "10.3.0.9", "10.1.0.9", 60));
    assert_int_equal(rig_drops(&r.b, DP_DROP_no_way_back), 0);
    rig_in(&r, &r.a, RIG_OUTSIDE, rig_out(&r.b, RIG_OUTSIDE));
    struct rte_mbuf *m = rig_out(&r.a, RIG_INSIDE);
    assert_non_null(m);
    assert_int_equal(rte_pktmbuf_mtod(m, const uint8_t *)[14 + 8], 64 - 3); /* a hop at each of the three */
    rte_pktmbuf_free(m);
    rig_free(&r);
}

static void what_is_larger_than_the_next_link_is_cut_or_told(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const struct base_addr host = rig_ip("10.2.0.9");
    r.b.dp->adjs[dp_adj_find(r.b.dp, RIG_INSIDE, &host)].mtu = 600;
    through(&r, rig_frame(0x11, "10.1.0.9", "10.2.0.9", 601)); /* DF */
    assert_null(rig_out(&r.b, RIG_INSIDE));
    assert_int_equal(rig_drops(&r.b, DP_DROP_too_big), 1);
    rig_in(&r, &r.a, RIG_OUTSIDE, rig_out(&r.b, RIG_OUTSIDE));
    struct rte_mbuf *m = rig_out(&r.a, RIG_INSIDE);
    assert_non_null(m);
    assert_int_equal(dp_get16(rte_pktmbuf_mtod(m, const uint8_t *) + 14 + 26), 600);
    rte_pktmbuf_free(m);
    through(&r, rig_frame(0x11, "10.1.0.9", "10.2.0.9", 600));
    rig_assert_arrived(rig_out(&r.b, RIG_INSIDE), 600);
    m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 1100);
    dp_put16(rte_pktmbuf_mtod(m, uint8_t *) + 14 + 6, 0);
    rig_ip4_fix(m);
    through(&r, m);
    for (int i = 0; i < 2; i++) {
        m = rig_out(&r.b, RIG_INSIDE);
        assert_non_null(m);
        assert_true(m->pkt_len <= 614);
        rte_pktmbuf_free(m);
    }
    assert_null(rig_out(&r.b, RIG_INSIDE));
    rig_free(&r);
}

static void the_mss_of_a_syn_is_lowered_when_configured(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    for (int is_on = 0; is_on < 2; is_on++) {
        struct sad_stats s;
        struct rte_mbuf *m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 60);
        uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
        ip[9] = WIRE_PROTO_TCP;
        rig_ip4_fix(m);
        ip[20 + 12] = 0x60;
        ip[20 + 13] = 2;
        memcpy(ip + 40, "\2\4\x23\x28", 4);
        r.b.dp->params.mss_clamp = is_on;
        through(&r, m);
        m = rig_out(&r.b, RIG_INSIDE);
        assert_non_null(m);
        assert_int_equal(sad_stats(r.b.sad, r.spi_b, &s), 0);
        assert_int_equal(dp_get16(rte_pktmbuf_mtod(m, const uint8_t *) + 14 + 42),
                         is_on ? s.inner_mtu - 40 : 9000);
        rte_pktmbuf_free(m);
    }
    rig_free(&r);
}

static void an_ip6_packet_has_its_hop_limit_counted_down(void **state)
{
    struct rig r = rig_apart();
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true),
                    b = rig_pair(2, &rig_gcm128, NULL, true, true);
    a.local_ts = b.remote_ts = rig_ts("fd00:1::/64");
    a.remote_ts = b.local_ts = rig_ts("fd00:2::/64");
    rig_connect(&r, &a, &b);
    through(&r, rig_frame6(0x11, "fd00:1::9", "fd00:2::9", 100));
    struct rte_mbuf *m = rig_out(&r.b, RIG_INSIDE);
    assert_non_null(m);
    assert_int_equal(rte_pktmbuf_mtod(m, const uint8_t *)[14 + 7], 62);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ttl_that_ends_at_the_second_gateway_is_told_through_the_tunnel),
        cmocka_unit_test(a_destination_without_a_route_is_dropped),
        cmocka_unit_test(what_would_leave_by_an_outside_port_is_dropped_by_name),
        cmocka_unit_test(what_came_out_of_a_tunnel_goes_into_the_one_that_leads_on),
        cmocka_unit_test(what_is_larger_than_the_next_link_is_cut_or_told),
        cmocka_unit_test(the_mss_of_a_syn_is_lowered_when_configured),
        cmocka_unit_test(an_ip6_packet_has_its_hop_limit_counted_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
