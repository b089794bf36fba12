/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * MS-CHAPv2's computations (RFC 2759 8) and the keys that follow from them (RFC 3079 3). Pure functions over
 * crypt_eap_ops; 0, or the negative errno of those. Names are without a domain. Thread: any.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_span.h"
#include "crypt_eap_ops.h"
#include "wire_eap.h"

#define EAP_PASSWORD_MAX 256 /* characters */
#define EAP_MSCHAP_MSK   64

/* What both sides know when the response has come. */
struct eap_mschap {
    uint8_t hash[16];          /* NtPasswordHash: as good as the password, a secret */
    uint8_t authenticator[16]; /* challenges */
    uint8_t peer[16];
    struct base_span name; /* borrowed */
};

/* NtPasswordHash of a password in UTF-8. -EINVAL: no UTF-8, empty, or longer than EAP_PASSWORD_MAX. */
int eap_mschap_hash(const struct crypt_eap_ops *ops, struct base_span password, uint8_t out[16]);

/* NT-Response. */
int eap_mschap_response(const struct crypt_eap_ops *ops, const struct eap_mschap *m, uint8_t out[24]);

/* The authenticator's proof that it knows the password too: "S=" and 40 capital digits, no NUL. */
int eap_mschap_proof(const struct crypt_eap_ops *ops, const struct eap_mschap *m, const uint8_t response[24],
                     char out[WIRE_MSCHAP_AUTH_BYTES]);

/* MSK: MasterReceiveKey and MasterSendKey of the authenticator, then zeros. */
int eap_mschap_msk(const struct crypt_eap_ops *ops, const uint8_t hash[16], const uint8_t response[24],
                   uint8_t out[EAP_MSCHAP_MSK]);

/* The name that is hashed: what stands behind "DOMAIN\", or all of it. */
struct base_span eap_mschap_bare_name(struct base_span name);
