/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EAP as a method of authentication (RFC 7296 2.16): the responder serves, the initiator logs in. The
 * conversation (eap.h) takes its steps in jobs. Its key, the MSK, makes AUTH of both sides; a method without
 * one leaves SK_p for that. Who the caller is, is the name that the method proved, and not its IDi, which
 * may be anything; with TLS it must be one of those that the connection is for.
 */
#include <errno.h>
#include <string.h>
#include "base_span.h"
#include "base_text.h"
#include "crypt_tls_ops.h"
#include "eap.h"
#include "explain.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_cred.h"
#include "ike_env.h"
#include "ike_job.h"
#include "ike_job_eap.h"
#include "ike_job_radius.h"
#include "ike_peer.h"
#include "ikev2_account.h"
#include "ikev2_auth.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_task.h"
#include "wire_eap.h"
#include "wire_ike.h"

_Static_assert(IKE_PINNED_MAX <= CRYPT_TLS_PINNED_MAX, "TLS takes all that a connection may pin");

/* The conversation's key, or what stands for it: of the side that is the initiator, or of the other. */
static struct base_span eap_key(const struct ikev2_sa *sa, bool of_initiator)
{
    const struct eap *e = sa->init->auth.eap;
    if (e->has_msk)
        return base_span(e->msk, sizeof e->msk);
    return ikev2_init_sk_p(sa, of_initiator);
}

static struct ike_job_auth *eap_prove(struct ike *ike, const struct ikev2_sa *sa,
                                      const struct ike_conn_conf *conn)
{
    (void)ike;
    (void)conn;
    return ikev2_auth_shared_job(eap_key(sa, sa->is_initiator), false);
}

static struct ike_job_auth *eap_check(struct ike *ike, const struct ikev2_sa *sa,
                                      const struct ike_conn_conf *conn)
{
    (void)ike;
    (void)conn;
    return ikev2_auth_shared_job(eap_key(sa, !sa->is_initiator), true);
}

static uint8_t eap_type_of(enum ike_auth_kind kind)
{
    return kind == IKE_AUTH_EAP_TLS ? WIRE_EAP_TLS : WIRE_EAP_MSCHAPV2;
}

/*
 * TLS that shows our certificates and takes those of the connection's authorities, or its peer's own. NULL:
 * no memory, or the connection has not both, which conf refuses.
 */
static struct crypt_tls *eap_open_tls(struct ike *ike, const struct ikev2_sa *sa,
                                      const struct ike_conn_conf *conn)
{
    const struct ike_conf *conf = conn->conf;
    const struct ike_anchor *anchor = conn->anchor;
    struct crypt_tls_setup s = {.is_server = !sa->is_initiator, .now = ike_calendar(ike)};
    if (!conf->pki || !conf->pki->tls || !conn->creds || !anchor || (!anchor->trust && !anchor->n_pinned))
        return NULL;
    s.trust = anchor->trust;
    s.n_pinned = anchor->n_pinned;
    for (size_t i = 0; i < anchor->n_pinned; i++)
        s.pinned[i] = anchor->pinned[i];
    for (size_t i = 0; i < conn->creds->n && s.n_own < CRYPT_TLS_OWN_MAX; i++)
        if (!conn->creds->list[i].is_raw)
            s.own[s.n_own++] = (struct crypt_tls_own){conn->creds->list[i].key, &conn->creds->list[i].certs};
    return conf->pki->tls->open(&s);
}

/* Gives a setup its TLS. False: there is none, and nothing can be opened. */
static bool eap_set_tls(struct ike *ike, const struct ikev2_sa *sa, const struct ike_conn_conf *conn,
                        struct eap_setup *s)
{
    if (s->types[0] != WIRE_EAP_TLS)
        return true;
    s->tls = eap_open_tls(ike, sa, conn);
    s->tls_ops = s->tls ? conn->conf->pki->tls : NULL;
    if (!conn->login)
        s->login.identity = s->name;
    return s->tls != NULL;
}

static struct eap *eap_open(struct ike *ike, const struct ikev2_sa *sa, const struct ike_conn_conf *conn)
{
    struct eap_setup s = {
        .ops = ike->env.crypto->eap,
        .is_server = !sa->is_initiator,
        .types = {eap_type_of(sa->is_initiator ? conn->local_auth : conn->remote_auth)},
        .users = conn->conf->users,
    };
    char name[IKE_ID_TEXT_MAX];
    ike_id_text(&conn->local_id, ike->env.crypto, name);
    if (!eap_name_set(&s.name, base_span(name, strnlen(name, EAP_NAME_MAX))) || !s.ops)
        return NULL;
    if (conn->login)
        s.login = *conn->login;
    ike->env.rng(ike->env.ctx, IKE_RNG_NONCE, s.random, sizeof s.random);
    struct eap *e = eap_set_tls(ike, sa, conn, &s) ? eap_new(&s) : NULL;
    if (!e && s.tls)
        s.tls_ops->close(s.tls);
    return e;
}

/* Tells what went wrong, once for each fault: a peer may end it without another word. */
static void eap_tell(struct ike *ike, struct ikev2_sa *sa, const struct ike_conn_conf *conn)
{
    struct ikev2_auth *a = &sa->init->auth;
    if (a->eap->fault == EAP_FAULT_NONE || a->eap->fault == a->eap_told)
        return;
    a->eap_told = (uint8_t)a->eap->fault;
    explain_login(ike, ikev2_sa_about(sa), conn, a->eap);
}

static enum ikev2_auth_step eap_put(const struct eap *e, struct wire_ike_builder *b,
                                    enum ikev2_auth_step step)
{
    wire_ike_put_raw(b, WIRE_IKE_P_EAP, eap_packet(e));
    return step;
}

/* The next step: done here, or asked of a RADIUS server. It takes the conversation. NULL: no memory. */
static struct ike_job *eap_job(const struct ike_conn_conf *conn, struct ikev2_auth *a,
                               struct base_span packet)
{
    if (a->late->kind == IKE_AUTH_EAP_RADIUS) {
        struct ike_job_radius *r = ike_job_radius_new(conn->conf, &a->path, a->eap, packet);
        return r ? &r->job : NULL;
    }
    struct ike_job_eap *j = ike_job_eap_new(a->eap, packet);
    return j ? &j->job : NULL;
}

/* Takes the conversation out of a job that is back. */
static struct eap *eap_job_over(struct ike_job *job, enum eap_step *step)
{
    if (ike_job_is_radius(job)) {
        struct ike_job_radius *r = (struct ike_job_radius *)job;
        *step = r->step;
        return ike_job_radius_take(r);
    }
    struct ike_job_eap *j = (struct ike_job_eap *)job;
    *step = j->step;
    return ike_job_eap_take(j);
}

/* The connection in the caller's round. */
static const struct ike_conn_conf *eap_conn(const struct ike *ike, struct ikev2_sa *sa)
{
    const struct ike_conn_conf *conn = ikev2_auth_conn(ike, sa);
    const struct ikev2_auth *a = &sa->init->auth;
    return conn ? ike_conn_conf_round(conn, sa->is_initiator ? a->own_proofs : a->peer_proofs) : NULL;
}

static enum ikev2_auth_step eap_round(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                                      struct wire_ike_builder *b, const struct ikev2_job_row *row)
{
    struct ikev2_auth *a = &sa->init->auth;
    const struct ike_conn_conf *conn = eap_conn(ike, sa);
    const struct wire_ike_pld *p = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_EAP, 0);
    if (conn && a->rounds == 0)
        a->eap = eap_open(ike, sa, conn);
    if (!conn || !a->eap)
        return IKEV2_AUTH_FAILED;
    if (a->rounds == 0 && !sa->is_initiator)
        return eap_put(a->eap, b, eap_begin(a->eap) == EAP_SENDS ? IKEV2_AUTH_MORE : IKEV2_AUTH_FAILED);
    if (!p) {
        explain_malformed(ike, ikev2_sa_about(sa), "an EAP payload is due in IKE_AUTH, and there is none");
        return IKEV2_AUTH_FAILED;
    }
    struct ike_job *job = eap_job(conn, a, p->body);
    if (!job)
        return IKEV2_AUTH_FAILED;
    a->eap = NULL;
    ikev2_task_job(ike, sa, sa->task, job, row);
    return IKEV2_AUTH_WAITS;
}

/* The name that the method proved, as an identity. */
static void eap_name_peer(struct ikev2_auth *a)
{
    const struct eap_name *user = &a->eap->user;
    const bool has_domain = user->len && memchr(user->text, '@', user->len);
    a->named = (struct ike_id){.type = has_domain ? WIRE_IKE_ID_EMAIL : WIRE_IKE_ID_KEY, .len = user->len};
    memcpy(a->named.bytes, user->text, user->len);
}

/* A connection with groups takes only logins that the server puts into one of them; one without takes all. */
static bool eap_is_member(const struct ike_conn_conf *conn, const struct eap *e)
{
    for (size_t i = 0; i < conn->n_groups; i++)
        if (eap_radius_is_of(e, base_span(conn->groups[i], strlen(conn->groups[i]))))
            return true;
    return conn->n_groups == 0;
}

/* A connection and a login that began under it. */
struct eap_choice {
    const struct ike *ike;
    const struct ike_conn_conf *conn;
    const struct ikev2_auth *auth;
};

/*
 * Whether a round of c is as that of the connection, and who has proved itself in it, or says who it is in
 * this one, is whom c wants, too.
 */
static bool eap_fits_round(const struct eap_choice *choice, const struct ike_conn_conf *c, uint8_t n)
{
    const struct ike_conn_conf *ours = ike_conn_conf_round(choice->conn, n),
                               *other = ike_conn_conf_round(c, n);
    const struct ikev2_auth *a = choice->auth;
    if (!ike_id_equal(&other->local_id, &ours->local_id) || other->local_auth != ours->local_auth ||
        other->remote_auth != ours->remote_auth)
        return false;
    if (n >= a->peer_proofs)
        return n > a->peer_proofs || ike_peer_matches(choice->ike, &other->remote_id, &a->peer);
    return other->anchor == ours->anchor && ike_peer_matches(choice->ike, &other->remote_id, a->proved[n]);
}

static bool eap_has_as_many(const struct ike_conn_conf *a, const struct ike_conn_conf *b)
{
    return ike_conn_conf_proofs(a, true) == ike_conn_conf_proofs(b, true) &&
           ike_conn_conf_proofs(a, false) == ike_conn_conf_proofs(b, false);
}

/* Whether the login may go over to this connection: what was proved by both before holds for it as well. */
static bool eap_fits(const struct ike_conn_conf *c, const void *ctx)
{
    const struct eap_choice *choice = ctx;
    uint8_t n = 0;
    while (n < IKE_ROUNDS_MAX && eap_fits_round(choice, c, n))
        n++;
    return n == IKE_ROUNDS_MAX && eap_has_as_many(choice->conn, c) && !c->ppk &&
           eap_is_member(c, choice->auth->eap);
}

/*
 * The connection that a finished login is for: of those for this peer, in the order of the configuration, the
 * first one whose groups it is in. Costs a few lookups. NULL: there is none.
 */
static const struct ike_conn_conf *eap_choose(const struct ike *ike, const struct ikev2_auth *a,
                                              const struct ike_conn_conf *conn)
{
    const struct eap_choice choice = {ike, conn, a};
    const struct ike_peer_want want = {.remote = a->peer_proofs ? a->proved[0] : &a->peer,
                                       .asked = &a->asked,
                                       .kinds = IKE_PEER_KIND(conn->remote_auth),
                                       .fits = eap_fits,
                                       .ctx = &choice};
    if (eap_is_member(conn, a->eap))
        return conn;
    return conn->ppk ? NULL : ike_peer_find(ike, &a->path, &want);
}

/*
 * Whether the certificate of a finished TLS is the peer's: it names the identity that the peer gave, or, of
 * a user, whom this connection is for. A raw key that is configured for the peer names nobody and stands for
 * it. No: the conversation's fault says so.
 */
static bool eap_tls_is_peer(struct ike *ike, struct ikev2_sa *sa, const struct ike_conn_conf *conn)
{
    struct ikev2_auth *a = &sa->init->auth;
    struct eap *e = a->eap;
    const struct crypt_cert *cert = e->setup.tls_ops->peer(e->setup.tls);
    const struct crypt_pki_ops *pki = conn->conf->pki;
    struct base_text words = base_text(e->words, sizeof e->words);
    struct crypt_cert_info info;
    if (cert &&
        (pki->cert_subject(cert).len == 0 ||
         pki->cert_names(cert, a->peer.type, base_span(a->peer.bytes, a->peer.len), !sa->is_initiator)))
        return true;
    if (cert && !sa->is_initiator && e->user.len) {
        eap_name_peer(a);
        if (ike_peer_matches(ike, &conn->remote_id, &a->named))
            return true;
    }
    a->named = (struct ike_id){0};
    e->fault = EAP_FAULT_CERT;
    base_text_add(&words, "the certificate is good, but does not name the peer");
    if (cert) {
        pki->cert_info(cert, &info);
        base_text_add(&words, ". It names: %s%s%.200s", info.subject,
                      info.subject[0] && info.names[0] ? "; " : "", info.names);
    }
    return false;
}

/* What a method that went well says of the peer. */
static bool eap_is_peer(struct ike *ike, struct ikev2_sa *sa, const struct ike_conn_conf *conn)
{
    struct ikev2_auth *a = &sa->init->auth;
    if (a->eap->setup.tls)
        return eap_tls_is_peer(ike, sa, conn);
    if (!sa->is_initiator)
        eap_name_peer(a);
    return true;
}

static enum ikev2_auth_step eap_resume(struct ike *ike, struct ikev2_sa *sa, struct ike_job *job,
                                       struct wire_ike_builder *b)
{
    struct ikev2_auth *a = &sa->init->auth;
    const struct ike_conn_conf *whole = ikev2_auth_conn(ike, sa), *conn = eap_conn(ike, sa);
    enum eap_step step;
    a->eap = eap_job_over(job, &step);
    if (job->status != 0 && a->eap) {
        a->eap->fault = job->status == -EINVAL ? EAP_FAULT_MALFORMED : EAP_FAULT_HERE;
        a->eap->error = -job->status;
    }
    if (conn && a->eap && job->status == 0 && step == EAP_SUCCEEDS && !sa->is_initiator) {
        const struct ike_conn_conf *chosen = eap_choose(ike, a, whole);
        if (chosen && chosen != whole) {
            ikev2_auth_set_conn(sa, chosen);
            conn = eap_conn(ike, sa);
        }
        if (!chosen) {
            eap_radius_refuse(a->eap, EAP_FAULT_GROUP);
            step = EAP_FAILS;
        }
    }
    /* What the peer offers first is no fault as long as it may offer something else. */
    if (conn && a->eap && !(step == EAP_SENDS && a->eap->fault == EAP_FAULT_METHOD))
        eap_tell(ike, sa, conn);
    if (!conn || job->status != 0)
        return IKEV2_AUTH_FAILED;
    if (step == EAP_SENDS)
        return eap_put(a->eap, b, IKEV2_AUTH_MORE);
    if (step == EAP_SUCCEEDS && !eap_is_peer(ike, sa, conn)) {
        eap_tell(ike, sa, conn);
        return IKEV2_AUTH_FAILED;
    }
    if (sa->is_initiator)
        return step == EAP_SUCCEEDS ? IKEV2_AUTH_DONE : IKEV2_AUTH_FAILED;
    return eap_put(a->eap, b, step == EAP_FAILS ? IKEV2_AUTH_FAILED : IKEV2_AUTH_DONE);
}

static bool eap_tell_end(struct ike *ike, struct ikev2_sa *sa)
{
    const struct ike_conn_conf *conn = eap_conn(ike, sa);
    const struct ikev2_auth *a = &sa->init->auth;
    if (conn && a->eap)
        eap_tell(ike, sa, conn);
    return a->eap_told != EAP_FAULT_NONE;
}

/* What a RADIUS server grants beside: the time that it may last, and an account. */
static void eap_granted(struct ike *ike, struct ikev2_sa *sa)
{
    const struct eap *e = sa->init->auth.eap;
    if (e->grant.session_s)
        sa->life.auth_ends_at =
            base_time_min(sa->life.auth_ends_at, base_time_add(ike->now, e->grant.session_s * BASE_NS_PER_S));
    ikev2_account_start(ike, sa, &e->user, &e->grant);
}

static const struct crypt_marks *eap_shown(const struct ikev2_sa *sa, const struct ike_job_auth *check)
{
    (void)check;
    return &sa->init->auth.eap->shown;
}

/* What all of EAP have in common. */
#define EAP_ROW(name_, kind_, ...)                                                                   \
    {                                                                                                \
        .name = (name_), .kind = IKE_AUTH_EAP_##kind_, .number = WIRE_IKE_AUTH_PSK, .is_late = true, \
        .prove = eap_prove, .check = eap_check, .round = eap_round, .resume = eap_resume,            \
        .tell = eap_tell_end, __VA_ARGS__                                                            \
    }

const struct ikev2_auth_method ikev2_auth_eap_tls =
    EAP_ROW("eap-tls", TLS, .is_mutual = true, .shown = eap_shown);
const struct ikev2_auth_method ikev2_auth_eap_mschap = EAP_ROW("eap-mschapv2", MSCHAPV2, .is_mutual = true);
/* Whether its methods prove both sides is not known before, so that EAP alone is not enough. */
const struct ikev2_auth_method ikev2_auth_eap_radius = EAP_ROW("eap-radius", RADIUS, .granted = eap_granted);
