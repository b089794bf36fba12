/* SPDX-License-Identifier: BSD-3-Clause */
/* Which certificates a trust's lists name, as long as somebody of the trust has signed the list. */
#include "ossl_revoked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "ossl_trust.h"
#include "pki_files.h"

static struct crypt_trust *trust_of(enum crypt_crl_rule rule, const char *ca, const char *crl)
{
    const struct crypt_trust_rules rules = {.crl = rule};
    struct base_text why = pki_why();
    struct crypt_trust *trust = ossl_pki_ops.trust_new(&rules);
    assert_non_null(trust);
    assert_int_equal(ossl_pki_ops.trust_add_cas(trust, pki_path(ca), &why), 0);
    if (crl)
        assert_int_equal(ossl_pki_ops.trust_add_crls(trust, pki_path(crl), &why), 0);
    return trust;
}

static bool names(struct crypt_trust *trust, const char *file)
{
    struct crypt_certs certs = {0};
    struct base_text why = pki_why();
    assert_int_equal(ossl_pki_ops.certs_load(pki_path(file), NULL, &certs, &why), 0);
    const bool is_listed = ossl_pki_ops.trust_lists(trust, ossl_pki_ops.cert_mark(certs.at[0]));
    ossl_pki_ops.certs_put(&certs);
    return is_listed;
}

static void what_a_list_names_is_found_and_nothing_else(void **state)
{
    (void)state;
    struct crypt_trust *trust = trust_of(CRYPT_CRL_IF_THERE, "ca.crt", "ca.crl");
    assert_true(names(trust, "revoked.crt"));
    assert_true(names(trust, "sub-revoked.crt"));
    assert_false(names(trust, "gw.crt"));
    assert_false(ossl_pki_ops.trust_lists(trust, 0));
    assert_int_equal(trust->revoked.n, 2);
    ossl_pki_ops.trust_put(trust);
}

static void lists_that_decide_nothing_name_nobody(void **state)
{
    (void)state;
    struct crypt_trust *off = trust_of(CRYPT_CRL_OFF, "ca.crt", "ca.crl"),
                       *none = trust_of(CRYPT_CRL_REQUIRED, "ca.crt", NULL),
                       *foreign = trust_of(CRYPT_CRL_REQUIRED, "ca-rsa.crt", "ca.crl");
    assert_false(names(off, "revoked.crt"));
    assert_false(names(none, "revoked.crt"));
    assert_false(names(foreign, "revoked.crt")); /* who signed it is not known */
    ossl_pki_ops.trust_put(off);
    ossl_pki_ops.trust_put(none);
    ossl_pki_ops.trust_put(foreign);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_list_names_is_found_and_nothing_else),
        cmocka_unit_test(lists_that_decide_nothing_name_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
