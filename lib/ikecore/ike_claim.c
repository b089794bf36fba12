/* SPDX-License-Identifier: BSD-3-Clause */
/* The index of what children hold, and the one rule between identities. */
#include "ike_claim.h"

#include <errno.h>
#include <stdlib.h>
#include "base_ts.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_overlap.h"

int ike_claim_enter(struct ike *ike, struct ike_claim_entry *e, const struct base_ts_list *remote,
                    const void *child, ike_claim_fn *says)
{
    *e = (struct ike_claim_entry){child, says, calloc(remote->count, sizeof *e->nodes), remote->count};
    if (!e->nodes)
        return -ENOMEM;
    for (size_t i = 0; i < e->n; i++) {
        const uint64_t key = ++ike->claims.last;
        e->nodes[i] = (struct ike_span_node){.lo = remote->list[i].lo,
                                             .hi = remote->list[i].hi,
                                             .priority = ike_hash(ike, &key, sizeof key),
                                             .owner = e};
        ike_spans_add(&ike->claims.spans, &e->nodes[i]);
    }
    return 0;
}

void ike_claim_leave(struct ike *ike, struct ike_claim_entry *e)
{
    for (size_t i = 0; i < e->n; i++)
        ike_spans_remove(&ike->claims.spans, &e->nodes[i]);
    free(e->nodes);
    *e = (struct ike_claim_entry){0};
}

struct claim_search {
    const struct ike_claim *want;
    struct ike_claim *holder;
};

static bool claims_share(const struct ike_claim *a, const struct ike_claim *b)
{
    return a->child->priority && b->child->priority;
}

static bool claim_is_foreign(void *owner, void *ctx)
{
    const struct ike_claim_entry *e = owner;
    const struct claim_search *s = ctx;
    struct ike_claim held;
    if (!e->says(e->child, &held) || (held.conn == s->want->conn && !held.conn->remote_id.pattern) ||
        ike_id_equal(held.remote_id, s->want->remote_id) || claims_share(&held, s->want) ||
        !base_ts_overlap(held.remote_ts, s->want->remote_ts) ||
        !base_ts_overlap(held.local_ts, s->want->local_ts))
        return false;
    *s->holder = held;
    return true;
}

bool ike_claim_any(const struct ike *ike, const struct base_ts_list *remote,
                   bool (*visit)(void *entry, void *ctx), void *ctx)
{
    for (size_t i = 0; i < remote->count; i++) {
        const struct base_ts *t = &remote->list[i];
        if (ike_spans_any(&ike->claims.spans, &t->lo, &t->hi, visit, ctx))
            return true;
    }
    return false;
}

bool ike_claim_is_taken(const struct ike *ike, const struct ike_claim *want, struct ike_claim *holder)
{
    struct claim_search s = {want, holder};
    return ike_claim_any(ike, want->remote_ts, claim_is_foreign, &s);
}
