/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What the IKE engine is told to do: connections, children, identities and keys. An ike_conf is built once
 * (by conf, or by a test), never changes afterwards, and is shared by reference count.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_span.h"
#include "crypt_ike_ops.h"
#include "crypt_proposal.h"
#include "esp_pair.h"
#include "ike_pool_conf.h"
#include "wire_ike.h"

struct eap_login;
struct eap_users;
struct crypt_pki_ops;
struct ike_anchor;
struct ike_cas;
struct ike_creds;
struct ike_grants;
struct ike_radius_conf;

#define IKE_NAME_MAX           64 /* with NUL */
#define IKE_ID_MAX             255
#define IKE_ID_TEXT_MAX        (4 * IKE_ID_MAX + 16)
#define IKE_PSK_MAX            256
#define IKE_PROPOSALS_MAX      8
#define IKE_ADDRS_MAX          8
#define IKE_GROUPS_MAX         8    /* of one connection */
#define IKE_GROUP_MAX          64   /* with NUL */
#define IKE_HOST_MAX           254  /* of a host name, with NUL */
#define IKE_XAUTH_USER_MAX     253  /* bytes */
#define IKE_XAUTH_PASSWORD_MAX 1024 /* bytes */
#define IKE_CHILDREN_MAX       4096 /* per connection, and live per IKE SA at the most */

/* What an identity of the configuration stands for (ike_pattern.h). */
enum ike_id_pattern {
    IKE_ID_EXACT,    /* itself; every identity of a peer's */
    IKE_ID_SUFFIX,   /* names and users that end with its bytes */
    IKE_ID_DN_PARTS, /* distinguished names that have anything where it has "*" */
    IKE_ID_ANY       /* all; type 0 */
};

/* An identity: type and exact bytes (RFC 7296 3.5). type 0: none given. Plain value, unused bytes zero. */
struct ike_id {
    uint8_t type; /* enum wire_ike_id_type */
    uint8_t len;
    uint8_t bytes[IKE_ID_MAX];
    uint8_t pattern; /* enum ike_id_pattern */
};

/*
 * Parses an identity as operators write it:
 *   192.0.2.1, 2001:db8::1   IPv4, IPv6         @name or name.with.dot   FQDN
 *   user@host                user@FQDN          keyid:text, 0xHEX or @#HEX   key-id, raw bytes
 *   dn:HEX                   DN in DER (the configuration turns "C=NZ, CN=x" into this form first)
 * 0, or -EINVAL with a sentence in why. Thread: any.
 */
int ike_id_parse(const char *text, struct ike_id *out, char *why, size_t why_size);

/*
 * The form that operators write ("(none)" for type 0), peer-chosen bytes escaped; ike_id_parse() reads it,
 * but for names, which the configuration reads. A name is text by crypto->dn_text, "C=NZ, CN=x", and stays
 * dn:HEX without crypto (NULL), or when its DER is malformed. Returns out. Thread: any.
 */
const char *ike_id_text(const struct ike_id *id, const struct crypt_ike_ops *crypto,
                        char out[IKE_ID_TEXT_MAX]);

/* Same type and same bytes; FQDN and user@FQDN without regard to ASCII case (RFC 4343). */
bool ike_id_equal(const struct ike_id *a, const struct ike_id *b);

/* A pre-shared key, found by the pair of identities and nothing else. Lists of them are of base_secret_new().
 */
struct ike_secret {
    struct ike_id local;
    struct ike_id remote;
    uint16_t psk_len;
    uint8_t psk[IKE_PSK_MAX];
    uint32_t line; /* from 1, where it was read from a file of many; else 0 */
};

enum ike_encap {
    IKE_ENCAP_AUTO,  /* ESP in UDP when NAT detection finds a NAT (or the peer forces it) */
    IKE_ENCAP_FORCE, /* always; done by sending NAT detection hashes that cannot match */
    IKE_ENCAP_NEVER, /* plain ESP only; a path with NAT is refused and explained */
};

/* After how long a silence the mapping of our NAT is used again. */
enum ike_keepalive {
    IKE_KEEPALIVE_AUTO, /* as long as the NAT was seen to keep it; keepalive_s while that is not known */
    IKE_KEEPALIVE_FIXED /* keepalive_s */
};

/* When IKE and ESP of a connection that we call go in TCP (RFC 9329). */
enum ike_tcp {
    IKE_TCP_OFF,      /* never */
    IKE_TCP_FALLBACK, /* when nobody answered by UDP */
    IKE_TCP_ALWAYS,
};

/* By what a side proves who it is. */
enum ike_auth_kind {
    IKE_AUTH_PSK,          /* a pre-shared key (RFC 7296 2.15) */
    IKE_AUTH_SIG,          /* a signature by the key of a certificate, or a raw public key */
    IKE_AUTH_EAP_MSCHAPV2, /* EAP; of a local side: as client (RFC 7296 2.16) */
    IKE_AUTH_EAP_TLS,
    IKE_AUTH_EAP_RADIUS, /* of a remote side only: a RADIUS server decides */
    IKE_AUTH_NONE        /* of a further round: this side has no more to prove */
};

/*
 * Proofs of a side, one behind the other (RFC 4739). A machine, its user and a login are three; each is an
 * exchange or more in which a caller may leave us waiting.
 */
#define IKE_ROUNDS_MAX 4

/* What a new IKE SA of an identity means for the older ones of the same connection. */
enum ike_unique {
    IKE_UNIQUE_REPLACE, /* it takes over: INITIAL_CONTACT ends them, beyond the limit the oldest is closed */
    IKE_UNIQUE_KEEP,    /* they stay side by side; beyond the limit new ones are refused */
    IKE_UNIQUE_REJECT,  /* new ones are refused while one is up */
};

/* How a child SA is begun. */
enum ike_start {
    IKE_START_UNSET, /* as the connection says, or as at its beginning; a connection's: NONE */
    IKE_START_START, /* by itself */
    IKE_START_TRAP,  /* by the first packet that wants it */
    IKE_START_NONE   /* by the peer, or by an operator */
};

/* Why a child SA ended. */
enum ike_end {
    IKE_END_OWN,   /* a lifetime of ours, or a fault */
    IKE_END_DEAD,  /* the peer does not answer, or does not know it any more */
    IKE_END_CLOSED /* the peer closed it */
};

/* IKE SAs that begin without a child SA (RFC 6023). */
enum ike_childless {
    IKE_CHILDLESS_ALLOW,  /* as the caller wants it; ours make a child with IKE_AUTH */
    IKE_CHILDLESS_NEVER,  /* a caller that does so is refused */
    IKE_CHILDLESS_PREFER, /* ours do, too, where the peer can */
};

/* Aggressive mode of IKEv1, which shows identities, and with a pre-shared key what that can be guessed by. */
enum ike_aggressive {
    IKE_AGGRESSIVE_NO,      /* main mode; a caller that comes so gets no answer */
    IKE_AGGRESSIVE_YES,     /* with signatures: we call so, and answer both modes */
    IKE_AGGRESSIVE_WITH_PSK /* the same, and with a pre-shared key, too */
};

/* XAUTH of IKEv1 (draft-beaulieu-ike-xauth-02): who calls proves itself as a user, too. */
enum ike_xauth {
    IKE_XAUTH_NO,
    IKE_XAUTH_SERVER, /* the peer logs in as one of ike_conf.users */
    IKE_XAUTH_CLIENT  /* we log in */
};

/* What we log in by: the password itself, since XAUTH sends it. A secret. */
struct ike_xauth_login {
    uint8_t user_len;
    char user[IKE_XAUTH_USER_MAX]; /* no NUL */
    uint16_t password_len;
    char password[IKE_XAUTH_PASSWORD_MAX];
};

/* How an RSA key of ours signs by RFC 7427. */
enum ike_rsa_pss {
    IKE_RSA_PSS_AUTO,   /* by PSS when the peer shows that it takes that, else by PKCS#1 v1.5 */
    IKE_RSA_PSS_ALWAYS, /* by PSS or not at all */
    IKE_RSA_PSS_NEVER
};

struct ike_child_conf {
    char name[IKE_NAME_MAX];
    size_t n_proposals;
    struct crypt_proposal proposals[IKE_PROPOSALS_MAX];
    struct base_ts_list *local_ts, *remote_ts; /* kept, owned by the ike_conf; set by base_ts_set() */
    uint32_t rekey_s;                          /* soft lifetime, before jitter; 0: never by time */
    uint32_t life_s;                           /* hard lifetime; 0: rekey_s + 10 % */
    uint64_t rekey_bytes;                      /* 0: no limit */
    uint64_t rekey_pkts;                       /* 0: no limit but the sequence space */
    uint64_t life_bytes;                       /* hard limit; 0: none */
    uint64_t life_pkts;                        /* hard limit; 0: none but the sequence space */
    enum ike_start start, on_dead, on_close;   /* what begins it, and what follows its end by the peer */
    uint32_t inactivity_s;                     /* without a packet either way it is closed; 0: never */
    uint32_t replay_window;                    /* packets, 32..65536 */
    uint32_t worker_sas; /* live SAs that it may have side by side, as far as we ask for them; 1: one for all
                            workers */
    uint32_t priority;   /* among other identities' children of these networks, 1 (best)..255; 0: alone */
    uint64_t dscp; /* set of those that it sends (base_dscp.h); 0: all that no other child of these networks
                      names */
    /* In transport mode a dynamic selector is the address of the IKE SA's path on its side. */
    enum esp_mode mode;
    /* Pool whose addresses stand for those of peers that another peer has, too; empty: such a peer is
     * refused. */
    char remap[IKE_POOL_NAME_MAX];
};

#define IKE_PPK_ID_MAX 64

/* A post-quantum preshared key (RFC 8784), of base_secret_new(). */
struct ike_ppk {
    bool is_required; /* no IKE SA without it */
    uint8_t id_len;
    uint8_t id[IKE_PPK_ID_MAX];
    uint16_t key_len;
    uint8_t key[IKE_PSK_MAX];
};

/* The long values of a connection, most of which are empty, or the same for many, which then share them. */
struct ike_bulk {
    _Atomic uint32_t refs; /* connections that have it, in any configuration */
    struct base_addr local_addrs[IKE_ADDRS_MAX];
    char remote_name[IKE_HOST_MAX];
    struct base_prefix remote_from[IKE_ADDRS_MAX];
    char groups[IKE_GROUPS_MAX][IKE_GROUP_MAX];
    struct crypt_proposal proposals[IKE_PROPOSALS_MAX];
    char redirect_to[IKE_HOST_MAX];
    char pools[IKE_CONN_POOLS_MAX][IKE_POOL_NAME_MAX];
};

/* Arrays that are said to lie in bulk are there, with its room. */
struct ike_conn_conf {
    char name[IKE_NAME_MAX];
    struct ike_bulk *bulk; /* a reference; of a further round: its connection's */
    uint8_t version;       /* of IKE: 2, or 1 for a peer that has nothing newer */
    /* Of version 1 only. */
    enum ike_aggressive aggressive;
    enum ike_xauth xauth;
    struct ike_xauth_login *xauth_login; /* with IKE_XAUTH_CLIENT; of base_secret_new(), owned; or NULL */
    bool cfg_push; /* inner addresses: who gives them begins (SET and ACK), else who gets them asks */
    /* Addresses this connection may use on our side; none: any address of an outside port. */
    size_t n_local_addrs;
    struct base_addr *local_addrs; /* in bulk */
    /* Where to call the peer; family none: we only answer. Never a reason to accept or refuse a peer. */
    struct base_addr remote_addr;
    char *remote_name;    /* or this host name, asked for at each call; empty: none; in bulk */
    uint16_t remote_port; /* 500 or 4500 (RFC 7296 2.23 allows to start on 4500); 0: 500 */
    /* Peers are accepted from these only; none: from anywhere. */
    size_t n_remote_from;
    struct base_prefix *remote_from; /* in bulk */
    struct ike_id local_id;
    struct ike_id remote_id; /* mandatory; may be a pattern */
    enum ike_auth_kind local_auth, remote_auth;
    enum ike_rsa_pss rsa_pss;
    /* With EAP_RADIUS: the server's answer names one of these; none: it need not. */
    size_t n_groups;
    char (*groups)[IKE_GROUP_MAX]; /* in bulk */
    bool peers_only;               /* who calls must have a row (ike_grant.h) */
    bool eap_only;                 /* with EAP: the gateway may prove itself by it alone (RFC 5998) */
    struct ike_ppk *ppk;           /* owned by the ike_conf; NULL: none */
    struct eap_login *login; /* with EAP of ours; of base_secret_new(), owned by the ike_conf; or NULL */
    size_t n_proposals;
    struct crypt_proposal *proposals; /* in bulk */
    bool weak; /* its proposals may name algorithms that are weak (crypt_alg.h); conf checks that */
    enum ike_encap encap;
    enum ike_tcp tcp;
    uint16_t tcp_port; /* of the peer, where we call it by TCP */
    enum ike_unique unique;
    bool frag_after;      /* handed on with each child: cut packets after encryption, not before */
    bool icmp_errors;     /* the same: ICMP errors pass by the packet that they quote */
    bool follow_redirect; /* the peer may send us to another gateway (RFC 5685) */
    char *redirect_to;    /* where peers that can are sent when they have proved who they are;
                             empty: nowhere; in bulk */
    bool mobike;          /* it may go on from other addresses (RFC 4555) */
    enum ike_start start; /* of its children, unless they say otherwise */
    enum ike_childless childless;
    uint32_t rekey_s;             /* IKE SA soft lifetime; 0: never */
    uint32_t reauth_s;            /* life of an authentication, whatever is rekeyed meanwhile; 0: for ever */
    uint32_t childless_s;         /* an IKE SA without a child SA is closed after that; 0: never */
    uint32_t dpd_s;               /* idle time before a liveness check; 0: idleness is no reason for one */
    uint32_t keepalive_s;         /* NAT keepalive; 0: none */
    enum ike_keepalive keepalive; /* whether that is where it begins, or what it stays */
    uint32_t retransmit_ms;       /* first timeout */
    uint32_t retransmit_tries;    /* after the first transmission; timeout grows by 1.8 each */
    /* Pools of the addresses that the peer gets when it asks for one, by name; the first of a family that has
     * a free one. */
    size_t n_pools;
    char (*pools)[IKE_POOL_NAME_MAX]; /* in bulk */
    bool address_required; /* a peer that asks for none is refused its child (FAILED_CP_REQUIRED) */
    /* What we ask the peer for, one of each family at most: this address, or any when it is all zero. */
    size_t n_virtual_addrs;
    struct base_addr virtual_addrs[2];
    size_t n_children;
    struct ike_child_conf *children;           /* owned by the ike_conf, */
    _Atomic uint32_t *children_refs;           /* or by so many with a copy of the connection; NULL: by one */
    uint32_t first_grant, n_grants;            /* its rows in ike_conf.grants (ike_grant.h) */
    uint16_t pool_numbers[IKE_CONN_POOLS_MAX]; /* in ike_conf.pools, by ike_conf_seal() */
    /* With a signature on that side; of the configuration's lists. NULL: none. */
    const struct ike_creds *creds;   /* what we prove ourselves by */
    const struct ike_anchor *anchor; /* what the peer's proof is held against */
    /*
     * The next round (RFC 4739): this connection with the identities and credentials of that, and without
     * children. Owned by the ike_conf; NULL: neither side has more to prove.
     */
    struct ike_conn_conf *then;
    uint8_t round;    /* which one it is, from 0 */
    uint64_t edition; /* all that have this one are equal, in whatever configuration; 0: none is */
    const struct ike_secret *secret; /* of its own pair of identities, by ike_conf_seal(); NULL: none */
    uint8_t set;                     /* number of its IKE proposals among the different ones (ike_sets.h) */
    const struct ike_conf *conf;     /* back pointer, set by ike_conf_seal() */
};

struct ike_conf {
    _Atomic uint32_t refs; /* ike_conf_get/put only, from any thread */
    size_t n_conns;
    struct ike_conn_conf *conns; /* owned */
    size_t n_secrets;
    struct ike_secret *secrets;     /* owned, wiped when freed, */
    _Atomic uint32_t *secrets_refs; /* or by so many configurations; NULL: by one */
    bool has_ppk;                   /* any connection has one, by ike_conf_seal() */
    bool has_rounds;                /* any connection has several rounds, by ike_conf_seal() */
    struct ike_radius_conf *radius; /* of base_secret_new(), owned; NULL: there is no server */
    struct eap_users *users;        /* who may log in with a password here; a reference, or NULL */
    size_t n_pools;
    struct ike_pool_conf *pools; /* owned */
    struct ike_grants *grants;   /* rows of single identities, owned; NULL: there are none */
    /* Signatures: who does them, and the credentials of all connections; owned. NULL: there are none. */
    const struct crypt_pki_ops *pki;
    struct ike_creds *creds;
    struct ike_anchor *anchors;
    /* Public addresses that a 1:1 NAT may map to us, hashed to learn which one a peer dialled. */
    size_t n_public_addrs;
    struct base_addr public_addrs[IKE_ADDRS_MAX];
    /* Caps, all > 0. */
    uint32_t half_open_max;          /* half-open SAs as responder */
    uint32_t half_open_per_endpoint; /* per (address, port) */
    uint32_t cookie_threshold;       /* half-open SAs from which cookies are asked for; 0: always */
    uint32_t half_open_timeout_s;
    /* IP packets of IKE messages above it go in fragments where the peer can join them (RFC 7383); 0: never
     */
    uint32_t fragment_bytes;
    bool probe_path_mtu;            /* ask what the paths to peers carry, by packets of ours (RFC 8899) */
    char redirect_to[IKE_HOST_MAX]; /* where callers that can are sent at once; empty: nowhere */
    uint32_t redirect_grace_s;      /* until one that was sent elsewhere is ended here; 0: never by that */
    uint32_t sas_max;               /* IKE SAs */
    uint32_t sas_per_identity;      /* of those, of one connection */
    uint32_t children_max;          /* live child SAs per IKE SA, up to IKE_CHILDREN_MAX */
    struct ike_cas
        *cas;   /* what a caller may show its key by; NULL: nothing is asked for; by ike_conf_seal() */
    bool signs; /* a side of some connection proves itself by a signature; made by ike_conf_seal() */
    /* Made by ike_conf_seal(); nobody else's business. */
    bool may_be_childless; /* some connection allows it */
    struct ike_conf_index *index;
    struct ike_sets *sets;
};

/* An empty configuration with the default caps and one reference, or NULL without memory. */
struct ike_conf *ike_conf_new(void);

/*
 * Fills a connection with the defaults (timers, built-in proposals) and room of its own for its long values;
 * ike_conf_put() frees that with all it owns. False: no memory, and it is empty.
 */
bool ike_conn_conf_defaults(struct ike_conn_conf *c);
/* Frees what a connection owns that is in no configuration. */
void ike_conn_conf_clear(struct ike_conn_conf *c);
/* Gives it the long values of another one in place of its own, if these are the same. False: they are not. */
bool ike_conn_conf_share_bulk(struct ike_conn_conf *c, const struct ike_conn_conf *with);
/* Fills a child with the defaults (window 1024). */
void ike_child_conf_defaults(struct ike_child_conf *c);

/*
 * A connection that has no second round, rows, credentials or login, and is complete, may be copied from now
 * on. False: no memory.
 */
bool ike_conn_conf_lend(struct ike_conn_conf *c);
/* Makes a copy of it in a configuration that is not sealed yet; they share their children and long values.
 * Thread: any. */
void ike_conn_conf_copy(struct ike_conn_conf *to, const struct ike_conn_conf *from);

/* Its secrets, which do not change any more, may be taken by others from now on. False: no memory. */
bool ike_conf_lend_secrets(struct ike_conf *conf);
/* Takes those of another one that were lent, and has none yet. False: they were not. Thread: any. */
bool ike_conf_take_secrets(struct ike_conf *to, const struct ike_conf *from);

/* Sets back pointers and indexes names, identities and secrets; call once, after the last change and before
 * the first use. */
void ike_conf_seal(struct ike_conf *conf);

/* One reference more. Thread: any. */
const struct ike_conf *ike_conf_get(const struct ike_conf *conf);
/* Whether the caller's reference is the only one, so that nobody can use it any more. Thread: any. */
bool ike_conf_is_alone(const struct ike_conf *conf);
/* Drops a reference; the last one wipes and frees. NULL is fine. Thread: any. */
void ike_conf_put(const struct ike_conf *conf);

const struct ike_conn_conf *ike_conf_conn(const struct ike_conf *conf, const char *name);

/* The key for exactly this pair, or NULL. No fallback of any kind. */
const struct ike_secret *ike_conf_secret(const struct ike_conf *conf, const struct ike_id *local,
                                         const struct ike_id *remote);

/* Whether it has the same key for the pair of a secret, which may be another configuration's. */
bool ike_conf_has_secret(const struct ike_conf *conf, const struct ike_secret *s);

/* Whether both are known to be equal, children included, and need not be compared. */
static inline bool ike_conn_conf_is_same(const struct ike_conn_conf *a, const struct ike_conn_conf *b)
{
    return a->edition && a->edition == b->edition;
}

/* Whether both find the same secret, or none, for their own pair of identities, and have the same PPK. Both
 * are sealed. */
bool ike_conn_conf_same_secret(const struct ike_conn_conf *a, const struct ike_conn_conf *b);

/* Whether both have the same further rounds, or none, whatever their certificates are. */
bool ike_conn_conf_same_rounds(const struct ike_conn_conf *a, const struct ike_conn_conf *b);

/* Whether one of its sides proves itself by a signature. */
bool ike_conn_conf_signs(const struct ike_conn_conf *c);

/* How often a side of a connection proves itself, ours or the peer's: 1 to IKE_ROUNDS_MAX. */
uint8_t ike_conn_conf_proofs(const struct ike_conn_conf *c, bool is_ours);
/* "second" of round 1. */
const char *ike_round_name(size_t round);
/* The connection as it is when a side has proved itself so often. */
const struct ike_conn_conf *ike_conn_conf_round(const struct ike_conn_conf *c, uint8_t proved);

/* Whether it has an address or a host name to call. */
bool ike_conn_conf_calls(const struct ike_conn_conf *c);

/* The number of the pool with this name, or n_pools. */
size_t ike_conf_pool(const struct ike_conf *conf, const char *name);

/* How this child of the connection is begun: not UNSET. */
enum ike_start ike_child_conf_start(const struct ike_conn_conf *c, const struct ike_child_conf *child);
/* What follows its end: START: another one at once, TRAP: with the next packet, NONE: nothing. */
enum ike_start ike_child_conf_after(const struct ike_conn_conf *c, const struct ike_child_conf *child,
                                    enum ike_end end);
/* Whether packets may ever call for it. */
bool ike_child_conf_traps(const struct ike_conn_conf *c, const struct ike_child_conf *child);
/* Whether any of its children is ever begun so (START or TRAP): at first, or after an end. */
bool ike_conn_conf_begins(const struct ike_conn_conf *c, enum ike_start how);

/* Whether no packet is for both by its DSCP, while by all else it may be. */
bool ike_child_conf_differs_in_dscp(const struct ike_child_conf *a, const struct ike_child_conf *b);
/* Whether two of a connection have the same selectors, in the same mode. */
bool ike_child_conf_has_same_networks(const struct ike_child_conf *a, const struct ike_child_conf *b);
/* Whether two of a connection differ in their DSCPs alone. A request does not say which of them it is for:
 * the peer takes it for the first that has no SA, so those that have none are asked for together, in their
 * order. */
bool ike_child_conf_is_beside(const struct ike_child_conf *a, const struct ike_child_conf *b);

/* The child with this name, or NULL. */
const struct ike_child_conf *ike_conn_conf_child(const struct ike_conn_conf *c, const char *name);
