/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The conversation's parts: which method, the jobs of proof and check, and what is kept while they run. No
 * thread sees the SA: a job gets a copy of the octets that are signed, and never SK_p.
 */
#include "ikev2_auth.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base_span.h"
#include "base_wipe.h"
#include "crypt_alg.h"
#include "explain.h"
#include "ike_blob.h"
#include "ike_core.h"
#include "ike_ids.h"
#include "ike_job.h"
#include "ike_nonce.h"
#include "ikev2_init.h"
#include "ikev2_keymat.h"
#include "ikev2_mix.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"

const struct ikev2_auth_method *const ikev2_auth_methods[] = {&ikev2_auth_psk,        &ikev2_auth_sig[0],
                                                              &ikev2_auth_sig[1],     &ikev2_auth_sig[2],
                                                              &ikev2_auth_sig[3],     &ikev2_auth_sig[4],
                                                              &ikev2_auth_eap_mschap, &ikev2_auth_eap_tls,
                                                              &ikev2_auth_eap_radius, NULL};

/* The first one of a kind that comes at once, or late, with this number of its AUTH payload; 0: with any. */
static const struct ikev2_auth_method *auth_method(const struct ike *ike, enum ike_auth_kind kind,
                                                   bool is_late, uint8_t number)
{
    for (const struct ikev2_auth_method *const *m = ike->v2->auth_methods; *m; m++)
        if ((*m)->kind == kind && (*m)->is_late == is_late && (!number || (*m)->number == number))
            return *m;
    return NULL;
}

const struct ikev2_auth_method *ikev2_auth_by_number(const struct ike *ike, const struct ike_conn_conf *conn,
                                                     uint8_t number)
{
    return number ? auth_method(ike, conn->remote_auth, false, number) : NULL;
}

const struct ikev2_auth_method *ikev2_auth_late(const struct ike *ike, const struct ike_conn_conf *conn)
{
    return auth_method(ike, conn->remote_auth, true, 0);
}

const struct ikev2_auth_method *ikev2_auth_own(const struct ike *ike, const struct ike_conn_conf *conn)
{
    const struct ikev2_auth_method *m = auth_method(ike, conn->local_auth, false, 0);
    return m ? m : auth_method(ike, conn->local_auth, true, 0);
}

/* ---- jobs ---- */

/* Whose proof it is. */
struct auth_prover {
    bool is_initiator;
    const struct ike_id *id;
    const uint8_t *reserved; /* the three bytes of its ID payload */
};

/* The body of an ID payload, which AUTH covers as it was sent (RFC 7296 2.15, 3.5). */
static struct base_span auth_id_body(const struct auth_prover *p, uint8_t buf[4 + IKE_ID_MAX])
{
    const struct ike_id *id = p->id;
    buf[0] = id->type;
    memcpy(buf + 1, p->reserved, 3);
    memcpy(buf + 4, id->bytes, id->len);
    return base_span(buf, 4u + id->len);
}

/* What the SA's initiator or responder signs as this identity. */
static int auth_set_octets(struct ike *ike, const struct ikev2_sa *sa, const struct auth_prover *p,
                           struct ike_job_auth *a)
{
    const bool by_initiator = p->is_initiator;
    const struct ikev2_init *in = sa->init;
    const struct ike_blob *request = in->n_checked ? &in->twins[in->n_checked - 1] : &in->msg_i;
    const struct base_span message = ike_blob_span(by_initiator ? request : &in->msg_r);
    const struct base_span nonce = ike_nonce_span(by_initiator ? &in->nr : &in->ni);
    const struct base_span sk_p = ikev2_init_sk_p(sa, by_initiator);
    uint8_t body[4 + IKE_ID_MAX], maced_id[CRYPT_PRF_MAX], mixed[IKEV2_MIX_AUTH_MAX];
    const struct base_span mix = ikev2_mix_auth(sa, mixed);
    const size_t len = message.len + nonce.len + sa->algs.prf->out_bytes + mix.len;
    a->prf = (enum crypt_prf)sa->algs.prf->id;
    const int rc = ikev2_keymat_maced_id(ike->env.crypto, a->prf, sk_p, auth_id_body(p, body), maced_id);
    if (rc < 0)
        return rc;
    a->octets = malloc(len);
    if (!a->octets)
        return -ENOMEM;
    a->octets_len = len;
    struct base_writer w = base_writer(a->octets, len);
    base_write(&w, message.ptr, message.len);
    base_write(&w, nonce.ptr, nonce.len);
    base_write(&w, maced_id, sa->algs.prf->out_bytes);
    base_write_span(&w, mix);
    base_wipe(maced_id, sizeof maced_id);
    return 0;
}

static bool auth_hand_out(struct ike *ike, struct ikev2_sa *sa, const struct auth_prover *p,
                          struct ike_job_auth *a, const struct ikev2_job_row *row)
{
    if (auth_set_octets(ike, sa, p, a) < 0) {
        ike_job_free(ike->env.crypto, &a->job);
        return false;
    }
    ikev2_task_job(ike, sa, sa->task, &a->job, row);
    return true;
}

bool ikev2_auth_prove(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_auth_method *m,
                      const struct ike_conn_conf *conn, const struct ikev2_job_row *row)
{
    static const uint8_t none[3];
    const struct auth_prover us = {sa->is_initiator, ikev2_auth_local_id(sa, conn), none};
    struct ike_job_auth *a = m ? m->prove(ike, sa, conn) : NULL;
    if (!a)
        return false;
    a->method = a->method ? a->method : m->number;
    if (auth_hand_out(ike, sa, &us, a, row))
        return true;
    explain_unproved(ike, ikev2_sa_about(sa), conn, ENOMEM);
    return false;
}

bool ikev2_auth_check(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_auth_method *m,
                      const struct ike_conn_conf *conn, struct base_span proof,
                      const struct ikev2_job_row *row)
{
    struct ikev2_auth *auth = &sa->init->auth;
    const struct auth_prover peer = {!sa->is_initiator, &auth->peer, auth->peer_reserved};
    struct ike_job_auth *a = m->check(ike, sa, conn);
    if (!a)
        return false;
    auth->checks = m;
    /* What is longer than any proof stays out, and an empty one proves nothing. */
    if (proof.len <= sizeof a->data) {
        memcpy(a->data, proof.ptr, proof.len);
        a->data_len = (uint16_t)proof.len;
    }
    return auth_hand_out(ike, sa, &peer, a, row);
}

uint16_t ikev2_auth_unread(struct ike *ike, const struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    const size_t i = ikev2_msg_id_bytes(msg, WIRE_IKE_P_IDI), r = ikev2_msg_id_bytes(msg, WIRE_IKE_P_IDR);
    const size_t longest = i > r ? i : r;
    if (longest > IKE_ID_MAX) {
        explain_long_id(ike, ikev2_sa_about(sa), longest);
        return WIRE_IKE_N_AUTHENTICATION_FAILED;
    }
    explain_malformed(ike, ikev2_sa_about(sa), "an identity or AUTH payload of IKE_AUTH");
    return WIRE_IKE_N_INVALID_SYNTAX;
}

/* Keeps the certificates that a good check rests on: of the peer's proof, or of our login. False: no memory.
 */
static bool auth_keep_shown(struct ikev2_sa *sa, const struct ike_job_auth *check)
{
    struct ikev2_auth *a = &sa->init->auth;
    const bool is_login = sa->is_initiator && a->is_over;
    if (!a->checks->shown)
        return true;
    if (!ikev2_shown_add(&a->shown, is_login ? IKEV2_SHOWN_LOGIN : a->peer_proofs,
                         a->checks->shown(sa, check)))
        return false;
    if (a->shown && is_login)
        a->shown->login = (uint8_t)(a->own_proofs - 1);
    return true;
}

bool ikev2_auth_is_proved(struct ike *ike, struct ikev2_sa *sa, const struct ike_conn_conf *conn,
                          struct ike_job *job)
{
    struct ikev2_auth *a = &sa->init->auth;
    const struct ike_conn_conf *theirs = a->is_over ? conn : ike_conn_conf_round(conn, a->peer_proofs);
    const bool is_good = ike_job_auth_is_verified(ike_job_auth_of(job));
    if (is_good && auth_keep_shown(sa, ike_job_auth_of(job)))
        return true;
    if (is_good)
        explain_unchecked(ike, ikev2_sa_about(sa), theirs, ENOMEM);
    else if (job->status != 0)
        explain_unchecked(ike, ikev2_sa_about(sa), theirs, -job->status);
    else if (a->checks->explain)
        a->checks->explain(ike, sa, theirs, ike_job_auth_of(job));
    else if (sa->has_ppk && sa->init->ppk)
        explain_wrong_ppk(ike, ikev2_sa_about(sa), conn);
    else
        explain_wrong_key(ike, ikev2_sa_about(sa), theirs);
    return false;
}

bool ikev2_auth_add_proved(struct ike *ike, struct ikev2_sa *sa, const struct ike_id *id)
{
    struct ikev2_auth *a = &sa->init->auth;
    const struct ike_id *kept = a->peer_proofs < IKE_ROUNDS_MAX ? ike_ids_get(ike, id) : NULL;
    if (!kept)
        return false;
    a->proved[a->peer_proofs++] = kept;
    return true;
}

void ikev2_auth_put(struct wire_ike_builder *b, const struct ikev2_auth_method *m,
                    const struct ike_conn_conf *conn, const struct ike_job_auth *a)
{
    if (m->put)
        m->put(b, conn, a);
    wire_ike_put_auth(b, a->method, ike_job_auth_data(a));
}

const struct ike_id *ikev2_auth_local_id(const struct ikev2_sa *sa, const struct ike_conn_conf *conn)
{
    const struct ike_id *asked = &sa->init->auth.asked;
    return !sa->is_initiator && asked->type && !conn->round ? asked : &conn->local_id;
}

bool ikev2_auth_takes_rounds(struct ike *ike, const struct ikev2_sa *sa, const struct ike_conn_conf *conn)
{
    if (!conn->then || sa->init->auth.peer_takes_rounds)
        return true;
    explain_rounds(ike, ikev2_sa_about(sa), conn, EXPLAIN_ROUNDS_UNKNOWN);
    return false;
}

bool ikev2_auth_ends_round(struct ike *ike, const struct ikev2_sa *sa, const struct ike_conn_conf *conn,
                           const struct ikev2_msg *msg)
{
    const bool is_due = sa->init->auth.peer_proofs + 1 < ike_conn_conf_proofs(conn, false);
    if (ikev2_msg_has(msg, WIRE_IKE_N_ANOTHER_AUTH_FOLLOWS) == is_due)
        return true;
    explain_rounds(ike, ikev2_sa_about(sa), conn, is_due ? EXPLAIN_ROUNDS_LACKS : EXPLAIN_ROUNDS_MORE);
    return false;
}

void ikev2_auth_put_id(struct wire_ike_builder *b, uint8_t payload, const struct ike_id *id)
{
    const struct wire_ike_id wire = {id->type, base_span(id->bytes, id->len), {0}};
    wire_ike_put_id(b, payload, &wire);
}
