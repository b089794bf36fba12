/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A received message on its way to a row: finds the SA by its cookies, opens the message and, for phase 2,
 * verifies its HASH and its message id. What has no row, no SA or no right HASH is dropped and counted;
 * nothing that is not authentic changes an SA that is up.
 */
#include "ikev1.h"

#include <string.h>
#include "base_addr.h"
#include "base_time.h"
#include "base_wipe.h"
#include "explain.h"
#include "ike_core.h"
#include "ikev1_follow.h"
#include "ikev1_frag.h"
#include "ikev1_msg.h"
#include "ikev1_peer.h"
#include "ikev1_quick.h"
#include "ikev1_rows.h"
#include "ikev1_sa.h"
#include "ikev1_tables.h"
#include "ikev1_x_info.h"
#include "ikev1_x_quick.h"
#include "ikev1_xchg.h"
#include "wire_v1.h"

static bool packet_is_encrypted(const struct ikev1_msg *msg)
{
    return msg->hdr.flags & WIRE_V1_F_ENCRYPTED;
}

static bool packet_split(struct ike *ike, struct ikev1_msg *msg)
{
    struct base_reader r = base_reader(msg->raw);
    base_read_span(&r, WIRE_IKE_HDR_BYTES);
    if (wire_v1_plds_parse(msg->hdr.next, base_read_rest(&r), false, &msg->plds) == WIRE_IKE_OK)
        return true;
    ike->stats.dropped_malformed++;
    return false;
}

/* ---- phase 1 ---- */

/* A message without an SA begins one, or comes again. */
static void packet_on_first(struct ike *ike, struct ikev1_msg *msg)
{
    struct ikev1_sa *sa = ikev1_sa_by_first(ike, msg->hdr.spi_i, &msg->path->remote);
    if (sa) {
        if (!ikev1_flight_answers(ike, sa, &sa->phase1, msg))
            ike->stats.dropped_unexpected++;
        return;
    }
    if (packet_is_encrypted(msg) || msg->hdr.msgid || ike->shutting_down) {
        ike->stats.dropped_unexpected++;
        return;
    }
    if (!packet_split(ike, msg))
        return;
    const struct ikev1_row *row = ikev1_rows_find(msg->hdr.exchange, IKEV1_ST_NONE, false, &msg->plds);
    if (row)
        row->handle(ike, NULL, msg);
    else
        ike->stats.dropped_unexpected++;
}

/* An encrypted message of phase 1 that cannot be read: most often the keys differ. */
static void packet_on_unreadable(struct ike *ike, struct ikev1_sa *sa)
{
    const struct ike_conn_conf *conn = sa->conn ? sa->conn : sa->hs->conn;
    ike->stats.dropped_bad_icv++;
    if (conn && ikev1_peer_is_psk(sa->algs.auth))
        explain_wrong_key(ike, ikev1_sa_about(sa), conn);
}

static void packet_on_phase1(struct ike *ike, struct ikev1_sa *sa, struct ikev1_msg *msg)
{
    const bool is_encrypted = packet_is_encrypted(msg);
    if (ikev1_flight_answers(ike, sa, &sa->phase1, msg))
        return;
    /* In clear, only the place from which it has come so far speaks for it. */
    if (!sa->hs || msg->hdr.msgid || sa->hs->kept_hash == msg->raw_hash ||
        (!is_encrypted && !base_endpoint_equal(&msg->path->remote, &sa->path.remote)) ||
        !ikev1_rows_find(msg->hdr.exchange, sa->state, is_encrypted, NULL)) {
        ike->stats.dropped_unexpected++;
        return;
    }
    if (is_encrypted && ikev1_msg_open(ike, sa, msg, sa->keys.iv) < 0) {
        packet_on_unreadable(ike, sa);
        return;
    }
    if (!is_encrypted && !packet_split(ike, msg))
        return;
    const struct ikev1_row *row = ikev1_rows_find(msg->hdr.exchange, sa->state, is_encrypted, &msg->plds);
    if (!row) {
        ike->stats.dropped_unexpected++;
        return;
    }
    ikev1_sa_touch(ike, sa);
    ikev1_step_take(ike, sa, &row->step, row->handle(ike, sa, msg));
}

/* ---- phase 2 ---- */

static bool packet_is_right(struct ike *ike, const struct ikev1_sa *sa, const struct ikev1_xchg *x,
                            const struct ikev1_row_2 *row, const struct ikev1_msg *msg)
{
    switch (row->hash) {
    case IKEV1_HASH_1:
        return ikev1_msg_is_authentic(ike, sa, msg, BASE_SPAN_NONE);
    case IKEV1_HASH_2:
        return x && x->quick && ikev1_msg_is_authentic(ike, sa, msg, ike_nonce_span(&x->quick->ni));
    case IKEV1_HASH_3:
        return x && ikev1_quick_confirms(ike, sa, x, msg);
    }
    return false;
}

/* The peer spoke: it lives, and it may be elsewhere. */
static void packet_heard(struct ike *ike, struct ikev1_sa *sa, const struct ikev1_msg *msg)
{
    sa->life.last_in = ike->now;
    sa->dpd.is_out = false;
    sa->dpd.tries = 0;
    if (sa->state >= IKEV1_ST_LOGIN)
        sa->life.heard_at = base_time_min(sa->life.heard_at, ike->now);
    if (sa->state == IKEV1_ST_UP)
        ikev1_follow(ike, sa, msg->path);
}

static void packet_on_xchg(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x, struct ikev1_msg *msg)
{
    if (ikev1_flight_answers(ike, sa, &x->flight, msg))
        return;
    if (x->exchange != msg->hdr.exchange || !ikev1_rows_find_2(msg->hdr.exchange, x->state, NULL)) {
        ike->stats.dropped_unexpected++;
        return;
    }
    const struct ikev1_row_2 *row = NULL;
    if (ikev1_msg_open(ike, sa, msg, x->iv) == 0)
        row = ikev1_rows_find_2(msg->hdr.exchange, x->state, &msg->plds);
    if (!row || row->by_initiator == x->is_ours || !packet_is_right(ike, sa, x, row, msg)) {
        ike->stats.dropped_bad_icv++;
        return;
    }
    memcpy(x->iv, msg->next_iv, sizeof x->iv);
    const uint32_t msgid = x->msgid;
    packet_heard(ike, sa, msg);
    if (ikev1_xchg_find(sa, msgid) != x) /* the move ended it */
        return;
    if (!row->handle(ike, sa, x, msg) && (x = ikev1_xchg_find(sa, msgid)) != NULL)
        ikev1_xchg_free(ike, sa, x);
}

/* The first message of an exchange, which no message of this SA's was before. */
static void packet_on_fresh(struct ike *ike, struct ikev1_sa *sa, struct ikev1_msg *msg)
{
    const struct ikev1_keymat_algs algs = ikev1_msg_algs(sa);
    uint8_t iv[IKEV1_IV_MAX];
    const struct ikev1_row_2 *row = NULL;
    if (ikev1_seen_has(&sa->seen, msg->hdr.msgid) ||
        !ikev1_rows_find_2(msg->hdr.exchange, IKEV1_X_NONE, NULL)) {
        ike->stats.dropped_unexpected++;
        return;
    }
    if (ikev1_keymat_iv(ike->env.crypto, &algs, &sa->keys, msg->hdr.msgid, iv) == 0 &&
        ikev1_msg_open(ike, sa, msg, iv) == 0)
        row = ikev1_rows_find_2(msg->hdr.exchange, IKEV1_X_NONE, &msg->plds);
    if (!row || !packet_is_right(ike, sa, NULL, row, msg)) {
        ike->stats.dropped_bad_icv++;
        return;
    }
    if (!ikev1_seen_add(&sa->seen, msg->hdr.msgid)) {
        ike->stats.dropped_capped++;
        return;
    }
    packet_heard(ike, sa, msg);
    row->handle(ike, sa, NULL, msg);
}

static void packet_on_phase2(struct ike *ike, struct ikev1_sa *sa, struct ikev1_msg *msg)
{
    const bool has_keys = sa->keys.prf_len && (sa->state >= IKEV1_ST_LOGIN || sa->state == IKEV1_ST_I_AUTH);
    if (!packet_is_encrypted(msg)) {
        if (msg->hdr.exchange == WIRE_V1_INFO && packet_split(ike, msg))
            ikev1_info_hint(ike, sa, msg);
        return;
    }
    /* The caller is up, so its last message was lost: it repeats that when ours comes again. */
    if (sa->state == IKEV1_ST_R_AGGR)
        ikev1_flight_again(ike, sa, &sa->phase1);
    if (!has_keys || !msg->hdr.msgid || (sa->state < IKEV1_ST_LOGIN && msg->hdr.exchange != WIRE_V1_INFO) ||
        (sa->state == IKEV1_ST_LOGIN && msg->hdr.exchange == WIRE_V1_QUICK)) {
        ike->stats.dropped_unexpected++;
        return;
    }
    ikev1_sa_touch(ike, sa);
    struct ikev1_xchg *x = ikev1_xchg_find(sa, msg->hdr.msgid);
    if (x)
        packet_on_xchg(ike, sa, x, msg);
    else
        packet_on_fresh(ike, sa, msg);
}

/* ---- the way in ---- */

bool ikev1_is_spoken(struct ike *ike)
{
    return ike->v1->first || ikev1_peer_any(ike);
}

static bool packet_is_phase1(uint8_t exchange)
{
    return exchange == WIRE_V1_MAIN || exchange == WIRE_V1_AGGRESSIVE;
}

/* A message, or with whole not NULL a fragment, the last of which gives the message. */
static void packet_dispatch(struct ike *ike, const struct ike_path *path, struct base_span bytes,
                            struct ike_blob *whole)
{
    struct ikev1_msg msg = {.path = path, .raw = bytes};
    if (bytes.len > WIRE_IKE_MSG_MAX || wire_v1_hdr_parse(bytes, &msg.hdr) != WIRE_IKE_OK) {
        ike->stats.dropped_malformed++;
        return;
    }
    msg.raw_hash = ike_hash(ike, bytes.ptr, bytes.len) | 1; /* 0 means none */
    struct ikev1_sa *sa = ikev1_sa_by_cookies(ike, msg.hdr.spi_i, msg.hdr.spi_r);
    if (msg.hdr.next == WIRE_V1_P_FRAGMENT && (!sa || !whole))
        ike->stats.dropped_unexpected++;
    else if (msg.hdr.next == WIRE_V1_P_FRAGMENT)
        (void)ikev1_frag_take(ike, sa, path, bytes, whole);
    else if (!sa && packet_is_phase1(msg.hdr.exchange) && !msg.hdr.spi_r)
        packet_on_first(ike, &msg);
    else if (!sa)
        ike->stats.dropped_unknown_spi++;
    else if (packet_is_phase1(msg.hdr.exchange))
        packet_on_phase1(ike, sa, &msg);
    else
        packet_on_phase2(ike, sa, &msg);
    base_wipe(ike->v1->plain, bytes.len);
}

void ikev1_on_packet(struct ike *ike, const struct ike_path *path, struct base_span bytes)
{
    struct ike_blob whole = {0};
    if (path->tcp) {
        ike->stats.dropped_unexpected++;
        return;
    }
    packet_dispatch(ike, path, bytes, &whole);
    if (whole.len)
        packet_dispatch(ike, path, ike_blob_span(&whole), NULL);
    ike_blob_free(&whole);
}
