/* SPDX-License-Identifier: BSD-3-Clause */
/* IKE_AUTH of the initiator while its jobs are out. */
#include "ike_pair.h"
#include "ikev2_auth.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

static void run_held(struct pair *p)
{
    assert_int_equal(p->h[0].n_jobs, 1);
    p->h[0].n_jobs = 0;
    pair_job(p, 0, p->h[0].jobs[0]);
    pair_settle(p);
}

/* a makes its proof; both key exchange jobs are done. */
static struct pair *pair_proving(void)
{
    struct pair *p = pair_new();
    pair_start(p);
    p->h[0].hold_jobs = true;
    pair_connect(p);
    run_held(p);
    run_held(p);
    assert_int_equal(p->h[0].ike->v2->first->state, IKEV2_ST_I_PROVE);
    return p;
}

static void the_request_waits_for_the_proof_and_the_child_for_the_check(void **state)
{
    (void)state;
    struct pair *p = pair_proving();
    assert_int_equal(p->h[0].sends, 1);
    run_held(p);
    assert_int_equal(p->h[0].sends, 2);
    assert_int_equal(p->h[0].ike->v2->first->state, IKEV2_ST_I_CHECK);
    assert_int_equal(pair_live(&p->h[0]), 0);
    pair_run(p, 5); /* it has its answer: nothing is repeated */
    assert_int_equal(p->h[0].sends, 2);
    run_held(p);
    pair_check_one(p);
    pair_free(p);
}

static void an_end_while_the_proof_is_made_sends_nothing(void **state)
{
    (void)state;
    struct pair *p = pair_proving();
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    assert_int_equal(p->h[0].sends, 1);
    run_held(p);
    assert_int_equal(pair_stats(p, 0).jobs, 0);
    assert_int_equal(p->h[0].sends, 1);
    pair_free(p);
}

static void an_end_while_the_answer_is_checked_tells_the_peer(void **state)
{
    (void)state;
    struct pair *p = pair_proving();
    run_held(p);
    assert_int_equal(pair_stats(p, 1).established, 1);
    pair_event(p, 0, (struct ike_event){.type = IKE_EV_TERMINATE, .name = "b"});
    assert_int_equal(pair_stats(p, 1).ike_sas, 0);
    assert_int_equal(pair_stats(p, 0).ike_sas, 0);
    run_held(p);
    assert_int_equal(pair_stats(p, 0).jobs, 0);
    assert_int_equal(p->h[0].n_children, 0);
    pair_free(p);
}

static void a_job_that_fails_ends_the_attempt(void **state)
{
    (void)state;
    for (int checking = 0; checking < 2; checking++) {
        struct pair *p = pair_proving();
        if (checking)
            run_held(p);
        p->h[0].n_jobs = 0;
        struct ike_job *job = p->h[0].jobs[0];
        ike_job_auth_of(job)->verified = 1;
        job->status = -EIO;
        pair_event(p, 0, (struct ike_event){.type = IKE_EV_JOB_DONE, .job = job});
        assert_int_equal(p->h[0].n_children, 0);
        assert_int_equal(pair_stats(p, 0).failed, 1);
        assert_int_equal(pair_stats(p, 0).ike_sas, 0);
        assert_int_equal(pair_stats(p, 1).ike_sas, checking ? 0 : 1);
        assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_UNCHECKED), checking);
        assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_UNPROVED), !checking);
        assert_int_equal(pair_count(&p->h[0], IKE_AUDIT_FAIL_WRONG_KEY), 0);
        pair_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_request_waits_for_the_proof_and_the_child_for_the_check),
        cmocka_unit_test(an_end_while_the_proof_is_made_sends_nothing),
        cmocka_unit_test(an_end_while_the_answer_is_checked_tells_the_peer),
        cmocka_unit_test(a_job_that_fails_ends_the_attempt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
