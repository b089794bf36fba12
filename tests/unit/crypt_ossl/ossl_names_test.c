/* SPDX-License-Identifier: BSD-3-Clause */
/* Which identities a certificate names: by type, exactly, with no wildcard and no common name unless asked.
 */
#include "ossl_names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "pki_files.h"

enum { IPV4 = 1, FQDN = 2, EMAIL = 3, IPV6 = 5, DN = 9, KEY_ID = 11 };

static bool has(const char *file, uint8_t type, const void *id, size_t len, bool takes_cn)
{
    struct crypt_cert *cert = pki_cert(file);
    const bool is_named = ossl_pki_ops.cert_names(cert, type, base_span(id, len), takes_cn);
    ossl_pki_ops.cert_put(cert);
    return is_named;
}

static bool has_text(const char *file, uint8_t type, const char *id)
{
    return has(file, type, id, strlen(id), false);
}

static void each_type_of_name_is_found(void **state)
{
    static const uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
    assert_true(has_text("gw.crt", FQDN, "gw.example.org"));
    assert_true(has_text("gw.crt", FQDN, "GW.Example.ORG"));
    assert_true(has_text("gw.crt", EMAIL, "admin@example.org"));
    assert_true(has_text("gw.crt", EMAIL, "admin@EXAMPLE.org"));
    assert_true(has("gw.crt", IPV4, "\xc0\x00\x02\x01", 4, false));
    assert_true(has("gw.crt", IPV6, v6, 16, false));
}

static void a_name_is_all_of_it_and_of_its_type(void **state)
{
    static const uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 2};
    assert_false(has_text("gw.crt", FQDN, "gw.example.or"));
    assert_false(has_text("gw.crt", FQDN, "gw.example.org."));
    assert_false(has_text("gw.crt", FQDN, "w.example.org"));
    assert_false(has_text("gw.crt", FQDN, ""));
    assert_false(has_text("gw.crt", FQDN, "192.0.2.1"));
    assert_false(has_text("gw.crt", FQDN, "gw@example.org"));
    assert_false(has_text("gw.crt", EMAIL, "Admin@example.org"));
    assert_false(has_text("gw.crt", EMAIL, "gw.example.org"));
    assert_false(has_text("gw.crt", EMAIL, "@example.org"));
    assert_false(has("gw.crt", FQDN, "gw.example.org\0", 15, false));
    assert_false(has("gw.crt", IPV4, "\xc0\x00\x02\x02", 4, false));
    assert_false(has("gw.crt", IPV4, "\xc0\x00\x02", 3, false));
    assert_false(has("gw.crt", IPV4, v6, 16, false));
    assert_false(has("gw.crt", IPV6, v6, 16, false));
    assert_false(has("gw.crt", IPV6, "\xc0\x00\x02\x01", 4, false));
    assert_false(has_text("gw.crt", KEY_ID, "gw.example.org"));
    assert_false(has_text("gw.crt", 0, "gw.example.org"));
    assert_false(has_text("gw.crt", 200, "gw.example.org"));
}

static void a_name_with_a_nul_in_it_is_not_the_one_before_it(void **state)
{
    assert_false(has_text("nul.crt", FQDN, "gw.example.org"));
    assert_true(has("nul.crt", FQDN, "gw.example.org\0.x", 17, false));
}

static void a_wildcard_stands_for_itself_alone(void **state)
{
    assert_false(has_text("wild.crt", FQDN, "gw.example.org"));
    assert_true(has_text("wild.crt", FQDN, "*.example.org"));
}

static void the_common_name_counts_only_when_asked_and_without_alternative(void **state)
{
    assert_false(has("cn.crt", FQDN, "cn.example.org", 14, false));
    assert_true(has("cn.crt", FQDN, "cn.example.org", 14, true));
    assert_false(has("cn.crt", FQDN, "cn.example.or", 13, true));
    assert_false(has("gw.crt", FQDN, "gw", 2, true));    /* it has alternative names of that type */
    assert_true(has("user.crt", FQDN, "user", 4, true)); /* it has one of another type */
}

static void a_distinguished_name_is_the_subject_or_an_alternative(void **state)
{
    uint8_t der[256];
    size_t len;
    assert_int_equal(ossl_dn_parse("C=NZ, O=Lab, CN=gw", der, sizeof der, &len), 0);
    assert_true(has("gw.crt", DN, der, len, false));
    assert_false(has("user.crt", DN, der, len, false));
    assert_false(has("gw.crt", DN, der, len - 1, false));
    assert_false(has("gw.crt", DN, der, 0, false));
    assert_int_equal(ossl_dn_parse("C=NZ, O=Lab", der, sizeof der, &len), 0);
    assert_false(has("gw.crt", DN, der, len, false));
    assert_int_equal(ossl_dn_parse("C=NZ, CN=other name", der, sizeof der, &len), 0);
    assert_true(has("dirname.crt", DN, der, len, false));
    assert_false(has("gw.crt", DN, der, len, false));
}

static void a_raw_key_names_nobody(void **state)
{
    assert_false(has("gw.pub", FQDN, "gw.example.org", 14, true));
    assert_false(has("gw.pub", DN, "\x30\x00", 2, true));
}

static void names_in_text_are_escaped(void **state)
{
    char text[CRYPT_NAME_TEXT_MAX];
    static const struct {
        const char *file, *want;
    } rows[] = {
        {"gw.crt", "DNS:gw.example.org, IP:192.0.2.1, IP:2001:db8::1, email:admin@example.org"},
        {"nul.crt", "DNS:gw.example.org\\x00.x"},
        {"dirname.crt", "DN:C=NZ, CN=other name"},
        {"cn.crt", ""},
        {"gw.pub", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct base_text out = base_text(text, sizeof text);
        struct crypt_cert *cert = pki_cert(rows[i].file);
        ossl_names_text(cert, &out);
        assert_string_equal(text, rows[i].want);
        ossl_pki_ops.cert_put(cert);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_of_name_is_found),
        cmocka_unit_test(a_name_is_all_of_it_and_of_its_type),
        cmocka_unit_test(a_name_with_a_nul_in_it_is_not_the_one_before_it),
        cmocka_unit_test(a_wildcard_stands_for_itself_alone),
        cmocka_unit_test(the_common_name_counts_only_when_asked_and_without_alternative),
        cmocka_unit_test(a_distinguished_name_is_the_subject_or_an_alternative),
        cmocka_unit_test(a_raw_key_names_nobody),
        cmocka_unit_test(names_in_text_are_escaped),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return failed;
}
