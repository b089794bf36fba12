/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IKE_AUTH (RFC 7296 1.2, 2.15): both sides prove their identities and make the first child. Everything is
 * verified before anything is committed; the responder's identity must be the configured one before any
 * child exists.
 */
#include "ikev2_x_auth.h"

#include <string.h>
#include "base_span.h"
#include "base_time.h"
#include "base_wipe.h"
#include "crypt_alg.h"
#include "explain.h"
#include "ike_audit.h"
#include "ike_blob.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_nonce.h"
#include "ike_peer.h"
#include "ikev2_children.h"
#include "ikev2_close.h"
#include "ikev2_init.h"
#include "ikev2_keymat.h"
#include "ikev2_life.h"
#include "ikev2_msg.h"
#include "ikev2_note.h"
#include "ikev2_rows.h"
#include "ikev2_sa.h"
#include "ikev2_select.h"
#include "ikev2_task.h"
#include "ikev2_x_child.h"
#include "wire_ike.h"

#define REFUSED_S 5  /* a refused peer's repeated request is answered that long */
#define TWIN_S    10 /* both sides called at the same time when their SAs are that close */

static void on_request(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
static void on_response(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
static void on_refused(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);

static const struct ikev2_row rows[] = {
    {"auth_request", WIRE_IKE_AUTH, false, true, IKEV2_IN(IKEV2_ST_R_INIT),
     IKEV2_PLD(WIRE_IKE_P_IDI) | IKEV2_PLD(WIRE_IKE_P_AUTH) | IKEV2_PLD(WIRE_IKE_P_SA) |
         IKEV2_PLD(WIRE_IKE_P_TSI) | IKEV2_PLD(WIRE_IKE_P_TSR),
     IKEV2_PLD(WIRE_IKE_P_IDR) | IKEV2_PLD(WIRE_IKE_P_NOTIFY), on_request, "RFC 7296 1.2"},
    {"auth_response", WIRE_IKE_AUTH, true, true, IKEV2_IN(IKEV2_ST_I_AUTH),
     IKEV2_PLD(WIRE_IKE_P_IDR) | IKEV2_PLD(WIRE_IKE_P_AUTH),
     IKEV2_PLD(WIRE_IKE_P_SA) | IKEV2_PLD(WIRE_IKE_P_TSI) | IKEV2_PLD(WIRE_IKE_P_TSR) |
         IKEV2_PLD(WIRE_IKE_P_NOTIFY),
     on_response, "RFC 7296 1.2"},
    {"auth_refusal", WIRE_IKE_AUTH, true, true, IKEV2_IN(IKEV2_ST_I_AUTH), IKEV2_PLD(WIRE_IKE_P_NOTIFY), 0,
     on_refused, "RFC 7296 2.21.2"},
};

const struct ikev2_row *ikev2_auth_rows(size_t *count)
{
    *count = sizeof rows / sizeof *rows;
    return rows;
}

/* ---- proofs ---- */

/* The body of an ID payload, which AUTH covers (RFC 7296 2.15, 3.5). */
static struct base_span id_body(const struct ike_id *id, uint8_t buf[4 + IKE_ID_MAX])
{
    memset(buf, 0, 4);
    buf[0] = id->type;
    memcpy(buf + 4, id->bytes, id->len);
    return base_span(buf, 4u + id->len);
}

/* The AUTH data of the SA's initiator or responder with this key. */
static int prove_psk(struct ike *ike, const struct ikev2_sa *sa, bool by_initiator,
                     const struct ike_secret *secret, const struct ike_id *id, uint8_t out[CRYPT_PRF_MAX])
{
    uint8_t body[4 + IKE_ID_MAX];
    const struct ikev2_init *in = sa->init;
    return ikev2_keymat_auth_psk(
        ike->env.crypto, (enum crypt_prf)sa->algs.prf->id, base_span(secret->psk, secret->psk_len),
        ike_blob_span(by_initiator ? &in->msg_i : &in->msg_r),
        ike_nonce_span(by_initiator ? &in->nr : &in->ni),
        base_span(by_initiator ? sa->keys.sk_pi : sa->keys.sk_pr, sa->keys.prf_len), id_body(id, body), out);
}

static bool verify_psk(struct ike *ike, const struct ikev2_sa *sa, const struct ike_secret *secret,
                       const struct ike_id *peer, struct base_span proof)
{
    uint8_t want[CRYPT_PRF_MAX];
    const bool by_initiator = !sa->is_initiator;
    const bool good = prove_psk(ike, sa, by_initiator, secret, peer, want) == 0 &&
                      proof.len == sa->algs.prf->out_bytes && base_equal_secret(want, proof.ptr, proof.len);
    base_wipe(want, sizeof want);
    return good;
}

/* How a peer may prove its identity: one row per AUTH method (RFC 7296 3.8). */
static const struct auth_method {
    uint8_t method;
    bool (*verify)(struct ike *ike, const struct ikev2_sa *sa, const struct ike_secret *secret,
                   const struct ike_id *peer, struct base_span proof);
} methods[] = {
    {WIRE_IKE_AUTH_PSK, verify_psk},
};

/* True when the peer is who it says; otherwise explained. */
static bool verify(struct ike *ike, const struct ikev2_sa *sa, const struct ike_conn_conf *conn,
                   const struct ike_id *peer, const struct wire_ike_auth *auth)
{
    const struct ike_secret *secret = ike_conf_secret(conn->conf, &conn->local_id, &conn->remote_id);
    if (!secret) {
        explain_no_secret(ike, ikev2_sa_about(sa), conn);
        return false;
    }
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if (methods[i].method != auth->method)
            continue;
        if (methods[i].verify(ike, sa, secret, peer, auth->data))
            return true;
        explain_wrong_key(ike, ikev2_sa_about(sa), conn);
        return false;
    }
    explain_method(ike, ikev2_sa_about(sa), conn, auth->method);
    return false;
}

static bool put_proof(struct ike *ike, const struct ikev2_sa *sa, struct wire_ike_builder *b,
                      uint8_t id_payload)
{
    const struct ike_id *own = &sa->conn->local_id;
    const struct ike_secret *secret = ike_conf_secret(sa->conn->conf, own, &sa->conn->remote_id);
    const struct wire_ike_id id = {own->type, base_span(own->bytes, own->len)};
    uint8_t proof[CRYPT_PRF_MAX];
    if (!secret || prove_psk(ike, sa, sa->is_initiator, secret, own, proof) != 0)
        return false;
    wire_ike_put_id(b, id_payload, &id);
    wire_ike_put_auth(b, WIRE_IKE_AUTH_PSK, base_span(proof, sa->algs.prf->out_bytes));
    base_wipe(proof, sizeof proof);
    return true;
}

/* ---- older SAs with the same peer ---- */

static void replace_older(struct ike *ike, struct ikev2_sa *sa, bool initial_contact)
{
    for (struct ikev2_sa *o = sa->run ? sa->run->v2_sas : NULL, *next; o; o = next) {
        next = o->link.run_next;
        if (o == sa || o->state != IKEV2_ST_UP)
            continue;
        if (initial_contact && o->life.established_at.ns <= sa->life.created_at.ns) {
            ikev2_note(ike, o, IKE_AUDIT_IKE_DOWN, "the peer started anew (INITIAL_CONTACT)");
            ikev2_sa_kill(ike, o);
            continue;
        }
        /* Both called at the same time: of the two SAs the one with the higher SPIi goes, by its initiator.
         */
        if (base_time_since(ike->now, o->life.established_at) < TWIN_S * BASE_NS_PER_S &&
            o->is_initiator != sa->is_initiator) {
            struct ikev2_sa *loser = o->spi_i > sa->spi_i ? o : sa;
            loser->quiet = true;
            loser->want.close = loser->is_initiator;
            ikev2_sa_touch(ike, loser);
        } else {
            o->want.dpd = true;
            ikev2_sa_touch(ike, o);
        }
    }
}

static bool is_first(const struct ikev2_sa *sa)
{
    for (const struct ikev2_sa *o = sa->run ? sa->run->v2_sas : NULL; o; o = o->link.run_next)
        if (o != sa && o->state == IKEV2_ST_UP)
            return false;
    return true;
}

static void commit(struct ike *ike, struct ikev2_sa *sa, const struct ike_id *peer)
{
    sa->local_id = sa->conn->local_id;
    sa->remote_id = *peer;
    if (sa->run)
        sa->run->failures = 0;
    ikev2_sa_set_state(ike, sa, IKEV2_ST_UP);
    ikev2_life_start_sa(ike, sa);
    ike->stats.established++;
    ikev2_note(ike, sa, IKE_AUDIT_IKE_UP, "");
}

/* ---- responder ---- */

/* The answer is kept for a repeated request, the SA goes soon; nothing else is accepted (no init data). */
static void refuse(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg, uint16_t notify)
{
    const base_time end = base_time_add(ike->now, REFUSED_S * BASE_NS_PER_S);
    ike->stats.failed++;
    ikev2_msg_respond_error(ike, sa, msg->path, WIRE_IKE_AUTH, msg->hdr.msgid, notify, BASE_SPAN_NONE);
    ikev2_init_free(sa);
    sa->life.give_up_at = base_time_min(sa->life.give_up_at, end);
}

/* Which connection this is, proved; or NULL with *notify set and the failure explained. */
static const struct ike_conn_conf *identify(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                                            const struct ike_id *peer, const struct ike_id *asked,
                                            const struct wire_ike_auth *auth, uint16_t *notify)
{
    const struct ike_conn_conf *conn = ike_peer_find(ike, msg->path, peer, asked);
    char algs[96];
    *notify = WIRE_IKE_N_AUTHENTICATION_FAILED;
    if (!conn) {
        explain_unknown_id(ike, ikev2_sa_about(sa), peer, asked);
        return NULL;
    }
    if (!verify(ike, sa, conn, peer, auth))
        return NULL;
    *notify = WIRE_IKE_N_NO_PROPOSAL_CHOSEN;
    if (!ikev2_select_covers(conn->proposals, conn->n_proposals, &sa->algs)) {
        explain_no_proposal(ike, ikev2_sa_about(sa), conn, NULL, NULL,
                            ikev2_select_text(&sa->algs, algs, sizeof algs));
        return NULL;
    }
    if (conn->encap == IKE_ENCAP_NEVER && (sa->natd.local_nat || sa->natd.remote_nat)) {
        explain_nat_forbidden(ike, ikev2_sa_about(sa), conn, &sa->natd);
        return NULL;
    }
    return conn;
}

static void answer(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct ikev2_task t = {.kind = IKEV2_TASK_CREATE_CHILD, .ni = sa->init->ni, .nr = sa->init->nr};
    struct wire_ike_notification n;
    const uint16_t refusal = ikev2_child_answer(ike, sa, msg, IKEV2_DH_IGNORE, &t);
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    if (!put_proof(ike, sa, &b, WIRE_IKE_P_IDR)) {
        if (t.spi_in)
            ike->env.spi_free(ike->env.ctx, t.spi_in);
        ikev2_sa_kill(ike, sa);
        return;
    }
    if (refusal)
        ikev2_msg_put_notify(&b, refusal, BASE_SPAN_NONE);
    else
        ikev2_child_put_answer(ike, &b, &t);
    ikev2_msg_respond(ike, sa, msg->path, WIRE_IKE_AUTH, msg->hdr.msgid, &b);
    commit(ike, sa, &sa->remote_id);
    if (!refusal) {
        struct ikev2_child *c = ikev2_child_install(ike, sa, &t, false, BASE_SPAN_NONE, true, 0);
        if (c)
            ikev2_note_child(ike, c, IKE_AUDIT_CHILD_UP, "");
    }
    replace_older(ike, sa, ikev2_msg_notify(msg, WIRE_IKE_N_INITIAL_CONTACT, &n));
    ikev2_init_free(sa);
    ikev2_task_done(ike, sa);
    base_wipe(&t, sizeof t);
}

static void on_request(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    struct ike_id peer, asked;
    struct wire_ike_auth auth;
    uint16_t notify;
    if (!sa->init) {
        ike->stats.dropped_unexpected++;
        return;
    }
    const bool names = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_IDR, 0) != NULL;
    if (!ikev2_msg_id(msg, WIRE_IKE_P_IDI, &peer) || (!ikev2_msg_id(msg, WIRE_IKE_P_IDR, &asked) && names) ||
        wire_ike_auth_parse(wire_ike_plds_find(&msg->plds, WIRE_IKE_P_AUTH, 0)->body, &auth) != WIRE_IKE_OK) {
        explain_malformed(ike, ikev2_sa_about(sa), "an identity or AUTH payload of IKE_AUTH");
        refuse(ike, sa, msg, WIRE_IKE_N_INVALID_SYNTAX);
        return;
    }
    /* The initiator may have floated to port 4500, through another mapping of its NAT. */
    ikev2_sa_init_unlink(ike, sa);
    sa->path = *msg->path;
    ikev2_sa_init_link(ike, sa);
    const struct ike_conn_conf *conn = identify(ike, sa, msg, &peer, &asked, &auth, &notify);
    if (!conn || ike->shutting_down) {
        refuse(ike, sa, msg, notify);
        return;
    }
    sa->encap = sa->path.natt && (sa->natd.local_nat || sa->natd.remote_nat || sa->natd.faked);
    ikev2_sa_set_conn(ike, sa, conn);
    sa->remote_id = peer;
    answer(ike, sa, msg);
}

/* ---- initiator ---- */

void ikev2_auth_start(struct ike *ike, struct ikev2_sa *sa)
{
    struct ikev2_task *t = sa->task;
    const struct ike_id *wanted = &sa->conn->remote_id;
    const struct wire_ike_id idr = {wanted->type, base_span(wanted->bytes, wanted->len)};
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    t->child_index = 0;
    if (!put_proof(ike, sa, &b, WIRE_IKE_P_IDI)) {
        explain_no_secret(ike, ikev2_sa_about(sa), sa->conn);
        ikev2_sa_kill(ike, sa);
        return;
    }
    wire_ike_put_id(&b, WIRE_IKE_P_IDR, &idr);
    if (is_first(sa))
        ikev2_msg_put_notify(&b, WIRE_IKE_N_INITIAL_CONTACT, BASE_SPAN_NONE);
    if (!ikev2_child_offer(ike, sa, &b, IKEV2_DH_IGNORE, t)) {
        explain_limit(ike, ikev2_sa_about(sa), "inbound SPIs");
        ikev2_sa_kill(ike, sa);
        return;
    }
    ikev2_sa_set_state(ike, sa, IKEV2_ST_I_AUTH);
    ikev2_msg_request(ike, sa, WIRE_IKE_AUTH, &b);
}

static void take_child(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                       struct ikev2_task *t)
{
    t->ni = sa->init->ni;
    t->nr = sa->init->nr;
    const uint16_t notify = ikev2_child_check(ike, sa, msg, IKEV2_DH_IGNORE, t);
    if (notify == WIRE_IKE_N_NO_ADDITIONAL_SAS && sa->conn->start)
        sa->want.children |= 1u << t->child_index;
    if (notify)
        return;
    struct ikev2_child *c = ikev2_child_install(ike, sa, t, true, BASE_SPAN_NONE, true, 0);
    if (c)
        ikev2_note_child(ike, c, IKE_AUDIT_CHILD_UP, "");
}

static void on_refused(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    explain_refused(ike, ikev2_sa_about(sa), "IKE_AUTH", ikev2_msg_error(msg, NULL));
    ike->stats.failed++;
    ikev2_sa_kill(ike, sa);
}

static void on_response(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    struct ike_id peer;
    struct wire_ike_auth auth;
    bool good = false;
    if (!ikev2_msg_id(msg, WIRE_IKE_P_IDR, &peer) ||
        wire_ike_auth_parse(wire_ike_plds_find(&msg->plds, WIRE_IKE_P_AUTH, 0)->body, &auth) != WIRE_IKE_OK)
        explain_malformed(ike, ikev2_sa_about(sa), "an identity or AUTH payload of IKE_AUTH");
    else if (!ike_peer_id_equal(ike, &peer, &sa->conn->remote_id))
        explain_peer_id(ike, ikev2_sa_about(sa), &peer);
    else
        good = verify(ike, sa, sa->conn, &peer, &auth);
    if (!good) {
        ike->stats.failed++;
        ikev2_close(ike, sa, "the peer did not prove the identity that it must have");
        return;
    }
    commit(ike, sa, &peer);
    take_child(ike, sa, msg, sa->task);
    ikev2_init_free(sa);
    ikev2_task_done(ike, sa);
    for (size_t i = 1; i < sa->conn->n_children; i++)
        sa->want.children |= 1u << i;
    if (!sa->children && !sa->want.children)
        sa->want.close = true;
    replace_older(ike, sa, false);
}
