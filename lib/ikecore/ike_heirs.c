/* SPDX-License-Identifier: BSD-3-Clause */
/* Heirs are found by name, most of them at the same place as before. */
#include "ike_heirs.h"

#include <stdlib.h>
#include <string.h>

/* `hint`: where it probably is. */
static const struct ike_conn_conf *heir_find(const struct ike_conf *to, const char *name, size_t hint)
{
    return hint < to->n_conns && strcmp(to->conns[hint].name, name) == 0 ? &to->conns[hint]
                                                                         : ike_conf_conn(to, name);
}

struct ike_heirs *ike_heirs_new(const struct ike_conf *from, const struct ike_conf *to)
{
    struct ike_heirs *h = calloc(1, sizeof *h + from->n_conns * sizeof h->list[0]);
    if (!h)
        return NULL;
    h->from = ike_conf_get(from);
    h->to = ike_conf_get(to);
    h->runs = ike_runs_new(to);
    if (!h->runs) {
        ike_heirs_free(h);
        return NULL;
    }
    for (size_t i = 0; i < to->n_conns; i++)
        h->runs[i].parent = IKE_HEIR_NONE;
    for (size_t i = 0; i < from->n_conns; i++) {
        const struct ike_conn_conf *c = heir_find(to, from->conns[i].name, i);
        h->list[i].number = c ? (uint32_t)(c - to->conns) : IKE_HEIR_NONE;
        h->list[i].asks = c ? ike_conn_conf_asks(&from->conns[i], c) : IKE_ASKS_SA;
        if (c)
            h->runs[h->list[i].number].parent = (uint32_t)i;
    }
    return h;
}

void ike_heirs_free(struct ike_heirs *h)
{
    if (!h)
        return;
    ike_runs_free(h->runs, h->to->n_conns);
    ike_conf_put(h->from);
    ike_conf_put(h->to);
    free(h);
}
