/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The tables as workers see them: layout of an SA direction, lookup by SPI, choice of an SA by selectors.
 *
 * Memory order: control fills a slot and then release-stores its spi (inbound) or links its candidate
 * (outbound); a worker acquire-loads that and then reads the rest. A slot is refilled only after a grace
 * period. Each field below names its writer; "owner" is the one worker that the direction belongs to.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_ration.h"
#include "esp_ops.h"
#include "sad.h"
#include "sad_map.h"
#include "sad_moved.h"
#include "sad_sels.h"
#include "sad_trie.h"

#define SAD_LINE         64
#define SAD_L2_ROOM      32 /* bytes before an outer header that writing an Ethernet header may touch */
#define SAD_OUTER_TTL    64
#define SAD_TRAILER_ROOM 8       /* bytes behind the padding that writing a trailer may touch */
#define SAD_WINDOW_WORDS 16      /* of the replay window inside of the SA: 1024 packets */
#define SAD_BURST_MAX    64      /* packets of one SA that a worker counts at once */
#define SAD_LAST_SHIFT   24      /* TSC >> this is the unit of sad_out.last: some milliseconds */
#define SAD_OWNER_NONE   0xffffu /* outbound: the direction is not live */
/*
 * A direction moves so: MOVING (its owner goes on, all others keep their packets back) -> a grace period,
 * after which nobody hands anything to the owner any more -> a mark through the owner's ring, behind all that
 * was handed before -> GIVEN (the owner named takes it, once it keeps nothing back that is older) -> no flag.
 * So one worker counts at any time, and a flow stays in order.
 */
#define SAD_OWNER_MOVING 0x8000u
#define SAD_OWNER_GIVEN  0x4000u
#define SAD_OWNER_INDEX  0x00ffu

enum sad_flag { /* 16 bits */
                SAD_F_ESN = 1 << 0,
                SAD_F_ENCAP = 1 << 1,     /* ESP in UDP */
                SAD_F_OUTER6 = 1 << 2,    /* outer addresses are IPv6 */
                SAD_F_FOLLOW = 1 << 3,    /* report a peer that moved */
                SAD_F_SELS = 1 << 4,      /* selectors are in sels, not in inner */
                SAD_F_NO_REPLAY = 1 << 5, /* no replay protection */
                SAD_F_FAST = 1 << 6, /* IPv4 outside, 8 bytes of IV, 16 of ICV, padding to 4; outbound: UDP */
                SAD_F_AFTER = 1 << 7,      /* outbound: packets that may be cut are cut after encryption */
                SAD_F_STREAM = 1 << 8,     /* ESP in TCP: with ENCAP, as the headers of its packets are UDP's
                                              until control puts them into the stream */
                SAD_F_MAPPED = 1 << 9,     /* inner packets have other addresses on the wire: map */
                SAD_F_TRANSPORT = 1 << 10, /* with MAPPED: transport mode */
                SAD_F_QUOTES = 1 << 11,    /* ICMP errors pass by the packet that they quote */
};

/* One pair of IPv4 selectors; addresses in host order, span = last - first. */
struct sad_sel4 {
    uint32_t local_lo, local_span;
    uint32_t remote_lo, remote_span;
    uint16_t local_port_lo, local_port_hi;
    uint16_t remote_port_lo, remote_port_hi;
    uint8_t local_proto, remote_proto; /* 0: any */
    uint8_t pad[2];
};

/*
 * Source (low half) and destination of an IPv4 packet that one pair of selectors admits, as they lie in the
 * header: what a pair of prefixes for all protocols and ports comes down to.
 */
struct sad_addrs4 {
    uint64_t want, care;
};

static inline bool sad_addrs4_match(const struct sad_addrs4 *a, uint64_t addrs)
{
    return ((addrs ^ a->want) & a->care) == 0;
}

/* Next values at which a limit must be looked at, and the limits (0: none). */
struct sad_limits {
    uint64_t soft_pkts, hard_pkts, soft_bytes, hard_bytes;
};

enum sad_limit_state { SAD_LIMIT_OK, SAD_LIMIT_SOFT, SAD_LIMIT_HARD, SAD_LIMIT_SEQ_END };

/* Packets that came to workers which do not own the direction, and were handed over. Writers: those workers;
 * control clears lead. */
struct sad_handoff {
    _Atomic uint32_t pkts;
    _Atomic uint32_t lead;   /* how far the worker below is ahead of all others together */
    _Atomic uint16_t worker; /* the one that most came to, since lead was cleared */
};

/* Inbound direction. */
struct sad_in {
    /* Line 0, read for every packet. Writer: control. */
    _Alignas(SAD_LINE) _Atomic uint32_t spi; /* host order; 0: the slot is not live */
    uint16_t flags;                          /* enum sad_flag */
    _Atomic uint16_t owner; /* worker, with flags while it changes. Writers: control, and who owns it then */
    _Atomic uint64_t remote_key; /* IPv4 outer: sad_remote_key() of the peer */
    uint32_t local4;             /* IPv4 outer: our address, network order */
    uint8_t iv_bytes;
    uint8_t icv_bytes;
    uint8_t align_mask; /* payload length & this is 0 */
    uint8_t cls;        /* esp_suite.cls */
    struct sad_addrs4 inner;
    uint64_t *window; /* replay bits of the blocks before the head (sad_replay.h) */

    /* Line 1. Writer: owner. */
    _Alignas(SAD_LINE) uint64_t top; /* highest sequence number accepted */
    uint64_t head;                   /* replay bits of its block */
    uint64_t pkts, bytes;
    uint64_t near_pkts; /* up to here no limit is within a burst's reach: sad_near() */
    uint64_t last_tsc;
    uint32_t window_pkts; /* control */
    uint32_t word_mask;   /* control; words of the window - 1 */

    /* Lines 2 and 3. Writer: owner. */
    _Alignas(SAD_LINE) uint64_t window_words[SAD_WINDOW_WORDS];

    /* Seldom touched. Writer: owner, unless said otherwise. */
    _Alignas(SAD_LINE) const struct sad_sels *sels; /* control; SAD_F_SELS */
    const struct sad_map *map;                      /* control; SAD_F_MAPPED */
    uint64_t stop_pkts, stop_bytes;                 /* from here on sad_in_limit() decides */
    uint64_t replay_drops, bad_icv, bad_trailer, policy_drops, limit_drops;
    struct base_ration moves; /* that were reported, by TSC */
    _Atomic uint32_t pending; /* events that wait; owner sets bits, control clears */
    uint8_t limit_state;      /* enum sad_limit_state */
    uint8_t pad4[3];
    struct sad_moved moved_to;       /* owner while PEER_MOVED is not pending, control while it is */
    struct sad_limits limits;        /* control */
    uint8_t local6[16], remote6[16]; /* control; IPv6 outer */
    uint16_t remote6_port;           /* control */
    struct sad_handoff handoff;
    /* The expanded key follows: sad_in_key(). */
};

/* Outer headers of an SA, ready to copy. */
struct sad_tmpl {
    uint8_t bytes[52]; /* IP, UDP when encapsulated, SPI; lengths, ID and checksum zero */
    uint32_t cksum;    /* IPv4: sum of the header's 16-bit words as they lie in memory */
};

/*
 * Outer addresses and ports of an IPv4 path, in network order and as they follow each other in the packet.
 * One aligned 16-byte load or store, which every CPU with AVX does as a whole: a packet never has one path's
 * address with another's port or checksum.
 */
struct sad_path4 {
    _Alignas(16) uint32_t local_be;
    uint32_t remote_be;
    uint16_t local_port_be, remote_port_be;
    uint32_t cksum; /* 16-bit sum of the outer header, words as in memory, without length, ID, TOS and DF */
};

/*
 * Outbound direction. The first line is all that a packet on the fast path needs besides the key: with many
 * SAs it is lines fetched, not instructions, that a packet costs. So control's fields and the owner's share
 * it; what other workers read there (owner, flags) they read only to hand a packet over.
 */
struct sad_out {
    /* Line 0. Writer: owner. */
    _Alignas(SAD_LINE) uint64_t seq; /* last one used */
    uint64_t bytes;
    uint64_t near_seq; /* up to here no limit is within a burst's reach: sad_near() */
    uint32_t last;     /* time of the last packet: TSC >> SAD_LAST_SHIFT */
    /* Writer: control. */
    uint32_t spi_be;        /* the peer's */
    struct sad_path4 path;  /* sad_out_set_path() */
    _Atomic uint16_t owner; /* as above, or SAD_OWNER_NONE */
    _Atomic uint16_t inner_mtu;
    uint16_t flags; /* enum sad_flag */
    /* Writer: owner. */
    uint16_t adj;     /* next hop that was found last, */
    uint32_t adj_gen; /* for this state of routes and paths */
    uint8_t cls;      /* control: esp_suite.cls */
    uint8_t pad0[3];

    /* What other packets and SAs need besides. Writer: control. */
    _Alignas(SAD_LINE) uint8_t iv_bytes;
    uint8_t icv_bytes;
    uint8_t align_mask;
    uint8_t hdr_bytes;       /* IP and UDP of the template */
    _Atomic uint8_t tmpl_at; /* which template is in force */
    uint8_t esp_bytes;       /* ESP header and IV */
    uint16_t front_bytes;    /* room that a packet needs before it, Ethernet included */
    uint16_t behind_bytes;   /* and behind it */
    uint8_t limit_state;     /* owner; enum sad_limit_state */
    uint8_t pad1[5];
    struct sad_limits limits;
    uint64_t stop_seq, stop_bytes; /* owner; from here on sad_out_limit() decides */
    uint64_t limit_drops;          /* owner */
    _Atomic uint32_t pending;      /* owner sets, control clears */
    const struct sad_map *map;     /* control; SAD_F_MAPPED */

    /* Writer: control, the one that is not in force, after a grace period. */
    _Alignas(SAD_LINE) struct sad_tmpl tmpl[2];

    struct sad_handoff handoff;
    /* The expanded key follows: sad_out_key(). */
};

_Static_assert(offsetof(struct sad_in, top) == SAD_LINE, "the read line is one line");
_Static_assert(offsetof(struct sad_in, window_words) == 2 * SAD_LINE, "the owner's line is one line");
_Static_assert(offsetof(struct sad_out, iv_bytes) == SAD_LINE, "the fast path's line is one line");
_Static_assert(sizeof(struct sad_tmpl) <= SAD_LINE, "a template is one line");
_Static_assert(sizeof(struct sad_in) % ESP_KEY_LINE == 0 && sizeof(struct sad_out) % ESP_KEY_LINE == 0,
               "a key begins where its SA ends");

#define SAD_NO_SLOT    UINT32_MAX

/* A group's instead of a slot, with its number (sad_group.h): which pair serves depends on the worker. */
#define SAD_SPD_GROUP  0x40000000u

/* In a row of a group: the slot is another worker's, which gets the packets. */
#define SAD_GROUP_LENT 0x80000000u

/* Pairs that workers share out. Writer: control, unless said otherwise. */
struct sad_group {
    _Alignas(SAD_LINE) _Atomic uint32_t slots[SAD_WORKERS_MAX]; /* by worker; SAD_NO_SLOT: none */
    _Alignas(SAD_LINE) _Atomic uint64_t asked; /* bits of workers that asked for a pair; these, too */
};

/* A policy's instead of a slot, when its packets call for an SA: with the number of that (sad_policy.trap).
 */
#define SAD_SPD_TRAP        0x80000000u

/*
 * A bypass's instead of a slot: of row 0, for packets from its local side to its remote one, and for those
 * back. Those of the other rows follow: sad_spd_row().
 */
#define SAD_SPD_BYPASS      (SAD_SPD_TRAP + SAD_TRAP_MAX + 1)
#define SAD_SPD_BYPASS_BACK (SAD_SPD_BYPASS + 1)

/* How a candidate is looked at. */
enum sad_look {
    SAD_LOOK_FULL,   /* at all that it says */
    SAD_LOOK_SIMPLE, /* a slot's, and addrs say all about it */
    SAD_LOOK_BEYOND /* at all, and then at shorter prefixes: one of them has a bypass, which goes before it */
};

/*
 * An entry of a prefix's list: packets to this remote selector from one local selector, or from any of many,
 * are served by this slot. IPv6 ranges are in cands6.
 */
struct sad_cand {
    _Alignas(SAD_LINE) _Atomic uint32_t next; /* next in the list, then the shorter prefix's; 0: end */
    uint32_t slot; /* or SAD_SPD_GROUP; SAD_NO_SLOT, or SAD_SPD_TRAP and more: protection is required, by
                      whatever SA; from SAD_SPD_BYPASS on: none is */
    union {
        struct sad_addrs4 addrs;       /* has_addrs */
        const struct sad_side *locals; /* has_locals: the local half of sel and cands6 says nothing */
    };
    uint64_t dscp; /* of the packets that it is for, bit n for DSCP n; 0: all */
    struct sad_sel4 sel;
    uint8_t is_anchor : 1; /* matches nothing: head of a prefix's list, for the longer prefixes to point at */
    uint8_t has_locals : 1;
    uint8_t has_addrs : 1; /* a slot's, and addrs say all about it */
    _Atomic uint8_t look;  /* enum sad_look; control */
    uint16_t priority;     /* control only: candidates of a prefix are in this order */
};
_Static_assert(sizeof(struct sad_cand) == SAD_LINE, "a candidate is one line");

/* IPv6 addresses of a candidate. */
struct sad_cand6 {
    uint8_t local_lo[16], local_hi[16], remote_lo[16], remote_hi[16];
};

/*
 * From the lowest bits of an inbound SPI to its SA. Control draws SPIs until these bits are free, so a place
 * has one SPI; whether it is this very one is for the caller to see in the slot. Replaced as a whole by
 * a larger one, before it is more than half full.
 */
struct sad_spis {
    uint32_t mask;
    _Atomic uint32_t lines[]; /* mask + 1: where in sad_tables.in, in lines; any SA where nobody is */
};

/* What workers read. Fixed from creation to the end, but for what is atomic. */
struct sad_tables {
    uint8_t *in, *out;               /* slots: sad_in_at(), sad_out_at() */
    uint32_t in_bytes, out_bytes;    /* of a slot, with its key */
    _Atomic(struct sad_spis *) spis; /* control */
    uint32_t slot_mask;
    struct esp_key_shape key; /* esp_ops.key */
    struct sad_cand *cands;
    struct sad_cand6 *cands6;
    struct sad_group *groups;
    struct sad_trie trie4, trie6;
    _Atomic uint32_t path_gen; /* control: changes after each repath, so that next hops are looked up again */
};

const struct sad_tables *sad_tables(const struct sad *sad);

/* The back end that the keys were expanded by, and that opens and seals with them. */
const struct esp_ops *sad_esp(const struct sad *sad);

static inline struct sad_in *sad_in_at(const struct sad_tables *t, uint32_t slot)
{
    return (struct sad_in *)(void *)(t->in + (size_t)slot * t->in_bytes);
}

static inline struct sad_out *sad_out_at(const struct sad_tables *t, uint32_t slot)
{
    return (struct sad_out *)(void *)(t->out + (size_t)slot * t->out_bytes);
}

static inline struct sad_in *sad_in_of(uint8_t *ins, const struct sad_spis *s, uint32_t mask, uint32_t spi)
{
    const uint32_t line = atomic_load_explicit(&s->lines[spi & mask], memory_order_relaxed);
    return (struct sad_in *)(void *)(ins + (size_t)line * SAD_LINE);
}

/* The slot of an inbound SPI; whether it is live and this very SPI is for the caller to see in ->spi. */
static inline struct sad_in *sad_in_find(const struct sad_tables *t, uint32_t spi)
{
    /* Pairs with control's release-store. */
    const struct sad_spis *s = atomic_load_explicit(&t->spis, memory_order_acquire);
    return sad_in_of(t->in, s, s->mask, spi);
}

/* The way back. These divide: not for every packet. */
static inline uint32_t sad_in_slot(const struct sad_tables *t, const struct sad_in *in)
{
    return (uint32_t)((size_t)((const uint8_t *)in - t->in) / t->in_bytes);
}

static inline uint32_t sad_out_slot(const struct sad_tables *t, const struct sad_out *out)
{
    return (uint32_t)((size_t)((const uint8_t *)out - t->out) / t->out_bytes);
}

static inline uint32_t sad_slot_find(const struct sad_tables *t, uint32_t spi)
{
    return sad_in_slot(t, sad_in_find(t, spi));
}

/* The expanded key behind an SA direction; esp_key_bytes(). Writer: control. */
static inline struct esp_key *sad_in_key(const struct sad_in *in)
{
    return (struct esp_key *)((uintptr_t)in + sizeof *in);
}

static inline struct esp_key *sad_out_key(const struct sad_out *out)
{
    return (struct esp_key *)((uintptr_t)out + sizeof *out);
}

/* Address (network order) and port (network order) of an IPv4 peer in one word. */
static inline uint64_t sad_remote_key(uint32_t addr_be, uint16_t port_be)
{
    return addr_be | (uint64_t)port_be << 32;
}

/*
 * Counts a packet that came to a worker which does not own it. Several may do so at once; then lead is a
 * little wrong, and pkts is not. Thread: that worker's.
 */
static inline void sad_handoff_note(struct sad_handoff *s, uint16_t worker)
{
    uint32_t lead = atomic_load_explicit(&s->lead, memory_order_relaxed);
    atomic_fetch_add_explicit(&s->pkts, 1, memory_order_relaxed);
    if (lead == 0)
        atomic_store_explicit(&s->worker, worker, memory_order_relaxed);
    bool is_same = atomic_load_explicit(&s->worker, memory_order_relaxed) == worker;
    atomic_store_explicit(&s->lead, is_same ? lead + 1 : lead - (lead > 0), memory_order_relaxed);
}

/* Makes the worker that reads a mark give the direction away. Thread: that worker's, between two bursts. */
void sad_mark_obey(const struct sad_tables *t, uint64_t mark);

#define SAD_SPD_NONE  UINT32_MAX       /* no policy */
#define SAD_SPD_NO_SA (UINT32_MAX - 1) /* protection is required and there is no SA */

/*
 * What is found for a flow: a slot or SAD_SPD_GROUP with a number, which sad_group_slot() makes a slot of;
 * SAD_SPD_TRAP with a number, SAD_SPD_NO_SA, a bypass (sad_spd_is_bypass()) or SAD_SPD_NONE.
 */
static inline bool sad_spd_is_sa(uint32_t verdict)
{
    return verdict < SAD_SPD_TRAP;
}

/* The number of the trap; 0: none. */
static inline uint32_t sad_spd_trap(uint32_t verdict)
{
    return verdict > SAD_SPD_TRAP && verdict < SAD_SPD_BYPASS ? verdict - SAD_SPD_TRAP : 0;
}

static inline bool sad_spd_is_bypass(uint32_t verdict)
{
    return verdict - SAD_SPD_BYPASS < 2 * SAD_ROWS_MAX;
}

/* Of a bypass: whether it is for packets back, and its row. */
static inline bool sad_spd_is_back(uint32_t verdict)
{
    return sad_spd_is_bypass(verdict) && (verdict - SAD_SPD_BYPASS) % 2;
}

static inline uint32_t sad_spd_row(uint32_t verdict)
{
    return (verdict - SAD_SPD_BYPASS) / 2;
}

/*
 * The slot that a worker seals with when a walk found `verdict`, which is an SA: it asks for one of its own
 * where it has none. SAD_SPD_NO_SA: no pair of the group is active. Thread: that worker's.
 */
uint32_t sad_group_slot(struct sad *sad, uint32_t verdict, uint16_t worker);

/* First candidate for a destination (network order bytes); 0: none. */
static inline uint32_t sad_spd_head(const struct sad_tables *t, bool is6, const uint8_t *remote)
{
    return is6 ? sad_trie_find(&t->trie6, remote) : sad_trie_find4(&t->trie4, remote);
}

/* Addresses of an IPv4 pair, host order. */
static inline bool sad_sel4_addr_match(const struct sad_sel4 *sel, uint32_t local, uint32_t remote)
{
    return local - sel->local_lo <= sel->local_span && remote - sel->remote_lo <= sel->remote_span;
}

/* Whether a candidate from head on asks for protection, of whatever packets. */
bool sad_spd_protects(const struct sad_tables *t, uint32_t head);

/*
 * Walks the list from head. A bypass comes first, of several one for packets back, and else the one of the
 * longest prefix; then the newest active pair, then the policy that covers the fewest. Of a prefix those that
 * name the flow's DSCP come before those for all, and once a policy that names it has matched, no SA serves
 * it that does not (RFC 4301 4.1).
 */
uint32_t sad_spd_walk(const struct sad_tables *t, uint32_t head, const struct sad_flow *flow);

/* The same from a flow alone. */
uint32_t sad_spd_lookup(const struct sad_tables *t, const struct sad_flow *flow);

/*
 * Up to which packet neither stop can be reached by the next SAD_BURST_MAX packets, however large: a worker
 * looks at this one number before it counts a burst, and at the stops packet by packet behind it.
 */
static inline uint64_t sad_near(uint64_t pkts, uint64_t stop_pkts, uint64_t bytes, uint64_t stop_bytes)
{
    uint64_t left = stop_pkts > pkts ? stop_pkts - pkts : 0;
    uint64_t fit = stop_bytes > bytes ? (stop_bytes - bytes) / UINT16_MAX : 0;
    left = fit < left ? fit : left;
    return left > SAD_BURST_MAX ? pkts + left - SAD_BURST_MAX : 0;
}

/*
 * Called when stop_pkts or stop_bytes is reached: raises events and says whether the packet may pass. Thread:
 * the direction's owner.
 */
bool sad_in_limit(struct sad *sad, struct sad_in *in);
bool sad_out_limit(struct sad *sad, struct sad_out *out);

/* An authenticated, newest packet came from elsewhere. Thread: the direction's owner. */
void sad_in_moved(struct sad *sad, struct sad_in *in, const struct sad_moved *from, uint64_t tsc);
