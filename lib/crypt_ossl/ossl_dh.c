/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Key exchange: MODP (RFC 3526, RFC 7296 B.2), ECP (RFC 5903), X25519 (RFC 8031) and ML-KEM (FIPS 203) behind
 * a few functions. A peer's value is checked as RFC 6989 2 asks before it meets a private key. OpenSSL's own
 * validation of MODP values is not used on top: with these safe primes it adds a full exponentiation and no
 * security.
 */
#include "ossl_room.h"

#include <errno.h>
#include <openssl/opensslv.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/dh.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "base_wipe.h"
#include "ossl_kem.h"
#include "ossl_ops.h"
#include "ossl_x25519.h"

enum kind { KIND_MODP, KIND_ECP, KIND_X25519, KIND_KEM };

struct group {
    enum crypt_dh id;
    enum kind kind;
    const char *name; /* OpenSSL's; NULL: the library knows the prime, but no group of it */
    size_t public_bytes;
    size_t secret_bytes;
    size_t answer_bytes; /* of a KEM: its ciphertext; else 0 */
};

static const struct group groups[] = {
    {CRYPT_DH_MODP_1536, KIND_MODP, "modp_1536", 192, 192},
    {CRYPT_DH_MODP_2048, KIND_MODP, "modp_2048", 256, 256},
    {CRYPT_DH_MODP_3072, KIND_MODP, "modp_3072", 384, 384},
    {CRYPT_DH_MODP_4096, KIND_MODP, "modp_4096", 512, 512},
    {CRYPT_DH_MODP_6144, KIND_MODP, "modp_6144", 768, 768},
    {CRYPT_DH_MODP_8192, KIND_MODP, "modp_8192", 1024, 1024},
    {CRYPT_DH_ECP_256, KIND_ECP, "P-256", 64, 32},
    {CRYPT_DH_ECP_384, KIND_ECP, "P-384", 96, 48},
    {CRYPT_DH_ECP_521, KIND_ECP, "P-521", 132, 66},
    {CRYPT_DH_X25519, KIND_X25519, "X25519", 32, 32},
    {CRYPT_DH_ML_KEM_512, KIND_KEM, "ML-KEM-512", 800, 32, 768},
    {CRYPT_DH_ML_KEM_768, KIND_KEM, "ML-KEM-768", 1184, 32, 1088},
    {CRYPT_DH_ML_KEM_1024, KIND_KEM, "ML-KEM-1024", 1568, 32, 1568},
    {CRYPT_DH_MODP_1024, KIND_MODP, NULL, 128, 128},
};

#define POINT_MAX (1 + 132) /* uncompressed point of P-521 */

struct crypt_dh_key {
    const struct group *group;
    EVP_PKEY *pair; /* owned */
};

static const struct group *find_group(enum crypt_dh id)
{
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        if (groups[i].id == id)
            return &groups[i];
    return NULL;
}

static const char *type_name(enum kind kind)
{
    return kind == KIND_MODP ? "DH" : kind == KIND_ECP ? "EC" : "X25519";
}

/* What the builder makes of the group and of what was pushed before. *prime, the caller's, outlives that. */
static OSSL_PARAM *group_params(const struct group *g, OSSL_PARAM_BLD *bld, BIGNUM **prime)
{
    bool is_pushed = false;
    if (g->name) {
        is_pushed = OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, g->name, 0) == 1;
    } else {
        *prime = BN_get_rfc2409_prime_1024(NULL);
        is_pushed = *prime && OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_FFC_P, *prime) == 1 &&
                    OSSL_PARAM_BLD_push_uint(bld, OSSL_PKEY_PARAM_FFC_G, 2) == 1;
    }
    return is_pushed ? OSSL_PARAM_BLD_to_param(bld) : NULL;
}

/* A key of the group from what the caller pushed into bld; NULL when the library refuses it. */
static EVP_PKEY *pkey_build(const struct group *g, OSSL_PARAM_BLD *bld, int selection)
{
    EVP_PKEY *pkey = NULL;
    BIGNUM *prime = NULL;
    OSSL_PARAM *params = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type_name(g->kind), NULL);
    if (ctx)
        params = group_params(g, bld, &prime);
    if (params && EVP_PKEY_fromdata_init(ctx) == 1 && EVP_PKEY_fromdata(ctx, &pkey, selection, params) != 1)
        pkey = NULL;
    OSSL_PARAM_free(params);
    BN_free(prime);
    EVP_PKEY_CTX_free(ctx);
    return pkey;
}

/* Of a group without a name the library makes keys from a key that has its parameters and nothing else. */
static EVP_PKEY *nameless_pair_new(const struct group *g)
{
    EVP_PKEY *pair = NULL;
    OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
    EVP_PKEY *model = bld ? pkey_build(g, bld, EVP_PKEY_KEY_PARAMETERS) : NULL;
    EVP_PKEY_CTX *ctx = model ? EVP_PKEY_CTX_new_from_pkey(NULL, model, NULL) : NULL;
    if (ctx && EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_generate(ctx, &pair) != 1)
        pair = NULL;
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(model);
    OSSL_PARAM_BLD_free(bld);
    return pair;
}

static EVP_PKEY *pair_new(const struct group *g)
{
    EVP_PKEY *pair = NULL;
    if (!g->name)
        return nameless_pair_new(g);
    if (g->kind == KIND_KEM)
        return ossl_kem_pair(g->name);
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)g->name, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type_name(g->kind), NULL);
    if (ctx && EVP_PKEY_keygen_init(ctx) == 1 &&
        (g->kind == KIND_X25519 || EVP_PKEY_CTX_set_params(ctx, params) == 1) &&
        EVP_PKEY_generate(ctx, &pair) != 1)
        pair = NULL;
    EVP_PKEY_CTX_free(ctx);
    return pair;
}

/* Without the leading "uncompressed" octet (RFC 5903 7). */
static bool ecp_write_public(const struct group *g, EVP_PKEY *pair, uint8_t *out)
{
    uint8_t point[POINT_MAX];
    size_t len = 0;
    if (EVP_PKEY_get_octet_string_param(pair, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &len) != 1 ||
        len != g->public_bytes + 1 || point[0] != POINT_CONVERSION_UNCOMPRESSED)
        return false;
    memcpy(out, point + 1, g->public_bytes);
    return true;
}

/* Padded in front to the length of the modulus (RFC 7296 3.4). */
static bool modp_write_public(const struct group *g, EVP_PKEY *pair, uint8_t *out)
{
    BIGNUM *y = NULL;
    const bool ok = EVP_PKEY_get_bn_param(pair, OSSL_PKEY_PARAM_PUB_KEY, &y) == 1 &&
                    BN_bn2binpad(y, out, (int)g->public_bytes) == (int)g->public_bytes;
    BN_free(y);
    return ok;
}

static bool write_public(const struct group *g, EVP_PKEY *pair, uint8_t *out)
{
    size_t len = g->public_bytes;
    switch (g->kind) {
    case KIND_MODP:
        return modp_write_public(g, pair, out);
    case KIND_ECP:
        return ecp_write_public(g, pair, out);
    case KIND_X25519:
    case KIND_KEM:
        return EVP_PKEY_get_raw_public_key(pair, out, &len) == 1 && len == g->public_bytes;
    }
    return false;
}

/* Takes pair over, also on failure. */
static struct crypt_dh_key *key_wrap(const struct group *g, EVP_PKEY *pair)
{
    struct crypt_dh_key *key = pair ? malloc(sizeof *key) : NULL;
    if (!key) {
        EVP_PKEY_free(pair);
        return NULL;
    }
    *key = (struct crypt_dh_key){g, pair};
    return key;
}

static bool group_is_there(const struct group *g)
{
    return g->kind != KIND_KEM || ossl_kem_has(g->name);
}

bool ossl_dh_has(enum crypt_dh group)
{
    const struct group *g = find_group(group);
    const bool has = g && group_is_there(g);
    ERR_clear_error();
    return has;
}

const char *ossl_dh_why_no_kem(void)
{
    if (ossl_dh_has(CRYPT_DH_ML_KEM_768))
        return NULL;
#ifdef OSSL_HAS_ML_KEM
    return "the OpenSSL that runs here was built or configured without it";
#else
    return "this program was built with OpenSSL " OPENSSL_VERSION_STR
           ", and 3.5 (Debian 13) is the first that has it";
#endif
}

int ossl_dh_new(enum crypt_dh group, struct crypt_dh_key **out, uint8_t *public_value)
{
    const struct group *g = find_group(group);
    *out = NULL;
    if (!g)
        return -EINVAL;
    if (!group_is_there(g))
        return -ENOTSUP;
    struct crypt_dh_key *key = key_wrap(g, pair_new(g));
    if (!key || !write_public(g, key->pair, public_value)) {
        ossl_dh_free(key);
        ERR_clear_error();
        return -EIO;
    }
    *out = key;
    return 0;
}

/* RFC 6989 2.1: 1 < y < p - 1. */
static bool modp_is_in_range(const EVP_PKEY *pair, const BIGNUM *y)
{
    BIGNUM *p = NULL;
    bool is_good = EVP_PKEY_get_bn_param(pair, OSSL_PKEY_PARAM_FFC_P, &p) == 1 && BN_sub_word(p, 1) == 1 &&
                   BN_cmp(y, BN_value_one()) > 0 && BN_cmp(y, p) < 0;
    BN_free(p);
    return is_good;
}

static EVP_PKEY *modp_peer(const struct crypt_dh_key *key, struct base_span value)
{
    EVP_PKEY *peer = NULL;
    BIGNUM *y = BN_bin2bn(value.ptr, (int)value.len, NULL);
    OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
    if (y && bld && modp_is_in_range(key->pair, y) &&
        OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PUB_KEY, y) == 1)
        peer = pkey_build(key->group, bld, EVP_PKEY_PUBLIC_KEY);
    OSSL_PARAM_BLD_free(bld);
    BN_free(y);
    return peer;
}

/* The library refuses a point off the curve or with a coordinate not below the prime (RFC 6989 2.3). */
static EVP_PKEY *ecp_peer(const struct crypt_dh_key *key, struct base_span value)
{
    uint8_t point[POINT_MAX] = {POINT_CONVERSION_UNCOMPRESSED};
    EVP_PKEY *peer = NULL;
    OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
    memcpy(point + 1, value.ptr, value.len);
    if (bld && OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, point, value.len + 1) == 1)
        peer = pkey_build(key->group, bld, EVP_PKEY_PUBLIC_KEY);
    OSSL_PARAM_BLD_free(bld);
    return peer;
}

static EVP_PKEY *peer_new(const struct crypt_dh_key *key, struct base_span value)
{
    switch (key->group->kind) {
    case KIND_MODP:
        return modp_peer(key, value);
    case KIND_ECP:
        return ecp_peer(key, value);
    case KIND_KEM:
        break; /* it has no peer's key */
    case KIND_X25519:
        return EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL, value.ptr, value.len);
    }
    return NULL;
}

/* What a low-order X25519 point gives (RFC 8031 3.2). For an ECP group zero is an x like any other. */
static bool secret_is_zero(const uint8_t *secret, size_t len)
{
    uint8_t any = 0;
    for (size_t i = 0; i < len; i++)
        any |= secret[i];
    return any == 0;
}

/* The secret, or what else was written there, is of no use. */
static int secret_refuse(uint8_t secret[CRYPT_DH_MAX], int err)
{
    base_wipe(secret, CRYPT_DH_MAX);
    ERR_clear_error();
    return err;
}

static int kem_derive(const struct crypt_dh_key *key, struct base_span ciphertext,
                      uint8_t secret[CRYPT_DH_MAX], size_t *secret_len)
{
    const struct group *g = key->group;
    int err = ciphertext.len == g->answer_bytes ? 0 : -EINVAL;
    if (!err)
        err = ossl_kem_open(key->pair, ciphertext, secret, g->secret_bytes);
    if (err)
        return secret_refuse(secret, err);
    *secret_len = g->secret_bytes;
    return 0;
}

int ossl_dh_derive(struct crypt_dh_key *key, struct base_span peer_public, uint8_t secret[CRYPT_DH_MAX],
                   size_t *secret_len)
{
    const struct group *g = key->group;
    size_t len = CRYPT_DH_MAX;
    *secret_len = 0;
    if (g->kind == KIND_KEM)
        return kem_derive(key, peer_public, secret, secret_len);
    if (peer_public.len != g->public_bytes)
        return -EINVAL;
    EVP_PKEY *peer = peer_new(key, peer_public);
    EVP_PKEY_CTX *ctx = peer ? EVP_PKEY_CTX_new_from_pkey(NULL, key->pair, NULL) : NULL;
    int err = peer ? -EIO : -EINVAL;
    if (ctx && EVP_PKEY_derive_init(ctx) == 1 &&
        (g->kind != KIND_MODP || EVP_PKEY_CTX_set_dh_pad(ctx, 1) == 1) &&
        EVP_PKEY_derive_set_peer_ex(ctx, peer, 0) == 1) {
        /* From here only the peer's value can be at fault. */
        const bool is_good = EVP_PKEY_derive(ctx, secret, &len) == 1 && len == g->secret_bytes &&
                             (g->kind != KIND_X25519 || !secret_is_zero(secret, len));
        err = is_good ? 0 : -EINVAL;
    }
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(peer);
    if (err)
        return secret_refuse(secret, err);
    *secret_len = len;
    return 0;
}

static int kem_answer(const struct group *g, struct base_span peer_public, uint8_t public_value[CRYPT_DH_MAX],
                      uint8_t secret[CRYPT_DH_MAX], size_t *secret_len)
{
    int err = !group_is_there(g) ? -ENOTSUP : peer_public.len != g->public_bytes ? -EINVAL : 0;
    if (!err)
        err = ossl_kem_seal(g->name, peer_public, public_value, g->answer_bytes, secret, g->secret_bytes);
    if (err)
        return secret_refuse(secret, err);
    *secret_len = g->secret_bytes;
    return 0;
}

static int x25519_answer(struct crypt_dh_turn *turn, const struct group *g, struct base_span peer_public,
                         uint8_t public_value[CRYPT_DH_MAX], uint8_t secret[CRYPT_DH_MAX], size_t *secret_len)
{
    const int err = peer_public.len == g->public_bytes
                        ? ossl_x25519_answer(turn, peer_public.ptr, public_value, secret)
                        : -EINVAL;
    if (err)
        return secret_refuse(secret, err);
    *secret_len = g->secret_bytes;
    return 0;
}

int ossl_dh_answer(struct crypt_dh_turn *turn, enum crypt_dh group, struct base_span peer_public,
                   uint8_t public_value[CRYPT_DH_MAX], uint8_t secret[CRYPT_DH_MAX], size_t *secret_len)
{
    const struct group *g = find_group(group);
    struct crypt_dh_key *key = NULL;
    *secret_len = 0;
    if (g && g->kind == KIND_KEM)
        return kem_answer(g, peer_public, public_value, secret, secret_len);
    if (g && g->kind == KIND_X25519)
        return x25519_answer(turn, g, peer_public, public_value, secret, secret_len);
    int err = ossl_dh_new(group, &key, public_value);
    if (!err)
        err = ossl_dh_derive(key, peer_public, secret, secret_len);
    ossl_dh_free(key);
    return err;
}

void ossl_dh_turn_end(struct crypt_dh_turn *turn)
{
    ossl_x25519_turn_end(turn);
}

void ossl_dh_free(struct crypt_dh_key *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->pair); /* the library wipes private values that it frees */
    free(key);
}

int ossl_dh_from_private(enum crypt_dh group, struct base_span private_value, struct crypt_dh_key **out)
{
    const struct group *g = find_group(group);
    EVP_PKEY *pair = NULL;
    *out = NULL;
    if (!g || g->kind == KIND_KEM || private_value.len == 0 || private_value.len > CRYPT_DH_MAX)
        return -EINVAL;
    if (g->kind == KIND_X25519) {
        pair = EVP_PKEY_new_raw_private_key_ex(NULL, "X25519", NULL, private_value.ptr, private_value.len);
    } else {
        BIGNUM *x = BN_secure_new();
        OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
        if (x && bld && BN_bin2bn(private_value.ptr, (int)private_value.len, x) &&
            OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, x) == 1)
            pair = pkey_build(g, bld, EVP_PKEY_KEYPAIR);
        OSSL_PARAM_BLD_free(bld);
        BN_clear_free(x);
    }
    *out = key_wrap(g, pair);
    ERR_clear_error();
    return *out ? 0 : -EINVAL;
}
