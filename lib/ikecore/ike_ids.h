/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Identities of peers that are kept: each once, whoever keeps it and how often, as a peer has one in each of
 * its SAs and in what its children hold. Thread: control.
 */
#include <stddef.h>
#include "ike_conf.h"
#include "ike_table.h"

struct ike;

/* Of an engine. */
struct ike_ids {
    struct ike_table table;
};

/* Of type 0: what stands for a peer that has not proved who it is. Kept by nobody. */
extern const struct ike_id ike_id_none;

/* n_slots: a power of two. 0, or -ENOMEM. */
int ike_ids_init(struct ike *ike, size_t n_slots);
/* When none is kept any more. */
void ike_ids_fini(struct ike *ike);

/*
 * The same type and the same bytes, letter by letter, to be given back with ike_ids_put(); of type 0 it is
 * ike_id_none. Borrows id. NULL: no memory.
 */
const struct ike_id *ike_ids_get(struct ike *ike, const struct ike_id *id);

/* Gives back what ike_ids_get() gave. NULL and ike_id_none are fine. */
void ike_ids_put(struct ike *ike, const struct ike_id *id);
