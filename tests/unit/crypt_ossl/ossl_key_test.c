/* SPDX-License-Identifier: BSD-3-Clause */
/* Private keys in all the forms that operators have, and a sentence for each that is none. */
#include "ossl_ops.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "pki_files.h"

static int load(const char *name, const char *passphrase, struct crypt_key **key)
{
    struct base_text why = pki_why();
    const int err = ossl_pki_ops.key_load(pki_path(name), passphrase, key, NULL, &why);
    assert_int_equal(err < 0, pki_sentence[0] != '\0');
    assert_int_equal(err < 0, *key == NULL);
    return err;
}

/* The file holds the key of this certificate. */
static void expect_key(const char *name, const char *passphrase, const char *cert_name, const char *text)
{
    char got[64];
    struct base_text out = base_text(got, sizeof got), why = pki_why();
    struct crypt_key *key;
    struct crypt_cert *cert = pki_cert(cert_name);
    if (load(name, passphrase, &key) < 0)
        fail_msg("%s", pki_sentence);
    assert_true(ossl_pki_ops.key_fits(key, cert, &why));
    ossl_pki_ops.key_text(key, &out);
    assert_string_equal(got, text);
    ossl_pki_ops.key_put(key);
    ossl_pki_ops.cert_put(cert);
}

static void each_form_of_a_key_is_read(void **state)
{
    expect_key("gw.key", NULL, "gw.crt", "ECDSA P-256");
    expect_key("gw.key", "not needed", "gw.crt", "ECDSA P-256");
    expect_key("gw.p8.der", NULL, "gw.crt", "ECDSA P-256");
    expect_key("gw.trad", NULL, "gw.crt", "ECDSA P-256");
    expect_key("gw.locked", "secret", "gw.crt", "ECDSA P-256");
    expect_key("gw.locked.der", "secret", "gw.crt", "ECDSA P-256");
    expect_key("gw-rsa.key", NULL, "gw-rsa.crt", "RSA 2048");
    expect_key("gw-rsa.trad", NULL, "gw-rsa.crt", "RSA 2048");
    expect_key("gw-rsa.trad.der", NULL, "gw-rsa.crt", "RSA 2048");
    expect_key("gw-rsa.trad-locked", "secret", "gw-rsa.crt", "RSA 2048");
    expect_key("gw-384.key", NULL, "gw-384.crt", "ECDSA P-384");
    expect_key("gw-521.key", NULL, "gw-521.crt", "ECDSA P-521");
    expect_key("gw-ed.key", NULL, "gw-ed.crt", "Ed25519");
    expect_key("gw-448.key", NULL, "gw-448.crt", "Ed448");
    expect_key("deep.p12", "secret", "deep.crt", "ECDSA P-256");
}

/* No key, this errno, and a sentence that is the path and then this. */
static void expect_refused(const char *name, const char *passphrase, int err, const char *before,
                           const char *after)
{
    char want[CRYPT_WORDS_MAX];
    struct crypt_key *key;
    assert_int_equal(load(name, passphrase, &key), err);
    snprintf(want, sizeof want, "%s%s%s", before, pki_path(name), after);
    assert_string_equal(pki_sentence, want);
}

static void a_passphrase_that_is_wrong_or_missing_is_said(void **state)
{
    const char *anew = ", or it is encrypted by an old cipher; make it anew with: openssl pkcs8 -topk8";
    expect_refused("gw.locked", NULL, -EACCES, "", " is encrypted, and no passphrase is given to open it");
    expect_refused("gw.locked.der", NULL, -EACCES, "",
                   " is encrypted, and no passphrase is given to open it");
    expect_refused("gw-rsa.trad-locked", NULL, -EACCES, "",
                   " is encrypted, and no passphrase is given to open it");
    expect_refused("gw.locked", "wrong", -EACCES, "the passphrase does not open ", anew);
    expect_refused("gw.locked.der", "wrong", -EACCES, "the passphrase does not open ", anew);
    expect_refused("gw-rsa.trad-locked", "wrong", -EACCES, "the passphrase does not open ", anew);
    expect_refused("gw.locked", "", -EACCES, "the passphrase does not open ", anew);
}

static void what_is_no_private_key_is_called_what_it_is(void **state)
{
    expect_refused("gw.crt", NULL, -EINVAL, "", " holds a certificate, and a private key was expected");
    expect_refused("gw.crt.der", NULL, -EINVAL, "", " holds a certificate, and a private key was expected");
    expect_refused("gw.pub", NULL, -EINVAL, "", " holds a public key, and a private key was expected");
    expect_refused("gw.req", NULL, -EINVAL, "",
                   " holds a request for a certificate, and a private key was expected");
    expect_refused("ca.crl", NULL, -EINVAL, "", " holds a revocation list, and a private key was expected");
}

static void a_key_of_no_use_is_refused(void **state)
{
    expect_refused("small.key", NULL, -EINVAL, "", ": its key is RSA of 1024 bits, less than 2048");
    expect_refused("koblitz.key", NULL, -EINVAL, "",
                   ": its key is on the curve secp256k1; P-256, P-384 and P-521 are taken");
    expect_refused("x25519.key", NULL, -EINVAL, "",
                   ": its key is of the kind X25519; RSA, ECDSA, Ed25519 and Ed448 are taken");
}

static void a_file_that_others_can_read_is_refused(void **state)
{
    struct crypt_key *key;
    assert_int_equal(chmod(pki_path("small.key"), 0644), 0);
    assert_int_equal(load("small.key", NULL, &key), -EACCES);
    assert_non_null(
        strstr(pki_sentence, "small.key can be read or changed by every user (mode 0644); run: chmod 600 "));
    assert_int_equal(chmod(pki_path("small.key"), 0600), 0);
}

static void a_damaged_key_is_refused(void **state)
{
    struct crypt_key *key;
    struct base_text why = pki_why();
    const struct base_span good = pki_bytes("gw.p8.der");
    uint8_t bytes[1024];
    memcpy(bytes, good.ptr, good.len);
    for (size_t len = 0; len < good.len; len++) {
        why = pki_why();
        assert_int_equal(ossl_pki_ops.key_read("x", base_span(bytes, len), NULL, &key, NULL, &why), -EINVAL);
        assert_null(key);
    }
    const char text[] = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    why = pki_why();
    assert_int_equal(ossl_pki_ops.key_read("x", base_span(text, strlen(text)), NULL, &key, NULL, &why),
                     -EINVAL);
    assert_string_equal(pki_sentence, "x: the private key in it is damaged");
    why = pki_why();
    assert_int_equal(ossl_pki_ops.key_read("x", base_span("hello", 5), NULL, &key, NULL, &why), -EINVAL);
    assert_string_equal(pki_sentence,
                        "x holds nothing that is known here (5 bytes, neither PEM nor DER of keys or "
                        "certificates), and a private key was expected");
}

static void a_key_of_another_certificate_is_refused(void **state)
{
    struct base_text why = pki_why();
    struct crypt_key *key = pki_key("gw.key");
    struct crypt_cert *other = pki_cert("gw-rsa.crt"), *same_kind = pki_cert("user.crt");
    assert_false(ossl_pki_ops.key_fits(key, other, &why));
    assert_string_equal(pki_sentence,
                        "the private key (ECDSA P-256) does not belong to the certificate of C=NZ, O=Lab, "
                        "CN=gw-rsa (RSA 2048)");
    why = pki_why();
    assert_false(ossl_pki_ops.key_fits(key, same_kind, &why));
    ossl_pki_ops.key_put(key);
    ossl_pki_ops.cert_put(other);
    ossl_pki_ops.cert_put(same_kind);
}

static void an_archive_gives_the_chain_with_the_key(void **state)
{
    struct base_text why = pki_why();
    struct crypt_key *key;
    struct crypt_certs certs;
    assert_int_equal(ossl_pki_ops.key_load(pki_path("deep.p12"), "secret", &key, &certs, &why), 0);
    assert_int_equal(certs.n, 3);
    assert_true(ossl_pki_ops.key_fits(key, certs.at[0], &why));
    ossl_pki_ops.certs_put(&certs);
    ossl_pki_ops.key_put(key);
    assert_int_equal(ossl_pki_ops.key_load(pki_path("gw.key"), NULL, &key, &certs, &why), 0);
    assert_int_equal(certs.n, 0);
    ossl_pki_ops.key_put(key);
}

static void a_key_is_shared_by_count(void **state)
{
    struct crypt_key *key = pki_key("gw.key");
    struct crypt_cert *public = ossl_pki_ops.key_public(key), *file = pki_cert("gw.pub");
    assert_true(ossl_pki_ops.cert_same_key(public, file));
    assert_ptr_equal(ossl_pki_ops.key_get(key), key);
    ossl_pki_ops.key_put(key);
    ossl_pki_ops.key_put(key);
    ossl_pki_ops.key_put(NULL);
    ossl_pki_ops.cert_put(public); /* lives on without it */
    ossl_pki_ops.cert_put(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_of_a_key_is_read),
        cmocka_unit_test(a_passphrase_that_is_wrong_or_missing_is_said),
        cmocka_unit_test(what_is_no_private_key_is_called_what_it_is),
        cmocka_unit_test(a_key_of_no_use_is_refused),
        cmocka_unit_test(a_file_that_others_can_read_is_refused),
        cmocka_unit_test(a_damaged_key_is_refused),
        cmocka_unit_test(a_key_of_another_certificate_is_refused),
        cmocka_unit_test(an_archive_gives_the_chain_with_the_key),
        cmocka_unit_test(a_key_is_shared_by_count),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return failed;
}
