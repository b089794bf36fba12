/* SPDX-License-Identifier: BSD-3-Clause */
/* Jobs and the tasks that wait for them. */
#include "ike_pair.h"

static void jobs_that_come_back_after_the_end_harm_nothing(void **state)
{
    (void)state;
    struct pair *p = pair_new();
    pair_start(p);
    p->h[0].hold_jobs = true;
    pair_connect(p);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    assert_int_equal(pair_stats(p, 0).jobs, 1);
    pair_job(p, 0, p->h[0].jobs[0]);
    p->h[0].n_jobs = 0;
    assert_int_equal(pair_stats(p, 0).jobs, 0);
    pair_free(p);
}

/* Takes the only job that this side holds and runs it. */
static void run_held(struct pair *p, int i)
{
    assert_int_equal(p->h[i].n_jobs, 1);
    p->h[i].n_jobs = 0;
    pair_job(p, i, p->h[i].jobs[0]);
    pair_settle(p);
}

static void check_held(struct pair *p, int i, enum ike_job_class urgency)
{
    assert_int_equal(p->h[i].n_jobs, 1);
    assert_int_equal(p->h[i].jobs[0]->urgency, urgency);
    assert_true(base_addr_equal(&p->h[i].jobs[0]->from, &p->h[!i].addr));
}

static void a_job_says_how_urgent_it_is_and_for_whom(void **state)
{
    for (int challenged = 0; challenged < 2; challenged++) {
        struct pair *p = pair_new();
        p->h[1].conf->cookie_threshold = challenged ? 0 : 1000;
        pair_start(p);
        p->h[0].hold_jobs = p->h[1].hold_jobs = true;
        pair_connect(p);
        check_held(p, 0, IKE_JOB_PROVED); /* it is us who called */
        run_held(p, 0);
        check_held(p, 1, challenged ? IKE_JOB_PROVED : IKE_JOB_CLAIMED);
        run_held(p, 1);
        check_held(p, 0, IKE_JOB_PROVED);
        p->h[0].hold_jobs = p->h[1].hold_jobs = false;
        run_held(p, 0);
        pair_check_one(p);
        p->h[0].hold_jobs = p->h[1].hold_jobs = true;
        pair_event(p, 0, (struct ike_event){.type = IKE_EV_REKEY, .name = "b", .rekey_ike = true});
        check_held(p, 0, IKE_JOB_LIVE);
        run_held(p, 0);
        check_held(p, 1, IKE_JOB_LIVE);
        pair_free(p);
    }
}

static void jobs_of_callers_that_are_gone_count_as_callers(void **state)
{
    struct pair *p = pair_new();
    p->h[1].conf->half_open_max = 1;
    p->h[1].conf->half_open_timeout_s = 5;
    p->h[0].conf->conns[0].retransmit_tries = 0;
    pair_start(p);
    p->h[1].hold_jobs = true;
    pair_connect(p);
    pair_run(p, 6);
    assert_int_equal(pair_stats(p, 1).half_open, 0); /* it gave up, and its job waits still */
    assert_int_equal(pair_stats(p, 1).jobs, 1);
    const uint64_t capped = pair_stats(p, 1).dropped_capped;
    pair_connect(p);
    assert_int_equal(pair_stats(p, 1).jobs, 1);
    assert_int_equal(pair_stats(p, 1).dropped_capped, capped + 1);
    pair_run(p, 6);
    run_held(p, 1);
    p->h[1].hold_jobs = false;
    pair_connect(p);
    pair_check_one(p);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_that_come_back_after_the_end_harm_nothing),
        cmocka_unit_test(a_job_says_how_urgent_it_is_and_for_whom),
        cmocka_unit_test(jobs_of_callers_that_are_gone_count_as_callers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
