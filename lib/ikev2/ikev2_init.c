/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of SA_INIT and IKE_AUTH. */
#include "ikev2_init.h"

#include <stdlib.h>
#include "base_wipe.h"
#include "ike_blob.h"
#include "ike_conf.h"
#include "ikev2_sa.h"

void ikev2_init_free(struct ikev2_sa *sa)
{
    if (!sa->init)
        return;
    ike_blob_free(&sa->init->msg_i);
    ike_blob_free(&sa->init->msg_r);
    struct ikev2_auth *a = &sa->init->auth;
    if (a->chain.ptr)
        base_wipe(a->chain.ptr, a->chain.len);
    ike_blob_free(&a->chain);
    if (a->conn)
        ike_conf_put(a->conn->conf);
    free(sa->init);
    sa->init = NULL;
}
