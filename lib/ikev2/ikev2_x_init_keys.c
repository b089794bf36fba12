/* SPDX-License-Identifier: BSD-3-Clause */
/* The end of the key exchange of IKE_SA_INIT, for both sides: the keys of the SA, or a failure. */
#include <errno.h>
#include "base_span.h"
#include "base_wipe.h"
#include "crypt_alg.h"
#include "explain.h"
#include "ike_core.h"
#include "ike_job.h"
#include "ike_job_dh.h"
#include "ike_nonce.h"
#include "ikev2_init.h"
#include "ikev2_keymat.h"
#include "ikev2_sa.h"
#include "ikev2_x_init.h"

static int init_derive_keys(struct ike *ike, struct ikev2_sa *sa, const struct ike_job_dh *r)
{
    uint8_t seed[CRYPT_PRF_MAX];
    const struct ikev2_keymat_algs algs = {(enum crypt_prf)sa->algs.prf->id, sa->algs.encr, sa->algs.integ};
    const struct base_span ni = ike_nonce_span(&sa->init->ni), nr = ike_nonce_span(&sa->init->nr);
    int rc =
        ikev2_keymat_skeyseed(ike->env.crypto, algs.prf, ni, nr, base_span(r->secret, r->secret_len), seed);
    if (rc == 0)
        rc = ikev2_keymat_derive(ike->env.crypto, &algs, base_span(seed, sa->algs.prf->out_bytes), ni, nr,
                                 sa->spi_i, sa->spi_r, &sa->keys, &sa->init->proof);
    base_wipe(seed, sizeof seed);
    return rc;
}

enum ikev2_outcome ikev2_init_fail(struct ike *ike, struct ikev2_sa *sa)
{
    IKE_COUNT(ike, sa, failed);
    return IKEV2_TURNS;
}

enum ikev2_outcome ikev2_init_fail_job(struct ike *ike, struct ikev2_sa *sa, const struct ike_job *job)
{
    /* A public value that no honest peer sends: nothing to be answered. All other failures are ours. */
    if (job->status == -EINVAL)
        explain_malformed(ike, ikev2_sa_about(sa), "its public value of the key exchange");
    else
        explain_key_exchange(ike, ikev2_sa_about(sa), -job->status);
    return ikev2_init_fail(ike, sa);
}

bool ikev2_init_take_secret(struct ike *ike, struct ikev2_sa *sa, struct ike_job *job)
{
    if (job->status != 0) {
        ikev2_init_fail_job(ike, sa, job);
        return false;
    }
    if (init_derive_keys(ike, sa, ike_job_dh_of(job)) != 0) {
        ikev2_init_fail(ike, sa);
        return false;
    }
    return true;
}
