/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside the room: what a file holds, whatever its name says, so that an error can say it. */
#include <stdbool.h>
#include "base_span.h"
#include "base_text.h"

/* A set of these. */
enum ossl_holds {
    OSSL_HOLDS_KEY = 1 << 0,
    OSSL_HOLDS_LOCKED_KEY = 1 << 1, /* a private key behind a passphrase */
    OSSL_HOLDS_CERT = 1 << 2,
    OSSL_HOLDS_PUBLIC = 1 << 3, /* a public key alone */
    OSSL_HOLDS_PKCS12 = 1 << 4,
    OSSL_HOLDS_CRL = 1 << 5,
    OSSL_HOLDS_REQUEST = 1 << 6, /* for a certificate */
    OSSL_HOLDS_OTHER = 1 << 7,   /* PEM of another label */
    OSSL_HOLDS_PEM = 1 << 8,     /* said with the others: it is PEM */
};

/* Looks at labels of PEM, or tries what DER there is. 0: none of these. */
unsigned ossl_sniff(struct base_span bytes);

/* "a certificate and a private key", "nothing that is known here (12 bytes)". */
void ossl_sniff_text(unsigned holds, struct base_span bytes, struct base_text *out);

/*
 * Calls fn for each DER object of these kinds (PEM blocks of one kind, or the whole of DER) until it returns
 * other than 0. Returns what it returned last, or -EINVAL for a PEM block that does not decode.
 */
int ossl_sniff_each(struct base_span bytes, enum ossl_holds kind, int (*fn)(void *ctx, struct base_span der),
                    void *ctx);
