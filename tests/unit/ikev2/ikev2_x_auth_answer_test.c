/* SPDX-License-Identifier: BSD-3-Clause */
/* IKE_AUTH of the responder while its jobs are out: what arrives, ends or changes meanwhile. */
#include "ike_pair.h"
#include "ikev2_auth.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

/* b has the request and its check is out. */
static struct pair *pair_checking(void)
{
    struct pair *p = pair_new();
    pair_start(p);
    p->h[1].hold_jobs = true;
    pair_connect(p);
    p->h[1].n_jobs = 0;
    pair_job(p, 1, p->h[1].jobs[0]); /* the key exchange */
    pair_settle(p);
    assert_int_equal(p->h[1].n_jobs, 1);
    assert_int_equal(p->h[1].ike->v2->first->state, IKEV2_ST_R_CHECK);
    return p;
}

static void run_held(struct pair *p)
{
    assert_int_equal(p->h[1].n_jobs, 1);
    p->h[1].n_jobs = 0;
    pair_job(p, 1, p->h[1].jobs[0]);
    pair_settle(p);
}

static void a_repeated_request_is_dropped_while_it_is_worked_on(void **state)
{
    (void)state;
    struct pair *p = pair_checking();
    const uint64_t dropped = pair_stats(p, 1).dropped_unexpected;
    pair_run(p, 2); /* a repeats it */
    assert_int_equal(pair_stats(p, 1).dropped_unexpected, dropped + 1);
    assert_int_equal(pair_stats(p, 1).half_open, 1);
    run_held(p);
    assert_int_equal(p->h[1].ike->v2->first->state, IKEV2_ST_R_PROVE);
    assert_int_equal(pair_stats(p, 1).established, 0);
    run_held(p);
    pair_check_one(p);
    assert_int_equal(pair_stats(p, 1).half_open, 0);
    pair_free(p);
}

/* The peer's first packets may be right behind the answer. */
static void the_pair_is_installed_before_the_answer_goes(void **state)
{
    (void)state;
    struct pair *p = pair_checking();
    struct ike_action *a = malloc(sizeof *a);
    run_held(p);
    const unsigned sends = p->h[1].sends;
    p->h[1].n_jobs = 0;
    pair_job(p, 1, p->h[1].jobs[0]);
    while (p->h[1].sends == sends) {
        assert_true(ike_next_action(p->h[1].ike, a));
        pair_act(p, 1, a);
    }
    assert_int_equal(p->h[1].n_children, 1);
    assert_true(p->h[1].children[0].is_active);
    free(a);
    pair_settle(p);
    pair_check_one(p);
    pair_free(p);
}

static void a_job_that_comes_after_the_timeout_harms_nothing(void **state)
{
    (void)state;
    for (int proving = 0; proving < 2; proving++) {
        struct pair *p = pair_checking();
        if (proving)
            run_held(p);
        pair_run(p, 60);
        assert_int_equal(pair_stats(p, 1).ike_sas, 0);
        assert_int_equal(pair_stats(p, 1).jobs, 1);
        run_held(p);
        assert_int_equal(pair_stats(p, 1).jobs, 0);
        assert_int_equal(pair_stats(p, 1).established, 0);
        pair_free(p);
    }
}

static void a_check_that_fails_to_run_is_no_yes(void **state)
{
    (void)state;
    struct pair *p = pair_checking();
    p->h[1].n_jobs = 0;
    struct ike_job *job = p->h[1].jobs[0];
    ike_job_auth_of(job)->verified = 1;
    job->status = -EIO;
    const struct ike_event ev = {.type = IKE_EV_JOB_DONE, .job = job};
    pair_event(p, 1, ev);
    assert_int_equal(p->h[1].n_children, 0);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_WRONG_KEY), 0);
    assert_int_equal(pair_count(&p->h[1], IKE_AUDIT_FAIL_UNCHECKED), 1);
    assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_REFUSED), 1);
    assert_int_equal(pair_audit(&p->h[0], IKE_AUDIT_FAIL_REFUSED)->notify, WIRE_IKE_N_AUTHENTICATION_FAILED);
    assert_int_equal(pair_stats(p, 1).established, 0);
    assert_int_equal(pair_stats(p, 1).failed, 1);
    pair_free(p);
}

/* Swaps b's configuration while the job is out: one with this key. */
static void swap(struct pair *p, const char *psk)
{
    struct ike_conf *conf = pair_conf("a", "@b", "@a", psk, "10.2.0.0/16", "10.1.0.0/16");
    conf->conns[0].remote_addr = p->h[0].addr;
    ike_conf_seal(conf);
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = conf});
    ike_conf_put(p->h[1].conf);
    p->h[1].conf = conf;
}

static void a_new_configuration_with_the_same_connection_changes_nothing(void **state)
{
    (void)state;
    struct pair *p = pair_checking();
    swap(p, "secret");
    run_held(p);
    swap(p, "secret");
    run_held(p);
    pair_check_one(p);
    pair_free(p);
}

static void a_connection_that_changes_meanwhile_is_refused(void **state)
{
    (void)state;
    for (int proving = 0; proving < 2; proving++) {
        struct pair *p = pair_checking();
        if (proving)
            run_held(p);
        swap(p, "another secret");
        run_held(p);
        assert_int_equal(p->h[1].n_children, 0);
        assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_REFUSED), 1);
        pair_run(p, 6);
        assert_int_equal(pair_stats(p, 1).ike_sas, 0);
        pair_free(p);
    }
}

static void a_shutdown_meanwhile_lets_nobody_in(void **state)
{
    (void)state;
    struct pair *p = pair_checking();
    pair_event(p, 1, (struct ike_event){.type = IKE_EV_SHUTDOWN});
    run_held(p);
    assert_int_equal(p->h[1].n_children, 0);
    assert_int_equal(pair_stats(p, 1).established, 0);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_repeated_request_is_dropped_while_it_is_worked_on),
        cmocka_unit_test(the_pair_is_installed_before_the_answer_goes),
        cmocka_unit_test(a_job_that_comes_after_the_timeout_harms_nothing),
        cmocka_unit_test(a_check_that_fails_to_run_is_no_yes),
        cmocka_unit_test(a_new_configuration_with_the_same_connection_changes_nothing),
        cmocka_unit_test(a_connection_that_changes_meanwhile_is_refused),
        cmocka_unit_test(a_shutdown_meanwhile_lets_nobody_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
