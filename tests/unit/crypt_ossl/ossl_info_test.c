/* SPDX-License-Identifier: BSD-3-Clause */
/* What operators see of a certificate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "pki_files.h"

static struct crypt_cert_info info_of(const char *file)
{
    struct crypt_cert_info info;
    struct crypt_cert *cert = pki_cert(file);
    memset(&info, 0xa5, sizeof info);
    ossl_pki_ops.cert_info(cert, &info);
    ossl_pki_ops.cert_put(cert);
    return info;
}

static void a_certificate_is_told_whole(void **state)
{
    const struct crypt_cert_info gw = info_of("gw.crt");
    assert_int_equal(gw.form, CRYPT_CERT_X509);
    assert_false(gw.is_ca);
    assert_int_equal(gw.not_before, PKI_BEGIN);
    assert_int_equal(gw.not_after, PKI_END);
    assert_string_equal(gw.key, "ECDSA P-256");
    assert_string_equal(gw.subject, "C=NZ, O=Lab, CN=gw");
    assert_string_equal(gw.issuer, "C=NZ, O=Lab, CN=ca");
    assert_string_equal(gw.names,
                        "DNS:gw.example.org, IP:192.0.2.1, IP:2001:db8::1, email:admin@example.org");
    assert_int_equal(strlen(gw.serial), 4);
    assert_true(info_of("ca.crt").is_ca);
    assert_string_equal(info_of("gw-rsa.crt").key, "RSA 2048");
}

/* The first bytes of SHA-256 as sha256sum prints them. */
static void the_fingerprint_is_of_the_whole_encoding(void **state)
{
    char command[1024], text[128] = "", ours[2 * 32 + 1];
    const struct crypt_cert_info gw = info_of("gw.crt.der");
    struct base_text out = base_text(ours, sizeof ours);
    base_text_add_hex(&out, base_span(gw.sha256, sizeof gw.sha256));
    snprintf(command, sizeof command, "sha256sum < '%s'", pki_path("gw.crt.der"));
    FILE *f = popen(command, "r");
    assert_non_null(f);
    assert_non_null(fgets(text, sizeof text, f));
    pclose(f);
    text[64] = '\0';
    assert_string_equal(text, ours);
}

static void a_raw_key_has_no_dates_and_no_names(void **state)
{
    const struct crypt_cert_info raw = info_of("gw.pub");
    assert_int_equal(raw.form, CRYPT_CERT_RAW_KEY);
    assert_int_equal(raw.not_before, 0);
    assert_true(raw.not_after == INT64_MAX);
    assert_string_equal(raw.key, "ECDSA P-256");
    assert_string_equal(raw.subject, "");
    assert_string_equal(raw.issuer, "");
    assert_string_equal(raw.names, "");
    assert_string_equal(raw.serial, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_is_told_whole),
        cmocka_unit_test(the_fingerprint_is_of_the_whole_encoding),
        cmocka_unit_test(a_raw_key_has_no_dates_and_no_names),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return failed;
}
