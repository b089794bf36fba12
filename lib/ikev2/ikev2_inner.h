/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Inner addresses of an IKE SA: those that one side gave the other in IKE_AUTH (RFC 7296 2.19), and what
 * "dynamic" among a child's selectors means for it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_ts.h"

struct ike;
struct ikev2_sa;

#define IKEV2_INNER_MAX 2 /* one of each family */
#define IKEV2_INNER_DNS 4

/* Stands in an SA from the IKE_AUTH on in which addresses were asked for. */
struct ikev2_inner {
    bool is_ours; /* the peer has the addresses, from pools of ours; else we have them, from the peer */
    size_t n;
    struct base_addr addrs[IKEV2_INNER_MAX];
    uint32_t asked; /* as responder, until it is answered: what the peer asks for beside (ikev2_ext_cp.c) */
    /* As initiator: what the peer says beside. */
    size_t n_dns;
    struct base_addr dns[IKEV2_INNER_DNS];
    struct base_ts_list *subnets; /* kept, owned; NULL: nothing */
};

/* Makes an SA's, empty, or empties what there is. NULL: no memory. */
struct ikev2_inner *ikev2_inner_new(struct ike *ike, struct ikev2_sa *sa);

/* The SA ends: addresses of ours are given back. */
void ikev2_inner_end(struct ike *ike, struct ikev2_sa *sa);

/* Those of the addresses that the peer gave us which a child's selectors of our side have; else of family
 * none. */
void ikev2_inner_own(const struct ikev2_sa *sa, const struct base_ts_list *local,
                     struct base_addr out[IKEV2_INNER_MAX]);

/* They go over to the SA that takes this one's place, unless that has its own. */
void ikev2_inner_move(struct ike *ike, struct ikev2_sa *from, struct ikev2_sa *to);

/*
 * Selectors of a child's configuration, as they are for this SA: those of the peer's row instead, if it has
 * any (ike_grant.h), with the addresses that this side has in the place of "dynamic", and while we do not
 * know yet what the peer will give us, with all addresses of the families that we ask for. l, when there is
 * nothing to replace, else out; it may have no selector at all.
 */
const struct base_ts_list *ikev2_inner_ts(const struct ikev2_sa *sa, const struct base_ts_list *l,
                                          bool is_local, struct base_ts_list *out);
