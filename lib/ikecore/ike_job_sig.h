/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Jobs of signatures (RFC 7296 2.15, RFC 4754, RFC 7427): to sign with a key of ours, and to check a peer's
 * signature together with the certificate that it came with, its chain and the identity in it. A check that
 * says no also says why, for an explanation. Thread: any, as ike_job.h.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "crypt_pki_ops.h"
#include "crypt_sig.h"
#include "ike_conf.h"
#include "ike_cred.h"
#include "ike_job_auth.h"
#include "wire_ike.h"

/* What a check found; all but GOOD refuses the peer. */
enum ike_sig_finding {
    IKE_SIG_GOOD,
    IKE_SIG_METHOD,    /* a method or an algorithm that is not taken here */
    IKE_SIG_WEAK,      /* one that is taken only where the connection allows what is weak */
    IKE_SIG_NO_CERT,   /* no certificate came, and none of this peer is configured */
    IKE_SIG_URL,       /* a URL came instead of a certificate */
    IKE_SIG_FORM,      /* its certificate is encoded in a way that is not taken */
    IKE_SIG_MALFORMED, /* it cannot be read; `words` say more */
    IKE_SIG_CHAIN,     /* `verdict` says more */
    IKE_SIG_PINNED,    /* it is good, but not the one that is configured */
    IKE_SIG_TIME,      /* the one that is configured is expired or not yet valid; `words` say which */
    IKE_SIG_NAME,      /* it does not name the identity; `words` are what it does name */
    IKE_SIG_WRONG      /* the signature is by another key, or covers something else */
};

struct ike_job_sign {
    struct ike_job_auth auth;
    const struct ike_conf *conf; /* a reference; owns what follows */
    const struct ike_cred *cred;
    enum crypt_sig sig;
};

struct ike_job_verify {
    struct ike_job_auth auth;
    const struct ike_conf *conf;      /* a reference; owns what follows */
    const struct ike_conn_conf *conn; /* whom the peer is to be */
    struct ike_id peer;               /* who it says that it is */
    int64_t now;                      /* seconds since 1970 */
    uint8_t first_type;               /* of the peer's payloads */
    uint8_t *payloads;                /* as they came, owned */
    size_t payloads_len;
    /* Found: */
    bool is_bare; /* no certificate came */
    enum ike_sig_finding finding;
    enum crypt_sig sig; /* NONE: not known */
    struct crypt_verdict verdict;
    struct crypt_marks shown; /* the certificates that were good; none: a raw key */
    char words[CRYPT_WORDS_MAX];
};

/*
 * A job that signs with this credential of conf (a reference is taken), by a scheme that its key can make.
 * The caller sets auth.prf and octets. NULL: no memory.
 */
struct ike_job_auth *ike_job_sign_new(const struct ike_conf *conf, const struct ike_cred *cred,
                                      enum crypt_sig sig);

/*
 * A job that checks the AUTH data of `method` by the CERT payloads of a message of the peer's, which is
 * copied: its payloads, of which the first has type `first_type`, were parsed before. A reference to
 * conn->conf is taken. NULL: no memory.
 */
struct ike_job_auth *ike_job_verify_new(const struct ike_conn_conf *conn, const struct ike_id *peer,
                                        uint8_t method, int64_t now, uint8_t first_type,
                                        struct base_span payloads);

/* The check that such a job is. */
const struct ike_job_verify *ike_job_verify_of(const struct ike_job_auth *a);

/* The credential whose signature was made. */
const struct ike_cred *ike_job_sign_cred(const struct ike_job_auth *a);
