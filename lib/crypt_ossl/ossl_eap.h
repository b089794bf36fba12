/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * EAP's cryptography over OpenSSL 3. MD4 and DES are in its legacy provider, a module of its own, which is
 * loaded into a library context of its own: nothing else of the process gets to see weak algorithms.
 */
#include "crypt_eap_ops.h"

extern const struct crypt_eap_ops ossl_eap_ops;

/*
 * Loads the legacy provider; call it before the process gives up the right to open files. Again is fine. 0,
 * or -ENOTSUP: it is not there, and md4 and des say so from then on. Thread: any.
 */
int ossl_eap_start(void);

/* Gives all that back. Last call into this file; no other thread may be in it. */
void ossl_eap_fini(void);
