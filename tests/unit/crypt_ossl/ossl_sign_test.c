/* SPDX-License-Identifier: BSD-3-Clause */
/* Signatures: each scheme with each kind of key, and nothing but the right one verifies. */
#include "ossl_ops.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "pki_files.h"

static const struct base_span octets = {(const uint8_t *)"what is signed", 14};

static const struct {
    const char *key, *cert;
    enum crypt_sig schemes[9]; /* all that this key can make; ends with none */
} kinds[] = {
    {"gw-rsa.key",
     "gw-rsa.crt",
     {CRYPT_SIG_RSA_SHA1, CRYPT_SIG_RSA_SHA2_256, CRYPT_SIG_RSA_SHA2_384, CRYPT_SIG_RSA_SHA2_512,
      CRYPT_SIG_PSS_SHA2_256, CRYPT_SIG_PSS_SHA2_384, CRYPT_SIG_PSS_SHA2_512, CRYPT_SIG_RSA_BARE}},
    {"gw.key",
     "gw.crt",
     {CRYPT_SIG_ECDSA_SHA2_256, CRYPT_SIG_ECDSA_SHA2_384, CRYPT_SIG_ECDSA_SHA2_512,
      CRYPT_SIG_ECDSA_P256_RAW}},
    {"gw-384.key",
     "gw-384.crt",
     {CRYPT_SIG_ECDSA_SHA2_256, CRYPT_SIG_ECDSA_SHA2_384, CRYPT_SIG_ECDSA_SHA2_512,
      CRYPT_SIG_ECDSA_P384_RAW}},
    {"gw-521.key",
     "gw-521.crt",
     {CRYPT_SIG_ECDSA_SHA2_256, CRYPT_SIG_ECDSA_SHA2_384, CRYPT_SIG_ECDSA_SHA2_512,
      CRYPT_SIG_ECDSA_P521_RAW}},
    {"gw-ed.key", "gw-ed.crt", {CRYPT_SIG_ED25519}},
    {"gw-448.key", "gw-448.crt", {CRYPT_SIG_ED448}},
};

#define KINDS (sizeof kinds / sizeof kinds[0])

static bool makes(size_t kind, enum crypt_sig sig)
{
    for (size_t i = 0; i < 9; i++)
        if (kinds[kind].schemes[i] == sig)
            return true;
    return false;
}

static void each_key_makes_its_schemes_and_no_other(void **state)
{
    for (size_t k = 0; k < KINDS; k++) {
        struct crypt_key *key = pki_key(kinds[k].key);
        struct crypt_cert *cert = pki_cert(kinds[k].cert);
        for (enum crypt_sig sig = CRYPT_SIG_NONE + 1; sig <= CRYPT_SIGS; sig++) {
            uint8_t made[CRYPT_SIG_BYTES_MAX] = {0};
            size_t len;
            const int err = ossl_pki_ops.sign(key, sig, octets, made, &len);
            assert_int_equal(err, makes(k, sig) ? 0 : -EINVAL);
            assert_int_equal(ossl_pki_ops.verify(cert, sig, octets, base_span(made, len)), err == 0);
        }
        ossl_pki_ops.key_put(key);
        ossl_pki_ops.cert_put(cert);
    }
}

/* Signature by kind a under scheme sig: is it taken by anybody else, or as anything else? */
static void check_only(size_t a, enum crypt_sig sig, struct base_span made)
{
    for (size_t b = 0; b < KINDS; b++) {
        struct crypt_cert *cert = pki_cert(kinds[b].cert);
        for (enum crypt_sig as = CRYPT_SIG_NONE; as <= CRYPT_SIGS; as++)
            assert_int_equal(ossl_pki_ops.verify(cert, as, octets, made), a == b && as == sig);
        ossl_pki_ops.cert_put(cert);
    }
}

static void a_signature_is_of_one_key_and_one_scheme(void **state)
{
    for (size_t k = 0; k < KINDS; k++) {
        struct crypt_key *key = pki_key(kinds[k].key);
        for (size_t i = 0; i < 9 && kinds[k].schemes[i]; i++) {
            uint8_t made[CRYPT_SIG_BYTES_MAX];
            size_t len;
            assert_int_equal(ossl_pki_ops.sign(key, kinds[k].schemes[i], octets, made, &len), 0);
            check_only(k, kinds[k].schemes[i], base_span(made, len));
        }
        ossl_pki_ops.key_put(key);
    }
}

static void no_bit_of_a_signature_and_no_octet_signed_can_change(void **state)
{
    for (size_t k = 0; k < KINDS; k++) {
        struct crypt_key *key = pki_key(kinds[k].key);
        struct crypt_cert *cert = pki_cert(kinds[k].cert);
        const enum crypt_sig sig = kinds[k].schemes[0];
        uint8_t made[CRYPT_SIG_BYTES_MAX];
        size_t len;
        assert_int_equal(ossl_pki_ops.sign(key, sig, octets, made, &len), 0);
        assert_int_equal(
            ossl_pki_ops.verify(cert, sig, base_span("what is signee", 14), base_span(made, len)), 0);
        assert_int_equal(ossl_pki_ops.verify(cert, sig, BASE_SPAN_NONE, base_span(made, len)), 0);
        for (size_t i = 0; i < len; i++) {
            made[i] ^= 0x04;
            assert_int_equal(ossl_pki_ops.verify(cert, sig, octets, base_span(made, len)), 0);
            made[i] ^= 0x04;
            assert_int_equal(ossl_pki_ops.verify(cert, sig, octets, base_span(made, i)), 0);
        }
        assert_int_equal(ossl_pki_ops.verify(cert, sig, octets, base_span(made, len + 1)), 0);
        ossl_pki_ops.key_put(key);
        ossl_pki_ops.cert_put(cert);
    }
}

/* RFC 4754 7: r and s side by side, each as long as the curve asks. */
static void raw_ecdsa_has_the_length_of_its_method(void **state)
{
    static const struct {
        const char *key;
        enum crypt_sig sig;
        size_t len;
    } rows[] = {{"gw.key", CRYPT_SIG_ECDSA_P256_RAW, 64},
                {"gw-384.key", CRYPT_SIG_ECDSA_P384_RAW, 96},
                {"gw-521.key", CRYPT_SIG_ECDSA_P521_RAW, 132}};
    uint8_t made[CRYPT_SIG_BYTES_MAX], zeros[132] = {0};
    size_t len;
    for (size_t i = 0; i < 3; i++) {
        struct crypt_key *key = pki_key(rows[i].key);
        for (int n = 0; n < 64; n++) { /* some begin with zeros */
            assert_int_equal(ossl_pki_ops.sign(key, rows[i].sig, octets, made, &len), 0);
            assert_int_equal(len, rows[i].len);
        }
        struct crypt_cert *cert = ossl_pki_ops.key_public(key);
        assert_int_equal(ossl_pki_ops.verify(cert, rows[i].sig, octets, base_span(zeros, len)), 0);
        ossl_pki_ops.cert_put(cert);
        ossl_pki_ops.key_put(key);
    }
}

static void expect_schemes(const char *name, uint32_t hashes, bool prefers_pss, const enum crypt_sig *want)
{
    enum crypt_sig got[CRYPT_SIGS];
    struct crypt_key *key = pki_key(name);
    const size_t n = ossl_pki_ops.key_schemes(key, hashes, prefers_pss, got);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(got[i], want[i]);
    assert_int_equal(want[n], CRYPT_SIG_NONE);
    ossl_pki_ops.key_put(key);
}

#define SCHEMES(...) ((const enum crypt_sig[]){__VA_ARGS__, CRYPT_SIG_NONE})

static void what_serves_best_stands_first(void **state)
{
    const uint32_t all = CRYPT_HASHES_OURS | CRYPT_HASH_BIT(CRYPT_HASH_SHA1);
    expect_schemes("gw-rsa.key", all, false,
                   SCHEMES(CRYPT_SIG_RSA_SHA2_256, CRYPT_SIG_RSA_SHA2_384, CRYPT_SIG_RSA_SHA2_512,
                           CRYPT_SIG_PSS_SHA2_256, CRYPT_SIG_PSS_SHA2_384, CRYPT_SIG_PSS_SHA2_512));
    expect_schemes("gw-rsa.key", all, true,
                   SCHEMES(CRYPT_SIG_PSS_SHA2_256, CRYPT_SIG_PSS_SHA2_384, CRYPT_SIG_PSS_SHA2_512,
                           CRYPT_SIG_RSA_SHA2_256, CRYPT_SIG_RSA_SHA2_384, CRYPT_SIG_RSA_SHA2_512));
    expect_schemes("gw-384.key", all, true,
                   SCHEMES(CRYPT_SIG_ECDSA_SHA2_384, CRYPT_SIG_ECDSA_SHA2_512, CRYPT_SIG_ECDSA_SHA2_256));
    expect_schemes("gw-521.key", all, false,
                   SCHEMES(CRYPT_SIG_ECDSA_SHA2_512, CRYPT_SIG_ECDSA_SHA2_384, CRYPT_SIG_ECDSA_SHA2_256));
    expect_schemes("gw-ed.key", all, false, SCHEMES(CRYPT_SIG_ED25519));
}

static void only_hashes_that_the_peer_announced_are_used(void **state)
{
    expect_schemes("gw-rsa.key", CRYPT_HASH_BIT(CRYPT_HASH_SHA2_512), false,
                   SCHEMES(CRYPT_SIG_RSA_SHA2_512, CRYPT_SIG_PSS_SHA2_512));
    expect_schemes("gw-rsa.key", CRYPT_HASH_BIT(CRYPT_HASH_SHA1), false, SCHEMES(CRYPT_SIG_NONE));
    expect_schemes("gw-ed.key", CRYPT_HASH_BIT(CRYPT_HASH_SHA2_256), false, SCHEMES(CRYPT_SIG_NONE));
    expect_schemes("gw.key", CRYPT_HASH_BIT(CRYPT_HASH_SHA2_384), false, SCHEMES(CRYPT_SIG_ECDSA_SHA2_384));
}

static void a_peer_without_hashes_gets_the_old_methods(void **state)
{
    expect_schemes("gw-rsa.key", 0, false, SCHEMES(CRYPT_SIG_RSA_SHA1));
    expect_schemes("gw.key", 0, false, SCHEMES(CRYPT_SIG_ECDSA_P256_RAW));
    expect_schemes("gw-384.key", 0, false, SCHEMES(CRYPT_SIG_ECDSA_P384_RAW));
    expect_schemes("gw-521.key", 0, true, SCHEMES(CRYPT_SIG_ECDSA_P521_RAW));
    expect_schemes("gw-ed.key", 0, false, SCHEMES(CRYPT_SIG_NONE));
}

static void a_key_for_pss_alone_makes_nothing_else(void **state)
{
    expect_schemes("pss.key", CRYPT_HASHES_OURS, false,
                   SCHEMES(CRYPT_SIG_PSS_SHA2_256, CRYPT_SIG_PSS_SHA2_384, CRYPT_SIG_PSS_SHA2_512));
    expect_schemes("pss.key", 0, false, SCHEMES(CRYPT_SIG_NONE));
    struct crypt_key *key = pki_key("pss.key");
    struct crypt_cert *cert = ossl_pki_ops.key_public(key);
    uint8_t made[CRYPT_SIG_BYTES_MAX];
    size_t len;
    assert_int_equal(ossl_pki_ops.sign(key, CRYPT_SIG_PSS_SHA2_384, octets, made, &len), 0);
    assert_int_equal(ossl_pki_ops.verify(cert, CRYPT_SIG_PSS_SHA2_384, octets, base_span(made, len)), 1);
    ossl_pki_ops.cert_put(cert);
    ossl_pki_ops.key_put(key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_key_makes_its_schemes_and_no_other),
        cmocka_unit_test(a_signature_is_of_one_key_and_one_scheme),
        cmocka_unit_test(no_bit_of_a_signature_and_no_octet_signed_can_change),
        cmocka_unit_test(raw_ecdsa_has_the_length_of_its_method),
        cmocka_unit_test(what_serves_best_stands_first),
        cmocka_unit_test(only_hashes_that_the_peer_announced_are_used),
        cmocka_unit_test(a_peer_without_hashes_gets_the_old_methods),
        cmocka_unit_test(a_key_for_pss_alone_makes_nothing_else),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return failed;
}
