/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * An address of ours in the place of a peer's, where another peer has that already (RFC 3948 5): one to one,
 * as long as the IKE SA lives, so that packets of the two are never taken for each other's. The child's
 * "remap" names the pool; a lease of it belongs to the peer's identity. Thread: control.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_time.h"
#include "base_ts.h"

struct ike_conf;
struct ike_id;
struct pool_book;

/* Stands in an IKE SA; here of family none: its peer's packets keep their addresses. */
struct pool_remap {
    struct base_addr real, here;
};

/* What an address is wanted for. Borrowed. */
struct pool_remap_want {
    const struct ike_conf *conf;       /* in force: its pools are those of the book */
    const char *pool;                  /* by its name; "": none */
    const struct ike_id *id;           /* authenticated */
    uint64_t holder;                   /* the number of the IKE SA */
    const struct base_ts_list *remote; /* selectors with the address that another peer has */
    const struct pool_remap *older;    /* of an older SA of it for the same address; NULL: none */
    base_time now;
};

/*
 * Remote selectors as packets have them on this side: with the address of ours, where they are for the peer's
 * that it stands for, else as they are. Returns remote or out.
 */
const struct base_ts_list *pool_remap_ts(const struct pool_remap *m, const struct base_ts_list *remote,
                                         struct base_ts_list *out);

/*
 * Takes an address for the one that the selectors are for. False: there is no such pool, they have several
 * addresses, m has an address for another one, or the pool has none left.
 */
bool pool_remap_take(struct pool_book *book, struct pool_remap *m, const struct pool_remap_want *want);

/* The peer is at another address: what stands for a host at the former one stands for it there. */
void pool_remap_follow(struct pool_remap *m, const struct base_addr *from, const struct base_addr *to);
/* Its IKE SA ends: the address is given back. */
void pool_remap_end(struct pool_book *book, struct pool_remap *m, uint64_t holder, base_time now);
/* It goes over to the SA that takes the holder's place, unless that has one. */
void pool_remap_move(struct pool_book *book, struct pool_remap *from, uint64_t holder, struct pool_remap *to,
                     uint64_t heir);
