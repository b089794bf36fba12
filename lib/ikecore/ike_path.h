/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The two ends that a message travels between, and by what. */
#include <stdbool.h>
#include <stddef.h>
#include "base_addr.h"

/* Where a datagram came from or goes to. */
struct ike_path {
    struct base_endpoint local;
    struct base_endpoint remote;
    bool natt; /* our port is the NAT-T port: IKE carries the non-ESP marker (RFC 3948 2.2) */
    bool tcp;  /* they are those of a connection of TCP (RFC 9329); natt is set as well */
};

struct ike;
struct ike_conn_conf;

#define IKE_PORT      500
#define IKE_PORT_NATT 4500

/* Same ends, by the same. */
bool ike_path_equal(const struct ike_path *a, const struct ike_path *b);

/* Bytes in front of an IKE message in its IP packet: IP header without options, UDP, non-ESP marker. */
size_t ike_path_header_bytes(const struct ike_path *path);

/* How to call the peer of a connection at this address. 0, or -EHOSTUNREACH: no way there. */
int ike_path_to_peer(struct ike *ike, const struct ike_conn_conf *conn, const struct base_addr *addr,
                     struct ike_path *out);
