/* SPDX-License-Identifier: BSD-3-Clause */
/* Proofs made and checked. */
#include "ikev1_auth.h"

#include <stdlib.h>
#include <string.h>
#include "base_wipe.h"
#include "crypt_pki_ops.h"
#include "explain.h"
#include "explain_auth.h"
#include "ike_cred.h"
#include "ike_job_auth.h"
#include "ike_job_sig.h"
#include "ikev1_msg.h"
#include "ikev1_peer.h"
#include "ikev1_sa.h"
#include "ikev1_tables.h"
#include "wire_v1.h"

static struct ikev1_keymat_in auth_in(const struct ikev1_sa *sa)
{
    const struct ikev1_hs *hs = sa->hs;
    return (struct ikev1_keymat_in){.ni = ike_nonce_span(&hs->ni),
                                    .nr = ike_nonce_span(&hs->nr),
                                    .secret = base_span(hs->secret, hs->secret_len),
                                    .spi_i = sa->spi_i,
                                    .spi_r = sa->spi_r,
                                    .public_i = base_span(hs->public_i, hs->public_i_len),
                                    .public_r = base_span(hs->public_r, hs->public_r_len)};
}

bool ikev1_auth_keys(struct ike *ike, struct ikev1_sa *sa, const struct ike_secret *psk)
{
    const struct ikev1_keymat_algs algs = ikev1_msg_algs(sa);
    struct ikev1_keymat_in in = auth_in(sa);
    if (psk)
        in.psk = base_span(psk->psk, psk->psk_len);
    return ikev1_keymat_phase1(ike->env.crypto, &algs, &in, &sa->keys) == 0;
}

/* ---- identities ---- */

bool ikev1_auth_set_id(struct ikev1_sa *sa, const struct ike_conn_conf *conn)
{
    uint8_t body[4 + IKE_ID_MAX];
    struct base_writer w = base_writer(body, sizeof body);
    base_write_u8(&w, conn->local_id.type);
    base_write_u8(&w, 0);
    base_write_u16(&w, 0);
    base_write(&w, conn->local_id.bytes, conn->local_id.len);
    sa->local_id = conn->local_id;
    return ike_blob_set(sa->is_initiator ? &sa->hs->id_i : &sa->hs->id_r, base_writer_span(&w)) == 0;
}

bool ikev1_auth_take_id(struct ikev1_sa *sa, const struct ikev1_msg *msg)
{
    struct wire_v1_id id;
    const struct base_span body = ikev1_msg_body(msg, WIRE_V1_P_ID, 0);
    if (wire_v1_id_parse(body, &id) != WIRE_IKE_OK || !ikev1_peer_id(&id, &sa->hs->peer))
        return false;
    return ike_blob_set(sa->is_initiator ? &sa->hs->id_r : &sa->hs->id_i, body) == 0;
}

/* ---- hashes ---- */

static bool auth_hash(struct ike *ike, const struct ikev1_sa *sa, bool of_initiator,
                      uint8_t out[CRYPT_PRF_MAX])
{
    const struct ikev1_hs *hs = sa->hs;
    const struct ikev1_keymat_in in = auth_in(sa);
    return ikev1_keymat_proof(ike->env.crypto, (enum crypt_prf)sa->algs.prf->id, &sa->keys, &in, of_initiator,
                              ike_blob_span(&hs->sa_i), ike_blob_span(of_initiator ? &hs->id_i : &hs->id_r),
                              out) == 0;
}

bool ikev1_auth_hash_is_right(struct ike *ike, const struct ikev1_sa *sa, struct base_span hash)
{
    uint8_t want[CRYPT_PRF_MAX];
    return auth_hash(ike, sa, !sa->is_initiator, want) && hash.len == sa->keys.prf_len &&
           base_equal_secret(want, hash.ptr, hash.len);
}

/* ---- signatures ---- */

static bool auth_give(struct ike *ike, struct ikev1_sa *sa, struct ike_job_auth *a, bool of_initiator,
                      ike_wait_done_fn *done)
{
    uint8_t hash[CRYPT_PRF_MAX];
    a->octets = malloc(sizeof hash);
    if (!a->octets || !auth_hash(ike, sa, of_initiator, hash)) {
        ike_job_free(ike->env.crypto, &a->job);
        return false;
    }
    memcpy(a->octets, hash, sizeof hash);
    a->octets_len = sa->keys.prf_len;
    a->prf = (enum crypt_prf)sa->algs.prf->id;
    a->job.urgency = IKE_JOB_PROVED;
    a->job.from = sa->path.remote.addr;
    sa->hs->job = ike_wait_for(ike, &a->job, sa->id, done);
    return sa->hs->job != 0;
}

/* An RSA key of ours that certificates show; NULL: there is none. */
static const struct ike_cred *auth_cred(const struct ike_conn_conf *conn)
{
    const struct ike_creds *creds = conn->creds;
    enum crypt_sig all[CRYPT_SIGS];
    for (size_t i = 0; creds && i < creds->n; i++) {
        const size_t n = conn->conf->pki->key_schemes(creds->list[i].key, 0, false, all);
        for (size_t j = 0; j < n; j++)
            if (all[j] == CRYPT_SIG_RSA_SHA1 && !creds->list[i].is_raw)
                return &creds->list[i];
    }
    return NULL;
}

bool ikev1_auth_sign(struct ike *ike, struct ikev1_sa *sa, const struct ike_conn_conf *conn,
                     ike_wait_done_fn *done)
{
    const struct ike_cred *cred = auth_cred(conn);
    struct ike_job_auth *a = cred ? ike_job_sign_new(conn->conf, cred, CRYPT_SIG_RSA_BARE) : NULL;
    if (!cred)
        explain_no_scheme(ike, ikev1_sa_about(sa), conn, 0);
    return a && auth_give(ike, sa, a, sa->is_initiator, done);
}

bool ikev1_auth_signed(struct ikev1_sa *sa, const struct ike_conn_conf *conn, struct ike_job *job)
{
    const struct ike_job_auth *a = ike_job_auth_of(job);
    (void)conn;
    return job->status == 0 && ike_blob_set(&sa->hs->proof, ike_job_auth_data(a)) == 0;
}

/* Certificates of a message as a chain of IKEv2, which the check reads; what is behind their heads is the
 * same. */
static bool auth_collect(struct ike *ike, const struct ikev1_msg *msg, struct wire_ike_builder *b)
{
    const struct wire_v1_pld *p;
    *b = wire_ike_build_chain(ike->v1->wire, sizeof ike->v1->wire);
    for (size_t i = 0; (p = wire_v1_plds_find(&msg->plds, WIRE_V1_P_CERT, i)) != NULL; i++)
        wire_ike_put_raw(b, WIRE_IKE_P_CERT, p->body);
    return !b->w.failed;
}

bool ikev1_auth_check(struct ike *ike, struct ikev1_sa *sa, const struct ike_conn_conf *conn,
                      const struct ikev1_msg *msg, ike_wait_done_fn *done)
{
    const struct base_span sig = ikev1_msg_body(msg, WIRE_V1_P_SIG, 0);
    struct wire_ike_builder b;
    if (!sig.len || sig.len > IKE_AUTH_DATA_MAX || !auth_collect(ike, msg, &b))
        return false;
    struct ike_job_auth *a = ike_job_verify_new(conn, &sa->hs->peer, 0, ike_calendar(ike),
                                                wire_ike_chain_first(&b), wire_ike_chain_bytes(&b));
    if (!a)
        return false;
    memcpy(a->data, sig.ptr, sig.len);
    a->data_len = (uint16_t)sig.len;
    return auth_give(ike, sa, a, !sa->is_initiator, done);
}

bool ikev1_auth_checked(struct ike *ike, struct ikev1_sa *sa, const struct ike_conn_conf *conn,
                        struct ike_job *job)
{
    const struct ike_job_auth *a = ike_job_auth_of(job);
    if (ike_job_auth_is_verified(a)) {
        sa->shown = ike_job_verify_of(a)->shown;
        return true;
    }
    if (job->status != 0)
        explain_unchecked(ike, ikev1_sa_about(sa), conn, job->status);
    else
        explain_signature(ike, ikev1_sa_about(sa), conn, ike_job_verify_of(a));
    return false;
}

/* ---- payloads ---- */

bool ikev1_auth_put(struct ike *ike, const struct ikev1_sa *sa, struct wire_ike_builder *b)
{
    const struct ike_conn_conf *conn = sa->conn ? sa->conn : sa->hs->conn;
    uint8_t hash[CRYPT_PRF_MAX];
    if (!sa->hs->proof.len) {
        if (!auth_hash(ike, sa, sa->is_initiator, hash))
            return false;
        wire_ike_put_raw(b, WIRE_V1_P_HASH, base_span(hash, sa->keys.prf_len));
        return true;
    }
    const struct ike_cred *cred = auth_cred(conn);
    for (size_t i = 0; cred && i < cred->certs.n; i++) {
        const struct wire_ike_cert c = {WIRE_IKE_CERT_X509, conn->conf->pki->cert_der(cred->certs.at[i])};
        wire_v1_put_cert(b, WIRE_V1_P_CERT, &c);
    }
    wire_ike_put_raw(b, WIRE_V1_P_SIG, ike_blob_span(&sa->hs->proof));
    return cred != NULL;
}

void ikev1_auth_put_request(const struct ikev1_sa *sa, struct wire_ike_builder *b)
{
    const struct wire_ike_cert any = {WIRE_IKE_CERT_X509, BASE_SPAN_NONE};
    if (!ikev1_peer_is_psk(sa->algs.auth))
        wire_v1_put_cert(b, WIRE_V1_P_CR, &any);
}
