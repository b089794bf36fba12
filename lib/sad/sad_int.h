/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside of sad: control's half of the tables, as structs. All of it is touched by the control thread only.
 */
#include "sad.h"
#include "sad_conn.h"
#include "sad_fast.h"
#include "sad_reclaim.h"

#define SAD_EVENT_RING 4096 /* events of all workers that can wait */

enum sad_pair_state { SAD_PAIR_FREE, SAD_PAIR_RESERVED, SAD_PAIR_LIVE, SAD_PAIR_DYING };

/* Cold data of a slot. */
struct sad_pair {
    uint8_t state; /* enum sad_pair_state */
    bool is_active;
    uint8_t priority;
    uint16_t outer_mtu;
    uint64_t dscp;
    enum esp_way way;
    uint32_t spi_in;
    uint32_t spi_out;
    uint32_t conn;
    uint64_t ike_id;
    const struct crypt_alg *encr, *integ;
    struct esp_suite suite;
    struct esp_path path;
    uint32_t group;        /* sad_group.h; 0: none */
    uint32_t group_next;   /* next pair of it: slot + 1; 0: end */
    uint64_t turn;         /* of its activation, in the group */
    uint16_t home;         /* worker: the outbound owner, or who is to be */
    struct sad_sels *sels; /* both sides' selectors, owned */
    struct sad_map *map;   /* owned; NULL: the pair's packets have their addresses everywhere */
    enum esp_mode mode;
    uint64_t *window;           /* owned when larger than the one inside of the SA */
    uint32_t cands;             /* first candidate, linked by next_own */
    uint32_t next_free;         /* FREE: queue */
    uint16_t next_in, next_out; /* owners to be, while the direction is MOVING */
    uint32_t seen_in, seen_out; /* hand-offs, and */
    uint64_t pkts_in, pkts_out; /* packets at the last sad_handoffs_take() */
    uint64_t tmpl_token;        /* grace period after which the other template may be written; 0: at once */
    bool is_late;               /* a new path waits for that */
    uint16_t late_mtu;
    struct esp_path late_path;
    enum esp_way late_way;

    bool in_conn;                  /* conn was open when the pair was installed */
    uint16_t conn_turn;            /* of sad_conns.sum */
    uint32_t conn_next, conn_prev; /* pairs of the same connection: slot + 1; 0: end */
};

/* A prefix that has candidates. */
struct sad_prefix {
    uint8_t key[16];
    uint8_t family;
    uint8_t len;
    uint32_t parent; /* next shorter prefix that covers it; 0: none */
    uint32_t anchor; /* candidate that longer prefixes' lists end in */
    uint32_t first;  /* first candidate */
    uint32_t hash_next;
};

/* What control knows of a candidate, besides. */
struct sad_cand_links {
    uint32_t prefix;   /* record of the prefix */
    uint32_t next_own; /* next of the same pair or policy */
};

/* Index allocator over a reserved array; 0 is never handed out. */
struct sad_index {
    uint32_t *free;
    uint32_t n_free, n_used, max;
};

/* Connections by number. */
struct sad_conns {
    struct sad_conn *list;
    uint32_t count, cap;
    uint32_t free; /* first number that may be given out again; SAD_CONN_NONE: none */
    struct {
        uint32_t conn; /* SAD_CONN_NONE: none is summed up */
        uint32_t next; /* pair: its slot + 1; 0: all were */
        uint16_t turn; /* pairs with this one are in the sum */
        struct sad_counters so_far;
    } sum;
};

/* Groups by number; row by row beside sad_tables.groups. */
struct sad_groups {
    struct sad_group_pairs *pairs;
    uint32_t *free;
    uint32_t n_free, n_used, max;
};

/* A policy in the tables: its first candidate, and its selectors, owned, which candidates borrow. */
struct sad_policy_link {
    uint32_t cands, back_cands;
    struct sad_sels *sels, *back_sels; /* back: of a bypass, the same with its sides exchanged */
};

struct sad_policies {
    size_t count;
    struct sad_policy_link *links;
};

#define SAD_SPIS_DRAWN 64

/* Control's half of struct sad_spis: as many places. And random numbers that became no SPI yet: to ask the
 * generator for each of its own may cost a system call. */
struct sad_spi_places {
    struct sad_spi_place *list;
    uint32_t n_taken;
    uint32_t n_drawn; /* of them, from the front */
    uint32_t drawn[SAD_SPIS_DRAWN];
};

struct sad {
    struct sad_tables tables;
    struct sad_spi_places spi_places;
    struct sad_params params;
    struct sad_reclaim reclaim;
    struct esp_ctx *esp; /* control's, for the expansion of keys */
    uint32_t slots;      /* power of two */
    uint32_t live;
    struct sad_pair *pairs;
    uint32_t free_head, free_tail; /* queue, in order of their end; SAD_NO_SLOT: empty */
    uint32_t n_free;               /* in it */
    uint32_t never_used;           /* slots from here on were never taken */

    uint32_t max_cands, max_prefixes;
    struct sad_index cand_index, prefix_index;
    struct sad_cand_links *cand_links; /* by candidate */
    struct sad_prefix *prefixes;
    uint32_t *buckets; /* of the hash over prefixes */
    uint32_t n_buckets;
    uint32_t len_count[2][129]; /* prefixes by length, IPv4 and IPv6 */

    struct sad_groups groups;
    struct sad_policies policies;
    struct sad_policies next_policies, old_policies; /* while one set takes the place of another */
    bool is_linking;                                 /* next_policies are not whole yet */
    bool is_turned;                                  /* that is over, but for look_next */
    uint32_t look_next; /* a bypass came or went: where sad_spd_look_again() goes on; 0: nowhere */
    struct sad_conns conns;
    struct rte_ring *events;
    void *events_mem;
    sad_mark_fn mark_send;
    void *mark_ctx;
};
