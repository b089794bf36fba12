/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A configured proposal: for each transform type the accepted algorithms in order of preference. Written as
 * strongSwan users know it: "aes256gcm16-aes128gcm16-prfsha256-x25519-ecp256", "aes128gcm16-x25519-esn", and
 * with additional key exchanges "aes256gcm16-prfsha384-x25519-ke1_mlkem768" (RFC 9370).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "crypt_alg.h"

#define CRYPT_PROPOSAL_TRANSFORMS_MAX 24
#define CRYPT_PROPOSAL_TEXT_MAX       352

enum crypt_protocol { CRYPT_PROTOCOL_IKE = 1, CRYPT_PROTOCOL_AH = 2, CRYPT_PROTOCOL_ESP = 3 };

struct crypt_transform {
    uint8_t type;
    uint16_t id;
    uint16_t key_bits;
};

/* Transforms grouped by type, ENCR first; within a type in order of preference. A plain value. */
struct crypt_proposal {
    uint8_t protocol; /* enum crypt_protocol: IKE or ESP */
    uint8_t count;
    struct crypt_transform transforms[CRYPT_PROPOSAL_TRANSFORMS_MAX];
};

/*
 * Parses the notation for `protocol`. IKE: a missing PRF is derived from the integrity algorithm, or
 * PRF-HMAC-SHA2-256 beside an AEAD; a DH group is required. ESP: no PRF; "modpnone" beside groups means that
 * the child may do without one as well; without "esn"/"noesn" both are accepted and ESN preferred. An AEAD
 * together with an integrity algorithm is an error, as is an additional key exchange ("ke1_" to "ke7_" in
 * front of a group, or of "none": it may be left out) without a first one, as is a CBC cipher without one
 * (RFC 7296 3.3.3). Returns 0, or -EINVAL with a sentence in why (what is wrong and what to write instead).
 * AH notation
 * ("ah-…") is refused with the reason that NAT breaks AH.
 */
int crypt_proposal_parse(const char *text, enum crypt_protocol protocol, struct crypt_proposal *out,
                         char *why, size_t why_size);

/* Whether a peer that offers one list can be answered by the other: two proposals have all types in common.
 */
bool crypt_proposals_meet(const struct crypt_proposal *a, size_t n_a, const struct crypt_proposal *b,
                          size_t n_b);

/* Whether the additional key exchange of this type may be left out: none is named, or NONE among others. */
bool crypt_proposal_can_skip(const struct crypt_proposal *p, uint8_t addke);

/* Whether it has any transform of an additional key exchange. */
bool crypt_proposal_has_addke(const struct crypt_proposal *p);

/* The notation of a proposal, into out. Returns out. */
const char *crypt_proposal_text(const struct crypt_proposal *p, char out[CRYPT_PROPOSAL_TEXT_MAX]);

/*
 * Built-in proposals when the configuration names none, as text: AEAD first, then what older peers have. A
 * child takes the group that the peer wants, or none. Their offers are small enough for one datagram.
 */
#define CRYPT_DEFAULT_GROUPS "x25519-ecp256-ecp384-ecp521-modp2048-modp3072-modp4096"
#define CRYPT_DEFAULT_IKE_1 \
    "aes256gcm16-aes128gcm16-chacha20poly1305-prfsha256-prfsha384-prfsha512-" CRYPT_DEFAULT_GROUPS
#define CRYPT_DEFAULT_IKE_2                                                            \
    "aes256-aes192-aes128-prfsha256-prfsha384-prfsha512-prfsha1-sha256-sha384-sha512-" \
    "sha1-" CRYPT_DEFAULT_GROUPS
#define CRYPT_DEFAULT_ESP_1 \
    "aes128gcm16-aes256gcm16-chacha20poly1305-" CRYPT_DEFAULT_GROUPS "-modpnone-esn-noesn"
#define CRYPT_DEFAULT_ESP_2 \
    "aes128-aes256-aes192-sha256-sha384-sha512-sha1-" CRYPT_DEFAULT_GROUPS "-modpnone-esn-noesn"

/* The same as transforms; *count of them in order of preference. */
const struct crypt_proposal *crypt_proposal_defaults(enum crypt_protocol protocol, size_t *count);
