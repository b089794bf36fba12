/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Aggressive mode. A responder's answer is longer than the call in some cases and comes before the caller has
 * shown that it receives it: such answers are few. With a pre-shared key it has a hash of that in clear.
 */
#include "ikev1_x_aggressive.h"

#include <string.h>
#include "base_time.h"
#include "explain.h"
#include "ike_job_dh.h"
#include "ike_peer.h"
#include "ikev1_auth.h"
#include "ikev1_info.h"
#include "ikev1_msg.h"
#include "ikev1_natt.h"
#include "ikev1_peer.h"
#include "ikev1_phase1.h"
#include "ikev1_rows.h"
#include "ikev1_tables.h"
#include "wire_v1.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define UNPROVED     16 /* answers that are longer than the call, at once; then one a second */

static enum ikev1_outcome aggr_on_1(struct ike *ike, struct ikev1_sa *sa, struct ikev1_msg *msg);
static enum ikev1_outcome aggr_on_2(struct ike *ike, struct ikev1_sa *sa, struct ikev1_msg *msg);
static enum ikev1_outcome aggr_on_3(struct ike *ike, struct ikev1_sa *sa, struct ikev1_msg *msg);

#define OFFER \
    (IKEV1_PLD(WIRE_V1_P_SA) | IKEV1_PLD(WIRE_V1_P_KE) | IKEV1_PLD(WIRE_V1_P_NONCE) | IKEV1_PLD(WIRE_V1_P_ID))
#define HASH   IKEV1_PLD(WIRE_V1_P_HASH)
#define SIG    IKEV1_PLD(WIRE_V1_P_SIG)
#define CERT   IKEV1_PLD(WIRE_V1_P_CERT)
#define CR     IKEV1_PLD(WIRE_V1_P_CR)
#define VENDOR IKEV1_PLD(WIRE_V1_P_VENDOR)
#define NOTIFY IKEV1_PLD(WIRE_V1_P_NOTIFY)
#define NATD   (IKEV1_PLD(WIRE_V1_P_NATD) | IKEV1_PLD(WIRE_V1_P_NATD_DRAFT))

#define TO_UP  [IKEV1_ENDS] = IKEV1_ST_UP, [IKEV1_LOGS] = IKEV1_ST_LOGIN, [IKEV1_FAILS] = IKEV1_ST_DEAD

/* clang-format off */
static const struct ikev1_row aggr_rows[] = {
    {.step = {"aggr_1", IKEV1_IN(IKEV1_ST_NONE), {0}},
     .exchange = WIRE_V1_AGGRESSIVE, .number = 1, .by_initiator = true, .required = OFFER, .optional = VENDOR | CR,
     .handle = aggr_on_1, .rfc = "RFC 2409 5.4"},
    {.step = {"aggr_2", IKEV1_IN(IKEV1_ST_I_AGGR), {[IKEV1_GOES] = IKEV1_ST_I_SECRET, [IKEV1_FAILS] = IKEV1_ST_DEAD}},
     .exchange = WIRE_V1_AGGRESSIVE, .number = 2, .required = OFFER | HASH, .optional = VENDOR | NATD | NOTIFY,
     .handle = aggr_on_2, .rfc = "RFC 2409 5.4, RFC 3947 3.2"},
    {.step = {"aggr_2_sig", IKEV1_IN(IKEV1_ST_I_AGGR), {[IKEV1_GOES] = IKEV1_ST_I_SECRET, [IKEV1_FAILS] = IKEV1_ST_DEAD}},
     .exchange = WIRE_V1_AGGRESSIVE, .number = 2, .required = OFFER | SIG, .optional = CERT | CR | VENDOR | NATD | NOTIFY,
     .handle = aggr_on_2, .rfc = "RFC 2409 5.1, RFC 3947 3.2"},
    {.step = {"aggr_3", IKEV1_IN(IKEV1_ST_R_AGGR), {[IKEV1_CHECKS] = IKEV1_ST_R_CHECK, TO_UP}},
     .exchange = WIRE_V1_AGGRESSIVE, .number = 3, .by_initiator = true, .may_encrypt = true, .required = HASH,
     .optional = NATD | NOTIFY | VENDOR, .handle = aggr_on_3, .rfc = "RFC 2409 5.4"},
    {.step = {"aggr_3_sig", IKEV1_IN(IKEV1_ST_R_AGGR), {[IKEV1_CHECKS] = IKEV1_ST_R_CHECK, TO_UP}},
     .exchange = WIRE_V1_AGGRESSIVE, .number = 3, .by_initiator = true, .may_encrypt = true, .required = SIG,
     .optional = CERT | NATD | NOTIFY | VENDOR, .handle = aggr_on_3, .rfc = "RFC 2409 5.1"},
};

static const struct ikev1_step aggr_called = {"aggr_called", IKEV1_IN(IKEV1_ST_NONE), {[IKEV1_GOES] = IKEV1_ST_I_KEY}};
static const struct ikev1_step aggr_accepted = {"aggr_accepted", IKEV1_IN(IKEV1_ST_NONE),
    {[IKEV1_GOES] = IKEV1_ST_R_SECRET, [IKEV1_FAILS] = IKEV1_ST_DEAD}};
static const struct ikev1_step aggr_key = {"aggr_key", IKEV1_IN(IKEV1_ST_I_KEY),
    {[IKEV1_GOES] = IKEV1_ST_I_AGGR, [IKEV1_FAILS] = IKEV1_ST_DEAD}};
static const struct ikev1_step aggr_i_secret = {"aggr_i_secret", IKEV1_IN(IKEV1_ST_I_SECRET),
    {[IKEV1_CHECKS] = IKEV1_ST_I_CHECK, TO_UP}};
static const struct ikev1_step aggr_i_check = {"aggr_i_check", IKEV1_IN(IKEV1_ST_I_CHECK),
    {[IKEV1_PROVES] = IKEV1_ST_I_PROVE, [IKEV1_FAILS] = IKEV1_ST_DEAD}};
static const struct ikev1_step aggr_i_prove = {"aggr_i_prove", IKEV1_IN(IKEV1_ST_I_PROVE), {TO_UP}};
static const struct ikev1_step aggr_r_secret = {"aggr_r_secret", IKEV1_IN(IKEV1_ST_R_SECRET),
    {[IKEV1_GOES] = IKEV1_ST_R_AGGR, [IKEV1_PROVES] = IKEV1_ST_R_PROVE, [IKEV1_FAILS] = IKEV1_ST_DEAD}};
static const struct ikev1_step aggr_r_prove = {"aggr_r_prove", IKEV1_IN(IKEV1_ST_R_PROVE),
    {[IKEV1_GOES] = IKEV1_ST_R_AGGR, [IKEV1_FAILS] = IKEV1_ST_DEAD}};
static const struct ikev1_step aggr_r_check = {"aggr_r_check", IKEV1_IN(IKEV1_ST_R_CHECK), {TO_UP}};
/* clang-format on */

const struct ikev1_row *ikev1_aggressive_rows(size_t *count)
{
    *count = COUNT(aggr_rows);
    return aggr_rows;
}

static bool aggr_is_psk(const struct ikev1_sa *sa)
{
    return ikev1_peer_is_psk(sa->algs.auth);
}

/* ---- message 1, by us ---- */

static enum ikev1_outcome aggr_ask_1(struct ike *ike, struct ikev1_sa *sa)
{
    struct wire_ike_builder b = ikev1_msg_begin(ike, sa, WIRE_V1_AGGRESSIVE, 0, false);
    if (!ikev1_auth_set_id(sa, sa->conn) || !ikev1_phase1_put_offer(ike, sa, sa->algs.dh, &b))
        return ikev1_phase1_fail(ike, sa);
    ikev1_phase1_put_ke(sa, &b);
    wire_ike_put_raw(&b, WIRE_V1_P_ID, ike_blob_span(&sa->hs->id_i));
    ikev1_auth_put_request(sa, &b);
    ikev1_natt_put_vendors(ike, sa, &b);
    return ikev1_flight_send(ike, sa, &sa->phase1, NULL, ikev1_msg_end(&b), true)
               ? IKEV1_GOES
               : ikev1_phase1_fail(ike, sa);
}

static void aggr_on_key(struct ike *ike, uint64_t sa_id, struct ike_job *job)
{
    struct ikev1_sa *sa = ikev1_phase1_of_job(ike, sa_id, job);
    if (sa)
        ikev1_step_take(ike, sa, &aggr_key,
                        ikev1_phase1_take_dh(ike, sa, job) ? aggr_ask_1(ike, sa)
                                                           : ikev1_phase1_fail(ike, sa));
}

bool ikev1_aggressive_start(struct ike *ike, struct ikev1_sa *sa)
{
    sa->hs->is_aggressive = true;
    sa->algs.dh = ikev1_select_group(sa->conn->proposals, sa->conn->n_proposals);
    sa->algs.auth = ikev1_peer_method(sa->conn, true);
    ike_nonce_new(ike, &sa->hs->ni);
    if (sa->algs.dh == CRYPT_DH_NONE || !ikev1_phase1_dh(ike, sa, &ike_job_kind_dh_pair, aggr_on_key))
        return false;
    ikev1_step_take(ike, sa, &aggr_called, IKEV1_GOES);
    return true;
}

/* ---- message 1, of a caller, and message 2 ---- */

/* An answer that is longer than the call is one of few, or a stranger could have us flood somebody. */
static bool aggr_may_answer(struct ike *ike, const struct ikev1_sa *sa, struct base_span bytes)
{
    return bytes.len <= sa->hs->called_bytes ||
           base_ration_take(&ike->v1->unproved, ike->now.ns, BASE_NS_PER_S, UNPROVED);
}

static enum ikev1_outcome aggr_answer_1(struct ike *ike, struct ikev1_sa *sa)
{
    const struct ikev1_msg kept = {.raw_hash = sa->hs->kept_hash};
    struct wire_ike_builder b = ikev1_msg_begin(ike, sa, WIRE_V1_AGGRESSIVE, 0, false);
    ikev1_phase1_put_answer(ike, sa, &b);
    ikev1_phase1_put_ke(sa, &b);
    wire_ike_put_raw(&b, WIRE_V1_P_ID, ike_blob_span(&sa->hs->id_r));
    if (!ikev1_auth_put(ike, sa, &b))
        return ikev1_phase1_fail(ike, sa);
    ikev1_auth_put_request(sa, &b);
    ikev1_natt_put_vendors(ike, sa, &b);
    ikev1_natt_put(ike, sa, sa->hs->conn->encap == IKE_ENCAP_FORCE, &b);
    const struct base_span bytes = ikev1_msg_end(&b);
    if (!aggr_may_answer(ike, sa, bytes)) {
        ike->stats.dropped_capped++;
        return IKEV1_FAILS;
    }
    return ikev1_flight_send(ike, sa, &sa->phase1, &kept, bytes, false) ? IKEV1_GOES
                                                                        : ikev1_phase1_fail(ike, sa);
}

static void aggr_on_r_signed(struct ike *ike, uint64_t sa_id, struct ike_job *job)
{
    struct ikev1_sa *sa = ikev1_phase1_of_job(ike, sa_id, job);
    if (!sa)
        return;
    const bool is_signed = ikev1_auth_signed(sa, sa->hs->conn, job);
    if (!is_signed)
        explain_unproved(ike, ikev1_sa_about(sa), sa->hs->conn, job->status);
    ikev1_step_take(ike, sa, &aggr_r_prove, is_signed ? aggr_answer_1(ike, sa) : ikev1_phase1_fail(ike, sa));
}

static enum ikev1_outcome aggr_prove_1(struct ike *ike, struct ikev1_sa *sa)
{
    const struct ike_conn_conf *conn = sa->hs->conn;
    const struct ike_secret *key = aggr_is_psk(sa) ? ikev1_phase1_key(ike, sa, conn, &sa->hs->peer) : NULL;
    if ((aggr_is_psk(sa) && !key) || !ikev1_auth_keys(ike, sa, key))
        return ikev1_phase1_fail(ike, sa);
    if (key)
        return aggr_answer_1(ike, sa);
    return ikev1_auth_sign(ike, sa, conn, aggr_on_r_signed) ? IKEV1_PROVES : ikev1_phase1_fail(ike, sa);
}

static void aggr_on_both(struct ike *ike, uint64_t sa_id, struct ike_job *job)
{
    struct ikev1_sa *sa = ikev1_phase1_of_job(ike, sa_id, job);
    if (sa)
        ikev1_step_take(ike, sa, &aggr_r_secret,
                        ikev1_phase1_take_dh(ike, sa, job) ? aggr_prove_1(ike, sa)
                                                           : ikev1_phase1_fail(ike, sa));
}

/* A caller's SA with all that its message says. False: it is not to be answered. */
static bool aggr_take_1(struct ike *ike, struct ikev1_sa *sa, const struct ikev1_msg *msg)
{
    static const struct ike_id nobody;
    struct ikev1_hs *hs = sa->hs;
    hs->is_aggressive = true;
    hs->called_bytes = msg->raw.len;
    hs->kept_hash = msg->raw_hash;
    if (!ikev1_phase1_take_ke(sa, msg) || !ikev1_auth_take_id(sa, msg)) {
        ike->stats.dropped_malformed++;
        return false;
    }
    hs->conn = ikev1_peer_by_id(ike, sa, msg->path);
    if (!hs->conn) {
        explain_unknown_id(ike, ikev1_sa_about(sa), &hs->peer, &nobody);
        return false;
    }
    return ikev1_auth_set_id(sa, hs->conn) && ikev1_phase1_dh(ike, sa, &ike_job_kind_dh_both, aggr_on_both);
}

static enum ikev1_outcome aggr_on_1(struct ike *ike, struct ikev1_sa *sa, struct ikev1_msg *msg)
{
    struct ikev1_sa *fresh = ikev1_phase1_on_call(ike, msg, true);
    (void)sa;
    if (fresh)
        ikev1_step_take(ike, fresh, &aggr_accepted, aggr_take_1(ike, fresh, msg) ? IKEV1_GOES : IKEV1_FAILS);
    return IKEV1_STAYS;
}

/* ---- message 2, to us, and message 3 ---- */

static enum ikev1_outcome aggr_ask_3(struct ike *ike, struct ikev1_sa *sa)
{
    const struct ikev1_msg kept = {.raw_hash = sa->hs->kept_hash};
    ikev1_natt_float(sa);
    struct wire_ike_builder b = ikev1_msg_begin(ike, sa, WIRE_V1_AGGRESSIVE, 0, true);
    if (!ikev1_auth_put(ike, sa, &b))
        return ikev1_phase1_fail(ike, sa);
    ikev1_natt_put(ike, sa, sa->conn->encap == IKE_ENCAP_FORCE, &b);
    ikev1_phase1_put_contact(ike, sa, &b);
    if (!ikev1_flight_send(ike, sa, &sa->phase1, &kept, ikev1_msg_seal(ike, sa, &b, sa->keys.iv), false))
        return ikev1_phase1_fail(ike, sa);
    return ikev1_phase1_up(ike, sa, sa->conn);
}

static void aggr_on_i_signed(struct ike *ike, uint64_t sa_id, struct ike_job *job)
{
    struct ikev1_sa *sa = ikev1_phase1_of_job(ike, sa_id, job);
    if (!sa)
        return;
    const bool is_signed = ikev1_auth_signed(sa, sa->conn, job);
    if (!is_signed)
        explain_unproved(ike, ikev1_sa_about(sa), sa->conn, job->status);
    ikev1_step_take(ike, sa, &aggr_i_prove, is_signed ? aggr_ask_3(ike, sa) : ikev1_phase1_fail(ike, sa));
}

static void aggr_on_i_checked(struct ike *ike, uint64_t sa_id, struct ike_job *job)
{
    struct ikev1_sa *sa = ikev1_phase1_of_job(ike, sa_id, job);
    if (!sa)
        return;
    const bool goes_on =
        ikev1_auth_checked(ike, sa, sa->conn, job) && ikev1_auth_sign(ike, sa, sa->conn, aggr_on_i_signed);
    ikev1_step_take(ike, sa, &aggr_i_check, goes_on ? IKEV1_PROVES : ikev1_phase1_fail(ike, sa));
}

/* The message that waited for the secret, as it came. */
static bool aggr_kept(const struct ikev1_sa *sa, struct ikev1_msg *msg)
{
    *msg = (struct ikev1_msg){
        .path = &sa->hs->path, .raw = ike_blob_span(&sa->hs->kept), .raw_hash = sa->hs->kept_hash};
    struct base_reader r = base_reader(msg->raw);
    base_read_span(&r, WIRE_IKE_HDR_BYTES);
    return wire_v1_hdr_parse(msg->raw, &msg->hdr) == WIRE_IKE_OK &&
           wire_v1_plds_parse(msg->hdr.next, base_read_rest(&r), false, &msg->plds) == WIRE_IKE_OK;
}

static enum ikev1_outcome aggr_check_2(struct ike *ike, struct ikev1_sa *sa)
{
    const struct ike_conn_conf *conn = sa->conn;
    const struct ike_secret *key = aggr_is_psk(sa) ? ikev1_phase1_key(ike, sa, conn, &sa->hs->peer) : NULL;
    struct ikev1_msg msg;
    if ((aggr_is_psk(sa) && !key) || ikev1_phase1_forbids_nat(ike, sa, conn) ||
        !ikev1_auth_keys(ike, sa, key) || !aggr_kept(sa, &msg))
        return ikev1_phase1_fail(ike, sa);
    if (!key)
        return ikev1_auth_check(ike, sa, conn, &msg, aggr_on_i_checked) ? IKEV1_CHECKS
                                                                        : ikev1_phase1_fail(ike, sa);
    if (!ikev1_auth_hash_is_right(ike, sa, ikev1_msg_body(&msg, WIRE_V1_P_HASH, 0))) {
        explain_wrong_key(ike, ikev1_sa_about(sa), conn);
        return ikev1_phase1_fail(ike, sa);
    }
    return aggr_ask_3(ike, sa);
}

static void aggr_on_secret(struct ike *ike, uint64_t sa_id, struct ike_job *job)
{
    struct ikev1_sa *sa = ikev1_phase1_of_job(ike, sa_id, job);
    if (sa)
        ikev1_step_take(ike, sa, &aggr_i_secret,
                        ikev1_phase1_take_dh(ike, sa, job) ? aggr_check_2(ike, sa)
                                                           : ikev1_phase1_fail(ike, sa));
}

static enum ikev1_outcome aggr_on_2(struct ike *ike, struct ikev1_sa *sa, struct ikev1_msg *msg)
{
    const struct ikev1_choice was = sa->algs;
    const bool has_hash = ikev1_msg_body(msg, WIRE_V1_P_HASH, 0).len > 0;
    if (!msg->hdr.spi_r || !ikev1_phase1_take_answer(ike, sa, msg) || sa->algs.dh != was.dh ||
        aggr_is_psk(sa) != has_hash || !ikev1_phase1_take_ke(sa, msg) || !ikev1_auth_take_id(sa, msg) ||
        ike_blob_set(&sa->hs->kept, msg->raw) < 0) {
        sa->algs = was;
        ike->stats.dropped_malformed++;
        return IKEV1_STAYS;
    }
    if (!ike_peer_matches(ike, &sa->conn->remote_id, &sa->hs->peer)) {
        explain_peer_id(ike, ikev1_sa_about(sa), &sa->hs->peer);
        return ikev1_phase1_fail(ike, sa);
    }
    sa->spi_r = msg->hdr.spi_r;
    sa->hs->path = *msg->path;
    sa->hs->kept_hash = msg->raw_hash;
    ikev1_natt_take_vendors(sa, msg);
    ikev1_natt_check(ike, sa, msg, sa->conn->encap == IKE_ENCAP_FORCE);
    ikev1_flight_rest(&sa->phase1);
    return ikev1_phase1_dh(ike, sa, &ike_job_kind_dh_secret, aggr_on_secret) ? IKEV1_GOES
                                                                             : ikev1_phase1_fail(ike, sa);
}

static void aggr_on_r_checked(struct ike *ike, uint64_t sa_id, struct ike_job *job)
{
    struct ikev1_sa *sa = ikev1_phase1_of_job(ike, sa_id, job);
    if (!sa)
        return;
    const bool is_right = ikev1_auth_checked(ike, sa, sa->hs->conn, job);
    if (is_right)
        ikev1_sa_set_path(ike, sa, &sa->hs->path);
    else
        ikev1_info_refuse(ike, sa, WIRE_V1_N_AUTHENTICATION_FAILED);
    ikev1_step_take(ike, sa, &aggr_r_check,
                    is_right ? ikev1_phase1_up(ike, sa, sa->hs->conn) : ikev1_phase1_fail(ike, sa));
}

static enum ikev1_outcome aggr_on_3(struct ike *ike, struct ikev1_sa *sa, struct ikev1_msg *msg)
{
    const struct ike_conn_conf *conn = sa->hs->conn;
    const struct base_span hash = ikev1_msg_body(msg, WIRE_V1_P_HASH, 0);
    if (aggr_is_psk(sa) != (hash.len > 0) || (aggr_is_psk(sa) && !ikev1_auth_hash_is_right(ike, sa, hash))) {
        ike->stats.dropped_bad_icv++;
        if (aggr_is_psk(sa))
            explain_wrong_key(ike, ikev1_sa_about(sa), conn);
        return IKEV1_STAYS;
    }
    if (msg->hdr.flags & WIRE_V1_F_ENCRYPTED)
        memcpy(sa->keys.iv, msg->next_iv, sizeof sa->keys.iv);
    ikev1_natt_check(ike, sa, msg, conn->encap == IKE_ENCAP_FORCE);
    if (ikev1_phase1_forbids_nat(ike, sa, conn))
        return ikev1_phase1_fail(ike, sa);
    ikev1_phase1_take_notifies(sa, msg);
    sa->hs->path = *msg->path;
    ike_blob_free(&sa->phase1.out); /* nothing answers it */
    sa->phase1.in_hash = msg->raw_hash;
    if (!aggr_is_psk(sa))
        return ikev1_auth_check(ike, sa, conn, msg, aggr_on_r_checked) ? IKEV1_CHECKS
                                                                       : ikev1_phase1_fail(ike, sa);
    ikev1_sa_set_path(ike, sa, msg->path);
    return ikev1_phase1_up(ike, sa, conn);
}
