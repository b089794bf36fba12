/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The engine's inside: the engine, its IKE SAs, their children and the exchanges under way. Private to this
 * room. An SA has one exchange of ours under way at most (window 1, RFC 7296 2.3) and one of the peer's.
 */
#include "base_text.h"
#include "base_wipe.h"
#include "ike.h"
#include "ike_job_dh.h"
#include "ike_keymat.h"
#include "ike_overlap.h"
#include "ike_timer.h"

#define IKE_NONCE_BYTES   32 /* ours: half of the longest PRF's key at least (RFC 7296 2.10) */
#define IKE_NONCE_MAX     256
#define IKE_COOKIE_MAX    64
#define IKE_LINGER_S      5  /* a replaced pair stays for packets under way */
#define IKE_GONE_S        30 /* a replaced IKE SA waits that long for the peer's DELETE */
#define IKE_KE_RETRIES    3
#define IKE_COOKIE_TRIES  3
#define IKE_ESP_SPI_BYTES 4
#define IKE_SPI_BYTES     8

struct ike_nonce {
    uint16_t len;
    uint8_t bytes[IKE_NONCE_MAX];
};

static inline struct base_span ike_nonce_span(const struct ike_nonce *n)
{
    return base_span(n->bytes, n->len);
}

/* Owned bytes. */
struct ike_blob {
    uint8_t *ptr;
    size_t len;
};

static inline struct base_span ike_blob_span(const struct ike_blob *b)
{
    return base_span(b->ptr, b->len);
}

/* What a proposal was narrowed to. */
struct ike_choice {
    uint8_t number; /* of the chosen proposal, echoed in the answer */
    uint8_t protocol;
    uint64_t spi; /* the peer's */
    const struct crypt_alg *encr;
    const struct crypt_alg *prf;   /* IKE only */
    const struct crypt_alg *integ; /* NULL with an AEAD */
    enum crypt_dh dh;
    bool esn; /* ESP only */
};

enum ike_state {
    IKE_ST_NONE,   /* no SA yet: the row of a first request */
    IKE_ST_I_DH,   /* initiator: a key pair is being made */
    IKE_ST_I_INIT, /* SA_INIT sent */
    IKE_ST_I_DERIVE /* SA_INIT answered, the shared secret is being computed */,
    IKE_ST_I_AUTH,  /* IKE_AUTH sent */
    IKE_ST_R_DH,    /* responder: SA_INIT received, key exchange being computed */
    IKE_ST_R_INIT,  /* SA_INIT answered: half open */
    IKE_ST_UP,      /* both authenticated */
    IKE_ST_REKEYED, /* replaced; children have moved; waits for a DELETE */
    IKE_ST_CLOSING, /* our DELETE is sent */
    IKE_ST_DEAD,    /* reaped at the end of the dispatch */
    IKE_ST_COUNT
};

enum ike_child_state {
    IKE_CHILD_UP,
    IKE_CHILD_DELETING, /* our DELETE waits for its turn or for its answer */
    IKE_CHILD_LINGER    /* deleted by both; inbound stays until gone_at */
};

struct ike_child {
    struct ike_child *next; /* of the IKE SA */
    struct ike_child *hash_next;
    struct ike_sa *sa;
    const struct ike_child_conf *conf;
    const struct ike_conf
        *old_conf; /* a reference, when conf stands in one that the SA has left; else NULL */
    enum ike_child_state state;
    uint32_t spi_in;
    uint32_t spi_out;
    struct ike_choice algs;
    struct base_ts_list local_ts;
    struct base_ts_list remote_ts;
    struct ike_span_node *spans; /* one per remote selector */
    base_time installed_at;
    base_time rekey_at;
    base_time dies_at;
    base_time gone_at; /* LINGER */
    base_time last_in;
    base_time last_out;
    bool active;     /* we send on it */
    bool is_rekeyed; /* another pair took over */
    bool want_rekey;
    bool without_dh;      /* of want_rekey: skip the fresh DH */
    uint32_t replaced_by; /* spi_in of the pair from the peer's rekeying of this one; 0: none */
    struct ike_nonce low; /* with replaced_by: the lower nonce of that exchange (RFC 7296 2.8.1) */
};

enum ike_task_kind {
    IKE_TASK_CONNECT, /* SA_INIT and IKE_AUTH */
    IKE_TASK_CREATE_CHILD,
    IKE_TASK_REKEY_CHILD,
    IKE_TASK_REKEY_IKE,
    IKE_TASK_DELETE_CHILD,
    IKE_TASK_DELETE_IKE,
    IKE_TASK_DPD
};

/* An exchange under way, ours or the peer's: what must be remembered between its steps. */
struct ike_task {
    enum ike_task_kind kind;
    struct ike_nonce ni;
    struct ike_nonce nr;
    struct crypt_dh_key *dh; /* ours, while no job has it */
    enum crypt_dh group;     /* NONE: no key exchange */
    uint8_t ke_retries;
    uint8_t cookie_tries;
    uint8_t cookie_len;
    uint8_t cookie[IKE_COOKIE_MAX];
    uint16_t public_len;
    uint8_t public_value[CRYPT_DH_MAX];
    uint64_t job;        /* pending, 0: none */
    uint64_t spi_new;    /* our SPI of the new IKE SA */
    uint32_t spi_in;     /* reserved inbound SPI of the new child; 0: none */
    uint32_t spi_old;    /* spi_in of the child to rekey or delete */
    uint32_t spi_doomed; /* deleted by the peer while its answer that makes it is under way; 0: none */
    size_t child_index;  /* in the connection */
    struct ike_choice choice;
    struct base_ts_list local_ts;
    struct base_ts_list remote_ts;
    /* Of the peer's exchange, which waits for a job. */
    uint32_t msgid;
    struct ike_path path;
};

/* A request of SA_INIT that another one, with a group of its own, took the place of. */
struct ike_offer {
    struct ike_offer *next;
    enum crypt_dh group;
    struct crypt_dh_key *dh;
    struct ike_blob msg_i;
    uint16_t public_len;
    uint8_t public_value[CRYPT_DH_MAX];
};

/* What is kept of SA_INIT until AUTH has been checked. */
struct ike_init {
    struct ike_nonce ni;
    struct ike_nonce nr;
    struct ike_blob msg_i; /* the messages as on the wire: AUTH covers them */
    struct ike_blob msg_r;
    bool is_proved;           /* as responder: a cookie of ours came back, so the peer's address is its own */
    struct ike_offer *offers; /* of other groups, as long as no answer is there; one per group */
    uint16_t refusal; /* the last error notify of the peer, or of whoever forges its answers; 0: none */
};

struct ike_request {
    struct ike_blob bytes; /* empty: no request in flight */
    base_time at;          /* next retransmission or the end */
    base_time sent_at;
    uint32_t tries; /* retransmissions done */
    uint8_t exchange;
};

struct ike_natd {
    bool seen;       /* the peer sent hashes */
    bool local_nat;  /* we are behind a NAT */
    bool remote_nat; /* the peer is, or forces encapsulation */
    bool faked;      /* our own source hash was made not to match */
    struct base_addr public_addr;
};

/* Where an SA stands in tables and lists. */
struct ike_sa_link {
    struct ike_sa *prev, *next;         /* all, ascending by id */
    struct ike_sa *spi_next;            /* hash by our SPI; with IKE_ST_DEAD: the dead */
    struct ike_sa *init_next;           /* hash by (SPIi, peer): half-open as responder only */
    struct ike_sa *id_next;             /* hash by id */
    struct ike_sa *run_prev, *run_next; /* of the connection */
    struct ike_sa *touch_next;          /* with is_touched */
    bool is_touched;                    /* in this dispatch: the settle step looks at it */
};

/* Message ids (RFC 7296 2.2) and IVs. */
struct ike_sa_seq {
    uint64_t iv;   /* of an AEAD: a counter, so that no IV comes twice under one key */
    uint32_t own;  /* of our next request */
    uint32_t peer; /* that we expect */
};

/* Times of an SA; BASE_TIME_NEVER: not. */
struct ike_sa_life {
    base_time created_at;
    base_time give_up_at; /* half open, or REKEYED: the end */
    base_time established_at;
    base_time rekey_at, dies_at;
    base_time retry_at; /* no new exchange of ours before, but for DELETE */
    base_time last_in, last_out;
};

/* What is to be done when its turn comes: marked by handlers, started by the settle step. */
struct ike_sa_want {
    bool close, rekey, dpd;
    const char *close_why; /* with close; static text */
    uint32_t children;     /* bit per child of the connection that we still have to create */
};

/* The peer's rekeying while ours is under way (RFC 7296 2.8.2). */
struct ike_sa_rival {
    uint64_t id;          /* the SA from it; 0: none */
    uint64_t of;          /* the SA that this one is the rival of; 0: none */
    struct ike_nonce low; /* with id: the lower nonce of its exchange */
};

struct ike_sa {
    struct ike_sa_link link;
    struct ike_run *run; /* runtime of the connection; NULL before it is known or after it is gone */
    struct ike_timer timer;
    uint64_t id;
    uint64_t spi_i, spi_r;
    bool is_initiator; /* of this SA (after a rekey: of the rekeying) */
    enum ike_state state;
    enum ike_state died_in;      /* with IKE_ST_DEAD: the state before */
    const struct ike_conf *conf; /* a reference */
    const struct ike_conn_conf *conn;
    struct ike_path path;
    struct {
        base_time at;
        uint32_t times;
    } moved; /* the peer's endpoint */
    struct ike_choice algs;
    struct ike_keys keys;
    struct ike_id local_id, remote_id;
    struct ike_natd natd;
    bool encap;

    struct ike_sa_seq seq;
    struct ike_request req;
    struct ike_blob resp; /* the last answer, for repeated requests (RFC 7296 2.1) */
    struct ike_init *init;
    struct ike_task *task;      /* ours */
    struct ike_task *peer_task; /* the peer's, waiting for a job */
    struct ike_sa_life life;
    struct ike_sa_want want;
    struct ike_sa_rival rival;
    bool quiet;   /* a redundant SA: its end is no news */
    bool is_mute; /* a request of ours was given up unanswered: its message id is not free again */
    struct ike_child *children;
    size_t n_children;
};

/* A connection's runtime: its SAs and when to call again. */
struct ike_run {
    const struct ike_conn_conf *conn;
    struct ike_sa *sas;
    struct ike_timer timer;
    uint32_t failures; /* attempts in a row */
    bool held;         /* the operator ended it: no call until told so */
};

/* Takes up what waited for a job of this task of the SA. Borrows the job, and may take keys out of it. */
typedef void ike_task_done_fn(struct ike *ike, struct ike_sa *sa, struct ike_task *t, struct ike_job *job);

/* A job that has been handed out. Outlives its SA. */
struct ike_wait {
    struct ike_wait *hash_next;
    uint64_t id;
    uint64_t sa_id; /* 0: the SA is gone */
    bool peer_task; /* which of the SA's tasks */
    ike_task_done_fn *done;
};

/* A received message. */
struct ike_msg {
    const struct ike_path *path;
    struct base_span raw;
    struct wire_ike_hdr hdr;
    bool is_response;
    struct wire_ike_plds plds; /* of an SK message: the inner ones */
};

#define IKE_FAIL_BUCKETS 256

struct ike {
    struct ike_env env;
    const struct ike_conf *conf;
    base_time now;
    bool shutting_down;
    struct ike_stats stats;
    uint64_t next_id;
    uint64_t next_job;
    uint32_t n_orphans; /* jobs that are out and whose SA or exchange has ended */

    struct ike_sa *first, *last;
    struct ike_sa *dead; /* by spi_next; to be buried and freed */
    struct ike_sa *touched, *touched_last;
    uint64_t hash_seed;
    size_t n_slots; /* of each table, a power of two */
    struct ike_sa **by_spi;
    struct ike_sa **by_init;
    struct ike_sa **by_id;
    struct ike_child **by_child;
    struct ike_wait **by_job;
    struct ike_run *runs; /* parallel to conf->conns */
    struct ike_timers timers;
    struct ike_spans spans; /* remote selectors of all children */

    struct ike_act_node *act_first, *act_last, *act_taken;

    uint8_t cookie_secret[2][32];
    uint32_t cookie_version;
    base_time cookie_until;

    struct {
        uint64_t key;
        base_time until;
    } fail_seen[IKE_FAIL_BUCKETS];
    base_time fail_refill;
    uint32_t fail_tokens;

    /* Scratch for one dispatch. */
    struct wire_ike_sa sa_in, sa_out;
    struct ike_audit audit;
    uint8_t plain_in[WIRE_IKE_MSG_MAX];
    uint8_t chain[WIRE_IKE_MSG_MAX];
    uint8_t wire[WIRE_IKE_MSG_MAX];
};

/* ---- ike_act.c: the action queue ---- */
void ike_act_send(struct ike *ike, const struct ike_path *path, struct base_span bytes);
void ike_act_keepalive(struct ike *ike, const struct ike_path *path);
void ike_act_install(struct ike *ike, const struct ike_path *path, const struct ike_install *install);
void ike_act_sa(struct ike *ike, enum ike_action_type type, uint32_t spi_in, const struct ike_path *path);
/* Takes the job. */
void ike_act_job(struct ike *ike, struct ike_job *job);
void ike_act_audit(struct ike *ike, const struct ike_audit *audit);
void ike_act_fini(struct ike *ike);

/* ---- ike_sa.c: SAs and children as objects ---- */
struct ike_sa *ike_sa_new(struct ike *ike, const struct ike_path *path, bool is_initiator);
/* Puts an SA under its connection (takes a reference to the configuration). */
void ike_sa_set_conn(struct ike *ike, struct ike_sa *sa, const struct ike_conn_conf *conn);
void ike_sa_set_state(struct ike *ike, struct ike_sa *sa, enum ike_state state);
/* Enters the tables; spi_i and spi_r are set. */
void ike_sa_link(struct ike *ike, struct ike_sa *sa);
/* Something about this SA changed: the settle step looks at it. Twice is once. */
void ike_sa_touch(struct ike *ike, struct ike_sa *sa);
/*
 * Ends an SA at once: it is found no more, and nothing is sent. Its children, its connection and its memory
 * are the settle step's. Twice is once.
 */
void ike_sa_kill(struct ike *ike, struct ike_sa *sa);
void ike_sa_leave_run(struct ike_sa *sa);
/* The runtime of a connection of the current configuration; NULL for one of a former. */
struct ike_run *ike_run_of(struct ike *ike, const struct ike_conn_conf *conn);
uint64_t ike_sa_new_spi(struct ike *ike);
struct ike_sa *ike_sa_by_spi(struct ike *ike, uint64_t own_spi);
struct ike_sa *ike_sa_by_init(struct ike *ike, uint64_t spi_i, const struct base_endpoint *remote);
struct ike_sa *ike_sa_by_id(const struct ike *ike, uint64_t id);
/* Half-open SAs as responder with this endpoint. */
uint32_t ike_sa_half_open_of(const struct ike *ike, const struct base_endpoint *remote);
void ike_sa_init_link(struct ike *ike, struct ike_sa *sa);
void ike_sa_init_unlink(struct ike *ike, struct ike_sa *sa);
uint64_t ike_sa_hash(const struct ike *ike, const void *bytes, size_t len);
void ike_init_free(struct ike_sa *sa);
int ike_blob_set(struct ike_blob *b, struct base_span bytes);
void ike_blob_free(struct ike_blob *b);

/* ---- ike_children.c ---- */
struct ike_child *ike_child_by_spi(struct ike *ike, uint32_t spi_in);
struct ike_child *ike_child_by_spi_out(struct ike_sa *sa, uint32_t spi_out);
/* Installs the child that a task negotiated, from the keys of its nonces and secret; NULL: failed. */
struct ike_child *ike_child_install(struct ike *ike, struct ike_sa *sa, struct ike_task *t,
                                    bool exchange_initiator, struct base_span secret, bool active,
                                    uint32_t replaces_in);
/* Whether it is to be rekeyed and can be. */
bool ike_child_is_due(const struct ike_child *c);
/* It ends: the connection, if it is to be kept up, asks for it again, unless there is another of its kind. */
void ike_child_want_again(struct ike *ike, struct ike_child *c, uint32_t pause_s);
void ike_child_activate(struct ike *ike, struct ike_child *c);
/* Takes it out of the data path and frees it. */
void ike_child_remove(struct ike *ike, struct ike_child *c, const char *why);
/* Deleted by both sides: goes now, or lingers when another pair took over. */
void ike_child_deleted(struct ike *ike, struct ike_child *c, const char *why);
void ike_child_move_all(struct ike *ike, struct ike_sa *from, struct ike_sa *to);
/* True when these selectors overlap live ones of another identity; *who is one of them. */
bool ike_child_overlaps(const struct ike *ike, const struct ike_sa *sa, const struct base_ts_list *local,
                        const struct base_ts_list *remote, const struct ike_child **who);

/* ---- ike_task.c: exchanges and their jobs ---- */
struct ike_task *ike_task_new(enum ike_task_kind kind);
void ike_task_free(struct ike *ike, struct ike_task *t);
/* Ends our exchange. */
void ike_task_done(struct ike *ike, struct ike_sa *sa);
/*
 * Hands a job out for this task, which has no other one out, and takes it; done is called with it when it
 * comes back, unless the task has ended. NULL (no memory): nothing; the exchange then runs into its timeout.
 */
void ike_task_job(struct ike *ike, struct ike_sa *sa, struct ike_task *t, struct ike_job *job,
                  ike_task_done_fn *done);
/* The same with a job of key exchange in the task's group; dh_secret is given the task's key. */
void ike_task_dh(struct ike *ike, struct ike_sa *sa, struct ike_task *t, const struct ike_job_kind *kind,
                 struct base_span peer_public, ike_task_done_fn *done);
/* Moves a job's new key pair into the task. */
void ike_task_take_key(struct ike_task *t, struct ike_job_dh *d);
/* A job is back: whoever waits for it gets it, then it is freed. */
void ike_task_job_done(struct ike *ike, struct ike_job *job);

/* ---- ike_nonce.c ---- */
void ike_nonce_new(struct ike *ike, struct ike_nonce *n);
void ike_nonce_set(struct ike_nonce *n, struct base_span bytes);
/* The order of two nonces, as RFC 7296 2.8.1 compares: below, at or above zero. */
int ike_nonce_compare(const struct ike_nonce *a, const struct ike_nonce *b);
/* The lower one of an exchange's two. */
const struct ike_nonce *ike_nonce_low(const struct ike_nonce *a, const struct ike_nonce *b);

/* ---- ike_rival.c: two heirs of one SA (RFC 7296 2.8.2) ---- */
/* The living rival of an SA, or NULL. */
struct ike_sa *ike_rival_of_old(const struct ike *ike, const struct ike_sa *sa);
/* The SA that this one is a rival of, while that is undecided; or NULL. */
struct ike_sa *ike_rival_old(const struct ike *ike, const struct ike_sa *sa);
/* Whether this SA is a rival of which it is not decided yet that it stays: nothing may be asked on it. */
bool ike_rival_is_undecided(const struct ike *ike, const struct ike_sa *sa);

/* ---- ike_close.c ---- */
/* Sends DELETE for the SA (or drops it, when it is not up) and takes its children away. */
void ike_close(struct ike *ike, struct ike_sa *sa, const char *why);

/* ---- ike_due.c ---- */
/* A deadline of this SA was reached: repeats, gives up, marks. */
void ike_due_on_timer(struct ike *ike, struct ike_sa *sa);

/* ---- ike_settle.c ---- */
/* The last step of each door, called by doors alone. */
void ike_settle(struct ike *ike);

/* ---- ike_msg.c ---- */
struct wire_ike_builder ike_msg_begin(struct ike *ike);
void ike_msg_put_notify(struct wire_ike_builder *b, uint16_t type, struct base_span data);
void ike_msg_put_choice(struct ike *ike, struct wire_ike_builder *b, const struct ike_choice *c,
                        uint64_t spi);
/* Seals the chain as our next request and sends it with retransmission. */
void ike_msg_request(struct ike *ike, struct ike_sa *sa, uint8_t exchange, struct wire_ike_builder *b);
/* Seals the chain as the answer to a request, keeps it for duplicates, sends it to where that came from. */
void ike_msg_respond(struct ike *ike, struct ike_sa *sa, const struct ike_path *path, uint8_t exchange,
                     uint32_t msgid, struct wire_ike_builder *b);
/* The answer is one error notify. */
void ike_msg_respond_error(struct ike *ike, struct ike_sa *sa, const struct ike_path *path, uint8_t exchange,
                           uint32_t msgid, uint16_t notify, struct base_span data);
/* Verifies and decrypts; 0, or -EBADMSG (nothing may change), or -EPROTO: authentic, but malformed; *err. */
int ike_msg_open(struct ike *ike, struct ike_sa *sa, struct ike_msg *msg, enum wire_ike_err *err);
/* The first error notify of a message, or 0; data, if wanted, gets its content. */
uint16_t ike_msg_error(const struct ike_msg *msg, struct base_span *data);
bool ike_msg_notify(const struct ike_msg *msg, uint16_t type, struct wire_ike_notification *out);

/* ---- ike_retransmit.c ---- */
void ike_request_arm(struct ike *ike, struct ike_sa *sa, struct base_span bytes, uint8_t exchange);
void ike_request_clear(struct ike_sa *sa);
/* Sends it once more and plans the next time. */
void ike_request_repeat(struct ike *ike, struct ike_sa *sa);

/* ---- ike_life.c: deadlines of an SA ---- */
void ike_life_start_sa(struct ike *ike, struct ike_sa *sa);
/* Lifetimes of the configuration for what lives: rekeying is due by its age, and it has a whole life from now
 * to get there. */
void ike_life_set_sa(struct ike *ike, struct ike_sa *sa);
void ike_life_set_child(struct ike *ike, struct ike_child *c);
/* A random number of nanoseconds in [0, range). */
uint64_t ike_life_jitter(struct ike *ike, uint64_t range_ns);

/* ---- ike_run.c: connections ---- */
int ike_run_init(struct ike *ike, const struct ike_conf *conf);
void ike_run_fini(struct ike *ike);
int ike_run_initiate(struct ike *ike, struct ike_run *run);
void ike_run_on_timer(struct ike *ike, struct ike_run *run);
/* An SA of this connection is gone for good: call again if the configuration says so. */
void ike_run_lost(struct ike *ike, struct ike_run *run, bool was_up);
void ike_run_swap(struct ike *ike, const struct ike_conf *conf);

/* ---- ike_reload.c ---- */
/* Whether an SA can go on under this connection, which has the name of its own: not when that asks for a new
 * SA, or an exchange under way negotiates what has changed. */
bool ike_reload_fits(const struct ike_sa *sa, const struct ike_conn_conf *to);
/* Puts an SA that fits under it: children that are gone or ask for a new pair are deleted or replaced, new
 * ones are made, the rest goes on. */
void ike_reload_sa(struct ike *ike, struct ike_sa *sa, const struct ike_conn_conf *to);

/* ---- ike_natd.c ---- */
void ike_natd_put(struct ike *ike, struct wire_ike_builder *b, uint64_t spi_i, uint64_t spi_r,
                  const struct ike_path *path, bool fake);
void ike_natd_check(struct ike *ike, struct ike_sa *sa, const struct ike_msg *msg);
/* An authentic, newest message came over this path. */
void ike_natd_follow(struct ike *ike, struct ike_sa *sa, const struct ike_path *path);
/* The peer's ESP came from this endpoint. */
void ike_natd_follow_esp(struct ike *ike, struct ike_sa *sa, const struct base_endpoint *remote);

/* ---- ike_offer.c: requests of SA_INIT in other groups ---- */
bool ike_offer_has(const struct ike_sa *sa, enum crypt_dh group);
/* Lays the task's group, key and request aside and gives it a new group, without both. False: no memory. */
bool ike_offer_change(struct ike_sa *sa, enum crypt_dh group);
/* Gives the task back what was laid aside for this group, which there is; what it has now is laid aside. */
void ike_offer_return(struct ike *ike, struct ike_sa *sa, enum crypt_dh group);
void ike_offer_free(struct ike *ike, struct ike_sa *sa);

/* ---- ike_cookie.c ---- */
bool ike_cookie_wanted(const struct ike *ike);
/* Whether the message carries a COOKIE of ours that fits it. */
bool ike_cookie_is_good(struct ike *ike, const struct ike_msg *msg, struct base_span ni);
/* The same; false: a request for one has been sent. */
bool ike_cookie_check(struct ike *ike, const struct ike_msg *msg, struct base_span ni);

/* ---- ike_select.c ---- */
enum ike_dh_rule { IKE_DH_IGNORE, IKE_DH_WANTED };
/* The first of ours that matches one of theirs; the group of their KE payload wins among acceptable ones. */
bool ike_select(const struct crypt_proposal *ours, size_t n_ours, const struct wire_ike_sa *theirs,
                uint8_t protocol, enum ike_dh_rule rule, enum crypt_dh hint, struct ike_choice *out);
/* An answer must be one of ours, one algorithm of each type (RFC 7296 2.7). */
bool ike_select_answer(const struct crypt_proposal *ours, size_t n_ours, const struct wire_ike_sa *answer,
                       uint8_t protocol, enum ike_dh_rule rule, struct ike_choice *out);
/* Whether a choice made before would be acceptable to this list. */
bool ike_select_covers(const struct crypt_proposal *ours, size_t n_ours, const struct ike_choice *choice);
void ike_select_offer(const struct crypt_proposal *ours, size_t n_ours, uint64_t spi, uint8_t spi_len,
                      enum ike_dh_rule rule, struct wire_ike_sa *out);
/* The first key exchange group of the list; NONE when there is none. */
enum crypt_dh ike_select_first_group(const struct crypt_proposal *ours, size_t n_ours);
bool ike_select_has_group(const struct crypt_proposal *ours, size_t n_ours, enum crypt_dh group);
bool ike_select_asks_ah(const struct wire_ike_sa *theirs);
const char *ike_select_text(const struct ike_choice *c, char *out, size_t size);

/* ---- ike_peer.c: which connection ---- */
bool ike_peer_is_candidate(const struct ike_conn_conf *c, const struct ike_path *path);
bool ike_peer_id_equal(const struct ike *ike, const struct ike_id *a, const struct ike_id *b);
/* The candidate with this pair; `asked` of type 0: the peer did not say whom it wants. */
const struct ike_conn_conf *ike_peer_find(const struct ike *ike, const struct ike_path *path,
                                          const struct ike_id *remote, const struct ike_id *asked);
bool ike_peer_id_take(const struct ike_msg *msg, uint8_t payload, struct ike_id *out);

/* ---- exchanges ---- */
/* What a responder says to a child that is asked for; fills t. 0, or the error notify (explained). */
uint16_t ike_child_answer(struct ike *ike, struct ike_sa *sa, const struct ike_msg *msg,
                          enum ike_dh_rule rule, struct ike_task *t);
/* What an initiator makes of the answer to its child; fills t. 0, or the error notify that fits (explained).
 */
uint16_t ike_child_check(struct ike *ike, struct ike_sa *sa, const struct ike_msg *msg, enum ike_dh_rule rule,
                         struct ike_task *t);
/* Adds SA, TSi and TSr of the offer. False: no SPI left. */
bool ike_child_offer(struct ike *ike, struct ike_sa *sa, struct wire_ike_builder *b, enum ike_dh_rule rule,
                     struct ike_task *t);
void ike_child_put_answer(struct ike *ike, struct wire_ike_builder *b, const struct ike_task *t);
void ike_init_start(struct ike *ike, struct ike_sa *sa);
void ike_auth_start(struct ike *ike, struct ike_sa *sa);
void ike_child_start(struct ike *ike, struct ike_sa *sa, struct ike_task *t);
void ike_rekey_start(struct ike *ike, struct ike_sa *sa, struct ike_task *t);
void ike_rekey_request(struct ike *ike, struct ike_sa *sa, struct ike_msg *msg);
/* The answer to our request to rekey the IKE SA, with SA and nonce, and one without. */
void ike_rekey_response(struct ike *ike, struct ike_sa *sa, const struct ike_msg *msg);
void ike_rekey_refused(struct ike *ike, struct ike_sa *sa, const struct ike_msg *msg);
/* A request on an SA that is a rival: when it concerns children, the peer has decided for that SA. */
void ike_rekey_claim(struct ike *ike, struct ike_sa *sa, const struct ike_msg *msg);
/* Our rekeying came to nothing: the peer's, if any, takes over. */
void ike_rekey_dropped(struct ike *ike, struct ike_sa *sa);
void ike_info_start(struct ike *ike, struct ike_sa *sa, struct ike_task *t);

/* ---- ike_note.c: records of what went well ---- */
void ike_note(struct ike *ike, const struct ike_sa *sa, enum ike_audit_kind kind, const char *why);
void ike_note_child(struct ike *ike, const struct ike_child *c, enum ike_audit_kind kind, const char *why);
