/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Choosing from proposals of IKEv1 (RFC 2408 4.2, RFC 2409 5): whole transforms, each with one algorithm of
 * each kind. A configured proposal, which has lists by kind, stands for all their combinations. Thread: any.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "crypt_alg.h"
#include "crypt_proposal.h"
#include "esp_pair.h"
#include "wire_v1.h"

/* What was agreed on. */
struct ikev1_choice {
    uint8_t proposal, transform; /* their numbers, echoed in the answer */
    uint64_t spi;                /* phase 2: the peer's */
    const struct crypt_alg *encr;
    const struct crypt_alg *prf;   /* phase 1: HMAC of the hash */
    const struct crypt_alg *integ; /* phase 2; NULL with an AEAD */
    enum crypt_dh dh;
    uint16_t auth;   /* phase 1: the method, enum wire_v1_auth */
    uint16_t encap;  /* phase 2: enum wire_v1_encap */
    bool esn;        /* phase 2 */
    uint32_t life_s; /* that the peer named; 0: none */
};

/* What phase 2 asks beside algorithms. */
struct ikev1_wants {
    uint16_t encap;     /* enum wire_v1_encap */
    uint16_t encap_too; /* that is taken for the same; 0: none */
    enum crypt_dh dh;   /* of the exchange's KE payload; NONE: there is none */
};

/* Offers all combinations, as far as they fit; of a phase 1 with this method and life. */
void ikev1_select_offer_ike(const struct crypt_proposal *ours, size_t n, uint16_t auth, uint32_t life_s,
                            struct wire_v1_sa *out);
void ikev1_select_offer_esp(const struct crypt_proposal *ours, size_t n, uint32_t spi,
                            const struct ikev1_wants *wants, uint32_t life_s, struct wire_v1_sa *out);

/* The first of theirs that is one of ours with this method. */
bool ikev1_select_ike(const struct crypt_proposal *ours, size_t n, const struct wire_v1_sa *theirs,
                      uint16_t auth, struct ikev1_choice *out);
/* Likewise of a child. Proposals of ESP together with another protocol are passed over. */
bool ikev1_select_esp(const struct crypt_proposal *ours, size_t n, const struct wire_v1_sa *theirs,
                      const struct ikev1_wants *wants, struct ikev1_choice *out);

/* The transform that was chosen, as it came: the SA payload of an answer (RFC 2408 4.2). */
void ikev1_select_answer(const struct wire_v1_sa *theirs, const struct ikev1_choice *c, uint32_t spi,
                         struct wire_v1_sa *out);

/* Whether a choice of phase 1 would be acceptable to this list. */
bool ikev1_select_covers(const struct crypt_proposal *ours, size_t n, const struct ikev1_choice *c);

/* The first group of phase 1. */
enum crypt_dh ikev1_select_group(const struct crypt_proposal *ours, size_t n);
/* The group that a child of ours asks for: NONE where its proposals can do without. */
enum crypt_dh ikev1_select_pfs(const struct crypt_proposal *ours, size_t n);

/* Whether some transform of theirs is for transport mode, or for tunnel mode, however ESP goes. */
bool ikev1_select_asks_mode(const struct wire_v1_sa *theirs, enum esp_mode mode);
/* Whether they ask for AH. */
bool ikev1_select_asks_ah(const struct wire_v1_sa *theirs);

/* For people. Both return out. */
const char *ikev1_select_text(const struct ikev1_choice *c, char *out, size_t size);
const char *ikev1_select_theirs(const struct wire_v1_sa *theirs, bool is_phase2, char *out, size_t size);
