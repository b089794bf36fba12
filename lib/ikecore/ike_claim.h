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
#include "ike_table.h"

struct ike;
struct ike_claimant;

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
    struct ike_claimant *claimant; /* whose it is */
};

struct ike_claims {
    struct ike_spans spans;
    struct ike_table claimants; /* identities that hold something, each once */
    uint64_t last;              /* number of a node, which its place in the tree is drawn from */
};

/* n_slots: a power of two. 0, or -ENOMEM. */
int ike_claim_init(struct ike *ike, size_t n_slots);
/* When no child is entered any more. */
void ike_claim_fini(struct ike *ike);

/*
 * Enters a child of this identity with its remote selectors. The identity is kept: it is who the peer
 * proved to be, for as long as the child lives. 0, or -ENOMEM: it is not entered.
 */
int ike_claim_enter(struct ike *ike, struct ike_claim_entry *e, const struct ike_id *remote_id,
                    const struct base_ts_list *remote, const void *child, ike_claim_fn *says);

/* The child goes. */
void ike_claim_leave(struct ike *ike, struct ike_claim_entry *e);

/* Calls visit for entries that overlap these remote selectors until it says true; whether it did. */
bool ike_claim_any(const struct ike *ike, const struct base_ts_list *remote,
                   bool (*visit)(void *entry, void *ctx), void *ctx);

/*
 * Whether a child of another identity and connection holds what overlaps `want` on both sides; *holder gets
 * what that one says. True: the new child is to be refused. Children that both have a priority share what
 * they overlap in, as the configuration wants it, and so do children for different DSCPs. Costs a few looks,
 * however many children the identity has itself, side by side.
 */
bool ike_claim_is_taken(const struct ike *ike, const struct ike_claim *want, struct ike_claim *holder);
