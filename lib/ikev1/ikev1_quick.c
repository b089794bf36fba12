/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of quick mode: wiped when it is given back, with the SPI that nobody used. */
#include "ikev1_quick.h"

#include "base_secret.h"
#include "ike_core.h"

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
