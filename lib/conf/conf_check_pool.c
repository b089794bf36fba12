/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules over pools: addresses are given once, and packets to them find their way only when nobody else has
 * them. What a connection does with pools must make sense, too.
 */
#include "conf_int.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Addresses of a pool, for the search of overlaps. */
struct pool_range {
    const struct base_ts *ts;
    const struct ike_pool_conf *pool;
};

static int range_order(const void *a, const void *b)
{
    const struct pool_range *x = a, *y = b;
    return base_addr_compare(&x->ts->lo, &y->ts->lo);
}

bool conf_ranges_meet(const struct base_ts *a, const struct base_addr *lo, const struct base_addr *hi)
{
    return a->lo.family == lo->family && base_addr_compare(&a->lo, hi) <= 0 &&
           base_addr_compare(lo, &a->hi) <= 0;
}

static const char *range_text(const struct base_ts *ts, char out[2 * BASE_ADDR_TEXT_MAX])
{
    char lo[BASE_ADDR_TEXT_MAX], hi[BASE_ADDR_TEXT_MAX];
    snprintf(out, 2 * BASE_ADDR_TEXT_MAX, "%s-%s", base_addr_text(&ts->lo, lo), base_addr_text(&ts->hi, hi));
    return out;
}

/* The reader stands at pools. */
__attribute__((format(printf, 3, 4))) static void fail_at(struct conf_reader *r,
                                                          const struct ike_pool_conf *pool,
                                                          const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const size_t at = conf_enter(r, pool->name), deeper = conf_enter(r, "addresses");
    conf_fail(r, "%s", text);
    conf_leave(r, deeper);
    conf_leave(r, at);
}

/* Addresses of all pools, in their order. Without memory there are none. */
struct pool_ranges {
    size_t n;
    struct pool_range *list;
};

static struct pool_ranges ranges_make(const struct ike_conf *ike)
{
    struct pool_ranges all = {0};
    size_t n = 0;
    for (size_t i = 0; i < ike->n_pools; i++)
        n += base_ts_count(ike->pools[i].ranges);
    all.list = n ? calloc(n, sizeof *all.list) : NULL;
    for (size_t i = 0; all.list && i < ike->n_pools; i++)
        for (size_t k = 0; k < base_ts_count(ike->pools[i].ranges); k++)
            all.list[all.n++] = (struct pool_range){&ike->pools[i].ranges->list[k], &ike->pools[i]};
    if (all.n)
        qsort(all.list, all.n, sizeof *all.list, range_order);
    return all;
}

/* Sorted by first address, each range can only meet the one before it that reaches the farthest. */
static void check_disjoint(struct conf_reader *r, const struct pool_ranges *all)
{
    char a[2 * BASE_ADDR_TEXT_MAX], b[2 * BASE_ADDR_TEXT_MAX];
    const struct pool_range *far = all->list;
    for (size_t i = 1; i < all->n; i++) {
        const struct pool_range *next = &all->list[i];
        if (conf_ranges_meet(far->ts, &next->ts->lo, &next->ts->hi))
            fail_at(r, next->pool,
                    "%s overlaps %s of pool \"%s\": an address could be given twice; make them disjoint, or "
                    "name one pool in both connections",
                    range_text(next->ts, a), range_text(far->ts, b), far->pool->name);
        if (base_addr_compare(&next->ts->hi, &far->ts->hi) > 0)
            far = next;
    }
}

/* The first range that does not end before an address. Ranges that meet were refused: those ends are in
 * order. */
static size_t ranges_find(const struct pool_ranges *all, const struct base_addr *addr)
{
    size_t lo = 0, hi = all->n;
    while (lo < hi) {
        const size_t mid = lo + (hi - lo) / 2;
        if (base_addr_compare(&all->list[mid].ts->hi, addr) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* Hosts of a port's network look for each other's addresses there, and not behind us. */
static void check_ports(struct conf_reader *r, const struct conf *conf, const struct ike_pool_conf *pool,
                        const struct base_ts *ts)
{
    char text[2 * BASE_ADDR_TEXT_MAX], net[BASE_PREFIX_TEXT_MAX];
    for (size_t i = 0; i < conf->n_ports; i++)
        for (size_t k = 0; k < conf->ports[i].n_addresses; k++) {
            const struct base_prefix *p = &conf->ports[i].addresses[k];
            struct base_addr lo, hi;
            base_prefix_range(p, &lo, &hi);
            if (conf_ranges_meet(ts, &lo, &hi))
                fail_at(
                    r, pool,
                    "%s lies in the network %s of port \"%s\", whose hosts would look for the peers there; "
                    "take addresses of a network of their own, and route it to this gateway",
                    range_text(ts, text), base_prefix_text(p, net), conf->ports[i].name);
        }
}

static void check_pool(struct conf_reader *r, const struct conf *conf, const struct ike_pool_conf *pool)
{
    const struct base_ts *first = &pool->ranges->list[0];
    for (size_t i = 0; i < pool->ranges->count; i++) {
        const struct base_ts *ts = &pool->ranges->list[i];
        check_ports(r, conf, pool, ts);
        if (ts->lo.family != first->lo.family) {
            fail_at(r, pool,
                    "has IPv4 and IPv6 addresses; make a pool of each, and name both in the connection");
            break;
        }
    }
    const size_t at = conf_enter(r, pool->name);
    for (size_t i = 0; i < pool->n_nbns; i++)
        if (pool->nbns[i].family != BASE_AF_IP4)
            conf_fail(r, "nbns: WINS servers have IPv4 addresses");
    if (pool->server.family != BASE_AF_NONE && pool->server.family != first->lo.family)
        conf_fail(r, "server: is of another family than the addresses of the pool");
    for (size_t i = 0; i < pool->n_domains; i++)
        if (!conf_is_host(pool->domains[i]))
            conf_fail(r, "domains: \"%.64s\" is no domain; write corp.example.org", pool->domains[i]);
    conf_leave(r, at);
}

/* ---- connections ---- */

/* Addresses that stand for others' are nobody's own. */
static void check_remap(struct conf_reader *r, const struct ike_conf *ike, const struct ike_child_conf *child)
{
    const size_t pool = ike_conf_pool(ike, child->remap);
    if (pool == ike->n_pools)
        conf_fail(r, "child \"%s\": remap: there is no pool \"%s\"; write a name from \"pools\"", child->name,
                  child->remap);
    for (size_t i = 0; i < ike->n_conns; i++)
        for (size_t k = 0; k < ike->conns[i].n_pools; k++)
            if (strcmp(ike->conns[i].pools[k], child->remap) == 0)
                conf_fail(
                    r,
                    "child \"%s\": remap: connection %s gives addresses of pool \"%s\" to its peers; make a "
                    "pool for this alone",
                    child->name, ike->conns[i].name, child->remap);
}

/* Networks that a peer has by its configuration, and a pool would give to others. */
static void check_child(struct conf_reader *r, const struct pool_ranges *all,
                        const struct ike_child_conf *child)
{
    char text[2 * BASE_ADDR_TEXT_MAX];
    for (size_t i = 0; i < base_ts_count(child->remote_ts); i++) {
        const struct base_ts *net = &child->remote_ts->list[i];
        for (size_t k = ranges_find(all, &net->lo);
             k < all->n && conf_ranges_meet(all->list[k].ts, &net->lo, &net->hi); k++)
            conf_fail(r,
                      "child \"%s\": the remote subnets overlap %s of pool \"%s\", whose addresses "
                      "are each one peer's; write \"dynamic\" for the address that the peer gets",
                      child->name, range_text(all->list[k].ts, text), all->list[k].pool->name);
    }
}

static bool conn_has_dynamic(const struct ike_conn_conf *c, bool is_local)
{
    for (size_t i = 0; i < c->n_children; i++)
        if (c->children[i].mode == ESP_MODE_TUNNEL &&
            base_ts_has_dynamic(is_local ? c->children[i].local_ts : c->children[i].remote_ts))
            return true;
    return false;
}

static void check_conn(struct conf_reader *r, const struct ike_conf *ike, const struct pool_ranges *all,
                       const struct ike_conn_conf *c)
{
    for (size_t i = 0; i < c->n_pools; i++)
        if (ike_conf_pool(ike, c->pools[i]) == ike->n_pools)
            conf_fail(r, "remote.pools: there is no pool \"%s\"; write a name from \"pools\"", c->pools[i]);
    if (c->address_required && !c->n_pools)
        conf_fail(r, "remote.address_required: there is no address to give; name pools in remote.pools");
    if (conn_has_dynamic(c, false) && !c->n_pools && !conf_round_any(c, false, IKE_AUTH_EAP_RADIUS))
        conf_fail(
            r, "remote.subnets: \"dynamic\" is the address that the peer gets; name pools in remote.pools");
    if (c->n_pools && !conn_has_dynamic(c, false))
        conf_warn(r, "remote.pools: no child has \"dynamic\" among its remote subnets, so the addresses that "
                     "the peer gets pass through none");
    if (conn_has_dynamic(c, true) && !c->n_virtual_addrs)
        conf_fail(r, "local.subnets: \"dynamic\" is the address that the peer gives us; ask for it with "
                     "\"virtual_addresses\": [ \"0.0.0.0\" ]");
    if (c->n_virtual_addrs && !ike_conn_conf_calls(c))
        conf_fail(r, "local.virtual_addresses: only who calls can ask; give remote.address");
    if (c->n_virtual_addrs == 2 && c->virtual_addrs[0].family == c->virtual_addrs[1].family)
        conf_fail(r, "local.virtual_addresses: one of each family at the most");
    for (size_t i = 0; i < c->n_children; i++) {
        check_child(r, all, &c->children[i]);
        if (c->children[i].remap[0])
            check_remap(r, ike, &c->children[i]);
    }
}

void conf_check_pools(struct conf_reader *r, const struct conf *conf)
{
    const struct ike_conf *ike = conf->ike;
    const bool is_whole = r->report->n_errors == 0;
    size_t mark = conf_enter(r, "pools");
    for (size_t i = 0; i < ike->n_pools; i++)
        check_pool(r, conf, &ike->pools[i]);
    struct pool_ranges all = ranges_make(ike);
    check_disjoint(r, &all);
    conf_leave(r, mark);
    mark = conf_enter(r, "connections");
    for (size_t i = 0; i < ike->n_conns && is_whole; i++) {
        const size_t at = conf_enter(r, ike->conns[i].name);
        check_conn(r, ike, &all, &ike->conns[i]);
        conf_leave(r, at);
    }
    conf_leave(r, mark);
    free(all.list);
}
