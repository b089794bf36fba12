/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of quick mode: wiped when it is given back, with the SPI that nobody used; and what comes into it of
 * key exchanges. */
#include "ikev1_quick.h"

#include <string.h>
#include "base_secret.h"
#include "ike_core.h"
#include "ike_job_dh.h"

struct ikev1_quick *ikev1_quick_new(void)
{
    return base_secret_new(sizeof(struct ikev1_quick));
}

void ikev1_quick_free(struct ike *ike, struct ikev1_quick *q)
{
    if (!q)
        return;
    if (q->spi_in)
        ike->env.spi_free(ike->env.ctx, q->spi_in);
    ike->env.crypto->dh_free(q->dh);
    ike_blob_free(&q->sa);
    ike_blob_free(&q->id_i);
    ike_blob_free(&q->id_r);
    base_secret_free(q);
}

bool ikev1_quick_take_ke(struct ikev1_quick *q, struct base_span ke)
{
    const struct crypt_alg *group = crypt_alg_find(CRYPT_TYPE_DH, (uint16_t)q->group, 0);
    if (q->group == CRYPT_DH_NONE)
        return ke.len == 0;
    if (!group || ke.len != group->out_bytes)
        return false;
    memcpy(q->peer_public, ke.ptr, ke.len);
    q->peer_public_len = (uint16_t)ke.len;
    return true;
}

void ikev1_quick_take_dh(struct ikev1_quick *q, struct ike_job_dh *d)
{
    if (d->public_len) {
        memcpy(q->public_value, d->public_value, d->public_len);
        q->public_len = d->public_len;
    }
    if (d->job.kind == &ike_job_kind_dh_pair) {
        q->dh = d->key;
        d->key = NULL;
    } else {
        memcpy(q->secret, d->secret, d->secret_len);
        q->secret_len = d->secret_len;
    }
}
