/* SPDX-License-Identifier: BSD-3-Clause */
/* The loop: what a turn finds to do, what it counts, when it sleeps and when it ends. */
#include "dp_way.h"

#include <pthread.h>
#include <sys/prctl.h>
#include <time.h>
#include "dp_worker.h"

static int slack_ns; /* how late the kernel might have woken the last one that ran */

static void *worker_run(void *w)
{
    const int rc = dp_worker_run(w);
    slack_ns = prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);
    return (void *)(intptr_t)rc;
}

/* A gateway's loop in a thread of its own, ended by dp_stop(). Returns its counters. */
static struct dp_counters run_for(struct rig *r, enum dp_poll poll, unsigned ms)
{
    pthread_t thread;
    void *result = NULL;
    struct dp_counters c;
    const struct timespec wait = {0, (long)ms * 1000000};
    r->a.dp->params.poll = poll;
    dp_worker_offline(r->a.w);
    assert_int_equal(pthread_create(&thread, NULL, worker_run, r->a.w), 0);
    nanosleep(&wait, NULL);
    dp_stop(r->a.dp);
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_null(result);
    dp_worker_online(r->a.w);
    dp_counters(r->a.dp, 0, &c);
    return c;
}

static void a_turn_without_work_says_so_and_is_counted_as_idle(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct dp_counters before, after;
    dp_counters(r.a.dp, 0, &before);
    assert_false(dp_turn(r.a.w));
    dp_counters(r.a.dp, 0, &after);
    assert_int_equal(after.idle_polls, before.idle_polls + 1);
    assert_true(after.idle_cycles > before.idle_cycles);
    assert_int_equal(after.busy_cycles, before.busy_cycles);
    rig_free(&r);
}

static uint16_t io_rx(void *port, uint16_t queue, struct rte_mbuf **frames, uint16_t n)
{
    struct rte_mbuf **waiting = port;
    assert_int_equal(queue, 0);
    assert_int_equal(n, DP_BURST_MAX);
    frames[0] = *waiting;
    *waiting = NULL;
    return frames[0] != NULL;
}

static void a_port_with_its_own_way_is_polled_by_it(void **state)
{
    static const struct dp_io io = {io_rx, NULL};
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct rte_mbuf *waiting = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 60);
    r.a.w->polls[0].port = RIG_INSIDE;
    r.a.w->polls[0].io = &io;
    r.a.w->polls[0].io_port = &waiting;
    r.a.w->n_polls = 1;
    assert_true(dp_turn(r.a.w));
    assert_false(dp_turn(r.a.w));
    rte_pktmbuf_free(rig_out(&r.a, RIG_OUTSIDE));
    rig_free(&r);
}

static void a_turn_with_work_is_busy(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct dp_counters before, after;
    struct rte_mbuf *m = rig_frame(0x11, "10.1.0.9", "10.2.0.9", 60);
    dp_counters(r.a.dp, 0, &before);
    m->port = RIG_INSIDE;
    assert_int_equal(rte_ring_enqueue(r.a.w->handed, m), 0);
    assert_true(dp_turn(r.a.w));
    dp_counters(r.a.dp, 0, &after);
    assert_true(after.busy_cycles > before.busy_cycles);
    assert_int_equal(after.idle_polls, before.idle_polls);
    rte_pktmbuf_free(rig_out(&r.a, RIG_OUTSIDE));
    rig_free(&r);
}

static void the_loop_ends_when_told(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const struct dp_counters c = run_for(&r, DP_POLL_BUSY, 5);
    assert_int_equal(c.sleeps, 0);
    assert_true(c.idle_polls > 0);
    rig_free(&r);
}

static void an_adaptive_loop_without_work_sleeps(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const struct dp_counters c = run_for(&r, DP_POLL_ADAPTIVE, 20);
    assert_true(c.sleeps > 0);
    assert_int_equal(slack_ns, 1); /* no longer than asked, as far as the kernel can */
    rig_free(&r);
}

/* Or nothing that was retired would ever be freed while a worker has nothing to do. */
static void a_worker_that_is_offline_holds_nobody_up(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    dp_worker_offline(r.a.w);
    assert_int_equal(sad_remove(r.a.sad, r.spi_a), 0);
    sad_reclaim(r.a.sad);
    uint32_t spi;
    for (uint32_t i = 0; i < 64; i++) /* each slot is free again */
        assert_int_equal(sad_spi_alloc(r.a.sad, &spi), 0);
    dp_worker_online(r.a.w);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_turn_without_work_says_so_and_is_counted_as_idle),
        cmocka_unit_test(a_turn_with_work_is_busy),
        cmocka_unit_test(a_port_with_its_own_way_is_polled_by_it),
        cmocka_unit_test(the_loop_ends_when_told),
        cmocka_unit_test(an_adaptive_loop_without_work_sleeps),
        cmocka_unit_test(a_worker_that_is_offline_holds_nobody_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
