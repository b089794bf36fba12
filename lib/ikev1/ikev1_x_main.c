/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Main mode: SA and SA; KE, nonces and NAT detection; and, encrypted, who each side is with its proof. With a
 * pre-shared key the key must be known before the peer says who it is.
 */
#include "ikev1_x_main.h"

#include <string.h>

#include "explain.h"
#include "explain_v1.h"
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

static enum ikev1_outcome main_on_1(struct ike *ike, struct ikev1_sa *sa, struct ikev1_msg *msg);
static enum ikev1_outcome main_on_2(struct ike *ike, struct ikev1_sa *sa, struct ikev1_msg *msg);
static enum ikev1_outcome main_on_3(struct ike *ike, struct ikev1_sa *sa, struct ikev1_msg *msg);
static enum ikev1_outcome main_on_4(struct ike *ike, struct ikev1_sa *sa, struct ikev1_msg *msg);
static enum ikev1_outcome main_on_5(struct ike *ike, struct ikev1_sa *sa, struct ikev1_msg *msg);
static enum ikev1_outcome main_on_6(struct ike *ike, struct ikev1_sa *sa, struct ikev1_msg *msg);

#define SA     IKEV1_PLD(WIRE_V1_P_SA)
#define KE     IKEV1_PLD(WIRE_V1_P_KE)
#define NONCE  IKEV1_PLD(WIRE_V1_P_NONCE)
#define ID     IKEV1_PLD(WIRE_V1_P_ID)
#define HASH   IKEV1_PLD(WIRE_V1_P_HASH)
#define SIG    IKEV1_PLD(WIRE_V1_P_SIG)
#define CERT   IKEV1_PLD(WIRE_V1_P_CERT)
#define CR     IKEV1_PLD(WIRE_V1_P_CR)
#define VENDOR IKEV1_PLD(WIRE_V1_P_VENDOR)
#define NOTIFY IKEV1_PLD(WIRE_V1_P_NOTIFY)
#define NATD   (IKEV1_PLD(WIRE_V1_P_NATD) | IKEV1_PLD(WIRE_V1_P_NATD_DRAFT))

#define TO_UP  [IKEV1_ENDS] = IKEV1_ST_UP, [IKEV1_LOGS] = IKEV1_ST_LOGIN, [IKEV1_FAILS] = IKEV1_ST_DEAD

/* clang-format off */
static const struct ikev1_row main_rows[] = {
    {.step = {"main_1", IKEV1_IN(IKEV1_ST_NONE), {0}},
     .exchange = WIRE_V1_MAIN, .number = 1, .by_initiator = true, .required = SA, .optional = VENDOR,
     .handle = main_on_1, .rfc = "RFC 2409 5.4"},
    {.step = {"main_2", IKEV1_IN(IKEV1_ST_I_SA), {[IKEV1_GOES] = IKEV1_ST_I_KEY, [IKEV1_FAILS] = IKEV1_ST_DEAD}},
     .exchange = WIRE_V1_MAIN, .number = 2, .required = SA, .optional = VENDOR,
     .handle = main_on_2, .rfc = "RFC 2409 5.4"},
    {.step = {"main_3", IKEV1_IN(IKEV1_ST_R_SA), {[IKEV1_GOES] = IKEV1_ST_R_SECRET, [IKEV1_FAILS] = IKEV1_ST_DEAD}},
     .exchange = WIRE_V1_MAIN, .number = 3, .by_initiator = true, .required = KE | NONCE,
     .optional = NATD | VENDOR | CR, .handle = main_on_3, .rfc = "RFC 2409 5.4, RFC 3947 3.2"},
    {.step = {"main_4", IKEV1_IN(IKEV1_ST_I_KE), {[IKEV1_GOES] = IKEV1_ST_I_SECRET, [IKEV1_FAILS] = IKEV1_ST_DEAD}},
     .exchange = WIRE_V1_MAIN, .number = 4, .required = KE | NONCE, .optional = NATD | VENDOR | CR,
     .handle = main_on_4, .rfc = "RFC 2409 5.4, RFC 3947 3.2"},
    {.step = {"main_5", IKEV1_IN(IKEV1_ST_R_KE), {[IKEV1_CHECKS] = IKEV1_ST_R_CHECK, TO_UP}},
     .exchange = WIRE_V1_MAIN, .number = 5, .by_initiator = true, .is_encrypted = true, .required = ID | HASH,
     .optional = NOTIFY, .handle = main_on_5, .rfc = "RFC 2409 5.4"},
    {.step = {"main_5_sig", IKEV1_IN(IKEV1_ST_R_KE), {[IKEV1_CHECKS] = IKEV1_ST_R_CHECK, TO_UP}},
     .exchange = WIRE_V1_MAIN, .number = 5, .by_initiator = true, .is_encrypted = true, .required = ID | SIG,
     .optional = CERT | CR | NOTIFY, .handle = main_on_5, .rfc = "RFC 2409 5.1"},
    {.step = {"main_6", IKEV1_IN(IKEV1_ST_I_AUTH), {[IKEV1_CHECKS] = IKEV1_ST_I_CHECK, TO_UP}},
     .exchange = WIRE_V1_MAIN, .number = 6, .is_encrypted = true, .required = ID | HASH, .optional = NOTIFY,
     .handle = main_on_6, .rfc = "RFC 2409 5.4"},
    {.step = {"main_6_sig", IKEV1_IN(IKEV1_ST_I_AUTH), {[IKEV1_CHECKS] = IKEV1_ST_I_CHECK, TO_UP}},
     .exchange = WIRE_V1_MAIN, .number = 6, .is_encrypted = true, .required = ID | SIG, .optional = CERT | NOTIFY,
     .handle = main_on_6, .rfc = "RFC 2409 5.1"},
};

static const struct ikev1_step main_called = {"main_called", IKEV1_IN(IKEV1_ST_NONE), {[IKEV1_GOES] = IKEV1_ST_I_SA}};
static const struct ikev1_step main_accepted = {"main_accepted", IKEV1_IN(IKEV1_ST_NONE),
    {[IKEV1_GOES] = IKEV1_ST_R_SA, [IKEV1_FAILS] = IKEV1_ST_DEAD}};
static const struct ikev1_step main_key = {"main_key", IKEV1_IN(IKEV1_ST_I_KEY),
    {[IKEV1_GOES] = IKEV1_ST_I_KE, [IKEV1_FAILS] = IKEV1_ST_DEAD}};
static const struct ikev1_step main_i_secret = {"main_i_secret", IKEV1_IN(IKEV1_ST_I_SECRET),
    {[IKEV1_GOES] = IKEV1_ST_I_AUTH, [IKEV1_PROVES] = IKEV1_ST_I_PROVE, [IKEV1_FAILS] = IKEV1_ST_DEAD}};
static const struct ikev1_step main_i_prove = {"main_i_prove", IKEV1_IN(IKEV1_ST_I_PROVE),
    {[IKEV1_GOES] = IKEV1_ST_I_AUTH, [IKEV1_FAILS] = IKEV1_ST_DEAD}};
static const struct ikev1_step main_i_check = {"main_i_check", IKEV1_IN(IKEV1_ST_I_CHECK), {TO_UP}};
static const struct ikev1_step main_r_secret = {"main_r_secret", IKEV1_IN(IKEV1_ST_R_SECRET),
    {[IKEV1_GOES] = IKEV1_ST_R_KE, [IKEV1_FAILS] = IKEV1_ST_DEAD}};
static const struct ikev1_step main_r_check = {"main_r_check", IKEV1_IN(IKEV1_ST_R_CHECK),
    {[IKEV1_PROVES] = IKEV1_ST_R_PROVE, [IKEV1_FAILS] = IKEV1_ST_DEAD}};
static const struct ikev1_step main_r_prove = {"main_r_prove", IKEV1_IN(IKEV1_ST_R_PROVE), {TO_UP}};
/* clang-format on */

const struct ikev1_row *ikev1_main_rows(size_t *count)
{
    *count = COUNT(main_rows);
    return main_rows;
}

static bool main_is_psk(const struct ikev1_sa *sa)
{
    return ikev1_peer_is_psk(sa->algs.auth);
}

/* ---- messages 1 and 2 ---- */

bool ikev1_main_start(struct ike *ike, struct ikev1_sa *sa)
{
    struct wire_ike_builder b = ikev1_msg_begin(ike, sa, WIRE_V1_MAIN, 0, false);
    ike_nonce_new(ike, &sa->hs->ni);
    if (!ikev1_phase1_put_offer(ike, sa, CRYPT_DH_NONE, &b))
        return false;
    ikev1_natt_put_vendors(ike, sa, &b);
    if (!ikev1_flight_send(ike, sa, &sa->phase1, NULL, ikev1_msg_end(&b), true))
        return false;
    ikev1_step_take(ike, sa, &main_called, IKEV1_GOES);
    return true;
}

/* Answers with no more than what the caller knows, so with fewer bytes than came. */
static enum ikev1_outcome main_answer_1(struct ike *ike, struct ikev1_sa *sa, const struct ikev1_msg *msg)
{
    struct wire_ike_builder b = ikev1_msg_begin(ike, sa, WIRE_V1_MAIN, 0, false);
    ikev1_phase1_put_answer(ike, sa, &b);
    ikev1_natt_put_vendors(ike, sa, &b);
    return ikev1_flight_send(ike, sa, &sa->phase1, msg, ikev1_msg_end(&b), false) ? IKEV1_GOES : IKEV1_FAILS;
}

static enum ikev1_outcome main_on_1(struct ike *ike, struct ikev1_sa *sa, struct ikev1_msg *msg)
{
    struct ikev1_sa *fresh = ikev1_phase1_on_call(ike, msg, false);
    (void)sa;
    if (fresh)
        ikev1_step_take(ike, fresh, &main_accepted, main_answer_1(ike, fresh, msg));
    return IKEV1_STAYS;
}

static void main_on_key(struct ike *ike, uint64_t sa_id, struct ike_job *job);

static enum ikev1_outcome main_on_2(struct ike *ike, struct ikev1_sa *sa, struct ikev1_msg *msg)
{
    struct ikev1_choice was = sa->algs;
    if (!msg->hdr.spi_r)
        return IKEV1_STAYS;
    if (!ikev1_phase1_take_answer(ike, sa, msg)) { /* in clear: somebody else's, perhaps */
        sa->algs = was;
        ike->stats.dropped_malformed++;
        return IKEV1_STAYS;
    }
    sa->spi_r = msg->hdr.spi_r;
    ikev1_natt_take_vendors(sa, msg);
    ikev1_flight_rest(&sa->phase1);
    return ikev1_phase1_dh(ike, sa, &ike_job_kind_dh_pair, main_on_key) ? IKEV1_GOES
                                                                        : ikev1_phase1_fail(ike, sa);
}

/* ---- messages 3 and 4 ---- */

static enum ikev1_outcome main_ask_3(struct ike *ike, struct ikev1_sa *sa)
{
    struct wire_ike_builder b = ikev1_msg_begin(ike, sa, WIRE_V1_MAIN, 0, false);
    ikev1_phase1_put_ke(sa, &b);
    ikev1_auth_put_request(sa, &b);
    ikev1_natt_put(ike, sa, sa->conn->encap == IKE_ENCAP_FORCE, &b);
    return ikev1_flight_send(ike, sa, &sa->phase1, NULL, ikev1_msg_end(&b), true)
               ? IKEV1_GOES
               : ikev1_phase1_fail(ike, sa);
}

static void main_on_key(struct ike *ike, uint64_t sa_id, struct ike_job *job)
{
    struct ikev1_sa *sa = ikev1_phase1_of_job(ike, sa_id, job);
    if (sa)
        ikev1_step_take(ike, sa, &main_key,
                        ikev1_phase1_take_dh(ike, sa, job) ? main_ask_3(ike, sa)
                                                           : ikev1_phase1_fail(ike, sa));
}

/* The one key that this caller may have, before it says who it is. False: told why not. */
static bool main_find_key(struct ike *ike, struct ikev1_sa *sa, const struct ikev1_msg *msg)
{
    const struct ike_conn_conf *conn, *other;
    if (!main_is_psk(sa))
        return true;
    if (ikev1_peer_one_key(ike, msg->path, sa->algs.auth, &conn, &other)) {
        if (sa->hs->conf != ike->conf) {
            ike_conf_put(sa->hs->conf);
            sa->hs->conf = ike_conf_get(ike->conf);
        }
        sa->hs->conn = conn;
        return true;
    }
    if (other)
        explain_v1_keys(ike, ikev1_sa_about(sa), conn, other);
    else
        explain_no_secret(ike, ikev1_sa_about(sa), sa->hs->conn);
    return false;
}

static void main_on_both(struct ike *ike, uint64_t sa_id, struct ike_job *job);

static enum ikev1_outcome main_on_3(struct ike *ike, struct ikev1_sa *sa, struct ikev1_msg *msg)
{
    if (!ikev1_phase1_take_ke(sa, msg)) {
        ike->stats.dropped_malformed++;
        return IKEV1_STAYS;
    }
    if (!main_find_key(ike, sa, msg))
        return ikev1_phase1_fail(ike, sa);
    ikev1_natt_take_vendors(sa, msg);
    ikev1_natt_check(ike, sa, msg, sa->hs->conn->encap == IKE_ENCAP_FORCE);
    sa->hs->kept_hash = msg->raw_hash;
    return ikev1_phase1_dh(ike, sa, &ike_job_kind_dh_both, main_on_both) ? IKEV1_GOES
                                                                         : ikev1_phase1_fail(ike, sa);
}

/* The message that a job was done for, as far as repetitions are told by it. */
static struct ikev1_msg main_kept(const struct ikev1_sa *sa)
{
    return (struct ikev1_msg){.raw_hash = sa->hs->kept_hash};
}

static enum ikev1_outcome main_answer_3(struct ike *ike, struct ikev1_sa *sa)
{
    const struct ike_conn_conf *conn = sa->hs->conn;
    const struct ikev1_msg kept = main_kept(sa);
    const struct ike_secret *key =
        main_is_psk(sa) ? ike_conf_secret(conn->conf, &conn->local_id, &conn->remote_id) : NULL;
    if ((main_is_psk(sa) && !key) || !ikev1_auth_keys(ike, sa, key))
        return ikev1_phase1_fail(ike, sa);
    struct wire_ike_builder b = ikev1_msg_begin(ike, sa, WIRE_V1_MAIN, 0, false);
    ikev1_phase1_put_ke(sa, &b);
    ikev1_auth_put_request(sa, &b);
    ikev1_natt_put(ike, sa, conn->encap == IKE_ENCAP_FORCE, &b);
    return ikev1_flight_send(ike, sa, &sa->phase1, &kept, ikev1_msg_end(&b), false)
               ? IKEV1_GOES
               : ikev1_phase1_fail(ike, sa);
}

static void main_on_both(struct ike *ike, uint64_t sa_id, struct ike_job *job)
{
    struct ikev1_sa *sa = ikev1_phase1_of_job(ike, sa_id, job);
    if (sa)
        ikev1_step_take(ike, sa, &main_r_secret,
                        ikev1_phase1_take_dh(ike, sa, job) ? main_answer_3(ike, sa)
                                                           : ikev1_phase1_fail(ike, sa));
}

static void main_on_secret(struct ike *ike, uint64_t sa_id, struct ike_job *job);

static enum ikev1_outcome main_on_4(struct ike *ike, struct ikev1_sa *sa, struct ikev1_msg *msg)
{
    if (!ikev1_phase1_take_ke(sa, msg)) {
        ike->stats.dropped_malformed++;
        return IKEV1_STAYS;
    }
    ikev1_natt_check(ike, sa, msg, sa->conn->encap == IKE_ENCAP_FORCE);
    ikev1_flight_rest(&sa->phase1);
    return ikev1_phase1_dh(ike, sa, &ike_job_kind_dh_secret, main_on_secret) ? IKEV1_GOES
                                                                             : ikev1_phase1_fail(ike, sa);
}

/* ---- messages 5 and 6 ---- */

static enum ikev1_outcome main_ask_5(struct ike *ike, struct ikev1_sa *sa)
{
    uint8_t iv[IKEV1_IV_MAX];
    memcpy(iv, sa->keys.iv, sizeof iv);
    struct wire_ike_builder b = ikev1_msg_begin(ike, sa, WIRE_V1_MAIN, 0, true);
    wire_ike_put_raw(&b, WIRE_V1_P_ID, ike_blob_span(&sa->hs->id_i));
    if (!ikev1_auth_put(ike, sa, &b))
        return ikev1_phase1_fail(ike, sa);
    ikev1_phase1_put_contact(ike, sa, &b);
    if (!ikev1_flight_send(ike, sa, &sa->phase1, NULL, ikev1_msg_seal(ike, sa, &b, iv), true))
        return ikev1_phase1_fail(ike, sa);
    memcpy(sa->keys.iv, iv, sizeof iv);
    return IKEV1_GOES;
}

static void main_on_i_signed(struct ike *ike, uint64_t sa_id, struct ike_job *job)
{
    struct ikev1_sa *sa = ikev1_phase1_of_job(ike, sa_id, job);
    if (!sa)
        return;
    if (!ikev1_auth_signed(sa, sa->conn, job)) {
        explain_unproved(ike, ikev1_sa_about(sa), sa->conn, job->status);
        ikev1_step_take(ike, sa, &main_i_prove, ikev1_phase1_fail(ike, sa));
        return;
    }
    ikev1_step_take(ike, sa, &main_i_prove, main_ask_5(ike, sa));
}

static enum ikev1_outcome main_prove(struct ike *ike, struct ikev1_sa *sa)
{
    const struct ike_conn_conf *conn = sa->conn;
    const struct ike_secret *key = main_is_psk(sa) ? ikev1_phase1_key(ike, sa, conn, &conn->remote_id) : NULL;
    if ((main_is_psk(sa) && !key) || ikev1_phase1_forbids_nat(ike, sa, conn) ||
        !ikev1_auth_keys(ike, sa, key) || !ikev1_auth_set_id(sa, conn))
        return ikev1_phase1_fail(ike, sa);
    ikev1_natt_float(sa);
    if (key)
        return main_ask_5(ike, sa);
    return ikev1_auth_sign(ike, sa, conn, main_on_i_signed) ? IKEV1_PROVES : ikev1_phase1_fail(ike, sa);
}

static void main_on_secret(struct ike *ike, uint64_t sa_id, struct ike_job *job)
{
    struct ikev1_sa *sa = ikev1_phase1_of_job(ike, sa_id, job);
    if (sa)
        ikev1_step_take(ike, sa, &main_i_secret,
                        ikev1_phase1_take_dh(ike, sa, job) ? main_prove(ike, sa)
                                                           : ikev1_phase1_fail(ike, sa));
}

static enum ikev1_outcome main_answer_5(struct ike *ike, struct ikev1_sa *sa)
{
    const struct ike_conn_conf *conn = sa->hs->conn;
    const struct ikev1_msg kept = main_kept(sa);
    struct wire_ike_builder b = ikev1_msg_begin(ike, sa, WIRE_V1_MAIN, 0, true);
    wire_ike_put_raw(&b, WIRE_V1_P_ID, ike_blob_span(&sa->hs->id_r));
    if (!ikev1_auth_put(ike, sa, &b) ||
        !ikev1_flight_send(ike, sa, &sa->phase1, &kept, ikev1_msg_seal(ike, sa, &b, sa->keys.iv), false))
        return ikev1_phase1_fail(ike, sa);
    return ikev1_phase1_up(ike, sa, conn);
}

static void main_on_r_signed(struct ike *ike, uint64_t sa_id, struct ike_job *job)
{
    struct ikev1_sa *sa = ikev1_phase1_of_job(ike, sa_id, job);
    if (!sa)
        return;
    if (!ikev1_auth_signed(sa, sa->hs->conn, job)) {
        explain_unproved(ike, ikev1_sa_about(sa), sa->hs->conn, job->status);
        ikev1_step_take(ike, sa, &main_r_prove, ikev1_phase1_fail(ike, sa));
        return;
    }
    ikev1_step_take(ike, sa, &main_r_prove, main_answer_5(ike, sa));
}

static void main_on_r_checked(struct ike *ike, uint64_t sa_id, struct ike_job *job)
{
    struct ikev1_sa *sa = ikev1_phase1_of_job(ike, sa_id, job);
    if (!sa)
        return;
    if (!ikev1_auth_checked(ike, sa, sa->hs->conn, job)) {
        ikev1_info_refuse(ike, sa, WIRE_V1_N_AUTHENTICATION_FAILED);
        ikev1_step_take(ike, sa, &main_r_check, ikev1_phase1_fail(ike, sa));
        return;
    }
    ikev1_sa_set_path(ike, sa, &sa->hs->path);
    const bool begun = ikev1_auth_sign(ike, sa, sa->hs->conn, main_on_r_signed);
    ikev1_step_take(ike, sa, &main_r_check, begun ? IKEV1_PROVES : ikev1_phase1_fail(ike, sa));
}

/* Who the caller is: its connection from now on. False: nobody that is known, which is told. */
static bool main_take_caller(struct ike *ike, struct ikev1_sa *sa, struct ikev1_msg *msg)
{
    static const struct ike_id nobody;
    const struct ike_conn_conf *conn = ikev1_peer_by_id(ike, sa, msg->path);
    if (!conn) {
        explain_unknown_id(ike, ikev1_sa_about(sa), &sa->hs->peer, &nobody);
        ikev1_info_refuse(ike, sa, WIRE_V1_N_INVALID_ID_INFORMATION);
        return false;
    }
    if (sa->hs->conf != conn->conf) {
        ike_conf_put(sa->hs->conf);
        sa->hs->conf = ike_conf_get(conn->conf);
    }
    sa->hs->conn = conn;
    if (ikev1_phase1_forbids_nat(ike, sa, conn)) {
        ikev1_info_refuse(ike, sa, WIRE_V1_N_NO_PROPOSAL_CHOSEN);
        return false;
    }
    return ikev1_auth_set_id(sa, conn);
}

/* It cannot be read: the keys differ, or it is not the caller's, which then comes with a better one. */
static enum ikev1_outcome main_on_unreadable(struct ike *ike, struct ikev1_sa *sa)
{
    const struct ike_conn_conf *conn = sa->conn ? sa->conn : sa->hs->conn;
    ike->stats.dropped_bad_icv++;
    if (main_is_psk(sa) && conn)
        explain_wrong_key(ike, ikev1_sa_about(sa), conn);
    return IKEV1_STAYS;
}

static enum ikev1_outcome main_on_5(struct ike *ike, struct ikev1_sa *sa, struct ikev1_msg *msg)
{
    const struct base_span hash = ikev1_msg_body(msg, WIRE_V1_P_HASH, 0);
    if (main_is_psk(sa) != (hash.len > 0) || !ikev1_auth_take_id(sa, msg))
        return main_on_unreadable(ike, sa);
    /* With a pre-shared key, that it is right says that whoever has the key sent this. */
    if (main_is_psk(sa) && !ikev1_auth_hash_is_right(ike, sa, hash))
        return main_on_unreadable(ike, sa);
    sa->hs->path = *msg->path;
    sa->hs->kept_hash = msg->raw_hash;
    memcpy(sa->keys.iv, msg->next_iv, sizeof sa->keys.iv);
    ikev1_phase1_take_notifies(sa, msg);
    if (!main_take_caller(ike, sa, msg))
        return ikev1_phase1_fail(ike, sa);
    if (main_is_psk(sa)) {
        ikev1_sa_set_path(ike, sa, msg->path);
        return main_answer_5(ike, sa);
    }
    return ikev1_auth_check(ike, sa, sa->hs->conn, msg, main_on_r_checked) ? IKEV1_CHECKS
                                                                           : ikev1_phase1_fail(ike, sa);
}

static void main_on_i_checked(struct ike *ike, uint64_t sa_id, struct ike_job *job)
{
    struct ikev1_sa *sa = ikev1_phase1_of_job(ike, sa_id, job);
    if (sa)
        ikev1_step_take(ike, sa, &main_i_check,
                        ikev1_auth_checked(ike, sa, sa->conn, job) ? ikev1_phase1_up(ike, sa, sa->conn)
                                                                   : ikev1_phase1_fail(ike, sa));
}

static enum ikev1_outcome main_on_6(struct ike *ike, struct ikev1_sa *sa, struct ikev1_msg *msg)
{
    const struct base_span hash = ikev1_msg_body(msg, WIRE_V1_P_HASH, 0);
    if (main_is_psk(sa) != (hash.len > 0) || !ikev1_auth_take_id(sa, msg))
        return main_on_unreadable(ike, sa);
    if (main_is_psk(sa) && !ikev1_auth_hash_is_right(ike, sa, hash))
        return main_on_unreadable(ike, sa);
    memcpy(sa->keys.iv, msg->next_iv, sizeof sa->keys.iv);
    ikev1_flight_rest(&sa->phase1);
    if (!ike_peer_matches(ike, &sa->conn->remote_id, &sa->hs->peer)) {
        explain_peer_id(ike, ikev1_sa_about(sa), &sa->hs->peer);
        return ikev1_phase1_fail(ike, sa);
    }
    if (main_is_psk(sa))
        return ikev1_phase1_up(ike, sa, sa->conn);
    return ikev1_auth_check(ike, sa, sa->conn, msg, main_on_i_checked) ? IKEV1_CHECKS
                                                                       : ikev1_phase1_fail(ike, sa);
}
