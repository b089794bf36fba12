/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * An ISAKMP SA as an object: its state, the tables it is found in, its beginning and its end. Phase 1 makes
 * it (RFC 2409 5.1, 5.2, 5.4), phase 2 exchanges run under it side by side, each by its message id.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_ration.h"
#include "base_time.h"
#include "crypt_pki_ops.h"
#include "esp_way.h"
#include "explain.h"
#include "ike_blob.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_natd.h"
#include "ike_nonce.h"
#include "ike_path.h"
#include "ike_table.h"
#include "ike_timer.h"
#include "ikev1_keymat.h"
#include "ikev1_seen.h"
#include "ikev1_select.h"
#include "pool_remap.h"
#include "wire_v1.h"

struct ikev1_child;
struct ikev1_frag;
struct ikev1_xchg;

enum ikev1_state {
    IKEV1_ST_NONE,     /* no SA yet: the row of a first message */
    IKEV1_ST_I_SA,     /* main mode, initiator: message 1 is sent */
    IKEV1_ST_I_KEY,    /* a key pair is being made: for message 3, or for message 1 of aggressive mode */
    IKEV1_ST_I_KE,     /* main: message 3 is sent */
    IKEV1_ST_I_AGGR,   /* aggressive: message 1 is sent */
    IKEV1_ST_I_SECRET, /* the responder's value is there, the secret is being computed */
    IKEV1_ST_I_PROVE,  /* our signature is being made */
    IKEV1_ST_I_AUTH,   /* main: message 5 is sent */
    IKEV1_ST_I_CHECK,  /* the responder's signature is being checked */
    IKEV1_ST_R_SA,     /* main mode, responder: message 2 is sent */
    IKEV1_ST_R_SECRET, /* the initiator's value is there, key exchange being computed */
    IKEV1_ST_R_KE,     /* main: message 4 is sent */
    IKEV1_ST_R_AGGR,   /* aggressive: message 2 is sent */
    IKEV1_ST_R_CHECK,  /* the initiator's signature is being checked */
    IKEV1_ST_R_PROVE,  /* our signature is being made */
    IKEV1_ST_LOGIN,    /* phase 1 is done, and what comes before the first child is not: XAUTH, mode-config */
    IKEV1_ST_UP,
    IKEV1_ST_DEAD, /* reaped at the end of the dispatch */
    IKEV1_ST_COUNT
};

/*
 * The last message of ours in an exchange, and the peer's before it: whoever repeats that gets ours again,
 * and ours is repeated by itself while an answer to it is due (RFC 2408 5.1).
 */
struct ikev1_flight {
    struct ike_blob out;
    uint64_t in_hash; /* of the peer's message, as it came; 0: there is none */
    struct base_ration again;
    uint32_t tries;
    base_time at; /* of the next repetition; never: nothing is due */
};

/* What is kept of phase 1 until both have proved who they are; memory for secrets. */
struct ikev1_hs {
    bool is_aggressive;
    bool is_refused; /* it failed here: waits for its end */
    const struct ike_conn_conf
        *conn;                   /* responder: as whose the peer is answered, until it is known; of conf */
    const struct ike_conf *conf; /* a reference */
    struct ike_nonce ni, nr;
    struct ike_blob sa_i;       /* body of the initiator's SA payload: the hashes cover it */
    struct ike_blob id_i, id_r; /* bodies of the ID payloads */
    uint16_t public_i_len, public_r_len, secret_len;
    uint8_t public_i[CRYPT_DH_MAX], public_r[CRYPT_DH_MAX], secret[CRYPT_DH_MAX];
    struct crypt_dh_key *dh; /* as initiator; owned */
    uint64_t job;            /* under way; 0: none */
    struct ike_blob kept;    /* message 2 of aggressive mode, which waits for the secret */
    size_t called_bytes;     /* of message 1 of aggressive mode */
    uint64_t kept_hash;      /* of the peer's message that is being worked on, */
    struct ike_path path;    /* and where that came from */
    struct ike_id peer;      /* as it said */
    struct ike_blob proof;   /* our signature; none: HASH */
    bool asks_cert;          /* the peer sent a CR */
    bool initial_contact;    /* the peer said so */
    bool is_proved;          /* the peer's proof was right */
    uint16_t refusal;        /* error notify in clear, or forged; 0: none */
};

/* Times of an SA; BASE_TIME_NEVER: not. */
struct ikev1_life {
    base_time created_at, established_at;
    base_time heard_at;   /* since then the peer has shown that the SA is up there */
    base_time give_up_at; /* half open, or replaced: the end, or of a twin when the peer is asked */
    base_time replaced_at;
    base_time rekey_at, dies_at;
    base_time retry_at; /* no new exchange before */
    base_time last_in, last_out;
    base_time dpd_at; /* of the next repetition of R-U-THERE */
    base_time childless_at;
};

struct ikev1_sa {
    struct ikev1_sa *prev, *next; /* all, ascending by id */
    struct ikev1_sa *dead_next;
    struct ikev1_sa *touch_next;
    bool is_touched;
    uint8_t tallied; /* as what its run counts it (ike_tally.h) */
    struct ike_node by_spi, by_id, by_run, by_first, by_place, by_prefix;
    struct ike_node by_peer;                /* from LOGIN on, by the peer's endpoint */
    struct ikev1_sa *half_prev, *half_next; /* half open as responder, the oldest first */
    bool is_half_open;
    struct ike_run *run;
    struct ike_timer timer;
    uint64_t id;
    uint64_t spi_i, spi_r; /* cookies */
    bool is_initiator;
    enum ikev1_state state, died_in;
    const struct ike_conf *conf; /* a reference */
    const struct ike_conn_conf *conn;
    struct ike_path path;
    struct ike_id local_id, remote_id;
    struct crypt_marks shown; /* by which certificates the peer proved itself */
    struct ikev1_choice algs;
    struct ikev1_keys keys;
    struct ike_natd natd;
    enum wire_v1_vendor natt; /* the way of NAT traversal that both know; NONE: none */
    uint32_t vendors;         /* of the peer: a bit for each enum wire_v1_vendor */
    enum esp_way way;
    struct ikev1_hs *hs;
    struct ikev1_flight phase1;
    struct ikev1_seen seen; /* message ids that the peer used */
    struct ikev1_xchg *xchgs;
    size_t n_xchgs;
    struct ikev1_child *children;
    size_t n_children;
    struct ikev1_life life;
    struct {
        uint32_t seq;      /* of the last one of ours */
        uint32_t peer_seq; /* of the peer's last one */
        bool is_out, has_peer;
        uint8_t tries;
    } dpd;
    struct base_ration moves, strays;
    uint32_t moved_times;
    uint8_t *wishes;      /* a byte for each child of the connection: IKEV1_WISH_*; owned */
    bool want_rekey;      /* a new SA in its place */
    uint64_t replaced_by; /* that SA; 0: none */
    uint64_t replaces;
    struct ikev1_sa *heir;                  /* that SA, until it is buried, */
    struct ikev1_sa *formers, *former_next; /* and those that one has taken over from, the last one first */
    bool is_twin;                           /* with replaced_by: the peer may have this one for the newer */
    uint64_t
        newer; /* the SA whose turn to replace this one comes when both have one configuration; 0: none */
    bool wants_dpd;
    bool is_told; /* the peer knows it is over, or never knew it: no DELETE */
    enum ike_end end;
    const char *down_why; /* static text; NULL: no news */
    bool quiet;
    uint32_t n_inner; /* inner addresses by mode-config, of one side */
    struct base_addr inner[2];
    bool inner_is_ours; /* the peer gave them to us */
    struct pool_remap remap;
    struct ikev1_frag *frag; /* of a message of the peer's that is not whole; owned, or NULL */
    void *login;             /* of ikev1_login.h, owned; NULL: none */
};

#define IKEV1_WISH     1
#define IKEV1_WISH_NOW 2

/* A new SA without cookies, on the list and by id; touched. NULL: no memory. */
struct ikev1_sa *ikev1_sa_new(struct ike *ike, const struct ike_path *path, bool is_initiator);
/* Puts an SA under its connection (takes a reference to the configuration). False: no memory. */
bool ikev1_sa_set_conn(struct ike *ike, struct ikev1_sa *sa, const struct ike_conn_conf *conn);
void ikev1_sa_leave_run(struct ike *ike, struct ikev1_sa *sa);
void ikev1_sa_set_state(struct ike *ike, struct ikev1_sa *sa, enum ikev1_state state);
/* Enters the tables; our cookie is set. As responder: among the half-open ones. */
void ikev1_sa_link(struct ike *ike, struct ikev1_sa *sa);
void ikev1_sa_set_path(struct ike *ike, struct ikev1_sa *sa, const struct ike_path *path);
/* Something changed: the settle step looks at it. */
void ikev1_sa_touch(struct ike *ike, struct ikev1_sa *sa);
/* Ends it at once: found no more, nothing is sent; the rest is the settle step's. Twice is once. */
void ikev1_sa_kill(struct ike *ike, struct ikev1_sa *sa);

uint64_t ikev1_sa_new_cookie(struct ike *ike);
/* By both cookies; spi_r 0: as initiator before the answer. NULL: none. */
struct ikev1_sa *ikev1_sa_by_cookies(const struct ike *ike, uint64_t spi_i, uint64_t spi_r);
/* A responder's by the initiator's cookie and where its first message came from. */
struct ikev1_sa *ikev1_sa_by_first(const struct ike *ike, uint64_t spi_i, const struct base_endpoint *from);
struct ikev1_sa *ikev1_sa_by_id(const struct ike *ike, uint64_t id);
/* The SA that has taken over from this one, or it itself. */
struct ikev1_sa *ikev1_sa_heir(const struct ike *ike, struct ikev1_sa *sa);
/* SAs of a connection, the latest first, as a chain from NULL to NULL. */
struct ikev1_sa *ikev1_sa_of_run(const struct ike *ike, const struct ike_run *run,
                                 const struct ikev1_sa *after);
/* One that is up with a peer at this endpoint; NULL: none. */
struct ikev1_sa *ikev1_sa_at(const struct ike *ike, const struct base_endpoint *remote);
/* How many half-open ones this endpoint has, and the prefix around its address. */
uint32_t ikev1_sa_half_open_of(const struct ike *ike, const struct base_endpoint *from);
uint32_t ikev1_sa_half_open_around(const struct ike *ike, const struct base_addr *addr);

/* The runtime's child of ours that is wanted. */
void ikev1_sa_wish(struct ikev1_sa *sa, size_t child, bool is_now);

static inline uint64_t ikev1_sa_cookie(const struct ikev1_sa *sa)
{
    return sa->is_initiator ? sa->spi_i : sa->spi_r;
}

static inline bool ikev1_sa_knows(const struct ikev1_sa *sa, enum wire_v1_vendor v)
{
    return sa->vendors & 1u << v;
}

/* What is kept of phase 1, wiped and freed; a job of it is nobody's then. NULL is fine. */
void ikev1_hs_free(struct ike *ike, struct ikev1_hs *hs);

struct explain_about ikev1_sa_about(const struct ikev1_sa *sa);
