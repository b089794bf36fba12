/* SPDX-License-Identifier: BSD-3-Clause */
/* PKCS#12: the right passphrase gives key and chain, all else a sentence. */
#include "ossl_pkcs12.h"

#include <errno.h>
#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "ossl_certs.h"
#include "pki_files.h"

static int read_archive(struct base_span bytes, const char *passphrase, EVP_PKEY **key,
                        struct crypt_certs *certs)
{
    struct base_text why = pki_why();
    const int err = ossl_pkcs12_read("a.p12", bytes, passphrase, key, certs, &why);
    assert_int_equal(err < 0, pki_sentence[0] != '\0');
    return err;
}

static void it_gives_key_and_chain_or_either(void **state)
{
    EVP_PKEY *key = NULL;
    struct crypt_certs certs = {0};
    assert_int_equal(read_archive(pki_bytes("deep.p12"), "secret", &key, &certs), 0);
    assert_non_null(key);
    assert_int_equal(certs.n, 3);
    EVP_PKEY_free(key);
    ossl_certs_put(&certs);
    assert_int_equal(read_archive(pki_bytes("deep.p12"), "secret", NULL, &certs), 0);
    assert_int_equal(certs.n, 3);
    ossl_certs_put(&certs);
    assert_int_equal(read_archive(pki_bytes("deep.p12"), "secret", &key, NULL), 0);
    EVP_PKEY_free(key);
}

static void a_wrong_passphrase_is_said(void **state)
{
    EVP_PKEY *key = NULL;
    assert_int_equal(read_archive(pki_bytes("deep.p12"), "wrong", &key, NULL), -EACCES);
    assert_string_equal(pki_sentence, "a.p12 is a PKCS#12 archive, and the passphrase does not open it");
    assert_int_equal(read_archive(pki_bytes("deep.p12"), NULL, &key, NULL), -EACCES);
    assert_string_equal(pki_sentence, "a.p12 is a PKCS#12 archive, and no passphrase is given to open it");
    assert_null(key);
}

static void a_changed_archive_is_refused(void **state)
{
    const struct base_span good = pki_bytes("deep.p12");
    uint8_t *bytes = malloc(good.len);
    EVP_PKEY *key = NULL;
    struct crypt_certs certs = {0};
    for (size_t i = 0; i < good.len; i += 101) {
        memcpy(bytes, good.ptr, good.len);
        bytes[i] ^= 0x20;
        assert_true(read_archive(base_span(bytes, good.len), "secret", &key, &certs) < 0);
        assert_null(key);
        assert_int_equal(certs.n, 0);
    }
    free(bytes);
    assert_int_equal(read_archive(base_span("\x30\x00", 2), "secret", &key, &certs), -EINVAL);
    assert_string_equal(pki_sentence, "a.p12 is a damaged PKCS#12 archive");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_gives_key_and_chain_or_either),
        cmocka_unit_test(a_wrong_passphrase_is_said),
        cmocka_unit_test(a_changed_archive_is_refused),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return failed;
}
