/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Additional key exchanges of an IKE SA that is being made (RFC 9370 2.2.2), and what AUTH covers of the
 * messages that carry them (RFC 9242 3.3.2). Thread: control.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_span.h"
#include "crypt_alg.h"
#include "ikev2_keymat.h"

struct ike;
struct ikev2_msg;
struct ikev2_sa;
struct wire_ike_builder;

/* Kept with sa->init, in secret memory; NULL there: no additional key exchange was agreed on. */
struct ikev2_mix {
    uint8_t next;                      /* type of the next one; 0: all are done */
    uint8_t done;                      /* how many are */
    uint8_t covered[2][CRYPT_PRF_MAX]; /* IntAuth of the initiator's messages, of the responder's */
    struct ikev2_keys before;          /* that the last answer was sealed with; with done */
};

/* Begins them for the choice that the SA has. False: no memory. */
bool ikev2_mix_begin(struct ikev2_sa *sa);

/* The group of the next one; NONE: all are done. */
enum crypt_dh ikev2_mix_group(const struct ikev2_sa *sa);

/*
 * Takes the secret of the next one into the SA's keys: SKEYSEED(n) = prf(SK_d(n-1), SK(n) | Ni | Nr). 0, or a
 * negative errno: the SA is of no use.
 */
int ikev2_mix_secret(struct ike *ike, struct ikev2_sa *sa, struct base_span secret);

/* A message of ours is about to be sealed, or one of the peer's was opened: AUTH covers it. 0, or as above.
 */
int ikev2_mix_cover_ours(struct ike *ike, struct ikev2_sa *sa, bool is_response, uint32_t msgid,
                         const struct wire_ike_builder *b);
int ikev2_mix_cover_theirs(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg);

/* IntAuth, the end of what both sides sign; out has room for IKEV2_MIX_AUTH_MAX. Empty: there was no
 * exchange. */
#define IKEV2_MIX_AUTH_MAX (2 * CRYPT_PRF_MAX + 4)
struct base_span ikev2_mix_auth(const struct ikev2_sa *sa, uint8_t out[IKEV2_MIX_AUTH_MAX]);

/* The keys that a request was sealed with which we answered last, and which may come again. */
const struct ikev2_keys *ikev2_mix_keys_answered(const struct ikev2_sa *sa);
