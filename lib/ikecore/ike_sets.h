/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The different sets of IKE proposals in a configuration. IKE_SA_INIT names nobody, so its algorithms are
 * chosen for all connections of IKEv2 that allow an address; of many connections most have the same set.
 * Thread: any.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "ike_conf.h"
#include "ike_path.h"

#define IKE_SETS_MAX 32 /* what comes beyond counts as the last one */

/* How many connections that allow a path have which set. */
struct ike_set_counts {
    size_t n_sets;
    uint32_t count[IKE_SETS_MAX];
    const struct ike_conn_conf *first[IKE_SETS_MAX]; /* that allows the path; NULL with count 0 */
    const struct ike_conn_conf *nearest;             /* the first of all that allow it; NULL: none does */
    bool forces_encap;                               /* one of them does */
    size_t
        steps; /* looks that it took: by how many lengths of prefixes and sets there are, not connections */
};

/* Whether a connection allows the addresses of a path. */
bool ike_sets_allows(const struct ike_conn_conf *c, const struct ike_path *path);

/*
 * Numbers the sets, of which each connection gets its own, and counts whom any address may be. The caller
 * frees it. NULL: no memory; all then count as one set.
 */
struct ike_sets *ike_sets_new(struct ike_conf *conf);
void ike_sets_free(struct ike_sets *sets);

/* Of a sealed configuration. Connections that are bound to other addresses cost nothing. */
void ike_sets_count(const struct ike_conf *conf, const struct ike_path *path, struct ike_set_counts *out);
