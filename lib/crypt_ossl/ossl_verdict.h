/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside the room: what the library says about a chain as one of our faults, and as a sentence. */
#include <openssl/types.h>
#include "crypt_pki_ops.h"

/*
 * Fills fault and words from the library's error, where it happened, and the trust that was asked. crl: the
 * revocation list that it is about; NULL: none.
 */
void ossl_verdict_of(X509_STORE_CTX *store, X509_CRL *crl, const struct crypt_trust *trust, int64_t now,
                     struct crypt_verdict *out);

/* The certificate at a depth in words: "the peer's certificate (CN=x)", "the CA certificate of CN=y". */
void ossl_verdict_who(const X509 *x509, int depth, struct base_text *out);

/* "2026-11-29 04:25:26 UTC". */
void ossl_verdict_date(int64_t seconds, struct base_text *out);
