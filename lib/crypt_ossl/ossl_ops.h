/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * IKE's cryptography over OpenSSL 3: the product's crypt_ike_ops and crypt_pki_ops, and what else of the
 * library the daemon and the configuration need. Algorithms are fetched from the library once, at first use.
 * Thread: any.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "crypt_ike_ops.h"
#include "crypt_pki_ops.h"

extern const struct crypt_ike_ops ossl_ike_ops;
extern const struct crypt_pki_ops ossl_pki_ops;

/* Random bytes that others will see: SPIs, nonces, IVs. 0, or -EIO (the caller must not go on). */
int ossl_random(void *buf, size_t len);

/* Random bytes that stay secret: cookie and hash seeds. 0, or -EIO (the caller must not go on). */
int ossl_random_secret(void *buf, size_t len);

/* HKDF with SHA-256 (RFC 5869): len bytes, at most 8160, to out. 0, or -EIO: out is wiped. */
int ossl_hkdf(struct base_span secret, struct base_span salt, struct base_span info, uint8_t *out,
              size_t len);

/*
 * Turns "C=NZ, O=Lab, CN=x" into DER. RDNs stand in the order written; ',' separates them, '+' joins the
 * parts of one; special characters are escaped with '\' or \XX as in RFC 4514 2.4. Types are short names in
 * any case, "E" for an e-mail address, or dotted numbers. Values become PrintableString where their
 * characters allow (RFC 5280 4.1.2.4), otherwise UTF8String.
 * *len gets the length. 0, -EINVAL for malformed text, -ENOSPC when der is too small.
 */
int ossl_dn_parse(const char *text, uint8_t *der, size_t cap, size_t *len);

/*
 * Whether the library has this group: of those with a row only ML-KEM may be absent, from a build with an
 * OpenSSL before 3.5 or a run with one that was restricted. Thread: any.
 */
bool ossl_dh_has(enum crypt_dh group);

/* Why ML-KEM is absent, as the end of a sentence; NULL: it is there. Static storage. Thread: any. */
const char *ossl_dh_why_no_kem(void);

/*
 * A key pair from a private value as the RFCs print it (big-endian; X25519: the 32 bytes), for known-answer
 * tests. 0 and *out owned by the caller (dh_free), or -EINVAL.
 */
int ossl_dh_from_private(enum crypt_dh group, struct base_span private_value, struct crypt_dh_key **out);

/*
 * Puts the private keys that the library makes from now on where they are neither dumped nor swapped, at
 * most OSSL_SECRET_BYTES of them. Call it before its first key; again is fine. 0, or -ENOMEM: they are in
 * ordinary memory.
 */
#define OSSL_SECRET_BYTES (64u << 20)
int ossl_secret_start(void);

/* Gives back what was fetched from the library. Last call into this room; no other thread may be in it. */
void ossl_fini(void);
