/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of certificates: any order of what belongs together becomes the order of issue. */
#include "ossl_certs.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "pki_files.h"

static int order_of(const char *const names[4], struct crypt_certs *certs)
{
    struct base_text why = pki_why();
    *certs = (struct crypt_certs){0};
    for (size_t i = 0; i < 4; i++)
        if (ossl_certs_take("f", pki_bytes(names[i]), CRYPT_CERT_X509, certs, &why) < 0)
            fail_msg("%s", pki_sentence);
    return ossl_certs_order("f", certs, &why);
}

static void any_order_behind_the_first_becomes_that_of_issue(void **state)
{
    static const char *const orders[][4] = {{"deep.crt", "sub-sub.crt", "sub.crt", "ca.crt"},
                                            {"deep.crt", "sub.crt", "ca.crt", "sub-sub.crt"},
                                            {"deep.crt", "ca.crt", "sub-sub.crt", "sub.crt"}};
    struct crypt_certs first, other;
    assert_int_equal(order_of(orders[0], &first), 0);
    for (size_t i = 1; i < 3; i++) {
        assert_int_equal(order_of(orders[i], &other), 0);
        for (size_t k = 0; k < 4; k++)
            assert_true(
                base_span_equal(ossl_pki_ops.cert_der(first.at[k]), ossl_pki_ops.cert_der(other.at[k])));
        ossl_certs_put(&other);
    }
    ossl_certs_put(&first);
}

static void what_stands_first_is_the_owners(void **state)
{
    static const char *const names[] = {"sub.crt", "ca.crt", "sub-sub.crt", "deep.crt"};
    struct crypt_certs certs;
    assert_int_equal(order_of(names, &certs), -EINVAL);
    assert_string_equal(pki_sentence,
                        "f: the certificate of C=NZ, O=Lab, CN=sub-sub in it does not belong to the chain of "
                        "C=NZ, O=Lab, CN=sub, its first");
    ossl_certs_put(&certs);
    assert_int_equal(certs.n, 0);
}

static void a_damaged_block_is_said(void **state)
{
    struct crypt_certs certs = {0};
    struct base_text why = pki_why();
    static const char bad[] = "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n";
    static const char none[] = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    assert_int_equal(ossl_certs_take("f", base_span(bad, sizeof bad - 1), CRYPT_CERT_X509, &certs, &why),
                     -EINVAL);
    assert_string_equal(pki_sentence, "f: a PEM block in it is damaged");
    why = pki_why();
    assert_int_equal(ossl_certs_take("f", base_span(none, sizeof none - 1), CRYPT_CERT_X509, &certs, &why),
                     -EINVAL);
    assert_string_equal(pki_sentence, "f: part 1 of it is not a well-formed certificate");
    assert_int_equal(certs.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order_behind_the_first_becomes_that_of_issue),
        cmocka_unit_test(what_stands_first_is_the_owners),
        cmocka_unit_test(a_damaged_block_is_said),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return failed;
}
