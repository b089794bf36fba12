/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Identities by pattern: one connection for many peers. What a peer proves to be is always one identity; a
 * pattern only says which ones a connection takes. Thread: any.
 */
#include <stdbool.h>
#include <stddef.h>
#include "ike_conf.h"
#include "ike_dn.h"

/*
 * Parses what ike_id_parse() does and, beside that:
 *   *@example.org        user@FQDN, whoever the user is
 *   *.branch.example.org a name below, at any depth
 *   any                  whoever proves who he is
 * A name whose values are "*" in part (C=NZ, O=Lab, CN=*) is made a pattern by ike_pattern_settle(). 0, or
 * -EINVAL with a sentence in why.
 */
int ike_pattern_parse(const char *text, struct ike_id *out, char *why, size_t why_size);

/* Makes a distinguished name with a value "*" a pattern; anything else stays as it is. */
void ike_pattern_settle(struct ike_id *id);

#define IKE_PATTERN_LABELS_MAX 16 /* of a name from its end, at which a pattern can begin */

/* The identities of a configuration that a peer may stand under, one after the other. */
struct ike_probes {
    const struct ike_id *peer;          /* borrowed */
    const struct ike_dn_shapes *shapes; /* borrowed, or NULL */
    size_t next;
    size_t n_suffixes;
    uint8_t at[IKE_PATTERN_LABELS_MAX]; /* where they begin, the longest first */
};

/* shapes: those of the configuration's patterns of names (ike_dn.h); NULL: there are none. */
void ike_probes_start(struct ike_probes *p, const struct ike_id *peer, const struct ike_dn_shapes *shapes);

/* The next one, the most exact first. False: there is none. */
bool ike_probes_next(struct ike_probes *p, struct ike_id *out);
