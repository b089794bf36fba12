/* SPDX-License-Identifier: BSD-3-Clause */
/* Pools, and who has which of their addresses. */
#include "ctl_api_cmd.h"

#include "api.h"
#include "ctl_json.h"
#include "ctl_page.h"
#include "pool_book.h"

#define EMPTY_PLACES 64                /* cost as much to pass over as one SA to look at */
#define RELOADS_MASK UINT64_C(0xfffff) /* a page's place must fit what JSON readers take */

static json_t *pool_json(const struct ctl *ctl, const struct pool_view *v, size_t number)
{
    const struct ike_conf *ike = ctl->conf->ike;
    json_t *o = json_object();
    if (number < ike->n_pools) {
        ctl_json_set(o, "name", ctl_json_text(v->name));
        ctl_json_set(o, "addresses", ctl_json_selectors(ike->pools[number].ranges));
        ctl_json_num(o, "size", v->size);
        ctl_json_num(o, "reserved", v->reserved);
        ctl_json_num(o, "free", v->free);
        ctl_json_num(o, "lease_s", ike->pools[number].lease_s);
    }
    ctl_json_num(o, "in_use", v->held);
    ctl_json_num(o, "kept", v->idle);
    return o;
}

/* All pools, and behind them those addresses that are in none, if there are any. */
static json_t *pools_json(const struct ctl *ctl, const struct pool_book *book)
{
    json_t *pools = json_array();
    struct pool_view v;
    for (size_t i = 0; pool_view(book, i, &v); i++)
        if (i < ctl->conf->ike->n_pools || v.held)
            json_array_append_new(pools, pool_json(ctl, &v, i));
    return pools;
}

static json_t *lease_json(const struct ctl *ctl, base_time now, const struct pool_record *r, size_t pool)
{
    json_t *o = json_object();
    ctl_json_set(o, "address", ctl_json_addr(&r->addr));
    if (pool < ctl->conf->ike->n_pools)
        ctl_json_set(o, "pool", ctl_json_text(ctl->conf->ike->pools[pool].name));
    ctl_json_set(o, "id", ctl_json_id(&r->id));
    ctl_json_set(o, "state", json_string(r->kind == POOL_RECORD_HELD ? "in use" : "kept"));
    ctl_json_set(o, "since_s", ctl_json_since(now, r->since));
    return o;
}

/* False, with *refusal: places are others since a reload. */
static bool place_of(const struct ctl *ctl, const struct ctl_page *page, size_t *place,
                     struct ctl_refusal *refusal)
{
    *place = page->after & UINT32_MAX;
    if (page->after == 0 || page->after >> 32 == (ctl->tally.reloads & RELOADS_MASK))
        return true;
    ctl_refuse(refusal, API_ERR_FAILED,
               "the configuration was loaded anew while its leases were listed; ask again");
    return false;
}

json_t *ctl_show_pools(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    const struct pool_book *book = ike_pools(ctl->ike);
    const base_time now = ctl_now();
    struct ctl_page page;
    struct pool_record r;
    size_t place, pool;
    if (!ctl_page_begin(&page, args, refusal) || !place_of(ctl, &page, &place, refusal))
        return NULL;
    json_t *document = json_object(), *leases = json_array();
    if (place == 0)
        ctl_json_set(document, "pools", pools_json(ctl, book));
    for (; place < pool_places(book) && !ctl_page_is_full(&page); place++) {
        size_t n = 0;
        for (; pool_lease_at(book, place, n, &r, &pool); n++)
            json_array_append_new(leases, lease_json(ctl, now, &r, pool));
        if (n || place % EMPTY_PLACES == 0)
            ctl_page_count(&page, n);
        page.after = (ctl->tally.reloads & RELOADS_MASK) << 32 | (place + 1);
    }
    ctl_json_set(document, "leases", leases);
    ctl_page_end(&page, document);
    return document;
}
