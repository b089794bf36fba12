/* SPDX-License-Identifier: BSD-3-Clause */
/* A table that is indexed by the hash itself: whoever has a good chain may push out another one, no more. */
#include "ossl_memo.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "ossl_cert.h"
#include "ossl_fetch.h"

struct memo_entry {
    struct ossl_memo_key key;
    struct ossl_memo_span span;
    struct crypt_cert *leaf; /* a reference; NULL: the place is free */
    uint8_t ca[CRYPT_CA_HASH_BYTES];
    struct crypt_marks path;
};

struct ossl_memo {
    pthread_mutex_t lock; /* guards the entries */
    struct memo_entry entries[OSSL_MEMO_MAX];
};

struct ossl_memo *ossl_memo_new(void)
{
    struct ossl_memo *memo = calloc(1, sizeof *memo);
    if (memo)
        pthread_mutex_init(&memo->lock, NULL);
    return memo;
}

void ossl_memo_free(struct ossl_memo *memo)
{
    if (!memo)
        return;
    for (size_t i = 0; i < OSSL_MEMO_MAX; i++)
        ossl_cert_put(memo->entries[i].leaf);
    pthread_mutex_destroy(&memo->lock);
    free(memo);
}

/* With its length in front, so that no two lists of certificates are the same bytes. */
static bool memo_hash(EVP_MD_CTX *ctx, struct base_span part)
{
    const uint64_t len = part.len;
    return EVP_DigestUpdate(ctx, &len, sizeof len) == 1 && EVP_DigestUpdate(ctx, part.ptr, part.len) == 1;
}

bool ossl_memo_key(const struct crypt_peer_chain *peer, enum crypt_purpose purpose, struct ossl_memo_key *out)
{
    const uint8_t what = (uint8_t)purpose;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx && EVP_DigestInit_ex2(ctx, ossl_fetch_sha256(), NULL) == 1 &&
              memo_hash(ctx, base_span(&what, 1)) && memo_hash(ctx, peer->leaf);
    for (size_t i = 0; ok && i < peer->n_others; i++)
        ok = memo_hash(ctx, peer->others[i]);
    ok = ok && EVP_DigestFinal_ex(ctx, out->hash, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return ok;
}

struct ossl_memo_span ossl_memo_always(void)
{
    return (struct ossl_memo_span){INT64_MIN, INT64_MAX};
}

void ossl_memo_narrow(struct ossl_memo_span *span, int64_t date, int64_t now)
{
    if (date <= now && date > span->from)
        span->from = date;
    if (date > now && date < span->until)
        span->until = date;
}

/* Its place in the table. */
static struct memo_entry *memo_entry_of(struct ossl_memo *memo, const struct ossl_memo_key *key)
{
    uint16_t index;
    memcpy(&index, key->hash, sizeof index);
    return &memo->entries[index % OSSL_MEMO_MAX];
}

struct crypt_cert *ossl_memo_find(struct ossl_memo *memo, const struct ossl_memo_key *key, int64_t now,
                                  struct crypt_verdict *out)
{
    const struct memo_entry *e = memo_entry_of(memo, key);
    struct crypt_cert *leaf = NULL;
    pthread_mutex_lock(&memo->lock);
    if (e->leaf && memcmp(&e->key, key, sizeof *key) == 0 && now >= e->span.from && now < e->span.until) {
        leaf = ossl_cert_get(e->leaf);
        memcpy(out->ca, e->ca, sizeof e->ca);
        out->path = e->path;
    }
    pthread_mutex_unlock(&memo->lock);
    return leaf;
}

void ossl_memo_keep(struct ossl_memo *memo, const struct ossl_memo_key *key, struct ossl_memo_span span,
                    struct crypt_cert *leaf, const struct crypt_verdict *good)
{
    struct memo_entry *e = memo_entry_of(memo, key);
    pthread_mutex_lock(&memo->lock);
    struct crypt_cert *before = e->leaf;
    *e = (struct memo_entry){.key = *key, .span = span, .leaf = ossl_cert_get(leaf), .path = good->path};
    memcpy(e->ca, good->ca, sizeof e->ca);
    pthread_mutex_unlock(&memo->lock);
    ossl_cert_put(before);
}
