/* SPDX-License-Identifier: BSD-3-Clause */
/* What a responder makes is what OpenSSL's own functions for key pairs and secrets make of it. */
#include "ossl_x25519.h"

#include <errno.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include "ossl_ops.h"

#define BYTES OSSL_X25519_BYTES

static EVP_PKEY *caller_new(uint8_t open[BYTES])
{
    size_t len = BYTES;
    EVP_PKEY *pair = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
    assert_int_equal(EVP_PKEY_get_raw_public_key(pair, open, &len), 1);
    return pair;
}

static void caller_derive(EVP_PKEY *pair, const uint8_t theirs[BYTES], uint8_t secret[BYTES])
{
    size_t len = BYTES;
    EVP_PKEY *peer = EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL, theirs, BYTES);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pair, NULL);
    assert_int_equal(EVP_PKEY_derive_init(ctx), 1);
    assert_int_equal(EVP_PKEY_derive_set_peer(ctx, peer), 1);
    assert_int_equal(EVP_PKEY_derive(ctx, secret, &len), 1);
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(peer);
}

static void both_sides_have_the_same_secret(void **state)
{
    for (int i = 0; i < 50; i++) {
        uint8_t open[BYTES], answer[BYTES], ours[BYTES], theirs[BYTES];
        EVP_PKEY *caller = caller_new(open);
        assert_int_equal(ossl_x25519_answer(NULL, open, answer, ours), 0);
        caller_derive(caller, answer, theirs);
        assert_memory_equal(ours, theirs, BYTES);
        EVP_PKEY_free(caller);
    }
}

static void no_answer_comes_twice(void **state)
{
    uint8_t open[BYTES], answers[20][BYTES], secrets[20][BYTES];
    EVP_PKEY *caller = caller_new(open);
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(ossl_x25519_answer(NULL, open, answers[i], secrets[i]), 0);
        for (size_t k = 0; k < i; k++) {
            assert_memory_not_equal(answers[i], answers[k], BYTES);
            assert_memory_not_equal(secrets[i], secrets[k], BYTES);
        }
    }
    EVP_PKEY_free(caller);
}

/* So many answers by one pair, and one that is refused among them; each peer has a secret of its own. */
static void answers_share(struct crypt_dh_turn *turn, unsigned count, uint8_t answer[BYTES])
{
    static const uint8_t zero[BYTES];
    for (unsigned i = 0; i < count; i++) {
        uint8_t open[BYTES], this[BYTES], ours[BYTES], theirs[BYTES];
        EVP_PKEY *caller = caller_new(open);
        if (i == count / 2)
            assert_int_equal(ossl_x25519_answer(turn, zero, this, ours), -EINVAL);
        assert_int_equal(ossl_x25519_answer(turn, open, this, ours), 0);
        caller_derive(caller, this, theirs);
        assert_memory_equal(ours, theirs, BYTES);
        if (i)
            assert_memory_equal(this, answer, BYTES);
        memcpy(answer, this, BYTES);
        EVP_PKEY_free(caller);
    }
}

static void a_turn_has_one_pair_for_so_many_answers_and_none_behind_its_end(void **state)
{
    struct crypt_dh_turn turn = {0};
    uint8_t answers[3][BYTES];
    ossl_x25519_turn_end(&turn);
    answers_share(&turn, 63, answers[0]); /* with the one that was refused 64 */
    answers_share(&turn, 2, answers[1]);
    assert_memory_not_equal(answers[0], answers[1], BYTES);
    ossl_x25519_turn_end(&turn);
    assert_null(turn.shared);
    answers_share(&turn, 2, answers[2]);
    assert_memory_not_equal(answers[1], answers[2], BYTES);
    ossl_x25519_turn_end(&turn);
}

static void values_of_low_order_are_refused(void **state)
{
    static const uint8_t low[][BYTES] = {
        {0},
        {1},
        {0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
         0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
    };
    uint8_t answer[BYTES], secret[BYTES];
    for (size_t i = 0; i < sizeof low / sizeof *low; i++)
        assert_int_equal(ossl_x25519_answer(NULL, low[i], answer, secret), -EINVAL);
}

static void *answers_make(void *ok)
{
    uint8_t open[BYTES] = {9}, answer[BYTES], secret[BYTES];
    for (int i = 0; i < 100; i++)
        if (ossl_x25519_answer(NULL, open, answer, secret) != 0)
            return NULL;
    return ok;
}

static void threads_answer_at_the_same_time(void **state)
{
    pthread_t threads[4];
    int ok;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, answers_make, &ok), 0);
    for (size_t i = 0; i < 4; i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        assert_ptr_equal(result, &ok);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_answer_at_the_same_time),
        cmocka_unit_test(both_sides_have_the_same_secret),
        cmocka_unit_test(no_answer_comes_twice),
        cmocka_unit_test(a_turn_has_one_pair_for_so_many_answers_and_none_behind_its_end),
        cmocka_unit_test(values_of_low_order_are_refused),
    };
    const int rc = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return rc;
}
