/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys and certificates in hardware: here in SoftHSM 2, put there by its own tool and GnuTLS's. What the
 * machine lacks (SoftHSM, or OpenSSL's way to PKCS#11) is said, and its tests are skipped.
 */
#include "ossl_token.h"

#include <errno.h>
#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "pki_files.h"

#define MODULE "/usr/lib/softhsm/libsofthsm2.so"
#define TOKEN  "pkcs11:token=lab;object="

static char folder[] = "/tmp/ossl_token.XXXXXX";
static bool has_token, has_cert, has_way;

/* Runs the words; false: it failed. */
__attribute__((format(printf, 1, 2))) static bool run(const char *format, ...)
{
    char command[2048];
    va_list ap;
    va_start(ap, format);
    vsnprintf(command, sizeof command, format, ap);
    va_end(ap);
    return system(command) == 0;
}

static void write_conf(void)
{
    char path[64], text[128];
    snprintf(path, sizeof path, "%s/softhsm2.conf", folder);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n", folder);
    fclose(f);
    setenv("SOFTHSM2_CONF", path, 1);
    snprintf(text, sizeof text, "%s/tokens", folder);
    assert_int_equal(mkdir(text, 0700), 0);
}

static int make_token(void **state)
{
    EVP_PKEY *key;
    OSSL_LIB_CTX *lib;
    struct base_text why = pki_why();
    if (!mkdtemp(folder))
        return -1;
    write_conf();
    has_token =
        access(MODULE, R_OK) == 0 && run("command -v softhsm2-util > /dev/null") &&
        run("softhsm2-util --init-token --free --label lab --pin 1234 --so-pin 5678 > /dev/null 2>&1") &&
        run("softhsm2-util --import '%s' --token lab --pin 1234 --label rsa --id 01 > /dev/null 2>&1",
            pki_path("gw-rsa.key")) &&
        run("softhsm2-util --import '%s' --token lab --pin 1234 --label ec --id 02 > /dev/null 2>&1",
            pki_path("gw.key"));
    has_cert =
        has_token && run("p11tool --provider=" MODULE " --batch --write --load-certificate='%s' --label=ec "
                         "--id=02 --login --set-pin=1234 pkcs11:token=lab > /dev/null 2>&1",
                         pki_path("gw.crt"));
    if (has_token)
        has_way = ossl_token_key(TOKEN "nobody?module-path=" MODULE, "4321", &key, &lib, &why) != -EINVAL;
    print_message("SoftHSM 2: %s; a certificate in it: %s; OpenSSL's way to PKCS#11: %s\n",
                  has_token ? "here" : "not here", has_cert ? "here" : "not here",
                  has_way ? "here" : "not here");
    return 0;
}

static int remove_token(void **state)
{
    ossl_fini();
    return run("rm -r %s", folder) ? 0 : -1;
}

static void need_token(void)
{
    if (!has_token || !has_way)
        skip();
}

static void a_uri_is_told_from_a_path(void **state)
{
    assert_true(ossl_token_is_uri("pkcs11:token=x"));
    assert_false(ossl_token_is_uri("/etc/pkcs11:x"));
    assert_false(ossl_token_is_uri("pkcs11"));
}

static int load(const char *uri, const char *pin, struct crypt_key **key)
{
    struct base_text why = pki_why();
    return ossl_pki_ops.key_load(uri, pin, key, NULL, &why);
}

static void expect_signs(const char *uri, const char *pin, const char *cert_file, enum crypt_sig sig,
                         const char *text)
{
    uint8_t made[CRYPT_SIG_BYTES_MAX];
    char called[64];
    size_t len;
    struct crypt_key *key;
    struct base_text out = base_text(called, sizeof called), why = pki_why();
    const struct base_span octets = base_span("octets", 6);
    struct crypt_cert *cert = pki_cert(cert_file);
    if (load(uri, pin, &key) < 0)
        fail_msg("%s", pki_sentence);
    ossl_pki_ops.key_text(key, &out);
    assert_string_equal(called, text);
    assert_true(ossl_pki_ops.key_fits(key, cert, &why));
    assert_int_equal(ossl_pki_ops.sign(key, sig, octets, made, &len), 0);
    assert_int_equal(ossl_pki_ops.verify(cert, sig, octets, base_span(made, len)), 1);
    ossl_pki_ops.key_put(key);
    ossl_pki_ops.cert_put(cert);
}

static void keys_in_a_token_sign(void **state)
{
    need_token();
    expect_signs(TOKEN "rsa?module-path=" MODULE, "1234", "gw-rsa.crt", CRYPT_SIG_RSA_SHA2_256,
                 "RSA 2048 in hardware");
    expect_signs(TOKEN "rsa?module-path=" MODULE, "1234", "gw-rsa.crt", CRYPT_SIG_PSS_SHA2_256,
                 "RSA 2048 in hardware");
    expect_signs(TOKEN "ec", "1234", "gw.crt", CRYPT_SIG_ECDSA_SHA2_256, "ECDSA P-256 in hardware");
    expect_signs(TOKEN "ec", "1234", "gw.crt", CRYPT_SIG_ECDSA_P256_RAW, "ECDSA P-256 in hardware");
    expect_signs(TOKEN "ec?pin-value=1234&module-path=" MODULE, NULL, "gw.crt", CRYPT_SIG_ECDSA_SHA2_384,
                 "ECDSA P-256 in hardware");
}

static void a_key_that_is_not_there_is_said(void **state)
{
    struct crypt_key *key;
    need_token();
    assert_int_equal(load(TOKEN "nobody", "1234", &key), -ENOENT);
    assert_null(key);
    assert_ptr_equal(
        strstr(pki_sentence, TOKEN "nobody: no private key is found there, or the token lets nobody in "),
        pki_sentence);
}

static void a_certificate_in_a_token_is_loaded_without_its_pin(void **state)
{
    struct crypt_certs certs;
    struct base_text why = pki_why();
    need_token();
    if (!has_cert)
        skip();
    struct crypt_cert *wanted = pki_cert("gw.crt");
    if (ossl_pki_ops.certs_load(TOKEN "ec?module-path=" MODULE, NULL, &certs, &why) < 0)
        fail_msg("%s", pki_sentence);
    assert_int_equal(certs.n, 1);
    assert_true(base_span_equal(ossl_pki_ops.cert_der(certs.at[0]), ossl_pki_ops.cert_der(wanted)));
    ossl_pki_ops.certs_put(&certs);
    ossl_pki_ops.cert_put(wanted);
}

static void a_certificate_that_is_not_there_is_said(void **state)
{
    struct crypt_certs certs;
    struct base_text why = pki_why();
    need_token();
    assert_int_equal(ossl_pki_ops.certs_load(TOKEN "rsa", "1234", &certs, &why), -ENOENT);
    assert_int_equal(certs.n, 0);
    assert_ptr_equal(strstr(pki_sentence, TOKEN "rsa: no certificate is found there"), pki_sentence);
}

static void a_pin_is_never_in_a_sentence(void **state)
{
    struct crypt_key *key;
    assert_int_not_equal(load(TOKEN "nobody?pin-value=98765&x=y", NULL, &key), 0);
    assert_null(strstr(pki_sentence, "98765"));
    assert_non_null(strstr(pki_sentence, TOKEN "nobody?pin-value=...&x=y: "));
}

/* A token that let somebody in stays open to the process (PKCS#11 5.6), so this comes before the right PIN.
 */
static void a_wrong_pin_opens_nothing(void **state)
{
    struct crypt_key *key;
    need_token();
    assert_true(load(TOKEN "rsa", "4321", &key) < 0);
    assert_null(key);
    assert_null(strstr(pki_sentence, "4321"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_uri_is_told_from_a_path),
        cmocka_unit_test(a_wrong_pin_opens_nothing),
        cmocka_unit_test(keys_in_a_token_sign),
        cmocka_unit_test(a_key_that_is_not_there_is_said),
        cmocka_unit_test(a_certificate_in_a_token_is_loaded_without_its_pin),
        cmocka_unit_test(a_certificate_that_is_not_there_is_said),
        cmocka_unit_test(a_pin_is_never_in_a_sentence),
    };
    return cmocka_run_group_tests(tests, make_token, remove_token);
}
