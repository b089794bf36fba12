/* SPDX-License-Identifier: BSD-3-Clause */
/* Jobs as a crypto worker runs them. */
#include "ike_pair.h"

static void both_kinds_of_exchange_end_in_the_same_secret(void **state)
{
    (void)state;
    struct ike_job_result a, b, c;
    struct ike_job job = {.id = 5, .kind = IKE_JOB_DH_NEW, .group = CRYPT_DH_X25519};
    ike_job_run(&null_ike_ops, &job, &a);
    assert_int_equal(a.status, 0);
    assert_int_equal(a.id, 5);
    assert_int_equal(a.public_len, 32);
    assert_non_null(a.key);
    job.kind = IKE_JOB_DH_BOTH;
    job.peer_public_len = a.public_len;
    memcpy(job.peer_public, a.public_value, a.public_len);
    ike_job_run(&null_ike_ops, &job, &b);
    assert_int_equal(b.status, 0);
    assert_null(b.key);
    job.kind = IKE_JOB_DH_DERIVE;
    job.key = a.key;
    memcpy(job.peer_public, b.public_value, b.public_len);
    ike_job_run(&null_ike_ops, &job, &c);
    assert_int_equal(c.status, 0);
    assert_int_equal(b.secret_len, c.secret_len);
    assert_memory_equal(b.secret, c.secret, b.secret_len);
    null_ike_ops.dh_free(a.key);
}

static void a_bad_public_value_is_a_status_and_no_secret(void **state)
{
    (void)state;
    struct ike_job_result r;
    const struct ike_job job = {.kind = IKE_JOB_DH_BOTH, .group = CRYPT_DH_X25519, .peer_public_len = 32};
    ike_job_run(&null_ike_ops, &job, &r);
    assert_int_equal(r.status, -EINVAL);
    assert_null(r.key);
    assert_int_equal(r.secret_len, 0);
}

static void a_group_without_a_row_is_refused(void **state)
{
    (void)state;
    struct ike_job_result r;
    const struct ike_job job = {.kind = IKE_JOB_DH_NEW, .group = (enum crypt_dh)1025};
    ike_job_run(&null_ike_ops, &job, &r);
    assert_int_equal(r.status, -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_kinds_of_exchange_end_in_the_same_secret),
        cmocka_unit_test(a_bad_public_value_is_a_status_and_no_secret),
        cmocka_unit_test(a_group_without_a_row_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
