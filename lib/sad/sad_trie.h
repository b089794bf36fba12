/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Longest-prefix match over IPv4 or IPv6 addresses: one writer (control), any number of lock-free readers.
 *
 * The first 16 bits index the root, each further level takes 8 bits. Values are pushed down to the leaves, so
 * a lookup reads one entry per level and never goes back. Entries are 32-bit words, replaced by single
 * stores; a reader sees the old or the new value of a prefix, never anything else. Nodes that fall out of use
 * are freed after a grace period.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "sad_reclaim.h"

#define SAD_TRIE_CHILD 0x80000000u /* the entry leads to a node instead of holding a value */
#define SAD_TRIE_ROOT  65536u      /* entries of the root */
#define SAD_TRIE_NODE  256u        /* entries of a node */

struct sad_trie {
    uint32_t *entries;       /* root, then nodes; node n begins at SAD_TRIE_ROOT + n * SAD_TRIE_NODE */
    _Atomic uint32_t dflt;   /* value of the zero-length prefix; 0: none */
    uint8_t *lens;           /* control: prefix length whose value an entry holds */
    uint32_t *counts;        /* control: prefixes that end in or below a node */
    uint32_t *free_nodes;    /* control: stack */
    uint32_t n_free, n_used; /* control */
    uint32_t max_nodes;
    struct sad_reclaim *reclaim;
};

/* Makes an empty trie of at most max_nodes nodes. 0, or -ENOMEM. */
int sad_trie_init(struct sad_trie *t, uint32_t max_nodes, struct sad_reclaim *reclaim);
void sad_trie_fini(struct sad_trie *t);

/* Called for each distinct run of entries of a longer prefix under the one that is set or cleared. */
typedef void (*sad_trie_visit)(void *ctx, uint32_t value);

/*
 * Gives prefix key/len a value (1..2^31-1), new or instead of the one before (is_new tells which). deeper
 * (may be NULL) sees the values of longer prefixes below. 0, or -ENOSPC: no nodes left, nothing changed.
 */
int sad_trie_set(struct sad_trie *t, const uint8_t *key, unsigned len, uint32_t value, bool is_new,
                 sad_trie_visit deeper, void *ctx);

/* Removes prefix key/len; parent_value/parent_len is the next shorter prefix that covers it (0/0: none). */
void sad_trie_clear(struct sad_trie *t, const uint8_t *key, unsigned len, uint32_t parent_value,
                    unsigned parent_len, sad_trie_visit deeper, void *ctx);

/* The value for an address, 0: none. Thread: any that is registered with the RCU variable. */
static inline uint32_t sad_trie_find(const struct sad_trie *t, const uint8_t *key)
{
    uint32_t at = (uint32_t)key[0] << 8 | key[1];
    uint32_t e = __atomic_load_n(&t->entries[at], __ATOMIC_ACQUIRE);
    for (unsigned i = 2; e & SAD_TRIE_CHILD; i++) {
        at = SAD_TRIE_ROOT + (e & ~SAD_TRIE_CHILD) * SAD_TRIE_NODE + key[i];
        e = __atomic_load_n(&t->entries[at], __ATOMIC_ACQUIRE);
    }
    return e ? e : atomic_load_explicit(&t->dflt, memory_order_acquire);
}

/* The same for an IPv4 address, which has three levels at most. */
static inline uint32_t sad_trie_find4(const struct sad_trie *t, const uint8_t *key)
{
    const uint32_t *entries = t->entries;
    uint32_t e = __atomic_load_n(&entries[(uint32_t)key[0] << 8 | key[1]], __ATOMIC_ACQUIRE);
    if (e & SAD_TRIE_CHILD) {
        e = __atomic_load_n(&entries[SAD_TRIE_ROOT + (e & ~SAD_TRIE_CHILD) * SAD_TRIE_NODE + key[2]],
                            __ATOMIC_ACQUIRE);
        if (e & SAD_TRIE_CHILD)
            e = __atomic_load_n(&entries[SAD_TRIE_ROOT + (e & ~SAD_TRIE_CHILD) * SAD_TRIE_NODE + key[3]],
                                __ATOMIC_ACQUIRE);
    }
    return e ? e : atomic_load_explicit(&t->dflt, memory_order_acquire);
}
