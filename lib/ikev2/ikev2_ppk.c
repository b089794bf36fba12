/* SPDX-License-Identifier: BSD-3-Clause */
/* The rules of RFC 8784 for both sides; messages and jobs are those of IKE_AUTH. */
#include "ikev2_ppk.h"

#include <errno.h>
#include <string.h>
#include "base_secret.h"
#include "explain.h"
#include "ike_core.h"
#include "ike_job_auth.h"
#include "ikev2_init.h"
#include "ikev2_keymat.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "wire_ike.h"

#define ID_FIXED 2 /* type of a PPK_ID, its first byte (RFC 8784 5.1) */

bool ikev2_ppk_agree(struct ikev2_sa *sa)
{
    if (!sa->init->ppk)
        sa->init->ppk = base_secret_new(sizeof *sa->init->ppk);
    return sa->init->ppk != NULL;
}

/* SK_x = prf+(PPK, SK_x') */
static int ppk_mix(struct ike *ike, struct ikev2_sa *sa, const struct ike_ppk *key)
{
    struct ikev2_ppk *p = sa->init->ppk;
    struct ikev2_proof_keys *proof = &sa->init->proof;
    uint8_t *const keys[] = {sa->keys.sk_d, proof->sk_pi, proof->sk_pr};
    uint8_t *const plain[] = {p->sk_d, p->proof.sk_pi, p->proof.sk_pr};
    const size_t len = sa->keys.prf_len;
    int rc = 0;
    for (size_t i = 0; i < 3 && rc == 0; i++) {
        memcpy(plain[i], keys[i], len);
        const struct base_span seed = base_span(plain[i], len);
        rc = ikev2_keymat_prf_plus(ike->env.crypto, (enum crypt_prf)sa->algs.prf->id,
                                   base_span(key->key, key->key_len), &seed, 1, keys[i], len);
    }
    p->is_mixed = true;
    return rc;
}

static void ppk_unmix(struct ikev2_sa *sa)
{
    struct ikev2_ppk *p = sa->init->ppk;
    memcpy(sa->keys.sk_d, p->sk_d, sa->keys.prf_len);
    sa->init->proof = p->proof;
    p->is_mixed = false;
}

/* ---- initiator ---- */

bool ikev2_ppk_admits(struct ike *ike, const struct ikev2_sa *sa)
{
    if (sa->init->ppk || !sa->conn->ppk || !sa->conn->ppk->is_required)
        return true;
    explain_ppk(ike, ikev2_sa_about(sa), sa->conn, EXPLAIN_PPK_NOT_USED, BASE_SPAN_NONE);
    return false;
}

int ikev2_ppk_prepare(struct ike *ike, struct ikev2_sa *sa)
{
    const struct ikev2_ppk *p = sa->init->ppk;
    if (!p || p->is_mixed || (!sa->conn->ppk->is_required && !p->plain.len))
        return 0;
    return ppk_mix(ike, sa, sa->conn->ppk);
}

bool ikev2_ppk_keeps(struct ikev2_sa *sa, const struct ike_job_auth *proof)
{
    struct ikev2_ppk *p = sa->init->ppk;
    return p && !p->is_mixed && ike_blob_set(&p->plain, ike_job_auth_data(proof)) == 0;
}

void ikev2_ppk_put(const struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    uint8_t id[1 + IKE_PPK_ID_MAX] = {ID_FIXED};
    const struct ikev2_ppk *p = sa->init->ppk;
    if (!p || !p->is_mixed)
        return;
    memcpy(id + 1, sa->conn->ppk->id, sa->conn->ppk->id_len);
    ikev2_msg_put_notify(b, WIRE_IKE_N_PPK_IDENTITY, base_span(id, 1u + sa->conn->ppk->id_len));
    if (p->plain.len)
        ikev2_msg_put_notify(b, WIRE_IKE_N_NO_PPK_AUTH, ike_blob_span(&p->plain));
}

bool ikev2_ppk_answered(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    const struct ikev2_ppk *p = sa->init->ppk;
    if (!p || !p->is_mixed)
        return true;
    sa->has_ppk = ikev2_msg_has(msg, WIRE_IKE_N_PPK_IDENTITY);
    if (sa->has_ppk)
        return true;
    if (p->plain.len) { /* the peer has taken the proof without it */
        ppk_unmix(sa);
        return true;
    }
    explain_ppk(ike, ikev2_sa_about(sa), sa->conn, EXPLAIN_PPK_NOT_TAKEN, BASE_SPAN_NONE);
    return false;
}

void ikev2_ppk_settle(struct ikev2_sa *sa)
{
    ikev2_init_drop_ppk(sa->init);
}

/* ---- responder ---- */

/* Whether the caller names the PPK of this connection. */
static bool ppk_is_ours(const struct ike_conn_conf *conn, struct base_span id)
{
    const struct ike_ppk *k = conn->ppk;
    struct base_reader r = base_reader(id);
    return k && base_read_u8(&r) == ID_FIXED && !r.failed &&
           base_span_equal(base_read_rest(&r), base_span(k->id, k->id_len));
}

bool ikev2_ppk_judge(struct ike *ike, struct ikev2_sa *sa, const struct ike_conn_conf *conn,
                     const struct ikev2_msg *msg, struct base_span *proof)
{
    struct ikev2_ppk *p = sa->init->ppk;
    struct wire_ike_notification id, plain;
    const bool is_required = conn->ppk && conn->ppk->is_required;
    enum explain_ppk why = EXPLAIN_PPK_NOT_USED;
    id.data = BASE_SPAN_NONE;
    if (!p && (!is_required || sa->has_ppk))
        return true;
    if (p) {
        const bool names = ikev2_msg_notify(msg, WIRE_IKE_N_PPK_IDENTITY, &id);
        if (names && ppk_is_ours(conn, id.data)) {
            sa->has_ppk = true;
            return p->is_mixed || ppk_mix(ike, sa, conn->ppk) == 0;
        }
        why = names ? EXPLAIN_PPK_OTHER : EXPLAIN_PPK_UNNAMED;
        if (names && !is_required && ikev2_msg_notify(msg, WIRE_IKE_N_NO_PPK_AUTH, &plain)) {
            p->is_fallback = true;
            *proof = plain.data;
            return true;
        }
    }
    explain_ppk(ike, ikev2_sa_about(sa), conn, why, id.data);
    return false;
}

struct base_span ikev2_ppk_proof(const struct ikev2_sa *sa, const struct ikev2_msg *msg,
                                 struct base_span auth)
{
    struct wire_ike_notification plain;
    const bool falls_back = sa->init->ppk && sa->init->ppk->is_fallback;
    return falls_back && ikev2_msg_notify(msg, WIRE_IKE_N_NO_PPK_AUTH, &plain) ? plain.data : auth;
}

void ikev2_ppk_confirm(struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    if (sa->init->ppk && sa->init->ppk->is_mixed)
        ikev2_msg_put_notify(b, WIRE_IKE_N_PPK_IDENTITY, BASE_SPAN_NONE);
    ikev2_ppk_settle(sa);
}
