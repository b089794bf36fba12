/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The smoke-test pair: a site "gw" at a known address, a site "foo" that calls it, NATs in front of either.
 */
#include "sim_conf.h"
#include "sim_world.h"

struct sim_pair {
    struct sim_world *w;
    struct sim_host *foo, *gw;
    struct sim_nat *foo_nat, *gw_nat; /* may be NULL */
    struct sim_conn foo_conn, gw_conn;
};

/*
 * Makes both hosts, not started. foo_nat: NONE or MASQUERADE (or STATIC), gw_nat: NONE or STATIC. gw has no
 * address to call unless foo is reachable without NAT or through a static one.
 */
struct sim_pair sim_pair_new(struct sim_world *w, enum sim_nat_kind foo_nat, enum sim_nat_kind gw_nat);

/* A sealed configuration of one connection; half of the seeds name the host's own address in it. */
struct ike_conf *sim_pair_conf(const struct sim_conn *c, const struct sim_host *h);

/* Starts both engines with the connections as they now are. */
void sim_pair_start(struct sim_pair *p);

/* Starts both and waits until both have the child; fails the world after 30 s. */
void sim_pair_connect(struct sim_pair *p);

/* Whether both sides have one established IKE SA at least and all children installed. */
bool sim_pair_is_up(const struct sim_pair *p);
