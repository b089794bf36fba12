/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Key derivation against NIST's CAVS answers (over OpenSSL), and its rules, lengths and failures over the
 * insecure double.
 */
#include "ikev2_keymat.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "null_crypt.h"
#include "ossl_ops.h"
#include "vectors.h"

#define CAVS_BYTES_MAX 1024

/* The fields of a case in the order of the file. */
enum field {
    NI,
    NR,
    G_IR,
    G_IR_NEW,
    SPI_I,
    SPI_R,
    SKEYSEED,
    DKM,
    DKM_CHILD,
    DKM_CHILD_DH,
    SKEYSEED_REKEY,
    FIELDS
};

static const char *const field_names[FIELDS] = {
    "Ni",       "Nr",  "g^ir",          "g^ir (new)",        "SPIi",           "SPIr",
    "SKEYSEED", "DKM", "DKM(Child SA)", "DKM(Child SA D-H)", "SKEYSEED(Rekey)"};

struct cavs {
    enum crypt_prf prf;
    size_t len[FIELDS];
    uint8_t bytes[FIELDS][CAVS_BYTES_MAX];
};

static struct base_span field(const struct cavs *c, enum field f)
{
    return base_span(c->bytes[f], c->len[f]);
}

static uint64_t spi(const struct cavs *c, enum field f)
{
    struct base_reader r = base_reader(field(c, f));
    return base_read_u64(&r);
}

static enum crypt_prf prf_of_header(const char *line, enum crypt_prf before)
{
    static const struct {
        const char *header;
        enum crypt_prf prf;
    } headers[] = {{"[SHA-1]", CRYPT_PRF_HMAC_SHA1},
                   {"[SHA-256]", CRYPT_PRF_HMAC_SHA2_256},
                   {"[SHA-384]", CRYPT_PRF_HMAC_SHA2_384},
                   {"[SHA-512]", CRYPT_PRF_HMAC_SHA2_512}};
    for (size_t i = 0; i < 4; i++)
        if (strcmp(line, headers[i].header) == 0)
            return headers[i].prf;
    return before;
}

/* Reads lines until a case is complete. False: end of file. */
static bool cavs_next(FILE *file, struct cavs *c)
{
    static char line[4096];
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\r\n")] = '\0';
        c->prf = prf_of_header(line, c->prf);
        char *value = strstr(line, " = ");
        if (!value)
            continue;
        *value = '\0';
        for (size_t f = 0; f < FIELDS; f++)
            if (strcmp(line, field_names[f]) == 0)
                c->len[f] = vectors_hex(value + 3, c->bytes[f], CAVS_BYTES_MAX);
        if (strcmp(line, field_names[SKEYSEED_REKEY]) == 0)
            return true;
    }
    return false;
}

static void check_prf_plus(const struct cavs *c, struct base_span key, const struct base_span *parts,
                           size_t count, enum field want)
{
    uint8_t out[CAVS_BYTES_MAX];
    assert_int_equal(ikev2_keymat_prf_plus(&ossl_ike_ops, c->prf, key, parts, count, out, c->len[want]), 0);
    assert_memory_equal(out, c->bytes[want], c->len[want]);
}

/* The answers of a case, by the general function and by those that cut keys. */
static void check_case(const struct cavs *c)
{
    uint8_t seed[CRYPT_PRF_MAX];
    const size_t prf_len = crypt_alg_find(CRYPT_TYPE_PRF, c->prf, 0)->out_bytes;
    const struct base_span ni = field(c, NI), nr = field(c, NR);
    assert_int_equal(c->len[SKEYSEED], prf_len);

    assert_int_equal(ikev2_keymat_skeyseed(&ossl_ike_ops, c->prf, ni, nr, field(c, G_IR), seed), 0);
    assert_memory_equal(seed, c->bytes[SKEYSEED], prf_len);

    const struct base_span parts[] = {ni, nr, field(c, SPI_I), field(c, SPI_R)};
    check_prf_plus(c, field(c, SKEYSEED), parts, 4, DKM);
    struct ikev2_keys keys;
    const struct ikev2_keymat_algs gcm = {c->prf, crypt_alg_by_keyword("aes128gcm16"), NULL};
    assert_int_equal(ikev2_keymat_derive(&ossl_ike_ops, &gcm, field(c, SKEYSEED), ni, nr, spi(c, SPI_I),
                                         spi(c, SPI_R), &keys, NULL),
                     0);
    assert_memory_equal(keys.sk_d, c->bytes[DKM], prf_len);
    assert_memory_equal(keys.sk_ei, c->bytes[DKM] + prf_len, 20);
    assert_memory_equal(keys.sk_er, c->bytes[DKM] + prf_len + 20, 20);

    const struct base_span sk_d = base_span(keys.sk_d, prf_len);
    check_prf_plus(c, sk_d, parts, 2, DKM_CHILD);
    const struct base_span with_dh[] = {field(c, G_IR_NEW), ni, nr};
    check_prf_plus(c, sk_d, with_dh, 3, DKM_CHILD_DH);
    struct esp_keymat out, in;
    assert_int_equal(
        ikev2_keymat_child(&ossl_ike_ops, &gcm, sk_d, field(c, G_IR_NEW), ni, nr, BASE_SPAN_NONE, &out, &in),
        0);
    assert_memory_equal(out.encr, c->bytes[DKM_CHILD_DH], 20);
    assert_memory_equal(in.encr, c->bytes[DKM_CHILD_DH] + 20, 20);

    assert_int_equal(ikev2_keymat_skeyseed_rekey(&ossl_ike_ops, c->prf, sk_d, field(c, G_IR_NEW), ni, nr,
                                                 BASE_SPAN_NONE, seed),
                     0);
    assert_memory_equal(seed, c->bytes[SKEYSEED_REKEY], prf_len);
}

static void all_derivations_give_nists_answers(void **state)
{
    static struct cavs c;
    unsigned cases = 0;
    FILE *file = fopen(vectors_path_or_skip("cavs/ikev2.fax"), "r");
    assert_non_null(file);
    for (; cavs_next(file, &c); cases++)
        check_case(&c);
    fclose(file);
    print_message("%u cases\n", cases);
    assert_int_equal(cases, 900);
}

static uint8_t octets[256];

static struct base_span some(size_t from, size_t len)
{
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)i;
    return base_span(octets + from, len);
}

/* prf+ of the double, to compare what the derivations cut from it. */
static void raw_keymat(struct base_span key, const struct base_span *parts, size_t count, uint8_t *out,
                       size_t len)
{
    assert_int_equal(
        ikev2_keymat_prf_plus(&null_ike_ops, CRYPT_PRF_HMAC_SHA2_256, key, parts, count, out, len), 0);
}

static void ike_keys_are_cut_in_the_order_of_rfc_7296(void **state)
{
    const struct ikev2_keymat_algs algs = {CRYPT_PRF_HMAC_SHA2_256, crypt_alg_by_keyword("aes256"),
                                           crypt_alg_by_keyword("sha512")};
    const uint8_t spis[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    const struct base_span parts[] = {some(0, 32), some(40, 16), base_span(spis, 16)};
    uint8_t raw[3 * 32 + 2 * 64 + 2 * 32];
    struct ikev2_keys k, rekeyed;
    struct ikev2_proof_keys proof;

    raw_keymat(some(100, 32), parts, 3, raw, sizeof raw);
    assert_int_equal(ikev2_keymat_derive(&null_ike_ops, &algs, some(100, 32), parts[0], parts[1],
                                         0x0102030405060708, 0x090a0b0c0d0e0f10, &k, &proof),
                     0);
    assert_int_equal(k.prf_len, 32);
    assert_int_equal(k.integ_len, 64);
    assert_int_equal(k.encr_len, 32);
    assert_memory_equal(k.sk_d, raw, 32);
    assert_memory_equal(k.sk_ai, raw + 32, 64);
    assert_memory_equal(k.sk_ar, raw + 96, 64);
    assert_memory_equal(k.sk_ei, raw + 160, 32);
    assert_memory_equal(k.sk_er, raw + 192, 32);
    assert_memory_equal(proof.sk_pi, raw + 224, 32);
    assert_memory_equal(proof.sk_pr, raw + 256, 32);
    /* Where nobody proves anything the rest is the same. */
    assert_int_equal(ikev2_keymat_derive(&null_ike_ops, &algs, some(100, 32), parts[0], parts[1],
                                         0x0102030405060708, 0x090a0b0c0d0e0f10, &rekeyed, NULL),
                     0);
    assert_memory_equal(&rekeyed, &k, sizeof k);
}

static void an_aead_takes_key_and_salt_and_no_integrity_key(void **state)
{
    static const struct {
        const char *keyword;
        uint8_t len;
    } rows[] = {{"aes128gcm16", 20}, {"aes256gcm16", 36}, {"chacha20poly1305", 36}};
    for (size_t i = 0; i < 3; i++) {
        const struct ikev2_keymat_algs algs = {CRYPT_PRF_HMAC_SHA2_384, crypt_alg_by_keyword(rows[i].keyword),
                                               NULL};
        struct ikev2_keys k;
        assert_int_equal(
            ikev2_keymat_derive(&null_ike_ops, &algs, some(0, 48), some(0, 32), some(50, 32), 1, 2, &k, NULL),
            0);
        assert_int_equal(k.encr_len, rows[i].len);
        assert_int_equal(k.integ_len, 0);
        assert_int_equal(k.prf_len, 48);
        assert_memory_not_equal(k.sk_ei, k.sk_er, rows[i].len);
    }
}

static void child_keys_are_initiators_first_and_cipher_before_integrity(void **state)
{
    const struct ikev2_keymat_algs algs = {CRYPT_PRF_HMAC_SHA2_256, crypt_alg_by_keyword("aes128"),
                                           crypt_alg_by_keyword("sha256")};
    const struct base_span with[] = {some(200, 32), some(0, 32), some(40, 16)};
    uint8_t raw[96];
    struct esp_keymat out, in;

    for (size_t skip_dh = 0; skip_dh < 2; skip_dh++) {
        raw_keymat(some(100, 32), with + skip_dh, 3 - skip_dh, raw, sizeof raw);
        assert_int_equal(ikev2_keymat_child(&null_ike_ops, &algs, some(100, 32),
                                            skip_dh ? BASE_SPAN_NONE : with[0], with[1], with[2],
                                            BASE_SPAN_NONE, &out, &in),
                         0);
        assert_int_equal(out.encr_len, 16);
        assert_int_equal(out.integ_len, 32);
        assert_memory_equal(out.encr, raw, 16);
        assert_memory_equal(out.integ, raw + 16, 32);
        assert_memory_equal(in.encr, raw + 48, 16);
        assert_memory_equal(in.integ, raw + 64, 32);
        assert_int_equal(in.encr_len, 16);
        assert_int_equal(in.integ_len, 32);
    }
}

/* RFC 9370 2.2.4 */
static void secrets_of_additional_exchanges_stand_behind_the_nonces(void **state)
{
    const struct ikev2_keymat_algs algs = {CRYPT_PRF_HMAC_SHA2_256, crypt_alg_by_keyword("aes128gcm16"),
                                           NULL};
    const struct base_span parts[] = {some(200, 32), some(0, 32), some(40, 16), some(10, 64)};
    uint8_t raw[40], seed[CRYPT_PRF_MAX], want[CRYPT_PRF_MAX];
    struct esp_keymat out, in;
    raw_keymat(some(100, 32), parts, 4, raw, sizeof raw);
    assert_int_equal(ikev2_keymat_child(&null_ike_ops, &algs, some(100, 32), parts[0], parts[1], parts[2],
                                        parts[3], &out, &in),
                     0);
    assert_memory_equal(out.encr, raw, 20);
    assert_memory_equal(in.encr, raw + 20, 20);
    assert_int_equal(null_ike_ops.prf(CRYPT_PRF_HMAC_SHA2_256, some(100, 32), parts, 4, want), 0);
    assert_int_equal(ikev2_keymat_skeyseed_rekey(&null_ike_ops, CRYPT_PRF_HMAC_SHA2_256, some(100, 32),
                                                 parts[0], parts[1], parts[2], parts[3], seed),
                     0);
    assert_memory_equal(seed, want, 32);
}

static void null_encryption_takes_only_an_integrity_key(void **state)
{
    const struct ikev2_keymat_algs algs = {CRYPT_PRF_HMAC_SHA2_256, crypt_alg_by_keyword("null"),
                                           crypt_alg_by_keyword("sha1")};
    struct esp_keymat out = {0}, in = {0};
    assert_int_equal(ikev2_keymat_child(&null_ike_ops, &algs, some(0, 32), BASE_SPAN_NONE, some(0, 32),
                                        some(50, 32), BASE_SPAN_NONE, &out, &in),
                     0);
    assert_int_equal(out.encr_len, 0);
    assert_int_equal(out.integ_len, 20);
}

static void a_shared_key_signs_message_nonce_and_identity(void **state)
{
    uint8_t key[64], maced_id[64], want[64], got[CRYPT_PRF_MAX], signed_octets[200 + 32 + 64];
    const struct base_span pad = base_span("Key Pad for IKEv2", 17), id = some(0, 12);
    const enum crypt_prf prf = CRYPT_PRF_HMAC_SHA2_512;
    assert_int_equal(ossl_ike_ops.prf(prf, base_span("secret", 6), &pad, 1, key), 0);
    assert_int_equal(ossl_ike_ops.prf(prf, some(64, 64), &id, 1, maced_id), 0);
    const struct base_span parts[] = {some(0, 200), some(30, 32), base_span(maced_id, 64)};
    assert_int_equal(ossl_ike_ops.prf(prf, base_span(key, 64), parts, 3, want), 0);

    assert_int_equal(ikev2_keymat_maced_id(&ossl_ike_ops, prf, some(64, 64), id, got), 0);
    assert_memory_equal(got, maced_id, 64);
    memcpy(signed_octets, parts[0].ptr, 200);
    memcpy(signed_octets + 200, parts[1].ptr, 32);
    memcpy(signed_octets + 232, got, 64);
    assert_int_equal(ikev2_keymat_auth_psk(&ossl_ike_ops, prf, base_span("secret", 6),
                                           base_span(signed_octets, sizeof signed_octets), got),
                     0);
    assert_memory_equal(got, want, 64);
}

static void cipher_and_integrity_must_belong_together(void **state)
{
    const struct crypt_alg *gcm = crypt_alg_by_keyword("aes128gcm16"), *cbc = crypt_alg_by_keyword("aes128"),
                           *sha = crypt_alg_by_keyword("sha256");
    const struct ikev2_keymat_algs wrong[] = {
        {CRYPT_PRF_HMAC_SHA2_256, gcm, sha},   {CRYPT_PRF_HMAC_SHA2_256, cbc, NULL},
        {CRYPT_PRF_HMAC_SHA2_256, sha, NULL},  {CRYPT_PRF_HMAC_SHA2_256, cbc, gcm},
        {CRYPT_PRF_HMAC_SHA2_256, NULL, NULL}, {(enum crypt_prf)99, gcm, NULL}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct ikev2_keys k;
        struct esp_keymat out, in;
        assert_int_equal(ikev2_keymat_derive(&null_ike_ops, &wrong[i], some(0, 32), some(0, 32), some(0, 32),
                                             1, 2, &k, NULL),
                         -EINVAL);
        assert_int_equal(ikev2_keymat_child(&null_ike_ops, &wrong[i], some(0, 32), BASE_SPAN_NONE,
                                            some(0, 32), some(0, 32), BASE_SPAN_NONE, &out, &in),
                         -EINVAL);
        assert_int_equal(k.encr_len + out.encr_len + in.encr_len, 0);
    }
}

static int prf_calls_left;

/* Fails like a library without memory, after some good calls. */
static int failing_prf(enum crypt_prf prf, struct base_span key, const struct base_span *parts, size_t count,
                       uint8_t *out)
{
    return prf_calls_left-- > 0 ? null_ike_ops.prf(prf, key, parts, count, out) : -EIO;
}

static void assert_zero(const void *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        assert_int_equal(((const uint8_t *)bytes)[i], 0);
}

static void a_failure_leaves_no_part_of_a_key(void **state)
{
    const struct crypt_ike_ops ops = {.prf = failing_prf};
    const struct ikev2_keymat_algs algs = {CRYPT_PRF_HMAC_SHA2_256, crypt_alg_by_keyword("aes256gcm16"),
                                           NULL};
    struct ikev2_keys k;
    struct ikev2_proof_keys proof;
    struct esp_keymat out, in;
    uint8_t auth[CRYPT_PRF_MAX];
    for (int good = 0; good < 3; good++) {
        memset(&k, 0xee, sizeof k);
        memset(&proof, 0xee, sizeof proof);
        memset(auth, 0xee, sizeof auth);
        prf_calls_left = good;
        assert_int_equal(
            ikev2_keymat_derive(&ops, &algs, some(0, 32), some(0, 32), some(0, 32), 1, 2, &k, &proof), -EIO);
        assert_zero(&k, sizeof k);
        assert_zero(&proof, sizeof proof);
        prf_calls_left = good < 2 ? good : 1;
        assert_int_equal(ikev2_keymat_auth_psk(&ops, algs.prf, some(0, 9), some(0, 99), auth), -EIO);
        assert_zero(auth, sizeof auth);
        memset(auth, 0xee, sizeof auth);
        prf_calls_left = 0;
        assert_int_equal(ikev2_keymat_maced_id(&ops, algs.prf, some(0, 32), some(0, 8), auth), -EIO);
        assert_zero(auth, sizeof auth);
        prf_calls_left = good;
        assert_int_equal(ikev2_keymat_child(&ops, &algs, some(0, 32), BASE_SPAN_NONE, some(0, 32),
                                            some(0, 32), BASE_SPAN_NONE, &out, &in),
                         -EIO);
        assert_zero(out.encr, sizeof out.encr);
        assert_zero(in.encr, sizeof in.encr);
    }
}

static void prf_plus_ends_after_255_blocks(void **state)
{
    static uint8_t out[255 * 32 + 1];
    const struct base_span seed = some(0, 32);
    assert_int_equal(
        ikev2_keymat_prf_plus(&null_ike_ops, CRYPT_PRF_HMAC_SHA2_256, seed, &seed, 1, out, 255 * 32), 0);
    assert_int_equal(
        ikev2_keymat_prf_plus(&null_ike_ops, CRYPT_PRF_HMAC_SHA2_256, seed, &seed, 1, out, 255 * 32 + 1),
        -EINVAL);
    assert_zero(out, sizeof out);
}

static void nonces_longer_than_the_protocol_allows_are_refused(void **state)
{
    uint8_t long_nonce[257] = {0}, out[CRYPT_PRF_MAX];
    assert_int_equal(ikev2_keymat_skeyseed(&null_ike_ops, CRYPT_PRF_HMAC_SHA2_256, base_span(long_nonce, 256),
                                           base_span(long_nonce, 256), some(0, 32), out),
                     0);
    assert_int_equal(ikev2_keymat_skeyseed(&null_ike_ops, CRYPT_PRF_HMAC_SHA2_256, base_span(long_nonce, 257),
                                           base_span(long_nonce, 256), some(0, 32), out),
                     -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_derivations_give_nists_answers),
        cmocka_unit_test(ike_keys_are_cut_in_the_order_of_rfc_7296),
        cmocka_unit_test(an_aead_takes_key_and_salt_and_no_integrity_key),
        cmocka_unit_test(child_keys_are_initiators_first_and_cipher_before_integrity),
        cmocka_unit_test(secrets_of_additional_exchanges_stand_behind_the_nonces),
        cmocka_unit_test(null_encryption_takes_only_an_integrity_key),
        cmocka_unit_test(a_shared_key_signs_message_nonce_and_identity),
        cmocka_unit_test(cipher_and_integrity_must_belong_together),
        cmocka_unit_test(a_failure_leaves_no_part_of_a_key),
        cmocka_unit_test(prf_plus_ends_after_255_blocks),
        cmocka_unit_test(nonces_longer_than_the_protocol_allows_are_refused),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return failed;
}
