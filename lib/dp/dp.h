/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The data path: control side. Control configures the ports (one rx and one tx queue per worker), makes a dp,
 * runs dp_worker_run() on each worker core and then talks to it through the functions below. How a packet
 * goes through is in dp_path.c.
 *
 * Thread: control, unless said otherwise.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_span.h"
#include "base_time.h"
#include "dp_counters.h"

struct dp;
struct dp_io;
struct dp_worker;
struct sad;
struct rte_mbuf;
struct rte_mempool;

#define DP_PORTS_MAX      16
#define DP_PORT_ADDRS_MAX 16
#define DP_WORKERS_MAX    64
#define DP_BURST_MAX      64 /* packets that a stage takes at once */
#define DP_NAME_MAX       64

enum dp_role {
    DP_ROLE_OUTSIDE, /* peers are here; what comes in clear is never sealed */
    DP_ROLE_INSIDE,  /* protected hosts are here */
    DP_ROLE_BOTH,    /* one-armed */
};

enum dp_poll {
    DP_POLL_BUSY,    /* never sleeps */
    DP_POLL_ADAPTIVE /* sleeps after idle polls, up to 250 us */
};

/* A started port: an ethdev, or one with its own way to move frames. Its number in the dp is its index in
 * dp_params.ports. */
struct dp_port_params {
    uint16_t port_id; /* ethdev */
    const struct dp_io
        *io;       /* used instead of the ethdev, with io_port; borrowed for the dp's life; NULL: none */
    void *io_port; /* borrowed likewise */
    char name[DP_NAME_MAX];
    enum dp_role role;
    uint8_t mac[6];
    uint16_t mtu;       /* L3 bytes, 576..9216 */
    uint16_t vlan;      /* 0: untagged */
    uint16_t rx_queues; /* worker n polls queues n, n + workers, n + 2 workers ... */
    uint16_t tx_queues; /* worker n sends on queue n; fewer than workers: worker n % tx_queues sends for n */
    bool rx_ip4_cksum;  /* the port checks them (RTE_ETH_RX_OFFLOAD_IPV4_CKSUM is on) */
    bool tx_udp_cksum;  /* the port fills them in (RTE_ETH_TX_OFFLOAD_UDP_CKSUM is on) */
    bool has_host;      /* the host's stack shares this port's addresses: dp_host_pop(), dp_host_send() */
    size_t n_addrs;
    struct base_prefix
        addrs[DP_PORT_ADDRS_MAX]; /* own addresses with their on-link prefix (host bits kept), at first */
};

/* A route: prefix -> port, by way of next_hop, or on-link when next_hop's family is none. */
struct dp_route {
    struct base_prefix prefix;
    uint16_t port;
    struct base_addr next_hop;
};

struct dp_params {
    size_t n_ports; /* 0 is legal: nothing is received then */
    struct dp_port_params ports[DP_PORTS_MAX];
    size_t n_routes;
    const struct dp_route *routes;
    uint16_t workers;
    enum dp_poll poll;
    struct sad *sad;          /* borrowed for the dp's life; made for as many workers */
    struct rte_mempool *pool; /* borrowed; for packets that the data path makes itself */
    /* borrowed; for what came in pieces and is larger than pool's buffers (dp_large.h). NULL: that is dropped
     */
    struct rte_mempool *large_pool;
    uint64_t tsc_hz;
    bool mss_clamp;     /* lower the MSS of TCP SYNs that go into or come out of a tunnel */
    bool copy_df;       /* outer DF = inner DF; false: outer DF is always set (IPv4) */
    uint64_t frag_seed; /* random: nobody off the path can tell which IDs our fragments will have */
    uint32_t punt_pps;  /* per worker, IKE packets to control per second; 0: 20,000 */
    uint32_t host_pps;  /* per worker, packets to the host per second; 0: 10,000 */
    /* Wakes control, which sleeps: one system call, by the worker that hands something to it. NULL: control
     * never sleeps */
    void (*bell)(void *ctx);
    void *bell_ctx;
};

/* NULL: parameter out of range or no memory; why (may be NULL) gets a sentence. Needs an initialised EAL. */
struct dp *dp_create(const struct dp_params *params, char *why, size_t why_size);

/* Frees all, with the packets in its rings. Workers must have returned. NULL is fine. */
void dp_free(struct dp *dp);

/* The argument for dp_worker_run() of worker index (< workers). */
struct dp_worker *dp_worker(struct dp *dp, uint16_t index);

/* The thread that the worker of this number runs in; 0: it has not begun, or there is no such worker. Thread:
 * control. */
int32_t dp_worker_tid(const struct dp *dp, uint16_t index);

/* The poll loop: an lcore function. Returns 0 after dp_stop(). Thread: that worker's. */
int dp_worker_run(void *worker);

/* Tells all workers to return. Thread: any, also a signal handler. */
void dp_stop(struct dp *dp);

enum dp_punt_reason {
    DP_PUNT_IKE,         /* UDP 500, or 4500 with the non-ESP marker: src, dst, natt, payload are filled */
    DP_PUNT_ARP,         /* a whole ARP frame: give it to dp_resolve_punt() */
    DP_PUNT_ND,          /* ICMPv6 neighbour or router discovery: give it to dp_resolve_punt() */
    DP_PUNT_RESOLVE,     /* next_hop on port has no known MAC address: give it to dp_resolve_punt() */
    DP_PUNT_TRAP,        /* an IP packet whose policy calls for an SA, trap: give it to dp_trap_punt() */
    DP_PUNT_ICMP_ERR,    /* an ICMP or ICMPv6 error to an own address, payload is the ICMP message */
    DP_PUNT_UNKNOWN_SPI, /* ESP that has no SA: src, dst, natt (it came in UDP; else ports are 0), payload
                            from the SPI on, which has the 8 bytes of its header at least; a sample */
};

struct dp_punt {
    enum dp_punt_reason reason;
    uint16_t port; /* index in dp_params.ports */
    struct rte_mbuf *mbuf;
    bool natt;                     /* IKE, ESP: came to 4500; IKE's marker is not in payload */
    struct base_endpoint src, dst; /* IKE, ESP, ICMP_ERR (ports 0) */
    struct base_span payload;      /* IKE, ESP, ICMP_ERR: borrowed from mbuf */
    struct base_addr next_hop;     /* RESOLVE */
    uint32_t trap;                 /* TRAP: sad_policy.trap */
};

/* Takes the oldest punted packet, IKE of SAs that live before all others; out->mbuf is owned by the caller
 * (rte_pktmbuf_free). False: none. */
bool dp_punt_pop(struct dp *dp, struct dp_punt *out);

/*
 * Before control sleeps: arms params.bell for what dp_punt_pop(), dp_host_pop() and dp_stream_pop() will
 * have. False: they have something already, or there is no bell. Thread: control.
 */
bool dp_bell_arm(struct dp *dp);
/* After it: nobody rings any more. Thread: control. */
void dp_bell_disarm(struct dp *dp);

/*
 * Messages with this SPI of ours are of an IKE SA that lives, or no more. 0, -EINVAL (SPI 0), -ENOSPC: no
 * room where it would stand, and it stays a stranger's; -ENOENT: it was none.
 */
int dp_know(struct dp *dp, uint64_t ike_spi, bool is_known);

/*
 * Takes the oldest packet for the host's stack: IP, data at its header, for an address of *port, which has a
 * host. It came in clear where no policy forbids that, or out of a tunnel. A ring and a rate limit of its own
 * keep IKE's way free. NULL: none. Owned by the caller.
 */
struct rte_mbuf *dp_host_pop(struct dp *dp, uint16_t *port);

/*
 * Sends what the host's stack wants sent: an IP packet, data at its header, with DP_HOST_HEADROOM before it.
 * A worker checks it (from an address of a port that has a host, not from the ports of IKE), and routes it:
 * through the tunnel that a policy asks for, in clear where none does, never otherwise. Takes the mbuf.
 * False: ring full, mbuf freed; the caller counts.
 */
bool dp_host_send(struct dp *dp, struct rte_mbuf *packet);
#define DP_HOST_HEADROOM 128

/*
 * Connections of TCP with this port on our side carry IKE and ESP: their packets, to and from the host, go in
 * clear whatever policies say, as IKE by UDP does. Or no more.
 */
void dp_stream_port(struct dp *dp, uint16_t port, bool carries);

/* ESP for a stream of TCP (RFC 9329). */
struct dp_stream_packet {
    struct base_endpoint local, remote; /* the ends of the stream */
    struct base_span esp;               /* borrowed from the mbuf */
};

/* Takes the oldest packet that is for a stream. NULL: none. Owned by the caller (rte_pktmbuf_free). */
struct rte_mbuf *dp_stream_pop(struct dp *dp, struct dp_stream_packet *out);

/* Counts one that was popped and did not go: the stream was full, or it is not there. */
void dp_stream_lost(struct dp *dp, bool is_there);

/*
 * ESP that came by a stream between these ends, on its way as if it had come in by a port. Borrows. False:
 * there is no buffer or no room for it, which is counted.
 */
bool dp_stream_give(struct dp *dp, const struct base_endpoint *local, const struct base_endpoint *remote,
                    struct base_span esp);

/*
 * An ICMP error may be about a packet of the host's as well as of ours. True: punt->mbuf has become what
 * dp_host_pop() returns, punt->port its port; the punt's payload is not valid any more.
 */
bool dp_host_wants(const struct dp *dp, struct dp_punt *punt);

/*
 * Sends a frame (Ethernet header first) on a port through worker 0. Takes the mbuf. False: ring full, or no
 * such port; freed, and counted as tx_full.
 */
bool dp_tx(struct dp *dp, uint16_t port, struct rte_mbuf *frame);

/* Whether that ring is half full, since worker 0 does not come to it. Thread: control. */
bool dp_tx_is_behind(const struct dp *dp);

/*
 * Sends a UDP datagram from an own endpoint (its address must be a port's). marker: put the non-ESP marker
 * before it (RFC 3948 2.2). whole: as one packet that nobody cuts, with DF. An unknown next hop makes a
 * RESOLVE punt that carries the datagram. 0, -ENETUNREACH (no route), -ENOBUFS (no mbuf or ring full),
 * -EMSGSIZE (longer than IP carries or, whole, than the MTU towards it). What else is above the MTU goes in
 * fragments.
 */
int dp_udp_send(struct dp *dp, const struct base_endpoint *local, const struct base_endpoint *remote,
                bool marker, bool whole, struct base_span payload);

/* The own address and the MTU that packets to this destination leave with. 0, or -ENETUNREACH. */
int dp_route_find(const struct dp *dp, const struct base_addr *to, struct base_addr *local, uint16_t *mtu);

/*
 * The host has this address, too, through the host interface of a port, though it is no port's: a peer gave
 * it by an SA. What the host sends from it leaves by an SA or not at all. 0; -EADDRINUSE: it is had already;
 * -ENOSPC: too many, or of late; -EINVAL: that port has no host.
 */
int dp_inner_add(struct dp *dp, uint16_t port, const struct base_addr *addr);
void dp_inner_remove(struct dp *dp, const struct base_addr *addr);

/* Whether this is an address of one of the ports. */
bool dp_addr_is_own(const struct dp *dp, const struct base_addr *addr);

/*
 * A port has these addresses from now on, with their on-link prefixes, and no others. The routes to them come
 * and go with dp_routes_set(), which the caller calls next. 0; -EINVAL: no such port, or too many; -ENOSPC:
 * no memory, or more than 32 IPv4 addresses of all ports; those of before stay.
 */
int dp_addrs_set(struct dp *dp, uint16_t port, size_t count, const struct base_prefix *addrs);

/* Replaces all routes, with those to the ports' own addresses and prefixes. Known neighbours are kept. 0,
 * -EINVAL, -ENOMEM: old ones stay. */
int dp_routes_set(struct dp *dp, const struct dp_route *routes, size_t count);

/*
 * Publishes or changes a neighbour. 0, -ENOSPC (65,536 neighbours), or -EAGAIN: a worker makes no turn, so
 * what it may be reading is not changed; the neighbour stays as it was, tell it again later.
 */
int dp_neigh_set(struct dp *dp, uint16_t port, const struct base_addr *addr, const uint8_t mac[6]);

/* Removes a neighbour; packets for it are punted as RESOLVE again. */
void dp_neigh_remove(struct dp *dp, uint16_t port, const struct base_addr *addr);

/*
 * Neighbour resolution (dp_resolve.c), ready made for the control loop: answers ARP, learns, asks, retries,
 * keeps at most 3 packets per next hop and 256 in all, ages entries. dp_resolve_punt() takes the mbuf of an
 * ARP, ND or RESOLVE punt. dp_resolve_tick() is called when dp_resolve_deadline() is reached.
 */
void dp_resolve_punt(struct dp *dp, base_time now, const struct dp_punt *punt);
void dp_resolve_tick(struct dp *dp, base_time now);
base_time dp_resolve_deadline(const struct dp *dp);
/* Announces all own addresses (gratuitous ARP, unsolicited neighbour advertisements): after the start, and
 * when they changed. */
void dp_resolve_announce(struct dp *dp);

/*
 * Packets that call for an SA (dp_trap.c): at most 4 per trap and 256 in all wait, 10 s. dp_trap_punt() takes
 * the mbuf of a TRAP punt; true: whoever makes SAs is to be told, which is once a second per trap. release: a
 * pair was installed or activated. rejudge: other policies are in force, under other numbers. refuse: none is
 * made for this trap now. dp_trap_tick() is called when dp_trap_deadline() is reached.
 */
bool dp_trap_punt(struct dp *dp, base_time now, const struct dp_punt *punt);
void dp_trap_release(struct dp *dp);
void dp_trap_rejudge(struct dp *dp);
void dp_trap_refuse(struct dp *dp, uint32_t trap);
void dp_trap_tick(struct dp *dp, base_time now);
base_time dp_trap_deadline(const struct dp *dp);

/* One neighbour, for status. */
struct dp_neigh_view {
    uint16_t port;
    struct base_addr addr;
    uint8_t mac[6];
    bool is_resolved;
};
/* Walks neighbours; start with *cursor 0. False: no more. */
bool dp_neigh_next(const struct dp *dp, uint32_t *cursor, struct dp_neigh_view *out);
