/* SPDX-License-Identifier: BSD-3-Clause */
/* IKEv2's part of an engine: made with its tables, and freed with all SAs. */
#include "ikev2_tables.h"

#include <errno.h>
#include <stdlib.h>
#include "base_wipe.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_table.h"
#include "ikev2.h"
#include "ikev2_auth.h"
#include "ikev2_cookie.h"
#include "ikev2_sa.h"

static int tables_make(struct ikev2 *v2, const struct ike_conf *conf)
{
    v2->n_slots = ike_slots(conf);
    v2->by_spi = ike_table_slots(v2->n_slots, sizeof(*v2->by_spi));
    v2->by_init = ike_table_slots(v2->n_slots, sizeof(*v2->by_init));
    v2->by_id = ike_table_slots(v2->n_slots, sizeof(*v2->by_id));
    v2->by_run = ike_table_slots(v2->n_slots, sizeof(*v2->by_run));
    v2->by_place = ike_table_slots(v2->n_slots, sizeof(*v2->by_place));
    v2->by_child = ike_table_slots(v2->n_slots, sizeof(*v2->by_child));
    return v2->by_spi && v2->by_init && v2->by_id && v2->by_run && v2->by_place && v2->by_child ? 0 : -ENOMEM;
}

int ikev2_new(struct ike *ike, const struct ike_conf *conf)
{
    ike->v2 = calloc(1, sizeof *ike->v2);
    if (!ike->v2 || tables_make(ike->v2, conf) < 0 || ikev2_peers_init(ike, ike->v2->n_slots) < 0)
        return -ENOMEM;
    ike->v2->auth_methods = ikev2_auth_methods;
    ikev2_cookie_init(ike);
    return 0;
}

void ikev2_free(struct ike *ike)
{
    struct ikev2 *v2 = ike->v2;
    if (!v2)
        return;
    while (v2->first) {
        v2->first->quiet = true;
        ikev2_sa_kill(ike, v2->first);
    }
    ikev2_settle(ike);
    free(v2->by_spi);
    free(v2->by_init);
    free(v2->by_id);
    free(v2->by_run);
    ikev2_peers_fini(ike);
    free(v2->by_place);
    free(v2->by_child);
    base_wipe(v2, sizeof *v2);
    free(v2);
    ike->v2 = NULL;
}
