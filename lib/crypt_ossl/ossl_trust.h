/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside the room: what a crypt_trust is. It never changes once its maker has given it away; what it has
 * judged before it only remembers. */
#include <openssl/types.h>
#include "crypt_pki_ops.h"
#include "ossl_memo.h"
#include "ossl_revoked.h"

#define OSSL_TRUST_CAS_MAX 4096
#define OSSL_CRL_FILE_MAX  (64u << 20) /* bytes */

struct crypt_trust {
    _Atomic uint32_t refs;
    struct crypt_trust_rules rules;
    X509_STORE *store; /* owned; the CAs and the CRLs, for the library */
    size_t n_cas, cap;
    struct crypt_cert **cas; /* owned, each a reference */
    size_t n_crls;
    struct ossl_revoked revoked; /* by lists that one of the CAs has signed */
    size_t n_dates, dates_cap;
    int64_t *dates; /* owned; from when and until when each of all these is valid */
    struct ossl_memo *memo;
};

/* The span of time around now in which no CA and no list of the trust begins or ends. */
struct ossl_memo_span ossl_trust_span(const struct crypt_trust *trust, int64_t now);
