/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Phase 1 but for the order of its messages. A caller costs memory from its first message on and a key
 * exchange from the second, by which it has shown that it receives where it says that it is (main mode).
 */
#include "ikev1_phase1.h"

#include <string.h>
#include "base_addr.h"
#include "base_secret.h"
#include "base_time.h"
#include "explain.h"
#include "explain_v1.h"
#include "ike_act.h"
#include "ike_job_dh.h"
#include "ike_peer.h"
#include "ike_redirect.h"
#include "ikev1_child.h"
#include "ikev1_close.h"
#include "ikev1_heir.h"
#include "ikev1_life.h"
#include "ikev1_login.h"
#include "ikev1_msg.h"
#include "ikev1_natt.h"
#include "ikev1_note.h"
#include "ikev1_peer.h"
#include "ikev1_tables.h"
#include "pool_book.h"

#define HALF_OPEN_PART 4u /* of limits.half_open: what IKEv1 may have of it */
#define PATIENCE_S     2u /* within it an honest caller goes on */
#define REFUSALS       16 /* in clear, at once; then one a second */
#define NONCE_LEAST    8u /* RFC 2409 5 */

/* ---- callers ---- */

/* Room for one more: the oldest that had its time goes, but none that has proved who it is and logs in. */
static bool admit_make_room(struct ike *ike)
{
    struct ikev1_sa *oldest = ike->v1->half_first;
    while (oldest && oldest->state >= IKEV1_ST_LOGIN)
        oldest = oldest->half_next;
    if (!oldest || base_time_since(ike->now, oldest->life.created_at) < PATIENCE_S * BASE_NS_PER_S)
        return false;
    ike->stats.half_open_evicted++;
    ikev1_sa_kill(ike, oldest);
    return true;
}

/* A caller is let in, within limits; else it is counted and told. */
static bool caller_admit(struct ike *ike, const struct ikev1_msg *msg)
{
    const struct base_endpoint *from = &msg->path->remote;
    const uint32_t most = ike->conf->half_open_max / HALF_OPEN_PART + 1;
    const char *limit = NULL;
    if (ikev1_sa_half_open_of(ike, from) >= ike->conf->half_open_per_endpoint)
        limit = "half_open_per_endpoint";
    else if (ike->waits.n_orphans >= ike->conf->half_open_max ||
             ikev1_sa_half_open_around(ike, &from->addr) > most / 2 ||
             (ike->v1->n_half_open >= most && !admit_make_room(ike)))
        limit = "half_open";
    else if (ike->stats.ike_sas >= ike->conf->sas_max && !admit_make_room(ike))
        limit = "sas";
    if (!limit)
        return true;
    ike->stats.dropped_capped++;
    explain_limit(ike, (struct explain_about){.path = msg->path}, limit);
    return false;
}

/* Its SA payload is in the scratch; it is answered as `conn` with this choice. NULL: no memory. */
static struct ikev1_sa *caller_new(struct ike *ike, const struct ikev1_msg *msg,
                                   const struct ike_conn_conf *conn, const struct ikev1_choice *choice)
{
    struct ikev1_sa *sa = ikev1_sa_new(ike, msg->path, false);
    if (!sa)
        return NULL;
    sa->spi_i = msg->hdr.spi_i;
    sa->spi_r = ikev1_sa_new_cookie(ike);
    sa->algs = *choice;
    sa->hs->conn = conn;
    sa->hs->conf = ike_conf_get(ike->conf);
    sa->life.give_up_at = base_time_add(ike->now, ike->conf->half_open_timeout_s * BASE_NS_PER_S);
    ikev1_sa_link(ike, sa);
    ike_nonce_new(ike, &sa->hs->nr);
    ikev1_natt_take_vendors(sa, msg);
    if (ike_blob_set(&sa->hs->sa_i, ikev1_msg_body(msg, WIRE_V1_P_SA, 0)) < 0) {
        ikev1_sa_kill(ike, sa);
        return NULL;
    }
    return sa;
}

/* Fewer bytes than any offer has, so nobody is flooded by that. */
static void refuse_in_clear(struct ike *ike, const struct ikev1_msg *msg, uint16_t notify)
{
    const struct wire_ike_hdr hdr = {.spi_i = msg->hdr.spi_i,
                                     .spi_r = ikev1_sa_new_cookie(ike),
                                     .version = WIRE_V1_VERSION,
                                     .exchange = WIRE_V1_INFO,
                                     .msgid = 1};
    const struct wire_v1_notification n = {.protocol = WIRE_V1_PROTO_ISAKMP, .type = notify};
    struct wire_ike_builder b = wire_ike_build(ike->v1->wire, sizeof ike->v1->wire, &hdr);
    wire_v1_put_notify(&b, &n);
    const struct base_span bytes = wire_ike_finish(&b);
    if (bytes.len && bytes.len <= msg->raw.len &&
        base_ration_take(&ike->v1->refusals, ike->now.ns, BASE_NS_PER_S, REFUSALS))
        ike_act_send(ike, msg->path, bytes);
}

/* An offer that no connection takes: told, and answered within limits. */
static void caller_refuse(struct ike *ike, const struct ikev1_msg *msg, const struct ike_conn_conf *nearest,
                          bool is_aggressive)
{
    const struct explain_about about = {.path = msg->path};
    char theirs[IKE_AUDIT_TEXT_MAX];
    ike->stats.dropped_unexpected++;
    if (!nearest) {
        explain_ikev1(ike, msg->path);
        return;
    }
    if (is_aggressive) {
        explain_v1_aggressive(ike, about, nearest);
        return;
    }
    explain_v1_proposal(ike, about, nearest, NULL,
                        ikev1_select_theirs(&ike->v1->sa_in, false, theirs, sizeof theirs));
    refuse_in_clear(ike, msg, WIRE_V1_N_NO_PROPOSAL_CHOSEN);
}

struct ikev1_sa *ikev1_phase1_on_call(struct ike *ike, const struct ikev1_msg *msg, bool is_aggressive)
{
    const struct ike_conn_conf *nearest, *conn;
    struct ikev1_choice choice;
    if (wire_v1_sa_parse(ikev1_msg_body(msg, WIRE_V1_P_SA, 0), false, &ike->v1->sa_in) != WIRE_IKE_OK) {
        ike->stats.dropped_malformed++;
        return NULL;
    }
    conn = ikev1_peer_offer(ike, msg->path, &ike->v1->sa_in, is_aggressive, &choice, &nearest);
    if (!conn) {
        caller_refuse(ike, msg, nearest, is_aggressive);
        return NULL;
    }
    return caller_admit(ike, msg) ? caller_new(ike, msg, conn, &choice) : NULL;
}

/* ---- proposals ---- */

bool ikev1_phase1_put_offer(struct ike *ike, struct ikev1_sa *sa, enum crypt_dh group,
                            struct wire_ike_builder *b)
{
    struct wire_v1_sa *out = &ike->v1->sa_out;
    const size_t head = b->w.pos + 4; /* behind the generic header */
    ikev1_select_offer_ike(sa->conn->proposals, sa->conn->n_proposals, ikev1_peer_method(sa->conn, true),
                           sa->conn->rekey_s, out);
    size_t n = 0;
    for (size_t i = 0; group != CRYPT_DH_NONE && i < out->list[0].count; i++) {
        if (out->list[0].list[i].group != group)
            continue;
        out->list[0].list[n] = out->list[0].list[i];
        out->list[0].list[n].number = (uint8_t)(n + 1);
        n++;
    }
    if (group != CRYPT_DH_NONE)
        out->list[0].count = n;
    if (!out->list[0].count)
        return false;
    wire_v1_put_sa(b, out, false);
    return !b->w.failed && ike_blob_set(&sa->hs->sa_i, base_span(ike->v1->wire + head, b->w.pos - head)) == 0;
}

void ikev1_phase1_put_answer(struct ike *ike, const struct ikev1_sa *sa, struct wire_ike_builder *b)
{
    if (wire_v1_sa_parse(ike_blob_span(&sa->hs->sa_i), false, &ike->v1->sa_in) != WIRE_IKE_OK)
        return;
    ikev1_select_answer(&ike->v1->sa_in, &sa->algs, 0, &ike->v1->sa_out);
    wire_v1_put_sa(b, &ike->v1->sa_out, false);
}

bool ikev1_phase1_take_answer(struct ike *ike, struct ikev1_sa *sa, const struct ikev1_msg *msg)
{
    struct wire_v1_sa *in = &ike->v1->sa_in;
    return wire_v1_sa_parse(ikev1_msg_body(msg, WIRE_V1_P_SA, 0), false, in) == WIRE_IKE_OK &&
           in->count == 1 && in->list[0].count == 1 &&
           ikev1_select_ike(sa->conn->proposals, sa->conn->n_proposals, in, ikev1_peer_method(sa->conn, true),
                            &sa->algs);
}

/* ---- key exchange ---- */

static const struct crypt_alg *phase1_group(const struct ikev1_sa *sa)
{
    return crypt_alg_find(CRYPT_TYPE_DH, (uint16_t)sa->algs.dh, 0);
}

bool ikev1_phase1_take_ke(struct ikev1_sa *sa, const struct ikev1_msg *msg)
{
    struct ikev1_hs *hs = sa->hs;
    const struct base_span ke = ikev1_msg_body(msg, WIRE_V1_P_KE, 0),
                           n = ikev1_msg_body(msg, WIRE_V1_P_NONCE, 0);
    const struct crypt_alg *group = phase1_group(sa);
    if (!group || ke.len != group->out_bytes || n.len < NONCE_LEAST || n.len > IKE_NONCE_MAX)
        return false;
    memcpy(sa->is_initiator ? hs->public_r : hs->public_i, ke.ptr, ke.len);
    *(sa->is_initiator ? &hs->public_r_len : &hs->public_i_len) = (uint16_t)ke.len;
    ike_nonce_set(sa->is_initiator ? &hs->nr : &hs->ni, n);
    return true;
}

void ikev1_phase1_put_ke(const struct ikev1_sa *sa, struct wire_ike_builder *b)
{
    const struct ikev1_hs *hs = sa->hs;
    wire_ike_put_raw(b, WIRE_V1_P_KE,
                     sa->is_initiator ? base_span(hs->public_i, hs->public_i_len)
                                      : base_span(hs->public_r, hs->public_r_len));
    wire_ike_put_raw(b, WIRE_V1_P_NONCE, ike_nonce_span(sa->is_initiator ? &hs->ni : &hs->nr));
}

bool ikev1_phase1_dh(struct ike *ike, struct ikev1_sa *sa, const struct ike_job_kind *kind,
                     ike_wait_done_fn *done)
{
    struct ikev1_hs *hs = sa->hs;
    struct crypt_dh_key *key = kind == &ike_job_kind_dh_secret ? hs->dh : NULL;
    const struct base_span peer = sa->is_initiator ? base_span(hs->public_r, hs->public_r_len)
                                                   : base_span(hs->public_i, hs->public_i_len);
    struct ike_job_dh *d = ike_job_dh(kind, sa->algs.dh, key, peer);
    if (!d)
        return false;
    if (key)
        hs->dh = NULL; /* the job's */
    d->job.urgency = sa->is_initiator || !hs->is_aggressive ? IKE_JOB_PROVED : IKE_JOB_CLAIMED;
    d->job.from = sa->path.remote.addr;
    hs->job = ike_wait_for(ike, &d->job, sa->id, done);
    return hs->job != 0;
}

bool ikev1_phase1_take_dh(struct ike *ike, struct ikev1_sa *sa, struct ike_job *job)
{
    struct ikev1_hs *hs = sa->hs;
    struct ike_job_dh *d = ike_job_dh_of(job);
    if (job->status != 0) {
        explain_key_exchange(ike, ikev1_sa_about(sa), job->status);
        return false;
    }
    if (d->public_len) {
        memcpy(sa->is_initiator ? hs->public_i : hs->public_r, d->public_value, d->public_len);
        *(sa->is_initiator ? &hs->public_i_len : &hs->public_r_len) = d->public_len;
    }
    if (job->kind == &ike_job_kind_dh_pair) {
        hs->dh = d->key;
        d->key = NULL;
        return true;
    }
    memcpy(hs->secret, d->secret, d->secret_len);
    hs->secret_len = d->secret_len;
    return true;
}

struct ikev1_sa *ikev1_phase1_of_job(struct ike *ike, uint64_t sa_id, const struct ike_job *job)
{
    struct ikev1_sa *sa = ikev1_sa_by_id(ike, sa_id);
    if (!sa || !sa->hs || sa->hs->job != job->id)
        return NULL;
    sa->hs->job = 0;
    ikev1_sa_touch(ike, sa);
    return sa;
}

const struct ike_secret *ikev1_phase1_key(struct ike *ike, const struct ikev1_sa *sa,
                                          const struct ike_conn_conf *conn, const struct ike_id *peer)
{
    const struct ike_secret *key = ike_conf_secret(conn->conf, &conn->local_id, peer);
    if (!key)
        explain_no_secret(ike, ikev1_sa_about(sa), conn);
    return key;
}

/* ---- what goes with it ---- */

bool ikev1_phase1_forbids_nat(struct ike *ike, const struct ikev1_sa *sa, const struct ike_conn_conf *conn)
{
    if (conn->encap != IKE_ENCAP_NEVER || !(sa->natd.local_nat || sa->natd.remote_nat))
        return false;
    explain_nat_forbidden(ike, ikev1_sa_about(sa), conn, &sa->natd);
    return true;
}

void ikev1_phase1_take_notifies(struct ikev1_sa *sa, const struct ikev1_msg *msg)
{
    const struct wire_v1_pld *p;
    struct wire_v1_notification n;
    for (size_t i = 0; (p = wire_v1_plds_find(&msg->plds, WIRE_V1_P_NOTIFY, i)) != NULL; i++)
        if (wire_v1_notify_parse(p->body, &n) == WIRE_IKE_OK && n.type == WIRE_V1_N_INITIAL_CONTACT)
            sa->hs->initial_contact = true;
}

void ikev1_phase1_put_contact(struct ike *ike, const struct ikev1_sa *sa, struct wire_ike_builder *b)
{
    uint8_t cookies[WIRE_V1_COOKIES_BYTES];
    struct base_writer w = base_writer(cookies, sizeof cookies);
    for (const struct ikev1_sa *o = NULL; (o = ikev1_sa_of_run(ike, sa->run, o)) != NULL;)
        if (o->state == IKEV1_ST_UP)
            return;
    base_write_u64(&w, sa->spi_i);
    base_write_u64(&w, sa->spi_r);
    const struct wire_v1_notification n = {
        .protocol = WIRE_V1_PROTO_ISAKMP, .type = WIRE_V1_N_INITIAL_CONTACT, .spi = base_writer_span(&w)};
    wire_v1_put_notify(b, &n);
}

/* ---- the end ---- */

enum ikev1_outcome ikev1_phase1_fail(struct ike *ike, struct ikev1_sa *sa)
{
    IKE_COUNT(ike, sa, failed);
    return IKEV1_FAILS;
}

bool ikev1_phase1_is_same_peer(struct ike *ike, const struct ikev1_sa *a, const struct ikev1_sa *b)
{
    return ike_peer_id_equal(ike, &a->remote_id, &b->remote_id) &&
           ike_id_equal(ikev1_login_who(a), ikev1_login_who(b));
}

/* Of several SAs with a peer: those that it forgot end, and what another one made goes on under the new one.
 */
static void phase1_replace_older(struct ike *ike, struct ikev1_sa *sa, bool initial_contact)
{
    const bool replaces = initial_contact && sa->conn->unique == IKE_UNIQUE_REPLACE;
    for (struct ikev1_sa *o = ikev1_sa_of_run(ike, sa->run, NULL), *next; o; o = next) {
        next = ikev1_sa_of_run(ike, sa->run, o);
        if (o == sa || o->state != IKEV1_ST_UP || !ikev1_phase1_is_same_peer(ike, o, sa))
            continue;
        if (replaces && o->life.established_at.ns <= sa->life.created_at.ns) {
            if (!o->replaced_by)
                o->down_why = "the peer started anew (INITIAL_CONTACT)";
            o->is_told = true;
            ikev1_sa_kill(ike, o);
            continue;
        }
        /* Another machine with the same identity has another place, behind one NAT another port, and what it
         * has stays its own. */
        if (base_endpoint_equal(&o->path.remote, &sa->path.remote))
            ikev1_heir_replace(ike, o, sa);
    }
}

/* SAs of this identity from other places, which are asked whether they still live; *oldest: of those. */
static uint32_t phase1_others(struct ike *ike, const struct ikev1_sa *sa, struct ikev1_sa **oldest)
{
    uint32_t n = 0;
    *oldest = NULL;
    for (struct ikev1_sa *o = NULL; (o = ikev1_sa_of_run(ike, sa->run, o)) != NULL;) {
        if (o == sa || o->state != IKEV1_ST_UP || o->replaced_by || !ikev1_phase1_is_same_peer(ike, o, sa) ||
            base_endpoint_equal(&o->path.remote, &sa->path.remote))
            continue;
        n++;
        *oldest = o;
        o->wants_dpd = true;
        ikev1_sa_touch(ike, o);
    }
    return n;
}

/* Whether the connection refuses one more SA of this identity; where newer ones replace, the oldest makes
 * room. */
static bool phase1_is_one_too_many(struct ike *ike, const struct ikev1_sa *sa)
{
    struct ikev1_sa *oldest;
    const uint32_t n = phase1_others(ike, sa, &oldest);
    const bool is_full = n >= ike->conf->sas_per_identity;
    if (sa->conn->unique == IKE_UNIQUE_REPLACE && is_full && oldest)
        ikev1_close(ike, oldest, "the identity has more SAs than limits.sas_per_identity");
    if (sa->conn->unique == IKE_UNIQUE_REJECT ? n == 0 : sa->conn->unique == IKE_UNIQUE_REPLACE || !is_full)
        return false;
    explain_one_too_many(ike, ikev1_sa_about(sa), sa->conn, n);
    return true;
}

bool ikev1_phase1_settle_peer(struct ike *ike, struct ikev1_sa *sa, bool initial_contact)
{
    /* Where INITIAL_CONTACT ends the others, none is too many. */
    const bool is_alone = initial_contact && sa->conn->unique == IKE_UNIQUE_REPLACE;
    if (!is_alone && phase1_is_one_too_many(ike, sa))
        return false;
    phase1_replace_older(ike, sa, initial_contact);
    if (sa->run) {
        ike_redirect_over(sa->run);
        sa->run->failures = sa->run->is_wary = 0;
    }
    return true;
}

static void phase1_free_hs(struct ike *ike, struct ikev1_sa *sa)
{
    ikev1_hs_free(ike, sa->hs);
    sa->hs = NULL;
}

enum ikev1_outcome ikev1_phase1_up(struct ike *ike, struct ikev1_sa *sa, const struct ike_conn_conf *conn)
{
    const bool initial_contact = sa->hs->initial_contact;
    sa->remote_id = sa->hs->peer;
    sa->local_id = conn->local_id;
    if (!sa->conn && !ikev1_sa_set_conn(ike, sa, conn))
        return ikev1_phase1_fail(ike, sa);
    if (!sa->run) /* another configuration came meanwhile, which knows nothing of this */
        return ikev1_phase1_fail(ike, sa);
    /* The peer was up before us where its message was the last one. */
    sa->life.heard_at = sa->is_initiator != sa->hs->is_aggressive ? ike->now : BASE_TIME_NEVER;
    const bool logs_in = ikev1_login_is_due(sa);
    if (!logs_in && !ikev1_phase1_settle_peer(ike, sa, initial_contact))
        return ikev1_phase1_fail(ike, sa);
    phase1_free_hs(ike, sa);
    ikev1_life_set_sa(ike, sa);
    IKE_COUNT(ike, sa, established);
    ikev1_note(ike, sa, sa->replaces ? IKE_AUDIT_IKE_REKEYED : IKE_AUDIT_IKE_UP, "");
    for (size_t i = 0; sa->is_initiator && sa->run && i < conn->n_children; i++)
        if (*ike_run_child(sa->run, i) & IKE_RUN_WANTED)
            ikev1_sa_wish(sa, i, false);
    if (!logs_in)
        return IKEV1_ENDS;
    struct ikev1_login *l = ikev1_login_of(ike, sa);
    if (l)
        l->initial_contact = initial_contact;
    return IKEV1_LOGS;
}
