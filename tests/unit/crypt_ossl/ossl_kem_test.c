/* SPDX-License-Identifier: BSD-3-Clause */
/* ML-KEM by the library, through the table that the engine uses; or that a library without it is told. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "crypt_alg.h"
#include "ossl_ops.h"

static const enum crypt_dh methods[] = {CRYPT_DH_ML_KEM_512, CRYPT_DH_ML_KEM_768, CRYPT_DH_ML_KEM_1024};
static uint8_t key_value[CRYPT_DH_MAX], answer[CRYPT_DH_MAX], ours[CRYPT_DH_MAX], theirs[CRYPT_DH_MAX];
static size_t ours_len, theirs_len;

/* A pair's value in key_value, and an answer to it with its secret in theirs. */
static struct crypt_dh_key *exchange(const struct crypt_alg *alg)
{
    struct crypt_dh_key *key = NULL;
    assert_int_equal(ossl_ike_ops.dh_new((enum crypt_dh)alg->id, &key, key_value), 0);
    assert_int_equal(ossl_ike_ops.dh_answer(NULL, (enum crypt_dh)alg->id,
                                            base_span(key_value, alg->out_bytes), answer, theirs,
                                            &theirs_len),
                     0);
    assert_int_equal(theirs_len, 32);
    return key;
}

static void skip_where_absent(void)
{
    if (ossl_dh_has(CRYPT_DH_ML_KEM_768))
        return;
    print_message("this OpenSSL has no ML-KEM (3.5 is the first that has)\n");
    skip();
}

static void a_library_without_it_says_so_and_computes_nothing(void **state)
{
    struct crypt_dh_key *key = NULL;
    assert_true(ossl_dh_has(CRYPT_DH_X25519));
    assert_false(ossl_dh_has((enum crypt_dh)1025));
    if (ossl_dh_has(CRYPT_DH_ML_KEM_768))
        skip();
    for (size_t i = 0; i < 3; i++) {
        const struct crypt_alg *alg = crypt_alg_find(CRYPT_TYPE_DH, methods[i], 0);
        assert_false(ossl_dh_has(methods[i]));
        assert_int_equal(ossl_ike_ops.dh_new(methods[i], &key, key_value), -ENOTSUP);
        assert_null(key);
        assert_int_equal(ossl_ike_ops.dh_answer(NULL, methods[i], base_span(key_value, alg->out_bytes),
                                                answer, ours, &ours_len),
                         -ENOTSUP);
        assert_int_equal(ours_len, 0);
    }
}

static void both_sides_have_the_same_secret_and_no_two_exchanges_have(void **state)
{
    uint8_t before[32] = {0};
    skip_where_absent();
    for (size_t i = 0; i < 3; i++) {
        const struct crypt_alg *alg = crypt_alg_find(CRYPT_TYPE_DH, methods[i], 0);
        assert_true(ossl_dh_has(methods[i]));
        struct crypt_dh_key *key = exchange(alg);
        assert_int_equal(ossl_ike_ops.dh_derive(key, base_span(answer, alg->answer_bytes), ours, &ours_len),
                         0);
        assert_int_equal(ours_len, 32);
        assert_memory_equal(ours, theirs, 32);
        assert_memory_not_equal(ours, before, 32);
        memcpy(before, ours, 32);
        ossl_ike_ops.dh_free(key);
    }
}

static void a_changed_ciphertext_gives_a_secret_that_nobody_has(void **state)
{
    skip_where_absent();
    const struct crypt_alg *alg = crypt_alg_find(CRYPT_TYPE_DH, CRYPT_DH_ML_KEM_768, 0);
    struct crypt_dh_key *key = exchange(alg);
    answer[100] ^= 1;
    assert_int_equal(ossl_ike_ops.dh_derive(key, base_span(answer, alg->answer_bytes), ours, &ours_len), 0);
    assert_memory_not_equal(ours, theirs, 32);
    ossl_ike_ops.dh_free(key);
}

static void other_lengths_and_a_key_out_of_range_are_refused(void **state)
{
    static const uint8_t none[CRYPT_DH_MAX];
    skip_where_absent();
    const struct crypt_alg *alg = crypt_alg_find(CRYPT_TYPE_DH, CRYPT_DH_ML_KEM_768, 0);
    struct crypt_dh_key *key = exchange(alg);
    for (size_t len = 0; len <= CRYPT_DH_MAX; len += 1) {
        if (len != alg->answer_bytes)
            assert_int_equal(ossl_ike_ops.dh_derive(key, base_span(answer, len), ours, &ours_len), -EINVAL);
        if (len != alg->out_bytes)
            assert_int_equal(ossl_ike_ops.dh_answer(NULL, CRYPT_DH_ML_KEM_768, base_span(key_value, len),
                                                    answer, ours, &ours_len),
                             -EINVAL);
        assert_int_equal(ours_len, 0);
        assert_memory_equal(ours, none, sizeof none);
    }
    /* Two coefficients of twelve bits each, both 4095, where 3328 is the most (FIPS 203 7.2). */
    memset(key_value, 0xff, 3);
    assert_int_equal(ossl_ike_ops.dh_answer(NULL, CRYPT_DH_ML_KEM_768, base_span(key_value, alg->out_bytes),
                                            answer, ours, &ours_len),
                     -EINVAL);
    assert_memory_equal(ours, none, sizeof none);
    ossl_ike_ops.dh_free(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_library_without_it_says_so_and_computes_nothing),
        cmocka_unit_test(both_sides_have_the_same_secret_and_no_two_exchanges_have),
        cmocka_unit_test(a_changed_ciphertext_gives_a_secret_that_nobody_has),
        cmocka_unit_test(other_lengths_and_a_key_out_of_range_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
