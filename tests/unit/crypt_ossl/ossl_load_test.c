/* SPDX-License-Identifier: BSD-3-Clause */
/* Certificates of our own from files. */
#include "ossl_ops.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "pki_files.h"

static int load(const char *name, const char *passphrase, struct crypt_certs *certs)
{
    struct base_text why = pki_why();
    const int err = ossl_pki_ops.certs_load(pki_path(name), passphrase, certs, &why);
    assert_int_equal(err < 0, pki_sentence[0] != '\0');
    assert_int_equal(err < 0, certs->n == 0);
    return err;
}

static void expect_subject(const struct crypt_cert *cert, const char *want)
{
    struct crypt_cert_info info;
    ossl_pki_ops.cert_info(cert, &info);
    assert_string_equal(info.subject, want);
}

static void one_certificate_comes_as_pem_or_der(void **state)
{
    struct crypt_certs pem, der;
    assert_int_equal(load("gw.crt", NULL, &pem), 0);
    assert_int_equal(load("gw.crt.der", NULL, &der), 0);
    assert_int_equal(pem.n, 1);
    assert_int_equal(der.n, 1);
    assert_true(base_span_equal(ossl_pki_ops.cert_der(pem.at[0]), ossl_pki_ops.cert_der(der.at[0])));
    ossl_pki_ops.certs_put(&pem);
    ossl_pki_ops.certs_put(&der);
    assert_int_equal(pem.n, 0);
}

static void issuers_are_taken_from_a_file_beside(void **state)
{
    struct crypt_certs certs;
    struct base_text why = pki_why();
    size_t took;
    (void)state;
    assert_int_equal(load("deep.crt", NULL, &certs), 0);
    assert_int_equal(ossl_pki_ops.certs_extend(pki_path("gw.crt"), &certs, &took, &why), 0);
    assert_int_equal(took, 0);
    assert_int_equal(ossl_pki_ops.certs_extend(pki_path("deep.chain"), &certs, &took, &why), 0);
    assert_int_equal(took, 2); /* and not its own, which stands there, too */
    assert_int_equal(certs.n, 3);
    expect_subject(certs.at[1], "C=NZ, O=Lab, CN=sub-sub");
    expect_subject(certs.at[2], "C=NZ, O=Lab, CN=sub");
    assert_true(ossl_pki_ops.certs_extend(pki_path("missing"), &certs, &took, &why) < 0);
    assert_int_equal(certs.n, 3);
    ossl_pki_ops.certs_put(&certs);
}

static void a_chain_comes_in_the_order_of_issue(void **state)
{
    static const char *const files[] = {"deep.chain", "deep.p12"}; /* in both, sub stands before sub-sub */
    for (size_t i = 0; i < 2; i++) {
        struct crypt_certs certs;
        assert_int_equal(load(files[i], "secret", &certs), 0);
        assert_int_equal(certs.n, 3);
        expect_subject(certs.at[0], "C=NZ, O=Lab, CN=deep");
        expect_subject(certs.at[1], "C=NZ, O=Lab, CN=sub-sub");
        expect_subject(certs.at[2], "C=NZ, O=Lab, CN=sub");
        ossl_pki_ops.certs_put(&certs);
    }
}

static void a_raw_public_key_comes_as_pem_or_der(void **state)
{
    struct crypt_certs pem, der;
    struct crypt_cert_info info;
    assert_int_equal(load("gw.pub", NULL, &pem), 0);
    assert_int_equal(load("gw.pub.der", NULL, &der), 0);
    ossl_pki_ops.cert_info(pem.at[0], &info);
    assert_int_equal(info.form, CRYPT_CERT_RAW_KEY);
    assert_string_equal(info.key, "ECDSA P-256");
    assert_true(ossl_pki_ops.cert_same_key(pem.at[0], der.at[0]));
    assert_true(base_span_equal(ossl_pki_ops.cert_der(pem.at[0]), pki_bytes("gw.pub.der")));
    ossl_pki_ops.certs_put(&pem);
    ossl_pki_ops.certs_put(&der);
}

static void expect_refused(const char *name, const char *passphrase, int err, const char *words)
{
    struct crypt_certs certs;
    assert_int_equal(load(name, passphrase, &certs), err);
    if (!strstr(pki_sentence, words))
        fail_msg("%s", pki_sentence);
}

static void what_is_no_certificate_is_called_what_it_is(void **state)
{
    expect_refused("gw.key", NULL, -EINVAL, "/gw.key holds a private key, and a certificate was expected");
    expect_refused("gw.locked", NULL, -EINVAL,
                   "holds an encrypted private key, and a certificate was expected");
    expect_refused("gw.req", NULL, -EINVAL,
                   "holds a request for a certificate, and a certificate was expected");
    expect_refused("nothing.crt", NULL, -ENOENT, "cannot open ");
    expect_refused("deep.p12", "wrong", -EACCES, "is a PKCS#12 archive, and the passphrase does not open it");
}

static void a_chain_with_a_stranger_in_it_is_refused(void **state)
{
    expect_refused(
        "mixed.chain", NULL, -EINVAL,
        "mixed.chain: the certificate of C=NZ, O=Lab, CN=sub-rsa in it does not belong to the chain of C=NZ, "
        "O=Lab, CN=gw, its first");
    expect_refused("long.chain", NULL, -EINVAL, "long.chain holds more than 8 certificates");
}

static void a_certificate_of_no_use_is_refused(void **state)
{
    expect_refused("rsa1024.crt", NULL, -EINVAL,
                   "rsa1024.crt: C=NZ, O=Lab, CN=rsa1024 has a key RSA of 1024 bits, less than 2048");
    expect_refused("big.crt", NULL, -EINVAL, "big.crt: part 1 of it has 65");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_certificate_comes_as_pem_or_der),
        cmocka_unit_test(a_chain_comes_in_the_order_of_issue),
        cmocka_unit_test(issuers_are_taken_from_a_file_beside),
        cmocka_unit_test(a_raw_public_key_comes_as_pem_or_der),
        cmocka_unit_test(what_is_no_certificate_is_called_what_it_is),
        cmocka_unit_test(a_chain_with_a_stranger_in_it_is_refused),
        cmocka_unit_test(a_certificate_of_no_use_is_refused),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return failed;
}
