/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Routes: from addresses to adjacencies. Replaced as a whole; neighbours are added and removed in place.
 * Thread: control, except for dp_fib_find().
 */
#include <stdatomic.h>
#include "dp.h"
#include "sad_trie.h"

struct dp_fib_route {
    struct base_prefix prefix;
    uint32_t adj;
};

struct dp_fib {
    struct sad_trie trie4, trie6; /* address -> index of a dp_adj */
    _Atomic uint32_t generation;  /* changes with each change of the tries */
    size_t n_routes;
    struct dp_fib_route *routes; /* control */
};

/* The adjacency for an address; 0: no route. Thread: any that is registered with the RCU variable. */
static inline uint32_t dp_fib_find(const struct dp_fib *fib, bool is6, const uint8_t *addr)
{
    return is6 ? sad_trie_find(&fib->trie6, addr) : sad_trie_find4(&fib->trie4, addr);
}

/*
 * Own addresses, connected prefixes, known neighbours and these routes. Owned by the caller, who publishes
 * it. NULL: no memory, or a route names no port.
 */
struct dp_fib *dp_fib_make(struct dp *dp, const struct dp_route *routes, size_t count);

/* No worker may be able to see it. NULL is fine. */
void dp_fib_free(struct dp_fib *fib);

/* An address of the host's that is no port's, in place; dp_fib_host_clear() ends it. 0, or -errno. */
int dp_fib_inner_set(struct dp *dp, struct dp_fib *fib, uint16_t port, const struct base_addr *addr);

/* A neighbour's host route, in place. 0, or -ENOSPC. */
int dp_fib_host_set(struct dp *dp, struct dp_fib *fib, const struct base_addr *addr, uint32_t adj);
void dp_fib_host_clear(struct dp_fib *fib, const struct base_addr *addr);
