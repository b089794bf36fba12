/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Nothing that a worker may still look at is touched, freed or wiped before each worker was quiescent; then
 * it is, in order, and keys leave nothing behind.
 */
#include "sad_rig.h"

#include "sad_reclaim.h"

#define LOCAL  "10.1.0.0/16"
#define REMOTE "10.2.0.0/16"

/* Order in which deferred functions ran. */
struct trace {
    struct sad_reclaim *r;
    size_t n;
    uint64_t args[5000];
};

static struct trace trace;

static void note(void *ctx, uint64_t arg)
{
    struct trace *t = ctx;
    t->args[t->n++] = arg;
}

static void note_and_defer(void *ctx, uint64_t arg)
{
    struct trace *t = ctx;
    note(t, arg);
    if (arg < 3)
        sad_reclaim_defer(t->r, note_and_defer, t, arg + 1);
}

static void begin(struct sad_reclaim *r, unsigned workers)
{
    assert_int_equal(sad_reclaim_init(r, workers), 0);
    trace.r = r;
    trace.n = 0;
    for (unsigned w = 0; w < workers; w++)
        rig_worker_on(r->qsbr, w);
}

static void end(struct sad_reclaim *r, unsigned workers)
{
    for (unsigned w = 0; w < workers; w++)
        rig_worker_off(r->qsbr, w);
    sad_reclaim_fini(r);
}

static void nothing_runs_before_the_last_worker_was_quiescent(void **state)
{
    enum { WORKERS = 4 };
    struct sad_reclaim r;
    for (unsigned last = 0; last < WORKERS; last++) {
        begin(&r, WORKERS);
        sad_reclaim_defer(&r, note, &trace, 7);
        for (unsigned w = 0; w < WORKERS; w++) {
            if (w == last)
                continue;
            rte_rcu_qsbr_quiescent(r.qsbr, w);
            assert_int_equal(sad_reclaim_run(&r), 1);
            assert_int_equal(trace.n, 0);
        }
        rte_rcu_qsbr_quiescent(r.qsbr, last);
        assert_int_equal(trace.n, 0); /* control does it, not the worker */
        assert_int_equal(sad_reclaim_run(&r), 0);
        assert_int_equal(trace.n, 1);
        assert_int_equal(trace.args[0], 7);
        end(&r, WORKERS);
    }
}

static void a_quiescent_state_of_before_does_not_count(void **state)
{
    struct sad_reclaim r;
    begin(&r, 1);
    sad_reclaim_defer(&r, note, &trace, 1);
    rte_rcu_qsbr_quiescent(r.qsbr, 0);
    sad_reclaim_defer(&r, note, &trace, 2);
    assert_int_equal(sad_reclaim_run(&r), 1);
    assert_int_equal(trace.n, 1);
    assert_int_equal(trace.args[0], 1);
    rte_rcu_qsbr_quiescent(r.qsbr, 0);
    assert_int_equal(sad_reclaim_run(&r), 0);
    assert_int_equal(trace.n, 2);
    end(&r, 1);
}

static void a_worker_that_sleeps_holds_nothing_up(void **state)
{
    struct sad_reclaim r;
    begin(&r, 2);
    sad_reclaim_defer(&r, note, &trace, 1);
    rte_rcu_qsbr_quiescent(r.qsbr, 0);
    assert_int_equal(sad_reclaim_run(&r), 1);
    rte_rcu_qsbr_thread_offline(r.qsbr, 1);
    assert_int_equal(sad_reclaim_run(&r), 0);
    assert_int_equal(trace.n, 1);
    rte_rcu_qsbr_thread_online(r.qsbr, 1);
    end(&r, 2);
}

static void thousands_wait_and_run_in_order_of_retirement(void **state)
{
    enum { FIRST = 700, REST = 4000 };
    struct sad_reclaim r;
    begin(&r, 1);
    /* The ring's beginning lies in its middle when it grows. */
    for (uint64_t i = 0; i < FIRST; i++)
        sad_reclaim_defer(&r, note, &trace, i);
    rte_rcu_qsbr_quiescent(r.qsbr, 0);
    assert_int_equal(sad_reclaim_run(&r), 0);
    for (uint64_t i = FIRST; i < FIRST + REST; i++)
        sad_reclaim_defer(&r, note, &trace, i);
    assert_int_equal(sad_reclaim_run(&r), REST);
    assert_int_equal(trace.n, FIRST);
    rte_rcu_qsbr_quiescent(r.qsbr, 0);
    assert_int_equal(sad_reclaim_run(&r), 0);
    assert_int_equal(trace.n, FIRST + REST);
    for (uint64_t i = 0; i < FIRST + REST; i++)
        assert_int_equal(trace.args[i], i);
    end(&r, 1);
}

static void what_is_deferred_again_waits_for_another_grace_period(void **state)
{
    struct sad_reclaim r;
    begin(&r, 1);
    sad_reclaim_defer(&r, note_and_defer, &trace, 1);
    for (size_t ran = 1; ran <= 3; ran++) {
        rte_rcu_qsbr_quiescent(r.qsbr, 0);
        assert_int_equal(sad_reclaim_run(&r), ran < 3);
        assert_int_equal(sad_reclaim_run(&r), ran < 3);
        assert_int_equal(trace.n, ran);
    }
    end(&r, 1);
}

static void memory_free(void *ctx, uint64_t arg)
{
    free(ctx);
}

static void the_end_carries_out_what_still_waits(void **state)
{
    struct sad_reclaim r;
    begin(&r, 1);
    sad_reclaim_defer(&r, note_and_defer, &trace, 2);
    sad_reclaim_defer(&r, memory_free, malloc(64), 0);
    assert_int_equal(sad_reclaim_run(&r), 2);
    end(&r, 1);
    assert_int_equal(trace.n, 2);
    assert_int_equal(trace.args[1], 3);
}

static void keys_are_whole_until_the_grace_period_ends_and_zero_afterwards(void **state)
{
    static const struct sad_in no_in;
    static const struct sad_out no_out;
    struct sad *sad = rig_sad(16, 2);
    struct rte_rcu_qsbr *qsbr = sad_qsbr(sad);
    for (unsigned w = 0; w < 2; w++)
        rig_worker_on(qsbr, w);
    struct esp_pair p = rig_params(sad, LOCAL, REMOTE);
    memset(p.keys_in.encr, 0x5a, 20);
    memset(p.keys_out.encr, 0xa5, 20);
    assert_int_equal(sad_install(sad, &p), 0);
    const struct sad_in *in = rig_in(sad, p.spi_in);
    const struct sad_out *out = rig_out(sad, p.spi_in);
    const struct rig_key key_in = rig_key(sad_in_key(in)), key_out = rig_key(sad_out_key(out));
    assert_int_equal(sad_remove(sad, p.spi_in), 0);
    assert_int_equal(in->spi, 0);
    assert_int_equal(out->owner, SAD_OWNER_NONE);
    for (unsigned w = 0; w < 2; w++) {
        assert_int_not_equal(sad_reclaim(sad), 0);
        rig_key_is(sad_in_key(in), key_in);
        rig_key_is(sad_out_key(out), key_out);
        assert_int_equal(rig_salt(sad_in_key(in)), 0x5a5a5a5a);
        rte_rcu_qsbr_quiescent(qsbr, w);
    }
    assert_int_equal(sad_reclaim(sad), 0);
    assert_memory_equal(in, &no_in, sizeof no_in);
    assert_memory_equal(out, &no_out, sizeof no_out);
    for (unsigned w = 0; w < 2; w++)
        rig_worker_off(qsbr, w);
    sad_free(sad);
}

static void large_windows_and_selectors_stay_readable_while_they_wait(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    rig_worker_on(sad_qsbr(sad), 0);
    struct esp_pair p = rig_params(sad, "2001:db8:1::/48", "2001:db8:2::/48");
    p.replay_window = SAD_WINDOW_MAX;
    assert_int_equal(sad_install(sad, &p), 0);
    struct sad_in *in = rig_in(sad, p.spi_in);
    uint32_t words = in->word_mask + 1;
    memset(in->window, 0xff, words * 8);
    assert_int_equal(sad_remove(sad, p.spi_in), 0);
    assert_int_not_equal(sad_reclaim(sad), 0);
    for (uint32_t i = 0; i < words; i++)
        assert_int_equal(in->window[i], UINT64_MAX);
    assert_int_equal(in->sels->local.list[0].family, BASE_AF_IP6);
    rte_rcu_qsbr_quiescent(sad_qsbr(sad), 0);
    assert_int_equal(sad_reclaim(sad), 0);
    assert_null(in->window);
    assert_null(in->sels);
    rig_worker_off(sad_qsbr(sad), 0);
    sad_free(sad);
}

static void a_walk_that_has_begun_ends_as_if_nothing_had_been_removed(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    rig_worker_on(sad_qsbr(sad), 0);
    struct sad_flow f = {.family = BASE_AF_IP4,
                         .proto = 17,
                         .has_ports = true,
                         .local = {10, 1, 0, 1},
                         .remote = {10, 2, 0, 1}};
    uint32_t spi = rig_install(sad, LOCAL, REMOTE);
    uint32_t head = sad_spd_head(sad_tables(sad), false, f.remote); /* what a worker has in hand */
    assert_int_equal(sad_remove(sad, spi), 0);
    uint32_t next = rig_install(sad, LOCAL, "10.9.0.0/16"); /* must not take the candidate's place */
    assert_int_not_equal(sad_reclaim(sad), 0);
    assert_int_equal(sad_spd_walk(sad_tables(sad), head, &f), rig_slot(sad, spi));
    assert_int_not_equal(rig_slot(sad, next), rig_slot(sad, spi));
    assert_int_equal(rig_find(sad, "10.1.0.1", "10.2.0.1"), SAD_SPD_NONE);
    rig_worker_off(sad_qsbr(sad), 0);
    sad_free(sad);
}

/* A candidate for many local selectors leads to their set, which is the policy's. */
static void a_walk_that_has_begun_reads_the_selectors_of_a_policy_that_is_gone(void **state)
{
    struct sad *sad = rig_sad(16, 1);
    rig_worker_on(sad_qsbr(sad), 0);
    struct base_ts_list local = rig_ts("10.1.0.0/24");
    const struct base_ts_list remote = rig_ts(REMOTE);
    for (unsigned i = 1; i < 9; i++)
        local.list[local.count++] = RIG_TS(rig_text("10.1.%u.0/24", 2 * i))->list[0];
    const struct sad_policy policy = {&local, &remote, 0};
    struct sad_flow f = {.family = BASE_AF_IP4, .local = {10, 1, 16, 1}, .remote = {10, 2, 0, 1}};
    assert_int_equal(sad_policies_set(sad, &policy, 1), 0);
    uint32_t head = sad_spd_head(sad_tables(sad), false, f.remote);
    assert_int_equal(sad_policies_set(sad, NULL, 0), 0);
    assert_int_not_equal(sad_reclaim(sad), 0);
    assert_int_equal(sad_spd_walk(sad_tables(sad), head, &f), SAD_SPD_NO_SA);
    rte_rcu_qsbr_quiescent(sad_qsbr(sad), 0);
    assert_int_equal(sad_reclaim(sad), 0);
    rig_worker_off(sad_qsbr(sad), 0);
    sad_free(sad);
}

static void a_slot_comes_back_with_another_spi_and_not_before_its_time(void **state)
{
    enum { ROUNDS = 200 };
    struct sad *sad = rig_sad(1, 1);
    rig_worker_on(sad_qsbr(sad), 0);
    uint32_t last = 0;
    for (int i = 0; i < ROUNDS; i++) {
        uint32_t spi = rig_install(sad, LOCAL, REMOTE), none;
        assert_int_not_equal(spi, last);
        assert_int_equal(rig_in(sad, last)->spi, spi);
        assert_int_equal(sad_remove(sad, spi), 0);
        (void)sad_reclaim(sad);
        assert_int_not_equal(sad_spi_alloc(sad, &none), 0);
        rte_rcu_qsbr_quiescent(sad_qsbr(sad), 0);
        assert_int_equal(sad_reclaim(sad), 0);
        last = spi;
    }
    rig_worker_off(sad_qsbr(sad), 0);
    sad_free(sad);
}

static void a_worker_that_makes_no_turn_is_not_waited_for(void **state)
{
    struct sad_reclaim r;
    (void)state;
    begin(&r, 2);
    const uint64_t token = rte_rcu_qsbr_start(r.qsbr);
    rte_rcu_qsbr_quiescent(r.qsbr, 1);
    assert_false(sad_reclaim_settle(&r, token));
    rte_rcu_qsbr_quiescent(r.qsbr, 0);
    assert_true(sad_reclaim_settle(&r, token));
    end(&r, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_runs_before_the_last_worker_was_quiescent),
        cmocka_unit_test(a_quiescent_state_of_before_does_not_count),
        cmocka_unit_test(a_worker_that_sleeps_holds_nothing_up),
        cmocka_unit_test(thousands_wait_and_run_in_order_of_retirement),
        cmocka_unit_test(what_is_deferred_again_waits_for_another_grace_period),
        cmocka_unit_test(the_end_carries_out_what_still_waits),
        cmocka_unit_test(a_worker_that_makes_no_turn_is_not_waited_for),
        cmocka_unit_test(keys_are_whole_until_the_grace_period_ends_and_zero_afterwards),
        cmocka_unit_test(large_windows_and_selectors_stay_readable_while_they_wait),
        cmocka_unit_test(a_walk_that_has_begun_ends_as_if_nothing_had_been_removed),
        cmocka_unit_test(a_walk_that_has_begun_reads_the_selectors_of_a_policy_that_is_gone),
        cmocka_unit_test(a_slot_comes_back_with_another_spi_and_not_before_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
