/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The cryptography of one message: SK payloads (RFC 7296 3.14, RFC 5282), and SKF payloads, each of which is
 * sealed by itself (RFC 7383 2.5). Works in the scratch of the engine.
 */
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"
#include "ike_dgrams.h"
#include "wire_ike.h"

struct ike;
struct ikev2_keys;
struct ikev2_sa;

/* What is to be sealed: a message's header and its chain of payloads. */
struct ikev2_plain {
    struct wire_ike_hdr hdr;
    uint8_t first;          /* type of the chain's first payload */
    struct base_span chain; /* not in scratch other than ike->v2->chain */
};

/* Bytes of the message when it goes whole. */
size_t ikev2_seal_bytes(const struct ikev2_sa *sa, size_t chain_len);

/* The longest chain that a message of `most` bytes carries whole: exactly so where the cipher needs no
 * padding. */
size_t ikev2_seal_room(const struct ikev2_sa *sa, size_t most);

/* Seals it whole into the list. 0; -EMSGSIZE: beyond a cap; -ENOMEM, -EIO: the library failed. */
int ikev2_seal_whole(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_plain *plain,
                     struct ike_dgrams *out);

/*
 * Seals it in fragments of `most` bytes or less each into the list, which is empty. 0, or as above; -EMSGSIZE
 * also: `most` is too small, or there would be too many. The list is empty then.
 */
int ikev2_seal_cut(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_plain *plain, size_t most,
                   struct ike_dgrams *out);

/*
 * Verifies and decrypts what an SK payload, or an SKF payload behind its numbers, has: iv | ciphertext | icv,
 * within the message `raw`. The content goes to ike->v2->plain_in; its length with padding and pad length
 * into *len. keys are the SA's, or those of before. 0, or -EBADMSG.
 */
int ikev2_seal_open(struct ike *ike, const struct ikev2_sa *sa, const struct ikev2_keys *keys,
                    struct base_span raw, struct base_span body, size_t *len);

/* The same for what we sealed ourselves, with the SA's keys. */
int ikev2_seal_open_own(struct ike *ike, const struct ikev2_sa *sa, struct base_span raw,
                        struct base_span body, size_t *len);
