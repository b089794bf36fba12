/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Explanations, first part: the frame of a record, its rate limit, and failures of identity and key. Texts
 * are for people; their fix lines can be copied into a configuration.
 */
#include "explain.h"

#include <errno.h>
#include <string.h>
#include "base_addr.h"
#include "base_text.h"
#include "explain_int.h"
#include "explain_swan.h"
#include "ike_act.h"
#include "ike_audit.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_fail.h"
#include "ike_path.h"
#include "ike_peer.h"
#include "wire_ike.h"

/* ---- the frame ---- */

void explain_open(struct ike *ike, struct explain *e, enum ike_audit_kind kind, struct explain_about about,
                  const struct ike_conn_conf *conn)
{
    struct ike_audit *a = &ike->audit;
    *a = (struct ike_audit){.kind = kind, .path = *about.path, .ike_id = about.ike_id};
    if (about.remote_id)
        a->remote_id = *about.remote_id;
    if (conn) {
        struct base_text t = base_text(a->conn, sizeof a->conn);
        base_text_add(&t, "%s", conn->name);
        a->local_id = conn->local_id;
    }
    *e = (struct explain){
        .a = a,
        .crypto = ike->env.crypto,
        .what = base_text(a->what, sizeof a->what),
        .nearest = base_text(a->nearest, sizeof a->nearest),
        .why = base_text(a->why, sizeof a->why),
        .fix_here = base_text(a->fix_here, sizeof a->fix_here),
        .fix_peer = base_text(a->fix_peer, sizeof a->fix_peer),
    };
}

bool explain_begin(struct ike *ike, struct explain *e, enum ike_audit_kind kind, struct explain_about about,
                   const struct ike_conn_conf *conn)
{
    if (!ike_fail_is_news(ike, kind, &about.path->remote, conn))
        return false;
    explain_open(ike, e, kind, about, conn);
    return true;
}

void explain_end(struct ike *ike, struct explain *e)
{
    ike_act_audit(ike, e->a);
}

/* ---- identity ---- */

/* The private address that an identity is, seen from an address that is another one: a NAT's doing. */
static bool is_natted_id(const struct ike_id *id, const struct ike_path *path)
{
    if (id->type != WIRE_IKE_ID_IP4 && id->type != WIRE_IKE_ID_IP6)
        return false;
    const struct base_addr a =
        base_addr_from_bytes(id->type == WIRE_IKE_ID_IP4 ? BASE_AF_IP4 : BASE_AF_IP6, id->bytes);
    return base_addr_is_private(&a) && !base_addr_equal(&a, &path->remote.addr);
}

/* Whether the peer asks for somebody who we are not on this connection. */
static bool asked_is_other(const struct ike *ike, const struct ike_conn_conf *near,
                           const struct ike_id *asked)
{
    return asked->type && !ike_peer_id_equal(ike, &near->local_id, asked);
}

static void add_unknown_why(struct explain *e, const struct ike *ike, const struct ike_path *path,
                            const struct ike_conn_conf *near, const struct ike_id *remote,
                            const struct ike_id *asked)
{
    char id[IKE_ID_TEXT_MAX], from[BASE_ADDR_TEXT_MAX], want[IKE_ID_TEXT_MAX];
    if (is_natted_id(remote, path)) {
        base_text_add(
            &e->why,
            "The peer announced its private address %s as identity; NAT changed its address to %s, and no "
            "connection expects %s.",
            ike_id_text(remote, e->crypto, id), base_addr_text(&path->remote.addr, from), id);
        return;
    }
    if (!near) {
        base_text_add(&e->why, "No connection is configured.");
        return;
    }
    const bool is_for_it = ike_peer_matches(ike, &near->remote_id, remote);
    if (is_for_it && !ike_peer_is_candidate(near, path)) {
        base_text_add(&e->why,
                      "The connection for this identity does not allow the address %s, at ours or the peer's "
                      "end.",
                      base_addr_text(&path->remote.addr, from));
        return;
    }
    if (is_for_it && asked_is_other(ike, near, asked)) {
        base_text_add(&e->why, "The peer wants to talk to %s, but we are %s on this connection.",
                      ike_id_text(asked, e->crypto, id), ike_id_text(&near->local_id, e->crypto, want));
        return;
    }
    if (is_for_it) {
        base_text_add(&e->why,
                      "The connection for this identity has version %u, and the peer calls by the other "
                      "version of IKE.",
                      near->version);
        return;
    }
    base_text_add(&e->why, "The peer says that it is %s, the connection expects %s",
                  ike_id_text(remote, e->crypto, id), ike_id_text(&near->remote_id, e->crypto, want));
    base_text_add(&e->why, near->remote_id.pattern ? ", which stands for others."
                                                   : "; identities must be equal in type and bytes.");
}

static void add_unknown_fix(struct explain *e, const struct ike *ike, const struct ike_path *path,
                            const struct ike_conn_conf *near, const struct ike_id *remote,
                            const struct ike_id *asked)
{
    char id[IKE_ID_TEXT_MAX], swan[IKE_ID_TEXT_MAX];
    const bool is_for_it = near && ike_peer_matches(ike, &near->remote_id, remote);
    if (!near) {
        base_text_add(&e->fix_here, "add a connection with remote.id: \"%s\"",
                      ike_id_text(remote, e->crypto, id));
    } else if (!is_for_it && near->remote_id.pattern) {
        base_text_add(&e->fix_here, "a connection with remote.id: \"%s\"",
                      ike_id_text(remote, e->crypto, id));
        base_text_add(&e->fix_here, ", or a wider pattern in connections.%s.remote.id", near->name);
        base_text_add(&e->fix_peer, "an own identity that %s stands for",
                      ike_id_text(&near->remote_id, e->crypto, id));
    } else if (!is_for_it) {
        base_text_add(&e->fix_here, "connections.%s.remote.id: \"%s\" (and the same in its secret)",
                      near->name, ike_id_text(remote, e->crypto, id));
        base_text_add(&e->fix_peer, "the peer's own identity: %s (strongSwan: local.id = %s)",
                      ike_id_text(&near->remote_id, e->crypto, id),
                      explain_swan_id(&near->remote_id, e->crypto, swan));
    } else if (asked_is_other(ike, near, asked)) {
        base_text_add(&e->fix_here, "connections.%s.local.id: \"%s\" (and the same in its secret)",
                      near->name, ike_id_text(asked, e->crypto, id));
        base_text_add(
            &e->fix_peer, "the identity that the peer expects of us: %s (strongSwan: remote.id = %s)",
            ike_id_text(&near->local_id, e->crypto, id), explain_swan_id(&near->local_id, e->crypto, swan));
    } else if (ike_peer_is_candidate(near, path)) {
        base_text_add(&e->fix_here, "connections.%s.version: %u", near->name, near->version == 1 ? 2 : 1);
        base_text_add(&e->fix_peer, "version %u of IKE (strongSwan: version = %u)", near->version,
                      near->version);
    } else {
        base_text_add(&e->fix_here,
                      "connections.%s.remote.from and local.address: leave them out, or add the "
                      "addresses of this path",
                      near->name);
    }
}

void explain_add_pair(struct explain *e, const struct ike_conn_conf *c)
{
    char id[IKE_ID_TEXT_MAX];
    base_text_add(&e->nearest, "connection %s: local.id \"%s\", ", c->name,
                  ike_id_text(&c->local_id, e->crypto, id));
    base_text_add(&e->nearest, "remote.id \"%s\"", ike_id_text(&c->remote_id, e->crypto, id));
}

static void unknown_id_tell(struct ike *ike, const struct explain_search *s)
{
    char id[IKE_ID_TEXT_MAX], from[BASE_ENDPOINT_TEXT_MAX];
    struct explain e;
    const struct ike_conn_conf *near = s->found;
    explain_open(ike, &e, IKE_AUDIT_FAIL_UNKNOWN_ID,
                 (struct explain_about){.ike_id = s->ike_id, .path = &s->path}, near);
    e.a->remote_id = s->remote;
    e.a->local_id = s->asked;
    e.a->notify = WIRE_IKE_N_AUTHENTICATION_FAILED;
    base_text_add(&e.what, "%s identifies itself as %s", base_endpoint_text(&s->path.remote, from),
                  ike_id_text(&s->remote, e.crypto, id));
    if (s->asked.type)
        base_text_add(&e.what, " and asks for %s", ike_id_text(&s->asked, e.crypto, id));
    if (near)
        explain_add_pair(&e, near);
    add_unknown_why(&e, ike, &s->path, near, &s->remote, &s->asked);
    add_unknown_fix(&e, ike, &s->path, near, &s->remote, &s->asked);
    explain_end(ike, &e);
}

void explain_unknown_id(struct ike *ike, struct explain_about about, const struct ike_id *remote,
                        const struct ike_id *asked)
{
    explain_search(ike, IKE_AUDIT_FAIL_UNKNOWN_ID, about, remote, asked, unknown_id_tell);
}

void explain_long_id(struct ike *ike, struct explain_about about, size_t bytes)
{
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_UNKNOWN_ID, about, about.conn))
        return;
    e.a->notify = WIRE_IKE_N_AUTHENTICATION_FAILED;
    base_text_add(&e.what, "the peer sent an identity of %zu bytes", bytes);
    base_text_add(
        &e.why,
        "An identity has at most %d bytes here, so no connection can be for this one. Such a long one "
        "is most often the whole subject of a certificate.",
        IKE_ID_MAX);
    base_text_add(&e.fix_peer,
                  "a shorter identity, such as an alternative name in the certificate (strongSwan: "
                  "local.id, and remote.id of whom it calls)");
    explain_end(ike, &e);
}

void explain_no_row(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                    const struct ike_id *peer)
{
    char id[IKE_ID_TEXT_MAX];
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_UNKNOWN_ID, about, conn))
        return;
    e.a->remote_id = *peer;
    e.a->notify = WIRE_IKE_N_AUTHENTICATION_FAILED;
    base_text_add(&e.what, "%s proved itself, and is not on the list of connection %s",
                  ike_id_text(peer, e.crypto, id), conn->name);
    base_text_add(
        &e.why,
        "connections.%s.remote.peers_only is true, and neither peers nor peers_file has a row of this "
        "identity.",
        conn->name);
    base_text_add(&e.fix_here,
                  "connections.%s.remote.peers: { \"id\": \"%s\" }, and a reload, if it may come", conn->name,
                  id);
    explain_end(ike, &e);
}

void explain_peer_id(struct ike *ike, struct explain_about about, const struct ike_id *got)
{
    char id[IKE_ID_TEXT_MAX], want[IKE_ID_TEXT_MAX], swan[IKE_ID_TEXT_MAX], at[BASE_ENDPOINT_TEXT_MAX];
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_PEER_ID, about, about.conn))
        return;
    e.a->remote_id = *got;
    base_text_add(&e.what, "we called %s, and %s answered", base_endpoint_text(&about.path->remote, at),
                  ike_id_text(got, e.crypto, id));
    explain_add_pair(&e, about.conn);
    if (is_natted_id(got, about.path))
        base_text_add(&e.why,
                      "The peer announced its private address %s as identity; it is behind a NAT that shows "
                      "it at %s.",
                      id, at);
    else
        base_text_add(&e.why,
                      "Whoever answers at this address is not who the connection expects; a NAT may lead to "
                      "another computer. No child SA was made.");
    base_text_add(&e.fix_here,
                  "connections.%s.remote.id: \"%s\" (and the same in its secret), if that is the peer",
                  about.conn->name, id);
    base_text_add(&e.fix_peer, "the peer's own identity: %s (strongSwan: local.id = %s)",
                  ike_id_text(&about.conn->remote_id, e.crypto, want),
                  explain_swan_id(&about.conn->remote_id, e.crypto, swan));
    explain_end(ike, &e);
}

/* ---- key ---- */

/* Who says that it is who the connection is for: of a pattern, the one that came. */
static const struct ike_id *claimed_id(const struct explain_about *about, const struct ike_conn_conf *conn)
{
    return about->remote_id && about->remote_id->type ? about->remote_id : &conn->remote_id;
}

static void add_secret_line(struct explain *e, const struct ike_conn_conf *c, const struct ike_id *remote)
{
    char id[IKE_ID_TEXT_MAX];
    base_text_add(&e->fix_here, "secrets: { \"local\": \"%s\", ", ike_id_text(&c->local_id, e->crypto, id));
    base_text_add(&e->fix_here, "\"remote\": \"%s\", \"psk_file\": ... }",
                  ike_id_text(remote, e->crypto, id));
}

void explain_wrong_key(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn)
{
    char id[IKE_ID_TEXT_MAX];
    struct explain e;
    const struct ike_id *who = claimed_id(&about, conn);
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_WRONG_KEY, about, conn))
        return;
    e.a->remote_id = *who;
    e.a->notify = WIRE_IKE_N_AUTHENTICATION_FAILED;
    base_text_add(&e.what, "%s sent a proof of its identity that does not verify",
                  ike_id_text(who, e.crypto, id));
    explain_add_pair(&e, conn);
    base_text_add(&e.why,
                  "The identities match, but the two sides have different pre-shared keys for this pair "
                  "(look for a trailing blank or line end, quotes, or hex against text).");
    add_secret_line(&e, conn, who);
    base_text_add(&e.fix_peer,
                  "the same key there (strongSwan: secrets { ike-x { id = ..., secret = ... } })");
    explain_end(ike, &e);
}

/* Why work of ours does not run, and what the operator can do about it. */
static void add_own_fault(struct explain *e, const char *work, int error)
{
    if (error == ENOMEM) {
        base_text_add(&e->why, "%s here: out of memory.", work);
        base_text_add(&e->fix_here, "more memory for this machine, or lower limits.half_open and limits.sas");
    } else if (error == ECANCELED) {
        base_text_add(&e->why, "%s here: it was given up before it ran.", work);
        base_text_add(&e->fix_here, "nothing, if this gateway was shutting down");
    } else {
        base_text_add(&e->why, "%s here: the cryptographic library failed (%d).", work, error);
        base_text_add(&e->fix_here,
                      "look after this machine's OpenSSL: its version, providers and FIPS mode");
    }
}

void explain_unchecked(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                       int error)
{
    char id[IKE_ID_TEXT_MAX];
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_UNCHECKED, about, conn))
        return;
    e.a->remote_id = *claimed_id(&about, conn);
    e.a->notify = WIRE_IKE_N_AUTHENTICATION_FAILED;
    base_text_add(&e.what, "%s sent a proof of its identity", ike_id_text(&e.a->remote_id, e.crypto, id));
    explain_add_pair(&e, conn);
    add_own_fault(&e, "The proof could not be checked", error);
    base_text_add(&e.why, " The peer's key may be right.");
    explain_end(ike, &e);
}

void explain_unproved(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                      int error)
{
    char id[IKE_ID_TEXT_MAX];
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_UNPROVED, about, conn))
        return;
    base_text_add(&e.what, "we were to prove that we are %s", ike_id_text(&conn->local_id, e.crypto, id));
    explain_add_pair(&e, conn);
    add_own_fault(&e, "The proof could not be made", error);
    base_text_add(&e.why, " The peer and its configuration have no part in this.");
    explain_end(ike, &e);
}

void explain_key_exchange(struct ike *ike, struct explain_about about, int error)
{
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_KEY_EXCHANGE, about, about.conn))
        return;
    base_text_add(&e.what, "a key exchange with this peer was under way");
    add_own_fault(&e, "Its keys could not be computed", error);
    explain_end(ike, &e);
}

void explain_method(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                    uint8_t method)
{
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_WRONG_KEY, about, conn))
        return;
    e.a->notify = WIRE_IKE_N_AUTHENTICATION_FAILED;
    base_text_add(&e.what, "the peer proves its identity by AUTH method %u", method);
    explain_add_pair(&e, conn);
    if (conn->remote_auth == IKE_AUTH_PSK) {
        base_text_add(&e.why, "This connection wants a pre-shared key (AUTH method 2) of the peer.");
        add_secret_line(&e, conn, claimed_id(&about, conn));
        base_text_add(&e.fix_peer, "a pre-shared key there as well (strongSwan: local { auth = psk })");
    } else {
        const bool signs = conn->remote_auth == IKE_AUTH_SIG;
        base_text_add(&e.why, "This connection wants %s of the peer.", signs ? "a signature" : "EAP");
        base_text_add(&e.fix_here, "connections.%s.remote.auth: \"%s\", if the peer is to do it that way",
                      conn->name, method == WIRE_IKE_AUTH_PSK ? "psk" : "pubkey");
        base_text_add(&e.fix_peer, "the same there (strongSwan: local { auth = %s })",
                      signs ? "pubkey" : "eap");
    }
    explain_end(ike, &e);
}

void explain_no_secret(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn)
{
    char id[IKE_ID_TEXT_MAX];
    struct explain e;
    const struct ike_id *who = claimed_id(&about, conn);
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_NO_SECRET, about, conn))
        return;
    e.a->remote_id = *who;
    e.a->notify = WIRE_IKE_N_AUTHENTICATION_FAILED;
    base_text_add(&e.what, "connection %s was chosen, but there is no key for %s", conn->name,
                  ike_id_text(who, e.crypto, id));
    explain_add_pair(&e, conn);
    base_text_add(&e.why, "Keys are found by exactly this pair of identities and nothing else.");
    add_secret_line(&e, conn, who);
    explain_end(ike, &e);
}

void explain_eap(struct ike *ike, struct explain_about about, const struct ike_id *remote,
                 const struct ike_conn_conf *conn)
{
    char id[IKE_ID_TEXT_MAX];
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_EAP, about, conn))
        return;
    e.a->remote_id = *remote;
    e.a->notify = WIRE_IKE_N_AUTHENTICATION_FAILED;
    base_text_add(&e.what, "%s wants to authenticate itself by EAP: its IKE_AUTH has no AUTH payload",
                  ike_id_text(remote, e.crypto, id));
    if (conn)
        explain_add_pair(&e, conn);
    base_text_add(&e.why, "This connection wants another proof of the peer (remote.auth).");
    if (conn)
        base_text_add(
            &e.fix_here,
            "connections.%s.remote.auth: \"eap-mschapv2\", if the peer is to log in with a password",
            conn->name);
    base_text_add(&e.fix_peer, "a pre-shared key in place of EAP (strongSwan: local { auth = psk })");
    explain_end(ike, &e);
}
