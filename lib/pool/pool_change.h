/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What changed of leases and was not told yet, for whoever keeps them over a restart: each lease once,
 * however often it changed, so there are never more than leases. Thread: any, one at a time.
 */
#include <stdbool.h>
#include <stddef.h>
#include "base_addr.h"
#include "base_time.h"
#include "ike_conf.h"

struct pool_lease;
struct pool_leases;

enum pool_record_kind {
    POOL_RECORD_HELD, /* in use since then */
    POOL_RECORD_IDLE, /* given back then, and kept for its identity */
    POOL_RECORD_GONE  /* nobody's any more; id is empty */
};

/* The state of one address. A later record of an address takes the place of an earlier one. Plain value. */
struct pool_record {
    enum pool_record_kind kind;
    struct base_addr addr;
    struct ike_id id;
    base_time since;
};

struct pool_changes {
    struct pool_lease *first, *last;
    bool is_kept; /* somebody asks for them */
};

/* The state of a lease as a record. */
void pool_record_of(const struct pool_lease *l, struct pool_record *out);

/* A lease changed. */
void pool_change_note(struct pool_changes *c, struct pool_lease *l);
/* A lease that was dropped from the tables: it is freed here, when it has been told of. */
void pool_change_gone(struct pool_changes *c, struct pool_lease *l);
/* The oldest one. False: there is none. */
bool pool_change_next(struct pool_changes *c, struct pool_record *out);
/* Frees those that are gone and forgets the rest. */
void pool_changes_fini(struct pool_changes *c);
