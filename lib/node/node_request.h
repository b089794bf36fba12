/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What control asks of the data side. A request is plain bytes without a pointer; it is carried out at once,
 * and the answer is a number and, for some, what is filled into the request. Thread: control.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_ts.h"
#include "esp_pair.h"

#define NODE_TOLD_MAX 48 /* counters in a group */

struct node;

/*
 * Besides what its row says, each request may come back with -EINVAL: a number in it is out of range. Nothing
 * has changed then, nor after any other error.
 */
enum node_request_type {
    /*
     * Reserves an inbound SPI and fills spi_in; it is given back by RELEASE or, once it is installed, by
     * REMOVE. -ENOSPC: all are taken (answer NO_ADDITIONAL_SAS, RFC 7296 1.3).
     */
    NODE_SPI_RESERVE,
    /* Gives back spi_in, which was never installed. Others are ignored. */
    NODE_SPI_RELEASE,
    /*
     * Fills conn with a number for a connection: what all pairs that are installed under it count, is summed
     * up until CLOSE (node_view_conn()). -ENOMEM: install under 0, which nobody sums up.
     */
    NODE_CONN_OPEN,
    /* The connection conn is no more, its sums are forgotten. Others are ignored. */
    NODE_CONN_CLOSE,
    /*
     * Installs pair, both directions; its spi_in is from RESERVE. Its outer_mtu is as in PAIR_MTU. The caller
     * wipes its copy. -ENOTSUP: an algorithm that this data path lacks; -ENOENT: spi_in is not reserved;
     * -ENOMEM: no memory, or the tables of selectors are full. The SPI stays reserved then: close the child,
     * and REMOVE gives it back.
     */
    NODE_PAIR_INSTALL,
    /* From now on packets are sealed with the pair of spi_in. -ENOENT: there is none; -ENOMEM. */
    NODE_PAIR_ACTIVATE,
    /* Packets are sealed with the pair of spi_in no more; it still opens them. -ENOENT: there is none. */
    NODE_PAIR_DEACTIVATE,
    /* move: the peer, or our end, is elsewhere, or ESP goes another way. -ENOENT: there is no such pair;
     * -EINVAL also: two families. */
    NODE_PAIR_MOVE,
    /*
     * mtu: the path of the pair carries packets of so many bytes; 0: as many as its port. Never more than
     * that, and never less than every path carries. It holds until the pair moves. -ENOENT: there is no such
     * pair.
     */
    NODE_PAIR_MTU,
    /* Takes both directions of spi_in away; the node wipes their keys. -ENOENT: there is none; an SPI that
     * was reserved only is given back all the same. */
    NODE_PAIR_REMOVE,
    /*
     * The ports' addresses, routes and policies are replaced as a whole: BEGIN, an ADD for each, COMMIT. What
     * was added and not committed is forgotten by the next BEGIN. ADD: -ENOMEM. A commit with an error leaves
     * the old set in force.
     */
    NODE_TABLES_BEGIN,
    NODE_ADDR_ADD,
    NODE_ROUTE_ADD,
    NODE_POLICY_ADD,
    /* policy, whose trap and dscp are not read: such packets travel in clear instead, both ways, whatever
     * else is for them. -EINVAL also: no such row. */
    NODE_BYPASS_ADD,
    /* Each port has the addresses that were added for it, and no others, and so has its host interface; with
     * the routes. -EINVAL: a route names no port; -ENOSPC: more addresses than fit; -ENOMEM. */
    NODE_ROUTES_COMMIT,
    /* In parts: 1 means that there are more, ask again, and add none meanwhile. -ENOMEM: no memory, or the
     * tables of selectors are full. What both sets have in common is protected throughout. */
    NODE_POLICIES_COMMIT,
    /* trap: no SA is made for its packets now; those that wait are dropped. */
    NODE_TRAP_REFUSE,
    /*
     * known: messages of this SPI of ours are of an IKE SA that lives, and come before those of strangers; or
     * no more. -ENOSPC: no room, they come with the others; -ENOENT: it was not known.
     */
    NODE_IKE_KNOW,
    /*
     * stream: opens a connection of TCP (RFC 9329) from the address of local to remote, and fills the port of
     * local. What is sent by it waits until it is up; NODE_EV_STREAM_ENDED tells its end. -ENOTSUP: no TCP
     * here; -EMFILE: as many as there may be; or another errno of the host's.
     */
    NODE_STREAM_OPEN,
    /* stream: one more use of it, or one less. What has none is closed after a while. Others are ignored. */
    NODE_STREAM_HOLD,
    NODE_STREAM_LEAVE,
    /* told: counters of control's, for the telemetry socket. -ENOSPC: too many groups. */
    NODE_COUNTERS_TELL,
};

struct node_move {
    uint32_t spi_in;
    struct esp_path path;
    enum esp_way way;
};

struct node_mtu {
    uint32_t spi_in;
    uint16_t outer_mtu; /* bytes of whole packets; 0: as the port */
};

/* A datagram to be sent; its bytes go beside it. */
struct node_send {
    struct base_endpoint local; /* its address is a port's */
    struct base_endpoint remote;
    bool tcp;     /* by the connection of TCP between these ends; else by UDP */
    bool marker;  /* put the non-ESP marker before it (RFC 3948 2.2) */
    bool whole;   /* one packet that nobody cuts on its way: with DF, and not in fragments of ours */
    uint16_t len; /* of the bytes, at least 1 */
};

/* An address of a port with its network, host bits kept. */
struct node_addr {
    uint16_t port; /* place in node_params.ports */
    struct base_prefix addr;
};

/* Packets to prefix leave by a port. Connected prefixes of ports need no route. */
struct node_route {
    struct base_prefix prefix;
    uint16_t port;             /* place in node_params.ports */
    struct base_addr next_hop; /* family none: on link */
};

#define NODE_ROWS_MAX 512

/* Traffic between local and remote must be protected, whether or not an SA for it exists now. */
struct node_policy {
    struct base_ts_list local_ts, remote_ts;
    uint32_t trap; /* packets without an SA call for one, by NODE_EV_TRAP with this number; 0: they do not */
    uint64_t
        dscp;     /* set of those that it is for, and that pairs for all do not serve (base_dscp.h); 0: all */
    uint16_t row; /* BYPASS_ADD: its packets are counted under this number, below NODE_ROWS_MAX */
};

struct node_told_row {
    char name[40]; /* [a-z0-9_]+ */
    uint64_t value;
};

/* A group of counters, which takes the place of what was told of it before. */
struct node_told {
    char group[16]; /* [a-z0-9_]+ */
    uint32_t count; /* of rows, 0..NODE_TOLD_MAX */
    struct node_told_row rows[NODE_TOLD_MAX];
};

struct node_known {
    uint64_t ike_spi;
    bool is_known;
};

/* The ends of a connection of TCP. */
struct node_stream {
    struct base_endpoint local, remote;
};

struct node_request {
    enum node_request_type type;
    union {
        uint32_t spi_in; /* SPI_*, PAIR_ACTIVATE, PAIR_DEACTIVATE, PAIR_REMOVE */
        uint32_t conn;   /* CONN_* */
        uint32_t trap;   /* TRAP_REFUSE */
        struct esp_pair pair;
        struct node_move move;
        struct node_mtu mtu;
        struct node_addr addr;
        struct node_route route;
        struct node_policy policy;
        struct node_known known;
        struct node_stream stream;
        struct node_told told;
    };
};

/* Carries out a request. 0, or what its type says. Borrows until return. */
int node_do(struct node *node, struct node_request *request);

/* The same for a request that has nothing but its type and spi_in. */
static inline int node_do_spi(struct node *node, enum node_request_type type, uint32_t spi_in)
{
    struct node_request r;
    r.type = type;
    r.spi_in = spi_in;
    return node_do(node, &r);
}

/*
 * Sends a datagram, send->len bytes of it, in IP fragments where the port's MTU asks for them. Borrows until
 * return. 0; -ENETUNREACH: no route; -ENOBUFS: it is lost, as on the way; -EMSGSIZE: longer than IP carries
 * or, whole, than the port's MTU; -ENOTCONN: there is no such connection of TCP.
 */
int node_send(struct node *node, const struct node_send *send, const uint8_t *bytes);
