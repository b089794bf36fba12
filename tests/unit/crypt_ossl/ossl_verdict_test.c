/* SPDX-License-Identifier: BSD-3-Clause */
/* Words of verdicts: dates, who is meant, and each error of the library that has a fault of its own. */
#include "ossl_verdict.h"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "ossl_cert.h"
#include "ossl_lib.h"
#include "pki_files.h"

static void a_date_is_written_for_people(void **state)
{
    static const struct {
        int64_t seconds;
        const char *want;
    } rows[] = {{0, "1970-01-01 00:00:00 UTC"},
                {PKI_NOW + 3661, "2026-01-01 01:01:01 UTC"},
                {-1, "1969-12-31 23:59:59 UTC"},
                {INT64_MIN, "a date that cannot be read"},
                {INT64_MAX, "a date that cannot be read"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[64];
        struct base_text out = base_text(text, sizeof text);
        ossl_verdict_date(rows[i].seconds, &out);
        assert_string_equal(text, rows[i].want);
    }
}

static void who_is_meant_is_said_by_depth(void **state)
{
    char text[256];
    struct base_text out = base_text(text, sizeof text);
    struct crypt_cert *cert = pki_cert("gw.crt");
    ossl_verdict_who(cert->x509, 0, &out);
    assert_string_equal(text, "the peer's certificate (C=NZ, O=Lab, CN=gw)");
    out = base_text(text, sizeof text);
    ossl_verdict_who(cert->x509, 2, &out);
    assert_string_equal(text, "the CA certificate of C=NZ, O=Lab, CN=gw above it");
    out = base_text(text, sizeof text);
    ossl_verdict_who(NULL, 0, &out);
    assert_string_equal(text, "the peer's certificate (unknown)");
    ossl_pki_ops.cert_put(cert);
}

static enum crypt_fault fault_of(int error, struct crypt_verdict *verdict)
{
    static const struct crypt_trust_rules rules;
    struct crypt_trust *trust = ossl_pki_ops.trust_new(&rules);
    struct crypt_cert *cert = pki_cert("gw.crt");
    X509_STORE *empty = X509_STORE_new();
    X509_STORE_CTX *store = X509_STORE_CTX_new_ex(ossl_lib(), NULL);
    assert_int_equal(X509_STORE_CTX_init(store, empty, cert->x509, NULL), 1);
    X509_STORE_CTX_set_error(store, error);
    X509_STORE_CTX_set_error_depth(store, 0);
    X509_STORE_CTX_set_current_cert(store, cert->x509);
    *verdict = (struct crypt_verdict){0};
    ossl_verdict_of(store, NULL, (const struct crypt_trust *)trust, PKI_NOW, verdict);
    X509_STORE_CTX_free(store);
    X509_STORE_free(empty);
    ossl_pki_ops.cert_put(cert);
    ossl_pki_ops.trust_put(trust);
    return verdict->fault;
}

static void no_error_of_the_library_is_good_or_without_words(void **state)
{
    struct crypt_verdict v;
    for (int error = 1; error < 100; error++) {
        assert_int_not_equal(fault_of(error, &v), CRYPT_CHAIN_GOOD);
        assert_ptr_equal(strstr(v.words, "the peer's certificate (C=NZ, O=Lab, CN=gw) "), v.words);
        assert_true(strlen(v.words) > strlen("the peer's certificate (C=NZ, O=Lab, CN=gw) ") + 10);
    }
}

static void an_error_without_a_fault_of_its_own_is_the_librarys(void **state)
{
    struct crypt_verdict v;
    assert_int_equal(fault_of(X509_V_ERR_PROXY_CERTIFICATES_NOT_ALLOWED, &v), CRYPT_CHAIN_FAILED);
    assert_non_null(strstr(v.words, " is refused by OpenSSL: "));
    assert_int_equal(fault_of(X509_V_ERR_CRL_SIGNATURE_FAILURE, &v), CRYPT_CHAIN_NO_CRL);
    assert_non_null(strstr(v.words, "that of C=NZ, O=Lab, CN=ca here is not signed by this CA"));
    assert_int_equal(fault_of(X509_V_ERR_CRL_NOT_YET_VALID, &v), CRYPT_CHAIN_NO_CRL);
    assert_non_null(strstr(v.words, "is not valid yet; get a current one from the CA"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_date_is_written_for_people),
        cmocka_unit_test(who_is_meant_is_said_by_depth),
        cmocka_unit_test(no_error_of_the_library_is_good_or_without_words),
        cmocka_unit_test(an_error_without_a_fault_of_its_own_is_the_librarys),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return failed;
}
