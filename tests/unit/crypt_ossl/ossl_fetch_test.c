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
        const EVP_MAC_CTX *keyless = ossl_fetch_hmac((enum crypt_prf)r->id);
        assert_non_null(keyless);
        assert_ptr_equal(ossl_fetch_hmac((enum crypt_prf)r->id), keyless);
        EVP_MAC_CTX *copy = EVP_MAC_CTX_dup(keyless);
        assert_int_equal(EVP_MAC_init(copy, (const unsigned char *)"k", 1, NULL), 1);
        assert_int_equal(EVP_MAC_CTX_get_mac_size(copy), r->out_bytes);
        EVP_MAC_CTX_free(copy);
    }
    assert_null(ossl_fetch_hmac((enum crypt_prf)0));
    assert_null(ossl_fetch_hmac((enum crypt_prf)4)); /* AES-XCBC, which has no row */
}

/* Last in the list: what has been given back does not come again. */
static void what_was_given_back_is_not_fetched_again(void **state)
{
    ossl_fini();
    assert_null(ossl_fetch_sha1());
    assert_null(ossl_fetch_hmac(CRYPT_PRF_HMAC_SHA2_256));
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
        cmocka_unit_test(what_was_given_back_is_not_fetched_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
