/* SPDX-License-Identifier: BSD-3-Clause */
/* Trusts: CAs and revocation lists from files and folders, and what is no such thing. */
#include "ossl_trust.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "pki_files.h"

static const struct crypt_trust_rules rules;

static struct crypt_trust *trust_new(void)
{
    struct crypt_trust *trust = ossl_pki_ops.trust_new(&rules);
    assert_non_null(trust);
    return trust;
}

static void good(int err)
{
    if (err < 0)
        fail_msg("%s", pki_sentence);
}

static void cas_are_counted_and_shown_once_each(void **state)
{
    struct crypt_trust *trust = trust_new();
    struct base_text why = pki_why();
    struct crypt_cert_info info;
    good(ossl_pki_ops.trust_add_cas(trust, pki_path("ca.crt"), &why));
    good(ossl_pki_ops.trust_add_cas(trust, pki_path("ca-rsa.crt"), &why));
    good(ossl_pki_ops.trust_add_cas(trust, pki_path("ca.crt"), &why));
    assert_int_equal(ossl_pki_ops.trust_count(trust), 2);
    ossl_pki_ops.cert_info(ossl_pki_ops.trust_ca(trust, 1), &info);
    assert_string_equal(info.subject, "C=NZ, O=Lab, CN=ca-rsa");
    assert_null(ossl_pki_ops.trust_ca(trust, 2));
    assert_ptr_equal(ossl_pki_ops.trust_get(trust), trust);
    ossl_pki_ops.trust_put(trust);
    ossl_pki_ops.trust_put(trust);
    ossl_pki_ops.trust_put(NULL);
}

static void expect_refused(const char *name, bool is_crl, int err, const char *words)
{
    struct crypt_trust *trust = trust_new();
    struct base_text why = pki_why();
    good(ossl_pki_ops.trust_add_cas(trust, pki_path("ca.crt"), &why));
    const char *path = name[0] == '/' ? name : pki_path(name);
    assert_int_equal((is_crl ? ossl_pki_ops.trust_add_crls : ossl_pki_ops.trust_add_cas)(trust, path, &why),
                     err);
    if (!strstr(pki_sentence, words))
        fail_msg("%s", pki_sentence);
    ossl_pki_ops.trust_put(trust);
}

static void what_is_no_ca_is_refused(void **state)
{
    expect_refused("gw.crt", false, -EINVAL,
                   "gw.crt: the certificate of C=NZ, O=Lab, CN=gw in it is no CA (basicConstraints does not "
                   "say CA:TRUE); a "
                   "CA certificate was expected");
    expect_refused("ca.key", false, -EINVAL, "ca.key holds a private key, and a CA certificate was expected");
    expect_refused("sub-1024.crt", false, -EINVAL,
                   "the CA C=NZ, O=Lab, CN=sub-1024 has a key RSA of 1024 bits, less than 2048");
    expect_refused("/nonexistent", false, -ENOENT, "cannot open /nonexistent: No such file or directory");
}

static void what_is_no_list_is_refused(void **state)
{
    expect_refused("ca.crt", true, -EINVAL,
                   "ca.crt holds a certificate, and a revocation list (CRL) was expected");
    expect_refused(
        "twin.crl", true, -EINVAL,
        "twin.crl: the revocation list of C=NZ, O=Lab, CN=ca in it is not signed by the CA of that name");
    expect_refused("/nonexistent", true, -ENOENT, "cannot open /nonexistent");
}

/* A folder with these test files as links. */
static const char *folder_with(const char *const *names)
{
    static char folder[32];
    snprintf(folder, sizeof folder, "/tmp/ossl_trust.XXXXXX");
    assert_non_null(mkdtemp(folder));
    for (; *names; names++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", folder, *names);
        assert_int_equal(symlink(pki_path(*names), path), 0);
    }
    return folder;
}

static void folder_remove(const char *folder, const char *const *names)
{
    for (; *names; names++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", folder, *names);
        unlink(path);
    }
    rmdir(folder);
}

static void a_folder_gives_what_there_is_of_the_kind(void **state)
{
    static const char *const names[] = {"ca.crt", "ca.crl", "ca-rsa.crt", "gw.key", NULL};
    static const char *const none[] = {"gw.key", NULL};
    struct crypt_trust *trust = trust_new();
    struct base_text why = pki_why();
    const char *folder = folder_with(names);
    good(ossl_pki_ops.trust_add_cas(trust, folder, &why));
    good(ossl_pki_ops.trust_add_crls(trust, folder, &why));
    assert_int_equal(ossl_pki_ops.trust_count(trust), 2);
    assert_int_equal(trust->n_crls, 1);
    folder_remove(folder, names);
    folder = folder_with(none);
    assert_int_equal(ossl_pki_ops.trust_add_cas(trust, folder, &why), -EINVAL);
    assert_ptr_equal(strstr(pki_sentence, "no file in the folder /tmp/ossl_trust."), pki_sentence);
    good(ossl_pki_ops.trust_add_crls(trust, folder, &why)); /* lists may come later */
    folder_remove(folder, none);
    ossl_pki_ops.trust_put(trust);
}

static void an_end_in_a_folder_of_cas_is_refused(void **state)
{
    static const char *const names[] = {"ca.crt", "gw.crt", NULL};
    struct crypt_trust *trust = trust_new();
    struct base_text why = pki_why();
    const char *folder = folder_with(names);
    assert_int_equal(ossl_pki_ops.trust_add_cas(trust, folder, &why), -EINVAL);
    assert_non_null(strstr(pki_sentence, "gw.crt: the certificate of C=NZ, O=Lab, CN=gw in it is no CA"));
    folder_remove(folder, names);
    ossl_pki_ops.trust_put(trust);
}

/* The SHA-1 of a SubjectPublicKeyInfo as OpenSSL's tool makes it. */
static void expect_hash(const char *name, const uint8_t *got)
{
    char command[1024], text[128] = "", ours[48];
    struct base_text out = base_text(ours, sizeof ours);
    snprintf(command, sizeof command,
             "openssl x509 -in '%s' -noout -pubkey | openssl pkey -pubin -outform DER | sha1sum",
             pki_path(name));
    FILE *f = popen(command, "r");
    assert_non_null(f);
    assert_non_null(fgets(text, sizeof text, f));
    pclose(f);
    text[40] = '\0';
    base_text_add_hex(&out, base_span(got, CRYPT_CA_HASH_BYTES));
    assert_string_equal(text, ours);
}

static void hashes_for_a_request_are_those_of_the_keys(void **state)
{
    uint8_t hashes[4][CRYPT_CA_HASH_BYTES] = {0};
    struct crypt_trust *trust = trust_new();
    struct base_text why = pki_why();
    good(ossl_pki_ops.trust_add_cas(trust, pki_path("ca.crt"), &why));
    good(ossl_pki_ops.trust_add_cas(trust, pki_path("ca-rsa.crt"), &why));
    assert_int_equal(ossl_pki_ops.trust_hashes(trust, hashes[0], 4), 2);
    expect_hash("ca.crt", hashes[0]);
    expect_hash("ca-rsa.crt", hashes[1]);
    assert_int_equal(ossl_pki_ops.trust_hashes(trust, hashes[0], 1), 1);
    ossl_pki_ops.trust_put(trust);
}

static void a_chain_can_be_asked_for_by_each_of_its_cas(void **state)
{
    uint8_t hashes[4][CRYPT_CA_HASH_BYTES] = {0};
    struct crypt_certs certs;
    struct crypt_trust *trust = trust_new();
    struct base_text why = pki_why();
    good(ossl_pki_ops.trust_add_cas(trust, pki_path("ca-rsa.crt"), &why));
    good(ossl_pki_ops.trust_add_cas(trust, pki_path("ca.crt"), &why));
    good(ossl_pki_ops.certs_load(pki_path("deep.chain"), NULL, &certs, &why));
    assert_int_equal(ossl_pki_ops.certs_hashes(&certs, trust, hashes[0], 4), 3);
    expect_hash("sub-sub.crt", hashes[0]);
    expect_hash("sub.crt", hashes[1]);
    expect_hash("ca.crt", hashes[2]);
    assert_int_equal(ossl_pki_ops.certs_hashes(&certs, NULL, hashes[0], 4), 2);
    assert_int_equal(ossl_pki_ops.certs_hashes(&certs, trust, hashes[0], 1), 1);
    ossl_pki_ops.certs_put(&certs);
    assert_int_equal(ossl_pki_ops.certs_hashes(&certs, trust, hashes[0], 4), 0);
    ossl_pki_ops.trust_put(trust);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cas_are_counted_and_shown_once_each),
        cmocka_unit_test(what_is_no_ca_is_refused),
        cmocka_unit_test(what_is_no_list_is_refused),
        cmocka_unit_test(a_folder_gives_what_there_is_of_the_kind),
        cmocka_unit_test(an_end_in_a_folder_of_cas_is_refused),
        cmocka_unit_test(hashes_for_a_request_are_those_of_the_keys),
        cmocka_unit_test(a_chain_can_be_asked_for_by_each_of_its_cas),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return failed;
}
