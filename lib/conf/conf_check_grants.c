/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules over rows of single identities: a row that no peer can meet, an address that is not there to be
 * kept, and one that two have, are mistakes that nobody would see before a peer is refused.
 */
#include "conf_int.h"

#include "ike_grant.h"
#include "ike_index.h"
#include "ike_pattern.h"
#include "ossl_ops.h"

#define GRANT_PLACE_MAX 256

/* Where a row stands: "peers[3]", "line 4 of peers_file". */
static const char *grant_place(const struct ike_grant *row, char out[GRANT_PLACE_MAX])
{
    if (row->line)
        snprintf(out, GRANT_PLACE_MAX, "line %u of peers_file", row->line);
    else
        snprintf(out, GRANT_PLACE_MAX, "peers[%u]", row->at);
    return out;
}

/* Goes from a connection to a row. */
static size_t grant_enter(struct conf_reader *r, const struct ike_grant *row)
{
    char line[32];
    const size_t mark = conf_enter(r, "remote");
    conf_enter(r, row->line ? "peers_file" : "peers");
    snprintf(line, sizeof line, "line %u", row->line);
    if (row->line)
        conf_enter(r, line);
    else
        conf_enter_at(r, row->at);
    return mark;
}

static bool grant_is_met(const struct ike_conf *ike, const struct ike_conn_conf *c, const struct ike_id *id)
{
    struct ike_probes probes;
    struct ike_id probe;
    ike_probes_start(&probes, id, ike_index_shapes(ike));
    while (ike_probes_next(&probes, &probe))
        if (ike_id_equal(&probe, &c->remote_id))
            return true;
    return false;
}

static bool pool_holds(const struct ike_pool_conf *pool, const struct base_addr *addr)
{
    for (size_t i = 0; i < base_ts_count(pool->ranges); i++) {
        const struct base_ts *t = &pool->ranges->list[i];
        if (t->lo.family == addr->family && base_addr_compare(&t->lo, addr) <= 0 &&
            base_addr_compare(addr, &t->hi) <= 0)
            return true;
    }
    return false;
}

/* Whether an address is of a pool that this peer has. */
static bool grant_has(const struct ike_conf *ike, const struct ike_conn_conf *c, const struct ike_grant *row,
                      const struct base_addr *addr)
{
    const size_t n = row->n_pools ? row->n_pools : c->n_pools;
    for (size_t i = 0; i < n; i++) {
        const size_t number = row->n_pools ? row->pools[i] : c->pool_numbers[i];
        if (number < ike->n_pools && pool_holds(&ike->pools[number], addr))
            return true;
    }
    return false;
}

static void check_addresses(struct conf_reader *r, const struct ike_conf *ike, const struct ike_conn_conf *c,
                            const struct ike_grant *row)
{
    char text[BASE_ADDR_TEXT_MAX];
    const size_t mark = conf_enter(r, "address");
    for (size_t i = 0; i < row->n_addrs; i++)
        if (!grant_has(ike, c, row, &row->addrs[i]))
            conf_fail(r,
                      "%s lies in no pool of this peer, so packets to it would not find their way: write one "
                      "of remote.pools, or name its pool in \"pools\" of the row",
                      base_addr_text(&row->addrs[i], text));
    if (row->n_addrs == 2 && row->addrs[0].family == row->addrs[1].family)
        conf_fail(r, "has two addresses of one family; a peer has one of each");
    conf_leave(r, mark);
}

static void check_subnets(struct conf_reader *r, const struct ike_conf *ike, const struct ike_conn_conf *c,
                          const struct ike_grant *row)
{
    if ((row->local_ts || row->remote_ts) && c->n_children > 1)
        conf_fail(r, "has subnets, and its connection several children, whose own they cannot all replace; "
                     "give these identities a connection of their own");
    if (base_ts_has_dynamic(row->remote_ts) && !c->n_pools && !row->n_pools)
        conf_fail(r, "subnets: \"dynamic\" is the address that the peer gets; name pools in \"pools\"");
    if (base_ts_has_dynamic(row->local_ts) && !c->n_virtual_addrs)
        conf_fail(r,
                  "local_subnets: \"dynamic\" is the address that the peer gives us, and none is asked for");
    for (size_t i = 0; row->remote_ts && i < ike->n_pools; i++)
        if (ike->pools[i].ranges && base_ts_overlap(row->remote_ts, ike->pools[i].ranges))
            conf_fail(
                r,
                "subnets: overlap pool \"%s\", whose addresses are each one peer's; write \"dynamic\" for "
                "the address that the peer gets",
                ike->pools[i].name);
}

static void check_row(struct conf_reader *r, const struct ike_conf *ike, const struct ike_conn_conf *c,
                      const struct ike_grant *row)
{
    char id[IKE_ID_TEXT_MAX], pattern[IKE_ID_TEXT_MAX], place[GRANT_PLACE_MAX];
    const size_t mark = grant_enter(r, row);
    const struct ike_grant *first = ike_grant_of(c, &row->id);
    ike_id_text(&row->id, &ossl_ike_ops, id);
    if (!grant_is_met(ike, c, &row->id))
        conf_fail(r,
                  "id: %.100s is none of the identities that remote.id, %.100s, takes, so nobody ever has "
                  "this row",
                  id, ike_id_text(&c->remote_id, &ossl_ike_ops, pattern));
    if (first && first != row)
        conf_fail(r, "id: %.100s has a row already, %s; keep one of them", id, grant_place(first, place));
    check_addresses(r, ike, c, row);
    check_subnets(r, ike, c, row);
    conf_leave(r, mark);
}

/* The connection of a row, by its number. */
static const struct ike_conn_conf *conn_of(const struct ike_conf *ike, uint32_t number)
{
    size_t i = 0;
    while (i < ike->n_conns && number - ike->conns[i].first_grant >= ike->conns[i].n_grants)
        i++;
    return &ike->conns[i];
}

/* Sorted, those of one address are neighbours. An identity may have it on several connections. */
static void check_twice(struct conf_reader *r, const struct ike_conf *ike)
{
    const struct ike_grants *g = ike->grants;
    char text[BASE_ADDR_TEXT_MAX], place[GRANT_PLACE_MAX];
    for (size_t i = 1; i < g->n_reserved; i++) {
        const struct ike_reserved *a = &g->reserved[i - 1], *b = &g->reserved[i];
        const struct ike_grant *x = &g->list[a->grant], *y = &g->list[b->grant];
        if (!base_addr_equal(&a->addr, &b->addr) || (x != y && ike_id_equal(&x->id, &y->id)))
            continue;
        const size_t mark = conf_enter(r, conn_of(ike, b->grant)->name);
        grant_enter(r, y);
        conf_enter(r, "address");
        conf_fail(r, "%s is that of %s of connection \"%s\", too; an address is one peer's",
                  base_addr_text(&a->addr, text), grant_place(x, place), conn_of(ike, a->grant)->name);
        conf_leave(r, mark);
    }
}

void conf_check_grants(struct conf_reader *r, const struct ike_conf *ike)
{
    const size_t mark = conf_enter(r, "connections");
    for (size_t i = 0; i < ike->n_conns; i++) {
        const struct ike_conn_conf *c = &ike->conns[i];
        const size_t at = conf_enter(r, c->name);
        if (c->peers_only && !c->n_grants)
            conf_warn(
                r, "remote.peers_only lets nobody in: there is no row in remote.peers or remote.peers_file");
        for (uint32_t k = 0; k < c->n_grants; k++)
            check_row(r, ike, c, &ike->grants->list[c->first_grant + k]);
        conf_leave(r, at);
    }
    if (ike->grants)
        check_twice(r, ike);
    conf_leave(r, mark);
}
