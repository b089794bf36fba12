/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of SA_INIT and IKE_AUTH. */
#include "ikev2_init.h"

#include <stdlib.h>
#include "base_secret.h"
#include "base_wipe.h"
#include "ike_blob.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

bool ikev2_init_is_long(struct base_span request)
{
    return request.len > IKEV2_LONG_FROM;
}

bool ikev2_init_has_room(const struct ike *ike, struct base_span request)
{
    return !ikev2_init_is_long(request) || ike->v2->long_bytes + request.len <= IKEV2_LONG_BYTES_MAX;
}

bool ikev2_init_keep(struct ike *ike, struct ikev2_init *init, struct base_span request)
{
    if (!ikev2_init_has_room(ike, request) || ike_blob_set(&init->msg_i, request) < 0)
        return false;
    ike->v2->long_bytes -= init->long_bytes;
    init->long_bytes = ikev2_init_is_long(request) ? request.len : 0;
    ike->v2->long_bytes += init->long_bytes;
    return true;
}

void ikev2_init_free(struct ike *ike, struct ikev2_sa *sa)
{
    if (!sa->init)
        return;
    ike->v2->long_bytes -= sa->init->long_bytes;
    ike_blob_free(&sa->init->msg_i);
    ike_blob_free(&sa->init->msg_r);
    struct ikev2_auth *a = &sa->init->auth;
    if (a->chain.ptr)
        base_wipe(a->chain.ptr, a->chain.len);
    ike_blob_free(&a->chain);
    if (a->conn)
        ike_conf_put(a->conn->conf);
    base_secret_free(sa->init);
    sa->init = NULL;
}
