/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside the room: which certificates the lists of a trust revoke, by marks of issuer and serial number. */
#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "crypt_pki_ops.h"

struct ossl_revoked {
    size_t n, cap;
    uint64_t *marks; /* owned; ascending after ossl_revoked_sort() */
};

/* Adds what a list revokes. False: no memory, or the library failed. */
bool ossl_revoked_add(struct ossl_revoked *r, X509_CRL *crl);
/* After the last one was added, and before anybody asks. */
void ossl_revoked_sort(struct ossl_revoked *r);
void ossl_revoked_free(struct ossl_revoked *r);

/* The mark of a certificate; 0: the library failed. */
uint64_t ossl_x509_mark(const X509 *x509);

uint64_t ossl_cert_mark(const struct crypt_cert *cert);
bool ossl_trust_lists(const struct crypt_trust *trust, uint64_t mark);
