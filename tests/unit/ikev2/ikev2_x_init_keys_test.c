/* SPDX-License-Identifier: BSD-3-Clause */
/* The end of the key exchange: a job that fails ends the attempt of either side, explained and counted. */
#include <errno.h>
#include "ike_pair.h"
#include "ike_core.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

/* Gives the job that this side holds back, run or failed. */
static void give_back(struct pair *p, int i, int status)
{
    assert_int_equal(p->h[i].n_jobs, 1);
    p->h[i].n_jobs = 0;
    struct ike_job *job = p->h[i].jobs[0];
    ike_job_run(p->ops, job);
    if (status)
        job->status = status;
    pair_event(p, i, (struct ike_event){.type = IKE_EV_JOB_DONE, .job = job});
}

/* The peer is blamed for a public value that is none, and for nothing else. */
static const struct {
    int status;
    enum ike_audit_kind kind;
} failures[] = {
    {-EINVAL, IKE_AUDIT_FAIL_MALFORMED},
    {-ENOMEM, IKE_AUDIT_FAIL_KEY_EXCHANGE},
    {-EIO, IKE_AUDIT_FAIL_KEY_EXCHANGE},
};
#define FAILURES (sizeof failures / sizeof *failures)

static void check_failed(struct pair *p, int i, enum ike_audit_kind kind)
{
    const struct ike_audit *a = pair_audit(&p->h[i], kind);
    assert_non_null(a);
    assert_string_not_equal(a->why, "");
    for (size_t f = 0; f < FAILURES; f++)
        assert_int_equal(pair_count(&p->h[i], failures[f].kind), failures[f].kind == kind);
    assert_int_equal(pair_stats(p, i).failed, 1);
    assert_int_equal(pair_stats(p, i).ike_sas, 0);
    assert_int_equal(pair_stats(p, i).jobs, 0);
}

static void a_secret_that_cannot_be_made_ends_the_call(void **state)
{
    (void)state;
    for (size_t n = 0; n < 2 * FAILURES; n++) {
        const int step = n % 2; /* the key pair, the secret */
        struct pair *p = pair_new();
        pair_start(p);
        p->h[0].hold_jobs = true;
        pair_connect(p);
        if (step)
            give_back(p, 0, 0);
        give_back(p, 0, failures[n / 2].status);
        check_failed(p, 0, failures[n / 2].kind);
        assert_int_equal(p->h[0].sends, step);
        pair_free(p);
    }
}

static void a_secret_that_cannot_be_made_is_not_answered(void **state)
{
    (void)state;
    for (size_t n = 0; n < FAILURES; n++) {
        struct pair *p = pair_new();
        pair_start(p);
        p->h[1].hold_jobs = true;
        pair_connect(p);
        give_back(p, 1, failures[n].status);
        check_failed(p, 1, failures[n].kind);
        assert_int_equal(pair_stats(p, 1).half_open, 0);
        assert_int_equal(p->h[1].sends, 0);
        pair_free(p);
    }
}

static void both_sides_make_the_same_keys(void **state)
{
    (void)state;
    struct pair *p = pair_up();
    const struct ikev2_sa *a = p->h[0].ike->v2->first, *b = p->h[1].ike->v2->first;
    assert_true(a->keys.prf_len > 0);
    assert_int_equal(a->keys.prf_len, b->keys.prf_len);
    assert_memory_equal(a->keys.sk_d, b->keys.sk_d, a->keys.prf_len);
    pair_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_secret_that_cannot_be_made_ends_the_call),
        cmocka_unit_test(a_secret_that_cannot_be_made_is_not_answered),
        cmocka_unit_test(both_sides_make_the_same_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
