/* SPDX-License-Identifier: BSD-3-Clause */
/* Key exchange as jobs: make a key pair, derive a secret, or both at once. */
#include "ike_job_dh.h"

#include <errno.h>
#include <string.h>
#include "base_span.h"
#include "base_wipe.h"
#include "crypt_alg.h"
#include "crypt_ike_ops.h"
#include "ike_job.h"

static int dh_make_key(const struct crypt_ike_ops *ops, struct ike_job_dh *d)
{
    const struct crypt_alg *alg = crypt_alg_find(CRYPT_TYPE_DH, (uint16_t)d->group, 0);
    if (!alg)
        return -EINVAL;
    const int rc = ops->dh_new(d->group, &d->key, d->public_value);
    if (rc == 0)
        d->public_len = alg->out_bytes;
    return rc;
}

static int dh_derive_secret(const struct crypt_ike_ops *ops, struct ike_job_dh *d)
{
    size_t len = 0;
    const int rc = ops->dh_derive(d->key, base_span(d->peer_public, d->peer_public_len), d->secret, &len);
    if (rc == 0)
        d->secret_len = (uint16_t)len;
    else
        base_wipe(d->secret, sizeof d->secret);
    return rc;
}

static void dh_drop(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    struct ike_job_dh *d = ike_job_dh_of(job);
    ops->dh_free(d->key);
    d->key = NULL;
}

static int dh_run_new(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    return dh_make_key(ops, ike_job_dh_of(job));
}

static int dh_run_derive(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    return dh_derive_secret(ops, ike_job_dh_of(job));
}

static int dh_run_both(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    struct ike_job_dh *d = ike_job_dh_of(job);
    const struct crypt_alg *alg = crypt_alg_find(CRYPT_TYPE_DH, (uint16_t)d->group, 0);
    size_t len = 0;
    if (!alg)
        return -EINVAL;
    const int rc = ops->dh_answer(d->job.turn, d->group, base_span(d->peer_public, d->peer_public_len),
                                  d->public_value, d->secret, &len);
    if (rc == 0) {
        d->public_len = alg->answer_bytes;
        d->secret_len = (uint16_t)len;
    } else {
        base_wipe(d->secret, sizeof d->secret);
    }
    return rc;
}

const struct ike_job_kind ike_job_kind_dh_pair = {"dh_pair", sizeof(struct ike_job_dh), dh_run_new, dh_drop};
const struct ike_job_kind ike_job_kind_dh_secret = {"dh_secret", sizeof(struct ike_job_dh), dh_run_derive,
                                                    dh_drop};
const struct ike_job_kind ike_job_kind_dh_both = {"dh_both", sizeof(struct ike_job_dh), dh_run_both, dh_drop};

/* The others take from half a millisecond to many. */
static bool dh_is_short(enum crypt_dh group)
{
    return group == CRYPT_DH_X25519 || group == CRYPT_DH_ECP_256;
}

struct ike_job_dh *ike_job_dh(const struct ike_job_kind *kind, enum crypt_dh group, struct crypt_dh_key *key,
                              struct base_span peer_public)
{
    struct ike_job *job = ike_job_new(kind);
    if (!job)
        return NULL;
    struct ike_job_dh *d = ike_job_dh_of(job);
    d->job.is_short = dh_is_short(group);
    d->group = group;
    d->key = key;
    if (peer_public.len && peer_public.len <= CRYPT_DH_MAX) {
        d->peer_public_len = (uint16_t)peer_public.len;
        memcpy(d->peer_public, peer_public.ptr, peer_public.len);
    }
    return d;
}
