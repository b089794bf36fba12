/* SPDX-License-Identifier: BSD-3-Clause */
/* A job's record: what it is before, after, and when it is gone. */
#include "ike_pair.h"

struct echo {
    struct ike_job job;
    uint8_t in, out;
    int *drops;
};

static int echo_run(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    (void)ops;
    struct echo *e = (struct echo *)job;
    e->out = e->in;
    return e->in ? 0 : -EINVAL;
}

static void echo_drop(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    (void)ops;
    struct echo *e = (struct echo *)job;
    ++*e->drops;
}

static const struct ike_job_kind echo_kind = {"echo", sizeof(struct echo), echo_run, echo_drop};
static const struct ike_job_kind plain_kind = {"plain", sizeof(struct echo), echo_run, NULL};

static void a_job_of_any_kind_runs_and_says_how_it_went(void **state)
{
    (void)state;
    int drops = 0;
    struct ike_job *job = ike_job_new(&echo_kind);
    struct echo *e = (struct echo *)job;
    assert_int_equal(job->status, -ECANCELED);
    assert_int_equal(e->in, 0);
    e->drops = &drops;
    e->in = 7;
    ike_job_run(&null_ike_ops, job);
    assert_int_equal(job->status, 0);
    assert_int_equal(e->out, 7);
    e->in = 0;
    ike_job_run(&null_ike_ops, job);
    assert_int_equal(job->status, -EINVAL);
    assert_int_equal(drops, 0);
    ike_job_free(&null_ike_ops, job);
    assert_int_equal(drops, 1);
}

static void a_kind_that_owns_nothing_has_nothing_to_drop(void **state)
{
    (void)state;
    ike_job_free(&null_ike_ops, ike_job_new(&plain_kind));
    ike_job_free(&null_ike_ops, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_of_any_kind_runs_and_says_how_it_went),
        cmocka_unit_test(a_kind_that_owns_nothing_has_nothing_to_drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
