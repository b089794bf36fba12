/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a row of bypass lets by: some packets, and neither all of them nor all that a child is for. What it
 * takes from peers with addresses of a pool, or from nobody, is worth a warning.
 */
#include "conf_int.h"

#include "base_text.h"

static bool has_family(const struct base_ts_list *l, uint8_t family)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->list[i].lo.family == family)
            return true;
    return false;
}

static bool is_whole_family(const struct base_ts *t)
{
    struct base_ts all = {.port_hi = UINT16_MAX};
    base_prefix_range(&(struct base_prefix){.addr.family = t->lo.family}, &all.lo, &all.hi);
    return base_addr_equal(&t->lo, &all.lo) && base_addr_equal(&t->hi, &all.hi);
}

/* Whether some packet has both selectors at its ends, as far as family and protocol tell. */
static bool may_be_of_both(const struct base_ts *local, const struct base_ts *remote)
{
    return local->lo.family == remote->lo.family &&
           (!local->protocol || !remote->protocol || local->protocol == remote->protocol);
}

/* Each pair of selectors of a row by itself. False: it was said what is wrong. */
static bool bypass_check_pairs(struct conf_reader *r, const struct conf_bypass *b)
{
    bool is_any = false;
    for (size_t i = 0; i < b->local_ts->count; i++)
        for (size_t k = 0; k < b->remote_ts->count; k++) {
            const struct base_ts *local = &b->local_ts->list[i], *remote = &b->remote_ts->list[k];
            if (!may_be_of_both(local, remote))
                continue;
            is_any = true;
            if (!is_whole_family(local) || !is_whole_family(remote))
                continue;
            conf_fail(r,
                      "%s on both sides would make everything travel in clear, and no connection would "
                      "protect anything any more; name the networks of one side",
                      local->lo.family == BASE_AF_IP6 ? "::/0" : "0.0.0.0/0");
            return false;
        }
    if (!is_any)
        conf_fail(r,
                  "the protocols in brackets of local and remote exclude each other, so no packet is meant; "
                  "write the same one on both sides, or on one side alone");
    return is_any;
}

/* False: it was said what is wrong, as below. */
static bool bypass_check_dynamic(struct conf_reader *r, const char *name, const struct base_ts_list *side)
{
    const size_t mark = conf_enter(r, name);
    const bool is_dynamic = base_ts_has_dynamic(side);
    if (is_dynamic)
        conf_fail(r,
                  "\"dynamic\" is the address that an SA brings, and here there is none; write the network");
    conf_leave(r, mark);
    return !is_dynamic;
}

/* That each family of a side is one of the other's. */
static bool bypass_check_family(struct conf_reader *r, const char *name, const struct base_ts_list *side,
                                const char *other_name, const struct base_ts_list *other)
{
    const size_t mark = conf_enter(r, name);
    size_t i = 0;
    while (i < side->count && has_family(other, side->list[i].lo.family))
        i++;
    if (i < side->count)
        conf_fail(r,
                  "has a network of IPv%c, and %s has none of that family; a packet has both addresses "
                  "of one family",
                  side->list[i].lo.family == BASE_AF_IP6 ? '6' : '4', other_name);
    conf_leave(r, mark);
    return i == side->count;
}

static bool bypass_check_sides(struct conf_reader *r, const struct base_ts_list *local,
                               const struct base_ts_list *remote)
{
    return bypass_check_dynamic(r, "local", local) && bypass_check_dynamic(r, "remote", remote) &&
           bypass_check_family(r, "local", local, "remote", remote) &&
           bypass_check_family(r, "remote", remote, "local", local);
}

static void bypass_check_pools(struct conf_reader *r, const struct ike_conf *ike, const struct conf_bypass *b)
{
    for (size_t i = 0; i < ike->n_pools; i++)
        if (base_ts_overlap(ike->pools[i].ranges, b->remote_ts))
            conf_warn(r,
                      "remote overlaps pool \"%s\": what is for peers that have these addresses travels in "
                      "clear, and does not reach them",
                      ike->pools[i].name);
}

/* Of a dynamic side it is not known yet what it has. */
static bool sides_overlap(const struct base_ts_list *a, const struct base_ts_list *of_child)
{
    return base_ts_has_dynamic(of_child) || base_ts_overlap(a, of_child);
}

/* What is left to children, and whether any is concerned. */
static void bypass_check_children(struct conf_reader *r, const struct ike_conf *ike,
                                  const struct conf_bypass *b)
{
    bool is_of_use = ike->n_pools > 0;
    for (size_t i = 0; i < ike->n_conns; i++) {
        const struct ike_conn_conf *c = &ike->conns[i];
        is_of_use = is_of_use || c->n_grants;
        for (const struct ike_child_conf *k = c->children; k < c->children + c->n_children; k++) {
            if (!base_ts_count(k->local_ts) || !base_ts_count(k->remote_ts))
                continue;
            is_of_use = is_of_use || (sides_overlap(b->local_ts, k->local_ts) &&
                                      sides_overlap(b->remote_ts, k->remote_ts));
            if (!base_ts_within(k->local_ts, b->local_ts) || !base_ts_within(k->remote_ts, b->remote_ts))
                continue;
            conf_fail(r,
                      "overlaps all of connection \"%s\", child \"%s\", so nothing would go into its tunnel; "
                      "make the row smaller, or take the child out",
                      c->name, k->name);
            return;
        }
    }
    if (!is_of_use)
        conf_warn(
            r, "overlaps no connection's networks: it protects nothing less, but packets between local and "
               "remote are forwarded in clear, as by any router");
}

void conf_check_bypasses(struct conf_reader *r, const struct conf *conf)
{
    const size_t mark = conf_enter(r, "bypass");
    for (size_t i = 0; i < conf->n_bypasses; i++) {
        const struct conf_bypass *b = &conf->bypasses[i];
        const size_t at = conf_enter_at(r, i);
        if (bypass_check_sides(r, b->local_ts, b->remote_ts) && bypass_check_pairs(r, b)) {
            bypass_check_pools(r, conf->ike, b);
            bypass_check_children(r, conf->ike, b);
        }
        conf_leave(r, at);
    }
    conf_leave(r, mark);
}
