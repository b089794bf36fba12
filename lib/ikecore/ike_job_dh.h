/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Jobs of a key exchange (RFC 7296 2.14). A key pair in a job is the job's: given to it, or made by it. */
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"
#include "crypt_ike_ops.h"
#include "ike_job.h"

struct ike_job_dh {
    struct ike_job job;
    enum crypt_dh group;
    struct crypt_dh_key *key;
    uint16_t peer_public_len;
    uint16_t public_len; /* 0: this kind makes no key pair, or it failed */
    uint16_t secret_len; /* 0: this kind derives nothing, or it failed */
    uint8_t peer_public[CRYPT_DH_MAX];
    uint8_t public_value[CRYPT_DH_MAX];
    uint8_t secret[CRYPT_DH_MAX];
};

/* Makes a key pair: key, public_value. */
extern const struct ike_job_kind ike_job_kind_dh_pair;

/* The secret of the job's key and the peer's public value. -EINVAL: a value that no honest peer sends. */
extern const struct ike_job_kind ike_job_kind_dh_secret;

/* What a responder needs at once: public_value for the answer, whose key is gone, or a KEM's ciphertext, and
 * the secret. */
extern const struct ike_job_kind ike_job_kind_dh_both;

/*
 * A job of one of these kinds. key, for dh_secret, is the job's from now on; NULL for the others. peer_public
 * is copied; longer than CRYPT_DH_MAX is left out, and the job will fail. NULL: no memory, and key is still
 * the caller's.
 */
struct ike_job_dh *ike_job_dh(const struct ike_job_kind *kind, enum crypt_dh group, struct crypt_dh_key *key,
                              struct base_span peer_public);

/* A job that is of one of these kinds as what it is. */
static inline struct ike_job_dh *ike_job_dh_of(struct ike_job *job)
{
    return (struct ike_job_dh *)job;
}
