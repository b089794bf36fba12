/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Which address ranges overlap a given one: an interval tree, so that a new child is judged in O(log n)
 * beside 100,000 others.
 */
#include "ike_conf.h"

/* One range, of an owner that may have several. */
struct ike_span_node {
    struct ike_span_node *left, *right;
    struct base_addr lo, hi;
    struct base_addr max_hi; /* of the subtree */
    uint64_t priority;       /* random: keeps the tree balanced */
    void *owner;
    const void *kind; /* what several owners have in common; NULL: nothing */
    bool is_uniform;  /* all of the subtree are of this kind */
};

struct ike_spans {
    struct ike_span_node *root;
};

/* Enters a node whose lo, hi, priority, owner and kind are set. */
void ike_spans_add(struct ike_spans *s, struct ike_span_node *n);
void ike_spans_remove(struct ike_spans *s, struct ike_span_node *n);

/*
 * Calls visit for each node that overlaps lo..hi until it says true; whether it did. Nodes of the kind `but`
 * need not be visited (NULL: all are): where one kind has many side by side, most are passed over.
 */
bool ike_spans_any(const struct ike_spans *s, const struct base_addr *lo, const struct base_addr *hi,
                   const void *but, bool (*visit)(void *owner, void *ctx), void *ctx);
