/* SPDX-License-Identifier: BSD-3-Clause */
/* From UDP to TCP, and from a connection of TCP to the next one. */
#include "ikev2.h"

#include <stddef.h>
#include "base_text.h"
#include "base_time.h"
#include "explain.h"
#include "ike_action.h"
#include "ike_audit.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_path.h"
#include "ike_run.h"
#include "ike_stream.h"
#include "ikev2_mobike.h"
#include "ikev2_move.h"
#include "ikev2_note.h"
#include "ikev2_places.h"
#include "ikev2_request.h"
#include "ikev2_sa.h"
#include "ikev2_step.h"
#include "ikev2_stream.h"
#include "ikev2_tables.h"

#define UDP_TRIES 2u /* repetitions of a first request before TCP takes over */
#define BESIDE_AT 3u /* repetitions of a request by UDP of an SA that is up before it goes by TCP, too */
#define AGAIN_MAX 6u /* connections that are opened in the place of one */
#define UDP_NS    (60 * BASE_NS_PER_S) /* between two looks whether UDP passes */

/* ---- from UDP ---- */

static bool may_take_over(const struct ike *ike, const struct ikev2_sa *sa)
{
    return ike->env.stream_open && sa->conn && sa->conn->tcp == IKE_TCP_FALLBACK && !sa->path.tcp &&
           sa->run &&
           (sa->state == IKEV2_ST_I_INIT || sa->state == IKEV2_ST_I_MIX || sa->state == IKEV2_ST_I_AUTH);
}

uint32_t ikev2_stream_tries(const struct ike *ike, const struct ikev2_sa *sa, uint32_t most)
{
    if (sa->path.tcp)
        return 0;
    return sa->state == IKEV2_ST_I_INIT && most > UDP_TRIES && may_take_over(ike, sa) ? UDP_TRIES : most;
}

bool ikev2_stream_takes_over(struct ike *ike, struct ikev2_sa *sa)
{
    char text[160];
    struct base_text t = base_text(text, sizeof text);
    if (!may_take_over(ike, sa) || (sa->state != IKEV2_ST_I_INIT && sa->seq.own > 1) || ike->shutting_down)
        return false;
    base_text_add(&t, "nobody answered by UDP, %u times, so the peer is called by TCP", sa->req.tries + 1);
    ikev2_note(ike, sa, IKE_AUDIT_TCP, text);
    sa->run->by_tcp = sa->run->calls_again = true;
    return true;
}

/* Whether we are the one that leads an SA which is up to TCP. */
static bool up_may_follow(const struct ike *ike, const struct ikev2_sa *sa)
{
    return ike->env.stream_open && sa->state == IKEV2_ST_UP && sa->conn && sa->run &&
           sa->conn->tcp == IKE_TCP_FALLBACK && sa->is_caller && !sa->path.tcp && !ike->shutting_down;
}

void ikev2_stream_try_beside(struct ike *ike, struct ikev2_sa *sa)
{
    struct ike_path to = sa->path;
    if (sa->req.tries + 1 < BESIDE_AT || sa->stream.beside.tcp || !up_may_follow(ike, sa) ||
        !sa->mobike.is_agreed || !sa->mobike.is_ours)
        return;
    to.remote.port = sa->conn->tcp_port;
    if (ike_stream_open(ike, &to) < 0)
        return;
    ikev2_note(ike, sa, IKE_AUDIT_TCP, "nobody answers by UDP any more: the peer is asked by TCP, too");
    ike_stream_hold(ike, &to);
    sa->stream.beside = to;
}

void ikev2_stream_leave_beside(struct ike *ike, struct ikev2_sa *sa)
{
    ike_stream_leave(ike, &sa->stream.beside);
    sa->stream.beside = (struct ike_path){0};
}

/* Only what is called again by itself begins with TCP: an operator's call may come much later. */
void ikev2_stream_on_silence(const struct ike *ike, struct ikev2_sa *sa)
{
    if (!up_may_follow(ike, sa) || sa->mobike.is_agreed)
        return;
    for (size_t i = 0; i < sa->conn->n_children; i++)
        if (ike_child_conf_after(sa->conn, &sa->conn->children[i], IKE_END_DEAD) != IKE_START_NONE)
            sa->run->by_tcp = true;
}

/* ---- back to UDP ---- */

/* TCP is the last resort: whether we are the one that may lead this SA back to UDP (RFC 9329 7.1, 9). */
static bool may_return(const struct ike *ike, const struct ikev2_sa *sa)
{
    return sa->state == IKEV2_ST_UP && sa->path.tcp && sa->conn && sa->conn->tcp == IKE_TCP_FALLBACK &&
           sa->mobike.is_agreed && sa->mobike.is_ours && !ike->shutting_down;
}

base_time ikev2_stream_due(const struct ike *ike, const struct ikev2_sa *sa)
{
    return may_return(ike, sa) ? base_time_min(sa->stream.again_at, base_time_add(sa->moved.asked_at, UDP_NS))
                               : sa->stream.again_at;
}

/* A liveness check goes by UDP first. What answers it there moves the SA. */
static void stream_look_for_udp(struct ike *ike, struct ikev2_sa *sa)
{
    struct ike_path by_udp;
    sa->moved.asked_at = ike->now;
    if (sa->stream.is_lost || sa->want.ask || !ikev2_places_pair(ike, sa, 0, &by_udp))
        return;
    sa->moved.to = by_udp;
    sa->want.ask = true;
}

/* ---- from one connection to the next ---- */

static void stream_give_up(struct ike *ike, struct ikev2_sa *sa)
{
    ikev2_note(ike, sa, IKE_AUDIT_IKE_DOWN, "its TCP connection ended, and no other came up in its place");
    sa->end = IKE_END_DEAD;
    ikev2_step_timed_out(ike, sa);
}

/* At once, then after 1, 2, 4 ... seconds, until the peer is heard. */
static void stream_plan(struct ike *ike, struct ikev2_sa *sa)
{
    if (sa->stream.tries >= AGAIN_MAX) {
        if (!may_return(ike, sa) || !ikev2_mobike_leave_stream(ike, sa))
            stream_give_up(ike, sa);
        return;
    }
    const uint64_t pause_s = sa->stream.tries ? 1ull << (sa->stream.tries - 1) : 0;
    sa->stream.tries++;
    sa->stream.again_at = base_time_add(ike->now, pause_s * BASE_NS_PER_S);
}

/* An authentic message leads the peer to the new connection: what is out already, or a liveness check. */
static void stream_open_again(struct ike *ike, struct ikev2_sa *sa)
{
    struct ike_path to = sa->path;
    sa->stream.again_at = BASE_TIME_NEVER;
    if (ike_stream_open(ike, &to) < 0) {
        stream_plan(ike, sa);
        return;
    }
    ikev2_move_ike(ike, sa, &to, true);
    ikev2_move_children(ike, sa);
    if (sa->req.dgrams.count)
        ikev2_request_repeat(ike, sa);
    else
        sa->want.dpd = true;
}

void ikev2_stream_on_timer(struct ike *ike, struct ikev2_sa *sa)
{
    if (base_time_reached(sa->stream.again_at, ike->now) && sa->state == IKEV2_ST_UP)
        stream_open_again(ike, sa);
    if (may_return(ike, sa) && base_time_since(ike->now, sa->moved.asked_at) >= UDP_NS)
        stream_look_for_udp(ike, sa);
}

/* The connection of an SA that is up is no more. */
static void stream_is_lost(struct ike *ike, struct ikev2_sa *sa, const struct ike_event *ev)
{
    char text[160];
    struct base_text t = base_text(text, sizeof text);
    ikev2_sa_touch(ike, sa);
    if (!sa->stream.is_lost) {
        base_text_add(&t, "its TCP connection ended (%s); %s", ev->why,
                      sa->is_caller ? "another one is opened" : "the peer opens another one, or is given up");
        ikev2_note(ike, sa, IKE_AUDIT_TCP, text);
    }
    sa->stream.is_lost = true;
    if (sa->is_caller)
        stream_plan(ike, sa);
}

/*
 * Who answers IKE_SA_INIT with what the next try is to have (INVALID_KE_PAYLOAD, COOKIE) may close the
 * connection with that, though it should not (RFC 9329 6.3, 6.4): once the call goes on by another one.
 */
static bool call_goes_on(struct ike *ike, struct ikev2_sa *sa, const struct ike_event *ev)
{
    struct ike_path to = sa->path;
    if ((sa->state != IKEV2_ST_I_DH && sa->state != IKEV2_ST_I_INIT) || ev->error || sa->stream.tries ||
        ike->shutting_down || ike_stream_open(ike, &to) < 0)
        return false;
    sa->stream.tries++;
    ikev2_sa_set_path(ike, sa, &to);
    if (sa->req.dgrams.count)
        ikev2_request_repeat(ike, sa);
    ikev2_sa_touch(ike, sa);
    return true;
}

/* A call, or a goodbye, over a connection of ours that is no more. */
static void stream_fails(struct ike *ike, struct ikev2_sa *sa, const struct ike_event *ev)
{
    if (call_goes_on(ike, sa, ev))
        return;
    if (sa->state < IKEV2_ST_UP && !sa->quiet) {
        explain_tcp(ike, ikev2_sa_about(sa), ev->error, ev->why);
        IKE_COUNT(ike, sa, failed);
    }
    sa->end = IKE_END_DEAD;
    ikev2_step_timed_out(ike, sa);
}

void ikev2_stream_on_ended(struct ike *ike, const struct ike_event *ev)
{
    if (ev->is_refused)
        explain_tcp_refused(ike, &ev->path, ev->why);
    for (struct ikev2_sa *sa = NULL, *next = ikev2_sa_at(ike, &ev->path.remote, NULL); (sa = next) != NULL;) {
        next = ikev2_sa_at(ike, &ev->path.remote, sa);
        if (ike_path_equal(&sa->path, &ev->path))
            stream_is_lost(ike, sa, ev);
    }
    for (struct ikev2_sa *sa = ev->is_ours ? ike->v2->first : NULL; sa; sa = sa->link.next)
        if (sa->stream.beside.tcp && ike_path_equal(&sa->stream.beside, &ev->path))
            ikev2_stream_leave_beside(ike, sa);
    /* Of those that have not come up, or are on their way out: few, and only where we opened it. */
    for (struct ikev2_sa *sa = NULL, *next = ev->is_ours ? ike->v2->first : NULL; (sa = next) != NULL;) {
        next = sa->link.next;
        if (sa->is_initiator && sa->state != IKEV2_ST_UP && sa->state != IKEV2_ST_DEAD &&
            ike_path_equal(&sa->path, &ev->path))
            stream_fails(ike, sa, ev);
    }
}
