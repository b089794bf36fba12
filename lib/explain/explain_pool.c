/* SPDX-License-Identifier: BSD-3-Clause */
/* Explanations of inner addresses: that a peer does not get, or that we do not get from it. */
#include "explain_int.h"

#include "base_text.h"
#include "ike_audit.h"
#include "ike_conf.h"

static void add_pools(struct base_text *t, const struct ike_conn_conf *c)
{
    for (size_t i = 0; i < c->n_pools; i++)
        base_text_add(t, "%s%s", i ? ", " : "", c->pools[i]);
}

static void address_full(struct explain *e, const struct ike_conn_conf *c)
{
    base_text_add(&e->what, "the peer asks for an inner address, and none is free");
    base_text_add(&e->why, "All addresses of the pools of this connection (");
    add_pools(&e->why, c);
    base_text_add(&e->why, ") are in use, or kept for peers that had them.");
    base_text_add(
        &e->fix_here,
        "pools: give them more addresses, or a shorter lease_s; culvertctl show pools tells who has "
        "them");
}

static void address_family(struct explain *e, const struct ike_conn_conf *c)
{
    base_text_add(&e->what, "the peer asks for an inner address of a family that no pool has");
    base_text_add(&e->why, "The pools of this connection (");
    add_pools(&e->why, c);
    base_text_add(&e->why, ") have addresses of the other family only.");
    base_text_add(&e->fix_here, "connections.%s.remote.pools: name a pool of that family, too", c->name);
    base_text_add(&e->fix_peer, "or ask for the other family (strongSwan: vips = 0.0.0.0 or ::)");
}

static void address_busy(struct explain *e, const struct ike_conn_conf *c)
{
    static const char *const unique[] = {
        [IKE_UNIQUE_REPLACE] = "replace", [IKE_UNIQUE_KEEP] = "keep", [IKE_UNIQUE_REJECT] = "reject"};
    base_text_add(&e->what, "the peer's own inner address is in use");
    base_text_add(&e->why,
                  "A row of connection \"%s\", or its RADIUS server, says which address this identity "
                  "has, and another SA has it: one of the same identity (unique is \"%s\"), or of a "
                  "peer who got it before.",
                  c->name, unique[c->unique]);
    base_text_add(
        &e->fix_here,
        "connections.%s: give each device an identity of its own, or let the newcomer replace (unique: "
        "replace); culvertctl show pools tells who has the address",
        c->name);
}

static void address_unasked(struct explain *e, const struct ike_conn_conf *c)
{
    base_text_add(&e->what, "the peer asks for no inner address");
    if (c->address_required)
        base_text_add(&e->why, "Its connection demands that it does (address_required), so its child SA is "
                               "refused.");
    else
        base_text_add(&e->why, "Its connection has pools, so its networks are the address that it gets; "
                               "without one there is nothing for a child SA.");
    base_text_add(&e->fix_peer, "ask for one (strongSwan: vips = 0.0.0.0, ::)");
    base_text_add(&e->fix_here, "connections.%s.remote: take out pools, and write its networks into subnets",
                  c->name);
}

static void address_not_given(struct explain *e, const struct ike_conn_conf *c)
{
    base_text_add(&e->what, "the peer gives us no inner address");
    base_text_add(&e->why, "We asked for one, and its answer has none: it has no pool for us.");
    base_text_add(&e->fix_peer, "give us an address (strongSwan: pools = NAME in its connection for us)");
    base_text_add(&e->fix_here,
                  "connections.%s.local: take out virtual_addresses, and write our networks into subnets",
                  c->name);
}

void explain_address(struct ike *ike, struct explain_about about, enum explain_address fault)
{
    static void (*const add[])(struct explain * e, const struct ike_conn_conf *c) = {
        [EXPLAIN_ADDRESS_FULL] = address_full,           [EXPLAIN_ADDRESS_FAMILY] = address_family,
        [EXPLAIN_ADDRESS_BUSY] = address_busy,           [EXPLAIN_ADDRESS_UNASKED] = address_unasked,
        [EXPLAIN_ADDRESS_NOT_GIVEN] = address_not_given,
    };
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_ADDRESS, about, about.conn))
        return;
    add[fault](&e, about.conn);
    explain_end(ike, &e);
}
