/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What narrows a list: arguments of a request, and which SAs, connections and failures they let through. */
#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>
#include "ctl_audit.h"
#include "ctl_refuse.h"
#include "ike_view.h"

/* By what a list can be narrowed; bits. */
enum ctl_filter_by {
    CTL_BY_CONNECTION = 1, /* one of the configuration */
    CTL_BY_NAME = 2,       /* connections whose name is like a pattern, with * and ? */
    CTL_BY_PEER = 4,       /* address, network, endpoint or identity of the peer */
    CTL_BY_SPI = 8,        /* of an IKE SA or of a child, either side's */
    CTL_BY_STATE = 16,     /* up, or not */
};

/* Borrows from args. Zero lets everything through. */
struct ctl_filter {
    const char *connection, *name; /* NULL: any */
    const char *endpoint;          /* "198.51.100.7:4500"; NULL: none was meant */
    bool has_net, has_id, has_spi;
    struct base_prefix net;
    struct ike_id id;
    uint64_t spi;
    bool wants_up, wants_down;
};

/*
 * Reads the arguments connection, name, peer, spi and state ("up" or "down"). False: *refusal is filled,
 * because one makes no sense, or is not among `can` (enum ctl_filter_by).
 */
bool ctl_filter_read(struct ctl_filter *f, unsigned can, const struct ike_conf *conf, const json_t *args,
                     struct ctl_refusal *refusal);

bool ctl_filter_sa(const struct ctl_filter *f, const struct ike *ike, const struct ike_sa_view *v);

/* peer: where a connection that is up has its peer, else NULL. */
bool ctl_filter_conn(const struct ctl_filter *f, const struct ike_conn_conf *c,
                     const struct base_endpoint *peer);

bool ctl_filter_failure(const struct ctl_filter *f, const struct ike_audit *a);
