/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Inside of sad: control's half of the tables. All of it is touched by the control thread only. */
#include "sad.h"
#include "sad_fast.h"
#include "sad_reclaim.h"

#define SAD_CANDS_PER_SA 64   /* combinations of selectors of one pair or policy */
#define SAD_EVENT_RING   4096 /* events of all workers that can wait */
#define SAD_CONN_NONE    UINT32_MAX

enum sad_pair_state { SAD_PAIR_FREE, SAD_PAIR_RESERVED, SAD_PAIR_LIVE, SAD_PAIR_DYING };

/* Cold data of a slot. */
struct sad_pair {
    uint8_t state; /* enum sad_pair_state */
    bool is_active;
    uint16_t outer_mtu;
    uint32_t spi_in; /* also while FREE: the one that the slot had last */
    uint32_t spi_out;
    uint32_t conn;
    uint64_t ike_id;
    const struct crypt_alg *encr, *integ;
    struct esp_suite suite;
    struct esp_path path;
    struct sad_sels *sels;      /* both sides' selectors, owned */
    uint64_t *window;           /* owned when larger than the one inside of the SA */
    uint32_t cands;             /* first candidate, linked by next_own */
    uint32_t next_free;         /* FREE: queue */
    uint16_t next_in, next_out; /* owners to be, while the direction is MOVING */
    uint32_t seen_in, seen_out; /* hand-offs, and */
    uint64_t pkts_in, pkts_out; /* packets at the last sad_handoffs_take() */
    uint64_t tmpl_token;        /* grace period after which the other template may be written; 0: at once */
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

/* Index allocator over a reserved array; 0 is never handed out. */
struct sad_index {
    uint32_t *free;
    uint32_t n_free, n_used, max;
};

struct sad_policies {
    size_t count;
    uint32_t *cands; /* per policy: first candidate */
};

struct sad {
    struct sad_tables tables;
    struct sad_params params;
    struct sad_reclaim reclaim;
    struct esp_ctx *esp; /* control's, for the expansion of keys */
    uint32_t slots;      /* power of two */
    uint32_t live;
    struct sad_pair *pairs;
    uint32_t free_head, free_tail; /* queue: a slot is reused as late as possible; SAD_NO_SLOT: empty */
    uint32_t never_used;           /* slots from here on were never taken */

    uint32_t max_cands, max_prefixes;
    struct sad_index cand_index, prefix_index;
    struct sad_prefix *prefixes;
    uint32_t *buckets; /* of the hash over prefixes */
    uint32_t n_buckets;
    uint32_t len_count[2][129]; /* prefixes by length, IPv4 and IPv6 */

    struct sad_policies policies;
    struct rte_ring *events;
    void *events_mem;
    sad_mark_fn mark_send;
    void *mark_ctx;
};

/* sad_spd.c: makes, links and removes the candidates of selectors; head is the list by next_own. */
int sad_spd_init(struct sad *sad);
void sad_spd_fini(struct sad *sad);
int sad_spd_link(struct sad *sad, const struct sad_sels *sels, uint32_t slot, uint32_t *head);
void sad_spd_unlink(struct sad *sad, uint32_t *head);

/* sad_path.c */
struct sad_sels *sad_sels_make(const struct base_ts_list *local, const struct base_ts_list *remote);
/* False: the ranges are not both IPv4 prefixes for all protocols and ports. */
bool sad_addrs4_fill(const struct sad_range *src, const struct sad_range *dst, struct sad_addrs4 *out);
void sad_sel4_fill(const struct sad_range *local, const struct sad_range *remote, struct sad_sel4 *out);
int sad_path_check(const struct esp_path *path, uint16_t outer_mtu);
void sad_tmpl_fill(struct sad_tmpl *t, const struct esp_path *path, bool encap, uint32_t spi_out);
uint8_t sad_path_hdr_bytes(const struct esp_path *path, bool encap);
uint16_t sad_path_inner_mtu(const struct esp_suite *suite, uint8_t hdr_bytes, uint16_t outer_mtu);
void sad_out_set_path(struct sad_out *out, const struct esp_path *path);
void sad_in_set_path(struct sad_in *in, const struct esp_path *path);

/* sad_table.c */
struct sad_pair *sad_pair_live(const struct sad *sad, uint32_t spi_in);
uint32_t sad_pair_slot(const struct sad *sad, const struct sad_pair *pair);
void sad_slot_give(struct sad *sad, uint32_t slot);

/* sad_event.c */
int sad_event_init(struct sad *sad);
void sad_event_fini(struct sad *sad);
void sad_limits_arm_in(struct sad_in *in);
void sad_limits_arm_out(struct sad_out *out);
