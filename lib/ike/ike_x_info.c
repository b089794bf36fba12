/* SPDX-License-Identifier: BSD-3-Clause */
/* INFORMATIONAL (RFC 7296 1.4): DELETE of children and of the IKE SA, liveness checks, late error notifies.
 */
#include "ike_explain.h"
#include "ike_rows.h"

#define RECREATE_S 5 /* before a child that the peer deleted is asked for again */

static void on_request(struct ike *ike, struct ike_sa *sa, struct ike_msg *msg);
static void on_response(struct ike *ike, struct ike_sa *sa, struct ike_msg *msg);

static const struct ike_row rows[] = {
    {"info_request", WIRE_IKE_INFORMATIONAL, false, true,
     IKE_IN(IKE_ST_UP) | IKE_IN(IKE_ST_REKEYED) | IKE_IN(IKE_ST_CLOSING), 0,
     IKE_PLD(WIRE_IKE_P_DELETE) | IKE_PLD(WIRE_IKE_P_NOTIFY), on_request, "RFC 7296 1.4"},
    {"info_response", WIRE_IKE_INFORMATIONAL, true, true,
     IKE_IN(IKE_ST_UP) | IKE_IN(IKE_ST_REKEYED) | IKE_IN(IKE_ST_CLOSING), 0, IKE_PLD(WIRE_IKE_P_DELETE),
     on_response, "RFC 7296 1.4"},
};

const struct ike_row *ike_info_rows(size_t *count)
{
    *count = sizeof rows / sizeof *rows;
    return rows;
}

/* ---- responder ---- */

static bool is_ours_in_flight(const struct ike_sa *sa, const struct ike_child *c)
{
    return sa->task && sa->task->kind == IKE_TASK_DELETE_CHILD && sa->task->spi_old == c->spi_in &&
           sa->req.bytes.ptr;
}

/* The peer deletes one child; its half of the pair goes into `out`, unless both delete it (RFC 7296 1.4.1).
 */
static void delete_child(struct ike *ike, struct ike_sa *sa, struct ike_child *c, struct wire_ike_delete *out)
{
    if (c->state == IKE_CHILD_LINGER || is_ours_in_flight(sa, c))
        return;
    if (out->count < WIRE_IKE_DEL_MAX)
        out->spis[out->count++] = c->spi_in;
    ike_child_want_again(ike, c, RECREATE_S);
    ike_child_deleted(ike, c, "the peer deleted it");
}

/* Carries out all DELETE payloads. True: one of them ends the IKE SA. */
static bool take_deletes(struct ike *ike, struct ike_sa *sa, const struct ike_msg *msg,
                         struct wire_ike_delete *out)
{
    bool ends = false;
    const struct wire_ike_pld *p;
    struct wire_ike_delete d;
    for (size_t i = 0; (p = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_DELETE, i)) != NULL; i++) {
        if (wire_ike_delete_parse(p->body, &d) != WIRE_IKE_OK)
            continue;
        ends = ends || d.protocol == WIRE_IKE_PROTO_IKE;
        for (size_t j = 0; d.protocol == WIRE_IKE_PROTO_ESP && j < d.count; j++) {
            struct ike_child *c = ike_child_by_spi_out(sa, d.spis[j]);
            if (c)
                delete_child(ike, sa, c, out);
            else if (sa->task)
                sa->task->spi_doomed = d.spis[j];
        }
    }
    return ends;
}

/* The peer's goodbye. Children go down with the SA, unless a rekeyed one has them or gets them now. */
static void end(struct ike *ike, struct ike_sa *sa, const char *why)
{
    ike_rekey_dropped(ike, sa);
    if (!sa->quiet && sa->state == IKE_ST_UP)
        ike_note(ike, sa, IKE_AUDIT_IKE_DOWN, why);
    ike_sa_kill(ike, sa);
}

static void on_request(struct ike *ike, struct ike_sa *sa, struct ike_msg *msg)
{
    struct wire_ike_delete out = {.protocol = WIRE_IKE_PROTO_ESP, .spi_len = IKE_ESP_SPI_BYTES};
    const bool ends = take_deletes(ike, sa, msg, &out);
    const uint16_t error = ike_msg_error(msg, NULL);
    struct wire_ike_builder b = ike_msg_begin(ike);
    if (out.count && !ends)
        wire_ike_put_delete(&b, &out);
    ike_msg_respond(ike, sa, msg->path, WIRE_IKE_INFORMATIONAL, msg->hdr.msgid, &b);
    if (error == WIRE_IKE_N_AUTHENTICATION_FAILED) {
        ike_explain_refused(ike, sa, "IKE_AUTH", error);
        end(ike, sa, "the peer did not accept our proof of identity");
    } else if (ends) {
        end(ike, sa, "the peer deleted it");
    }
}

/* ---- initiator ---- */

static void send_delete(struct ike *ike, struct ike_sa *sa, const struct wire_ike_delete *d)
{
    struct wire_ike_builder b = ike_msg_begin(ike);
    if (d)
        wire_ike_put_delete(&b, d);
    ike_msg_request(ike, sa, WIRE_IKE_INFORMATIONAL, &b);
}

static void start_close(struct ike *ike, struct ike_sa *sa)
{
    const struct wire_ike_delete d = {.protocol = WIRE_IKE_PROTO_IKE};
    if (!sa->quiet)
        ike_note(ike, sa, IKE_AUDIT_IKE_DOWN, sa->want.close_why ? sa->want.close_why : "");
    while (sa->children)
        ike_child_remove(ike, sa->children, sa->want.close_why ? sa->want.close_why : "the IKE SA ended");
    ike_sa_set_state(ike, sa, IKE_ST_CLOSING);
    send_delete(ike, sa, &d);
}

void ike_info_start(struct ike *ike, struct ike_sa *sa, struct ike_task *t)
{
    struct ike_child *c;
    struct wire_ike_delete d = {.protocol = WIRE_IKE_PROTO_ESP, .spi_len = IKE_ESP_SPI_BYTES, .count = 1};
    switch (t->kind) {
    case IKE_TASK_DELETE_IKE:
        start_close(ike, sa);
        break;
    case IKE_TASK_DELETE_CHILD:
        c = ike_child_by_spi(ike, t->spi_old);
        d.spis[0] = c ? c->spi_in : t->spi_old;
        send_delete(ike, sa, &d);
        break;
    default:
        sa->want.dpd = false;
        send_delete(ike, sa, NULL);
        break;
    }
}

static void on_response(struct ike *ike, struct ike_sa *sa, struct ike_msg *msg)
{
    (void)msg;
    struct ike_task *t = sa->task;
    if (!t)
        return;
    struct ike_child *c = t->spi_old ? ike_child_by_spi(ike, t->spi_old) : NULL;
    switch (t->kind) {
    case IKE_TASK_DELETE_IKE:
        ike_sa_kill(ike, sa);
        return;
    case IKE_TASK_DELETE_CHILD:
        if (c && c->sa == sa && c->state == IKE_CHILD_DELETING)
            ike_child_deleted(ike, c, "deleted");
        break;
    default:
        break;
    }
    ike_task_done(ike, sa);
}
