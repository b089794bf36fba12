/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Chains that a trust has found good already. What a check finds depends on the trust, which never changes,
 * on the bytes that the peer sent, and on the time; and on that only by the dates that stand in certificates
 * and revocation lists. Between two of those dates that follow each other the same bytes are as good as they
 * were: nothing is taken for good that a check of now would refuse. Refusals are not kept. Thread: any.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "crypt_pki_ops.h"

#define OSSL_MEMO_MAX 256 /* chains of one trust; a newer one takes the place of an older one */

/* Name of a check: SHA-256 over purpose and certificates. */
struct ossl_memo_key {
    uint8_t hash[32];
};

/* While all dates are on the same side of the clock: from <= now < until. */
struct ossl_memo_span {
    int64_t from, until;
};

struct ossl_memo;

/* NULL: no memory. */
struct ossl_memo *ossl_memo_new(void);
/* NULL is fine. */
void ossl_memo_free(struct ossl_memo *memo);

/* False: the library failed, and nothing can be looked up or kept. */
bool ossl_memo_key(const struct crypt_peer_chain *peer, enum crypt_purpose purpose,
                   struct ossl_memo_key *out);

/* All of time, to be narrowed by each date. */
struct ossl_memo_span ossl_memo_always(void);
void ossl_memo_narrow(struct ossl_memo_span *span, int64_t date, int64_t now);

/* The leaf (the caller's, put it) and, in out, CA and path of a chain that is good now. NULL: it is not known
 * to be. */
struct crypt_cert *ossl_memo_find(struct ossl_memo *memo, const struct ossl_memo_key *key, int64_t now,
                                  struct crypt_verdict *out);
/* Keeps CA and path of one that was found good, with a reference of its own to the leaf. */
void ossl_memo_keep(struct ossl_memo *memo, const struct ossl_memo_key *key, struct ossl_memo_span span,
                    struct crypt_cert *leaf, const struct crypt_verdict *good);
