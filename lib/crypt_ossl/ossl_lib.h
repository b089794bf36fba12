/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Inside the room: OpenSSL library contexts of our own for keys and certificates. No configuration file is
 * read into them and nothing but what is named here is loaded, so that a machine's openssl.cnf changes
 * nothing.
 */
#include <openssl/types.h>

/* Keys in memory and all certificates: the default provider. NULL: the library does not start. */
OSSL_LIB_CTX *ossl_lib(void);

/* Frees it. No other thread may be in this room, and nothing that was made in it may live. */
void ossl_lib_close(void);
