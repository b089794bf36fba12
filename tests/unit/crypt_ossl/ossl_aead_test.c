/* SPDX-License-Identifier: BSD-3-Clause */
/* Ciphers of the SK payload: published answers, in place, and everything that must not decrypt. */
#include "ossl_ops.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include "vectors.h"

/* key is key | salt as KEYMAT gives it. */
static const struct {
    const char *keyword, *key, *iv, *aad, *plain, *cipher, *icv;
} known[] = {
    /* GCM specification, test cases 4 and 16. */
    {"aes128gcm16", "feffe9928665731c6d6a8f9467308308cafebabe", "facedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf"
     "5aa0de657ba637b39",
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b3"
     "96a0aac973d58e091",
     "5bc94fbc3221a5db94fae95ae7121a47"},
    {"aes256gcm16", "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308cafebabe",
     "facedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf"
     "5aa0de657ba637b39",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6"
     "393ba7a0abcc9f662",
     "76fc6ece0f4e1768cddf8853bb2d551b"},
    /* RFC 7539 2.8.2; its constant and IV are salt and IV of RFC 7634. */
    {"chacha20poly1305", "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f07000000",
     "4041424344454647", "50515253c0c1c2c3c4c5c6c7",
     "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a204966204920636f756c6"
     "4206f6666657220796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73637265656e2077"
     "6f756c642062652069742e",
     "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0"
     "a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a"
     "9de576d26586cec64b6116",
     "1ae10b594f09e26a7e902ecbd0600691"},
    /* GCM specification, test case 10. */
    {"aes192gcm16", "feffe9928665731c6d6a8f9467308308feffe9928665731ccafebabe", "facedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf"
     "5aa0de657ba637b39",
     "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a3f4718e2448"
     "b2fe324d9ccda2710",
     "2519498e80f1478f37ba55bd6d27618c"},
    /* NIST SP 800-38A F.2.3, first block. */
    {"aes192", "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", "000102030405060708090a0b0c0d0e0f", "",
     "6bc1bee22e409f96e93d7e117393172a", "4f021db243bc633d7178183a9fa071e8", ""},
    /* Wycheproof's cases 223, 295 and 225 of AES-CCM: a nonce of 11 bytes is salt and IV of RFC 4309. The
     * first one with shorter tags, which are other texts (RFC 3610 2.2), by an implementation after RFC 3610.
     */
    {"aes128ccm16", "82841ef7fbae35546525fbbebf4718fbb5cd81", "8f73a36ed025b6cf", "44f48c2a20456358",
     "8c2c823bb39941b1c6b75bbc82f05ba4", "b287c637a7554362c80d6b24d50ddfb3",
     "3967277da0f856f8f0ad49282894d2bb"},
    {"aes256ccm16", "60d6841e9e6218a2c8605a7794e74fb215dcf3a70a0015d497ed16564f2a83a04c93f5",
     "91af92f16596554e", "7cb0eb9aa21fe859", "c0d1e635586b0ef835c01479a32175a3",
     "0c266113544d7a901ce721e1ead6d8f9", "8a149eaa05c8722b2663c345a6a5418c"},
    {"aes128ccm16", "1d286e525ec2864d9ea6e7adfbdc49701ad448", "79f1947abd503dce", "1db0eaaaa1e2c848",
     "7b40e6c987692d0202cb6f44b423c267dd", "84f91f9d35b998598e50feb34dcaa0d260",
     "ae4e38cc4b730944bc459df85a536f4e"},
    {"aes128ccm8", "82841ef7fbae35546525fbbebf4718fbb5cd81", "8f73a36ed025b6cf", "44f48c2a20456358",
     "8c2c823bb39941b1c6b75bbc82f05ba4", "b287c637a7554362c80d6b24d50ddfb3", "686c29398b749272"},
    {"aes128ccm12", "82841ef7fbae35546525fbbebf4718fbb5cd81", "8f73a36ed025b6cf", "44f48c2a20456358",
     "8c2c823bb39941b1c6b75bbc82f05ba4", "b287c637a7554362c80d6b24d50ddfb3", "77d97ee08f9a6cd76df45f4e"},
    /* The text of SP 800-67 B.1, of which CBC makes these blocks where the first IV is zero. */
    {"3des", "0123456789abcdef23456789abcdef01456789abcdef0123", "0000000000000000", "",
     "5468652071756663c3069ffe8a4ceb7faa8d64a178500296", "a826fd8ce53b855fcce21c8112256fe668d5c05dd9b6b900",
     ""},
    /* RFC 3602 4, case 1. */
    {"aes128", "06a9214036b8a15b512e03d534120006", "3dafba429d9eb430b422da802c9fac41", "",
     "53696e676c6520626c6f636b206d7367", "e353779c1079aeb82708942dbe77181a", ""},
};

#define KNOWN (sizeof known / sizeof known[0])

/* A decoded case. */
struct sample {
    const struct crypt_alg *alg;
    uint8_t key_bytes[64], iv_bytes[32], aad_bytes[64], plain_bytes[128], cipher_bytes[128], icv_bytes[16];
    struct base_span key, iv, aad, plain, cipher, icv;
};

static struct base_span decode(const char *hex, uint8_t *bytes, size_t cap)
{
    return base_span(bytes, vectors_hex(hex, bytes, cap));
}

static struct sample *sample(size_t i)
{
    static struct sample s;
    s.alg = crypt_alg_by_keyword(known[i].keyword);
    s.key = decode(known[i].key, s.key_bytes, sizeof s.key_bytes);
    s.iv = decode(known[i].iv, s.iv_bytes, sizeof s.iv_bytes);
    s.aad = decode(known[i].aad, s.aad_bytes, sizeof s.aad_bytes);
    s.plain = decode(known[i].plain, s.plain_bytes, sizeof s.plain_bytes);
    s.cipher = decode(known[i].cipher, s.cipher_bytes, sizeof s.cipher_bytes);
    s.icv = decode(known[i].icv, s.icv_bytes, sizeof s.icv_bytes);
    return &s;
}

static void published_texts_encrypt_and_decrypt(void **state)
{
    for (size_t i = 0; i < KNOWN; i++) {
        struct sample *s = sample(i);
        uint8_t out[128], icv[16];
        assert_int_equal(ossl_ike_ops.encrypt(s->alg, s->key, s->iv, s->aad, s->plain, out, icv), 0);
        assert_memory_equal(out, s->cipher.ptr, s->cipher.len);
        assert_memory_equal(icv, s->icv.ptr, s->icv.len);
        assert_int_equal(ossl_ike_ops.decrypt(s->alg, s->key, s->iv, s->aad, s->cipher, s->icv, out), 0);
        assert_memory_equal(out, s->plain.ptr, s->plain.len);
    }
}

static void encryption_and_decryption_work_in_place(void **state)
{
    for (size_t i = 0; i < KNOWN; i++) {
        struct sample *s = sample(i);
        uint8_t text[128], icv[16];
        const struct base_span data = base_span(text, s->plain.len);
        memcpy(text, s->plain.ptr, s->plain.len);
        assert_int_equal(ossl_ike_ops.encrypt(s->alg, s->key, s->iv, s->aad, data, text, icv), 0);
        assert_memory_equal(text, s->cipher.ptr, s->cipher.len);
        assert_int_equal(ossl_ike_ops.decrypt(s->alg, s->key, s->iv, s->aad, data, s->icv, text), 0);
        assert_memory_equal(text, s->plain.ptr, s->plain.len);
    }
}

static void assert_forged(const struct sample *s)
{
    static const uint8_t zeros[128];
    uint8_t out[128];
    memset(out, 0xee, sizeof out);
    assert_int_equal(ossl_ike_ops.decrypt(s->alg, s->key, s->iv, s->aad, s->cipher, s->icv, out), -EBADMSG);
    assert_memory_equal(out, zeros, s->cipher.len);
}

static void a_flipped_bit_anywhere_fails_and_leaves_no_plaintext(void **state)
{
    for (size_t i = 0; i < KNOWN; i++) {
        struct sample *s = sample(i);
        if (!s->alg->is_aead)
            continue;
        uint8_t *const bytes[] = {s->key_bytes, s->iv_bytes, s->aad_bytes, s->cipher_bytes, s->icv_bytes};
        const size_t lens[] = {s->key.len, s->iv.len, s->aad.len, s->cipher.len, s->icv.len};
        for (size_t f = 0; f < 5; f++) {
            for (size_t bit = 0; bit < 8 * lens[f]; bit += 5) {
                bytes[f][bit / 8] ^= (uint8_t)(1 << bit % 8);
                assert_forged(s);
                bytes[f][bit / 8] ^= (uint8_t)(1 << bit % 8);
            }
        }
    }
}

static void a_shortened_tag_never_passes(void **state)
{
    for (size_t i = 0; i < KNOWN; i++) {
        struct sample *s = sample(i);
        for (s->icv.len = 0; s->alg->is_aead && s->icv.len < s->alg->icv_bytes; s->icv.len++)
            assert_forged(s);
    }
}

static void wrong_lengths_are_refused(void **state)
{
    for (size_t i = 0; i < KNOWN; i++) {
        struct sample *s = sample(i);
        uint8_t out[128], icv[16];
        for (int by = -1; by <= 1; by += 2) {
            const struct base_span key = base_span(s->key.ptr, s->key.len + (size_t)by),
                                   iv = base_span(s->iv.ptr, s->iv.len + (size_t)by),
                                   odd = base_span(s->plain.ptr, s->plain.len + (size_t)by);
            assert_int_equal(ossl_ike_ops.encrypt(s->alg, key, s->iv, s->aad, s->plain, out, icv), -EINVAL);
            assert_int_equal(ossl_ike_ops.encrypt(s->alg, s->key, iv, s->aad, s->plain, out, icv), -EINVAL);
            assert_int_equal(ossl_ike_ops.decrypt(s->alg, key, s->iv, s->aad, s->cipher, s->icv, out),
                             -EINVAL);
            assert_int_equal(ossl_ike_ops.decrypt(s->alg, s->key, iv, s->aad, s->cipher, s->icv, out),
                             -EINVAL);
            if (!s->alg->is_aead)
                assert_int_equal(ossl_ike_ops.encrypt(s->alg, s->key, s->iv, s->aad, odd, out, icv), -EINVAL);
        }
    }
}

static void nothing_at_all_can_be_authenticated(void **state)
{
    for (size_t i = 0; i < KNOWN; i++) {
        struct sample *s = sample(i);
        uint8_t icv[16] = {0};
        if (!s->alg->is_aead)
            continue;
        assert_int_equal(
            ossl_ike_ops.encrypt(s->alg, s->key, s->iv, BASE_SPAN_NONE, BASE_SPAN_NONE, NULL, icv), 0);
        assert_int_equal(ossl_ike_ops.decrypt(s->alg, s->key, s->iv, BASE_SPAN_NONE, BASE_SPAN_NONE,
                                              base_span(icv, s->alg->icv_bytes), NULL),
                         0);
        icv[0] ^= 1;
        assert_int_equal(ossl_ike_ops.decrypt(s->alg, s->key, s->iv, BASE_SPAN_NONE, BASE_SPAN_NONE,
                                              base_span(icv, s->alg->icv_bytes), NULL),
                         -EBADMSG);
    }
}

static void ciphers_that_ike_does_not_encrypt_with_fail(void **state)
{
    uint8_t out[16], icv[16];
    const uint8_t zeros[16] = {0};
    assert_int_equal(ossl_ike_ops.encrypt(crypt_alg_by_keyword("null"), BASE_SPAN_NONE, BASE_SPAN_NONE,
                                          BASE_SPAN_NONE, base_span(zeros, 16), out, icv),
                     -EIO);
    assert_int_equal(ossl_ike_ops.encrypt(crypt_alg_by_keyword("sha256"), base_span(zeros, 16),
                                          BASE_SPAN_NONE, BASE_SPAN_NONE, BASE_SPAN_NONE, out, icv),
                     -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_texts_encrypt_and_decrypt),
        cmocka_unit_test(encryption_and_decryption_work_in_place),
        cmocka_unit_test(a_flipped_bit_anywhere_fails_and_leaves_no_plaintext),
        cmocka_unit_test(a_shortened_tag_never_passes),
        cmocka_unit_test(wrong_lengths_are_refused),
        cmocka_unit_test(nothing_at_all_can_be_authenticated),
        cmocka_unit_test(ciphers_that_ike_does_not_encrypt_with_fail),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return failed;
}
