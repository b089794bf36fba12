/* SPDX-License-Identifier: BSD-3-Clause */
/* Sets of IKE proposals, numbered when a configuration is sealed, and counted for a caller's path. */
#include "ike_sets.h"

#include <stdlib.h>
#include "ike_conf_keys.h"
#include "ike_field.h"

#define SETS_NONE UINT32_MAX

/* Connections of a group that have the same set. */
struct sets_share {
    const struct ike_conn_conf *first;
    uint32_t count;
    uint32_t next; /* share of the group; SETS_NONE: the last */
};

/* Connections that are bound to the same addresses. */
struct sets_group {
    const struct ike_conn_conf *first; /* whose addresses are everybody's here */
    uint32_t shares;
    bool forces_encap;
    uint32_t next; /* group with the same hash */
};

/*
 * A way to a group: one of its prefixes of peers, or, where peers may be anywhere, one of its own addresses.
 * A path has one own address and, for each length that occurs, one prefix.
 */
struct sets_place {
    struct base_addr addr; /* the prefix's first */
    uint8_t bits;          /* of the prefix; SETS_LOCAL: an own address */
    uint32_t group;
    uint32_t next; /* place with the same hash */
};
#define SETS_LOCAL UINT8_MAX

struct ike_sets {
    struct ike_set_counts open; /* connections that allow any path */
    uint32_t mask;              /* of the hash tables */
    uint32_t *group_heads, *place_heads;
    struct sets_group *groups;
    struct sets_share *shares;
    struct sets_place *places;
    uint32_t n_groups, n_shares, n_places;
    uint8_t bits[2][129]; /* lengths that occur, of IPv4 and of IPv6 */
    size_t n_bits[2];
};

static uint32_t sets_mix(uint32_t h, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;
    for (size_t i = 0; i < len; i++)
        h = (h ^ p[i]) * 16777619u;
    return h;
}

static uint32_t place_hash(const struct base_addr *addr, uint8_t bits)
{
    const uint32_t h = sets_mix(sets_mix(2166136261u, addr->bytes, sizeof addr->bytes), &bits, 1);
    return h ^ h >> 15;
}

static uint32_t group_hash(const struct ike_conn_conf *c)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < c->n_local_addrs; i++)
        h = sets_mix(h, c->local_addrs[i].bytes, sizeof c->local_addrs[i].bytes);
    for (size_t i = 0; i < c->n_remote_from; i++) {
        h = sets_mix(h, c->remote_from[i].addr.bytes, sizeof c->remote_from[i].addr.bytes);
        h = sets_mix(h, &c->remote_from[i].len, 1);
    }
    return h ^ h >> 15;
}

static bool sets_allow_local(const struct ike_conn_conf *c, const struct ike_path *path)
{
    bool is_allowed = c->n_local_addrs == 0;
    for (size_t i = 0; i < c->n_local_addrs && !is_allowed; i++)
        is_allowed = base_addr_equal(&c->local_addrs[i], &path->local.addr);
    return is_allowed;
}

bool ike_sets_allows(const struct ike_conn_conf *c, const struct ike_path *path)
{
    bool remote = c->n_remote_from == 0;
    if (!sets_allow_local(c, path))
        return false;
    for (size_t i = 0; i < c->n_remote_from && !remote; i++)
        remote = base_prefix_contains(&c->remote_from[i], &path->remote.addr);
    return remote;
}

static bool set_is_same(const struct ike_conn_conf *a, const struct ike_conn_conf *b)
{
    return ike_field_equal(&ike_keys[IKE_KEY_CONN_PROPOSALS].field, a, b);
}

/* The set of a connection: that of one before it, or a new one, whose first connection goes into firsts. */
static uint8_t set_number(const struct ike_conn_conf *c, const struct ike_conn_conf *firsts[IKE_SETS_MAX],
                          size_t *n)
{
    size_t i = 0;
    while (i < *n && !set_is_same(firsts[i], c))
        i++;
    if (i == IKE_SETS_MAX)
        return IKE_SETS_MAX - 1;
    if (i == *n)
        firsts[(*n)++] = c;
    return (uint8_t)i;
}

static void counts_add(struct ike_set_counts *k, const struct ike_conn_conf *first, uint32_t count)
{
    if (k->count[first->set] == 0 || first < k->first[first->set])
        k->first[first->set] = first;
    k->count[first->set] += count;
    if (!k->nearest || first < k->nearest)
        k->nearest = first;
}

static void counts_add_one(struct ike_set_counts *k, const struct ike_conn_conf *c)
{
    counts_add(k, c, 1);
    k->forces_encap = k->forces_encap || c->encap == IKE_ENCAP_FORCE;
}

/* ---- made once ---- */

static bool group_is_same(const struct ike_conn_conf *a, const struct ike_conn_conf *b)
{
    return ike_field_equal(&ike_keys[IKE_KEY_CONN_LOCAL_ADDRS].field, a, b) &&
           ike_field_equal(&ike_keys[IKE_KEY_CONN_REMOTE_FROM].field, a, b);
}

static void place_put(struct ike_sets *s, const struct base_addr *addr, uint8_t bits, uint32_t group)
{
    uint32_t *head = &s->place_heads[place_hash(addr, bits) & s->mask];
    s->places[s->n_places] = (struct sets_place){*addr, bits, group, *head};
    *head = s->n_places++;
    const size_t family = addr->family == BASE_AF_IP6;
    for (size_t i = 0; i < s->n_bits[family] && bits != SETS_LOCAL; i++)
        if (s->bits[family][i] == bits)
            return;
    if (bits != SETS_LOCAL)
        s->bits[family][s->n_bits[family]++] = bits;
}

/* Whether another prefix of the list has this one, too: a path is to find its group once. */
static bool prefix_is_covered(const struct ike_conn_conf *c, size_t at)
{
    const struct base_prefix *p = &c->remote_from[at];
    for (size_t i = 0; i < c->n_remote_from; i++) {
        const struct base_prefix *o = &c->remote_from[i];
        if (i != at && base_prefix_contains(o, &p->addr) && (o->len < p->len || (o->len == p->len && i < at)))
            return true;
    }
    return false;
}

static bool local_is_repeated(const struct ike_conn_conf *c, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (base_addr_equal(&c->local_addrs[i], &c->local_addrs[at]))
            return true;
    return false;
}

static void group_places(struct ike_sets *s, uint32_t group)
{
    const struct ike_conn_conf *c = s->groups[group].first;
    for (size_t i = 0; i < c->n_remote_from; i++)
        if (!prefix_is_covered(c, i))
            place_put(s, &c->remote_from[i].addr, c->remote_from[i].len, group);
    for (size_t i = 0; i < c->n_local_addrs && !c->n_remote_from; i++)
        if (!local_is_repeated(c, i))
            place_put(s, &c->local_addrs[i], SETS_LOCAL, group);
}

static struct sets_group *group_get(struct ike_sets *s, const struct ike_conn_conf *c)
{
    uint32_t *head = &s->group_heads[group_hash(c) & s->mask];
    for (uint32_t g = *head; g != SETS_NONE; g = s->groups[g].next)
        if (group_is_same(s->groups[g].first, c))
            return &s->groups[g];
    s->groups[s->n_groups] = (struct sets_group){.first = c, .shares = SETS_NONE, .next = *head};
    *head = s->n_groups++;
    group_places(s, *head);
    return &s->groups[*head];
}

static void group_add(struct ike_sets *s, const struct ike_conn_conf *c)
{
    struct sets_group *g = group_get(s, c);
    g->forces_encap = g->forces_encap || c->encap == IKE_ENCAP_FORCE;
    for (uint32_t i = g->shares; i != SETS_NONE; i = s->shares[i].next) {
        if (s->shares[i].first->set == c->set) {
            s->shares[i].count++;
            return;
        }
    }
    s->shares[s->n_shares] = (struct sets_share){c, 1, g->shares};
    g->shares = s->n_shares++;
}

static bool sets_is_bound(const struct ike_conn_conf *c)
{
    return c->n_local_addrs || c->n_remote_from;
}

/* Room for the most that these connections can need. */
static bool sets_reserve(struct ike_sets *s, const struct ike_conf *conf)
{
    size_t bound = 0, places = 0, slots = 16;
    for (size_t i = 0; i < conf->n_conns; i++) {
        const struct ike_conn_conf *c = &conf->conns[i];
        bound += sets_is_bound(c);
        places += c->n_remote_from ? c->n_remote_from : c->n_local_addrs;
    }
    while (slots < bound)
        slots *= 2;
    s->mask = (uint32_t)(slots - 1);
    s->group_heads = malloc(slots * sizeof(*s->group_heads));
    s->place_heads = malloc(slots * sizeof(*s->place_heads));
    s->groups = calloc(bound + 1, sizeof *s->groups);
    s->shares = calloc(bound + 1, sizeof *s->shares);
    s->places = calloc(places + 1, sizeof *s->places);
    if (!s->group_heads || !s->place_heads || !s->groups || !s->shares || !s->places)
        return false;
    for (size_t i = 0; i < slots; i++)
        s->group_heads[i] = s->place_heads[i] = SETS_NONE;
    return true;
}

struct ike_sets *ike_sets_new(struct ike_conf *conf)
{
    const struct ike_conn_conf *firsts[IKE_SETS_MAX];
    struct ike_sets *s = calloc(1, sizeof *s);
    if (!s || !sets_reserve(s, conf)) {
        ike_sets_free(s);
        return NULL;
    }
    for (size_t i = 0; i < conf->n_conns; i++) {
        struct ike_conn_conf *c = &conf->conns[i];
        if (c->version == 1)
            continue; /* IKE_SA_INIT is of IKEv2 */
        c->set = set_number(c, firsts, &s->open.n_sets);
        if (sets_is_bound(c))
            group_add(s, c);
        else
            counts_add_one(&s->open, c);
    }
    return s;
}

void ike_sets_free(struct ike_sets *s)
{
    if (!s)
        return;
    free(s->group_heads);
    free(s->place_heads);
    free(s->groups);
    free(s->shares);
    free(s->places);
    free(s);
}

/* ---- for each call ---- */

static void sets_count_group(const struct ike_sets *s, const struct sets_group *g, struct ike_set_counts *out)
{
    out->forces_encap = out->forces_encap || g->forces_encap;
    for (uint32_t i = g->shares; i != SETS_NONE; i = s->shares[i].next) {
        counts_add(out, s->shares[i].first, s->shares[i].count);
        out->steps++;
    }
}

static void sets_count_place(const struct ike_sets *s, const struct ike_path *path,
                             const struct base_addr *addr, uint8_t bits, struct ike_set_counts *out)
{
    out->steps++;
    uint32_t at = s->place_heads[place_hash(addr, bits) & s->mask];
    for (; at != SETS_NONE; at = s->places[at].next) {
        const struct sets_place *p = &s->places[at];
        const struct sets_group *g = &s->groups[p->group];
        if (p->bits == bits && base_addr_equal(&p->addr, addr) && sets_allow_local(g->first, path))
            sets_count_group(s, g, out);
    }
}

/* The prefix of so many bits around an address. */
static struct base_addr sets_prefix(const struct base_addr *addr, uint8_t bits)
{
    struct base_addr lo, hi;
    base_prefix_range(&(struct base_prefix){*addr, bits}, &lo, &hi);
    return lo;
}

void ike_sets_count(const struct ike_conf *conf, const struct ike_path *path, struct ike_set_counts *out)
{
    const struct ike_sets *s = conf->sets;
    *out = s ? s->open : (struct ike_set_counts){.n_sets = 1}; /* without memory all count as one */
    for (size_t i = 0; i < conf->n_conns && !s; i++)
        if (ike_sets_allows(&conf->conns[i], path))
            counts_add_one(out, &conf->conns[i]);
    if (!s || !s->n_groups)
        return;
    const size_t family = path->remote.addr.family == BASE_AF_IP6;
    sets_count_place(s, path, &path->local.addr, SETS_LOCAL, out);
    for (size_t i = 0; i < s->n_bits[family]; i++) {
        const struct base_addr prefix = sets_prefix(&path->remote.addr, s->bits[family][i]);
        sets_count_place(s, path, &prefix, s->bits[family][i], out);
    }
}
