/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AES-CCM as RFC 4309 uses it: published answers, tags of all lengths, and bursts whose jobs come back in
 * another order than they went.
 */
#include "imb_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "vectors.h"

static struct esp_ctx *imb;

/* Wycheproof's cases 223, 295 and 225, and the first with shorter tags; nonce: salt | IV. */
static const struct {
    const char *keyword, *key, *nonce, *aad, *plain, *cipher, *tag;
} known[] = {
    {"aes128ccm16", "82841ef7fbae35546525fbbebf4718fb", "b5cd818f73a36ed025b6cf", "44f48c2a20456358",
     "8c2c823bb39941b1c6b75bbc82f05ba4", "b287c637a7554362c80d6b24d50ddfb3",
     "3967277da0f856f8f0ad49282894d2bb"},
    {"aes256ccm16", "60d6841e9e6218a2c8605a7794e74fb215dcf3a70a0015d497ed16564f2a83a0",
     "4c93f591af92f16596554e", "7cb0eb9aa21fe859", "c0d1e635586b0ef835c01479a32175a3",
     "0c266113544d7a901ce721e1ead6d8f9", "8a149eaa05c8722b2663c345a6a5418c"},
    {"aes128ccm16", "1d286e525ec2864d9ea6e7adfbdc4970", "1ad44879f1947abd503dce", "1db0eaaaa1e2c848",
     "7b40e6c987692d0202cb6f44b423c267dd", "84f91f9d35b998598e50feb34dcaa0d260",
     "ae4e38cc4b730944bc459df85a536f4e"},
    {"aes128ccm8", "82841ef7fbae35546525fbbebf4718fb", "b5cd818f73a36ed025b6cf", "44f48c2a20456358",
     "8c2c823bb39941b1c6b75bbc82f05ba4", "b287c637a7554362c80d6b24d50ddfb3", "686c29398b749272"},
    {"aes128ccm12", "82841ef7fbae35546525fbbebf4718fb", "b5cd818f73a36ed025b6cf", "44f48c2a20456358",
     "8c2c823bb39941b1c6b75bbc82f05ba4", "b287c637a7554362c80d6b24d50ddfb3", "77d97ee08f9a6cd76df45f4e"},
};

static void key_make(const char *keyword, const uint8_t *keymat, union imb_key *out)
{
    const struct crypt_alg *alg = crypt_alg_by_keyword(keyword);
    assert_int_equal(imb_key_expand(imb, alg, NULL, keymat, alg->key_bytes + 3u, NULL, 0, &out->first), 0);
}

static void published_texts_are_sealed_and_opened(void **state)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        static union imb_key key;
        uint8_t keymat[35], nonce[11], plain[17], sealed[17 + 16], data[17 + 16 + 1];
        const size_t key_len = vectors_hex(known[i].key, keymat, sizeof keymat);
        const size_t len = vectors_hex(known[i].plain, plain, sizeof plain);
        struct esp_op op = {.data = data, .key = &key.first, .len = (uint16_t)len};
        const struct esp_burst one = {&op, sizeof op, 1, false};
        vectors_hex(known[i].nonce, nonce, sizeof nonce);
        memcpy(keymat + key_len, nonce, 3);
        key_make(known[i].keyword, keymat, &key);
        memcpy(op.iv, &key.salt, 4); /* as the data path does */
        memcpy(op.iv + 4, nonce + 3, 8);
        op.aad_len = (uint8_t)vectors_hex(known[i].aad, op.aad, sizeof op.aad);
        vectors_hex(known[i].cipher, sealed, sizeof sealed);
        const size_t tag = vectors_hex(known[i].tag, sealed + len, sizeof sealed - len);
        memset(data, 0xee, sizeof data);
        memcpy(data, plain, len);
        assert_int_equal(imb_seal(imb, IMB_CLASS_CCM, &one), 0);
        assert_memory_equal(data, sealed, len + tag);
        assert_int_equal(data[len + tag], 0xee);
        assert_int_equal(imb_open(imb, IMB_CLASS_CCM, &one), 0);
        assert_memory_equal(data, plain, len);
        assert_memory_equal(data + len, sealed + len, tag);
        memcpy(data, sealed, len);
        data[len + tag - 1] ^= 1;
        assert_int_equal(imb_open(imb, IMB_CLASS_CCM, &one), 1);
        assert_int_equal(op.failed, 1);
    }
}

static void a_whole_burst_of_many_sizes_and_tags_comes_back_in_place(void **state)
{
    static const char *const words[] = {"aes128ccm8", "aes256ccm12", "aes128ccm16"};
    static const uint8_t keymat[35] = {9, 8, 7};
    static uint8_t data[ESP_BURST_MAX][1024 + 16], want[1024];
    static struct esp_op ops[ESP_BURST_MAX];
    static union imb_key keys[3];
    for (size_t i = 0; i < 3; i++)
        key_make(words[i], keymat, &keys[i]);
    for (size_t i = 0; i < ESP_BURST_MAX; i++) {
        memset(data[i], (int)i, sizeof data[i]);
        ops[i] = (struct esp_op){.data = data[i], .key = &keys[i % 3].first, .aad_len = i % 2 ? 8 : 12};
        ops[i].len = (uint16_t)(4 * (1 + i * 37 % 256));
        ops[i].iv[11] = (uint8_t)i;
    }
    const struct esp_burst all = {ops, sizeof *ops, ESP_BURST_MAX, true};
    assert_int_equal(imb_seal(imb, IMB_CLASS_CCM, &all), 0);
    data[5][0] ^= 1;
    ops[17].aad[3] ^= 1;
    data[63][ops[63].len + 7] ^= 1; /* the last byte of the shortest tag */
    assert_int_equal(imb_open(imb, IMB_CLASS_CCM, &all), 3);
    for (size_t i = 0; i < ESP_BURST_MAX; i++) {
        assert_int_equal(ops[i].failed, i == 5 || i == 17 || i == 63);
        memset(want, (int)i, sizeof want);
        if (!ops[i].failed)
            assert_memory_equal(ops[i].data, want, ops[i].len);
    }
}

static void nothing_is_left_in_the_library_after_no_packets(void **state)
{
    const struct esp_burst none = {NULL, sizeof(struct esp_op), 0, false};
    assert_int_equal(imb_seal(imb, IMB_CLASS_CCM, &none), 0);
    assert_int_equal(imb_open(imb, IMB_CLASS_CCM, &none), 0);
    assert_int_equal(IMB_QUEUE_SIZE(imb->mgr), 0);
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
        cmocka_unit_test(published_texts_are_sealed_and_opened),
        cmocka_unit_test(a_whole_burst_of_many_sizes_and_tags_comes_back_in_place),
        cmocka_unit_test(nothing_is_left_in_the_library_after_no_packets),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
