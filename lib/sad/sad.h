/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The security associations of the data path and the policies they serve: control side.
 *
 * Control makes pairs of SAs (one per direction, one slot for both), workers read them without locks. A pair
 * lives so: SPI reserved -> installed (opens packets) -> activated (seals packets) -> removed -> grace period
 * (rte_rcu_qsbr) -> keys wiped, slot free again. Everything here is called by the control thread only, unless
 * said otherwise. What workers call is in sad_fast.h.
 *
 * Memory is reserved in the address space for max_sas pairs and touched as pairs are installed; it needs no
 * hugepages and no EAL, takes transparent huge pages where the system gives them, and is kept out of core
 * dumps.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_ts.h"
#include "crypt_alg.h"
#include "esp_pair.h"
#include "sad_moved.h"

struct sad;
struct esp_ops;
struct rte_rcu_qsbr;

#define SAD_SAS_MAX     (1u << 20) /* pairs */
#define SAD_WORKERS_MAX 64
#define SAD_WINDOW_MIN  32
#define SAD_WINDOW_MAX  65536

struct sad_params {
    uint32_t max_sas;      /* pairs, 1..SAD_SAS_MAX; rounded up to a power of two */
    uint16_t workers;      /* 1..SAD_WORKERS_MAX; worker n reports to the qsbr as thread n */
    int socket;            /* NUMA socket of the workers, -1: any */
    uint8_t spi_node_bits; /* 0..8: topmost bits of each inbound SPI that carry spi_node */
    uint16_t spi_node;     /* < 1 << spi_node_bits */
    uint64_t tsc_hz;       /* of the time stamps that workers hand in; 0: rate limits count packets only */
    const struct esp_ops *esp; /* back end of ESP's cryptography; lives as long as the sad */
    /* Fills buf with random bytes; may not fail. */
    void (*rng)(void *ctx, void *buf, size_t len);
    void *rng_ctx;
};

/* Makes empty tables. NULL without memory or with a parameter out of range. */
struct sad *sad_create(const struct sad_params *params);

/* Wipes and frees all. No worker may be running. NULL is fine. */
void sad_free(struct sad *sad);

/* The RCU variable whose quiescent states the workers report. Lives as long as the sad. */
struct rte_rcu_qsbr *sad_qsbr(struct sad *sad);

/* Whether an SPI carries the tag of another node: none of ours ever did. Any thread. */
bool sad_spi_is_of_other_node(const struct sad *sad, uint32_t spi);

/*
 * Reserves an inbound SPI: a random number but for the node tag on top; never 0..255, one that another pair
 * has, or the last one of those that shared its place (sad_spi.c). 0, or -ENOSPC when all slots are taken
 * (answer NO_ADDITIONAL_SAS).
 */
int sad_spi_alloc(struct sad *sad, uint32_t *spi);

/* Whether this SPI is reserved, and its pair not installed yet. */
bool sad_spi_is_reserved(const struct sad *sad, uint32_t spi);

/* Gives back a reserved SPI that was never installed. Others are ignored. */
void sad_spi_free(struct sad *sad, uint32_t spi);

/*
 * Publishes both directions of a pair whose spi_in is from sad_spi_alloc(). Borrows until return; the caller
 * wipes its keys. Errors, and then nothing has changed: -EINVAL parameter out of range or keys of wrong
 * length, -ENOTSUP algorithm or way of ESP that this data path lacks, -ENOENT spi_in is not reserved, -ENOMEM
 * no memory, or the tables of selectors are full. Cost: some microseconds, and one for each remote selector.
 */
int sad_install(struct sad *sad, const struct esp_pair *pair);

/*
 * From now on packets are sealed with this pair, in preference to older pairs with the same selectors, but
 * for those of a better priority. 0, or -ENOENT.
 */
int sad_activate(struct sad *sad, uint32_t spi_in);

/* Packets are sealed with this pair no more, from the workers' next burst on; it still opens them. 0, or
 * -ENOENT. */
int sad_deactivate(struct sad *sad, uint32_t spi_in);

/*
 * New outer addresses and ports, and perhaps another way (ESP or UDP) or the other family; outer_mtu as at
 * install. Takes effect with the workers' next burst. Called twice in a row, or for another way or family, it
 * may wait for a burst to end (microseconds); in the latter case packets that are to be sealed meanwhile are
 * dropped as those without an SA. While a worker makes no turn at all, or the pair is on its way to another
 * owner, the newest path is kept and taken by sad_reclaim() afterwards. 0, -ENOENT, -EINVAL (family of local
 * and remote differ).
 */
int sad_repath(struct sad *sad, uint32_t spi_in, const struct esp_path *path, enum esp_way way,
               uint16_t outer_mtu);

/* Lowers or raises the outer MTU of a pair (path MTU discovery). 0, -ENOENT, -EINVAL. */
int sad_set_mtu(struct sad *sad, uint32_t spi_in, uint16_t outer_mtu);

/* Takes both directions away. Keys are wiped and the slot is free after a grace period. 0, or -ENOENT. */
int sad_remove(struct sad *sad, uint32_t spi_in);

/*
 * Wipes and frees what was removed and whose grace period is over; never waits. Call it often (each turn of
 * the control loop). Returns how many objects still wait.
 */
size_t sad_reclaim(struct sad *sad);

/* Counters of one direction. Times are TSC stamps of the worker's burst; 0: never. */
struct sad_direction_stats {
    uint64_t pkts, bytes; /* bytes: inner packets */
    uint64_t seq;         /* in: highest sequence number that was accepted; out: last one used */
    uint64_t last_tsc;
};

struct sad_stats {
    uint32_t spi_in, spi_out;
    uint64_t ike_id;
    uint32_t conn;
    bool active;
    uint8_t priority;
    bool standby; /* active, and another pair with the same selectors has a better priority and sends */
    struct sad_direction_stats in, out;
    uint64_t replay_drops; /* too old or seen before */
    uint64_t bad_icv;
    uint64_t bad_trailer;
    uint64_t policy_drops; /* inner packet outside of this SA's selectors */
    uint64_t limit_drops;  /* hard limit or end of the sequence space */
    struct esp_path path;
    uint16_t outer_mtu; /* of the path to the peer, as far as it is known */
    uint16_t inner_mtu;
    uint32_t shared;              /* pairs that share packets out, with this one; 0: it takes all by itself */
    uint16_t owner_in, owner_out; /* workers */
    uint32_t handoffs_in, handoffs_out; /* packets that came to other workers than these */
    const struct crypt_alg *encr, *integ;
    bool esn;
    bool encap; /* ESP in UDP */
};

/* Fills out with a snapshot (fields are exact, not of one instant). 0, or -ENOENT. */
int sad_stats(const struct sad *sad, uint32_t spi_in, struct sad_stats *out);

/*
 * Walks installed pairs: the first with a slot number of at least *cursor. Start with 0; *cursor moves on.
 * False: no more.
 */
bool sad_next(const struct sad *sad, uint32_t *cursor, struct sad_stats *out);

/* Installed pairs. */
uint32_t sad_count(const struct sad *sad);

enum sad_event_type {
    SAD_EV_SOFT,       /* a soft limit was reached, or three quarters of the sequence space: rekey */
    SAD_EV_HARD,       /* a hard limit was reached: the direction drops from now on */
    SAD_EV_SEQ_END,    /* the sequence space is used up: nothing more is sent */
    SAD_EV_WANTED,     /* a worker has packets for this pair, and no pair of its own beside it */
    SAD_EV_PEER_MOVED, /* moved: an authenticated, newest packet came from there */
};

struct sad_event {
    enum sad_event_type type;
    uint32_t spi_in;
    uint64_t ike_id;
    uint32_t conn;
    struct sad_moved moved; /* PEER_MOVED */
};

/*
 * Takes the oldest event of any worker. Each SA has at most one event of each type waiting, and
 * PEER_MOVED comes at most four times in a row and once per second in the long run; of one place, once per
 * second. False: none.
 */
bool sad_event_pop(struct sad *sad, struct sad_event *out);

#define SAD_TRAP_MAX 0x7fffefffu

/* Numbers that bypasses may have. */
#define SAD_ROWS_MAX 512u

/*
 * Traffic between local and remote must be protected, whether or not an SA for it exists now. Or, as a bypass
 * (RFC 4301 4.4.1), it travels in clear, both ways, whatever SA or other policy has it as well.
 */
struct sad_policy {
    const struct base_ts_list *local_ts, *remote_ts;
    uint32_t trap; /* packets without an SA call for one, under this number; 0: they do not */
    uint64_t dscp; /* set of those that it is for, and that SAs for all do not serve; 0: all */
    bool is_bypass;
    uint16_t row; /* of a bypass: its number, below SAD_ROWS_MAX, under which packets are counted */
};

/*
 * Replaces the set of policies; what is in both sets is protected throughout. 0, or -ENOMEM: no memory, or
 * the tables of selectors are full; then the old set stays. -EINVAL: a trap above SAD_TRAP_MAX, or of a
 * bypass; a row of SAD_ROWS_MAX or more. Borrows until return.
 */
int sad_policies_set(struct sad *sad, const struct sad_policy *list, size_t count);

/*
 * The same in parts, of `most` policies each: 1 means that there are others, to be asked for with the same
 * list; with 0 and with an error it is over.
 */
int sad_policies_step(struct sad *sad, const struct sad_policy *list, size_t count, size_t most);

/*
 * Gives the pair's directions to workers (< params.workers), as soon as these and the owners now have done
 * their part and sad_reclaim() was called. Loses and reorders nothing. 0, -ENOENT, -EINVAL, -EBUSY: an
 * earlier move is not over (a worker may stall), try later.
 */
int sad_owner_set(struct sad *sad, uint32_t spi_in, uint16_t worker_in, uint16_t worker_out);

/* What became of a direction's packets since the last call, and how many were handed over to its owner. */
struct sad_handoffs {
    uint64_t pkts;     /* were opened or sealed */
    uint32_t handoffs; /* came to a worker other than the owner */
    uint32_t lead;     /* by how many of these one worker is ahead of all others together */
    uint16_t worker;   /* that worker */
};

/* Reads and starts anew. 0, or -ENOENT. */
int sad_handoffs_take(struct sad *sad, uint32_t spi_in, struct sad_handoffs *in, struct sad_handoffs *out);

/*
 * How a mark (bit 0 is set, so it is no pointer) reaches a worker: behind all packets that were handed to it.
 * False: no room now, it is tried again after a grace period. Whoever owns the workers' rings sets this;
 * without it no move ends.
 */
typedef bool (*sad_mark_fn)(void *ctx, uint16_t worker, uint64_t mark);
void sad_mark_by(struct sad *sad, sad_mark_fn fn, void *ctx);
