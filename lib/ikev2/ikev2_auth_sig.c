/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A signature as proof (RFC 7296 2.15): with RFC 7427's method, which names its algorithm, or one of the
 * older methods where the peer announced no hashes. Our certificate and what issued it go with it, asked for
 * or not. Which key of several: one that the peer asked for and can check, else one that it can check.
 */
#include "base_span.h"
#include "crypt_pki_ops.h"
#include "crypt_sig.h"
#include "explain.h"
#include "explain_auth.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_cred.h"
#include "ike_job_auth.h"
#include "ike_job_sig.h"
#include "ikev2_auth.h"
#include "ikev2_certreq.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "wire_ike.h"

/* Whether the caller's own signature, which we answer, is by RSASSA-PSS. */
static bool sig_peer_signs_pss(const struct ikev2_sa *sa)
{
    struct ikev2_msg msg;
    struct wire_ike_auth auth;
    struct base_span algid, signature;
    if (sa->is_initiator)
        return false;
    ikev2_auth_kept(sa, &msg);
    const struct wire_ike_pld *p = wire_ike_plds_find(&msg.plds, WIRE_IKE_P_AUTH, 0);
    return p && wire_ike_auth_parse(p->body, &auth) == WIRE_IKE_OK && auth.method == WIRE_IKE_AUTH_DIGITAL &&
           crypt_sig_split(auth.data, &algid, &signature) && crypt_sig_is_pss(crypt_sig_of_algid(algid));
}

/*
 * RSASSA-PSS is what RFC 8247 3.2 demands of whoever signs by RFC 7427, but a list of hashes does not tell
 * whether a peer heeds it: Android announces SHA-2 and takes PKCS#1 v1.5 alone. One that announces RFC 8420's
 * Identity is younger than the demand, and one that signs by PSS knows it.
 */
static bool sig_prefers_pss(const struct ikev2_sa *sa, const struct ike_conn_conf *conn)
{
    if (conn->rsa_pss != IKE_RSA_PSS_AUTO)
        return conn->rsa_pss == IKE_RSA_PSS_ALWAYS;
    return sa->init->auth.hashes & CRYPT_HASH_BIT(CRYPT_HASH_IDENTITY) || sig_peer_signs_pss(sa);
}

static bool sig_is_allowed(const struct ike_conn_conf *conn, const struct crypt_sig_row *row)
{
    if (row->is_weak && !conn->weak)
        return false;
    return row->key != CRYPT_SIG_KEY_RSA || conn->rsa_pss == IKE_RSA_PSS_AUTO ||
           crypt_sig_is_pss(row->sig) == (conn->rsa_pss == IKE_RSA_PSS_ALWAYS);
}

/* The best scheme of a key that the peer takes; NONE: it has none. */
static enum crypt_sig sig_scheme(const struct ikev2_sa *sa, const struct ike_conn_conf *conn,
                                 const struct ike_cred *cred)
{
    enum crypt_sig all[CRYPT_SIGS];
    const size_t n =
        conn->conf->pki->key_schemes(cred->key, sa->init->auth.hashes, sig_prefers_pss(sa, conn), all);
    for (size_t i = 0; i < n; i++)
        if (sig_is_allowed(conn, crypt_sig_row(all[i])))
            return all[i];
    return CRYPT_SIG_NONE;
}

/* Which credentials the peer asked for: in the answer to our call, or in its request. */
static uint8_t sig_wanted(const struct ikev2_sa *sa, const struct ike_conn_conf *conn)
{
    struct ikev2_msg msg;
    if (sa->is_initiator)
        return sa->init->auth.wanted[conn->round];
    ikev2_auth_begun(sa, &msg);
    return ikev2_certreq_wants(&msg, conn->creds);
}

static const struct ike_cred *sig_choose(const struct ikev2_sa *sa, const struct ike_conn_conf *conn,
                                         enum crypt_sig *sig)
{
    const struct ike_creds *creds = conn->creds;
    const struct ike_cred *best = NULL;
    const uint8_t wanted = sig_wanted(sa, conn);
    for (size_t i = 0; creds && i < creds->n; i++) {
        const bool is_wanted = wanted & (1u << i);
        const enum crypt_sig s = best && !is_wanted ? CRYPT_SIG_NONE : sig_scheme(sa, conn, &creds->list[i]);
        if (s == CRYPT_SIG_NONE)
            continue;
        best = &creds->list[i];
        *sig = s;
        if (is_wanted)
            break;
    }
    return best;
}

static struct ike_job_auth *sig_prove(struct ike *ike, const struct ikev2_sa *sa,
                                      const struct ike_conn_conf *conn)
{
    enum crypt_sig sig = CRYPT_SIG_NONE;
    const struct ike_cred *cred = sig_choose(sa, conn, &sig);
    if (!cred) {
        explain_no_scheme(ike, ikev2_sa_about(sa), conn, sa->init->auth.hashes);
        return NULL;
    }
    return ike_job_sign_new(conn->conf, cred, sig);
}

static struct ike_job_auth *sig_check(struct ike *ike, const struct ikev2_sa *sa,
                                      const struct ike_conn_conf *conn)
{
    const struct ikev2_auth *a = &sa->init->auth;
    struct ikev2_msg msg;
    struct wire_ike_auth auth;
    ikev2_auth_kept(sa, &msg);
    const struct wire_ike_pld *p = wire_ike_plds_find(&msg.plds, WIRE_IKE_P_AUTH, 0);
    if (!p || wire_ike_auth_parse(p->body, &auth) != WIRE_IKE_OK)
        return NULL;
    return ike_job_verify_new(conn, &a->peer, auth.method, ike_calendar(ike), a->kept.first_type,
                              ike_blob_span(&a->kept.chain));
}

static void sig_put(struct wire_ike_builder *b, const struct ike_conn_conf *conn,
                    const struct ike_job_auth *proof)
{
    const struct ike_cred *cred = ike_job_sign_cred(proof);
    for (size_t i = 0; i < cred->certs.n; i++) {
        const struct wire_ike_cert c = {cred->is_raw ? WIRE_IKE_CERT_RAW_KEY : WIRE_IKE_CERT_X509,
                                        conn->conf->pki->cert_der(cred->certs.at[i])};
        wire_ike_put_cert(b, WIRE_IKE_P_CERT, &c);
    }
}

static void sig_explain(struct ike *ike, const struct ikev2_sa *sa, const struct ike_conn_conf *conn,
                        const struct ike_job_auth *check)
{
    explain_signature(ike, ikev2_sa_about(sa), conn, ike_job_verify_of(check));
}

static const struct crypt_marks *sig_shown(const struct ikev2_sa *sa, const struct ike_job_auth *check)
{
    (void)sa;
    return &ike_job_verify_of(check)->shown;
}

#define SIG_ROW(name_, number_)                                                                             \
    {                                                                                                       \
        .name = (name_), .kind = IKE_AUTH_SIG, .number = (number_), .prove = sig_prove, .check = sig_check, \
        .put = sig_put, .shown = sig_shown, .explain = sig_explain,                                         \
    }

const struct ikev2_auth_method ikev2_auth_sig[IKEV2_AUTH_SIGS] = {
    SIG_ROW("signature", WIRE_IKE_AUTH_DIGITAL),   SIG_ROW("rsa_sha1", WIRE_IKE_AUTH_RSA_SHA1),
    SIG_ROW("ecdsa_256", WIRE_IKE_AUTH_ECDSA_256), SIG_ROW("ecdsa_384", WIRE_IKE_AUTH_ECDSA_384),
    SIG_ROW("ecdsa_521", WIRE_IKE_AUTH_ECDSA_521),
};
