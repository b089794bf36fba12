/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Informational messages of the peer (RFC 2409 5.7, RFC 3706). All that act have passed the one gate for
 * phase 2: decrypted, HASH(1) right, message id never used before. What comes in clear is a hint at most.
 */
#include "ikev1_x_info.h"

#include "base_time.h"
#include "explain_v1.h"
#include "ike_core.h"
#include "ikev1_child.h"
#include "ikev1_close.h"
#include "ikev1_heir.h"
#include "ikev1_info.h"
#include "ikev1_login.h"
#include "ikev1_msg.h"
#include "ikev1_note.h"
#include "ikev1_phase1.h"
#include "ikev1_quick.h"
#include "ikev1_rows.h"
#include "ikev1_sa.h"
#include "ikev1_x_quick.h"
#include "ikev1_xchg.h"
#include "wire_v1.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool info_on_message(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x,
                            struct ikev1_msg *msg);

#define HASH   IKEV1_PLD(WIRE_V1_P_HASH)
#define NOTIFY IKEV1_PLD(WIRE_V1_P_NOTIFY)
#define DELETE IKEV1_PLD(WIRE_V1_P_DELETE)

static const struct ikev1_row_2 info_rows[] = {
    {"info_notify", WIRE_V1_INFO, 1, true, IKEV1_X_NONE, HASH | NOTIFY, DELETE, IKEV1_HASH_1, info_on_message,
     "RFC 2409 5.7, RFC 3706 5"},
    {"info_delete", WIRE_V1_INFO, 1, true, IKEV1_X_NONE, HASH | DELETE, NOTIFY, IKEV1_HASH_1, info_on_message,
     "RFC 2408 5.15"},
};

const struct ikev1_row_2 *ikev1_info_rows(size_t *count)
{
    *count = COUNT(info_rows);
    return info_rows;
}

static uint32_t info_read_u32(struct base_span s)
{
    struct base_reader r = base_reader(s);
    return base_read_u32(&r);
}

/* Whether both cookies are this SA's, as DPD and DELETE of an SA name it. */
static bool info_names_sa(const struct ikev1_sa *sa, struct base_span spi)
{
    struct base_reader r = base_reader(spi);
    return spi.len == WIRE_V1_COOKIES_BYTES && base_read_u64(&r) == sa->spi_i &&
           base_read_u64(&r) == sa->spi_r;
}

/* ---- DPD ---- */

static void info_on_ask(struct ike *ike, struct ikev1_sa *sa, const struct wire_v1_notification *n)
{
    const uint32_t seq = info_read_u32(n->data);
    /* Who is not up would say with an answer that it is. */
    if (sa->state < IKEV1_ST_LOGIN || n->data.len != 4 || !info_names_sa(sa, n->spi) ||
        (sa->dpd.has_peer && seq < sa->dpd.peer_seq))
        return;
    sa->dpd.has_peer = true;
    sa->dpd.peer_seq = seq;
    ikev1_info_dpd(ike, sa, true, seq);
    ikev1_heir_used(ike, sa);
}

static void info_on_ack(struct ikev1_sa *sa, const struct wire_v1_notification *n)
{
    if (n->data.len == 4 && sa->dpd.is_out && info_read_u32(n->data) == sa->dpd.seq &&
        info_names_sa(sa, n->spi)) {
        sa->dpd.is_out = false;
        sa->dpd.tries = 0;
    }
}

/* ---- errors ---- */

/* The quick mode of ours that an error is about: by our SPI, or the only one that is under way. */
static struct ikev1_xchg *info_quick(const struct ikev1_sa *sa, struct base_span spi)
{
    struct ikev1_xchg *only = NULL;
    size_t n = 0;
    for (struct ikev1_xchg *x = sa->xchgs; x; x = x->next) {
        if (!x->is_ours || !x->quick || x->state == IKEV1_X_DONE)
            continue;
        if (spi.len == 4 && info_read_u32(spi) == x->quick->spi_in)
            return x;
        only = x;
        n++;
    }
    return n == 1 ? only : NULL;
}

static void info_on_error(struct ike *ike, struct ikev1_sa *sa, const struct wire_v1_notification *n)
{
    struct ikev1_xchg *x = info_quick(sa, n->spi);
    if (sa->state < IKEV1_ST_LOGIN) {
        explain_v1_refused(ike, ikev1_sa_about(sa), NULL, n->type);
        IKE_COUNT(ike, sa, failed);
        ikev1_sa_kill(ike, sa);
    } else if (x) {
        ikev1_quick_fail(ike, sa, x, n->type);
    }
}

/* The peer lost what it had before this SA (RFC 2407 4.6.3.3): other SAs with it end; those of a user, when
 * it has logged in. */
static void info_on_contact(struct ike *ike, struct ikev1_sa *sa)
{
    struct ikev1_login *l = sa->login;
    if (sa->state == IKEV1_ST_LOGIN && l)
        l->initial_contact = true;
    if (sa->state != IKEV1_ST_UP)
        return;
    for (struct ikev1_sa *o = ikev1_sa_of_run(ike, sa->run, NULL), *next; o; o = next) {
        next = ikev1_sa_of_run(ike, sa->run, o);
        if (o == sa || o->state != IKEV1_ST_UP || sa->conn->unique != IKE_UNIQUE_REPLACE ||
            !ikev1_phase1_is_same_peer(ike, o, sa) || o->life.established_at.ns > sa->life.created_at.ns)
            continue;
        o->is_told = true;
        if (!o->replaced_by)
            o->down_why = "the peer started anew (INITIAL_CONTACT)";
        ikev1_sa_kill(ike, o);
    }
}

static void info_on_notify(struct ike *ike, struct ikev1_sa *sa, const struct wire_v1_notification *n)
{
    if (n->type == WIRE_V1_N_DPD_ASK)
        info_on_ask(ike, sa, n);
    else if (n->type == WIRE_V1_N_DPD_ACK)
        info_on_ack(sa, n);
    else if (n->type == WIRE_V1_N_INITIAL_CONTACT)
        info_on_contact(ike, sa);
    else if (n->type <= WIRE_V1_N_ERROR_LAST)
        info_on_error(ike, sa, n);
}

/* ---- deletes ---- */

/* By the SPI that the peer receives on, or, as old Ciscos have it, by the other one. */
static struct ikev1_child *info_child(const struct ikev1_sa *sa, uint32_t spi)
{
    struct ikev1_child *other = NULL;
    for (struct ikev1_child *c = sa->children; c; c = c->next) {
        if (c->spi_out == spi)
            return c;
        if (c->spi_in == spi)
            other = c;
    }
    return other;
}

static void info_on_delete_child(struct ike *ike, struct ikev1_sa *sa, uint32_t spi_out)
{
    struct ikev1_child *c = info_child(ikev1_sa_heir(ike, sa), spi_out);
    if (!c)
        return;
    ikev1_sa_touch(ike, c->sa); /* the heir has said nothing itself */
    ikev1_child_want_again(ike, c, IKE_END_CLOSED);
    ikev1_child_remove(ike, c, "the peer closed it");
}

static void info_on_delete(struct ike *ike, struct ikev1_sa *sa, const struct wire_v1_delete *d)
{
    for (size_t i = 0; i < d->count && sa->state != IKEV1_ST_DEAD; i++) {
        const struct base_span spi = wire_v1_delete_spi(d, i);
        if (d->protocol == WIRE_V1_PROTO_ESP) {
            info_on_delete_child(ike, sa, info_read_u32(spi));
        } else if (d->protocol == WIRE_V1_PROTO_ISAKMP && info_names_sa(sa, spi)) {
            sa->is_told = true;
            sa->end = IKE_END_CLOSED;
            (void)ikev1_heir_yield(ike, sa);
            ikev1_close(ike, sa, "the peer closed it");
        }
    }
}

static bool info_on_message(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x, struct ikev1_msg *msg)
{
    struct wire_v1_notification n;
    struct wire_v1_delete d;
    (void)x;
    for (size_t i = 0; i < msg->plds.count && sa->state != IKEV1_ST_DEAD; i++) {
        const struct wire_v1_pld *p = &msg->plds.list[i];
        if (p->type == WIRE_V1_P_NOTIFY && wire_v1_notify_parse(p->body, &n) == WIRE_IKE_OK)
            info_on_notify(ike, sa, &n);
        else if (p->type == WIRE_V1_P_DELETE && wire_v1_delete_parse(p->body, &d) == WIRE_IKE_OK)
            info_on_delete(ike, sa, &d);
    }
    return false;
}

/* ---- in clear ---- */

void ikev1_info_hint(struct ike *ike, struct ikev1_sa *sa, const struct ikev1_msg *msg)
{
    struct wire_v1_notification n;
    const struct wire_v1_pld *p = wire_v1_plds_find(&msg->plds, WIRE_V1_P_NOTIFY, 0);
    ike->stats.dropped_unexpected++;
    if (!sa->hs || !sa->is_initiator || !p || wire_v1_notify_parse(p->body, &n) != WIRE_IKE_OK || !n.type ||
        n.type > WIRE_V1_N_ERROR_LAST)
        return;
    sa->hs->refusal = n.type;
    ikev1_note(ike, sa, IKE_AUDIT_DOUBTED,
               "an error came in clear, which anybody may have sent: the call goes on");
}
