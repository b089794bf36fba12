/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of SA_INIT. */
#include "ikev2_init.h"

#include <stdlib.h>
#include "ike_blob.h"
#include "ikev2_sa.h"

void ikev2_init_free(struct ikev2_sa *sa)
{
    if (!sa->init)
        return;
    ike_blob_free(&sa->init->msg_i);
    ike_blob_free(&sa->init->msg_r);
    free(sa->init);
    sa->init = NULL;
}
