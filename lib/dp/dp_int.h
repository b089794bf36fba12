/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside of dp: the data path's state. Each field names its writer where it is not plain. */
#include <stdatomic.h>
#include <rte_ring.h>
#include "dp_burst.h"
#include "dp_path.h"
#include "sad.h"
#include "sad_reclaim.h"

#define DP_TX_QUEUE   128   /* frames that wait for a port within one turn */
#define DP_ADJS_MAX   65536 /* next hops and neighbours */
#define DP_OWN_SLOTS  64    /* hash over own IPv4 addresses, four times the most that fit */
#define DP_LOCAL_MAX  64    /* packets made here that wait to be sent within one turn */
#define DP_RING_PUNT  4096
#define DP_RING_HOST  1024
#define DP_RING_TX    4096
#define DP_RING_OWNER 4096
#define DP_KEPT_MAX   4096 /* packets that a worker keeps while their SA moves */
#define DP_PORT_NONE  DP_PORTS_MAX
#define DP_FRAG_IDS   1024 /* counters of fragment IDs that all destinations share */
#define DP_FIB_NODES4 65536
#define DP_FIB_NODES6 16384

enum dp_adj_kind {
    DP_ADJ_NONE,
    DP_ADJ_NEIGH,  /* next_hop on port; l2 is valid while is_resolved */
    DP_ADJ_ONLINK, /* each destination is its own next hop on port */
    DP_ADJ_LOCAL,  /* our own address */
};

/* Where a packet goes next. One cache line. Writer: control. */
struct dp_adj {
    _Alignas(64) uint8_t l2[DP_L2_ROOM]; /* right-aligned Ethernet header, with VLAN tag if any */
    _Atomic uint8_t is_resolved;
    uint8_t kind; /* enum dp_adj_kind */
    uint8_t port;
    uint8_t l2_bytes; /* 14 or 18 */
    uint16_t mtu;
    struct base_addr next_hop;
    uint32_t hash_next; /* control: neighbours by (port, address) */
    uint32_t refs;      /* control: routes that use it */
    bool is_known;      /* control: the MAC was set and not removed */
};

/* Routes. Replaced as a whole; neighbours are added and removed in place. */
struct dp_fib {
    struct sad_trie trie4, trie6; /* address -> index of a dp_adj */
    _Atomic uint32_t generation;  /* changes with each change of the tries */
    size_t n_routes;
    struct dp_fib_route *routes; /* control */
};

struct dp_fib_route {
    struct base_prefix prefix;
    uint32_t adj;
};

/* A port as workers see it. Fixed from creation on. */
struct dp_port {
    /* What each burst needs, on one line: copies from params. */
    _Alignas(64) uint64_t mac_word; /* the six bytes as the low 48 bits of a load */
    bool has_vlan, is_inside, rx_ip4_cksum;
    struct dp_port_params params;
};

struct dp_tx {
    uint64_t count, bytes; /* of frames */
    uint16_t port_id;      /* ethdev, or DP_PORT_SINK */
    bool is_served;        /* by a queue of this worker's own */
    struct rte_mbuf *frames[DP_TX_QUEUE];
};

/* One per core. Writer: its thread, unless said otherwise. */
struct dp_worker {
    _Alignas(64) struct dp *dp;
    struct imb *imb;
    struct dp_reass *reass;
    const struct sad_tables *tables;
    struct dp_fib *fib; /* loaded once per burst */
    /* Changes with routes and with SAs' paths: an SA's next hop is looked up once for each value. Loaded once
     * per outbound burst, before any path is read; so what is found for a path is never kept under a later
     * value. */
    uint32_t adj_gen;
    struct dp_adj *adjs;
    uint16_t index;
    uint16_t n_ports, n_polls;
    struct {
        uint16_t port, port_id;
    } polls[DP_PORTS_MAX];    /* what a turn receives from */
    uint64_t now_tsc;         /* read once per turn */
    uint64_t turn_tsc;        /* when the last turn ended */
    struct rte_ring *handed;  /* frames and IP packets from other workers, and marks */
    struct rte_ring *tx_ring; /* frames to send for control and for workers without a queue */
    uint32_t n_kept, kept_head;
    bool is_releasing, is_blocked;
    struct dp_burst in, out;
    uint16_t n_local;
    struct rte_mbuf *local[DP_LOCAL_MAX]; /* IP packets made here, data at the IP header */
    struct dp_tx tx[DP_PORTS_MAX];
    uint64_t punt_tokens, punt_tsc;
    uint64_t resolve_tokens, resolve_tsc;
    uint64_t icmp_tokens, icmp_tsc;
    uint64_t host_tokens, host_tsc;
    struct dp_counters count;
    struct dp_port_counters port_count[DP_PORTS_MAX];
    struct rte_mbuf *kept[DP_KEPT_MAX]; /* ring; as in handed */
};

struct dp_resolve;

struct dp {
    struct dp_params params;
    struct dp_port ports[DP_PORTS_MAX];
    struct sad *sad;
    _Atomic(struct dp_fib *) fib;
    struct dp_adj *adjs;
    uint32_t n_adjs;     /* used so far, 0 is none */
    uint32_t *free_adjs; /* control: stack */
    uint32_t n_free_adjs;
    uint32_t neigh_buckets[1024];  /* control */
    uint32_t own4[DP_OWN_SLOTS];   /* network order, 0: empty */
    uint32_t own4_one, own4_alike; /* one of them, and the bits that all of them have alike */
    struct rte_ring *punt;
    struct rte_ring *host;       /* to the host's stack */
    struct sad_reclaim *reclaim; /* the tables' own */
    struct dp_resolve *resolve;
    _Atomic bool is_stopping;
    size_t n_static;
    struct dp_worker *workers[DP_WORKERS_MAX];
    _Atomic uint64_t frag_ids[DP_FRAG_IDS]; /* writers: workers and control, whoever cuts */
};

/* Most other addresses differ from ours in bits that ours have alike. */
static inline bool dp_own4_find(const struct dp *dp, uint32_t addr_be)
{
    if ((addr_be ^ dp->own4_one) & dp->own4_alike)
        return false;
    uint32_t h = (addr_be * 0x9e3779b1u) >> 26;
    for (uint32_t i = h;; i = (i + 1) & (DP_OWN_SLOTS - 1)) {
        if (dp->own4[i] == addr_be)
            return addr_be != 0;
        if (dp->own4[i] == 0)
            return false;
    }
}

/* dp_drop.c: counts and frees. */
void dp_drop_mbuf(struct dp_worker *w, struct rte_mbuf *m, enum dp_drop why);

static inline void dp_drop_pkt(struct dp_worker *w, const struct dp_pkt *p, enum dp_drop why)
{
    dp_drop_mbuf(w, p->mbuf, why);
}

/* dp_classify.c: frames -> w->in (ESP for us) and w->out (clear packets to forward); all others are dealt
 * with. */
void dp_classify(struct dp_worker *w, uint16_t port, struct rte_mbuf **frames, uint16_t count);

/*
 * dp_reass.c: a fragment for an own address, checked by classify; takes it. Returns the whole frame when it
 * was the last missing one, else NULL.
 */
struct dp_reass;
struct dp_reass *dp_reass_create(uint64_t tsc_hz);
void dp_reass_free(struct dp_reass *r);
struct rte_mbuf *dp_reass_ip4(struct dp_worker *w, struct rte_mbuf *m, uint8_t l2);
struct rte_mbuf *dp_reass_ip6(struct dp_worker *w, struct rte_mbuf *m, uint8_t l2);

/* Inbound stages, in order. */
void dp_prepare_in(struct dp_worker *w, struct dp_burst *b); /* SA, length, replay pre-check, nonce */
void dp_open(struct dp_worker *w, struct dp_burst *b);       /* cipher */
void dp_commit_in(struct dp_worker *w, struct dp_burst *b);  /* replay, trailer, inner policy, route, tx */

/* Outbound stages, in order. */
void dp_select_out(struct dp_worker *w, struct dp_burst *b);  /* selectors -> SA */
void dp_encap(struct dp_worker *w, struct dp_burst *b);       /* MTU, TTL, sequence, trailer, headers */
void dp_seal(struct dp_worker *w, struct dp_burst *b);        /* cipher */
void dp_frag_out(struct dp_worker *w, struct dp_burst *b);    /* cuts what is larger than the path */
void dp_forward_out(struct dp_worker *w, struct dp_burst *b); /* Ethernet of unusual packets, tx */

/* dp_path.c: what other workers handed over. */
void dp_handed(struct dp_worker *w, struct rte_mbuf **mbufs, uint16_t count);

/*
 * dp_home.c. Whether this worker may use an SA direction whose owner word is `now`, which is not just its own
 * index; else dp_home_send() takes the mbuf (as in handed) to the owner, keeps it while the SA moves, or
 * drops it.
 */
bool dp_home_is_here(struct dp_worker *w, _Atomic uint16_t *owner, uint16_t now);
void dp_home_send(struct dp_worker *w, struct rte_mbuf *m, uint16_t owner, struct sad_stray *stray);
/* Between bursts: what was kept goes on, as far as it may. */
void dp_home_release(struct dp_worker *w);
/* Marks travel among the mbufs of a ring (sad.h, sad_mark_by()). */
static inline bool dp_is_mark(const struct rte_mbuf *m)
{
    return (uintptr_t)m & 1;
}
void dp_home_mark(struct dp_worker *w, struct rte_mbuf *mark);
bool dp_home_mark_send(void *ctx, uint16_t worker, uint64_t mark);

/* dp_forward.c: an inner packet that was let in: MSS, congestion mark, TTL, route, Ethernet, tx. */
void dp_forward_inner(struct dp_worker *w, struct dp_pkt *p);

/* dp_forward.c: UDP over IPv6 carries a checksum (RFC 8200 8.1); over IPv4 it is 0 (RFC 3948 2.1). len: from
 * ip on, of which the UDP header stands behind the fixed header. */
void dp_udp6_cksum(uint8_t *ip, uint32_t len);

/* dp_forward.c: an IP packet (data at the IP header, headroom before it) towards an adjacency or its route.
 */
void dp_forward_ip(struct dp_worker *w, struct rte_mbuf *m);

/* dp_tx.c */
void dp_tx_flush(struct dp_worker *w, uint16_t port);
void dp_tx_flush_all(struct dp_worker *w);
void dp_tx_drain(struct dp_worker *w);

static inline void dp_tx_put(struct dp_worker *w, uint16_t port, struct rte_mbuf *m, uint32_t len)
{
    struct dp_tx *tx = &w->tx[port];
    if (tx->count == DP_TX_QUEUE)
        dp_tx_flush(w, port);
    tx->frames[tx->count++] = m;
    tx->bytes += len;
}

/* For w->adj_gen. */
static inline uint32_t dp_adj_gen(const struct dp_worker *w)
{
    return atomic_load_explicit(&w->fib->generation, memory_order_acquire) +
           atomic_load_explicit(&w->tables->path_gen, memory_order_acquire);
}

static inline bool dp_adj_is_ready(const struct dp_adj *a)
{
    return atomic_load_explicit(&a->is_resolved, memory_order_acquire);
}

/* dp_punt.c: to control, within limits. hint is read by dp_punt_pop(). */
void dp_punt(struct dp_worker *w, struct rte_mbuf *m, uint16_t port, enum dp_punt_reason reason,
             uint32_t hint);
bool dp_bucket_take(uint64_t *tokens, uint64_t *tsc, uint64_t now, uint64_t hz, uint64_t pps);

/* dp_icmp.c: packets to our own addresses, data at the frame; l3 is the IP header's offset. */
void dp_icmp_own(struct dp_worker *w, struct rte_mbuf *m, uint16_t port, uint16_t l3, bool is_inner);
/* Whether addr is a host that a port which is not outside reaches directly. */
bool dp_is_inside_link(const struct dp_worker *w, uint16_t port, const uint8_t *addr, bool is6);
/* Tells the sender of an IPv4 or IPv6 packet; borrows m (data at the IP header). */
enum dp_icmp_error { DP_ICMP_TTL, DP_ICMP_TOO_BIG };
void dp_icmp_send(struct dp_worker *w, const struct rte_mbuf *m, enum dp_icmp_error error, uint16_t mtu);
/* Queues a packet made here for the outbound way; takes it. flags: enum dp_pkt_flag. */
void dp_local_put(struct dp_worker *w, struct rte_mbuf *m, uint8_t flags);

/* dp_host.c. A packet for an own address, data l3 bytes before its IP header; port: where it came in in
 * clear. */
void dp_host_deliver(struct dp_worker *w, struct rte_mbuf *m, uint16_t port, uint16_t l3);
/* Whether the host's stack has this address. */
bool dp_host_has(const struct dp *dp, const uint8_t *addr, bool is6);
/* Judges what the host sent, once, and sets its flags; false: it was dropped. */
#define DP_HOST_UNJUDGED 0x100 /* as packet_type in the ring, above all of enum dp_pkt_flag */
bool dp_host_admit(struct dp_worker *w, struct rte_mbuf *m);
/* Whether no policy wants this packet of the host's in a tunnel. */
bool dp_host_may_go_clear(const struct dp_worker *w, const struct dp_pkt *p);

/*
 * dp_frag.c: cuts an IPv4 packet (data at the IP header) into fragments of at most mtu. They go to be sealed,
 * or by their route.
 */
void dp_frag_inner(struct dp_worker *w, struct rte_mbuf *m, uint16_t mtu, bool is_to_seal);
/*
 * A fresh ID for a packet to dst that is about to be cut (IPv4: 1..65535, all of them before one comes
 * again). Thread: any.
 */
uint32_t dp_frag_id(struct dp *dp, const uint8_t *dst, bool is6);
/* Lowers the MSS option of a TCP SYN. ip: a whole inner IPv4 or IPv6 packet of len bytes. */
void dp_mss_clamp(uint8_t *ip, uint32_t len, bool is6, uint16_t inner_mtu);

/*
 * dp_frag_out.c: whether a packet above its SA's inner MTU is to be sealed whole; it is marked then, for
 * dp_frag_out() to cut.
 */
bool dp_frag_mark(struct dp_worker *w, struct dp_pkt *p);

/* dp_fib.c, control. */
struct dp_fib *dp_fib_make(struct dp *dp, const struct dp_route *routes, size_t count);
void dp_fib_free(struct dp_fib *fib);
int dp_fib_host_set(struct dp *dp, struct dp_fib *fib, const struct base_addr *addr, uint32_t adj);
void dp_fib_host_clear(struct dp_fib *fib, const struct base_addr *addr);
static inline uint32_t dp_fib_find(const struct dp_fib *fib, bool is6, const uint8_t *addr)
{
    return is6 ? sad_trie_find(&fib->trie6, addr) : sad_trie_find4(&fib->trie4, addr);
}

/* dp_adj.c, control. */
uint32_t dp_adj_find(const struct dp *dp, uint16_t port, const struct base_addr *addr);
uint32_t dp_adj_neigh(struct dp *dp, uint16_t port,
                      const struct base_addr *addr); /* found or made; 0: full */
/* Whether an address lies in one of a port's own prefixes. Thread: any. */
bool dp_is_onlink(const struct dp *dp, uint16_t port, const struct base_addr *addr);
uint32_t dp_adj_new(struct dp *dp, enum dp_adj_kind kind, uint16_t port);

/* dp_resolve.c */
struct dp_resolve *dp_resolve_create(void);
void dp_resolve_free(struct dp_resolve *r);
