/* SPDX-License-Identifier: BSD-3-Clause */
/* Key exchange as a crypto thread runs it. */
#include "ike_job_dh.h"
#include "ike_pair.h"

static struct ike_job_dh *run(const struct ike_job_kind *kind, enum crypt_dh group, struct crypt_dh_key *key,
                              struct base_span peer_public)
{
    struct ike_job_dh *d = ike_job_dh(kind, group, key, peer_public);
    assert_non_null(d);
    ike_job_run(&null_ike_ops, &d->job);
    return d;
}

static void both_kinds_of_exchange_end_in_the_same_secret(void **state)
{
    (void)state;
    struct ike_job_dh *a = run(&ike_job_kind_dh_pair, CRYPT_DH_X25519, NULL, BASE_SPAN_NONE);
    assert_int_equal(a->job.status, 0);
    assert_int_equal(a->public_len, 32);
    assert_int_equal(a->secret_len, 0);
    assert_non_null(a->key);
    struct ike_job_dh *b =
        run(&ike_job_kind_dh_both, CRYPT_DH_X25519, NULL, base_span(a->public_value, a->public_len));
    assert_int_equal(b->job.status, 0);
    assert_int_equal(b->public_len, 32);
    assert_null(b->key);
    struct ike_job_dh *c =
        run(&ike_job_kind_dh_secret, CRYPT_DH_X25519, a->key, base_span(b->public_value, b->public_len));
    a->key = NULL; /* c's now */
    assert_int_equal(c->job.status, 0);
    assert_int_equal(c->public_len, 0);
    assert_int_equal(b->secret_len, c->secret_len);
    assert_memory_equal(b->secret, c->secret, b->secret_len);
    ike_job_free(&null_ike_ops, &a->job);
    ike_job_free(&null_ike_ops, &b->job);
    ike_job_free(&null_ike_ops, &c->job);
}

static void of_a_kem_the_two_values_differ_in_length(void **state)
{
    (void)state;
    struct ike_job_dh *a = run(&ike_job_kind_dh_pair, CRYPT_DH_ML_KEM_768, NULL, BASE_SPAN_NONE);
    assert_int_equal(a->public_len, 1184);
    struct ike_job_dh *b =
        run(&ike_job_kind_dh_both, CRYPT_DH_ML_KEM_768, NULL, base_span(a->public_value, a->public_len));
    assert_int_equal(b->job.status, 0);
    assert_int_equal(b->public_len, 1088);
    struct ike_job_dh *c =
        run(&ike_job_kind_dh_secret, CRYPT_DH_ML_KEM_768, a->key, base_span(b->public_value, b->public_len));
    a->key = NULL; /* c's now */
    assert_int_equal(c->job.status, 0);
    assert_int_equal(c->secret_len, 32);
    assert_memory_equal(b->secret, c->secret, 32);
    ike_job_free(&null_ike_ops, &a->job);
    ike_job_free(&null_ike_ops, &b->job);
    ike_job_free(&null_ike_ops, &c->job);
}

static void a_bad_public_value_is_a_status_and_no_secret(void **state)
{
    (void)state;
    const uint8_t zero[32] = {0}, none[CRYPT_DH_MAX] = {0};
    struct ike_job_dh *d = run(&ike_job_kind_dh_both, CRYPT_DH_X25519, NULL, base_span(zero, sizeof zero));
    assert_int_equal(d->job.status, -EINVAL);
    assert_null(d->key);
    assert_int_equal(d->secret_len, 0);
    assert_memory_equal(d->secret, none, sizeof none);
    ike_job_free(&null_ike_ops, &d->job);
}

static void a_group_without_a_row_is_refused(void **state)
{
    (void)state;
    struct ike_job_dh *d = run(&ike_job_kind_dh_pair, (enum crypt_dh)1025, NULL, BASE_SPAN_NONE);
    assert_int_equal(d->job.status, -EINVAL);
    assert_int_equal(d->public_len, 0);
    ike_job_free(&null_ike_ops, &d->job);
}

static void a_public_value_that_is_too_long_is_not_copied(void **state)
{
    (void)state;
    static const uint8_t big[CRYPT_DH_MAX + 1];
    struct ike_job_dh *d = run(&ike_job_kind_dh_both, CRYPT_DH_X25519, NULL, base_span(big, sizeof big));
    assert_int_equal(d->peer_public_len, 0);
    assert_int_equal(d->job.status, -EINVAL);
    ike_job_free(&null_ike_ops, &d->job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_kinds_of_exchange_end_in_the_same_secret),
        cmocka_unit_test(of_a_kem_the_two_values_differ_in_length),
        cmocka_unit_test(a_bad_public_value_is_a_status_and_no_secret),
        cmocka_unit_test(a_group_without_a_row_is_refused),
        cmocka_unit_test(a_public_value_that_is_too_long_is_not_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
