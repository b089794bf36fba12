/* SPDX-License-Identifier: BSD-3-Clause */
/* What counts as verified, and what a job of authentication frees. */
#include "ike_job_auth.h"
#include "ike_pair.h"

static int nothing_run(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    (void)ops;
    (void)job;
    return 0;
}

static const struct ike_job_kind kind = {"nothing", sizeof(struct ike_job_auth), nothing_run,
                                         ike_job_auth_drop};

static void only_one_is_yes(void **state)
{
    (void)state;
    struct ike_job_auth *a = ike_job_auth_of(ike_job_new(&kind));
    a->verified = 1;
    assert_false(ike_job_auth_is_verified(a)); /* it has not run */
    ike_job_run(&null_ike_ops, &a->job);
    assert_true(ike_job_auth_is_verified(a));
    static const int others[] = {0, -1, 2, 256, -EINVAL};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        a->verified = others[i];
        assert_false(ike_job_auth_is_verified(a));
    }
    a->verified = 1;
    a->job.status = -EIO;
    assert_false(ike_job_auth_is_verified(a));
    ike_job_free(&null_ike_ops, &a->job);
}

static void the_octets_go_with_the_job(void **state)
{
    (void)state;
    struct ike_job_auth *a = ike_job_auth_of(ike_job_new(&kind));
    a->octets = malloc(3);
    a->octets_len = 3;
    memcpy(a->octets, "abc", 3);
    a->data_len = 2;
    assert_true(base_span_equal(ike_job_auth_octets(a), base_span("abc", 3)));
    assert_int_equal(ike_job_auth_data(a).len, 2);
    ike_job_auth_drop(&null_ike_ops, &a->job);
    assert_null(a->octets);
    assert_int_equal(ike_job_auth_octets(a).len, 0);
    ike_job_free(&null_ike_ops, &a->job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_one_is_yes),
        cmocka_unit_test(the_octets_go_with_the_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
