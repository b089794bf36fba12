/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A received message on its way to a row: finds the SA, checks message ids (RFC 7296 2.2, 2.3), opens the
 * message, follows the peer. What has no row, no SA or no valid ICV is dropped and counted; nothing
 * unauthenticated changes an SA.
 */
#include "ikev2.h"

#include <errno.h>
#include "base_span.h"
#include "base_time.h"
#include "base_wipe.h"
#include "explain.h"
#include "ike_act.h"
#include "ike_blob.h"
#include "ike_core.h"
#include "ike_path.h"
#include "ikev2_children.h"
#include "ikev2_close.h"
#include "ikev2_follow.h"
#include "ikev2_frag.h"
#include "ikev2_heir.h"
#include "ikev2_init.h"
#include "ikev2_keepalive.h"
#include "ikev2_mobike.h"
#include "ikev2_mix.h"
#include "ikev2_msg.h"
#include "ikev2_natd.h"
#include "ikev2_request.h"
#include "ikev2_rows.h"
#include "ikev2_sa.h"
#include "ikev2_stray.h"
#include "ikev2_stream.h"
#include "ikev2_tables.h"
#include "ikev2_task.h"
#include "ikev2_x_rekey.h"
#include "wire_ike.h"
#include "ikev2_step.h"

#define REFUSED_S 5

/* What a call calls critical and we do not know is told to it, as what has no SA is (RFC 7296 2.5). */
static void init_on_critical(struct ike *ike, const struct ikev2_msg *msg)
{
    explain_critical(ike, (struct explain_about){.path = msg->path}, msg->plds.critical_type);
    ikev2_stray_answer_critical(ike, msg);
}

static void packet_on_init(struct ike *ike, struct ikev2_msg *msg)
{
    const struct ikev2_row *row;
    const bool from_initiator = msg->hdr.flags & WIRE_IKE_F_INITIATOR;
    struct ikev2_sa *sa = msg->is_response ? ikev2_sa_by_spi(ike, msg->hdr.spi_i) : NULL;
    if (msg->hdr.msgid != 0 || msg->hdr.spi_i == 0 || from_initiator == msg->is_response ||
        (!msg->is_response && msg->hdr.spi_r != 0)) {
        ike->stats.dropped_unexpected++;
        return;
    }
    if (msg->is_response && (!sa || !sa->is_initiator)) {
        ike->stats.dropped_unknown_spi++;
        return;
    }
    struct base_reader r = base_reader(msg->raw);
    base_read_span(&r, WIRE_IKE_HDR_BYTES);
    const enum wire_ike_err err = wire_ike_plds_parse(msg->hdr.next, base_read_rest(&r), &msg->plds);
    if (err != WIRE_IKE_OK) {
        ike->stats.dropped_malformed++;
        if (err == WIRE_IKE_CRITICAL && !msg->is_response)
            init_on_critical(ike, msg);
        return;
    }
    if (ikev2_rows_find(WIRE_IKE_SA_INIT, msg->is_response, false, sa ? sa->state : IKEV2_ST_NONE, &msg->plds,
                        &row) != IKEV2_ROW_FOUND) {
        ike->stats.dropped_unexpected++;
        return;
    }
    if (sa)
        ikev2_sa_touch(ike, sa);
    const enum ikev2_outcome o = row->handle(ike, sa, msg);
    if (sa)
        ikev2_step_take(ike, sa, &row->step, o);
}

static struct ikev2_sa *packet_sa(struct ike *ike, const struct ikev2_msg *msg)
{
    const bool from_initiator = msg->hdr.flags & WIRE_IKE_F_INITIATOR;
    struct ikev2_sa *sa = ikev2_sa_by_spi(ike, from_initiator ? msg->hdr.spi_r : msg->hdr.spi_i);
    if (!sa || sa->is_initiator == from_initiator || sa->spi_i != msg->hdr.spi_i ||
        sa->spi_r != msg->hdr.spi_r || !sa->keys.prf_len)
        return NULL;
    return sa;
}

/* Whether it is for an SA that is there and has no keys yet. */
static bool packet_is_early(struct ike *ike, const struct ikev2_msg *msg)
{
    const struct ikev2_sa *sa =
        ikev2_sa_by_spi(ike, msg->hdr.flags & WIRE_IKE_F_INITIATOR ? msg->hdr.spi_r : msg->hdr.spi_i);
    return sa && !sa->keys.prf_len;
}

/*
 * The answer makes a child, and may not go to where it is asked for now: nothing has come by that child, so
 * its peer has moved and has not got the answer, or somebody else sent a copy. Either way it is undone, and
 * the peer asks anew. Whoever has the child hears a DELETE of it.
 */
static void repeat_elsewhere(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct ikev2_child *c = sa->answer.made ? ikev2_child_by_spi(ike, sa->answer.made) : NULL;
    if (sa->answer.made && (!c || c->sa != sa || c->last_in.ns > c->installed_at.ns)) {
        ike->stats.dropped_unexpected++;
        return;
    }
    if (c)
        ikev2_child_end(c, "the peer did not get the answer that makes it, where it was");
    else
        ikev2_follow_drop(ike, sa);
    ikev2_msg_respond_error(ike, sa, msg->path, msg->hdr.exchange, msg->hdr.msgid,
                            WIRE_IKE_N_TEMPORARY_FAILURE, BASE_SPAN_NONE);
    ikev2_sa_touch(ike, sa);
}

/*
 * A request that was answered already: the same answer again, to where it came from now (RFC 7296 2.1), if
 * that may have it.
 */
static void repeat_answer(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    if (!sa->resp.count) {
        ike->stats.dropped_unexpected++; /* still being worked on */
        return;
    }
    const int rc = ikev2_msg_is_repeated(ike, sa, ikev2_mix_keys_answered(sa), msg);
    base_wipe(ike->v2->plain_in, msg->raw.len);
    if (rc < 0) {
        ike->stats.dropped_bad_icv += rc == -EBADMSG;
        ike->stats.dropped_fragment += rc == -EAGAIN;
        return;
    }
    ikev2_mobike_heard(sa, msg->path);
    if (!ikev2_msg_answer_is_for(sa, msg->path)) {
        repeat_elsewhere(ike, sa, msg);
        return;
    }
    ike->stats.duplicates_answered++;
    ikev2_heir_asked_again(ike, sa);
    ikev2_msg_respond_again(ike, sa, msg->path, ikev2_mix_keys_answered(sa) == &sa->keys);
}

/* An authentic request that cannot be understood: both sides give the SA up (RFC 7296 2.21.2, 2.21.3). */
static void on_malformed_request(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg,
                                 enum wire_ike_err err, const char *fault)
{
    if (err == WIRE_IKE_CRITICAL) {
        explain_critical(ike, ikev2_sa_about(sa), msg->plds.critical_type);
        ikev2_msg_respond_error(ike, sa, msg->path, msg->hdr.exchange, msg->hdr.msgid,
                                WIRE_IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD,
                                base_span(&msg->plds.critical_type, 1));
        if (sa->state == IKEV2_ST_UP)
            return;
    } else {
        explain_malformed(ike, ikev2_sa_about(sa), fault);
        ikev2_msg_respond_error(ike, sa, msg->path, msg->hdr.exchange, msg->hdr.msgid,
                                WIRE_IKE_N_INVALID_SYNTAX, BASE_SPAN_NONE);
    }
    if (sa->state == IKEV2_ST_R_MIX || sa->state == IKEV2_ST_R_INIT || sa->state == IKEV2_ST_R_ROUND) {
        ikev2_init_free(ike, sa);
        sa->life.give_up_at =
            base_time_min(sa->life.give_up_at, base_time_add(ike->now, REFUSED_S * BASE_NS_PER_S));
        return;
    }
    ikev2_close_faulty(ike, sa, "the peer sent a malformed request");
}

static void on_malformed_response(struct ike *ike, struct ikev2_sa *sa, const char *fault)
{
    explain_malformed(ike, ikev2_sa_about(sa), fault);
    if (sa->state == IKEV2_ST_I_AUTH || sa->state == IKEV2_ST_I_MIX)
        IKE_COUNT(ike, sa, failed);
    if (sa->state == IKEV2_ST_CLOSING)
        ikev2_step_take(ike, sa, &ikev2_close_malformed, IKEV2_GOES); /* our DELETE has arrived */
    else
        ikev2_close(ike, sa, "the peer sent a malformed answer");
}

static void packet_handle(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg, enum wire_ike_err err)
{
    const struct ikev2_row *row = NULL;
    const char *fault = err ? wire_ike_err_name(err) : "a required payload is missing";
    enum ikev2_row_verdict v = IKEV2_ROW_MISSING;
    if (!err)
        v = ikev2_rows_find(msg->hdr.exchange, msg->is_response, true, sa->state, &msg->plds, &row);
    const bool is_end = !err && msg->is_response && ikev2_msg_error(msg, NULL) == WIRE_IKE_N_INVALID_SYNTAX;
    if (v == IKEV2_ROW_FOUND)
        ikev2_step_take(ike, sa, &row->step, row->handle(ike, sa, msg));
    else if (msg->is_response)
        on_malformed_response(ike, sa, fault);
    else
        on_malformed_request(ike, sa, msg, err, fault);
    if (is_end) /* the peer has dropped the SA with that */
        ikev2_close_faulty(ike, sa, "the peer could not understand our request");
}

static bool packet_is_expected(const struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    const struct ikev2_row *row;
    if (ikev2_rows_find(msg->hdr.exchange, msg->is_response, true, sa->state, NULL, &row) != IKEV2_ROW_FOUND)
        return false;
    if (msg->is_response)
        return sa->req.dgrams.count && msg->hdr.msgid == sa->seq.own && msg->hdr.exchange == sa->req.exchange;
    return msg->hdr.msgid == sa->seq.peer && !sa->peer_task && sa->seq.peer != UINT32_MAX;
}

/*
 * A peer that asks something lives, whatever became of our liveness check: it is asked anew, where it is now.
 * With MOBIKE it may be elsewhere, where the last copies of what is out go.
 */
static void packet_shows_life(struct ike *ike, struct ikev2_sa *sa)
{
    if (!sa->task || sa->task->kind != IKEV2_TASK_DPD || !sa->req.tries || !sa->req.dgrams.count ||
        sa->req.is_elsewhere || sa->path.tcp || ikev2_mobike_heard_elsewhere(sa))
        return;
    sa->req.tries = 0;
    sa->req.at = ike->now;
}

static void packet_on_protected(struct ike *ike, struct ikev2_msg *msg)
{
    enum wire_ike_err err;
    struct ikev2_sa *sa = packet_sa(ike, msg);
    if (ikev2_stray_take_hint(ike, sa, msg))
        return;
    if (!sa) {
        ike->stats.dropped_unknown_spi++;
        if (!packet_is_early(ike, msg))
            ikev2_stray_answer(ike, msg);
        return;
    }
    if (!msg->is_response && sa->seq.peer > 0 && msg->hdr.msgid == sa->seq.peer - 1) {
        repeat_answer(ike, sa, msg);
        return;
    }
    if (!packet_is_expected(sa, msg)) {
        ike->stats.dropped_unexpected++;
        return;
    }
    const int rc = ikev2_msg_open(ike, sa, msg, &err);
    if (rc == -EBADMSG || rc == -EAGAIN) {
        ike->stats.dropped_bad_icv += rc == -EBADMSG;
        ikev2_sa_touch(ike, sa); /* fragments wait until their time is over */
        base_wipe(ike->v2->plain_in, msg->raw.len);
        return;
    }
    ikev2_sa_touch(ike, sa);
    ikev2_frag_drop(ike, sa, msg->is_response);
    ikev2_keepalive_heard(ike, sa, msg->path, msg->is_response);
    ikev2_heir_heard(ike, sa, msg->is_response);
    sa->life.last_in = ike->now;
    sa->stream.tries = 0;
    sa->req.denied = 0; /* the peer knows the SA, whatever somebody says in clear */
    const bool proves_move =
        msg->is_response && sa->req.is_elsewhere && ike_path_equal(&sa->req.elsewhere, msg->path);
    if (msg->is_response) {
        sa->seq.own++;
        ikev2_msg_answer_arrived(sa);
        ikev2_mobike_reached(ike, sa, msg->path);
        ikev2_stream_leave_beside(ike, sa);
        ikev2_request_clear(sa);
    } else {
        sa->seq.peer++;
        ikev2_mobike_heard(sa, msg->path);
        packet_shows_life(ike, sa);
        ike_dgrams_free(&sa->resp);
    }
    if (proves_move)
        ikev2_natd_answered(ike, sa, msg->path);
    else
        ikev2_natd_follow(ike, sa, msg->path);
    if (!err && !msg->is_response)
        ikev2_rekey_claim(ike, sa, msg);
    if (!msg->is_response)
        ikev2_child_heard(ike, sa);
    packet_handle(ike, sa, msg, err);
    base_wipe(ike->v2->plain_in, msg->plain_len);
}

void ikev2_on_packet(struct ike *ike, const struct ike_path *path, struct base_span bytes)
{
    struct ikev2_msg msg = {.path = path, .raw = bytes};
    const enum wire_ike_err err =
        bytes.len > WIRE_IKE_MSG_MAX ? WIRE_IKE_TOO_MANY : wire_ike_hdr_parse(bytes, &msg.hdr);
    if (err != WIRE_IKE_OK) {
        ike->stats.dropped_malformed++;
        return;
    }
    msg.is_response = msg.hdr.flags & WIRE_IKE_F_RESPONSE;
    if (msg.hdr.exchange == WIRE_IKE_SA_INIT)
        packet_on_init(ike, &msg);
    else
        packet_on_protected(ike, &msg);
}

void ikev2_on_later_version(struct ike *ike, const struct ike_path *path, struct base_span bytes)
{
    struct ikev2_msg msg = {.path = path, .raw = bytes};
    ike->stats.dropped_unexpected++;
    if (wire_ike_hdr_parse(bytes, &msg.hdr) == WIRE_IKE_BAD_VERSION)
        ikev2_stray_answer_version(ike, &msg);
}
