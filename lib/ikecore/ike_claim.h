/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Which child holds which inner addresses of the peers. One index for all versions of IKE: what one identity
 * has is given to no other, whoever made its child. Thread: control.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_ts.h"
#include "ike_conf.h"
#include "ike_overlap.h"

struct ike;

/* What a child holds, or is to hold, and for whom. Borrowed. */
struct ike_claim {
    const struct ike_conn_conf *conn;
    const struct ike_child_conf *child;
    const struct ike_id *remote_id; /* who the peer proved to be */
    const struct base_ts_list *local_ts, *remote_ts;
};

/* Fills what the child holds; false: nothing any more, though it is still entered. */
typedef bool ike_claim_fn(const void *child, struct ike_claim *out);

/* A child's place in the index; stands in the child. */
struct ike_claim_entry {
    const void *child;
    ike_claim_fn *says;
    struct ike_span_node *nodes; /* one for each remote selector */
    size_t n;
};

struct ike_claims {
    struct ike_spans spans;
    uint64_t last; /* number of a node, which its place in the tree is drawn from */
};

/* Enters a child with its remote selectors. 0, or -ENOMEM: it is not entered. */
int ike_claim_enter(struct ike *ike, struct ike_claim_entry *e, const struct base_ts_list *remote,
                    const void *child, ike_claim_fn *says);

/* The child goes. */
void ike_claim_leave(struct ike *ike, struct ike_claim_entry *e);

/* Calls visit for entries that overlap these remote selectors until it says true; whether it did. */
bool ike_claim_any(const struct ike *ike, const struct base_ts_list *remote,
                   bool (*visit)(void *entry, void *ctx), void *ctx);

/*
 * Whether a child of another identity and connection holds what overlaps `want` on both sides; *holder gets
 * what that one says. True: the new child is to be refused. Children that both have a priority share what
 * they overlap in, as the configuration wants it.
 */
bool ike_claim_is_taken(const struct ike *ike, const struct ike_claim *want, struct ike_claim *holder);
