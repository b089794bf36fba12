/* SPDX-License-Identifier: BSD-3-Clause */
/* Kinds of keys: which are taken, and how they are called. */
#include "ossl_kind.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include "ossl_lib.h"
#include "ossl_ops.h"

static char flaw[96];

/* Judges a key that it takes; the kind is looked at only when it is good. */
static bool judge(EVP_PKEY *pkey, struct ossl_kind *kind)
{
    struct base_text why = base_text(flaw, sizeof flaw);
    assert_non_null(pkey);
    const bool is_good = ossl_kind_of(pkey, kind, &why);
    assert_int_equal(is_good, flaw[0] == '\0');
    EVP_PKEY_free(pkey);
    return is_good;
}

static EVP_PKEY *make(const char *kind)
{
    return EVP_PKEY_Q_keygen(ossl_lib(), NULL, kind);
}

static EVP_PKEY *make_ec(const char *curve)
{
    return EVP_PKEY_Q_keygen(ossl_lib(), NULL, "EC", curve);
}

static EVP_PKEY *make_rsa(size_t bits)
{
    return EVP_PKEY_Q_keygen(ossl_lib(), NULL, "RSA", bits);
}

static void the_kinds_that_are_taken_have_names_and_sizes(void **state)
{
    struct ossl_kind k;
    assert_true(judge(make_rsa(2048), &k));
    assert_int_equal(k.key, CRYPT_SIG_KEY_RSA);
    assert_int_equal(k.bits, 2048);
    assert_string_equal(k.text, "RSA 2048");
    static const struct {
        const char *curve, *text;
        int bits;
    } curves[] = {
        {"P-256", "ECDSA P-256", 256}, {"secp384r1", "ECDSA P-384", 384}, {"P-521", "ECDSA P-521", 521}};
    for (size_t i = 0; i < 3; i++) {
        assert_true(judge(make_ec(curves[i].curve), &k));
        assert_int_equal(k.key, CRYPT_SIG_KEY_EC);
        assert_int_equal(k.bits, curves[i].bits);
        assert_string_equal(k.text, curves[i].text);
    }
    assert_true(judge(make("ED25519"), &k));
    assert_int_equal(k.key, CRYPT_SIG_KEY_ED25519);
    assert_true(judge(make("ED448"), &k));
    assert_int_equal(k.key, CRYPT_SIG_KEY_ED448);
    assert_string_equal(k.text, "Ed448");
}

static void others_are_refused_by_name(void **state)
{
    struct ossl_kind k;
    assert_false(judge(make_rsa(1024), &k));
    assert_string_equal(flaw, "RSA of 1024 bits, less than 2048");
    assert_false(judge(make_rsa(2040), &k));
    assert_false(judge(make_ec("secp256k1"), &k));
    assert_string_equal(flaw, "on the curve secp256k1; P-256, P-384 and P-521 are taken");
    assert_false(judge(make_ec("P-224"), &k));
    assert_false(judge(make("X25519"), &k));
    assert_string_equal(flaw, "of the kind X25519; RSA, ECDSA, Ed25519 and Ed448 are taken");
}

/* SubjectPublicKeyInfo of a P-256 key whose parameters are spelled out. */
static void a_curve_that_is_spelled_out_is_refused(void **state)
{
    struct ossl_kind k;
    unsigned char *der = NULL;
    EVP_PKEY *named = make_ec("P-256");
    assert_int_equal(EVP_PKEY_set_utf8_string_param(named, "encoding", "explicit"), 1);
    const int len = i2d_PUBKEY(named, &der);
    const unsigned char *pos = der;
    assert_true(len > 200);
    EVP_PKEY *spelled = d2i_PUBKEY_ex(NULL, &pos, len, ossl_lib(), NULL);
    OPENSSL_free(der);
    EVP_PKEY_free(named);
    assert_false(judge(spelled, &k));
    assert_string_equal(flaw, "on the curve of its own parameters; P-256, P-384 and P-521 are taken");
}

static void a_scheme_is_for_its_kind_of_key(void **state)
{
    const struct ossl_kind p384 = {.key = CRYPT_SIG_KEY_EC, .bits = 384};
    const struct ossl_kind rsa = {.key = CRYPT_SIG_KEY_RSA, .bits = 2048};
    const struct ossl_kind pss = {.key = CRYPT_SIG_KEY_RSA, .bits = 2048, .is_pss_only = true};
    assert_true(ossl_kind_takes(&p384, crypt_sig_row(CRYPT_SIG_ECDSA_SHA2_256)));
    assert_true(ossl_kind_takes(&p384, crypt_sig_row(CRYPT_SIG_ECDSA_P384_RAW)));
    assert_false(ossl_kind_takes(&p384, crypt_sig_row(CRYPT_SIG_ECDSA_P256_RAW)));
    assert_false(ossl_kind_takes(&p384, crypt_sig_row(CRYPT_SIG_RSA_SHA2_256)));
    assert_true(ossl_kind_takes(&rsa, crypt_sig_row(CRYPT_SIG_RSA_SHA1)));
    assert_true(ossl_kind_takes(&pss, crypt_sig_row(CRYPT_SIG_PSS_SHA2_256)));
    assert_false(ossl_kind_takes(&pss, crypt_sig_row(CRYPT_SIG_RSA_SHA2_256)));
    assert_false(ossl_kind_takes(&pss, crypt_sig_row(CRYPT_SIG_RSA_SHA1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kinds_that_are_taken_have_names_and_sizes),
        cmocka_unit_test(others_are_refused_by_name),
        cmocka_unit_test(a_curve_that_is_spelled_out_is_refused),
        cmocka_unit_test(a_scheme_is_for_its_kind_of_key),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return failed;
}
