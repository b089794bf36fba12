/* SPDX-License-Identifier: BSD-3-Clause */
/* Inner addresses from their beginning to their end, and selectors made of them. */
#include "ikev2_inner.h"

#include <stdlib.h>
#include <string.h>
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_grant.h"
#include "ikev2_sa.h"
#include "pool_book.h"

static void inner_give_back(struct ike *ike, const struct ikev2_sa *sa)
{
    const struct ikev2_inner *in = sa->inner;
    for (size_t i = 0; in->is_ours && i < in->n; i++)
        pool_release(ike->pools, &in->addrs[i], sa->id, ike->now);
}

struct ikev2_inner *ikev2_inner_new(struct ike *ike, struct ikev2_sa *sa)
{
    ikev2_inner_end(ike, sa);
    sa->inner = calloc(1, sizeof *sa->inner);
    return sa->inner;
}

void ikev2_inner_end(struct ike *ike, struct ikev2_sa *sa)
{
    if (!sa->inner)
        return;
    inner_give_back(ike, sa);
    free(sa->inner->subnets);
    free(sa->inner);
    sa->inner = NULL;
}

void ikev2_inner_move(struct ike *ike, struct ikev2_sa *from, struct ikev2_sa *to)
{
    if (!from->inner || to->inner)
        return;
    to->inner = from->inner;
    from->inner = NULL;
    for (size_t i = 0; to->inner->is_ours && i < to->inner->n; i++)
        pool_hand_over(ike->pools, &to->inner->addrs[i], from->id, to->id);
}

void ikev2_inner_own(const struct ikev2_sa *sa, const struct base_ts_list *local,
                     struct base_addr out[IKEV2_INNER_MAX])
{
    const struct ikev2_inner *in = sa->inner;
    size_t n = 0;
    memset(out, 0, IKEV2_INNER_MAX * sizeof *out);
    for (size_t i = 0; in && !in->is_ours && i < in->n; i++) {
        const struct base_ts t = {.port_hi = UINT16_MAX, .lo = in->addrs[i], .hi = in->addrs[i]};
        if (base_ts_holds(local, &t))
            out[n++] = in->addrs[i];
    }
}

/* All addresses of the families that we ask for, in the place of each dynamic selector. */
static void inner_fill_wide(const struct ike_conn_conf *conn, const struct base_ts_list *l,
                            struct base_ts_list *out)
{
    out->count = out->skipped = 0;
    for (size_t i = 0; i < l->count; i++) {
        struct base_ts t = l->list[i];
        const bool is_dynamic = base_ts_is_dynamic(&t);
        for (size_t k = 0; k < (is_dynamic ? conn->n_virtual_addrs : 1) && out->count < BASE_TS_MAX; k++) {
            if (is_dynamic)
                base_prefix_range(&(struct base_prefix){.addr.family = conn->virtual_addrs[k].family}, &t.lo,
                                  &t.hi);
            out->list[out->count++] = t;
        }
    }
}

const struct base_ts_list *ikev2_inner_ts(const struct ikev2_sa *sa, const struct base_ts_list *l,
                                          bool is_local, struct base_ts_list *out)
{
    const struct ikev2_inner *in = sa->inner;
    const struct ike_grant *row = ike_grant_of(sa->conn, sa->remote_id);
    const struct base_ts_list *own = !row ? NULL : is_local ? row->local_ts : row->remote_ts;
    const bool has = in && in->is_ours != is_local;
    if (own)
        l = own;
    if (!base_ts_has_dynamic(l))
        return l;
    if (is_local && !in && sa->is_initiator && sa->state < IKEV2_ST_UP)
        inner_fill_wide(sa->conn, l, out);
    else
        base_ts_fill(out, l, has ? in->addrs : NULL, has ? in->n : 0);
    return out;
}
