/* SPDX-License-Identifier: BSD-3-Clause */
/* INFORMATIONAL (RFC 7296 1.4): DELETE of children and of the IKE SA, liveness checks, moves, late error
 * notifies.
 */
#include "ikev2_x_info.h"

#include "base_span.h"
#include "explain.h"
#include "ike_audit.h"
#include "ike_core.h"
#include "ikev2_children.h"
#include "ikev2_ext_rows.h"
#include "ikev2_keepalive.h"
#include "ikev2_mobike.h"
#include "ikev2_msg.h"
#include "ikev2_note.h"
#include "ikev2_probe.h"
#include "ikev2_redirect.h"
#include "ikev2_rows.h"
#include "ikev2_sa.h"
#include "ikev2_select.h"
#include "ikev2_stray.h"
#include "ikev2_tables.h"
#include "ikev2_task.h"
#include "ikev2_x_rekey.h"
#include "wire_ike.h"
#include "ikev2_step.h"

#define RECREATE_S 5 /* before a child that the peer deleted is asked for again */

static enum ikev2_outcome info_on_request(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
static enum ikev2_outcome info_on_response(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);
static enum ikev2_outcome info_on_goodbye(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg);

static const struct ikev2_row rows[] = {
    {{"info_request",
      IKEV2_IN(IKEV2_ST_UP) | IKEV2_IN(IKEV2_ST_REKEYED) | IKEV2_IN(IKEV2_ST_CLOSING),
      {[IKEV2_GOES] = IKEV2_ST_DEAD}},
     WIRE_IKE_INFORMATIONAL,
     false,
     true,
     0,
     IKEV2_PLD(WIRE_IKE_P_DELETE) | IKEV2_PLD(WIRE_IKE_P_NOTIFY),
     info_on_request,
     "RFC 7296 1.4"},
    {{"info_response", IKEV2_IN(IKEV2_ST_UP) | IKEV2_IN(IKEV2_ST_REKEYED), {0}},
     WIRE_IKE_INFORMATIONAL,
     true,
     true,
     0,
     IKEV2_PLD(WIRE_IKE_P_DELETE) | IKEV2_PLD(WIRE_IKE_P_NOTIFY),
     info_on_response,
     "RFC 7296 1.4"},
    {{"goodbye_response", IKEV2_IN(IKEV2_ST_CLOSING), {[IKEV2_GOES] = IKEV2_ST_DEAD}},
     WIRE_IKE_INFORMATIONAL,
     true,
     true,
     0,
     0,
     info_on_goodbye,
     "RFC 7296 1.4.1"},
};

const struct ikev2_row *ikev2_info_rows(size_t *count)
{
    *count = sizeof rows / sizeof *rows;
    return rows;
}

/* ---- responder ---- */

static bool is_ours_in_flight(const struct ikev2_sa *sa, const struct ikev2_child *c)
{
    return sa->task && sa->task->kind == IKEV2_TASK_DELETE_CHILD && sa->task->spi_old == c->spi_in &&
           sa->req.dgrams.count;
}

/* DELETE of children: our SPIs of them, one behind another. */
static struct wire_ike_delete delete_of(struct base_span spis)
{
    return (struct wire_ike_delete){WIRE_IKE_PROTO_ESP, IKEV2_ESP_SPI_BYTES, spis.len / IKEV2_ESP_SPI_BYTES,
                                    spis};
}

/* The peer deletes one child; our SPI of the pair goes into `out`, unless both delete it (RFC 7296 1.4.1). */
static void delete_child(struct ike *ike, struct ikev2_sa *sa, struct ikev2_child *c, struct base_writer *out)
{
    if (c->state == IKEV2_CHILD_LINGER || is_ours_in_flight(sa, c))
        return;
    base_write_u32(out, c->spi_in);
    ikev2_child_want_again(ike, c, RECREATE_S, IKE_END_CLOSED);
    ikev2_child_deleted(ike, c, "the peer deleted it");
}

/* Carries out all DELETE payloads. True: one of them ends the IKE SA. */
static bool take_deletes(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                         struct base_writer *out)
{
    bool ends = false;
    const struct wire_ike_pld *p;
    struct wire_ike_delete d;
    for (size_t i = 0; (p = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_DELETE, i)) != NULL; i++) {
        if (wire_ike_delete_parse(p->body, &d) != WIRE_IKE_OK)
            continue;
        ends = ends || d.protocol == WIRE_IKE_PROTO_IKE;
        for (size_t j = 0; d.protocol == WIRE_IKE_PROTO_ESP && j < d.count; j++) {
            const uint32_t spi = wire_ike_delete_spi(&d, j);
            struct ikev2_child *c = ikev2_child_by_spi_out(sa, spi);
            if (c)
                delete_child(ike, sa, c, out);
            else if (sa->task)
                sa->task->spi_doomed = spi;
        }
    }
    return ends;
}

/* The peer's goodbye. Children go down with the SA, unless a rekeyed one has them or gets them now. */
static enum ikev2_outcome info_end(struct ike *ike, struct ikev2_sa *sa, const char *why)
{
    sa->end = IKE_END_CLOSED;
    ikev2_rekey_dropped(ike, sa);
    ikev2_child_outlive(ike, sa);
    if (!sa->quiet && sa->state == IKEV2_ST_UP)
        ikev2_note(ike, sa, IKE_AUDIT_IKE_DOWN, why);
    return IKEV2_GOES;
}

static enum ikev2_outcome info_on_request(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    struct base_writer out = base_writer(ike->v2->part, sizeof ike->v2->part);
    const bool ends = take_deletes(ike, sa, msg, &out);
    const struct wire_ike_delete d = delete_of(base_writer_span(&out));
    const uint16_t error = ikev2_msg_error(msg, NULL);
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    if (d.count && !ends)
        wire_ike_put_delete(&b, &d);
    if (!ends && !error) {
        ikev2_mobike_on_request(ike, sa, msg, &b);
        ikev2_keepalive_on_request(ike, sa, msg, &b);
    }
    ikev2_msg_respond(ike, sa, msg->path, WIRE_IKE_INFORMATIONAL, msg->hdr.msgid, &b);
    if (error == WIRE_IKE_N_AUTHENTICATION_FAILED) {
        explain_refused(ike, ikev2_sa_about(sa), EXPLAIN_ASKED_AUTH, NULL, error);
        return info_end(ike, sa, "the peer did not accept our proof of identity");
    }
    if (!ends)
        ikev2_stray_take_proof(ike, sa, msg);
    if (!ends)
        ikev2_redirect_on_request(ike, sa, msg);
    if (!ends && sa->state == IKEV2_ST_UP)
        (void)ikev2_ext_lifetime.take[IKEV2_EXT_AUTH_ANSWER](ike, sa, msg);
    return ends ? info_end(ike, sa, "the peer deleted it") : IKEV2_STAYS;
}

/* ---- initiator ---- */

static void send_delete(struct ike *ike, struct ikev2_sa *sa, const struct wire_ike_delete *d)
{
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    wire_ike_put_delete(&b, d);
    ikev2_msg_request(ike, sa, WIRE_IKE_INFORMATIONAL, &b);
}

/* A liveness check, with what the peer is to hear of ESP that has no SA here (RFC 7296 1.5). */
static void send_check(struct ike *ike, struct ikev2_sa *sa)
{
    uint8_t spi[4];
    struct base_writer w = base_writer(spi, sizeof spi);
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    base_write_u32(&w, sa->want.stray_spi);
    if (sa->want.stray_spi)
        ikev2_msg_put_notify(&b, WIRE_IKE_N_INVALID_SPI, base_writer_span(&w));
    ikev2_mobike_put_check(ike, sa, &b);
    ikev2_keepalive_put(ike, sa, &b);
    sa->want.stray_spi = 0;
    sa->want.dpd = false;
    if (sa->want.ask) {
        sa->req.is_elsewhere = true;
        sa->req.elsewhere = sa->moved.to;
        sa->want.ask = false;
    }
    ikev2_msg_request(ike, sa, WIRE_IKE_INFORMATIONAL, &b);
}

const struct ikev2_step ikev2_info_goodbye = {
    "goodbye", IKEV2_IN(IKEV2_ST_UP) | IKEV2_IN(IKEV2_ST_CLOSING), {[IKEV2_GOES] = IKEV2_ST_CLOSING}};

static void start_close(struct ike *ike, struct ikev2_sa *sa)
{
    const struct wire_ike_delete d = {.protocol = WIRE_IKE_PROTO_IKE};
    if (!sa->quiet)
        ikev2_note(ike, sa, IKE_AUDIT_IKE_DOWN, sa->want.close_why ? sa->want.close_why : "");
    ikev2_child_outlive(ike, sa);
    if (!ike->shutting_down)
        ikev2_child_want_all_again(sa);
    while (sa->children)
        ikev2_child_remove(ike, sa->children, sa->want.close_why ? sa->want.close_why : "the IKE SA ended");
    ikev2_step_take(ike, sa, &ikev2_info_goodbye, IKEV2_GOES);
    sa->want.close = false;
    send_delete(ike, sa, &d);
}

void ikev2_info_start(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t)
{
    uint8_t spi[IKEV2_ESP_SPI_BYTES];
    struct base_writer w = base_writer(spi, sizeof spi);
    struct wire_ike_delete d;
    switch (t->kind) {
    case IKEV2_TASK_DELETE_IKE:
        start_close(ike, sa);
        break;
    case IKEV2_TASK_DELETE_CHILD:
        base_write_u32(&w, t->spi_old);
        d = delete_of(base_writer_span(&w));
        send_delete(ike, sa, &d);
        break;
    case IKEV2_TASK_REDIRECT:
        ikev2_redirect_start(ike, sa);
        break;
    case IKEV2_TASK_MOBIKE:
        ikev2_mobike_start(ike, sa);
        break;
    default:
        send_check(ike, sa);
        break;
    }
}

static enum ikev2_outcome info_on_response(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    struct ikev2_task *t = sa->task;
    if (!t)
        return IKEV2_STAYS;
    struct ikev2_child *c = t->spi_old ? ikev2_child_by_spi(ike, t->spi_old) : NULL;
    if (t->kind == IKEV2_TASK_DELETE_CHILD && c && c->sa == sa && c->state == IKEV2_CHILD_DELETING)
        ikev2_child_deleted(ike, c, c->end_why);
    const enum ikev2_task_kind kind = t->kind;
    ikev2_task_done(ike, sa);
    if (kind == IKEV2_TASK_PROBE)
        ikev2_probe_answered(ike, sa);
    else if (kind == IKEV2_TASK_MOBIKE)
        ikev2_mobike_on_answer(ike, sa, msg);
    else if (kind == IKEV2_TASK_REDIRECT)
        ikev2_redirect_on_answer(ike, sa);
    else if (kind == IKEV2_TASK_DPD)
        ikev2_keepalive_answered(ike, sa, msg, ikev2_mobike_on_checked(ike, sa, msg));
    return IKEV2_STAYS;
}

/* Whatever it says, our DELETE has arrived. */
static enum ikev2_outcome info_on_goodbye(struct ike *ike, struct ikev2_sa *sa, struct ikev2_msg *msg)
{
    (void)ike;
    (void)sa;
    (void)msg;
    return IKEV2_GOES;
}
