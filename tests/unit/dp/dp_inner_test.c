/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Addresses of the host's that peers gave: 10.9.0.1 at gateway A, by a tunnel to 10.2.0.0/24. What comes out
 * of the tunnel reaches the host, what the host sends from there goes into it, or nowhere.
 */
#include "dp_inner.h"
#include "dp_rig.h"
#include "dp_worker.h"

#define INNER    "10.9.0.1"
#define PEER_LAN "10.2.0.9"

static struct rig inner_rig(void)
{
    rig_eal();
    struct rig r = {.tsc = RIG_HZ};
    struct esp_pair a = rig_pair(1, &rig_gcm128, NULL, true, true);
    struct esp_pair b = rig_pair(2, &rig_gcm128, NULL, true, true);
    r.a = rig_gateway_make(1, 1500, 1);
    r.b = rig_gateway_make(2, 1500, 1);
    a.local_ts = b.remote_ts = rig_ts(INNER "/32");
    rig_connect(&r, &a, &b);
    r.a.dp->ports[RIG_OUTSIDE].params.has_host = true;
    return r;
}

static void host_sends(struct rig *r, const char *src, const char *dst)
{
    struct rte_mbuf *m = rig_frame(0x21, src, dst, 60);
    rte_pktmbuf_adj(m, 14);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *);
    ip[9] = 6; /* TCP */
    dp_put16(ip + 10, 0);
    dp_store16(ip + 10, (uint16_t)~dp_cksum_fold(dp_ip4_sum20(ip)));
    assert_true(dp_host_send(r->a.dp, m));
    dp_turn(r->a.w);
}

/* A packet for the address out of the tunnel; whether the host gets it. */
static bool host_gets(struct rig *r)
{
    uint16_t port = UINT16_MAX;
    rig_in(r, &r->b, RIG_INSIDE, rig_frame(0x12, PEER_LAN, INNER, 60));
    struct rte_mbuf *m = rig_out(&r->b, RIG_OUTSIDE);
    assert_non_null(m);
    rig_in(r, &r->a, RIG_OUTSIDE, m);
    m = dp_host_pop(r->a.dp, &port);
    if (!m)
        return false;
    assert_int_equal(port, RIG_OUTSIDE);
    assert_int_equal(m->pkt_len, 60);
    rte_pktmbuf_free(m);
    return true;
}

static void the_host_has_it_from_add_to_remove(void **state)
{
    struct rig r = inner_rig();
    struct base_addr addr = rig_ip(INNER);
    (void)state;
    assert_false(host_gets(&r));
    host_sends(&r, INNER, PEER_LAN);
    assert_int_equal(rig_drops(&r.a, DP_DROP_host_source), 1);
    assert_int_equal(dp_inner_add(r.a.dp, RIG_OUTSIDE, &addr), 0);
    assert_int_equal(dp_inner_port(r.a.dp, addr.bytes, false), RIG_OUTSIDE);
    for (int again = 0; again < 2; again++) {
        assert_true(host_gets(&r));
        host_sends(&r, INNER, PEER_LAN);
        struct rte_mbuf *m = rig_out(&r.a, RIG_OUTSIDE);
        assert_non_null(m);
        assert_int_equal(dp_get32(rte_pktmbuf_mtod(m, const uint8_t *) + 14 + 28), r.spi_b); /* ESP in UDP */
        rte_pktmbuf_free(m);
        assert_int_equal(dp_routes_set(r.a.dp, NULL, 0), 0); /* other routes do not take it away */
    }
    dp_inner_remove(r.a.dp, &addr);
    assert_false(host_gets(&r));
    host_sends(&r, INNER, PEER_LAN);
    assert_int_equal(rig_drops(&r.a, DP_DROP_host_source), 2);
    rig_free(&r);
}

static void nothing_leaves_from_it_in_clear(void **state)
{
    struct rig r = inner_rig();
    struct base_addr addr = rig_ip(INNER);
    (void)state;
    assert_int_equal(dp_inner_add(r.a.dp, RIG_OUTSIDE, &addr), 0);
    host_sends(&r, INNER, "192.0.2.2"); /* a neighbour, of whom no policy says anything */
    assert_null(rig_out(&r.a, RIG_OUTSIDE));
    host_sends(&r, "192.0.2.1", "192.0.2.2");
    struct rte_mbuf *m = rig_out(&r.a, RIG_OUTSIDE);
    assert_non_null(m);
    rte_pktmbuf_free(m);
    rig_free(&r);
}

static void what_cannot_be_had_is_refused(void **state)
{
    struct rig r = inner_rig();
    struct base_addr addr = rig_ip(INNER), own = rig_ip("10.1.0.1");
    (void)state;
    assert_int_equal(dp_inner_add(r.a.dp, RIG_INSIDE, &addr), -EINVAL); /* it has no host */
    assert_int_equal(dp_inner_add(r.a.dp, 99, &addr), -EINVAL);
    assert_int_equal(dp_inner_add(r.a.dp, RIG_OUTSIDE, &own), -EADDRINUSE);
    for (unsigned i = 0; i < DP_INNERS_MAX; i++) {
        addr.bytes[3] = (uint8_t)(100 + i);
        assert_int_equal(dp_inner_add(r.a.dp, RIG_OUTSIDE, &addr), 0);
        assert_int_equal(dp_inner_add(r.a.dp, RIG_OUTSIDE, &addr), -EADDRINUSE);
    }
    addr.bytes[3] = 7;
    assert_int_equal(dp_inner_add(r.a.dp, RIG_OUTSIDE, &addr), -ENOSPC);
    addr.bytes[3] = 100;
    dp_inner_remove(r.a.dp, &addr);
    dp_inner_remove(r.a.dp, &addr); /* twice is once */
    /* Its place is somebody's again when each worker has seen that it is nobody's. */
    assert_int_equal(dp_inner_add(r.a.dp, RIG_OUTSIDE, &addr), -ENOSPC);
    dp_turn(r.a.w);
    sad_reclaim_run(r.a.dp->reclaim);
    assert_int_equal(dp_inner_add(r.a.dp, RIG_OUTSIDE, &addr), 0);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_host_has_it_from_add_to_remove),
        cmocka_unit_test(nothing_leaves_from_it_in_clear),
        cmocka_unit_test(what_cannot_be_had_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
