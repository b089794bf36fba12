/* SPDX-License-Identifier: BSD-3-Clause */
/* HMAC as PRF and as integrity check, against RFC 2202 and RFC 4231, and SHA-1. */
#include "ossl_ops.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include "vectors.h"

static const enum crypt_prf prfs[] = {CRYPT_PRF_HMAC_SHA2_256, CRYPT_PRF_HMAC_SHA2_384,
                                      CRYPT_PRF_HMAC_SHA2_512};

/* RFC 4231 4.2, 4.3, 4.4, 4.5, 4.7 and 4.8. */
static const struct {
    const char *key, *data, *out[3];
} rfc_4231[] = {
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
     "4869205468657265",
     {"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
      "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
      "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d91"
      "4eeb61f1702e696c203a126854"}},
    {"4a656665",
     "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
     {"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
      "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1"
      "a34d4a6b4b636e070a38bce737"}},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
     {"773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
      "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b2a5ab39dc13814b94e3ab6e101a34f27",
      "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a3"
      "37bee8942674278859e13292fb"}},
    {"0102030405060708090a0b0c0d0e0f10111213141516171819",
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
     {"82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
      "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e6801dd23c4a7d679ccf8a386c674cffb",
      "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4d679275cc5788063a5f197"
      "41120c4f2de2adebeb10a298dd"}},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b65792046697"
     "27374",
     {"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
      "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952",
      "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f"
      "73f63f0aec8b915a985d786598"}},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b657920616"
     "e642061206c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565647320746f2062"
     "6520686173686564206265666f7265206265696e6720757365642062792074686520484d414320616c676f726974686d2e",
     {"9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
      "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5a678cc31e799176d3860e6110c46523e",
      "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15134676"
      "fb6de0446065c97440fa8c6a58"}},
};

static void prfs_answer_as_rfc_4231(void **state)
{
    for (size_t i = 0; i < sizeof rfc_4231 / sizeof rfc_4231[0]; i++) {
        uint8_t key[160], data[160], want[64], got[64];
        const size_t key_len = vectors_hex(rfc_4231[i].key, key, sizeof key);
        const struct base_span part = base_span(data, vectors_hex(rfc_4231[i].data, data, sizeof data));
        for (size_t j = 0; j < 3; j++) {
            const size_t len = vectors_hex(rfc_4231[i].out[j], want, sizeof want);
            assert_int_equal(ossl_ike_ops.prf(prfs[j], base_span(key, key_len), &part, 1, got), 0);
            assert_memory_equal(got, want, len);
        }
    }
}

/* RFC 2202 3, cases 1 to 4, 6 and 7. */
static const struct {
    const char *key, *data, *out;
} rfc_2202[] = {
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
     "b617318655057264e28bc0b6fb378c8ef146be00"},
    {"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
     "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",
     "125d7342b9ac11cd91a39af48aa17b4f63f175d3"},
    {"0102030405060708090a0b0c0d0e0f10111213141516171819",
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
     "4c9007f4026250c6bc8414f9bf50c86c2d7235da"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b65792046697"
     "27374",
     "aa4ae5e15272d00e95705637ce8a3b55ed402112"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b657920616e64204c61726765722054686"
     "16e204f6e6520426c6f636b2d53697a652044617461",
     "e8e99d0f45237d786d6bbaa7965c7808bbff1a91"},
};

static void the_prf_of_old_peers_answers_as_rfc_2202(void **state)
{
    for (size_t i = 0; i < sizeof rfc_2202 / sizeof rfc_2202[0]; i++) {
        uint8_t key[160], data[160], want[20], got[64], icv[12];
        const size_t key_len = vectors_hex(rfc_2202[i].key, key, sizeof key);
        const struct base_span part = base_span(data, vectors_hex(rfc_2202[i].data, data, sizeof data));
        vectors_hex(rfc_2202[i].out, want, sizeof want);
        assert_int_equal(ossl_ike_ops.prf(CRYPT_PRF_HMAC_SHA1, base_span(key, key_len), &part, 1, got), 0);
        assert_memory_equal(got, want, sizeof want);
        if (key_len != 20)
            continue;
        assert_int_equal(
            ossl_ike_ops.integ(crypt_alg_by_keyword("sha1"), base_span(key, key_len), &part, 1, icv), 0);
        assert_memory_equal(icv, want, sizeof icv);
    }
}

/* RFC 5869 A.1. */
static void hkdf_answers_as_rfc_5869(void **state)
{
    static const uint8_t okm[42] = {0x3c, 0xb2, 0x5f, 0x25, 0xfa, 0xac, 0xd5, 0x7a, 0x90, 0x43, 0x4f,
                                    0x64, 0xd0, 0x36, 0x2f, 0x2a, 0x2d, 0x2d, 0x0a, 0x90, 0xcf, 0x1a,
                                    0x5a, 0x4c, 0x5d, 0xb0, 0x2d, 0x56, 0xec, 0xc4, 0xc5, 0xbf, 0x34,
                                    0x00, 0x72, 0x08, 0xd5, 0xb8, 0x87, 0x18, 0x58, 0x65};
    uint8_t secret[22], salt[13], info[10], out[8161];
    memset(secret, 0x0b, sizeof secret);
    for (uint8_t i = 0; i < sizeof salt; i++)
        salt[i] = i;
    for (uint8_t i = 0; i < sizeof info; i++)
        info[i] = 0xf0 + i;
    const struct base_span key = base_span(secret, sizeof secret), nonce = base_span(salt, sizeof salt),
                           text = base_span(info, sizeof info);
    assert_int_equal(ossl_hkdf(key, nonce, text, out, sizeof okm), 0);
    assert_memory_equal(out, okm, sizeof okm);
    assert_int_equal(ossl_hkdf(key, nonce, text, out, 8161), -EIO); /* 255 times the hash is the most */
    assert_int_equal(out[0], 0);
}

static void parts_are_hashed_as_if_they_were_one(void **state)
{
    uint8_t whole_out[64], cut_out[64];
    const struct base_span key = base_span("key", 3), whole = base_span("abcdefgh", 8),
                           cut[] = {base_span("abc", 3), BASE_SPAN_NONE, base_span("de", 2),
                                    base_span("fgh", 3)};
    for (size_t j = 0; j < 3; j++) {
        assert_int_equal(ossl_ike_ops.prf(prfs[j], key, &whole, 1, whole_out), 0);
        assert_int_equal(ossl_ike_ops.prf(prfs[j], key, cut, 4, cut_out), 0);
        assert_memory_equal(whole_out, cut_out, crypt_alg_find(CRYPT_TYPE_PRF, prfs[j], 0)->out_bytes);
    }
}

static void an_empty_key_is_a_key_and_not_the_one_before(void **state)
{
    uint8_t want[32], got[64];
    /* HMAC-SHA-256 of nothing with an empty key. */
    vectors_hex("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad", want, 32);
    assert_int_equal(ossl_ike_ops.prf(prfs[0], base_span("other", 5), NULL, 0, got), 0);
    assert_int_equal(ossl_ike_ops.prf(prfs[0], BASE_SPAN_NONE, NULL, 0, got), 0);
    assert_memory_equal(got, want, 32);
}

static void a_prf_without_row_is_refused(void **state)
{
    uint8_t out[64];
    assert_int_equal(ossl_ike_ops.prf((enum crypt_prf)1, base_span("key", 3), NULL, 0, out), -EINVAL);
    assert_int_equal(ossl_ike_ops.prf((enum crypt_prf)0xffff, base_span("key", 3), NULL, 0, out), -EINVAL);
}

static void sha1_of_parts_is_sha1_of_all(void **state)
{
    uint8_t want[20], got[20];
    const struct base_span parts[] = {base_span("a", 1), base_span("bc", 2)};
    vectors_hex("a9993e364706816aba3e25717850c26c9cd0d89d", want, 20); /* FIPS 180, "abc" */
    assert_int_equal(ossl_ike_ops.sha1(parts, 2, got), 0);
    assert_memory_equal(got, want, 20);
}

/* Lengths of RFC 2404 2 and RFC 4868 2.6. */
static void integrity_values_are_the_front_of_the_hash(void **state)
{
    static const struct {
        const char *keyword;
        enum crypt_prf prf;
        size_t icv_len;
    } rows[] = {{"sha1", CRYPT_PRF_HMAC_SHA1, 12},
                {"sha256", CRYPT_PRF_HMAC_SHA2_256, 16},
                {"sha384", CRYPT_PRF_HMAC_SHA2_384, 24},
                {"sha512", CRYPT_PRF_HMAC_SHA2_512, 32}};
    for (size_t i = 0; i < 4; i++) {
        const struct crypt_alg *alg = crypt_alg_by_keyword(rows[i].keyword);
        uint8_t key[64], full[64], icv[65];
        const struct base_span data = base_span("what do ya want for nothing?", 28);
        memset(key, 0x0b, sizeof key);
        memset(icv, 0xee, sizeof icv);
        assert_int_equal(alg->icv_bytes, rows[i].icv_len);
        assert_int_equal(ossl_ike_ops.integ(alg, base_span(key, alg->key_bytes), &data, 1, icv), 0);
        assert_int_equal(ossl_ike_ops.prf(rows[i].prf, base_span(key, alg->key_bytes), &data, 1, full), 0);
        assert_memory_equal(icv, full, rows[i].icv_len);
        assert_int_equal(icv[rows[i].icv_len], 0xee);
    }
}

static void integrity_wants_the_right_algorithm_and_key_length(void **state)
{
    const struct crypt_alg *sha = crypt_alg_by_keyword("sha256"), *gcm = crypt_alg_by_keyword("aes128gcm16");
    uint8_t key[33] = {0}, icv[64];
    assert_int_equal(ossl_ike_ops.integ(sha, base_span(key, 31), NULL, 0, icv), -EINVAL);
    assert_int_equal(ossl_ike_ops.integ(sha, base_span(key, 33), NULL, 0, icv), -EINVAL);
    assert_int_equal(ossl_ike_ops.integ(gcm, base_span(key, 16), NULL, 0, icv), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prfs_answer_as_rfc_4231),
        cmocka_unit_test(the_prf_of_old_peers_answers_as_rfc_2202),
        cmocka_unit_test(hkdf_answers_as_rfc_5869),
        cmocka_unit_test(parts_are_hashed_as_if_they_were_one),
        cmocka_unit_test(an_empty_key_is_a_key_and_not_the_one_before),
        cmocka_unit_test(a_prf_without_row_is_refused),
        cmocka_unit_test(sha1_of_parts_is_sha1_of_all),
        cmocka_unit_test(integrity_values_are_the_front_of_the_hash),
        cmocka_unit_test(integrity_wants_the_right_algorithm_and_key_length),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return failed;
}
