/* SPDX-License-Identifier: BSD-3-Clause */
/* What operators and the data path want of SAs: marked here, done when the dispatch is settled. */
#include "ikev2.h"

#include <errno.h>
#include <string.h>
#include "base_time.h"
#include "explain.h"
#include "ike_action.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_grant.h"
#include "ike_path.h"
#include "ike_run.h"
#include "ike_stream.h"
#include "ikev2_children.h"
#include "ikev2_close.h"
#include "ikev2_further.h"
#include "ikev2_keepalive.h"
#include "ikev2_mobike.h"
#include "ikev2_msg.h"
#include "ikev2_natd.h"
#include "ikev2_places.h"
#include "ikev2_probe.h"
#include "ikev2_reauth.h"
#include "ikev2_reload.h"
#include "ikev2_request.h"
#include "ikev2_sa.h"
#include "ikev2_stray.h"
#include "ikev2_stream.h"
#include "ikev2_tables.h"
#include "ikev2_task.h"
#include "ikev2_wish.h"
#include "ikev2_x_init.h"

#define INSTALL_PAUSE_S 60

/* ---- connections ---- */

static bool sa_is_live(const struct ikev2_sa *sa)
{
    return sa->state == IKEV2_ST_UP ? !sa->want.close : sa->state < IKEV2_ST_UP && sa->is_initiator;
}

bool ikev2_has_live(const struct ike *ike, const struct ike_run *run)
{
    for (const struct ikev2_sa *sa = NULL; (sa = ikev2_sa_of_run(ike, run, sa)) != NULL;)
        if (sa_is_live(sa))
            return true;
    return false;
}

static bool is_meant(const struct ike_child_conf *c, const char *child)
{
    return !child || strcmp(c->name, child) == 0;
}

int ikev2_call(struct ike *ike, struct ike_run *run, const struct ike_path *path)
{
    struct ikev2_sa *sa = ikev2_sa_new(ike, path, true);
    if (!sa)
        return -ENOMEM;
    ikev2_sa_set_conn(ike, sa, run->conn);
    for (size_t i = 0; i < sa->conn->n_children; i++)
        if (*ike_run_child(run, i) & (IKE_RUN_WANTED | IKE_RUN_ASKED))
            ikev2_wish_one(sa, i);
    for (size_t i = 0; !ikev2_wish_any(sa) && i < sa->conn->n_children; i++)
        ikev2_wish_one(sa, i);
    ikev2_init_start(ike, sa);
    return 0;
}

bool ikev2_call_again(struct ike *ike, struct ikev2_sa *old)
{
    const bool has_room = ike->stats.ike_sas < ike->conf->sas_max;
    struct ike_path path = old->path;
    /* An SA has a connection of TCP for itself, but for its heir by rekeying (RFC 9329 6.1). */
    if (!has_room || (path.tcp && ike_stream_open(ike, &path) < 0))
        return false;
    struct ikev2_sa *sa = ikev2_sa_new(ike, &path, true);
    if (!sa)
        return false;
    ikev2_sa_set_conn(ike, sa, old->conn);
    for (const struct ikev2_child *c = old->children; c; c = c->next)
        if (ikev2_child_is_live(c) && !c->old_conf)
            ikev2_wish_one(sa, (size_t)(c->conf - sa->conn->children));
    ikev2_wish_move(old, sa);
    for (size_t i = 0; !ikev2_wish_any(sa) && i < sa->conn->n_children; i++)
        ikev2_wish_one(sa, i);
    ikev2_reauth_begin(old, sa);
    ikev2_init_start(ike, sa);
    return true;
}

/* Why an SA cannot go on under this connection, static text; NULL: it can. */
static const char *sa_lacks(const struct ikev2_sa *sa, const struct ike_conn_conf *conn)
{
    if (!conn || !ike_grant_same(sa->conn, conn, sa->remote_id))
        return "its configuration changed";
    if (!ikev2_reload_fits(sa, conn))
        return "its configuration changed while a child SA was being made";
    return sa->state < IKEV2_ST_UP ? NULL : ikev2_reload_lacks(sa, conn); /* else when it comes up */
}

/* With it go those whose children it may get, or that may get its own: all of them have one configuration. */
static bool sa_hand_over(struct ike *ike, struct ikev2_sa *sa, const struct ike_conn_conf *conn, size_t *most)
{
    const struct ike_run *old = sa->run;
    const uint64_t kin[] = {sa->rival.id, sa->rival.of, sa->again.by, sa->again.of};
    const char *lacks = sa_lacks(sa, conn);
    bool keeps_all = !lacks;
    *most -= *most > 0;
    if (lacks) {
        ikev2_sa_leave_run(ike, sa);
        ikev2_close(ike, sa, lacks);
    } else {
        ikev2_reload_sa(ike, sa, conn);
    }
    for (size_t i = 0; i < sizeof kin / sizeof *kin; i++) {
        struct ikev2_sa *o = kin[i] ? ikev2_sa_by_id(ike, kin[i]) : NULL;
        if (o && o->run == old && !sa_hand_over(ike, o, conn, most))
            keeps_all = false;
    }
    return keeps_all;
}

bool ikev2_hand_over(struct ike *ike, struct ike_run *old, const struct ike_conn_conf *conn, size_t *most)
{
    struct ikev2_sa *sa;
    bool keeps_all = true;
    while (*most && (sa = ikev2_sa_of_run(ike, old, NULL)) != NULL)
        if (!sa_hand_over(ike, sa, conn, most))
            keeps_all = false;
    return keeps_all;
}

static bool is_being_made(const struct ikev2_sa *sa, size_t child)
{
    return sa->task && sa->task->kind == IKEV2_TASK_CREATE_CHILD && sa->task->child_index == child &&
           !sa->task->is_unwanted;
}

/* Whether a connection has a pair of this child, or one is being made. */
static bool has_child(const struct ike *ike, const struct ike_run *run, size_t child)
{
    const struct ike_child_conf *conf = &run->conn->children[child];
    for (const struct ikev2_sa *sa = NULL; (sa = ikev2_sa_of_run(ike, run, sa)) != NULL;) {
        if (!sa_is_live(sa))
            continue;
        if (is_being_made(sa, child) || (sa->state < IKEV2_ST_UP && ikev2_wish_has(sa, child)))
            return true;
        for (const struct ikev2_child *c = sa->children; c; c = c->next)
            if (c->conf == conf && ikev2_child_is_live(c))
                return true;
    }
    return false;
}

int ikev2_make_children(struct ike *ike, struct ike_run *run, const char *child, bool is_now)
{
    const struct ike_child_conf *named = child ? ike_conn_conf_child(run->conn, child) : NULL;
    struct ikev2_sa *sa = NULL;
    int n = 0;
    for (struct ikev2_sa *o = NULL; (o = ikev2_sa_of_run(ike, run, o)) != NULL;)
        if (sa_is_live(o) && (!sa || sa->state != IKEV2_ST_UP))
            sa = o;
    for (size_t i = 0; sa && i < sa->conn->n_children; i++) {
        const struct ike_child_conf *c = &sa->conn->children[i];
        if (!(is_meant(c, child) || (named && ike_child_conf_is_beside(c, named))) || has_child(ike, run, i))
            continue;
        if (is_now)
            ikev2_wish_now(sa, i);
        else
            ikev2_wish_one(sa, i);
        n++;
    }
    if (n)
        ikev2_sa_touch(ike, sa);
    return n;
}

/* One that is being made is given up, or goes as soon as it is there. True: it was under way. */
static bool unmake(struct ike *ike, struct ikev2_sa *sa, const char *child)
{
    struct ikev2_task *t = sa->task;
    const bool makes = t && (t->kind == IKEV2_TASK_CREATE_CHILD || t->kind == IKEV2_TASK_REKEY_CHILD);
    if (!makes || !is_meant(&sa->conn->children[t->child_index], child))
        return false;
    if (sa->req.dgrams.count || t->nr.len) /* the peer may have it already */
        t->is_unwanted = true;
    else
        ikev2_task_done(ike, sa);
    return true;
}

int ikev2_terminate_child(struct ike *ike, struct ike_run *run, const char *child)
{
    int rc = -ENOENT;
    for (struct ikev2_sa *sa = NULL; (sa = ikev2_sa_of_run(ike, run, sa)) != NULL;) {
        if (!sa_is_live(sa))
            continue;
        rc = rc ? -ESRCH : 0;
        for (size_t i = 0; i < sa->conn->n_children; i++)
            if (is_meant(&sa->conn->children[i], child) && ikev2_wish_has(sa, i)) {
                ikev2_wish_none(sa, i);
                rc = 0;
            }
        rc = unmake(ike, sa, child) ? 0 : rc;
        for (struct ikev2_child *c = sa->children; c; c = c->next) {
            if (!ikev2_child_is_live(c) || !is_meant(c->conf, child))
                continue;
            ikev2_child_end(c, "terminated by the operator");
            rc = 0;
        }
        ikev2_sa_touch(ike, sa);
    }
    return rc;
}

int ikev2_terminate(struct ike *ike, struct ike_run *run, size_t most)
{
    int rc = -ENOENT;
    for (struct ikev2_sa *sa = ikev2_sa_of_run(ike, run, NULL), *next; sa; sa = next) {
        next = ikev2_sa_of_run(ike, run, sa);
        rc = 0;
        if (sa->want.close || sa->is_mute || sa->state >= IKEV2_ST_REKEYED)
            continue; /* it ends already */
        if (most-- == 0)
            return 1;
        ikev2_close(ike, sa, "terminated by the operator");
    }
    return rc;
}

int ikev2_rekey(struct ike *ike, struct ike_run *run, const struct ike_event *ev)
{
    int rc = -ENOENT;
    for (struct ikev2_sa *sa = ikev2_sa_of_run(ike, run, NULL), *next; sa; sa = next) {
        next = ikev2_sa_of_run(ike, run, sa);
        if (sa->state != IKEV2_ST_UP)
            continue;
        rc = rc == -ENOENT ? -ESRCH : rc;
        if (ev->rekey_ike) {
            sa->want.rekey = sa->want.rekey_now = true;
            rc = 0;
        }
        for (struct ikev2_child *c = sa->children; c && !ev->rekey_ike; c = c->next) {
            if (!ikev2_child_is_live(c) || !is_meant(c->conf, ev->child))
                continue;
            c->want_rekey = c->want_now = true;
            rc = 0;
        }
        ikev2_sa_touch(ike, sa);
    }
    return rc;
}

/* Whom we called before may be called again where it is; others where the configuration says. */
static bool sa_may_call(const struct ikev2_sa *sa)
{
    return sa->is_caller || ike_conn_conf_calls(sa->conn);
}

int ikev2_reauthenticate(struct ike *ike, struct ike_run *run)
{
    int rc = -ENOENT;
    for (struct ikev2_sa *sa = NULL; (sa = ikev2_sa_of_run(ike, run, sa)) != NULL;) {
        if (sa->state != IKEV2_ST_UP || sa->want.close)
            continue;
        rc = rc == -ENOENT ? -EHOSTUNREACH : rc;
        if (!sa_may_call(sa))
            continue;
        sa->want.reauth = true;
        ikev2_sa_touch(ike, sa);
        rc = 0;
    }
    return rc;
}

size_t ikev2_shut_down(struct ike *ike, size_t most)
{
    struct ikev2 *v2 = ike->v2;
    if (!v2->is_leaving)
        v2->leaving = v2->first;
    v2->is_leaving = true;
    for (size_t i = 0; i < most && v2->leaving; i++) {
        struct ikev2_sa *sa = v2->leaving;
        v2->leaving = sa->link.next;
        ikev2_close(ike, sa, "shutting down");
        ikev2_request_hurry(ike, sa);
    }
    return v2->leaving != NULL;
}

/* ---- children ---- */

static void child_on_traffic(struct ike *ike, struct ikev2_child *c, const struct ike_event *ev)
{
    struct ikev2_sa *sa = c->sa;
    if (ev->last_in.ns > c->last_in.ns)
        c->last_in = ev->last_in;
    if (ev->last_out.ns > c->last_out.ns)
        c->last_out = ev->last_out;
    if (c->last_in.ns > sa->life.last_in.ns)
        sa->life.last_in = c->last_in;
    if (c->last_out.ns > sa->life.last_out.ns)
        sa->life.last_out = c->last_out;
    if (ev->last_in.ns)
        ikev2_msg_answer_arrived(sa);
    /* The peer sends on the new pair, so it receives on it as well. */
    if (ev->last_in.ns && c->state == IKEV2_CHILD_UP && !c->is_rekeyed)
        ikev2_child_activate(ike, c);
    ikev2_sa_touch(ike, sa);
}

static void child_on_peer_moved(struct ike *ike, const struct ikev2_child *c, const struct ike_event *ev)
{
    const struct ike_path from = {.local = c->sa->path.local, .remote = ev->remote, .natt = true};
    ikev2_keepalive_heard(ike, c->sa, &from, false);
    ikev2_natd_follow_esp(ike, c->sa, &ev->remote);
}

static void child_on_limit(struct ike *ike, struct ikev2_child *c, bool hard)
{
    if (c->state != IKEV2_CHILD_UP)
        return;
    if (hard) {
        ikev2_child_end(c, "a hard limit of its packets or bytes was reached, or it could not be installed");
        ikev2_child_want_again(ike, c, 0, IKE_END_OWN);
    } else {
        c->want_rekey = true;
    }
    ikev2_sa_touch(ike, c->sa);
}

/* What was refused once is refused again at once: neither side makes another for a while. */
static void child_on_failed(struct ike *ike, struct ikev2_child *c, int error)
{
    if (c->state != IKEV2_CHILD_UP)
        return;
    explain_install(ike, ikev2_sa_about(c->sa), c->conf, error);
    IKE_COUNT(ike, c->sa, failed);
    c->state = IKEV2_CHILD_DELETING;
    c->sa->life.full_until = base_time_add(ike->now, INSTALL_PAUSE_S * BASE_NS_PER_S);
    ikev2_child_want_again(ike, c, INSTALL_PAUSE_S, IKE_END_OWN);
    ikev2_sa_touch(ike, c->sa);
}

/* What a path carries, it carries for all that go its way. */
static void child_on_path_mtu(struct ike *ike, const struct ikev2_child *c, const struct ike_event *ev)
{
    const struct ike_path path = c->sa->path;
    for (struct ikev2_sa *sa = ike->v2->first; sa; sa = sa->link.next) {
        if (sa->state != IKEV2_ST_UP || !ike_path_equal(&sa->path, &path))
            continue;
        ikev2_probe_told(ike, sa, ev->mtu, ev->is_sure);
        ikev2_sa_touch(ike, sa);
    }
}

/* Its children, whatever is configured for their end. */
static void sa_call_again(struct ikev2_sa *sa)
{
    if (!sa->is_initiator || !sa->run)
        return;
    for (const struct ikev2_child *c = sa->children; c; c = c->next)
        if (ikev2_child_is_live(c) && !c->old_conf)
            *ike_run_child(sa->run, (size_t)(c->conf - sa->conn->children)) |= IKE_RUN_ASKED;
    sa->run->calls_again = true;
}

/*
 * Without MOBIKE an SA stays where it is, and ends with our address there, not with the link alone, which may
 * come back. What says so leaves from another one: the peer finds the SA by its SPIs.
 */
static void sa_leave(struct ike *ike, struct ikev2_sa *sa)
{
    struct ike_path to;
    if (sa->path.tcp || sa->state != IKEV2_ST_UP || ikev2_places_is_ours(ike, &sa->path.local.addr))
        return;
    if (ikev2_places_here(ike, sa, &to))
        ikev2_sa_set_path(ike, sa, &to);
    sa_call_again(sa);
    ikev2_close(ike, sa, "our address is gone, and a peer without MOBIKE cannot follow");
}

/* Which addresses are ours has changed. */
static void sa_take_addrs(struct ike *ike, struct ikev2_sa *sa)
{
    if (sa->mobike.is_agreed)
        ikev2_mobike_tell(ike, sa);
    else
        sa_leave(ike, sa);
}

/* is_told: which addresses are ours has changed. */
static void sas_recheck(struct ike *ike, bool is_told)
{
    for (struct ikev2_sa *sa = ike->v2->first, *next; sa; sa = next) {
        next = sa->link.next;
        if (sa->state >= IKEV2_ST_UP) {
            ikev2_mobike_recheck(ike, sa);
            if (is_told)
                sa_take_addrs(ike, sa);
        } else if (!ikev2_places_is_usable(ike, sa, &sa->path)) {
            ikev2_close_lost_call(ike, sa);
        }
    }
}

void ikev2_on_event(struct ike *ike, const struct ike_event *ev)
{
    struct ikev2_child *c = ikev2_child_by_spi(ike, ev->spi_in);
    if (ev->type == IKE_EV_UNKNOWN_SPI) {
        ikev2_stray_on_esp(ike, ev);
        return;
    }
    if (ev->type == IKE_EV_PLACES || ev->type == IKE_EV_ADDRS)
        sas_recheck(ike, ev->type == IKE_EV_ADDRS);
    if (ev->type == IKE_EV_STREAM_ENDED)
        ikev2_stream_on_ended(ike, ev);
    if (!c)
        return;
    if (ev->type == IKE_EV_PEER_MOVED && ev->path.tcp)
        ikev2_natd_follow_stream(ike, c->sa, &ev->path);
    else if (ev->type == IKE_EV_PEER_MOVED)
        child_on_peer_moved(ike, c, ev);
    else if (ev->type == IKE_EV_PATH_MTU)
        child_on_path_mtu(ike, c, ev);
    else if (ev->type == IKE_EV_TRAFFIC)
        child_on_traffic(ike, c, ev);
    else if (ev->type == IKE_EV_SA_WANTED)
        ikev2_further_wanted(ike, c);
    else if (ev->type == IKE_EV_SA_FAILED)
        child_on_failed(ike, c, ev->error);
    else
        child_on_limit(ike, c, ev->type == IKE_EV_SA_HARD);
}
