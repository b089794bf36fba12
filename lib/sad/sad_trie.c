/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The writer's half of the trie. To set or clear a prefix is to paint a range of entries, in the prefix's
 * last node and in all nodes below that range, wherever no longer prefix has painted before; the length that
 * each entry was painted with is kept beside it, unseen by readers. A node counts the prefixes that end in or
 * below it, and collapses into its parent's entry when there are none left.
 */
#include "sad_trie.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "sad_mem.h"

#define KEY_BYTES 16

static size_t entry_count(const struct sad_trie *t)
{
    return SAD_TRIE_ROOT + (size_t)t->max_nodes * SAD_TRIE_NODE;
}

int sad_trie_init(struct sad_trie *t, uint32_t max_nodes, struct sad_reclaim *reclaim)
{
    memset(t, 0, sizeof *t);
    t->max_nodes = max_nodes;
    t->reclaim = reclaim;
    t->entries = sad_mem_reserve(entry_count(t) * sizeof *t->entries, false);
    t->lens = sad_mem_reserve(entry_count(t), false);
    t->counts = sad_mem_reserve(max_nodes * sizeof *t->counts, false);
    t->free_nodes = sad_mem_reserve(max_nodes * sizeof *t->free_nodes, false);
    if (t->entries && t->lens && t->counts && t->free_nodes)
        return 0;
    sad_trie_fini(t);
    return -ENOMEM;
}

void sad_trie_fini(struct sad_trie *t)
{
    sad_mem_release(t->entries, entry_count(t) * sizeof *t->entries);
    sad_mem_release(t->lens, entry_count(t));
    sad_mem_release(t->counts, t->max_nodes * sizeof *t->counts);
    sad_mem_release(t->free_nodes, t->max_nodes * sizeof *t->free_nodes);
    memset(t, 0, sizeof *t);
}

static uint32_t node_base(uint32_t node)
{
    return SAD_TRIE_ROOT + node * SAD_TRIE_NODE;
}

static void entry_store(struct sad_trie *t, uint32_t at, uint32_t value)
{
    __atomic_store_n(&t->entries[at], value, __ATOMIC_RELEASE); /* pairs with sad_trie_find() */
}

static bool node_take(struct sad_trie *t, uint32_t *node)
{
    if (t->n_free)
        *node = t->free_nodes[--t->n_free];
    else if (t->n_used < t->max_nodes)
        *node = t->n_used++;
    else
        return false;
    t->counts[*node] = 0;
    return true;
}

/* After the grace period: no reader can be inside the node any more. */
static void node_give(void *ctx, uint64_t node)
{
    struct sad_trie *t = ctx;
    t->free_nodes[t->n_free++] = (uint32_t)node;
}

/* Puts a node below the entry; all its entries start with what the entry held. */
static bool node_push(struct sad_trie *t, uint32_t at)
{
    uint32_t node;
    if (!node_take(t, &node))
        return false;
    uint32_t base = node_base(node);
    for (uint32_t i = 0; i < SAD_TRIE_NODE; i++)
        t->entries[base + i] = t->entries[at];
    memset(t->lens + base, t->lens[at], SAD_TRIE_NODE);
    entry_store(t, at, SAD_TRIE_CHILD | node);
    return true;
}

struct paint {
    struct sad_trie *t;
    unsigned match_max, match_min; /* entries painted by prefixes of these lengths are overwritten */
    uint32_t value;
    uint8_t len;
    sad_trie_visit deeper;
    void *ctx;
};

static void paint_range(struct paint *p, uint32_t base, uint32_t count)
{
    uint32_t seen = 0;
    for (uint32_t at = base; at < base + count; at++) {
        uint32_t e = p->t->entries[at];
        if (e & SAD_TRIE_CHILD) {
            paint_range(p, node_base(e & ~SAD_TRIE_CHILD), SAD_TRIE_NODE);
        } else if (p->t->lens[at] >= p->match_min && p->t->lens[at] <= p->match_max) {
            p->t->lens[at] = p->len;
            entry_store(p->t, at, p->value);
        } else if (p->deeper && e && e != seen) {
            seen = e;
            p->deeper(p->ctx, e);
        }
    }
}

/* Where a prefix ends: the range of entries in its last node, and the nodes on the way. */
struct spot {
    uint32_t base, count;
    unsigned depth;              /* nodes below the root on the way */
    uint32_t parents[KEY_BYTES]; /* entry that leads to nodes[i] */
    uint32_t nodes[KEY_BYTES];
};

static bool spot_find(struct sad_trie *t, const uint8_t *key, unsigned len, bool grow, struct spot *s)
{
    unsigned bits = 16, used = 16;
    uint32_t base = 0, index = (uint32_t)key[0] << 8 | key[1];
    s->depth = 0;
    while (len > used) {
        uint32_t at = base + index;
        if (!(t->entries[at] & SAD_TRIE_CHILD) && (!grow || !node_push(t, at)))
            return false;
        uint32_t node = t->entries[at] & ~SAD_TRIE_CHILD;
        s->parents[s->depth] = at;
        s->nodes[s->depth++] = node;
        base = node_base(node);
        index = key[used / 8];
        bits = 8;
        used += 8;
    }
    s->count = 1u << (used - len);
    s->base = base + (index & ((1u << bits) - s->count));
    return true;
}

/* Nodes on the way that no prefix needs go away; the last entry they all hold moves up. */
static void spot_collapse(struct sad_trie *t, const struct spot *s)
{
    for (unsigned i = s->depth; i-- > 0;) {
        uint32_t node = s->nodes[i];
        if (t->counts[node])
            return;
        uint32_t base = node_base(node);
        t->lens[s->parents[i]] = t->lens[base];
        entry_store(t, s->parents[i], t->entries[base]);
        sad_reclaim_defer(t->reclaim, node_give, t, node);
    }
}

int sad_trie_set(struct sad_trie *t, const uint8_t *key, unsigned len, uint32_t value, bool is_new,
                 sad_trie_visit deeper, void *ctx)
{
    if (len == 0) {
        atomic_store_explicit(&t->dflt, value, memory_order_release);
        return 0;
    }
    struct spot s;
    if (!spot_find(t, key, len, true, &s)) {
        spot_collapse(t, &s);
        return -ENOSPC;
    }
    for (unsigned i = 0; is_new && i < s.depth; i++)
        t->counts[s.nodes[i]]++;
    struct paint p = {t, len, 0, value, (uint8_t)len, deeper, ctx};
    paint_range(&p, s.base, s.count);
    return 0;
}

void sad_trie_clear(struct sad_trie *t, const uint8_t *key, unsigned len, uint32_t parent_value,
                    unsigned parent_len, sad_trie_visit deeper, void *ctx)
{
    if (len == 0) {
        atomic_store_explicit(&t->dflt, 0, memory_order_release);
        return;
    }
    struct spot s;
    if (!spot_find(t, key, len, false, &s))
        return;
    /* The zero-length prefix is not painted. */
    struct paint p = {t, len, len, parent_len ? parent_value : 0, (uint8_t)parent_len, deeper, ctx};
    paint_range(&p, s.base, s.count);
    for (unsigned i = 0; i < s.depth; i++)
        t->counts[s.nodes[i]]--;
    spot_collapse(t, &s);
}
