/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which SA an inner packet belongs to. The trie gives the list of candidates of the longest prefix that
 * covers the destination; a list ends in the anchor of the next shorter prefix, so a walk sees every selector
 * that may match, more specific prefixes first. A range of addresses that is no prefix is filed under the
 * shortest prefix that covers it; the candidate itself is exact. There is a candidate for each remote
 * selector, whatever the number of local ones: so 255 of either side are 255 candidates, in lists of their
 * own.
 *
 * Control links a candidate with one store: an SA before all of its prefix's list that have the same or a
 * higher number as their priority, a policy at the end, a bypass before all. What names the DSCPs that it is
 * for goes before what is for all, SAs and policies, so that an SA for all that comes first in its list has
 * no other before it. Unlinked ones are reused after a grace period.
 *
 * A bypass goes before longer prefixes, too, which are seen first. So their candidates say that a bypass may
 * be behind them (SAD_LOOK_BEYOND), and none of them is taken at sight.
 */
#include "sad_spd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "sad_mem.h"
#include "sad_path.h"

/* Nodes are address space until they are used: a prefix takes 2 at the most in IPv4, and 14 in IPv6. */
#define NODES_V4            (1u << 20)
#define NODES_V6            (1u << 22)
#define LOCALS_APART        4 /* local selectors that have candidates of their own */
#define CANDS_PER_SLOT      16
#define CANDS_SPARE         (1u << 20)
#define PREFIXES_PER_BUCKET 8 /* when the tables are full */
/* The order of a prefix's list: bypasses, SAs and then policies that name their DSCPs, those for all. */
#define PRIORITY_FIRST      0          /* of bypasses */
#define PRIORITY_OWN        1          /* and more: of SAs that name theirs */
#define PRIORITY_NAMED      0x180      /* of policies that name theirs */
#define PRIORITY_ALL        0x200      /* and more: of SAs for all */
#define PRIORITY_LAST       UINT16_MAX /* of policies for all */

static int index_init(struct sad_index *x, uint32_t max)
{
    x->max = max;
    x->n_used = 1;
    x->free = sad_mem_reserve(max * sizeof *x->free, false);
    return x->free ? 0 : -ENOMEM;
}

static uint32_t index_take(struct sad_index *x)
{
    if (x->n_free)
        return x->free[--x->n_free];
    return x->n_used < x->max ? x->n_used++ : 0;
}

static void index_give(struct sad_index *x, uint32_t i)
{
    x->free[x->n_free++] = i;
}

static void cand_give(void *ctx, uint64_t i)
{
    struct sad *sad = ctx;
    index_give(&sad->cand_index, (uint32_t)i);
}

int sad_spd_init(struct sad *sad)
{
    struct sad_tables *t = &sad->tables;
    sad->max_cands = sad->slots * CANDS_PER_SLOT + CANDS_SPARE;
    sad->max_prefixes = sad->max_cands / 2;
    for (sad->n_buckets = 1024; sad->n_buckets < sad->max_prefixes / PREFIXES_PER_BUCKET;)
        sad->n_buckets *= 2;
    t->cands = sad_mem_reserve(sad->max_cands * sizeof *t->cands, false);
    t->cands6 = sad_mem_reserve(sad->max_cands * sizeof *t->cands6, false);
    sad->cand_links = sad_mem_reserve(sad->max_cands * sizeof *sad->cand_links, false);
    sad->prefixes = sad_mem_reserve(sad->max_prefixes * sizeof *sad->prefixes, false);
    sad->buckets = sad_mem_reserve(sad->n_buckets * sizeof *sad->buckets, false);
    if (!t->cands || !t->cands6 || !sad->cand_links || !sad->prefixes || !sad->buckets ||
        index_init(&sad->cand_index, sad->max_cands) || index_init(&sad->prefix_index, sad->max_prefixes))
        return -ENOMEM;
    if (sad_trie_init(&t->trie4, NODES_V4, &sad->reclaim))
        return -ENOMEM;
    return sad_trie_init(&t->trie6, NODES_V6, &sad->reclaim);
}

void sad_spd_fini(struct sad *sad)
{
    struct sad_tables *t = &sad->tables;
    sad_mem_release(t->cands, sad->max_cands * sizeof *t->cands);
    sad_mem_release(t->cands6, sad->max_cands * sizeof *t->cands6);
    sad_mem_release(sad->cand_links, sad->max_cands * sizeof *sad->cand_links);
    sad_mem_release(sad->prefixes, sad->max_prefixes * sizeof *sad->prefixes);
    sad_mem_release(sad->buckets, sad->n_buckets * sizeof *sad->buckets);
    sad_mem_release(sad->cand_index.free, sad->cand_index.max * sizeof(uint32_t));
    sad_mem_release(sad->prefix_index.free, sad->prefix_index.max * sizeof(uint32_t));
    if (t->trie4.entries)
        sad_trie_fini(&t->trie4);
    if (t->trie6.entries)
        sad_trie_fini(&t->trie6);
}

/* The shortest prefix length that holds both ends of a range. */
static unsigned common_len(const uint8_t *lo, const uint8_t *hi, unsigned bits)
{
    for (unsigned i = 0; i < bits; i++)
        if ((lo[i / 8] ^ hi[i / 8]) >> (7 - i % 8) & 1)
            return i;
    return bits;
}

static void key_mask(uint8_t key[16], const uint8_t *from, unsigned len)
{
    memset(key, 0, 16);
    memcpy(key, from, (len + 7) / 8);
    if (len % 8)
        key[len / 8] &= (uint8_t)(0xff00 >> len % 8);
}

static uint32_t *bucket_of(struct sad *sad, uint8_t family, const uint8_t key[16], unsigned len)
{
    uint64_t a, b;
    memcpy(&a, key, 8);
    memcpy(&b, key + 8, 8);
    uint64_t h = (a ^ b * UINT64_C(0x9e3779b97f4a7c15) ^ len << 8 ^ family) * UINT64_C(0xff51afd7ed558ccd);
    return &sad->buckets[(h >> 32 ^ h) & (sad->n_buckets - 1)];
}

static uint32_t prefix_find(struct sad *sad, uint8_t family, const uint8_t key[16], unsigned len)
{
    uint32_t i = *bucket_of(sad, family, key, len);
    while (i) {
        const struct sad_prefix *p = &sad->prefixes[i];
        if (p->len == len && p->family == family && memcmp(p->key, key, 16) == 0)
            return i;
        i = p->hash_next;
    }
    return 0;
}

static uint32_t *len_counts(struct sad *sad, uint8_t family)
{
    return sad->len_count[family == BASE_AF_IP6];
}

static uint32_t prefix_find_parent(struct sad *sad, uint8_t family, const uint8_t key[16], unsigned len)
{
    for (unsigned l = len; l-- > 0;) {
        if (!len_counts(sad, family)[l])
            continue;
        uint8_t shorter[16];
        key_mask(shorter, key, l);
        uint32_t i = prefix_find(sad, family, shorter, l);
        if (i)
            return i;
    }
    return 0;
}

static struct sad_trie *trie_of(struct sad *sad, uint8_t family)
{
    return family == BASE_AF_IP6 ? &sad->tables.trie6 : &sad->tables.trie4;
}

static uint32_t anchor_of(const struct sad *sad, uint32_t prefix)
{
    return prefix ? sad->prefixes[prefix].anchor : 0;
}

static void next_store(struct sad *sad, uint32_t cand, uint32_t next)
{
    atomic_store_explicit(&sad->tables.cands[cand].next, next, memory_order_release);
}

static uint32_t next_load(const struct sad *sad, uint32_t cand)
{
    return atomic_load_explicit(&sad->tables.cands[cand].next, memory_order_relaxed);
}

/* The last candidate of a prefix's own; there is at least one. */
static uint32_t list_tail(const struct sad *sad, uint32_t prefix)
{
    uint32_t end = anchor_of(sad, sad->prefixes[prefix].parent);
    uint32_t i = sad->prefixes[prefix].first;
    while (next_load(sad, i) != end)
        i = next_load(sad, i);
    return i;
}

/* Behind which candidate of a prefix's own one of this priority goes; 0: it goes first. */
static uint32_t list_before(const struct sad *sad, uint32_t prefix, uint16_t priority)
{
    uint32_t end = anchor_of(sad, sad->prefixes[prefix].parent), before = 0;
    if (priority == PRIORITY_LAST)
        return list_tail(sad, prefix);
    for (uint32_t i = sad->prefixes[prefix].first; i != end; i = next_load(sad, i)) {
        if (sad->tables.cands[i].priority >= priority)
            break;
        before = i;
    }
    return before;
}

/* Whether a shorter prefix has a bypass: it is the first of its list then. */
static bool prefix_is_under_bypass(const struct sad *sad, uint32_t prefix)
{
    for (uint32_t i = sad->prefixes[prefix].parent; i; i = sad->prefixes[i].parent)
        if (sad_spd_is_bypass(sad->tables.cands[sad->prefixes[i].first].slot))
            return true;
    return false;
}

/* Workers that see it late take an SA for a packet that a bypass has from now on. */
static void look_store(struct sad_cand *c, bool is_under_bypass)
{
    const enum sad_look look = is_under_bypass ? SAD_LOOK_BEYOND
                               : c->has_addrs  ? SAD_LOOK_SIMPLE
                                               : SAD_LOOK_FULL;
    atomic_store_explicit(&c->look, (uint8_t)look, memory_order_relaxed);
}

static void parent_change(struct sad *sad, uint32_t prefix, uint32_t parent)
{
    uint32_t tail = list_tail(sad, prefix);
    sad->prefixes[prefix].parent = parent;
    next_store(sad, tail, anchor_of(sad, parent));
}

struct reparent {
    struct sad *sad;
    uint32_t from, to;
};

/* A longer prefix below the one that comes or goes: its list ends elsewhere from now on. */
static void reparent_visit(void *ctx, uint32_t cand)
{
    const struct reparent *r = ctx;
    uint32_t prefix = r->sad->cand_links[cand].prefix;
    if (prefix != r->to && r->sad->prefixes[prefix].parent == r->from)
        parent_change(r->sad, prefix, r->to);
}

/* The zero-length prefix is not in the trie's entries, so the trie cannot name those below it. */
static void reparent_all(struct sad *sad, uint8_t family, uint32_t from, uint32_t to)
{
    for (uint32_t i = 1; i < sad->prefix_index.n_used; i++) {
        const struct sad_prefix *p = &sad->prefixes[i];
        if (i != to && p->first && p->family == family && p->parent == from)
            parent_change(sad, i, to);
    }
}

/* Makes a prefix whose first candidate is cand, and publishes it. */
static int prefix_add(struct sad *sad, uint8_t family, const uint8_t key[16], unsigned len, uint32_t cand)
{
    uint32_t i = index_take(&sad->prefix_index);
    uint32_t anchor = i ? index_take(&sad->cand_index) : 0;
    if (!anchor) {
        if (i)
            index_give(&sad->prefix_index, i);
        return -ENOMEM;
    }
    struct sad_prefix *p = &sad->prefixes[i];
    uint32_t *bucket = bucket_of(sad, family, key, len);
    *p = (struct sad_prefix){.family = family, .len = (uint8_t)len, .anchor = anchor, .first = cand};
    memcpy(p->key, key, 16);
    p->parent = prefix_find_parent(sad, family, key, len);
    memset(&sad->tables.cands[anchor], 0, sizeof sad->tables.cands[anchor]);
    sad->tables.cands[anchor].is_anchor = 1;
    sad->cand_links[anchor].prefix = i;
    sad->cand_links[cand].prefix = i;
    look_store(&sad->tables.cands[cand], prefix_is_under_bypass(sad, i));
    next_store(sad, cand, anchor_of(sad, p->parent));
    next_store(sad, anchor, cand);
    struct reparent r = {sad, p->parent, i};
    if (sad_trie_set(trie_of(sad, family), key, len, cand, true, reparent_visit, &r) != 0) {
        p->first = 0;
        index_give(&sad->prefix_index, i);
        index_give(&sad->cand_index, anchor);
        return -ENOMEM;
    }
    if (len == 0)
        reparent_all(sad, family, 0, i);
    p->hash_next = *bucket;
    *bucket = i;
    len_counts(sad, family)[len]++;
    return 0;
}

/* Takes a prefix away whose last candidate is about to go. */
static void prefix_remove(struct sad *sad, uint32_t i)
{
    struct sad_prefix *p = &sad->prefixes[i];
    const struct sad_prefix *parent = &sad->prefixes[p->parent];
    struct reparent r = {sad, i, p->parent};
    sad_trie_clear(trie_of(sad, p->family), p->key, p->len, p->parent ? parent->first : 0,
                   p->parent ? parent->len : 0, reparent_visit, &r);
    p->first = 0;
    if (p->len == 0)
        reparent_all(sad, p->family, i, 0);
    uint32_t *at = bucket_of(sad, p->family, p->key, p->len);
    while (*at != i)
        at = &sad->prefixes[*at].hash_next;
    *at = p->hash_next;
    len_counts(sad, p->family)[p->len]--;
    sad_reclaim_defer(&sad->reclaim, cand_give, sad, p->anchor);
    index_give(&sad->prefix_index, i);
}

static void first_change(struct sad *sad, uint32_t prefix, uint32_t cand)
{
    struct sad_prefix *p = &sad->prefixes[prefix];
    p->first = cand;
    next_store(sad, p->anchor, cand);
    /* Replacing a value takes no new node, so this cannot fail. */
    (void)sad_trie_set(trie_of(sad, p->family), p->key, p->len, cand, false, NULL, NULL);
}

static int cand_link(struct sad *sad, uint8_t family, const uint8_t key[16], unsigned len, uint32_t cand)
{
    uint32_t i = prefix_find(sad, family, key, len);
    if (!i)
        return prefix_add(sad, family, key, len, cand);
    sad->cand_links[cand].prefix = i;
    look_store(&sad->tables.cands[cand], prefix_is_under_bypass(sad, i));
    const uint32_t before = list_before(sad, i, sad->tables.cands[cand].priority);
    if (before) {
        next_store(sad, cand, next_load(sad, before));
        next_store(sad, before, cand);
    } else {
        next_store(sad, cand, sad->prefixes[i].first);
        first_change(sad, i, cand);
    }
    return 0;
}

static void cand_unlink(struct sad *sad, uint32_t cand)
{
    const uint32_t prefix = sad->cand_links[cand].prefix;
    struct sad_prefix *p = &sad->prefixes[prefix];
    uint32_t next = next_load(sad, cand);
    if (p->first != cand) {
        uint32_t before = p->first;
        while (next_load(sad, before) != cand)
            before = next_load(sad, before);
        next_store(sad, before, next);
    } else if (next == anchor_of(sad, p->parent)) {
        prefix_remove(sad, prefix);
    } else {
        first_change(sad, prefix, next);
    }
    sad_reclaim_defer(&sad->reclaim, cand_give, sad, cand);
}

/* The addresses of many local selectors: which of them, its set says. */
static struct sad_range family_all(uint8_t family)
{
    struct sad_range all = {.family = family, .port_hi = UINT16_MAX};
    memset(all.hi, 0xff, family == BASE_AF_IP6 ? 16 : 4);
    return all;
}

static uint16_t cand_priority(struct sad_server by)
{
    if (sad_spd_is_bypass(by.slot))
        return PRIORITY_FIRST;
    if (sad_spd_is_sa(by.slot))
        return (uint16_t)(by.priority + (by.dscp ? PRIORITY_OWN : PRIORITY_ALL));
    return by.dscp ? PRIORITY_NAMED : PRIORITY_LAST;
}

/* local NULL: all that are of the family of remote. */
static uint32_t cand_make(struct sad *sad, const struct sad_side *locals, const struct sad_range *local,
                          const struct sad_range *remote, struct sad_server by)
{
    uint32_t i = index_take(&sad->cand_index);
    if (!i)
        return 0;
    struct sad_cand *c = &sad->tables.cands[i];
    const struct sad_range any = family_all(remote->family);
    memset(c, 0, sizeof *c);
    c->slot = by.slot;
    c->dscp = by.dscp;
    c->priority = cand_priority(by);
    c->has_locals = !local;
    if (c->has_locals)
        c->locals = locals;
    else
        c->has_addrs = sad_spd_is_sa(by.slot) && sad_addrs4_fill(local, remote, &c->addrs) && !by.dscp;
    local = local ? local : &any;
    sad_sel4_fill(local, remote, &c->sel);
    if (remote->family == BASE_AF_IP6) {
        struct sad_cand6 *c6 = &sad->tables.cands6[i];
        memcpy(c6->local_lo, local->lo, 16);
        memcpy(c6->local_hi, local->hi, 16);
        memcpy(c6->remote_lo, remote->lo, 16);
        memcpy(c6->remote_hi, remote->hi, 16);
    }
    return i;
}

static int combination_link(struct sad *sad, const struct sad_side *locals, const struct sad_range *local,
                            const struct sad_range *remote, struct sad_server by, uint32_t *head)
{
    uint32_t cand = cand_make(sad, locals, local, remote, by);
    if (!cand)
        return -ENOMEM;
    unsigned bits = remote->family == BASE_AF_IP6 ? 128 : 32;
    unsigned len = common_len(remote->lo, remote->hi, bits);
    uint8_t key[16];
    key_mask(key, remote->lo, len);
    int err = cand_link(sad, remote->family, key, len, cand);
    if (err) {
        index_give(&sad->cand_index, cand);
        return err;
    }
    sad->cand_links[cand].next_own = *head;
    *head = cand;
    return 0;
}

/* How many of a side's selectors are of a family. */
static uint32_t family_count(const struct sad_side *side, uint8_t family)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < side->count; i++)
        n += side->list[i].family == family;
    return n;
}

/* A few local selectors have a candidate each, which the fast path may take; many have one for all. */
static int remote_link(struct sad *sad, const struct sad_side *locals, const struct sad_range *remote,
                       struct sad_server by, uint32_t *head)
{
    if (family_count(locals, remote->family) > LOCALS_APART)
        return combination_link(sad, locals, NULL, remote, by, head);
    int err = 0;
    for (uint32_t l = 0; l < locals->count && !err; l++)
        if (locals->list[l].family == remote->family)
            err = combination_link(sad, locals, &locals->list[l], remote, by, head);
    return err;
}

int sad_spd_link(struct sad *sad, const struct sad_sels *sels, struct sad_server by, uint32_t *head)
{
    int err = 0;
    *head = 0;
    for (uint32_t r = 0; r < sels->remote.count && !err; r++)
        err = remote_link(sad, &sels->local, &sels->remote.list[r], by, head);
    if (err)
        sad_spd_unlink(sad, head);
    return err;
}

void sad_spd_unlink(struct sad *sad, uint32_t *head)
{
    while (*head) {
        uint32_t cand = *head;
        *head = sad->cand_links[cand].next_own;
        cand_unlink(sad, cand);
    }
}

void sad_spd_look_again(struct sad *sad, size_t most)
{
    uint32_t i = sad->look_next;
    for (; i && i < sad->prefix_index.n_used && most; i++, most--) {
        const struct sad_prefix *p = &sad->prefixes[i];
        if (!p->first)
            continue;
        const uint32_t end = anchor_of(sad, p->parent);
        const bool is_under_bypass = prefix_is_under_bypass(sad, i);
        for (uint32_t cand = p->first; cand != end; cand = next_load(sad, cand))
            look_store(&sad->tables.cands[cand], is_under_bypass);
    }
    sad->look_next = i < sad->prefix_index.n_used ? i : 0;
}

/* Sets of selectors that came in the same order. */
static bool sides_are_alike(const struct sad_side *a, const struct sad_side *b)
{
    return a->count == b->count && memcmp(a->list, b->list, a->count * sizeof a->list[0]) == 0;
}

static bool cands_are_alike(const struct sad_tables *t, uint32_t a, uint32_t b)
{
    const struct sad_cand *x = &t->cands[a], *y = &t->cands[b];
    if (x->dscp != y->dscp || x->has_locals != y->has_locals ||
        (x->has_locals && !sides_are_alike(x->locals, y->locals)))
        return false;
    return memcmp(&t->cands[a].sel, &t->cands[b].sel, sizeof t->cands[a].sel) == 0 &&
           memcmp(&t->cands6[a], &t->cands6[b], sizeof t->cands6[a]) == 0;
}

/* Whether one SA's candidate serves all that another one's would, which has a worse priority. */
static bool cand_serves_for(const struct sad_tables *t, uint32_t cand, uint32_t other)
{
    const struct sad_cand *c = &t->cands[cand];
    return sad_spd_is_sa(c->slot) && c->priority < t->cands[other].priority &&
           cands_are_alike(t, cand, other);
}

bool sad_spd_is_standby(const struct sad *sad, uint32_t head)
{
    const struct sad_tables *t = &sad->tables;
    for (uint32_t own = head; own; own = sad->cand_links[own].next_own) {
        uint32_t i = sad->prefixes[sad->cand_links[own].prefix].first;
        while (i != own && !cand_serves_for(t, i, own))
            i = next_load(sad, i);
        if (i == own)
            return false;
    }
    return head;
}

static uint32_t load32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool in_range(const uint8_t *addr, const uint8_t *lo, const uint8_t *hi, size_t size)
{
    return memcmp(addr, lo, size) >= 0 && memcmp(addr, hi, size) <= 0;
}

static bool cand_local_match(const struct sad_cand *c, const struct sad_flow *flow)
{
    return c->has_locals ? sad_side_match(c->locals, flow, flow->local, flow->local_port)
                         : sad_ports_match(c->sel.local_proto, c->sel.local_port_lo, c->sel.local_port_hi,
                                           flow, flow->local_port);
}

static bool cand_match(const struct sad_tables *t, uint32_t i, const struct sad_flow *flow)
{
    const struct sad_cand *c = &t->cands[i];
    if (c->is_anchor || (c->dscp && flow->dscp && !(c->dscp & flow->dscp)))
        return false;
    if (flow->family == BASE_AF_IP4) {
        if (!sad_sel4_addr_match(&c->sel, load32(flow->local), load32(flow->remote)))
            return false;
    } else {
        const struct sad_cand6 *c6 = &t->cands6[i];
        if (!in_range(flow->local, c6->local_lo, c6->local_hi, 16) ||
            !in_range(flow->remote, c6->remote_lo, c6->remote_hi, 16))
            return false;
    }
    return sad_ports_match(c->sel.remote_proto, c->sel.remote_port_lo, c->sel.remote_port_hi, flow,
                           sad_flow_remote_port(flow)) &&
           cand_local_match(c, flow);
}

/* What goes first of what was found before, and of a candidate's behind that. */
static uint32_t verdict_of(uint32_t before, uint32_t slot)
{
    if (sad_spd_is_back(slot) || (sad_spd_is_bypass(slot) && !sad_spd_is_bypass(before)))
        return slot;
    if (sad_spd_is_bypass(before) || sad_spd_is_sa(before))
        return before;
    if (sad_spd_trap(before) && !sad_spd_is_sa(slot)) /* of several, the one that calls */
        return before;
    return slot == SAD_NO_SLOT ? SAD_SPD_NO_SA : slot;
}

uint32_t sad_spd_walk(const struct sad_tables *t, uint32_t head, const struct sad_flow *flow)
{
    uint32_t verdict = SAD_SPD_NONE;
    bool is_named = false; /* by a policy that has matched */
    for (uint32_t i = head; i; i = atomic_load_explicit(&t->cands[i].next, memory_order_acquire)) {
        const struct sad_cand *c = &t->cands[i];
        if ((is_named && !c->dscp && !sad_spd_is_bypass(c->slot)) || !cand_match(t, i, flow))
            continue;
        verdict = verdict_of(verdict, c->slot);
        if (sad_spd_is_back(verdict))
            return verdict;
        if (sad_spd_is_sa(verdict) && atomic_load_explicit(&c->look, memory_order_relaxed) != SAD_LOOK_BEYOND)
            return verdict;
        is_named |= !sad_spd_is_sa(c->slot) && c->dscp && flow->dscp;
    }
    return verdict;
}

bool sad_spd_protects(const struct sad_tables *t, uint32_t head)
{
    for (uint32_t i = head; i; i = atomic_load_explicit(&t->cands[i].next, memory_order_acquire))
        if (!t->cands[i].is_anchor && !sad_spd_is_bypass(t->cands[i].slot))
            return true;
    return false;
}

uint32_t sad_spd_lookup(const struct sad_tables *t, const struct sad_flow *flow)
{
    return sad_spd_walk(t, sad_spd_head(t, flow->family == BASE_AF_IP6, flow->remote), flow);
}
