/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside the room: PKCS#12 archives (RFC 7292): a key with its certificates. */
#include <openssl/types.h>
#include "crypt_pki_ops.h"

/*
 * Opens an archive. key (NULL: not wanted) gets its private key, or NULL when there is none; the caller's.
 * certs (NULL: not wanted) gets the certificates, the key's own first, in the order of issue.
 * 0, -EACCES wrong or missing passphrase, -EINVAL; why has a sentence that begins with name.
 */
int ossl_pkcs12_read(const char *name, struct base_span bytes, const char *passphrase, EVP_PKEY **key,
                     struct crypt_certs *certs, struct base_text *why);
