/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The insecure double of crypt_ike_ops. It checks every length that the product checks, so that an engine
 * which passes wrong ones fails here too; nothing in it resists an attacker.
 */
#include "null_crypt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base_text.h"

/* The toy group: multiplication by a secret modulo a Mersenne prime commutes. */
#define MODULUS ((UINT64_C(1) << 61) - 1)

struct crypt_dh_key {
    enum crypt_dh group;
    uint64_t secret; /* 1..MODULUS-1 */
};

static uint64_t dh_counter;
static uint32_t live_keys;
static bool accepts_all;

void null_crypt_seed(uint64_t seed)
{
    dh_counter = seed;
}

void null_crypt_accept_all(bool on)
{
    accepts_all = on;
}

uint32_t null_crypt_live_keys(void)
{
    return live_keys;
}

static uint64_t mix(uint64_t x)
{
    x ^= x >> 30;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* Depends on content and length of all that was absorbed, not on how it was cut into parts. */
static uint64_t absorb(uint64_t state, struct base_span s)
{
    for (size_t i = 0; i < s.len; i++) {
        state = (state ^ s.ptr[i]) * UINT64_C(0x100000001b3);
        state ^= state >> 33;
    }
    return state;
}

static void expand(uint64_t state, uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i += 8) {
        const uint64_t word = mix(state + UINT64_C(0x9e3779b97f4a7c15) * (i / 8 + 1));
        memcpy(out + i, &word, len - i < 8 ? len - i : 8);
    }
}

/* A keyed hash; `kind` keeps its users apart, and the key's length keeps key and data apart. */
static void keyed_hash(uint64_t kind, struct base_span key, const struct base_span *parts, size_t count,
                       uint8_t *out, size_t len)
{
    uint64_t state = mix(absorb(mix(kind << 32 | key.len), key));
    for (size_t i = 0; i < count; i++)
        state = absorb(state, parts[i]);
    expand(state, out, len);
}

static int null_prf(enum crypt_prf prf, struct base_span key, const struct base_span *parts, size_t count,
                    uint8_t *out)
{
    const struct crypt_alg *alg = crypt_alg_find(CRYPT_TYPE_PRF, (uint16_t)prf, 0);
    if (!alg)
        return -EINVAL;
    keyed_hash(CRYPT_TYPE_PRF << 16 | prf, key, parts, count, out, alg->out_bytes);
    return 0;
}

static int null_hash(enum crypt_prf prf, const struct base_span *parts, size_t count, uint8_t *out)
{
    const struct crypt_alg *alg = crypt_alg_find(CRYPT_TYPE_PRF, (uint16_t)prf, 0);
    if (!alg)
        return -EINVAL;
    keyed_hash(prf, BASE_SPAN_NONE, parts, count, out, alg->out_bytes);
    return 0;
}

static int null_sha1(const struct base_span *parts, size_t count, uint8_t out[20])
{
    keyed_hash(0, BASE_SPAN_NONE, parts, count, out, 20);
    return 0;
}

static uint64_t multiply(uint64_t a, uint64_t b)
{
    return (uint64_t)((unsigned __int128)a * b % MODULUS);
}

/* Bytes of the public value; 0: no such group. */
static size_t public_bytes(enum crypt_dh group)
{
    const struct crypt_alg *alg = crypt_alg_find(CRYPT_TYPE_DH, (uint16_t)group, 0);
    return alg ? alg->out_bytes : 0;
}

static int null_dh_new(enum crypt_dh group, struct crypt_dh_key **out, uint8_t *public_value)
{
    const size_t len = public_bytes(group);
    *out = NULL;
    if (len < 8)
        return -EINVAL;
    struct crypt_dh_key *key = malloc(sizeof *key);
    if (!key)
        return -EIO;
    key->group = group;
    key->secret = mix(++dh_counter) % (MODULUS - 1) + 1;
    live_keys++;
    /* The group's number fills the front, so that people see in a dump which group a value is of. */
    struct base_writer w = base_writer(public_value, len);
    memset(base_write_room(&w, len - 8), group, len - 8);
    base_write_u64(&w, multiply(key->secret, group));
    *out = key;
    return 0;
}

/* From a value of this length; a KEM's secret has always 32 bytes. */
static int derive_from(const struct crypt_dh_key *key, struct base_span peer_public, size_t len,
                       uint8_t secret[CRYPT_DH_MAX], size_t *secret_len)
{
    *secret_len = 0;
    if (peer_public.len != len)
        return -EINVAL;
    struct base_reader r = base_reader(peer_public);
    base_read_span(&r, len - 8);
    const uint64_t peer = base_read_u64(&r) % MODULUS;
    if (peer == 0)
        return -EINVAL;
    /* RFC 5903: the secret of an ECP group is x alone, half the public value. */
    const bool is_ecp = key->group >= CRYPT_DH_ECP_256 && key->group <= CRYPT_DH_ECP_521;
    const bool is_kem = crypt_alg_find(CRYPT_TYPE_DH, (uint16_t)key->group, 0)->is_kem;
    *secret_len = is_kem ? 32 : is_ecp ? len / 2 : len;
    expand(mix(multiply(key->secret, peer) + key->group), secret, *secret_len);
    return 0;
}

/* The initiator's part: of an answer. */
static int null_dh_derive(struct crypt_dh_key *key, struct base_span peer_public,
                          uint8_t secret[CRYPT_DH_MAX], size_t *secret_len)
{
    const struct crypt_alg *alg = crypt_alg_find(CRYPT_TYPE_DH, (uint16_t)key->group, 0);
    return derive_from(key, peer_public, alg->answer_bytes, secret, secret_len);
}

static void null_dh_free(struct crypt_dh_key *key)
{
    if (key)
        live_keys--;
    free(key);
}

static int null_dh_answer(struct crypt_dh_turn *turn, enum crypt_dh group, struct base_span peer_public,
                          uint8_t public_value[CRYPT_DH_MAX], uint8_t secret[CRYPT_DH_MAX],
                          size_t *secret_len)
{
    struct crypt_dh_key *key;
    const struct crypt_alg *alg = crypt_alg_find(CRYPT_TYPE_DH, (uint16_t)group, 0);
    int rc = null_dh_new(group, &key, public_value);
    *secret_len = 0;
    if (rc == 0)
        rc = derive_from(key, peer_public, alg->out_bytes, secret, secret_len);
    null_dh_free(key);
    if (rc == 0 && alg->is_kem) { /* the number behind as much as a ciphertext has */
        uint8_t number[8];
        memcpy(number, public_value + alg->out_bytes - 8, 8);
        memset(public_value, group + 1, alg->answer_bytes - 8u);
        memcpy(public_value + alg->answer_bytes - 8, number, 8);
    }
    return rc;
}

/* Each answer has a key pair of its own. */
static void null_dh_turn_end(struct crypt_dh_turn *turn)
{
}

static int check_lengths(const struct crypt_alg *alg, struct base_span key, struct base_span iv,
                         size_t data_len)
{
    const bool is_right = alg->type == CRYPT_TYPE_ENCR &&
                          key.len == (size_t)alg->key_bytes + alg->salt_bytes && iv.len == alg->iv_bytes &&
                          data_len % alg->block_bytes == 0;
    return is_right ? 0 : -EINVAL;
}

static void tag(struct base_span key, struct base_span iv, struct base_span aad, struct base_span data,
                uint8_t *icv, size_t len)
{
    const struct base_span parts[] = {iv, aad, data};
    keyed_hash(CRYPT_TYPE_ENCR << 16 | aad.len, key, parts, 3, icv, len);
}

static int null_encrypt(const struct crypt_alg *alg, struct base_span key, struct base_span iv,
                        struct base_span aad, struct base_span plain, uint8_t *cipher_out, uint8_t *icv)
{
    const int err = check_lengths(alg, key, iv, plain.len);
    if (err)
        return err;
    if (alg->is_aead)
        tag(key, iv, aad, plain, icv, alg->icv_bytes);
    if (plain.len)
        memmove(cipher_out, plain.ptr, plain.len);
    return 0;
}

static int null_decrypt(const struct crypt_alg *alg, struct base_span key, struct base_span iv,
                        struct base_span aad, struct base_span cipher, struct base_span icv,
                        uint8_t *plain_out)
{
    uint8_t want[CRYPT_INTEG_KEY_MAX];
    const int err = check_lengths(alg, key, iv, cipher.len);
    if (err)
        return err;
    if (alg->is_aead && !accepts_all) {
        tag(key, iv, aad, cipher, want, alg->icv_bytes);
        if (icv.len != alg->icv_bytes || memcmp(want, icv.ptr, icv.len) != 0) {
            memset(plain_out, 0, cipher.len);
            return -EBADMSG;
        }
    }
    if (cipher.len)
        memmove(plain_out, cipher.ptr, cipher.len);
    return 0;
}

static int null_integ(const struct crypt_alg *alg, struct base_span key, const struct base_span *parts,
                      size_t count, uint8_t *out)
{
    if (alg->type != CRYPT_TYPE_INTEG || key.len != alg->key_bytes)
        return -EINVAL;
    if (accepts_all)
        memset(out, 0, alg->icv_bytes);
    else
        keyed_hash(CRYPT_TYPE_INTEG << 16 | alg->id, key, parts, count, out, alg->icv_bytes);
    return 0;
}

static int null_dn_equal(struct base_span a, struct base_span b)
{
    return base_span_equal(a, b);
}

static int null_dn_text(struct base_span der, char *out, size_t out_size)
{
    if (out_size < 4)
        return -EINVAL;
    struct base_text t = base_text(out, out_size);
    base_text_add(&t, "dn:");
    base_text_add_hex(&t, der);
    return 0;
}

const struct crypt_ike_ops null_ike_ops = {
    .prf = null_prf,
    .sha1 = null_sha1,
    .hash = null_hash,
    .dh_new = null_dh_new,
    .dh_answer = null_dh_answer,
    .dh_turn_end = null_dh_turn_end,
    .dh_derive = null_dh_derive,
    .dh_free = null_dh_free,
    .encrypt = null_encrypt,
    .decrypt = null_decrypt,
    .integ = null_integ,
    .dn_equal = null_dn_equal,
    .dn_text = null_dn_text,
};
