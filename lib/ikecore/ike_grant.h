/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Rows of a connection for many peers: what one identity has there instead of what all have. Part of an
 * ike_conf, and like that never changed once it is sealed. Thread: any.
 *
 * What a row says goes before what a RADIUS server grants with a login, and that before the connection's own:
 * a row was written here, for this very identity, and its address is kept for it. Of times the shorter holds.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_ts.h"
#include "ike_conf.h"

#define IKE_GRANTS_MAX  100000     /* of a file, or of a list */
#define IKE_GRANT_UNSET UINT32_MAX /* a number that the connection says */

struct ike_grant {
    struct ike_id id; /* exact */
    uint32_t line;    /* from 1, in remote.peers_file; 0: it stands in remote.peers */
    uint32_t at;      /* there: its place from 0 */
    uint32_t reauth_s;
    uint8_t n_pools;                    /* 0: the connection's */
    uint16_t pools[IKE_CONN_POOLS_MAX]; /* numbers in ike_conf.pools */
    size_t n_addrs;
    struct base_addr addrs[2];      /* one of a family at the most; none: one of the pools' */
    struct base_ts_list *local_ts;  /* in place of the child's; kept. NULL: that one */
    struct base_ts_list *remote_ts; /* the same */
};

/* An address that belongs to the identity of a row. */
struct ike_reserved {
    struct base_addr addr;
    uint32_t grant; /* number of the row */
};

/* Rows of all connections, those of one behind each other. */
struct ike_grants {
    size_t n, room;
    struct ike_grant *list; /* owned */
    size_t n_reserved;
    /* Sorted by address, one of an identity once; made by ike_grants_seal(). */
    struct ike_reserved *reserved;
};

/* A new row of the connection, which is the last one to have got any; all unset. NULL: no memory. */
struct ike_grant *ike_grant_add(struct ike_conf *conf, struct ike_conn_conf *conn);
/* Takes the row that was added last away again. */
void ike_grant_drop(struct ike_conf *conf, struct ike_conn_conf *conn);

/* Sorts what is reserved; without memory look-ups walk. NULL: nothing to do. */
void ike_grants_seal(struct ike_grants *g);
void ike_grants_free(struct ike_grants *g);

/* The row of an identity on its connection, sealed; NULL: none. */
const struct ike_grant *ike_grant_of(const struct ike_conn_conf *conn, const struct ike_id *id);

/* Whom an address belongs to. NULL: nobody. */
const struct ike_id *ike_grants_owner(const struct ike_grants *g, const struct base_addr *addr);

/* How many addresses from lo to hi, of one family, are reserved; 0 without the sorted list. */
size_t ike_grants_between(const struct ike_grants *g, const struct base_addr *lo, const struct base_addr *hi);

/* Whether an identity has the same by both connections' rows, its times apart. */
bool ike_grant_same(const struct ike_conn_conf *a, const struct ike_conn_conf *b, const struct ike_id *id);

/* How many rows of two connections are not in the other, or say something else there. */
size_t ike_grants_differ(const struct ike_conn_conf *a, const struct ike_conn_conf *b);
