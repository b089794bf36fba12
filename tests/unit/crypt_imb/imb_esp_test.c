/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sealing and opening against answers of others: the Wycheproof collection for the AEADs, as far as ESP can
 * express a case (12-byte nonce, 16-byte tag), and that no changed byte passes.
 */
#include "imb_int.h"

#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "vectors.h"

#define BYTES_MAX 4096
#define HEAD      24

static const struct esp_ops *const esp = &imb_esp_ops;
static struct esp_ctx *imb;

struct bytes {
    size_t len;
    uint8_t at[BYTES_MAX];
};

static void field(const json_t *test, const char *name, struct bytes *out)
{
    out->len = vectors_hex(json_string_value(json_object_get(test, name)), out->at, BYTES_MAX);
}

/* A packet's record has room for 12 bytes of associated data, which is what ESP has at most. */
static bool case_fits(const json_t *group, const struct bytes *aad)
{
    return json_integer_value(json_object_get(group, "ivSize")) == 96 &&
           json_integer_value(json_object_get(group, "tagSize")) == 128 &&
           aad->len <= sizeof((struct esp_op *)0)->aad;
}

static bool run_case(const json_t *group, const json_t *test, uint16_t id)
{
    static struct bytes key, iv, aad, msg, ct, tag;
    static uint8_t buf[BYTES_MAX + 64];
    static union imb_key expanded;
    long bits = (long)json_integer_value(json_object_get(group, "keySize"));
    const struct crypt_alg *alg =
        crypt_alg_find(CRYPT_TYPE_ENCR, id, id == CRYPT_ENCR_AES_GCM_16 ? (uint16_t)bits : 0);
    bool is_valid = strcmp(json_string_value(json_object_get(test, "result")), "valid") == 0;
    struct esp_suite suite;
    field(test, "aad", &aad);
    if (!alg || esp->suite_find(alg, NULL, &suite) != 0 || !case_fits(group, &aad))
        return false;
    field(test, "key", &key);
    field(test, "iv", &iv);
    field(test, "msg", &msg);
    field(test, "ct", &ct);
    field(test, "tag", &tag);
    assert_int_equal(esp->key_expand(imb, alg, NULL, key.at, key.len + 4, NULL, 0, &expanded.first), 0);
    struct esp_op op = {
        .data = buf + HEAD, .key = &expanded.first, .len = (uint16_t)msg.len, .aad_len = (uint8_t)aad.len};
    memcpy(op.iv, iv.at, 12);
    memcpy(op.aad, aad.at, aad.len);
    memcpy(op.data, ct.at, ct.len);
    memcpy(op.data + ct.len, tag.at, 16);
    assert_int_equal(esp->open(imb, suite.cls, &(struct esp_burst){&op, sizeof op, 1, false}), !is_valid);
    assert_int_equal(op.failed, !is_valid);
    if (!is_valid)
        return true;
    assert_memory_equal(op.data, msg.at, msg.len);
    esp->seal(imb, suite.cls, &(struct esp_burst){&op, sizeof op, 1, false});
    assert_memory_equal(op.data, ct.at, ct.len);
    assert_memory_equal(op.data + ct.len, tag.at, 16);
    return true;
}

static void run_file(const char *name, uint16_t id, unsigned least)
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
            ran += run_case(group, test, id);
            all++;
        }
    }
    print_message("%s: %u of %u cases\n", name, ran, all);
    json_decref(root);
    assert_true(ran >= least);
}

static void aes_gcm_answers_as_wycheproof(void **state)
{
    run_file("wycheproof/aes_gcm_test.json", CRYPT_ENCR_AES_GCM_16, 30);
}

static void chacha20_poly1305_answers_as_wycheproof(void **state)
{
    run_file("wycheproof/chacha20_poly1305_test.json", CRYPT_ENCR_CHACHA20_POLY1305, 40);
}

struct pair {
    const char *encr, *integ;
};

static void every_changed_byte_is_noticed(void **state)
{
    static const struct pair pairs[] = {
        {"aes128gcm16", NULL}, {"aes192gcm16", NULL}, {"aes256gcm16", NULL}, {"chacha20poly1305", NULL},
        {"aes128", "sha1"},    {"aes192", "sha1"},    {"aes256", "sha256"},  {"aes128", "sha384"},
        {"aes256", "sha512"},  {"null", "sha256"},    {"aes128ccm8", NULL},  {"aes256ccm12", NULL},
        {"aes256ccm16", NULL}, {"3des", "sha1"},      {"3des", "sha256"}};
    static const uint8_t key[CRYPT_ENCR_KEY_MAX + CRYPT_INTEG_KEY_MAX] = {1, 2, 3, 4, 5, 6, 7};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        const struct crypt_alg *encr = crypt_alg_by_keyword(pairs[i].encr);
        const struct crypt_alg *integ = pairs[i].integ ? crypt_alg_by_keyword(pairs[i].integ) : NULL;
        struct esp_suite suite;
        static union imb_key expanded;
        static uint8_t sealed[256], buf[256];
        assert_int_equal(esp->suite_find(encr, integ, &suite), 0);
        assert_int_equal(
            esp->key_expand(imb, encr, integ, key, suite.encr_len, key, suite.integ_len, &expanded.first), 0);
        struct esp_op op = {
            .data = sealed + 8 + suite.iv_bytes, .key = &expanded.first, .len = 96, .aad_len = 12};
        uint32_t all = 8u + suite.iv_bytes + op.len + suite.icv_bytes;
        memset(sealed, 0x33, sizeof sealed);
        memcpy(op.aad, sealed, 4);
        assert_int_equal(esp->seal(imb, suite.cls, &(struct esp_burst){&op, sizeof op, 1, true}), 0);
        assert_int_equal(op.failed, 0);
        for (uint32_t at = 8u + suite.iv_bytes; at <= all; at++) {
            memcpy(buf, sealed, sizeof buf);
            buf[at] ^= at < all ? 0x40 : 0; /* the last one is unchanged */
            op.data = buf + 8 + suite.iv_bytes;
            assert_int_equal(esp->open(imb, suite.cls, &(struct esp_burst){&op, sizeof op, 1, true}),
                             at < all);
        }
    }
}

/* What the data path fetches ahead, and where it finds the salt. */
static void a_key_is_as_large_as_it_says_and_its_salt_is_where_it_says(void **state)
{
    static const uint8_t keymat[20] = {[16] = 0xa1, 0xb2, 0xc3, 0xd4};
    static union {
        union imb_key key;
        uint8_t bytes[2048];
    } room;
    const size_t bytes = esp_key_bytes(&esp->key);
    const struct crypt_alg *gcm = crypt_alg_by_keyword("aes128gcm16");
    assert_int_equal(bytes, sizeof room.key);
    assert_int_equal(bytes % ESP_KEY_LINE, 0);
    assert_true(esp->key.end >= ESP_KEY_FRONT);
    memset(&room, 0x77, sizeof room);
    assert_int_equal(esp->key_expand(imb, gcm, NULL, keymat, sizeof keymat, NULL, 0, &room.key.first), 0);
    assert_int_equal(esp_key_salt(&room.key.first, &esp->key), 0xd4c3b2a1);
    for (size_t i = esp->key.end + 4u; i < sizeof room; i++)
        assert_int_equal(room.bytes[i], 0x77);
    assert_int_equal(esp->key_expand(imb, gcm, NULL, keymat, 19, NULL, 0, &room.key.first), -EINVAL);
}

static int setup(void **state)
{
    imb = esp->create(false);
    return imb ? 0 : -1;
}

static int teardown(void **state)
{
    esp->free(imb);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aes_gcm_answers_as_wycheproof),
        cmocka_unit_test(chacha20_poly1305_answers_as_wycheproof),
        cmocka_unit_test(every_changed_byte_is_noticed),
        cmocka_unit_test(a_key_is_as_large_as_it_says_and_its_salt_is_where_it_says),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
