/* SPDX-License-Identifier: BSD-3-Clause */
/* Diffie-Hellman: published answers, agreement in every group, and every value that a peer must not send. */
#include "ossl_ops.h"

#include <errno.h>
#include <openssl/bn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <cmocka.h>
#include "vectors.h"

static uint8_t secret[CRYPT_DH_MAX], public_value[CRYPT_DH_MAX + 1];
static size_t secret_len;

/* RFC 5903 8.1 to 8.3 and RFC 7748 6.1. */
static const struct {
    enum crypt_dh group;
    const char *i, *gi, *r, *gr, *secret;
} known[] = {
    {CRYPT_DH_ECP_256, "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
     "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c37725811805271a0461cdb8252d61f1c456fa3e59ab1f45b3"
     "3accf5f58389e0577b8990bb3",
     "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
     "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf6356fbf3ca366cc23e8157854c13c58d6aac23f04"
     "6ada30f8353e74f33039872ab",
     "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"},
    {CRYPT_DH_ECP_384,
     "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655e35b538041e649ee3faef896783ab194",
     "667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6de3ac808acb4bdb4c88732aee95f41aa9482ed1"
     "fc0eeb9cafc4984625ccfc23f65032149e0e144ada024181535a0f38eeb9fcff3c2c947dae69b4c634573a81c",
     "41cb0779b4bdb85d47846725fbec3c9430fab46cc8dc5060855cc9bda0aa2942e0308312916b8ed2960e4bd55a7448fc",
     "e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d0d1ac43a0336def96fda41d0774a3571dcfbec7"
     "aacf3196472169e838430367f66eebe3c6e70c416dd5f0c68759dd1fff83fa40142209dff5eaad96db9e6386c",
     "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d603135569b9e9d09cf5d4a270f59746"},
    {CRYPT_DH_ECP_521,
     "0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a095aa85a30fe1c2952c6771d937ba9777f5957b2"
     "639bab072462f68c27a57382d4a52",
     "0015417e84dbf28c0ad3c278713349dc7df153c897a1891bd98bab4357c9ecbee1e3bf42e00b8e380aeae57c2d1075649418859"
     "42af5a7f4601723c4195d176ced3e017cae20b6641d2eeb695786d8c946146239d099e18e1d5a514c739d7cb4a10ad8a788015a"
     "c405d7799dc75e7b7d5b6cf2261a6a7f1507438bf01beb6ca3926f9582",
     "0145ba99a847af43793fdd0e872e7cdfa16be30fdc780f97bccc3f078380201e9c677d600b343757a3bdbf2a3163e4c2f869cca"
     "7458aa4a4effc311f5cb151685eb9",
     "00d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a219b97c356436adc6e95bb0352f6be64a6c2912d4"
     "ef2d0433ced2b6171640012d9460f015c68226383956e3bd066e797b623c27ce0eac2f551a10c2c724d9852077b87220b6536c5"
     "c408a1d2aebb8e86d678ae49cb57091f4732296579ab44fcd17f0fc56a",
     "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04d1427e73ca4baa240a34786859810c06b3c715a"
     "3a8cc3151f2bee417996d19f3ddea"},
    {CRYPT_DH_X25519, "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
     "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
     "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
     "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
     "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"},
};

static struct crypt_dh_key *key_of(enum crypt_dh group, const char *private_hex)
{
    struct crypt_dh_key *key;
    uint8_t bytes[CRYPT_DH_MAX];
    assert_int_equal(
        ossl_dh_from_private(group, base_span(bytes, vectors_hex(private_hex, bytes, sizeof bytes)), &key),
        0);
    return key;
}

static void assert_derives(struct crypt_dh_key *key, const char *peer_hex, const char *want_hex)
{
    uint8_t peer[CRYPT_DH_MAX], want[CRYPT_DH_MAX];
    const size_t peer_len = vectors_hex(peer_hex, peer, sizeof peer);
    const size_t want_len = vectors_hex(want_hex, want, sizeof want);
    assert_int_equal(ossl_ike_ops.dh_derive(key, base_span(peer, peer_len), secret, &secret_len), 0);
    assert_int_equal(secret_len, want_len);
    assert_memory_equal(secret, want, want_len);
}

static void published_keys_give_the_published_secrets(void **state)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct crypt_dh_key *a = key_of(known[i].group, known[i].i), *b = key_of(known[i].group, known[i].r);
        assert_derives(a, known[i].gr, known[i].secret);
        assert_derives(b, known[i].gi, known[i].secret);
        ossl_ike_ops.dh_free(a);
        ossl_ike_ops.dh_free(b);
    }
}

static bool is_modp(const struct crypt_alg *alg)
{
    return alg->id == CRYPT_DH_MODP_1024 || alg->id == CRYPT_DH_MODP_1536 ||
           (alg->id >= CRYPT_DH_MODP_2048 && alg->id <= CRYPT_DH_MODP_8192);
}

static bool is_ecp(const struct crypt_alg *alg)
{
    return alg->id >= CRYPT_DH_ECP_256 && alg->id <= CRYPT_DH_ECP_521;
}

/* Runs a check with a fresh key of each group. */
static void for_each_group(void (*check)(const struct crypt_alg *alg, struct crypt_dh_key *key))
{
    size_t count, groups = 0;
    const struct crypt_alg *rows = crypt_alg_rows(&count);
    for (size_t i = 0; i < count; i++) {
        struct crypt_dh_key *key;
        if (rows[i].type != CRYPT_TYPE_DH || rows[i].id == CRYPT_DH_NONE || rows[i].is_kem)
            continue; /* KEMs: ossl_kem_test.c */
        memset(public_value, 0xee, sizeof public_value);
        assert_int_equal(ossl_ike_ops.dh_new(rows[i].id, &key, public_value), 0);
        assert_int_equal(public_value[rows[i].out_bytes], 0xee);
        check(&rows[i], key);
        ossl_ike_ops.dh_free(key);
        groups++;
    }
    assert_int_equal(groups, 11);
}

static void check_agreement(const struct crypt_alg *alg, struct crypt_dh_key *a)
{
    struct crypt_dh_key *b;
    uint8_t public_b[CRYPT_DH_MAX], other[CRYPT_DH_MAX];
    size_t len;
    assert_int_equal(ossl_ike_ops.dh_new(alg->id, &b, public_b), 0);
    assert_int_equal(ossl_ike_ops.dh_derive(a, base_span(public_b, alg->out_bytes), secret, &secret_len), 0);
    assert_int_equal(ossl_ike_ops.dh_derive(b, base_span(public_value, alg->out_bytes), other, &len), 0);
    assert_int_equal(secret_len, is_ecp(alg) ? alg->out_bytes / 2 : alg->out_bytes);
    assert_int_equal(len, secret_len);
    assert_memory_equal(secret, other, len);
    ossl_ike_ops.dh_free(b);
}

static void both_sides_agree_in_every_group(void **state)
{
    for_each_group(check_agreement);
}

static void assert_refused(struct crypt_dh_key *key, const uint8_t *peer, size_t len)
{
    static const uint8_t zeros[CRYPT_DH_MAX];
    secret_len = 99;
    memset(secret, 0, sizeof secret);
    assert_int_equal(ossl_ike_ops.dh_derive(key, base_span(peer, len), secret, &secret_len), -EINVAL);
    assert_int_equal(secret_len, 0);
    assert_memory_equal(secret, zeros, sizeof secret);
}

static void check_lengths(const struct crypt_alg *alg, struct crypt_dh_key *key)
{
    const size_t n = alg->out_bytes, wrong[] = {0, 1, n / 2, n - 1, n + 1};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_refused(key, public_value, wrong[i]);
    assert_int_equal(ossl_ike_ops.dh_derive(key, base_span(public_value, n), secret, &secret_len), 0);
}

static void a_public_value_of_another_length_is_refused(void **state)
{
    for_each_group(check_lengths);
}

static BIGNUM *modulus(const struct crypt_alg *alg)
{
    switch (alg->id) {
    case CRYPT_DH_MODP_1024:
        return BN_get_rfc2409_prime_1024(NULL);
    case CRYPT_DH_MODP_1536:
        return BN_get_rfc3526_prime_1536(NULL);
    case CRYPT_DH_MODP_2048:
        return BN_get_rfc3526_prime_2048(NULL);
    case CRYPT_DH_MODP_3072:
        return BN_get_rfc3526_prime_3072(NULL);
    case CRYPT_DH_MODP_4096:
        return BN_get_rfc3526_prime_4096(NULL);
    case CRYPT_DH_MODP_6144:
        return BN_get_rfc3526_prime_6144(NULL);
    default:
        return BN_get_rfc3526_prime_8192(NULL);
    }
}

/* RFC 7296 B.2: 2^1024 modulo the prime is what the prime lacks to it. */
static void the_group_of_1024_bits_has_the_prime_of_the_rfc(void **state)
{
    struct crypt_dh_key *key = key_of(CRYPT_DH_MODP_1024, "04");
    uint8_t peer[128] = {0}, want[128];
    peer[127 - 32] = 1; /* 2^256, whose fourth power is asked for */
    vectors_hex("000000000000000036f0255dde973dcb3b399d747f23e32ed6fdb1f77598338b"
                "fdf44159c4ec64ddaeb5f78671cbfb22106ae64c32c5bce4cfd4f5920da0ebc8"
                "b01eca9292ae3dba1b7a4a899da181390bb3bd1659c81294f400a3490bf94812"
                "11c79404a576605a5160dbee83b4e019b6d799ae1319ac7e0000000000000001",
                want, sizeof want);
    assert_int_equal(ossl_ike_ops.dh_derive(key, base_span(peer, sizeof peer), secret, &secret_len), 0);
    assert_int_equal(secret_len, 128);
    assert_memory_equal(secret, want, 128);
    ossl_ike_ops.dh_free(key);
}

static void check_modp_range(const struct crypt_alg *alg, struct crypt_dh_key *key)
{
    if (!is_modp(alg))
        return;
    const size_t n = alg->out_bytes;
    uint8_t y[CRYPT_DH_MAX] = {0};
    assert_refused(key, y, n);
    y[n - 1] = 1;
    assert_refused(key, y, n);
    BIGNUM *p = modulus(alg);
    assert_int_equal(BN_bn2binpad(p, y, (int)n), n);
    assert_refused(key, y, n); /* p */
    BN_add_word(p, 1);
    BN_bn2binpad(p, y, (int)n);
    assert_refused(key, y, n); /* p + 1 */
    BN_sub_word(p, 2);
    BN_bn2binpad(p, y, (int)n);
    assert_refused(key, y, n); /* p - 1 */
    BN_sub_word(p, 1);
    BN_bn2binpad(p, y, (int)n);
    assert_int_equal(ossl_ike_ops.dh_derive(key, base_span(y, n), secret, &secret_len), 0); /* p - 2 */
    memset(y, 0xff, n);
    assert_refused(key, y, n);
    BN_free(p);
}

static void modp_values_outside_2_to_p_minus_2_are_refused(void **state)
{
    for_each_group(check_modp_range);
}

static void check_modp_padding(const struct crypt_alg *alg, struct crypt_dh_key *ignored)
{
    struct crypt_dh_key *three;
    uint8_t y[CRYPT_DH_MAX] = {0}, want[CRYPT_DH_MAX] = {0};
    if (!is_modp(alg))
        return;
    y[alg->out_bytes - 1] = 5;
    want[alg->out_bytes - 1] = 125;
    assert_int_equal(ossl_dh_from_private(alg->id, base_span("\3", 1), &three), 0);
    assert_int_equal(ossl_ike_ops.dh_derive(three, base_span(y, alg->out_bytes), secret, &secret_len), 0);
    assert_int_equal(secret_len, alg->out_bytes);
    assert_memory_equal(secret, want, secret_len);
    ossl_ike_ops.dh_free(three);
}

static void modp_secrets_keep_their_leading_zeros(void **state)
{
    for_each_group(check_modp_padding);
}

static void check_ecp_points(const struct crypt_alg *alg, struct crypt_dh_key *key)
{
    if (!is_ecp(alg))
        return;
    const size_t n = alg->out_bytes;
    uint8_t point[CRYPT_DH_MAX];
    for (size_t bit = 0; bit < 8 * n; bit += 7) {
        memcpy(point, public_value, n);
        point[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_refused(key, point, n);
    }
    memset(point, 0, n);
    assert_refused(key, point, n);
    memset(point, 0xff, n);
    assert_refused(key, point, n);
}

static void ecp_points_off_the_curve_are_refused(void **state)
{
    for_each_group(check_ecp_points);
}

/* Coordinates not below the prime are congruent to a point on the curve, and still no point. */
static void an_ecp_coordinate_that_is_not_reduced_is_refused(void **state)
{
    struct crypt_dh_key *key = key_of(CRYPT_DH_ECP_521, known[2].i);
    uint8_t point[132], reduced[66];
    vectors_hex(known[2].gr, point, sizeof point);
    /* x + p for p = 2^521 - 1: adding 2^521 and taking 1 away. */
    memcpy(reduced, point, sizeof reduced);
    point[0] = (uint8_t)(point[0] + 2);
    point[65]--;
    assert_int_not_equal(reduced[65], 0);
    assert_refused(key, point, sizeof point);
    ossl_ike_ops.dh_free(key);
}

/* The points of order 1, 2, 4 and 8 in their canonical and other encodings (RFC 7748 6.1, RFC 8031 3.2). */
static void low_order_x25519_values_are_refused(void **state)
{
    static const char *const low[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    };
    struct crypt_dh_key *key = key_of(CRYPT_DH_X25519, known[3].i);
    for (size_t i = 0; i < sizeof low / sizeof low[0]; i++) {
        uint8_t u[32];
        vectors_hex(low[i], u, sizeof u);
        assert_refused(key, u, sizeof u);
        u[31] |= 0x80; /* ignored by RFC 7748 5 */
        assert_refused(key, u, sizeof u);
    }
    ossl_ike_ops.dh_free(key);
}

static void groups_without_row_are_refused(void **state)
{
    for (unsigned id = 0; id <= UINT16_MAX; id++) {
        struct crypt_dh_key *key = (void *)public_value;
        if (id != CRYPT_DH_NONE && crypt_alg_find(CRYPT_TYPE_DH, (uint16_t)id, 0))
            continue;
        assert_int_equal(ossl_ike_ops.dh_new((enum crypt_dh)id, &key, public_value), -EINVAL);
        assert_null(key);
    }
    ossl_ike_ops.dh_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_keys_give_the_published_secrets),
        cmocka_unit_test(the_group_of_1024_bits_has_the_prime_of_the_rfc),
        cmocka_unit_test(both_sides_agree_in_every_group),
        cmocka_unit_test(a_public_value_of_another_length_is_refused),
        cmocka_unit_test(modp_values_outside_2_to_p_minus_2_are_refused),
        cmocka_unit_test(modp_secrets_keep_their_leading_zeros),
        cmocka_unit_test(ecp_points_off_the_curve_are_refused),
        cmocka_unit_test(an_ecp_coordinate_that_is_not_reduced_is_refused),
        cmocka_unit_test(low_order_x25519_values_are_refused),
        cmocka_unit_test(groups_without_row_are_refused),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return failed;
}
