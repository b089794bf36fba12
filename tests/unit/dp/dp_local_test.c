/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets that the gateway makes within a turn: all that a burst can ask for go out, in their order. */
#include "dp_local.h"

#include "dp_way.h"
#include "dp_worker.h"

static struct rte_mbuf *numbered(uint16_t n)
{
    struct rte_mbuf *m = rte_pktmbuf_alloc(rig_pool);
    assert_non_null(m);
    m->hash.fdir.hi = n;
    return m;
}

static void they_come_back_in_order_and_no_more_than_fit(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct dp_worker *w = r.a.w;
    w->local_head = DP_LOCAL_MAX - 3; /* around the end */
    for (uint16_t i = 0; i < 700; i++)
        dp_local_put(w, numbered(i), 0);
    for (uint16_t i = 0; i < 700; i++) {
        struct rte_mbuf *m = dp_local_take(w);
        assert_int_equal(m->hash.fdir.hi, i);
        rte_pktmbuf_free(m);
    }
    assert_null(dp_local_take(w));
    w->n_local = DP_LOCAL_MAX;
    dp_local_put(w, numbered(0), 0);
    assert_int_equal(rig_drops(&r.a, DP_DROP_local_full), 1);
    w->n_local = 0;
    rig_free(&r);
}

/* A burst of packets that are cut in two before they are sealed: each piece is a packet made here. */
static void a_burst_of_packets_to_be_cut_goes_out_whole(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1000);
    struct rte_mbuf *burst[60], *m;
    for (unsigned i = 0; i < 60; i++) {
        burst[i] = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 1400);
        dp_put16(rte_pktmbuf_mtod(burst[i], uint8_t *) + 14 + 6, 0);
        rig_ip4_fix(burst[i]);
    }
    dp_process(r.a.w, RIG_INSIDE, burst, 60, r.tsc);
    unsigned out = 0;
    for (; (m = rig_out(&r.a, RIG_OUTSIDE)); out++)
        rte_pktmbuf_free(m);
    assert_int_equal(out, 120);
    assert_int_equal(rig_drops(&r.a, DP_DROP_local_full), 0);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_come_back_in_order_and_no_more_than_fit),
        cmocka_unit_test(a_burst_of_packets_to_be_cut_goes_out_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
