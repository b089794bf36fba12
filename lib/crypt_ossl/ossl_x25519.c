/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The responder's part of X25519 with what it needs of the library and no more: keys are made of their bytes,
 * which takes no search by name, and one context computes both values. Ours is X25519(private, 9), as RFC
 * 7748 6.1 says, by the function that computes secrets: the library's own for key pairs is plain C and
 * slower.
 *
 * A pair may answer several peers: a private value is a multiple of the cofactor, whatever the peer sends,
 * and a result of zero is refused, so that no answer tells anything of it.
 */
#include "ossl_x25519.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "base_wipe.h"

#define BYTES        OSSL_X25519_BYTES
#define PAIR_ANSWERS 64 /* that share a pair at most */

static const uint8_t nine[BYTES] = {9};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t maker_lock = PTHREAD_MUTEX_INITIALIZER;
static EVP_PKEY_CTX *maker; /* makes keys; under the lock. NULL: the library has no such group */
static EVP_PKEY *base;      /* the public key 9; only read */

/* NULL private_value: a public key. The library does not look whether both belong together. */
static EVP_PKEY *key_of(const uint8_t *private_value, const uint8_t *public_value)
{
    /* The library reads the values only; its parameter type has no const. */
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)public_value, BYTES),
        OSSL_PARAM_construct_end(),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY *key = NULL;
    if (private_value)
        params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY,
                                                      (void *)(uintptr_t)private_value, BYTES);
    pthread_mutex_lock(&maker_lock);
    const bool ok =
        maker &&
        EVP_PKEY_fromdata(maker, &key, private_value ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params) == 1;
    pthread_mutex_unlock(&maker_lock);
    return ok ? key : NULL;
}

static void x25519_start(void)
{
    maker = EVP_PKEY_CTX_new_from_name(NULL, "X25519", NULL);
    if (maker && EVP_PKEY_fromdata_init(maker) != 1) {
        EVP_PKEY_CTX_free(maker);
        maker = NULL;
    }
    base = key_of(NULL, nine);
}

/* What the key of this context makes of another one's public value. The library refuses an all-zero result.
 */
static bool value_of(EVP_PKEY_CTX *ctx, EVP_PKEY *with, uint8_t out[BYTES])
{
    size_t len = BYTES;
    return with && EVP_PKEY_derive_set_peer_ex(ctx, with, 0) == 1 && EVP_PKEY_derive(ctx, out, &len) == 1 &&
           len == BYTES;
}

/* In its context, with which secrets are computed. */
struct x25519_pair {
    EVP_PKEY_CTX *ctx;
    EVP_PKEY *theirs; /* the public key that it met last; NULL: none yet */
    uint8_t public_value[BYTES];
    unsigned answers; /* that were made with it */
};

static void pair_free(struct x25519_pair *p)
{
    if (!p)
        return;
    EVP_PKEY_CTX_free(p->ctx); /* and with it the private value, which the library wipes */
    EVP_PKEY_free(p->theirs);
    free(p);
}

static struct x25519_pair *pair_new(void)
{
    uint8_t private_value[BYTES];
    struct x25519_pair *p = calloc(1, sizeof *p);
    const bool has = p && RAND_priv_bytes_ex(NULL, private_value, sizeof private_value, 0) == 1;
    EVP_PKEY *ours = has ? key_of(private_value, nine) : NULL;
    base_wipe(private_value, sizeof private_value);
    if (ours)
        p->ctx = EVP_PKEY_CTX_new_from_pkey(NULL, ours, NULL);
    EVP_PKEY_free(ours);
    if (p && p->ctx && EVP_PKEY_derive_init(p->ctx) == 1 && value_of(p->ctx, base, p->public_value))
        return p;
    pair_free(p);
    return NULL;
}

/* The secret with a peer. A key that is there takes another value, which is cheaper than to make one. */
static int pair_meet(struct x25519_pair *p, const uint8_t peer[BYTES], uint8_t secret[BYTES])
{
    if (!p->theirs)
        p->theirs = key_of(NULL, peer);
    else if (EVP_PKEY_set1_encoded_public_key(p->theirs, peer, BYTES) != 1)
        return -EIO;
    if (!p->theirs)
        return -EIO;
    return value_of(p->ctx, p->theirs, secret) ? 0 : -EINVAL; /* here only the peer's value can be at fault */
}

void ossl_x25519_turn_end(struct crypt_dh_turn *turn)
{
    pair_free(turn->shared);
    turn->shared = NULL;
}

/* The turn's, or a new one that is the turn's from here on. NULL: the library failed. */
static struct x25519_pair *pair_of(struct crypt_dh_turn *turn)
{
    const struct x25519_pair *p = turn->shared;
    if (p && p->answers == PAIR_ANSWERS)
        ossl_x25519_turn_end(turn);
    if (!turn->shared)
        turn->shared = pair_new();
    return turn->shared;
}

int ossl_x25519_answer(struct crypt_dh_turn *turn, const uint8_t peer[OSSL_X25519_BYTES],
                       uint8_t public_value[OSSL_X25519_BYTES], uint8_t secret[OSSL_X25519_BYTES])
{
    struct crypt_dh_turn own = {0};
    turn = turn ? turn : &own;
    pthread_once(&once, x25519_start);
    struct x25519_pair *p = pair_of(turn);
    const int err = p ? pair_meet(p, peer, secret) : -EIO;
    if (p) {
        memcpy(public_value, p->public_value, BYTES);
        p->answers++;
    }
    ossl_x25519_turn_end(&own);
    return err;
}

void ossl_x25519_close(void)
{
    EVP_PKEY_free(base);
    EVP_PKEY_CTX_free(maker);
    base = NULL;
    maker = NULL;
}
