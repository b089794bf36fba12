/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Wycheproof collection: inputs made to break implementations, each with a verdict. Cases whose sizes
 * IKE cannot express (other nonce, tag or key lengths) are counted as left out; each test says how many ran.
 */
#include "ossl_ops.h"

#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <cmocka.h>
#include "vectors.h"

#define BYTES_MAX 16384

/* Runs one case of a group. False: left out. */
typedef bool (*case_fn)(const json_t *group, const json_t *test);

static struct base_span field(const json_t *test, const char *name)
{
    static uint8_t ring[8][BYTES_MAX]; /* more than any case has fields */
    static unsigned at;
    uint8_t *bytes = ring[at++ % 8];
    const char *hex = json_string_value(json_object_get(test, name));
    assert_non_null(hex);
    return base_span(bytes, vectors_hex(hex, bytes, BYTES_MAX));
}

static json_int_t number(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static bool is_result(const json_t *test, const char *result)
{
    return strcmp(json_string_value(json_object_get(test, "result")), result) == 0;
}

/* Runs a file; at least `least` cases must have run. */
static void run_file(const char *name, case_fn run, unsigned least)
{
    json_error_t error;
    unsigned ran = 0, all = 0;
    size_t i, j;
    json_t *group, *test, *root = json_load_file(vectors_path_or_skip(name), 0, &error);
    if (!root)
        fail_msg("%s: %s", name, error.text);
    json_array_foreach(json_object_get(root, "testGroups"), i, group)
    {
        json_array_foreach(json_object_get(group, "tests"), j, test)
        {
            ran += run(group, test);
            all++;
        }
    }
    print_message("%s: %u of %u cases\n", name, ran, all);
    json_decref(root);
    assert_true(ran >= least);
}

/* Which case failed is worth more than which line. */
static void check(bool is_good, const json_t *test)
{
    if (!is_good)
        fail_msg("case %d: %s", (int)number(test, "tcId"),
                 json_string_value(json_object_get(test, "comment")));
}

static enum crypt_prf tested_prf;

static bool hmac_case(const json_t *group, const json_t *test)
{
    const struct base_span msg = field(test, "msg"), tag = field(test, "tag");
    uint8_t out[CRYPT_PRF_MAX];
    assert_int_equal(tag.len, number(group, "tagSize") / 8);
    check(ossl_ike_ops.prf(tested_prf, field(test, "key"), &msg, 1, out) == 0, test);
    check((memcmp(out, tag.ptr, tag.len) == 0) == is_result(test, "valid"), test);
    return true;
}

static void hmacs_are_right(void **state)
{
    tested_prf = CRYPT_PRF_HMAC_SHA1;
    run_file("wycheproof/hmac_sha1_test.json", hmac_case, 170);
    tested_prf = CRYPT_PRF_HMAC_SHA2_256;
    run_file("wycheproof/hmac_sha256_test.json", hmac_case, 174);
    tested_prf = CRYPT_PRF_HMAC_SHA2_384;
    run_file("wycheproof/hmac_sha384_test.json", hmac_case, 174);
    tested_prf = CRYPT_PRF_HMAC_SHA2_512;
    run_file("wycheproof/hmac_sha512_test.json", hmac_case, 174);
}

static uint16_t tested_encr;

static bool aead_case(const json_t *group, const json_t *test)
{
    const struct base_span key = field(test, "key"), nonce = field(test, "iv"), aad = field(test, "aad"),
                           msg = field(test, "msg"), ct = field(test, "ct"), tag = field(test, "tag");
    const uint16_t bits = tested_encr == CRYPT_ENCR_AES_GCM_16 ? (uint16_t)(8 * key.len) : 0;
    const struct crypt_alg *alg = crypt_alg_find(CRYPT_TYPE_ENCR, tested_encr, bits);
    uint8_t keymat[CRYPT_ENCR_KEY_MAX], out[BYTES_MAX], icv[16];
    if (!alg || nonce.len != 12 || tag.len != 16)
        return false;
    struct base_writer w = base_writer(keymat, sizeof keymat);
    base_write_span(&w, key);
    base_write(&w, nonce.ptr, 4);
    const struct base_span iv = base_span(nonce.ptr + 4, 8);
    const int err = ossl_ike_ops.decrypt(alg, base_writer_span(&w), iv, aad, ct, tag, out);
    if (!is_result(test, "valid")) {
        check(err == -EBADMSG, test);
        return true;
    }
    check(err == 0 && memcmp(out, msg.ptr, msg.len) == 0, test);
    check(ossl_ike_ops.encrypt(alg, base_writer_span(&w), iv, aad, msg, out, icv) == 0, test);
    check(memcmp(out, ct.ptr, ct.len) == 0 && memcmp(icv, tag.ptr, 16) == 0, test);
    return true;
}

static void aeads_are_right(void **state)
{
    tested_encr = CRYPT_ENCR_AES_GCM_16;
    run_file("wycheproof/aes_gcm_test.json", aead_case, 100);
    tested_encr = CRYPT_ENCR_CHACHA20_POLY1305;
    run_file("wycheproof/chacha20_poly1305_test.json", aead_case, 200);
}

/* The peer's value must give the secret, or nothing. */
static void dh_case(enum crypt_dh group, const json_t *test, struct base_span peer, bool is_good)
{
    const struct base_span want = field(test, "shared");
    struct crypt_dh_key *key;
    uint8_t secret[CRYPT_DH_MAX];
    size_t len;
    check(ossl_dh_from_private(group, field(test, "private"), &key) == 0, test);
    const int err = ossl_ike_ops.dh_derive(key, peer, secret, &len);
    ossl_ike_ops.dh_free(key);
    if (is_good)
        check(err == 0 && len == want.len && memcmp(secret, want.ptr, len) == 0, test);
    else
        check(err == -EINVAL, test);
}

/* "acceptable" are twist points, which X25519 takes, and low-order ones, which IKE refuses (RFC 8031 3.2). */
static bool x25519_case(const json_t *group, const json_t *test)
{
    static const uint8_t zeros[32];
    dh_case(CRYPT_DH_X25519, test, field(test, "public"), memcmp(field(test, "shared").ptr, zeros, 32) != 0);
    return true;
}

static void x25519_is_right(void **state)
{
    run_file("wycheproof/x25519_test.json", x25519_case, 518);
}

static enum crypt_dh tested_group;

/* IKE knows the uncompressed form only, so that "acceptable" (compressed) is refused. */
static bool ecp_case(const json_t *group, const json_t *test)
{
    struct base_span point = field(test, "public");
    if (point.len == 0) {
        dh_case(tested_group, test, point, false);
        return true;
    }
    if (point.ptr[0] != 4 && is_result(test, "valid"))
        return false;
    const bool is_good = is_result(test, "valid");
    dh_case(tested_group, test, base_span(point.ptr + 1, point.len - 1), is_good);
    return true;
}

static void ecdh_is_right(void **state)
{
    tested_group = CRYPT_DH_ECP_256;
    run_file("wycheproof/ecdh_secp256r1_ecpoint_test.json", ecp_case, 300);
    tested_group = CRYPT_DH_ECP_384;
    run_file("wycheproof/ecdh_secp384r1_ecpoint_test.json", ecp_case, 700);
    tested_group = CRYPT_DH_ECP_521;
    run_file("wycheproof/ecdh_secp521r1_ecpoint_test.json", ecp_case, 600);
}

static enum crypt_sig tested_sig;

/*
 * Signatures of others under the key of the group. "acceptable" is PKCS#1 v1.5 whose hash has no NULL, which
 * RFC 8017 wants a verifier to be lenient with if it likes.
 */
static bool signature_case(const json_t *group, const json_t *test)
{
    struct crypt_cert *cert;
    char reason[CRYPT_WORDS_MAX];
    struct base_text why = base_text(reason, sizeof reason);
    check(ossl_pki_ops.cert_parse(CRYPT_CERT_RAW_KEY, field(group, "publicKeyDer"), &cert, &why) == 0, test);
    const int verified = ossl_pki_ops.verify(cert, tested_sig, field(test, "msg"), field(test, "sig"));
    ossl_pki_ops.cert_put(cert);
    if (is_result(test, "acceptable"))
        return false;
    check(verified == is_result(test, "valid"), test);
    return true;
}

static void signatures_are_right(void **state)
{
    tested_sig = CRYPT_SIG_RSA_SHA2_256;
    run_file("wycheproof/rsa_signature_2048_sha256_test.json", signature_case, 250);
    tested_sig = CRYPT_SIG_ECDSA_SHA2_256;
    run_file("wycheproof/ecdsa_secp256r1_sha256_test.json", signature_case, 484);
    tested_sig = CRYPT_SIG_ED25519;
    run_file("wycheproof/ed25519_test.json", signature_case, 151);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hmacs_are_right),      cmocka_unit_test(aeads_are_right),
        cmocka_unit_test(x25519_is_right),      cmocka_unit_test(ecdh_is_right),
        cmocka_unit_test(signatures_are_right),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return failed;
}
