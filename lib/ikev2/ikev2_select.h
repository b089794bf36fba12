/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Choosing from proposals (RFC 7296 2.7, 3.3.6): one algorithm of each type, in our order of preference.
 * Thread: any. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "crypt_alg.h"
#include "crypt_proposal.h"
#include "wire_ike.h"

#define IKEV2_ESP_SPI_BYTES 4
#define IKEV2_SPI_BYTES     8

/* What a proposal was narrowed to. */
struct ikev2_choice {
    uint8_t number; /* of the chosen proposal, echoed in the answer */
    uint8_t protocol;
    uint64_t spi; /* the peer's */
    const struct crypt_alg *encr;
    const struct crypt_alg *prf;   /* IKE only */
    const struct crypt_alg *integ; /* NULL with an AEAD */
    enum crypt_dh dh;
    bool esn; /* ESP only */
    /* Additional key exchanges by their type, ADDKE1 first; CRYPT_DH_NONE: none by that (RFC 9370 2.2.1). */
    uint16_t addke[CRYPT_ADDKE_MAX];
    /* What the answer says of types of which nothing was chosen: what was offered as NONE is answered, and
     * what was not offered is not (RFC 7296 3.3.6). */
    bool integ_is_none, dh_is_none, esn_is_absent;
    uint8_t addke_is_none; /* a bit each, ADDKE1 the lowest */
};

/* Whether key exchange groups count. */
enum ikev2_dh_rule {
    IKEV2_DH_IGNORE, /* no: in IKE_AUTH, where a child takes its keys from the IKE SA's exchange */
    IKEV2_DH_WANTED, /* yes: one in common, or none where both sides' proposals can do without */
    IKEV2_DH_SINGLE, /* the same, but a proposal with additional ones is passed over: IKE_SA_INIT with a peer
                        that cannot do IKE_INTERMEDIATE (RFC 9370 2.2.1) */
    IKEV2_DH_NONE    /* a request without KE payload: only proposals that can do without, and no groups */
};
/* The first of ours that matches one of theirs; the group of their KE payload wins among acceptable ones. */
bool ikev2_select(const struct crypt_proposal *ours, size_t n_ours, const struct wire_ike_sa *theirs,
                  uint8_t protocol, enum ikev2_dh_rule rule, enum crypt_dh hint, struct ikev2_choice *out);
/* An answer must be one of ours, one algorithm of each type (RFC 7296 2.7). */
bool ikev2_select_answer(const struct crypt_proposal *ours, size_t n_ours, const struct wire_ike_sa *answer,
                         uint8_t protocol, enum ikev2_dh_rule rule, struct ikev2_choice *out);
/* Whether a choice made before would be acceptable to this list. */
bool ikev2_select_covers(const struct crypt_proposal *ours, size_t n_ours, const struct ikev2_choice *choice);
void ikev2_select_offer(const struct crypt_proposal *ours, size_t n_ours, uint64_t spi, uint8_t spi_len,
                        enum ikev2_dh_rule rule, struct wire_ike_sa *out);
/* Whether a choice has an additional key exchange. */
bool ikev2_select_has_addke(const struct ikev2_choice *c);
/*
 * The type of the next additional key exchange from `from` on, in the order of their types; 0: there is no
 * more.
 */
uint8_t ikev2_select_addke_from(const struct ikev2_choice *c, uint8_t from);
/* The first key exchange group of the list; NONE when there is none. */
enum crypt_dh ikev2_select_first_group(const struct crypt_proposal *ours, size_t n_ours);
bool ikev2_select_has_group(const struct crypt_proposal *ours, size_t n_ours, enum crypt_dh group);
/* Whether one of the list can do without a group, and without any more: it names none, or NONE among others
 * (RFC 7296 3.3.3). */
bool ikev2_select_allows_none(const struct crypt_proposal *ours, size_t n_ours);
bool ikev2_select_asks_ah(const struct wire_ike_sa *theirs);
/* A choice for an IKE SA in the notation of the configuration. Returns out. */
const char *ikev2_select_words(const struct ikev2_choice *c, char *out, size_t size);
/* A choice for people. Returns out. */
const char *ikev2_select_text(const struct ikev2_choice *c, char *out, size_t size);
