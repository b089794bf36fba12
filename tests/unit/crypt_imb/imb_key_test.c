/* SPDX-License-Identifier: BSD-3-Clause */
/* From algorithm rows to suites, and from key bytes to what a packet reads. */
#include "imb_int.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "vectors.h"

static struct esp_ctx *imb;
static union imb_key expanded;

static const struct crypt_alg *row(const char *keyword)
{
    const struct crypt_alg *alg = keyword ? crypt_alg_by_keyword(keyword) : NULL;
    assert_int_equal(alg != NULL, keyword != NULL);
    return alg;
}

static void suites_have_the_sizes_of_their_rfc(void **state)
{
    static const struct {
        const char *encr, *integ;
        struct esp_suite want;
    } all[] = {
        {"aes128gcm16", NULL, {IMB_CLASS_GCM128, 8, 16, 4, 20, 0}},
        {"aes192gcm16", NULL, {IMB_CLASS_GCM192, 8, 16, 4, 28, 0}},
        {"aes256gcm16", NULL, {IMB_CLASS_GCM256, 8, 16, 4, 36, 0}},
        {"chacha20poly1305", NULL, {IMB_CLASS_CHACHA, 8, 16, 4, 36, 0}},
        {"aes128ccm16", NULL, {IMB_CLASS_CCM, 8, 16, 4, 19, 0}},
        {"aes128ccm12", NULL, {IMB_CLASS_CCM, 8, 12, 4, 19, 0}},
        {"aes256ccm8", NULL, {IMB_CLASS_CCM, 8, 8, 4, 35, 0}},
        {"3des", "sha1", {IMB_CLASS_HMAC, 8, 12, 8, 24, 20}},
        {"aes128", "sha1", {IMB_CLASS_HMAC, 16, 12, 16, 16, 20}},
        {"aes128", "sha256", {IMB_CLASS_HMAC, 16, 16, 16, 16, 32}},
        {"aes192", "sha1", {IMB_CLASS_HMAC, 16, 12, 16, 24, 20}},
        {"aes256", "sha384", {IMB_CLASS_HMAC, 16, 24, 16, 32, 48}},
        {"aes256", "sha512", {IMB_CLASS_HMAC, 16, 32, 16, 32, 64}},
        {"null", "sha256", {IMB_CLASS_HMAC, 0, 16, 4, 0, 32}},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct esp_suite got;
        assert_int_equal(imb_suite_find(row(all[i].encr), row(all[i].integ), &got), 0);
        assert_memory_equal(&got, &all[i].want, sizeof got);
    }
}

static void what_does_not_belong_together_is_refused(void **state)
{
    struct esp_suite suite;
    const struct crypt_alg *gcm = row("aes128gcm16"), *cbc = row("aes128"), *sha = row("sha256");
    assert_int_equal(imb_suite_find(gcm, sha, &suite), -ENOTSUP);
    assert_int_equal(imb_suite_find(cbc, NULL, &suite), -ENOTSUP);
    assert_int_equal(imb_suite_find(sha, NULL, &suite), -ENOTSUP);
    assert_int_equal(imb_suite_find(NULL, NULL, &suite), -ENOTSUP);
    assert_int_equal(imb_suite_find(cbc, row("x25519"), &suite), -ENOTSUP);
    assert_int_equal(imb_suite_find(cbc, sha, &suite), 0);
}

static void integrity_of_none_is_none(void **state)
{
    const struct crypt_alg none = {.type = CRYPT_TYPE_INTEG, .id = CRYPT_INTEG_NONE};
    struct esp_suite suite;
    assert_int_equal(imb_suite_find(row("aes128gcm16"), &none, &suite), 0);
    assert_int_equal(suite.integ_len, 0);
    assert_int_equal(imb_suite_find(row("null"), &none, &suite), -ENOTSUP);
}

static void a_key_length_without_code_is_refused(void **state)
{
    struct crypt_alg odd = *row("aes128gcm16");
    struct esp_suite suite;
    odd.key_bits = 120;
    assert_int_equal(imb_suite_find(&odd, NULL, &suite), -ENOTSUP);
    odd = *row("aes128ccm16");
    odd.key_bits = 192;
    assert_int_equal(imb_suite_find(&odd, NULL, &suite), -ENOTSUP);
}

static void a_key_one_byte_off_is_refused_and_nothing_is_written(void **state)
{
    static const struct {
        const char *encr, *integ;
    } all[] = {{"aes128gcm16", NULL},      {"aes192gcm16", NULL}, {"aes256gcm16", NULL},
               {"chacha20poly1305", NULL}, {"aes192", "sha1"},    {"aes256", "sha256"},
               {"null", "sha1"},           {"aes256ccm12", NULL}, {"3des", "sha1"}};
    static const uint8_t key[128];
    static union imb_key before;
    memset(&before, 0x77, sizeof before);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const struct crypt_alg *encr = row(all[i].encr), *integ = row(all[i].integ);
        struct esp_suite s;
        assert_int_equal(imb_suite_find(encr, integ, &s), 0);
        expanded = before;
        for (int off = -1; off <= 1; off += 2) {
            if (s.encr_len > 0 || off > 0)
                assert_int_equal(imb_key_expand(imb, encr, integ, key, s.encr_len + (size_t)off, key,
                                                s.integ_len, &expanded.first),
                                 -EINVAL);
            if (s.integ_len > 0 || off > 0)
                assert_int_equal(imb_key_expand(imb, encr, integ, key, s.encr_len, key,
                                                s.integ_len + (size_t)off, &expanded.first),
                                 -EINVAL);
        }
        assert_memory_equal(&expanded, &before, sizeof before);
        assert_int_equal(imb_key_expand(imb, encr, integ, key, s.encr_len, key, s.integ_len, &expanded.first),
                         0);
    }
    assert_int_equal(
        imb_key_expand(imb, row("aes128gcm16"), row("sha256"), key, 20, key, 32, &expanded.first), -ENOTSUP);
}

static void a_salt_lies_behind_the_key_as_it_came(void **state)
{
    static const char *const all[] = {"aes128gcm16", "aes192gcm16", "aes256gcm16", "chacha20poly1305"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const struct crypt_alg *encr = row(all[i]);
        uint8_t key[36] = {0};
        memcpy(key + encr->key_bytes, "salt", 4);
        assert_int_equal(imb_key_expand(imb, encr, NULL, key, encr->key_bytes + 4u, NULL, 0, &expanded.first),
                         0);
        assert_memory_equal(&expanded.salt, "salt", 4);
    }
}

/* RFC 4309 7.1: 3 bytes; whoever copies 4 gets a zero ahead of them. */
static void a_short_salt_stands_behind_a_zero(void **state)
{
    uint8_t key[19] = {0};
    memcpy(key + 16, "sal", 3);
    memset(&expanded.salt, 0x77, 4);
    assert_int_equal(imb_key_expand(imb, row("aes128ccm8"), NULL, key, 19, NULL, 0, &expanded.first), 0);
    assert_memory_equal(&expanded.salt, "\0sal", 4);
}

/* FIPS 197 A.2: as below, of 192 bits; the last word is 01002202. */
static void round_keys_of_192_bits_are_those_of_the_standard(void **state)
{
    uint8_t key[24], sha[20] = {0}, last[4];
    vectors_hex("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", key, sizeof key);
    vectors_hex("01002202", last, sizeof last);
    assert_int_equal(imb_key_expand(imb, row("aes192"), row("sha1"), key, 24, sha, 20, &expanded.first), 0);
    const struct imb_hmac_key *hmac = &expanded.hmac;
    assert_memory_equal(hmac->enc, key, 24);
    assert_memory_equal(hmac->enc + 16 * 13 - 4, last, 4);
    assert_int_equal(hmac->key_bytes, 24);
    assert_int_equal(hmac->icv_bytes, 12);
}

/* FIPS 197 A.1: the first round key is the key, and the last word of the schedule is b6630ca6. */
static void round_keys_are_those_of_the_standard(void **state)
{
    uint8_t key[16], sha[32] = {0}, last[4];
    vectors_hex("2b7e151628aed2a6abf7158809cf4f3c", key, sizeof key);
    vectors_hex("b6630ca6", last, sizeof last);
    assert_int_equal(imb_key_expand(imb, row("aes128"), row("sha256"), key, 16, sha, 32, &expanded.first), 0);
    const struct imb_hmac_key *hmac = &expanded.hmac;
    assert_memory_equal(hmac->enc, key, 16);
    assert_memory_equal(hmac->enc + 16 * 11 - 4, last, 4);
    assert_int_equal(hmac->key_bytes, 16);
    assert_int_equal(hmac->icv_bytes, 16);
    assert_int_equal(hmac->iv_bytes, 16);
}

static int setup(void **state)
{
    imb = imb_create(false);
    return imb ? 0 : -1;
}

static int teardown(void **state)
{
    imb_free(imb);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(suites_have_the_sizes_of_their_rfc),
        cmocka_unit_test(what_does_not_belong_together_is_refused),
        cmocka_unit_test(integrity_of_none_is_none),
        cmocka_unit_test(a_key_length_without_code_is_refused),
        cmocka_unit_test(a_key_one_byte_off_is_refused_and_nothing_is_written),
        cmocka_unit_test(a_salt_lies_behind_the_key_as_it_came),
        cmocka_unit_test(a_short_salt_stands_behind_a_zero),
        cmocka_unit_test(round_keys_of_192_bits_are_those_of_the_standard),
        cmocka_unit_test(round_keys_are_those_of_the_standard),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
