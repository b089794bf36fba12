/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* CERTREQ: which certificates a side would like to see (RFC 7296 3.7). A wish, and never a condition. */
#include <stdint.h>
#include "ike_cred.h"

struct ike_cas;
struct ikev2_msg;
struct wire_ike_builder;

/*
 * Which of our credentials the peer asks for: bit i for number i; 0: for none in particular. It may ask for
 * any number of authorities in several payloads.
 */
uint8_t ikev2_certreq_wants(const struct ikev2_msg *msg, const struct ike_creds *creds);

/* Asks for certificates of these authorities, or, when none is named, of any. */
void ikev2_certreq_put(struct wire_ike_builder *b, const struct ike_cas *cas);

/* Bytes of that payload. */
size_t ikev2_certreq_bytes(const struct ike_cas *cas);
