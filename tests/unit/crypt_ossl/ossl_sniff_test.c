/* SPDX-License-Identifier: BSD-3-Clause */
/* What a file holds, whatever it is called. */
#include "ossl_sniff.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "pki_files.h"

static void each_kind_is_told(void **state)
{
    static const struct {
        const char *file;
        unsigned holds;
        const char *text;
    } rows[] = {
        {"gw.key", OSSL_HOLDS_PEM | OSSL_HOLDS_KEY, "a private key"},
        {"gw.trad", OSSL_HOLDS_PEM | OSSL_HOLDS_KEY, "a private key"},
        {"gw.p8.der", OSSL_HOLDS_KEY, "a private key"},
        {"gw-rsa.trad.der", OSSL_HOLDS_KEY, "a private key"},
        {"gw.locked", OSSL_HOLDS_PEM | OSSL_HOLDS_LOCKED_KEY, "an encrypted private key"},
        {"gw.locked.der", OSSL_HOLDS_LOCKED_KEY, "an encrypted private key"},
        {"gw-rsa.trad-locked", OSSL_HOLDS_PEM | OSSL_HOLDS_LOCKED_KEY, "an encrypted private key"},
        {"gw.crt", OSSL_HOLDS_PEM | OSSL_HOLDS_CERT, "a certificate"},
        {"gw.crt.der", OSSL_HOLDS_CERT, "a certificate"},
        {"gw.pub", OSSL_HOLDS_PEM | OSSL_HOLDS_PUBLIC, "a public key"},
        {"gw.pub.der", OSSL_HOLDS_PUBLIC, "a public key"},
        {"deep.p12", OSSL_HOLDS_PKCS12, "a PKCS#12 archive"},
        {"ca.crl", OSSL_HOLDS_PEM | OSSL_HOLDS_CRL, "a revocation list"},
        {"gw.req", OSSL_HOLDS_PEM | OSSL_HOLDS_REQUEST, "a request for a certificate"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[128];
        struct base_text out = base_text(text, sizeof text);
        if (ossl_sniff(pki_bytes(rows[i].file)) != rows[i].holds)
            fail_msg("%s", rows[i].file);
        ossl_sniff_text(rows[i].holds, pki_bytes(rows[i].file), &out);
        assert_string_equal(text, rows[i].text);
    }
}

static void what_is_nothing_is_said_so(void **state)
{
    char text[128];
    struct base_text out = base_text(text, sizeof text);
    static const char cut[] = "-----BEGIN CERTIFICATE";
    assert_int_equal(ossl_sniff(BASE_SPAN_NONE), 0);
    assert_int_equal(ossl_sniff(base_span(cut, sizeof cut - 1)), 0);
    ossl_sniff_text(0, BASE_SPAN_NONE, &out);
    assert_string_equal(text, "nothing, it is empty");
    out = base_text(text, sizeof text);
    ossl_sniff_text(0, base_span("abc", 3), &out);
    assert_string_equal(text,
                        "nothing that is known here (3 bytes, neither PEM nor DER of keys or certificates)");
    out = base_text(text, sizeof text);
    ossl_sniff_text(OSSL_HOLDS_CERT | OSSL_HOLDS_KEY, BASE_SPAN_NONE, &out);
    assert_string_equal(text, "a certificate and a private key");
    assert_int_equal(ossl_sniff(base_span("-----BEGIN OTHER-----", 21)), OSSL_HOLDS_PEM | OSSL_HOLDS_OTHER);
}

static int count(void *ctx, struct base_span der)
{
    unsigned *n = ctx;
    assert_true(der.len > 100 && der.ptr[0] == 0x30);
    return ++*n == 9 ? -ENOSPC : 0;
}

static void each_block_of_a_kind_is_handed_on(void **state)
{
    unsigned n = 0;
    assert_int_equal(ossl_sniff_each(pki_bytes("deep.chain"), OSSL_HOLDS_CERT, count, &n), 0);
    assert_int_equal(n, 3);
    n = 0;
    assert_int_equal(ossl_sniff_each(pki_bytes("gw.crt.der"), OSSL_HOLDS_CERT, count, &n), 0);
    assert_int_equal(n, 1);
    n = 0;
    assert_int_equal(ossl_sniff_each(pki_bytes("gw.crt"), OSSL_HOLDS_CRL, count, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(ossl_sniff_each(pki_bytes("long.chain"), OSSL_HOLDS_CERT, count, &n), -ENOSPC);
    static const char bad[] = "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n";
    assert_int_equal(ossl_sniff_each(base_span(bad, sizeof bad - 1), OSSL_HOLDS_CERT, count, &n), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_is_told),
        cmocka_unit_test(what_is_nothing_is_said_so),
        cmocka_unit_test(each_block_of_a_kind_is_handed_on),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return failed;
}
