/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside the room: what a crypt_key is. It never changes once made. Contracts: crypt_pki_ops.h. */
#include <openssl/types.h>
#include "crypt_pki_ops.h"
#include "ossl_kind.h"

struct crypt_key {
    _Atomic uint32_t refs;
    EVP_PKEY *pkey;    /* owned */
    OSSL_LIB_CTX *lib; /* where it is used; NULL: the library's default one */
    bool is_hard;      /* it is in hardware */
    struct ossl_kind kind;
    struct crypt_cert *public; /* its public part; NULL: the hardware does not tell */
};
