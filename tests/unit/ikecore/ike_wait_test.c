/* SPDX-License-Identifier: BSD-3-Clause */
/* Jobs under way: each comes back once, to the SA that waits for it, or to nobody. */
#include "ike_pair.h"
#include "ike_act.h"
#include "ike_core.h"
#include "ike_wait.h"

#define N 200 /* more than the table has slots */

static int drops;

static int plain_run(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    (void)ops;
    (void)job;
    return 0;
}

static void plain_drop(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    (void)ops;
    (void)job;
    drops++;
}

static const struct ike_job_kind plain_kind = {"plain", sizeof(struct ike_job), plain_run, plain_drop};

static uint64_t got_sa, got_job;
static int n_done;

static void done(struct ike *ike, uint64_t sa_id, struct ike_job *job)
{
    assert_non_null(ike);
    got_sa = sa_id;
    got_job = job->id;
    n_done++;
}

static struct ike *ike_waiting(void)
{
    struct ike *ike = calloc(1, sizeof *ike);
    const struct ike_conf conf = {.sas_max = 10};
    ike->env.crypto = &null_ike_ops;
    drops = n_done = 0;
    assert_int_equal(ike_wait_init(ike, &conf), 0);
    return ike;
}

/* Hands a job out as the engine's caller gets it. */
static struct ike_job *hand_out(struct ike *ike, uint64_t sa_id)
{
    struct ike_action a;
    const uint64_t id = ike_wait_for(ike, ike_job_new(&plain_kind), sa_id, done);
    assert_true(ike_act_take(ike, &a));
    assert_int_equal(a.type, IKE_ACT_JOB);
    assert_int_equal(a.job->id, id);
    assert_int_not_equal(id, 0);
    return a.job;
}

static void waiting_free(struct ike *ike)
{
    ike_wait_fini(ike);
    ike_act_fini(ike);
    free(ike);
}

static void each_job_comes_back_to_who_waits_in_any_order(void **state)
{
    (void)state;
    struct ike *ike = ike_waiting();
    struct ike_job *jobs[N];
    for (uint64_t i = 0; i < N; i++)
        jobs[i] = hand_out(ike, i + 1);
    assert_int_equal(ike->stats.jobs, N);
    for (size_t k = 0; k < N; k++) {
        const size_t i = k * 7 % N;
        const uint64_t id = jobs[i]->id;
        ike_wait_over(ike, jobs[i]);
        assert_int_equal(got_sa, i + 1);
        assert_int_equal(got_job, id);
        assert_int_equal(n_done, k + 1);
        assert_int_equal(drops, k + 1);
    }
    assert_int_equal(ike->stats.jobs, 0);
    waiting_free(ike);
}

static void a_job_that_is_disowned_counts_until_it_is_back_and_goes_to_nobody(void **state)
{
    (void)state;
    struct ike *ike = ike_waiting();
    struct ike_job *kept = hand_out(ike, 1), *left = hand_out(ike, 2);
    ike_wait_disown(ike, left->id);
    ike_job_run(&null_ike_ops, left);
    ike_job_run(&null_ike_ops, kept);
    assert_int_equal(left->status, -ECANCELED); /* nobody waits for it: not run */
    assert_int_equal(kept->status, 0);
    ike_wait_disown(ike, left->id); /* twice is once */
    ike_wait_disown(ike, 4711);     /* of no job that is out */
    assert_int_equal(ike->waits.n_orphans, 1);
    assert_int_equal(ike->stats.jobs, 2);
    ike_wait_over(ike, left);
    assert_int_equal(ike->waits.n_orphans, 0);
    assert_int_equal(ike->stats.jobs, 1);
    assert_int_equal(n_done, 0);
    assert_int_equal(drops, 1);
    ike_wait_over(ike, kept);
    assert_int_equal(n_done, 1);
    assert_int_equal(got_sa, 1);
    waiting_free(ike);
}

static void a_job_of_no_sa_comes_back_like_any_other(void **state)
{
    (void)state;
    struct ike *ike = ike_waiting();
    ike_wait_over(ike, hand_out(ike, 0));
    assert_int_equal(n_done, 1);
    assert_int_equal(got_sa, 0);
    assert_int_equal(ike->waits.n_orphans, 0);
    waiting_free(ike);
}

static void what_nobody_handed_out_is_freed_and_told_to_nobody(void **state)
{
    (void)state;
    struct ike *ike = ike_waiting();
    struct ike_job *job = ike_job_new(&plain_kind);
    job->id = 99;
    ike_wait_over(ike, job);
    assert_int_equal(n_done, 0);
    assert_int_equal(drops, 1);
    assert_int_equal(ike->stats.jobs, 0);
    waiting_free(ike);
}

static void an_engine_may_end_while_jobs_are_out(void **state)
{
    (void)state;
    struct ike *ike = ike_waiting();
    struct ike_job *taken = hand_out(ike, 1);
    assert_int_not_equal(ike_wait_for(ike, ike_job_new(&plain_kind), 2, done), 0);
    waiting_free(ike);
    assert_int_equal(n_done, 0);
    assert_int_equal(drops, 1); /* the one that nobody has taken */
    ike_job_free(&null_ike_ops, taken);
    assert_int_equal(drops, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_job_comes_back_to_who_waits_in_any_order),
        cmocka_unit_test(a_job_that_is_disowned_counts_until_it_is_back_and_goes_to_nobody),
        cmocka_unit_test(a_job_of_no_sa_comes_back_like_any_other),
        cmocka_unit_test(what_nobody_handed_out_is_freed_and_told_to_nobody),
        cmocka_unit_test(an_engine_may_end_while_jobs_are_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
