/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys of IKEv1 over OpenSSL against values that a few lines of Python (hmac, hashlib) gave for the formulas
 * of RFC 2409 5, 5.5 and appendix B: with a pre-shared key and SHA2-256, and with signatures and SHA-1, whose
 * SKEYID_e is shorter than the key of AES-256.
 */
#include "ikev1_keymat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "ossl_ops.h"

static const struct answer {
    enum crypt_prf prf;
    const char *psk;
    enum crypt_integ integ; /* of the child without PFS; that with it has HMAC-SHA1-96 */
    const char *skeyid, *d, *a, *ka, *iv, *hash_i, *hash_r, *iv2, *hash1, *km, *km_pfs;
} answers[] = {
    {
        .prf = CRYPT_PRF_HMAC_SHA2_256,
        .psk = "a pre-shared key",
        .skeyid = "e3fea4d65849e665214afdfaad93513600fb36aea008d35a3fe63aa77ac1bf6d",
        .d = "92c1deda348c8cc102502fbb865eb4b7f88de2d1c64cc208d620b122f86eb920",
        .a = "bf19f98e1f8333cb900b2f5ee79c52376713d9c8501089a50c30a9ef399f5f4d",
        .ka = "c1393fbc6b749f93130a2d2ff8c7c53ef2309e529f1707655067a7ea6b7d7952",
        .iv = "6d46eda380cff6858e44d6a61bd291a5",
        .hash_i = "4e61929671c137b1f3d72c3bc5fe6d07ef109a0b621b6c55074a02e37cd58e47",
        .hash_r = "9561915ecb10622752fa67f7fdd7878697d088f7a34cd405dc64836389ad13cf",
        .iv2 = "5856a6674fecfb4ee1dcd8b852ee4b48",
        .hash1 = "d1e7f93cc80d1d2a27386afb6fe5f31c1b11ca9d7b8fd228e73f04d2ef1ad371",
        .km = "e394cf17b42f5688083f6ee156b73acf8642616a7899a4dfc4b5b63c26c1cd4a060f7ef321d3fb123d0825d0ba4b5d"
              "d7cc39ba22e79552f11bf7c5a65f92a39f",
        .km_pfs = "70577789c3f0b58b236a7110056139cc69d8b38149333f12378ba577b457bb8d26ca2fb97f26315013b3d741f3"
                  "aecf852c36ba70",
    },
    {
        .prf = CRYPT_PRF_HMAC_SHA1,
        .psk = "",
        .skeyid = "3c00dc45c96a6f432560c6e07698a8a80d76c07c",
        .d = "52065f9e929b1d5341d1a27d7ea188cbe593d826",
        .a = "1ef6e39e27af3d98f962fc62100a03734813978c",
        .ka = "ef7fa39bf47bd0511334b737aac2c1a2a66155ce0fa76cd0d36624702d23f5e4",
        .iv = "f3d60752635d8367c6738ed0828cf2d0",
        .hash_i = "ef94fb4616110e1dd7cdcdca1464796a4e4ac4f8",
        .hash_r = "d0837195154ba71658bfe888559e9859473cc073",
        .iv2 = "5089816ff60ad78318b7ab77206b13bd",
        .hash1 = "5c6617d1118d9af2f2ab474741a1e385ad0c6800",
        .km = "ba19d655bc0c09ef6289499a684135aa6be6d286982201793b358851f1ae596ef6862d964871a1727f452d59420449"
              "9195a4ce461ea8d7dd80bebe43823ce0a7",
        .km_pfs = "3e34a7e936ff0283cc7ddbf121bea38a08e64f64e6373a64c8e618a23153c3ac4f0bab583d842730212188d323"
                  "66640354da3a4a",
    },
};

#define SPI_I UINT64_C(0x0102030405060708)
#define SPI_R UINT64_C(0x1112131415161718)

static uint8_t ni[32], nr[20], secret[64], public_i[64], public_r[64];

static void fill(uint8_t *out, size_t len, unsigned step, unsigned first)
{
    for (size_t i = 0; i < len; i++)
        out[i] = (uint8_t)(step * i + first);
}

static int set_up(void **state)
{
    (void)state;
    fill(ni, sizeof ni, 1, 0x10);
    fill(nr, sizeof nr, 1, 0x40);
    fill(secret, sizeof secret, 7, 1);
    fill(public_i, sizeof public_i, 3, 5);
    fill(public_r, sizeof public_r, 5, 9);
    return 0;
}

static void assert_hex(const char *want, const uint8_t *got, size_t len)
{
    char text[2 * 128 + 1] = "";
    for (size_t i = 0; i < len; i++)
        snprintf(text + 2 * i, 3, "%02x", got[i]);
    assert_string_equal(text, want);
}

static struct ikev1_keymat_in inputs(const struct answer *w)
{
    return (struct ikev1_keymat_in){.psk = base_span(w->psk, strlen(w->psk)),
                                    .ni = base_span(ni, sizeof ni),
                                    .nr = base_span(nr, sizeof nr),
                                    .secret = base_span(secret, sizeof secret),
                                    .spi_i = SPI_I,
                                    .spi_r = SPI_R,
                                    .public_i = base_span(public_i, sizeof public_i),
                                    .public_r = base_span(public_r, sizeof public_r)};
}

static struct ikev1_keymat_algs algs_of(const struct answer *w)
{
    return (struct ikev1_keymat_algs){w->prf, crypt_alg_find(CRYPT_TYPE_ENCR, CRYPT_ENCR_AES_CBC, 256)};
}

static void keys_of_phase_1(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const struct answer *w = &answers[i];
        const struct ikev1_keymat_algs algs = algs_of(w);
        const struct ikev1_keymat_in in = inputs(w);
        struct ikev1_keys k;
        assert_int_equal(ikev1_keymat_phase1(&ossl_ike_ops, &algs, &in, &k), 0);
        assert_hex(w->skeyid, k.skeyid, k.prf_len);
        assert_hex(w->d, k.skeyid_d, k.prf_len);
        assert_hex(w->a, k.skeyid_a, k.prf_len);
        assert_hex(w->ka, k.encr, k.encr_len);
        assert_hex(w->iv, k.iv, 16);
    }
}

static void proofs_of_both_sides(void **state)
{
    (void)state;
    const struct base_span sa = base_span("SA body", 7), id_i = base_span("ID initiator", 12),
                           id_r = base_span("ID responder", 12);
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const struct answer *w = &answers[i];
        const struct ikev1_keymat_algs algs = algs_of(w);
        const struct ikev1_keymat_in in = inputs(w);
        struct ikev1_keys k;
        uint8_t out[CRYPT_PRF_MAX];
        assert_int_equal(ikev1_keymat_phase1(&ossl_ike_ops, &algs, &in, &k), 0);
        assert_int_equal(ikev1_keymat_proof(&ossl_ike_ops, w->prf, &k, &in, true, sa, id_i, out), 0);
        assert_hex(w->hash_i, out, k.prf_len);
        assert_int_equal(ikev1_keymat_proof(&ossl_ike_ops, w->prf, &k, &in, false, sa, id_r, out), 0);
        assert_hex(w->hash_r, out, k.prf_len);
    }
}

static void ivs_and_hashes_of_phase_2(void **state)
{
    static const uint8_t msgid[] = {0xa1, 0xa2, 0xa3, 0xa4};
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const struct answer *w = &answers[i];
        const struct ikev1_keymat_algs algs = algs_of(w);
        const struct ikev1_keymat_in in = inputs(w);
        const struct base_span parts[] = {base_span(msgid, sizeof msgid), base_span("rest", 4)};
        struct ikev1_keys k;
        uint8_t iv[IKEV1_IV_MAX], out[CRYPT_PRF_MAX];
        assert_int_equal(ikev1_keymat_phase1(&ossl_ike_ops, &algs, &in, &k), 0);
        assert_int_equal(ikev1_keymat_iv(&ossl_ike_ops, &algs, &k, 0xa1a2a3a4, iv), 0);
        assert_hex(w->iv2, iv, sizeof iv);
        assert_int_equal(ikev1_keymat_hash(&ossl_ike_ops, w->prf, &k, parts, 2, out), 0);
        assert_hex(w->hash1, out, k.prf_len);
    }
}

/* The bytes of a child's keys, one behind the other. */
static void assert_keymat(const char *want, const struct esp_keymat *m)
{
    uint8_t all[CRYPT_ENCR_KEY_MAX + CRYPT_INTEG_KEY_MAX];
    memcpy(all, m->encr, m->encr_len);
    memcpy(all + m->encr_len, m->integ, m->integ_len);
    assert_hex(want, all, (size_t)m->encr_len + m->integ_len);
}

static void keys_of_a_child_with_and_without_pfs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const struct answer *w = &answers[i];
        const struct ikev1_keymat_algs algs = algs_of(w);
        const struct ikev1_keymat_in in = inputs(w);
        const struct base_span nonces[2] = {in.ni, in.nr};
        struct ikev1_keys k;
        struct esp_keymat m;
        assert_int_equal(ikev1_keymat_phase1(&ossl_ike_ops, &algs, &in, &k), 0);
        assert_int_equal(
            ikev1_keymat_child(&ossl_ike_ops, w->prf, &k, BASE_SPAN_NONE, 0xc1c2c3c4, nonces, algs.encr,
                               crypt_alg_find(CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA2_256_128, 0), &m),
            0);
        assert_keymat(w->km, &m);
        assert_int_equal(
            ikev1_keymat_child(&ossl_ike_ops, w->prf, &k, in.secret, 0xc1c2c3c4, nonces, algs.encr,
                               crypt_alg_find(CRYPT_TYPE_INTEG, CRYPT_INTEG_HMAC_SHA1_96, 0), &m),
            0);
        assert_keymat(w->km_pfs, &m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_phase_1),
        cmocka_unit_test(proofs_of_both_sides),
        cmocka_unit_test(ivs_and_hashes_of_phase_2),
        cmocka_unit_test(keys_of_a_child_with_and_without_pfs),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
