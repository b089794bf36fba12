/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What the data side reports: datagrams of IKE, and what became of SAs. Plain bytes without a pointer. Times
 * are CLOCK_MONOTONIC. Thread: control.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_time.h"

#define NODE_DATAGRAM_MAX 65535 /* bytes; no datagram of UDP is longer */

struct node;

enum node_event_type {
    NODE_EV_DATAGRAM, /* datagram: IKE came in */
    NODE_EV_SOFT,     /* a soft limit was reached, or three quarters of the sequence space: rekey */
    NODE_EV_HARD,     /* a hard limit or the end of the sequence space: a direction drops from now on */
    NODE_EV_WANTED, /* a worker has packets for the pair, which is_shared, and no pair of its own beside it */
    NODE_EV_MOVED,  /* moved: an authenticated, newest packet came from there; sad_event_pop() says how
                       often */
    NODE_EV_PATH_MTU, /* path_mtu: an ICMP error says what the path of the pair carries */
    NODE_EV_TRAFFIC,  /* traffic: the pair carried packets since the last look; once a second at most */
    NODE_EV_TRAP, /* trap: a packet wants an SA of this policy, and there is none; once a second at most */
    NODE_EV_UNKNOWN_SPI,  /* stray: ESP with an SPI that no pair has or is about to get; a sample */
    NODE_EV_HOST_ADDRS,   /* port: its host interface may have other addresses (node_view_host_addrs()) */
    NODE_EV_STREAM_ENDED, /* ended: a connection of TCP did not come up, or is no more */
};

/* UDP to port 500, or to 4500 with the non-ESP marker, which is taken off (RFC 3948 2.2). It came whole or in
 * IP fragments. */
struct node_datagram {
    struct base_endpoint local, remote;
    bool natt;    /* it came to 4500, */
    bool tcp;     /* or by a connection of TCP, whose ends these are */
    uint16_t len; /* of the bytes beside the event */
};

struct node_moved {
    struct base_endpoint to;
    bool is_stream; /* it came by a connection of TCP, whose end here has */
    uint16_t local_port;
};

struct node_traffic {
    base_time last_in, last_out; /* 0 ns: never */
};

struct node_path_mtu {
    uint16_t mtu; /* bytes of whole packets, not below what every path carries */
    /* It quotes a packet of the pair, which sends no larger ones already. Else it quotes what anybody knows,
     * ports and addresses, and nothing has changed. */
    bool is_sure;
};

struct node_stray {
    struct base_endpoint local, remote; /* natt false: ESP without UDP, ports 0 */
    bool natt;
    uint16_t len; /* bytes of ESP */
};

#define NODE_WHY_MAX 96

struct node_stream_ended {
    struct base_endpoint local, remote;
    bool is_ours;           /* we had opened it */
    bool is_held;           /* there were uses of it (NODE_STREAM_HOLD) */
    bool is_refused;        /* for what came by it, by us */
    int error;              /* a negative errno, or 0 */
    char why[NODE_WHY_MAX]; /* words without an end */
};

struct node_event {
    enum node_event_type type;
    uint32_t spi_in; /* all but DATAGRAM, TRAP, HOST_ADDRS, STREAM_ENDED; UNKNOWN_SPI: of the packet */
    union {
        struct node_datagram datagram;
        struct node_moved moved;
        struct node_path_mtu path_mtu;
        struct node_traffic traffic;
        struct node_stray stray;
        struct node_stream_ended ended;
        uint32_t trap; /* node_policy.trap */
        uint16_t port; /* place in node_params.ports */
    };
};

/*
 * Takes the next event; false: none is left in this turn. Take all of them after each node_turn(): IKE comes
 * first and is bounded per turn, so a flood of it holds up nothing else. bytes: the caller's, what a DATAGRAM
 * says goes there; as many of them are written as it is long.
 */
bool node_event_pop(struct node *node, struct node_event *out, uint8_t bytes[NODE_DATAGRAM_MAX]);
