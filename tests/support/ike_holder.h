/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Another peer, of which nothing is there but what a child of its holds (ike_claim.h). */
#include "ike_claim.h"
#include "ike_core.h"
#include "ike_pair.h"

struct holder {
    struct ike_conn_conf conn;
    struct ike_child_conf child;
    struct ike_id id;
    struct base_ts_list local, remote;
    struct ike_claim_entry entry;
};

static inline bool holder_says(const void *child, struct ike_claim *out)
{
    const struct holder *h = child;
    *out = (struct ike_claim){&h->conn, &h->child, &h->id, &h->local, &h->remote};
    return true;
}

/* From now on it has these networks at this host. Given back with holder_free(), before the pair is. */
static inline struct holder *holder_new(struct pair_host *host, const char *local, const char *remote)
{
    struct holder *h = calloc(1, sizeof *h);
    ike_conn_conf_defaults(&h->conn);
    ike_child_conf_defaults(&h->child);
    snprintf(h->conn.name, sizeof h->conn.name, "holder");
    snprintf(h->child.name, sizeof h->child.name, "held");
    h->id = pair_id("@holder");
    pair_ts_add(&h->local, local);
    pair_ts_add(&h->remote, remote);
    assert_int_equal(ike_claim_enter(host->ike, &h->entry, &h->id, &h->remote, h, holder_says), 0);
    return h;
}

static inline void holder_free(struct pair_host *host, struct holder *h)
{
    ike_claim_leave(host->ike, &h->entry);
    ike_conn_conf_clear(&h->conn);
    free(h);
}
