/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside the room: what a crypt_trust is. It never changes once its maker has given it away. */
#include <openssl/types.h>
#include "crypt_pki_ops.h"

#define OSSL_TRUST_CAS_MAX 4096
#define OSSL_CRL_FILE_MAX  (64u << 20) /* bytes */

struct crypt_trust {
    _Atomic uint32_t refs;
    struct crypt_trust_rules rules;
    X509_STORE *store; /* owned; the CAs and the CRLs, for the library */
    size_t n_cas, cap;
    struct crypt_cert **cas; /* owned, each a reference */
    size_t n_crls;
};
