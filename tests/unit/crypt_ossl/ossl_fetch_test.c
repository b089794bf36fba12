/* SPDX-License-Identifier: BSD-3-Clause */
/* Each algorithm that IKE may negotiate is one that the library has; a fetch gives the same object each time.
 */
#include "ossl_fetch.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include "ossl_ops.h"

#define THREADS 4

static void *fetch_in_thread(void *arg)
{
    const EVP_MD **sha1 = arg;
    *sha1 = ossl_fetch_sha1();
    return NULL;
}

/* First in the list: nothing has been fetched before. */
static void threads_that_come_first_together_get_the_same(void **state)
{
    pthread_t threads[THREADS];
    const EVP_MD *got[THREADS] = {NULL};
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, fetch_in_thread, &got[i]), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_non_null(got[0]);
    for (int i = 1; i < THREADS; i++)
        assert_ptr_equal(got[i], got[0]);
    assert_int_equal(EVP_MD_get_size(got[0]), 20);
}

static void each_cipher_of_ike_is_there_with_the_sizes_of_its_row(void **state)
{
    size_t count, seen = 0;
    const struct crypt_alg *rows = crypt_alg_rows(&count);
    for (const struct crypt_alg *r = rows; r < rows + count; r++) {
        const EVP_CIPHER *cipher = ossl_fetch_cipher(r);
        if (r->type != CRYPT_TYPE_ENCR || !r->for_ike) {
            assert_null(cipher);
            continue;
        }
        assert_non_null(cipher);
        assert_ptr_equal(ossl_fetch_cipher(r), cipher);
        assert_int_equal(EVP_CIPHER_get_key_length(cipher), r->key_bytes);
        assert_int_equal(EVP_CIPHER_get_block_size(cipher), r->block_bytes);
        if (EVP_CIPHER_get_mode(cipher) != EVP_CIPH_CCM_MODE) /* which takes many lengths */
            assert_int_equal(EVP_CIPHER_get_iv_length(cipher), r->salt_bytes + r->iv_bytes);
        seen++;
    }
    assert_int_equal(seen, 14);
}

static void a_key_length_without_row_has_no_cipher(void **state)
{
    const struct crypt_alg gcm64 = {.type = CRYPT_TYPE_ENCR, .id = CRYPT_ENCR_AES_GCM_16, .key_bits = 64};
    const struct crypt_alg other_type = {
        .type = CRYPT_TYPE_PRF, .id = CRYPT_ENCR_AES_GCM_16, .key_bits = 128};
    assert_null(ossl_fetch_cipher(&gcm64));
    assert_null(ossl_fetch_cipher(&other_type));
}

static void each_prf_is_there_with_the_output_of_its_row(void **state)
{
    size_t count;
    const struct crypt_alg *rows = crypt_alg_rows(&count);
    for (const struct crypt_alg *r = rows; r < rows + count; r++) {
        if (r->type != CRYPT_TYPE_PRF)
            continue;
        const EVP_MD *md = ossl_fetch_hash((enum crypt_prf)r->id);
        assert_non_null(md);
        assert_ptr_equal(ossl_fetch_hash((enum crypt_prf)r->id), md);
        assert_int_equal(EVP_MD_get_size(md), r->out_bytes);
    }
    assert_null(ossl_fetch_hash((enum crypt_prf)0));
    assert_null(ossl_fetch_hash((enum crypt_prf)4)); /* AES-XCBC, which has no row */
}

static void a_context_that_comes_again_holds_nothing_of_its_last_use(void **state)
{
    static const uint8_t of_nothing[] = {0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4,
                                         0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
                                         0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};
    const EVP_MD *md = ossl_fetch_sha256();
    uint8_t out[32];
    EVP_MD_CTX *ctx = ossl_fetch_take(md);
    assert_int_equal(EVP_DigestInit_ex2(ctx, md, NULL), 1);
    assert_int_equal(EVP_DigestUpdate(ctx, "secret", 6), 1);
    ossl_fetch_give(md, ctx);
    assert_ptr_equal(ossl_fetch_take(md), ctx);
    assert_int_equal(EVP_DigestFinal_ex(ctx, out, NULL), 1); /* as it is, not begun anew */
    assert_memory_equal(out, of_nothing, sizeof out);
    ossl_fetch_give(md, ctx);
    ossl_fetch_give(md, NULL);
}

static void contexts_are_enough_for_any_number_of_takers(void **state)
{
    EVP_MD_CTX *many[40];
    const EVP_MD *md = ossl_fetch_hash(CRYPT_PRF_HMAC_SHA2_384);
    for (size_t i = 0; i < 40; i++) {
        many[i] = ossl_fetch_take(md);
        assert_non_null(many[i]);
        for (size_t k = 0; k < i; k++)
            assert_ptr_not_equal(many[k], many[i]);
    }
    for (size_t i = 0; i < 40; i++)
        ossl_fetch_give(md, many[i]);
}

/* Last in the list: what has been given back does not come again. */
static void what_was_given_back_is_not_fetched_again(void **state)
{
    ossl_fini();
    assert_null(ossl_fetch_sha1());
    assert_null(ossl_fetch_hash(CRYPT_PRF_HMAC_SHA2_256));
    assert_null(ossl_fetch_cipher(crypt_alg_find(CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 256)));
    ossl_fini();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_that_come_first_together_get_the_same),
        cmocka_unit_test(each_cipher_of_ike_is_there_with_the_sizes_of_its_row),
        cmocka_unit_test(a_key_length_without_row_has_no_cipher),
        cmocka_unit_test(each_prf_is_there_with_the_output_of_its_row),
        cmocka_unit_test(a_context_that_comes_again_holds_nothing_of_its_last_use),
        cmocka_unit_test(contexts_are_enough_for_any_number_of_takers),
        cmocka_unit_test(what_was_given_back_is_not_fetched_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
