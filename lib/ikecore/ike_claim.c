/* SPDX-License-Identifier: BSD-3-Clause */
/* The index of what children hold, and the one rule between identities. */
#include "ike_claim.h"

#include <errno.h>
#include <stdlib.h>
#include "base_ts.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_ids.h"
#include "ike_overlap.h"

#define CASE_BIT 0x20 /* of ASCII */

/*
 * An identity that holds something. Entries that have the same one are of equal identities, as ike_id_equal()
 * says: a hash finds it and decides nothing, since peers choose what is hashed. An equal one that is encoded
 * otherwise, as a DN may be, can have another one: then its entries are looked at, one by one.
 */
struct ike_claimant {
    struct ike_node node;
    size_t entries;
    const struct ike_id *id; /* kept */
};

/* The same for identities that differ in case only, which may be equal. */
static uint64_t claimant_key(const struct ike *ike, const struct ike_id *id)
{
    uint8_t text[IKE_ID_MAX + 1] = {id->type};
    for (size_t i = 0; i < id->len; i++)
        text[i + 1] = id->bytes[i] | CASE_BIT;
    return ike_hash(ike, text, id->len + 1u);
}

/* NULL: it holds nothing. */
static struct ike_claimant *claimant_find(const struct ike *ike, const struct ike_id *id)
{
    const uint64_t key = claimant_key(ike, id);
    const struct ike_node *n = ike_table_next(&ike->claims.claimants, key, NULL);
    while (n && !ike_id_equal(((struct ike_claimant *)n->owner)->id, id))
        n = ike_table_next(&ike->claims.claimants, key, n);
    return n ? n->owner : NULL;
}

static struct ike_claimant *claimant_get(struct ike *ike, const struct ike_id *id)
{
    struct ike_claimant *c = claimant_find(ike, id);
    if (!c) {
        c = calloc(1, sizeof *c);
        if (c)
            c->id = ike_ids_get(ike, id);
        if (!c || !c->id) {
            free(c);
            return NULL;
        }
        ike_table_add(&ike->claims.claimants, &c->node, claimant_key(ike, id), c);
    }
    c->entries++;
    return c;
}

static void claimant_put(struct ike *ike, struct ike_claimant *c)
{
    if (!c || --c->entries)
        return;
    ike_table_remove(&ike->claims.claimants, &c->node);
    ike_ids_put(ike, c->id);
    free(c);
}

int ike_claim_init(struct ike *ike, size_t n_slots)
{
    return ike_table_init(&ike->claims.claimants, n_slots);
}

void ike_claim_fini(struct ike *ike)
{
    ike_table_fini(&ike->claims.claimants);
}

int ike_claim_enter(struct ike *ike, struct ike_claim_entry *e, const struct ike_id *remote_id,
                    const struct base_ts_list *remote, const void *child, ike_claim_fn *says)
{
    struct ike_span_node *nodes = calloc(remote->count, sizeof *nodes);
    struct ike_claimant *claimant = nodes ? claimant_get(ike, remote_id) : NULL;
    *e = (struct ike_claim_entry){0};
    if (!claimant) {
        free(nodes);
        return -ENOMEM;
    }
    *e = (struct ike_claim_entry){child, says, nodes, remote->count, claimant};
    for (size_t i = 0; i < e->n; i++) {
        const uint64_t key = ++ike->claims.last;
        e->nodes[i] = (struct ike_span_node){.lo = remote->list[i].lo,
                                             .hi = remote->list[i].hi,
                                             .priority = ike_hash(ike, &key, sizeof key),
                                             .owner = e,
                                             .kind = claimant};
        ike_spans_add(&ike->claims.spans, &e->nodes[i]);
    }
    return 0;
}

void ike_claim_leave(struct ike *ike, struct ike_claim_entry *e)
{
    for (size_t i = 0; i < e->n; i++)
        ike_spans_remove(&ike->claims.spans, &e->nodes[i]);
    free(e->nodes);
    claimant_put(ike, e->claimant);
    *e = (struct ike_claim_entry){0};
}

struct claim_search {
    const struct ike_claim *want;
    struct ike_claim *holder;
};

static bool claims_share(const struct ike_claim *a, const struct ike_claim *b)
{
    return (a->child->priority && b->child->priority) || ike_child_conf_differs_in_dscp(a->child, b->child);
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

static bool claims_any(const struct ike *ike, const struct base_ts_list *remote,
                       const struct ike_claimant *but, bool (*visit)(void *entry, void *ctx), void *ctx)
{
    for (size_t i = 0; i < remote->count; i++) {
        const struct base_ts *t = &remote->list[i];
        if (ike_spans_any(&ike->claims.spans, &t->lo, &t->hi, but, visit, ctx))
            return true;
    }
    return false;
}

bool ike_claim_any(const struct ike *ike, const struct base_ts_list *remote,
                   bool (*visit)(void *entry, void *ctx), void *ctx)
{
    return claims_any(ike, remote, NULL, visit, ctx);
}

bool ike_claim_is_taken(const struct ike *ike, const struct ike_claim *want, struct ike_claim *holder)
{
    struct claim_search s = {want, holder};
    const struct ike_claimant *own = claimant_find(ike, want->remote_id);
    return claims_any(ike, want->remote_ts, own, claim_is_foreign, &s);
}
