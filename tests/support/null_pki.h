/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Test double of crypt_pki_ops: certificates are lines of text, signatures are hashes with the key's name in
 * them, and nothing is secret. References are counted, so that a test sees what leaks.
 *
 * A key is "KIND:NAME"; KIND is r (RSA), e (ECDSA P-256) or d (Ed25519).
 * A certificate is "KIND:NAME:IDENTITIES:ISSUER:NOT-AFTER": identities as bytes with commas between them, of
 * any type, the first of which is the subject; the name of who issued it; and a number of seconds, which may
 * be missing. A raw public key is "KIND:NAME".
 */
#include "crypt_pki_ops.h"

extern const struct crypt_pki_ops null_pki_ops;

/* The caller's reference. Texts that are no such thing abort. */
struct crypt_key *null_pki_key(const char *text);
struct crypt_cert *null_pki_cert(const char *text);

/*
 * A trust in authorities, whose names have commas between them; "-NAME" is the subject of a certificate on a
 * revocation list. The caller's reference.
 */
struct crypt_trust *null_pki_trust(const char *names);

/* Objects that somebody still holds. */
unsigned null_pki_alive(void);
