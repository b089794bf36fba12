/* SPDX-License-Identifier: BSD-3-Clause */
/* A packet that needs nothing but its next hop: sent, asked for, or dropped by name. */
#include "dp_local.h"
#include "dp_way.h"

#include "dp_nexthop.h"

/* An IP packet of A's, data at its header. */
static struct rte_mbuf *packet(const char *dst, uint32_t len)
{
    struct rte_mbuf *m = rig_frame(0x11, "10.1.0.1", dst, len);
    rte_pktmbuf_adj(m, 14);
    return m;
}

static void a_known_next_hop_gets_a_frame(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    r.a.w->fib = atomic_load(&r.a.dp->fib);
    dp_forward_ip(r.a.w, packet("192.0.2.2", 1500));
    struct rte_mbuf *m = rig_out(&r.a, RIG_OUTSIDE);
    assert_non_null(m);
    const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
    assert_int_equal(m->pkt_len, 1514);
    assert_int_equal(p[5], 0x22);
    assert_int_equal(p[11], 0x21);
    assert_int_equal(dp_get16(p + 12), 0x0800);
    assert_int_equal(p[14 + 8], 64); /* its TTL is left alone */
    rte_pktmbuf_free(m);
    rig_free(&r);
}

static void an_unknown_one_is_asked_for_with_the_packet(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct dp_punt punt;
    r.a.w->fib = atomic_load(&r.a.dp->fib);
    dp_forward_ip(r.a.w, packet("192.0.2.77", 100));
    assert_true(dp_punt_pop(r.a.dp, &punt));
    const struct base_addr hop = rig_ip("192.0.2.77");
    assert_int_equal(punt.reason, DP_PUNT_RESOLVE);
    assert_int_equal(punt.port, RIG_OUTSIDE);
    assert_true(base_addr_equal(&punt.next_hop, &hop));
    assert_int_equal(punt.mbuf->pkt_len, 100);
    rte_pktmbuf_free(punt.mbuf);
    rig_free(&r);
}

static void of_a_route_the_gateway_is_asked_for(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct dp_punt punt;
    struct dp_route route = {.port = RIG_OUTSIDE, .next_hop = rig_ip("192.0.2.254")};
    assert_int_equal(base_prefix_parse("0.0.0.0/0", &route.prefix), 0);
    assert_int_equal(dp_routes_set(r.a.dp, &route, 1), 0);
    r.a.w->fib = atomic_load(&r.a.dp->fib);
    dp_forward_ip(r.a.w, packet("203.0.113.9", 100));
    assert_true(dp_punt_pop(r.a.dp, &punt));
    assert_true(base_addr_equal(&punt.next_hop, &route.next_hop));
    rte_pktmbuf_free(punt.mbuf);
    rig_free(&r);
}

static void without_a_route_or_to_ourselves_it_is_dropped(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    r.a.w->fib = atomic_load(&r.a.dp->fib);
    dp_forward_ip(r.a.w, packet("203.0.113.9", 100));
    dp_forward_ip(r.a.w, packet("192.0.2.1", 100));
    assert_int_equal(rig_drops(&r.a, DP_DROP_no_route), 1);
    assert_int_equal(rig_drops(&r.a, DP_DROP_own_loop), 1);
    rig_free(&r);
}

static void a_byte_above_the_mtu_is_dropped_and_told(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    r.a.w->fib = atomic_load(&r.a.dp->fib);
    r.a.w->now_tsc = RIG_HZ;
    dp_forward_ip(r.a.w, packet("192.0.2.2", 1501));
    assert_int_equal(rig_drops(&r.a, DP_DROP_too_big), 1);
    assert_null(rig_out(&r.a, RIG_OUTSIDE));
    assert_int_equal(r.a.w->n_local, 1); /* what its sender is told */
    rte_pktmbuf_free(dp_local_take(r.a.w));
    rig_free(&r);
}

static void without_room_for_a_header_it_is_dropped(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *m = packet("192.0.2.2", 100);
    r.a.w->fib = atomic_load(&r.a.dp->fib);
    uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *);
    memmove((uint8_t *)m->buf_addr + DP_L2_ROOM - 1, p, 100);
    m->data_off = DP_L2_ROOM - 1;
    dp_forward_ip(r.a.w, m);
    assert_int_equal(rig_drops(&r.a, DP_DROP_no_room), 1);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_next_hop_gets_a_frame),
        cmocka_unit_test(an_unknown_one_is_asked_for_with_the_packet),
        cmocka_unit_test(of_a_route_the_gateway_is_asked_for),
        cmocka_unit_test(without_a_route_or_to_ourselves_it_is_dropped),
        cmocka_unit_test(a_byte_above_the_mtu_is_dropped_and_told),
        cmocka_unit_test(without_room_for_a_header_it_is_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
