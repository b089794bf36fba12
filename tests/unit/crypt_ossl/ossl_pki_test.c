/* SPDX-License-Identifier: BSD-3-Clause */
/* The table: nothing in it is missing, and many threads may use the same key, certificate and trust at once.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "pki_files.h"
#include "pki_der.h"

static void every_function_is_there(void **state)
{
    void (*const *all)(void) = (void (*const *)(void)) & ossl_pki_ops;
    for (size_t i = 0; i < sizeof ossl_pki_ops / sizeof *all; i++)
        assert_true(all[i] != NULL);
}

#define THREADS 4
#define ROUNDS  50

struct shared {
    struct crypt_key *key;
    struct crypt_trust *trust;
    struct base_span leaf;
};

/* Non-NULL: a round failed. */
static void *work(void *arg)
{
    const struct shared *s = arg;
    const struct crypt_peer_chain chain = {.leaf = s->leaf};
    for (int i = 0; i < ROUNDS; i++) {
        struct crypt_verdict verdict;
        struct crypt_cert *leaf;
        uint8_t made[CRYPT_SIG_BYTES_MAX];
        size_t len;
        struct crypt_key *key = ossl_pki_ops.key_get(s->key);
        struct crypt_trust *trust = ossl_pki_ops.trust_get(s->trust);
        const bool ok =
            ossl_pki_ops.sign(key, CRYPT_SIG_ECDSA_SHA2_256, s->leaf, made, &len) == 0 &&
            ossl_pki_ops.chain_verify(trust, &chain, CRYPT_PURPOSE_IKE, PKI_NOW, &verdict, &leaf) ==
                CRYPT_CHAIN_GOOD &&
            ossl_pki_ops.verify(leaf, CRYPT_SIG_ECDSA_SHA2_256, s->leaf, base_span(made, len)) == 1;
        if (ok)
            ossl_pki_ops.cert_put(leaf);
        ossl_pki_ops.key_put(key);
        ossl_pki_ops.trust_put(trust);
        if (!ok)
            return arg;
    }
    return NULL;
}

static void threads_share_keys_and_trusts(void **state)
{
    static const struct crypt_trust_rules rules = {.crl = CRYPT_CRL_REQUIRED};
    struct base_text why = pki_why();
    struct shared s = {pki_key("gw.key"), ossl_pki_ops.trust_new(&rules), pki_der("gw.crt")};
    pthread_t threads[THREADS];
    void *failed;
    assert_int_equal(ossl_pki_ops.trust_read_cas(s.trust, "ca", pki_bytes("ca.crt"), &why), 0);
    assert_int_equal(ossl_pki_ops.trust_read_crls(s.trust, "crl", pki_bytes("ca.crl"), &why), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, &s), 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    ossl_pki_ops.key_put(s.key);
    ossl_pki_ops.trust_put(s.trust);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_function_is_there),
        cmocka_unit_test(threads_share_keys_and_trusts),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return failed;
}
