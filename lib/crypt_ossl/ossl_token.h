/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Inside the room: keys and certificates in hardware by "pkcs11:" URI (RFC 7512). The provider "pkcs11"
 * (package pkcs11-provider) does it; where there is none, the engine "pkcs11" (package
 * libengine-pkcs11-openssl). Which PKCS#11 module it is: "module-path" of the first URI, else p11-kit's
 * configuration. One module serves all.
 */
#include <openssl/types.h>
#include <stdbool.h>
#include "base_text.h"

bool ossl_token_is_uri(const char *where);

/*
 * Opens a private key. *out is the caller's; *lib is where it is to be used, and stays the room's. pin: NULL
 * when the URI has it. 0; -EACCES the PIN is wrong or missing; -ENOENT no such key; -EINVAL; and why.
 */
int ossl_token_key(const char *uri, const char *pin, EVP_PKEY **out, OSSL_LIB_CTX **lib,
                   struct base_text *why);

/*
 * Takes a certificate, the one that the URI names. *out is the caller's. pin: NULL when the URI has it, or
 * when the token shows certificates to everybody, as most do. As above.
 */
int ossl_token_cert(const char *uri, const char *pin, X509 **out, struct base_text *why);

/* Gives the provider or engine back. No key of it may live. */
void ossl_token_close(void);
