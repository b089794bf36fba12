/* SPDX-License-Identifier: BSD-3-Clause */
/* IKEv1's part of an engine: made with its tables, and freed with all SAs. */
#include "ikev1_tables.h"

#include <errno.h>
#include <stdlib.h>
#include "base_wipe.h"
#include "ike_core.h"
#include "ikev1.h"
#include "ikev1_sa.h"

int ikev1_new(struct ike *ike, const struct ike_conf *conf)
{
    const size_t n = ike_slots(conf);
    struct ikev1 *v1 = ike->v1 = calloc(1, sizeof *v1);
    if (!v1 || ike_table_init(&v1->by_spi, n) < 0 || ike_table_init(&v1->by_id, n) < 0 ||
        ike_table_init(&v1->by_run, n) < 0 || ike_table_init(&v1->by_first, n) < 0 ||
        ike_table_init(&v1->by_place, n) < 0 || ike_table_init(&v1->by_prefix, n) < 0 ||
        ike_table_init(&v1->by_peer, n) < 0 || ike_table_init(&v1->by_child, n) < 0)
        return -ENOMEM;
    return 0;
}

void ikev1_free(struct ike *ike)
{
    struct ikev1 *v1 = ike->v1;
    if (!v1)
        return;
    while (v1->first) {
        v1->first->down_why = NULL;
        ikev1_sa_kill(ike, v1->first);
    }
    ikev1_settle(ike);
    ike_table_fini(&v1->by_spi);
    ike_table_fini(&v1->by_id);
    ike_table_fini(&v1->by_run);
    ike_table_fini(&v1->by_first);
    ike_table_fini(&v1->by_place);
    ike_table_fini(&v1->by_prefix);
    ike_table_fini(&v1->by_peer);
    ike_table_fini(&v1->by_child);
    ikev1_conns_free(&v1->conns);
    base_wipe(v1, sizeof *v1);
    free(v1);
    ike->v1 = NULL;
}
