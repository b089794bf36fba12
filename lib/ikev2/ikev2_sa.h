/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * An IKE SA as an object: its state, the tables it is found in, its beginning and its end. It has one
 * exchange of ours under way at most (window 1, RFC 7296 2.3) and one of the peer's.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_ration.h"
#include "base_time.h"
#include "esp_way.h"
#include "explain.h"
#include "ike_blob.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_dgrams.h"
#include "ikev2_frag.h"
#include "ikev2_keymat.h"
#include "ike_natd.h"
#include "ike_path.h"
#include "ike_share.h"
#include "ikev2_heir.h"
#include "ikev2_keepalive.h"
#include "ikev2_mobike.h"
#include "ikev2_peer.h"
#include "ikev2_pmtu.h"
#include "ikev2_redirect.h"
#include "ikev2_request.h"
#include "ikev2_select.h"
#include "ikev2_shown.h"
#include "ikev2_wish.h"
#include "ike_timer.h"
#include "pool_remap.h"

struct ikev2_account;
struct ikev2_child;
struct ikev2_init;
struct ikev2_inner;
struct ikev2_task;

#define IKEV2_GONE_S 30 /* a replaced IKE SA waits that long for the peer's DELETE */

enum ikev2_state {
    IKEV2_ST_NONE,   /* no SA yet: the row of a first request */
    IKEV2_ST_I_DH,   /* initiator: a key pair is being made */
    IKEV2_ST_I_INIT, /* SA_INIT sent */
    IKEV2_ST_I_DERIVE /* SA_INIT answered, the shared secret is being computed */,
    IKEV2_ST_I_MIX_KEY,    /* a key pair of an additional key exchange is being made */
    IKEV2_ST_I_MIX,        /* IKE_INTERMEDIATE sent */
    IKEV2_ST_I_MIX_SECRET, /* IKE_INTERMEDIATE answered, its secret is being computed */
    IKEV2_ST_I_PROVE,      /* our AUTH is being made */
    IKEV2_ST_I_AUTH,       /* IKE_AUTH sent */
    IKEV2_ST_I_CHECK,      /* IKE_AUTH answered, the peer's AUTH is being checked */
    IKEV2_ST_R_DH,         /* responder: SA_INIT received, key exchange being computed */
    IKEV2_ST_R_MIX,        /* answered, and IKE_INTERMEDIATE for an additional key exchange comes next */
    IKEV2_ST_R_MIX_DH,     /* IKE_INTERMEDIATE received, its key exchange being computed */
    IKEV2_ST_R_INIT,       /* SA_INIT answered, and IKE_AUTH comes next: half open */
    IKEV2_ST_R_CHECK,      /* IKE_AUTH received, the caller's AUTH is being checked */
    IKEV2_ST_R_PROVE,      /* our AUTH is being made */
    IKEV2_ST_R_ROUND,      /* a round is answered, the next message of IKE_AUTH is waited for */
    IKEV2_ST_UP,           /* both authenticated */
    IKEV2_ST_REKEYED,      /* replaced; children have moved; waits for a DELETE */
    IKEV2_ST_CLOSING,      /* our DELETE is sent, or is about to be */
    IKEV2_ST_DEAD,         /* reaped at the end of the dispatch */
    IKEV2_ST_COUNT
};

/* Where an SA stands in tables and lists. */
struct ikev2_sa_link {
    struct ikev2_sa *prev, *next;         /* all, ascending by id */
    struct ikev2_sa *spi_next;            /* hash by our SPI; with IKEV2_ST_DEAD: the dead */
    struct ikev2_sa *init_next;           /* hash by (SPIi, peer): half-open as responder only */
    struct ikev2_sa *id_next;             /* hash by id */
    struct ikev2_sa *run_prev, *run_next; /* hash by connection */
    /* Hash by the peer's endpoint (UP only): of one place there may be thousands. */
    struct ikev2_sa *place_prev, *place_next;
    struct ikev2_peer_link peer; /* among those of its identity: from UP until it ends */
    struct ikev2_sa *touch_next; /* with is_touched */
    bool is_touched;             /* in this dispatch: the settle step looks at it */
};

/* Message ids (RFC 7296 2.2) and IVs. */
struct ikev2_sa_seq {
    uint64_t iv;   /* of an AEAD: a counter, so that no IV comes twice under one key */
    uint32_t own;  /* of our next request */
    uint32_t peer; /* that we expect */
};

/* Times of an SA; BASE_TIME_NEVER: not. */
struct ikev2_sa_life {
    base_time created_at;
    base_time give_up_at; /* half open, or REKEYED: the end */
    base_time established_at;
    base_time rekey_at, dies_at;
    base_time reauth_at, auth_ends_at; /* of the authentication: rekeying does not move them (RFC 4478 2) */
    base_time retry_at;                /* no new exchange of ours before, but for DELETE */
    base_time further_at;              /* no further pair of a child before (ikev2_further.h) */
    base_time full_until;              /* no new child for the peer before: the data path refused one */
    base_time last_in, last_out;
    base_time stray_at;     /* no liveness check because of strays before (ikev2_stray.h) */
    base_time childless_at; /* up, and since then without a child */
};

/* What is to be done when its turn comes: marked by handlers, started by the settle step. */
struct ikev2_sa_want {
    bool close, rekey, dpd;
    bool reauth;                  /* a new SA beside this one, with an authentication of its own */
    bool ask;                     /* a liveness check at moved.to */
    bool rekey_now;               /* an operator's: no pause after a refusal holds it up */
    const char *close_why;        /* with close; static text */
    uint32_t stray_spi;           /* with dpd: the check says that ESP with this SPI has no SA; 0: none */
    struct ikev2_wishes children; /* that we still have to make */
    uint32_t disowned; /* our SPI, still reserved, of a pair that the peer alone has: DELETE; 0: none */
};

/* The peer's rekeying while ours is under way (RFC 7296 2.8.2). */
struct ikev2_sa_rival {
    uint64_t id; /* the SA from it; 0: none */
    uint64_t of; /* the SA that this one is the rival of; 0: none */
};

/* Two SAs while the authentication is repeated (RFC 7296 2.8.3); 0: none. */
struct ikev2_sa_again {
    uint64_t by; /* of the old one: the SA that we make in its place */
    uint64_t of; /* of the new one: the old one */
};

/* Who else a peer proved to be, in the rounds behind the first one (RFC 4739). */
struct ikev2_also {
    uint8_t n;
    const struct ike_id *at[]; /* kept (ike_ids.h) */
};

struct ikev2_sa {
    struct ikev2_sa_link link;
    struct ike_share_member share; /* among the half-open ones */
    struct ike_run *run; /* runtime of the connection; NULL before it is known or after it is gone */
    struct ike_timer timer;
    uint64_t id;
    uint64_t spi_i, spi_r;
    bool is_initiator; /* of this SA (after a rekey: of the rekeying) */
    bool is_caller;    /* we sent the IKE_AUTH that it, or the first of its line, came from */
    enum ikev2_state state;
    enum ikev2_state died_in;    /* with IKEV2_ST_DEAD: the state before */
    const struct ike_conf *conf; /* a reference */
    const struct ike_conn_conf *conn;
    struct ike_path path;
    struct {
        uint32_t times;
        struct base_ration ration; /* of moves that are followed */
        /* With want.ask: where an authentic packet came from, of a peer without a NAT; or by UDP instead of
         * TCP. */
        struct ike_path to;
        base_time asked_at; /* there; or when TCP began */
        bool has_addresses; /* its NAT: it went from one to another by itself */
    } moved;                /* the peer's endpoint */
    struct {
        bool is_lost;       /* the connection of TCP of path is no more, and none has come in its place */
        uint32_t tries;     /* to open another one, since the peer was last heard */
        base_time again_at; /* the next one; never: none is planned */
        struct ike_path
            beside; /* a connection that a request of ours goes by, too, as nobody answers by UDP; or none */
    } stream;
    struct ikev2_choice algs;
    struct ikev2_keys keys;
    const struct ike_id *remote_id; /* of several rounds of authentication, by the first; kept (ike_ids.h) */
    struct ikev2_also *also;        /* by the others; owned; NULL: there was one */
    struct ikev2_shown *shown;      /* by which certificates; owned; NULL: by none */
    struct ike_natd natd;
    struct ikev2_pmtu pmtu;
    struct ikev2_mobike mobike;
    struct ikev2_keepalive keepalive;
    struct ikev2_redirect redirect;
    enum esp_way way; /* that ESP of its children goes */

    struct ikev2_sa_seq seq;
    struct ikev2_request req;
    struct ikev2_frag frag;
    struct {
        base_time at; /* when it was made */
        uint8_t exchange;
        uint8_t repeats; /* how often it was asked for again */
        bool is_bound;   /* only who is at this address gets it: */
        struct base_addr to;
        uint32_t made;      /* where it is bound: our SPI of the child; 0: none yet, key exchanges follow */
    } answer;               /* the last one, whose datagrams are: */
    struct ike_dgrams resp; /* the last answer, for repeated requests (RFC 7296 2.1) */
    struct ikev2_init *init;
    struct pool_remap remap;
    struct ikev2_inner *inner;      /* NULL: neither side gives the other an address */
    struct ikev2_task *task;        /* ours */
    struct ikev2_task *peer_task;   /* the peer's, waiting for a job */
    struct ikev2_task *peer_follow; /* the peer's, waiting for its IKE_FOLLOWUP_KE (ikev2_follow.h) */
    struct ikev2_sa_life life;
    struct ikev2_sa_want want;
    struct ikev2_sa_rival rival;
    struct ikev2_heir heir;
    struct ikev2_sa_again again;
    uint8_t follows_lost;  /* series of ours that the peer forgot, one behind the other */
    enum ike_end end;      /* why it ended, or will */
    bool begins_childless; /* our IKE_AUTH asks for no child */
    bool has_ppk;          /* a PPK is in its keys, or in those that they come from (RFC 8784) */
    uint8_t tallied;       /* as what its run counts it (ike_tally.h) */
    bool quiet;            /* a redundant SA: its end is no news */
    bool says_contact;     /* who called said INITIAL_CONTACT: who heard it may have ended all others */
    bool is_faulty; /* the two sides do not understand each other: calling again at once would not help */
    bool is_mute;   /* a request of ours was given up unanswered: its message id is not free again */
    struct ikev2_account *account; /* of a login that a RADIUS server decided; NULL: none */
    struct ikev2_child *children;
    size_t n_children;
};

/* A new SA without SPIs, on the list and by id; touched. NULL: no memory. */
struct ikev2_sa *ikev2_sa_new(struct ike *ike, const struct ike_path *path, bool is_initiator);
/* Who the peer proved to be; borrowed until return. False: no memory, and it stays as it was. */
bool ikev2_sa_set_remote(struct ike *ike, struct ikev2_sa *sa, const struct ike_id *id);
/* Who it is, too, by its n rounds behind the first one, once. False: no memory, and the SA must not stay:
 * nobody could end it when one of them is let in no more. */
bool ikev2_sa_set_also(struct ike *ike, struct ikev2_sa *sa, const struct ike_id *const *ids, size_t n);
/* Who it is by its round n, from 0; NULL: it had none, or has proved nothing yet. */
const struct ike_id *ikev2_sa_proved(const struct ikev2_sa *sa, size_t n);
/* Puts an SA under its connection (takes a reference to the configuration). */
void ikev2_sa_set_conn(struct ike *ike, struct ikev2_sa *sa, const struct ike_conn_conf *conn);
/* Leaves the half-open ones where the state says so; touches. */
void ikev2_sa_set_state(struct ike *ike, struct ikev2_sa *sa, enum ikev2_state state);
/* Enters the tables; spi_i and spi_r are set. */
void ikev2_sa_link(struct ike *ike, struct ikev2_sa *sa);
/* Something about this SA changed: the settle step looks at it. Twice is once. */
void ikev2_sa_touch(struct ike *ike, struct ikev2_sa *sa);
/*
 * Ends an SA at once: it is found no more, and nothing is sent. Its children, its connection and its memory
 * are the settle step's. Twice is once.
 */
void ikev2_sa_kill(struct ike *ike, struct ikev2_sa *sa);
/* Its connection knows it no more. */
void ikev2_sa_leave_run(struct ike *ike, struct ikev2_sa *sa);

/* An SPI that no SA has. */
uint64_t ikev2_sa_new_spi(struct ike *ike);
/* NULL: none. */
struct ikev2_sa *ikev2_sa_by_spi(struct ike *ike, uint64_t own_spi);
struct ikev2_sa *ikev2_sa_by_init(struct ike *ike, uint64_t spi_i, const struct base_endpoint *remote);
struct ikev2_sa *ikev2_sa_by_id(const struct ike *ike, uint64_t id);
/*
 * SAs of a connection, the latest first: NULL as `after` gives the first one, and NULL says that there is no
 * more. run NULL: none.
 */
struct ikev2_sa *ikev2_sa_of_run(const struct ike *ike, const struct ike_run *run,
                                 const struct ikev2_sa *after);
/* SAs that are up with a peer at this endpoint: NULL as `after` gives the first one, and NULL says no more.
 */
struct ikev2_sa *ikev2_sa_at(const struct ike *ike, const struct base_endpoint *remote,
                             const struct ikev2_sa *after);
/*
 * SAs of a connection with a peer that proved this identity, which were up once and have not ended, the
 * latest first, as ikev2_sa_of_run(). They are found by the identity, however many SAs the connection has.
 */
struct ikev2_sa *ikev2_sa_of_peer(const struct ike *ike, const struct ike_run *run, const struct ike_id *peer,
                                  const struct ikev2_sa *after);
/* The peer, or our end, is elsewhere from now on. */
void ikev2_sa_set_path(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *path);
/* Half-open SAs as responder with this endpoint. */
uint32_t ikev2_sa_half_open_of(const struct ike *ike, const struct base_endpoint *remote);
/* The oldest half-open SA of the greediest (ike_share.h), or NULL. */
struct ikev2_sa *ikev2_sa_greediest(const struct ike *ike);
/* Among the half-open ones, by the SA's path, which must not change in between. */
void ikev2_sa_init_link(struct ike *ike, struct ikev2_sa *sa);
void ikev2_sa_init_unlink(struct ike *ike, struct ikev2_sa *sa);

/* Whom records of this SA are about. Borrows from it. */
struct explain_about ikev2_sa_about(const struct ikev2_sa *sa);
