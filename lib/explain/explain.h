/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Failures in words: one AUDIT record each, with what arrived, the nearest configuration, why they do not
 * match and what to change on either side. Facts come in as plain values, borrowed until return; a text that
 * does not fit is cut. Rate limited per endpoint and kind, and overall, so that a flood does not fill a log.
 * Where the nearest configuration is to be searched, the record comes when the search, a job, is over.
 * A record's detail: TIMEOUT: enum explain_silence; REFUSED: enum explain_asked; UNFINISHED: how often the
 * call was repeated; SELECTORS: enum explain_nets; CERT: enum crypt_fault, 0 when it is none of a chain.
 * Thread: control.
 */
#include "base_ts.h"
#include "ike_claim.h"
#include "ike_core.h"
#include "ike_natd.h"
#include "ike_share.h"
#include "wire_ike.h"

struct eap;

/* Whom a record is about: an SA, or a datagram alone. */
struct explain_about {
    uint64_t ike_id;                  /* the SA's local number; 0: only a datagram is known */
    const struct ike_path *path;      /* never NULL */
    const struct ike_id *remote_id;   /* as it says, proved or not; of type 0, or NULL: not known yet */
    const struct ike_conn_conf *conn; /* NULL: not known yet */
    bool is_authentic;                /* what came was protected by the SA's keys */
};

/* How far an exchange had come when the answers ceased. DENIED: there were some in clear, of an unknown SPI.
 */
enum explain_silence {
    EXPLAIN_SILENT_AT_ALL,
    EXPLAIN_SILENT_AFTER_INIT,
    EXPLAIN_SILENT_LATER,
    EXPLAIN_SILENT_DENIED
};

/* A call over this path, which no connection allows. Told after a search. */
void explain_no_connection(struct ike *ike, const struct ike_path *path);

/* The peer is `remote` and wants `asked` (type 0: it did not say); no connection of the version of IKE that
 * it calls by has this pair. Told after a search. */
void explain_unknown_id(struct ike *ike, struct explain_about about, const struct ike_id *remote,
                        const struct ike_id *asked);

/* An identity of so many bytes came, more than any that is taken here has (IKE_ID_MAX). */
void explain_long_id(struct ike *ike, struct explain_about about, size_t bytes);

/* The proof of identity does not verify with the key of `conn`. */
void explain_wrong_key(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn);

/* The proof of identity could not be checked here: `error` is the errno of the check that did not run well.
 */
void explain_unchecked(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                       int error);

/* Our own proof of identity could not be made: `error` is the errno of what did not run well. */
void explain_unproved(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                      int error);

/* The keys of an SA to be could not be computed here: `error` is the errno of the job that did not run well.
 */
void explain_key_exchange(struct ike *ike, struct explain_about about, int error);

/* The peer proves itself by another method than the connection has. */
void explain_method(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                    uint8_t method);

/*
 * The caller, which says that it is `remote`, sends no AUTH: it wants EAP (RFC 7296 2.16). conn: what is
 * configured for this identity; NULL: nothing.
 */
void explain_eap(struct ike *ike, struct explain_about about, const struct ike_id *remote,
                 const struct ike_conn_conf *conn);

/* A login by EAP, ours or the peer's, has a fault; `eap` tells which one. */
void explain_login(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                   const struct eap *eap);

/* A peer calls us on a connection on which we log in, so that we call it (RFC 7296 2.16). */
void explain_login_called(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn);

/* What two sides do not agree on about several rounds of authentication (RFC 4739). */
enum explain_rounds {
    EXPLAIN_ROUNDS_UNKNOWN, /* the peer does not say that it can do them, and the connection has some */
    EXPLAIN_ROUNDS_LACKS,   /* the peer proved an identity, and announced no further one */
    EXPLAIN_ROUNDS_MORE     /* the peer announced one more than the connection has */
};

void explain_rounds(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                    enum explain_rounds what);

/* In a further round, whose connection is `then`, the peer says that it is `got`. */
void explain_round_id(struct ike *ike, struct explain_about about, const struct ike_conn_conf *then,
                      const struct ike_id *got);

/* What two sides do not agree on about a PPK (RFC 8784). */
enum explain_ppk {
    EXPLAIN_PPK_NOT_USED,  /* the peer does not use one, and the connection requires it */
    EXPLAIN_PPK_NOT_TAKEN, /* the peer answered without the one that we named and require */
    EXPLAIN_PPK_UNNAMED,   /* the caller said USE_PPK and names none */
    EXPLAIN_PPK_OTHER /* the caller names another one than the connection has, and a proof without it will not
                         do */
};

/* id: what the caller named, with its type in front; or nothing. */
void explain_ppk(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                 enum explain_ppk what, struct base_span id);

/* A proof does not verify, and a PPK of the same name is in it: that differs, or the key of the identities
 * does. */
void explain_wrong_ppk(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn);

/* The peer speaks IKEv1. */
void explain_ikev1(struct ike *ike, const struct ike_path *path);

/* The peer demands that a payload of this type is understood, and it is not (RFC 7296 2.5). */
void explain_critical(struct ike *ike, struct explain_about about, uint8_t payload);

/* The configuration has no key for the pair of identities of `conn`. */
void explain_no_secret(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn);

/* Proposals of the connection (child NULL) or of a child, against theirs. */
void explain_no_proposal(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                         const struct ike_child_conf *child, const struct wire_ike_sa *theirs);

/*
 * The peer proved who it is, and its connection `conn` takes none of what was agreed on before that was
 * known: `agreed` in the notation of the configuration.
 */
void explain_agreed_before(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                           const char *agreed);

/*
 * The peer's proposals `theirs` have the algorithms of `child`, but not its groups: one side demands a key
 * exchange for the child (perfect forward secrecy) that the other has not, or another group. is_ahead: they
 * do not count yet, and the first child is up.
 */
void explain_pfs(struct ike *ike, struct explain_about about, const struct ike_child_conf *child,
                 const struct wire_ike_sa *theirs, bool is_ahead);

/* The peer asks for AH. */
void explain_ah(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn);

/* What is wrong with selectors. */
enum explain_nets { EXPLAIN_NETS_APART, EXPLAIN_NETS_SWAPPED /* both sides have the same one as local */ };

/* The peer's selectors, ours and its, fit no child of about.conn. */
void explain_selectors(struct ike *ike, struct explain_about about, const struct base_ts_list *local,
                       const struct base_ts_list *remote);

/* The peer asks for transport mode, and gets tunnel mode; child: of about.conn. */
void explain_transport(struct ike *ike, struct explain_about about, const struct ike_child_conf *child);
/* The child is for transport mode, and the peer wants, or agrees to, another one: there is none. */
void explain_no_transport(struct ike *ike, struct explain_about about, const struct ike_child_conf *child);
/*
 * Transport mode is refused for the address that the child would be for: nobody has shown that the peer
 * receives there. notify: what the peer is told. is_ours: we asked, at more than one address, or the peer
 * moved meanwhile.
 */
void explain_transport_place(struct ike *ike, struct explain_about about, const struct ike_child_conf *child,
                             uint16_t notify, bool is_ours);

/* The peer agreed to these selectors, less than `child` of about.conn asked for. */
void explain_narrowed(struct ike *ike, struct explain_about about, const struct ike_child_conf *child,
                      const struct base_ts_list *local, const struct base_ts_list *remote);

/* The data path did not take `child` of about.conn, which was agreed on: a negative errno. */
void explain_install(struct ike *ike, struct explain_about about, const struct ike_child_conf *child,
                     int error);

/* The peer's selectors `remote` overlap what a live child of another identity holds. */
void explain_overlap(struct ike *ike, struct explain_about about, const struct base_ts_list *remote,
                     const struct ike_claim *live);

/* We called, and `got` answered. */
void explain_peer_id(struct ike *ike, struct explain_about about, const struct ike_id *got);

/* Why a peer gets no inner address, or we get none from it. */
enum explain_address {
    EXPLAIN_ADDRESS_FULL,
    EXPLAIN_ADDRESS_FAMILY,  /* no pool of the connection has the one that is asked for */
    EXPLAIN_ADDRESS_BUSY,    /* the one that is its own is another SA's */
    EXPLAIN_ADDRESS_UNASKED, /* the peer asked for none */
    EXPLAIN_ADDRESS_NOT_GIVEN
};

/* about.conn: what the addresses are for. */
void explain_address(struct ike *ike, struct explain_about about, enum explain_address fault);

/* NAT detection found a NAT that `conn` forbids. */
void explain_nat_forbidden(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                           const struct ike_natd *natd);

/*
 * A connection of TCP that we opened to call somebody did not come up, or broke off before the call was
 * finished. error: a negative errno, or 0, with which why tells it; why may be NULL.
 */
void explain_tcp(struct ike *ike, struct explain_about about, int error, const char *why);

/* A connection of TCP that somebody opened to us was closed for what came by it: why. */
void explain_tcp_refused(struct ike *ike, const struct ike_path *path, const char *why);

/* Nobody answers a request of this exchange, sent so many times. */
void explain_timeout(struct ike *ike, struct explain_about about, const char *exchange, uint32_t sent,
                     enum explain_silence silence);

/* What was asked of the peer; an error notify means something else in each. */
enum explain_asked {
    EXPLAIN_ASKED_INIT,
    EXPLAIN_ASKED_MORE_KEYS,   /* IKE_INTERMEDIATE with an additional key exchange */
    EXPLAIN_ASKED_AUTH,        /* the whole exchange was refused */
    EXPLAIN_ASKED_FIRST_CHILD, /* the IKE SA is up, without its first child */
    EXPLAIN_ASKED_CHILD,       /* one more child */
    EXPLAIN_ASKED_CHILD_REKEY,
    EXPLAIN_ASKED_IKE_REKEY
};

/* The peer answered with this error notify (0: with nothing useful). child: what was asked, NULL for an IKE
 * SA. */
void explain_refused(struct ike *ike, struct explain_about about, enum explain_asked asked,
                     const struct ike_child_conf *child, uint16_t notify);

/* A message that cannot be understood; `fault` completes the sentence. */
void explain_malformed(struct ike *ike, struct explain_about about, const char *fault);

/*
 * The host name of a connection's peer gave n_addrs addresses, none of which can be called; with 0, `why`
 * says what the resolver said.
 */
void explain_name(struct ike *ike, const struct ike_conn_conf *conn, size_t n_addrs, const char *why);

/* A limit was hit; `key` is its key below `limits`. */
void explain_limit(struct ike *ike, struct explain_about about, const char *key);

/* No inbound SPI is left for a child SA. */
void explain_full(struct ike *ike, struct explain_about about);

/* A peer proved its identity, and conn->unique or limits.sas_per_identity refuses one SA more beside `n`. */
/* A caller proved an identity that has no row, where the connection takes only those that have one. */
void explain_no_row(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                    const struct ike_id *peer);

void explain_one_too_many(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                          uint32_t n);

/* Whoever this path leads to holds so many half-open SAs, and the oldest of them made room. */
void explain_greedy(struct ike *ike, const struct ike_path *path, struct ike_share_count held);

/* A call was answered and IKE_AUTH never came; the call itself was repeated so many times. */
void explain_unfinished(struct ike *ike, struct explain_about about, uint32_t repeats);

/* A peer with an SA wants to go on over this path (RFC 4555 3.5), and about.conn does not allow it. */
void explain_move(struct ike *ike, struct explain_about about, const struct ike_path *to);

/* Gateways have sent us around too often, now to `to` (RFC 5685 7). */
void explain_redirects(struct ike *ike, struct explain_about about, const char *to);

/* The peer answered with this notify when we went on over about.path. */
void explain_move_refused(struct ike *ike, struct explain_about about, uint16_t notify);

/* Packets above mtu bytes do not arrive at the peer, and no router on the way says so. */
void explain_black_hole(struct ike *ike, struct explain_about about, uint16_t mtu);
