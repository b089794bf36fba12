/* SPDX-License-Identifier: BSD-3-Clause */
/* Certificates and raw keys as a peer sends them: parsed whole or not at all. */
#include "ossl_cert.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "pki_files.h"
#include "pki_der.h"

static int parse(enum crypt_cert_form form, struct base_span der, struct crypt_cert **cert)
{
    struct base_text why = pki_why();
    const int err = ossl_pki_ops.cert_parse(form, der, cert, &why);
    assert_int_equal(err < 0, *cert == NULL);
    assert_int_equal(err < 0, pki_sentence[0] != '\0');
    return err;
}

static void what_is_parsed_is_given_back_as_it_came(void **state)
{
    struct crypt_cert *cert;
    uint8_t dn[256];
    size_t len;
    assert_int_equal(parse(CRYPT_CERT_X509, pki_der("gw.crt"), &cert), 0);
    assert_true(base_span_equal(ossl_pki_ops.cert_der(cert), pki_der("gw.crt")));
    assert_int_equal(ossl_dn_parse("C=NZ, O=Lab, CN=gw", dn, sizeof dn, &len), 0);
    assert_int_equal(ossl_ike_ops.dn_equal(ossl_pki_ops.cert_subject(cert), base_span(dn, len)), 1);
    ossl_pki_ops.cert_put(cert);
    assert_int_equal(parse(CRYPT_CERT_RAW_KEY, pki_bytes("gw.pub.der"), &cert), 0);
    assert_true(base_span_equal(ossl_pki_ops.cert_der(cert), pki_bytes("gw.pub.der")));
    assert_int_equal(ossl_pki_ops.cert_subject(cert).len, 0);
    ossl_pki_ops.cert_put(cert);
}

static void one_octet_more_or_less_is_refused(void **state)
{
    struct crypt_cert *cert;
    uint8_t bytes[4096] = {0};
    const struct base_span good[] = {pki_der("gw.crt"), pki_bytes("gw.pub.der")};
    static const enum crypt_cert_form forms[] = {CRYPT_CERT_X509, CRYPT_CERT_RAW_KEY};
    for (size_t i = 0; i < 2; i++) {
        memcpy(bytes, good[i].ptr, good[i].len);
        assert_int_equal(parse(forms[i], base_span(bytes, good[i].len + 1), &cert), -EINVAL);
        for (size_t len = 0; len < good[i].len; len++)
            assert_int_equal(parse(forms[i], base_span(bytes, len), &cert), -EINVAL);
        assert_int_equal(parse(forms[1 - i], good[i], &cert), -EINVAL);
    }
    assert_int_equal(parse((enum crypt_cert_form)12, good[0], &cert), -EINVAL); /* hash and URL */
}

static void what_is_too_big_is_refused(void **state)
{
    struct crypt_cert *cert;
    assert_int_equal(parse(CRYPT_CERT_X509, pki_der("big.crt"), &cert), -EINVAL);
    assert_non_null(strstr(pki_sentence, "bytes, and a certificate has at most 16384"));
}

static void a_small_key_is_refused(void **state)
{
    struct crypt_cert *cert;
    assert_int_equal(parse(CRYPT_CERT_X509, pki_der("rsa1024.crt"), &cert), -EINVAL);
    assert_string_equal(pki_sentence, "has a key RSA of 1024 bits, less than 2048");
}

static void the_same_key_is_told_from_others_in_both_forms(void **state)
{
    struct crypt_cert *cert = pki_cert("gw.crt"), *raw = pki_cert("gw.pub"), *other = pki_cert("user.crt"),
                      *rsa = pki_cert("gw-rsa.crt");
    assert_true(ossl_pki_ops.cert_same_key(cert, raw));
    assert_true(ossl_pki_ops.cert_same_key(raw, cert));
    assert_false(ossl_pki_ops.cert_same_key(raw, other));
    assert_false(ossl_pki_ops.cert_same_key(raw, rsa));
    assert_ptr_equal(ossl_pki_ops.cert_get(raw), raw);
    ossl_pki_ops.cert_put(raw);
    ossl_pki_ops.cert_put(raw);
    ossl_pki_ops.cert_put(cert);
    ossl_pki_ops.cert_put(other);
    ossl_pki_ops.cert_put(rsa);
    ossl_pki_ops.cert_put(NULL);
}

static void a_name_for_a_sentence_is_cut_to_its_room(void **state)
{
    char text[OSSL_DN_MAX];
    struct crypt_cert *cert = pki_cert("gw.crt"), *raw = pki_cert("gw.pub");
    assert_string_equal(ossl_cert_text(cert, text), "C=NZ, O=Lab, CN=gw");
    assert_string_equal(ossl_cert_text(raw, text), "the raw key");
    ossl_pki_ops.cert_put(cert);
    ossl_pki_ops.cert_put(raw);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_parsed_is_given_back_as_it_came),
        cmocka_unit_test(one_octet_more_or_less_is_refused),
        cmocka_unit_test(what_is_too_big_is_refused),
        cmocka_unit_test(a_small_key_is_refused),
        cmocka_unit_test(the_same_key_is_told_from_others_in_both_forms),
        cmocka_unit_test(a_name_for_a_sentence_is_cut_to_its_room),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return failed;
}
