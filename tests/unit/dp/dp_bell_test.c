/* SPDX-License-Identifier: BSD-3-Clause */
/* The bell rings once for a control core that sleeps, and never for one that is awake. */
#include "dp_way.h"

#include <pthread.h>
#include <sched.h>
#include "dp_bell.h"
#include "dp_worker.h"

static _Atomic unsigned rings;

static void ring(void *ctx)
{
    assert_ptr_equal(ctx, &rings);
    atomic_fetch_add(&rings, 1);
}

static struct rig rig_with_bell(void)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    r.b.dp->params.bell = ring;
    r.b.dp->params.bell_ctx = &rings;
    rings = 0;
    return r;
}

static void ike_send(struct rig *r)
{
    static const uint8_t message[100];
    const struct base_endpoint a = {rig_ip("192.0.2.1"), 4500}, b = {rig_ip("192.0.2.2"), 4500};
    assert_int_equal(dp_udp_send(r->a.dp, &a, &b, true, false, base_span(message, sizeof message)), 0);
    dp_turn(r->a.w);
    rig_in(r, &r->b, RIG_OUTSIDE, rig_out(&r->a, RIG_OUTSIDE));
    dp_turn(r->b.w);
}

static void ike_take(struct rig *r)
{
    struct dp_punt punt;
    assert_true(dp_punt_pop(r->b.dp, &punt));
    rte_pktmbuf_free(punt.mbuf);
}

static void nobody_rings_for_control_that_is_awake(void **state)
{
    struct rig r = rig_with_bell();
    ike_send(&r);
    assert_int_equal(rings, 0);
    ike_take(&r);
    assert_true(dp_bell_arm(r.b.dp));
    dp_bell_disarm(r.b.dp);
    ike_send(&r);
    assert_int_equal(rings, 0);
    ike_take(&r);
    rig_free(&r);
}

static void a_sleeping_one_is_woken_once(void **state)
{
    struct rig r = rig_with_bell();
    assert_true(dp_bell_arm(r.b.dp));
    dp_turn(r.b.w); /* with nothing */
    assert_int_equal(rings, 0);
    ike_send(&r);
    ike_send(&r);
    assert_int_equal(rings, 1);
    assert_int_equal(r.b.w->count.bells, 1);
    ike_take(&r);
    ike_take(&r);
    rig_free(&r);
}

static void whoever_has_something_to_take_does_not_sleep(void **state)
{
    struct rig r = rig_with_bell();
    ike_send(&r);
    assert_false(dp_bell_arm(r.b.dp));
    ike_send(&r);
    assert_int_equal(rings, 0); /* it was taken down again */
    ike_take(&r);
    ike_take(&r);
    assert_true(dp_bell_arm(r.b.dp));
    r.b.dp->params.bell = NULL;
    assert_false(dp_bell_arm(r.b.dp));
    rig_free(&r);
}

#define ROUNDS 20000u

static struct dp *asleep;

/* Control: sleeps until the bell rings, as often as there is something. */
static void *control_run(void *ctx)
{
    struct dp_punt punt;
    for (unsigned taken = 0, heard = 0; taken < ROUNDS;) {
        if (dp_bell_arm(asleep)) {
            while (atomic_load(&rings) == heard)
                sched_yield();
            heard = atomic_load(&rings);
        }
        while (dp_punt_pop(asleep, &punt)) {
            rte_pktmbuf_free(punt.mbuf);
            taken++;
        }
    }
    return ctx;
}

/* A bell that is missed would leave both sides waiting for ever. */
static void no_packet_is_left_lying_beside_a_sleeper(void **state)
{
    struct rig r = rig_with_bell();
    pthread_t control;
    asleep = r.b.dp;
    assert_int_equal(pthread_create(&control, NULL, control_run, NULL), 0);
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct rte_mbuf *m = rig_frame(0x22, "192.0.2.1", "192.0.2.2", 100);
        m->hash.fdir.lo = DP_PUNT_ARP;
        while (rte_ring_enqueue(r.b.dp->punt, m) != 0)
            sched_yield();
        dp_bell_ring(r.b.w);
        while (i % 3 == 0 && !rte_ring_empty(r.b.dp->punt))
            sched_yield();
    }
    assert_int_equal(pthread_join(control, NULL), 0);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_rings_for_control_that_is_awake),
        cmocka_unit_test(a_sleeping_one_is_woken_once),
        cmocka_unit_test(whoever_has_something_to_take_does_not_sleep),
        cmocka_unit_test(no_packet_is_left_lying_beside_a_sleeper),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
