/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CBC, of AES and 3DES, or no cipher with HMAC, against published answers: a packet whose header and payload
 * are the text of RFC 2202 and RFC 4231 case 2, under their key "Jefe", which zeros behind it do not change
 * (RFC 2104 2).
 */
#include "imb_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "vectors.h"

#define HEAD 8 /* SPI and sequence number */

static struct esp_ctx *imb;
static const uint8_t jefe[64] = "Jefe";

static const struct hash {
    const char *keyword, *hmac;
    uint8_t key_bytes, icv_bytes;
} hashes[] = {
    {"sha1", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", 20, 12},
    {"sha256", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", 32, 16},
    {"sha384",
     "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649", 48,
     24},
    {"sha512",
     "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd"
     "caeab1a34d4a6b4b636e070a38bce737",
     64, 32},
};

#define HASHES (sizeof hashes / sizeof *hashes)

static void key_make(const char *encr, const uint8_t *encr_key, const struct hash *h, union imb_key *out)
{
    const struct crypt_alg *alg = crypt_alg_by_keyword(encr);
    assert_int_equal(imb_key_expand(imb, alg, crypt_alg_by_keyword(h->keyword), encr_key, alg->key_bytes,
                                    jefe, h->key_bytes, &out->first),
                     0);
}

static struct esp_burst one(struct esp_op *op)
{
    return (struct esp_burst){op, sizeof *op, 1, false};
}

static void the_icv_is_the_front_of_the_hash_of_header_and_payload(void **state)
{
    for (size_t i = 0; i < HASHES; i++) {
        static union imb_key key;
        uint8_t pkt[HEAD + 20 + 32 + 8], hmac[64];
        struct esp_op op = {.data = pkt + HEAD, .key = &key.first, .len = 20, .aad_len = 8, .failed = 9};
        key_make("null", NULL, &hashes[i], &key);
        memset(pkt, 0xee, sizeof pkt);
        memcpy(pkt, "what do ya want for nothing?", HEAD + 20);
        vectors_hex(hashes[i].hmac, hmac, sizeof hmac);
        const struct esp_burst ops = one(&op);
        imb_seal(imb, IMB_CLASS_HMAC, &ops);
        assert_int_equal(op.failed, 0);
        assert_memory_equal(pkt, "what do ya want for nothing?", HEAD + 20);
        assert_memory_equal(pkt + HEAD + 20, hmac, hashes[i].icv_bytes);
        assert_int_equal(pkt[HEAD + 20 + hashes[i].icv_bytes], 0xee);
        assert_int_equal(imb_open(imb, IMB_CLASS_HMAC, &ops), 0);
    }
}

/* RFC 4303 2.2.1: the high half of the sequence number is hashed behind the payload and not sent. */
static void a_long_sequence_number_is_hashed_and_not_sent(void **state)
{
    for (size_t i = 0; i < HASHES; i++) {
        static union imb_key key;
        uint8_t pkt[HEAD + 16 + 32], hmac[64];
        struct esp_op op = {.data = pkt + HEAD, .key = &key.first, .len = 16, .aad_len = 12};
        key_make("null", NULL, &hashes[i], &key);
        memcpy(pkt, "what do ya want for noth", HEAD + 16);
        memcpy(op.aad + 4, "ing?", 4);
        vectors_hex(hashes[i].hmac, hmac, sizeof hmac);
        const struct esp_burst ops = one(&op);
        imb_seal(imb, IMB_CLASS_HMAC, &ops);
        assert_memory_equal(pkt + HEAD + 16, hmac, hashes[i].icv_bytes);
        assert_int_equal(imb_open(imb, IMB_CLASS_HMAC, &ops), 0);
        memcpy(pkt + HEAD + 16, hmac, hashes[i].icv_bytes);
        op.aad[4] ^= 1; /* another half */
        assert_int_equal(imb_open(imb, IMB_CLASS_HMAC, &ops), 1);
    }
}

/* FIPS 197 C.1: what lies in the IV field goes out encrypted, and is the IV of what follows. */
static void the_iv_is_the_encrypted_counter(void **state)
{
    static union imb_key key;
    uint8_t aes[16], counter[16], cipher[16], pkt[HEAD + 16 + 16 + 16] = {0};
    struct esp_op op = {.data = pkt + HEAD + 16, .key = &key.first, .len = 16, .aad_len = 8};
    vectors_hex("000102030405060708090a0b0c0d0e0f", aes, 16);
    vectors_hex("00112233445566778899aabbccddeeff", counter, 16);
    vectors_hex("69c4e0d86a7b0430d8cdb78070b4c55a", cipher, 16);
    key_make("aes128", aes, &hashes[1], &key);
    memcpy(pkt + HEAD, counter, 16);
    for (size_t i = 0; i < 16; i++) /* so that the first block under this IV is the same block once more */
        pkt[HEAD + 16 + i] = counter[i] ^ cipher[i];
    const struct esp_burst ops = one(&op);
    imb_seal(imb, IMB_CLASS_HMAC, &ops);
    assert_memory_equal(pkt + HEAD, cipher, 16);
    assert_memory_equal(pkt + HEAD + 16, cipher, 16);
    assert_int_equal(imb_open(imb, IMB_CLASS_HMAC, &ops), 0);
    assert_memory_equal(pkt + HEAD, cipher, 16);
    for (size_t i = 0; i < 16; i++)
        assert_int_equal(pkt[HEAD + 16 + i], counter[i] ^ cipher[i]);
}

/* The text of SP 800-67 B.1: its first block is the counter, and CBC makes the others of these. */
static void the_iv_of_3des_is_the_encrypted_counter(void **state)
{
    static union imb_key key;
    uint8_t des3[24], text[24], cipher[24], pkt[HEAD + 24 + 12] = {0};
    struct esp_op op = {.data = pkt + HEAD + 8, .key = &key.first, .len = 16, .aad_len = 8};
    vectors_hex("0123456789abcdef23456789abcdef01456789abcdef0123", des3, sizeof des3);
    vectors_hex("5468652071756663c3069ffe8a4ceb7faa8d64a178500296", text, sizeof text);
    vectors_hex("a826fd8ce53b855fcce21c8112256fe668d5c05dd9b6b900", cipher, sizeof cipher);
    key_make("3des", des3, &hashes[0], &key);
    memcpy(pkt + HEAD, text, sizeof text);
    const struct esp_burst ops = one(&op);
    assert_int_equal(imb_seal(imb, IMB_CLASS_HMAC, &ops), 0);
    assert_memory_equal(pkt + HEAD, cipher, sizeof cipher);
    assert_int_equal(imb_open(imb, IMB_CLASS_HMAC, &ops), 0);
    assert_memory_equal(pkt + HEAD, cipher, 8);
    assert_memory_equal(pkt + HEAD + 8, text + 8, 16);
}

/* Jobs come back in another order than they went when their sizes differ: each must find its packet. */
static void assert_burst_comes_back(const char *encr)
{
    static uint8_t pkts[ESP_BURST_MAX][HEAD + 16 + 1024 + 32], want[1024];
    static struct esp_op ops[ESP_BURST_MAX];
    static union imb_key keys[HASHES];
    const uint8_t aes[32] = {7};
    for (size_t i = 0; i < HASHES; i++)
        key_make(encr, aes, &hashes[i], &keys[i]);
    for (size_t i = 0; i < ESP_BURST_MAX; i++) {
        memset(pkts[i], (int)i, sizeof pkts[i]);
        ops[i] = (struct esp_op){.data = pkts[i] + HEAD + 16, .key = &keys[i % HASHES].first, .aad_len = 8};
        ops[i].len = (uint16_t)(16 * (1 + i * 37 % 64));
    }
    const struct esp_burst all = {ops, sizeof *ops, ESP_BURST_MAX, true};
    imb_seal(imb, IMB_CLASS_HMAC, &all);
    pkts[5][HEAD + 16] ^= 1;
    pkts[63][HEAD + 16 + ops[63].len] ^= 1;
    assert_int_equal(imb_open(imb, IMB_CLASS_HMAC, &all), 2);
    for (size_t i = 0; i < ESP_BURST_MAX; i++) {
        assert_int_equal(ops[i].failed, i == 5 || i == 63);
        memset(want, (int)i, sizeof want);
        if (!ops[i].failed)
            assert_memory_equal(ops[i].data, want, ops[i].len);
    }
}

static void a_whole_burst_of_many_sizes_comes_back_in_place(void **state)
{
    assert_burst_comes_back("aes256");
    assert_burst_comes_back("3des");
}

static void header_and_iv_are_covered(void **state)
{
    static union imb_key key;
    const uint8_t aes[16] = {3};
    key_make("aes128", aes, &hashes[1], &key);
    for (size_t at = 0; at < HEAD + 16; at++) {
        uint8_t pkt[HEAD + 16 + 16 + 16] = {0};
        struct esp_op op = {.data = pkt + HEAD + 16, .key = &key.first, .len = 16, .aad_len = 8};
        const struct esp_burst ops = one(&op);
        imb_seal(imb, IMB_CLASS_HMAC, &ops);
        pkt[at] ^= 0x80;
        assert_int_equal(imb_open(imb, IMB_CLASS_HMAC, &ops), 1);
    }
}

static void nothing_is_left_in_the_library_after_no_packets(void **state)
{
    const struct esp_burst none = {NULL, sizeof(struct esp_op), 0, false};
    imb_seal(imb, IMB_CLASS_HMAC, &none);
    assert_int_equal(imb_open(imb, IMB_CLASS_HMAC, &none), 0);
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
        cmocka_unit_test(the_icv_is_the_front_of_the_hash_of_header_and_payload),
        cmocka_unit_test(a_long_sequence_number_is_hashed_and_not_sent),
        cmocka_unit_test(the_iv_is_the_encrypted_counter),
        cmocka_unit_test(the_iv_of_3des_is_the_encrypted_counter),
        cmocka_unit_test(a_whole_burst_of_many_sizes_comes_back_in_place),
        cmocka_unit_test(header_and_iv_are_covered),
        cmocka_unit_test(nothing_is_left_in_the_library_after_no_packets),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
