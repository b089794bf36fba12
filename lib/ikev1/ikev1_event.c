/* SPDX-License-Identifier: BSD-3-Clause */
/* What operators and the data path want of SAs: marked here, done when the dispatch is settled. */
#include "ikev1.h"

#include <errno.h>
#include <string.h>
#include "base_span.h"
#include "base_time.h"
#include "eap_users.h"
#include "explain.h"
#include "ike_conf_keys.h"
#include "ike_core.h"
#include "ike_cred.h"
#include "ike_grant.h"
#include "ike_run.h"
#include "ikev1_child.h"
#include "ikev1_close.h"
#include "ikev1_follow.h"
#include "ikev1_heir.h"
#include "ikev1_info.h"
#include "ikev1_login.h"
#include "ikev1_peer.h"
#include "ikev1_phase1.h"
#include "ikev1_sa.h"
#include "ikev1_tables.h"
#include "ikev1_xchg.h"
#include "ikev1_x_quick.h"

#define INSTALL_PAUSE_S 60
#define STRAYS_AT_ONCE  4 /* then one a second */

static bool sa_is_live(const struct ikev1_sa *sa)
{
    return !sa->replaced_by && (sa->state >= IKEV1_ST_LOGIN ? sa->state != IKEV1_ST_DEAD : sa->is_initiator);
}

bool ikev1_has_live(const struct ike *ike, const struct ike_run *run)
{
    for (const struct ikev1_sa *sa = NULL; (sa = ikev1_sa_of_run(ike, run, sa)) != NULL;)
        if (sa_is_live(sa))
            return true;
    return false;
}

static bool child_is_meant(const struct ike_child_conf *c, const char *child)
{
    return !child || strcmp(c->name, child) == 0;
}

int ikev1_make_children(struct ike *ike, struct ike_run *run, const char *child, bool is_now)
{
    struct ikev1_sa *sa = NULL;
    int n = 0;
    for (struct ikev1_sa *o = NULL; (o = ikev1_sa_of_run(ike, run, o)) != NULL;)
        if (sa_is_live(o) && (!sa || sa->state != IKEV1_ST_UP))
            sa = o;
    for (size_t i = 0; sa && i < sa->conn->n_children; i++) {
        if (!child_is_meant(&sa->conn->children[i], child) || ikev1_child_live(sa, i) ||
            ikev1_quick_is_under_way(sa, i) || (sa->state != IKEV1_ST_UP && sa->wishes[i]))
            continue;
        ikev1_sa_wish(sa, i, is_now);
        n++;
    }
    if (n)
        ikev1_sa_touch(ike, sa);
    return n;
}

int ikev1_terminate_child(struct ike *ike, struct ike_run *run, const char *child)
{
    int rc = -ENOENT;
    for (struct ikev1_sa *sa = NULL; (sa = ikev1_sa_of_run(ike, run, sa)) != NULL;) {
        if (!sa_is_live(sa))
            continue;
        rc = rc ? -ESRCH : 0;
        for (size_t i = 0; i < sa->conn->n_children; i++)
            if (sa->wishes[i] && child_is_meant(&sa->conn->children[i], child)) {
                sa->wishes[i] = 0;
                rc = 0;
            }
        for (struct ikev1_child *c = sa->children, *next; c; c = next) {
            next = c->next;
            if (!ikev1_child_is_live(c) || !child_is_meant(c->conf, child))
                continue;
            ikev1_close_child(ike, c, "terminated by the operator");
            rc = 0;
        }
        ikev1_sa_touch(ike, sa);
    }
    return rc;
}

int ikev1_terminate(struct ike *ike, struct ike_run *run, size_t most)
{
    int rc = -ENOENT;
    for (struct ikev1_sa *sa = ikev1_sa_of_run(ike, run, NULL), *next; sa; sa = next) {
        next = ikev1_sa_of_run(ike, run, sa);
        if (most-- == 0)
            return 1;
        ikev1_close(ike, sa, "terminated by the operator");
        rc = 0;
    }
    return rc;
}

int ikev1_rekey(struct ike *ike, struct ike_run *run, const struct ike_event *ev)
{
    int rc = -ENOENT;
    for (struct ikev1_sa *sa = NULL; (sa = ikev1_sa_of_run(ike, run, sa)) != NULL;) {
        if (sa->state != IKEV1_ST_UP || sa->replaced_by)
            continue;
        rc = rc == -ENOENT ? -ESRCH : rc;
        if (ev->rekey_ike) {
            sa->want_rekey = true;
            rc = 0;
        }
        for (struct ikev1_child *c = sa->children; c && !ev->rekey_ike; c = c->next) {
            if (!ikev1_child_is_live(c) || !child_is_meant(c->conf, ev->child))
                continue;
            c->want_rekey = c->want_now = true;
            rc = 0;
        }
        ikev1_sa_touch(ike, sa);
    }
    return rc;
}

/* IKEv1 makes an SA anew by authenticating anew: there is no other way. */
int ikev1_reauthenticate(struct ike *ike, struct ike_run *run)
{
    int rc = -ENOENT;
    for (struct ikev1_sa *sa = NULL; (sa = ikev1_sa_of_run(ike, run, sa)) != NULL;) {
        if (sa->state != IKEV1_ST_UP || sa->replaced_by)
            continue;
        rc = rc == -ENOENT ? -EHOSTUNREACH : rc;
        if (!sa->is_initiator && !ike_conn_conf_calls(sa->conn))
            continue;
        sa->want_rekey = true;
        ikev1_sa_touch(ike, sa);
        rc = 0;
    }
    return rc;
}

/* ---- another configuration ---- */

/* An exchange under way has what it negotiates in numbers of the former configuration. */
static bool sa_negotiates(const struct ikev1_sa *sa)
{
    for (const struct ikev1_xchg *x = sa->xchgs; x; x = x->next)
        if (x->state != IKEV1_X_DONE)
            return true;
    return false;
}

/* Children keep their numbers and what they were made with, or the SA is made anew. */
static bool sa_fits(const struct ikev1_sa *sa, const struct ike_conn_conf *to)
{
    if (!sa->conn || sa->state < IKEV1_ST_LOGIN || sa_negotiates(sa) ||
        sa->conn->n_children != to->n_children || to->version != 1 ||
        !ike_conn_conf_same_secret(sa->conn, to))
        return false;
    for (size_t i = 0; i < to->n_children; i++)
        if (strcmp(sa->conn->children[i].name, to->children[i].name) != 0 ||
            ike_keys_compare(IKE_OWNER_CHILD, &sa->conn->children[i], &to->children[i]) >= IKE_ASKS_CHILD)
            return false;
    return true;
}

/* One that came up under the new configuration while this one waited takes its place. */
static void sa_meet_newer(struct ike *ike, struct ikev1_sa *sa)
{
    struct ikev1_sa *newer = sa->newer ? ikev1_sa_by_id(ike, sa->newer) : NULL;
    sa->newer = 0;
    if (newer && newer->state == IKEV1_ST_UP && sa->state == IKEV1_ST_UP)
        ikev1_heir_replace(ike, sa, newer);
}

static bool sa_take_over(struct ike *ike, struct ikev1_sa *sa, const struct ike_conn_conf *to)
{
    const struct ike_conn_conf *from = sa->conn;
    const bool is_new = ike_conn_conf_asks(from, to) >= IKE_ASKS_CHILD;
    for (struct ikev1_child *c = sa->children; c; c = c->next)
        c->conf = &to->children[c->conf - from->children];
    if (ikev1_sa_set_conn(ike, sa, to)) {
        for (struct ikev1_child *c = sa->children; is_new && c; c = c->next)
            c->want_rekey = c->want_now = ikev1_child_is_live(c);
        ikev1_sa_touch(ike, sa);
        sa_meet_newer(ike, sa);
        return true;
    }
    for (struct ikev1_child *c = sa->children; c; c = c->next)
        c->conf = &from->children[c->conf - to->children];
    return false;
}

/* Who has not logged in yet, will by the users of now. */
static bool sa_has_user(const struct ikev1_sa *sa, const struct ike_conn_conf *to)
{
    const struct ike_id *who = ikev1_login_who(sa);
    return to->xauth != IKE_XAUTH_SERVER || who == &sa->remote_id ||
           eap_users_find(to->conf->users, base_span(who->bytes, who->len));
}

/* Why an SA cannot go on under this connection, static text; NULL: it can. */
static const char *sa_lacks(const struct ikev1_sa *sa, const struct ike_conn_conf *conn)
{
    if (!conn || !sa_fits(sa, conn) || !ike_grant_same(sa->conn, conn, &sa->remote_id))
        return "its configuration changed";
    if (ike_anchor_revokes(conn->conf->pki, conn->anchor, &sa->shown))
        return "its certificate was revoked";
    return sa_has_user(sa, conn) ? NULL : "its user was removed";
}

bool ikev1_hand_over(struct ike *ike, struct ike_run *old, const struct ike_conn_conf *conn, size_t *most)
{
    struct ikev1_sa *sa;
    bool keeps_all = true;
    for (; *most && (sa = ikev1_sa_of_run(ike, old, NULL)) != NULL; --*most) {
        const char *lacks = sa_lacks(sa, conn);
        if (!lacks && sa_take_over(ike, sa, conn))
            continue;
        keeps_all = false;
        ikev1_sa_leave_run(ike, sa);
        ikev1_close(ike, sa, lacks ? lacks : "its configuration changed");
    }
    return keeps_all;
}

size_t ikev1_shut_down(struct ike *ike, size_t most)
{
    struct ikev1 *v1 = ike->v1;
    if (!v1->is_leaving)
        v1->leaving = v1->first;
    v1->is_leaving = true;
    for (size_t i = 0; i < most && v1->leaving; i++) {
        struct ikev1_sa *sa = v1->leaving;
        v1->leaving = sa->next;
        ikev1_close(ike, sa, "shutting down");
    }
    return v1->leaving != NULL;
}

/* ---- the data path ---- */

static void child_on_traffic(struct ike *ike, struct ikev1_child *c, const struct ike_event *ev)
{
    struct ikev1_sa *sa = c->sa;
    if (ev->last_in.ns > c->last_in.ns) {
        c->last_in = ev->last_in;
        ikev1_child_heard(ike, c, ev->last_in);
    }
    if (ev->last_out.ns > c->last_out.ns) {
        c->last_out = ev->last_out;
        ikev1_child_sent(c, ev->last_out);
    }
    if (c->last_in.ns > sa->life.last_in.ns)
        sa->life.last_in = c->last_in;
    if (c->last_out.ns > sa->life.last_out.ns)
        sa->life.last_out = c->last_out;
    if (ev->last_in.ns && !c->active && !c->is_rekeyed) {
        ikev1_child_activate(ike, c);
        ikev1_quick_heard(ike, sa, c->spi_in);
    }
}

static void child_on_limit(struct ike *ike, struct ikev1_child *c, bool hard)
{
    if (!hard) {
        ikev1_child_limit(c);
        return;
    }
    ikev1_child_want_again(ike, c, IKE_END_OWN);
    ikev1_close_child(ike, c, "a hard limit of its packets or bytes was reached");
}

static void child_on_failed(struct ike *ike, struct ikev1_child *c, int error)
{
    explain_install(ike, ikev1_sa_about(c->sa), c->conf, error);
    IKE_COUNT(ike, c->sa, failed);
    c->sa->life.retry_at = base_time_add(ike->now, INSTALL_PAUSE_S * BASE_NS_PER_S);
    ikev1_child_want_again(ike, c, IKE_END_OWN);
    ikev1_close_child(ike, c, "the data path did not take it");
}

/* The peer sends on what is not here any more: our DELETE was lost, which nobody acknowledges. It is told
 * again. */
static void sa_on_stray(struct ike *ike, const struct ike_event *ev)
{
    struct ikev1_sa *sa = ikev1_sa_at(ike, &ev->path.remote);
    if (!sa || !base_ration_take(&sa->strays, ike->now.ns, BASE_NS_PER_S, STRAYS_AT_ONCE))
        return;
    ike->stats.strays_told++;
    ikev1_info_delete_child(ike, sa, ev->spi_in);
}

void ikev1_on_event(struct ike *ike, const struct ike_event *ev)
{
    struct ikev1_child *c = ikev1_child_by_spi(ike, ev->spi_in);
    if (ev->type == IKE_EV_CONF_SWAP) /* another one may come to stand where the former was */
        ikev1_conns_free(&ike->v1->conns);
    if (ev->type == IKE_EV_UNKNOWN_SPI && !c)
        sa_on_stray(ike, ev);
    if (!c)
        return;
    ikev1_sa_touch(ike, c->sa);
    switch (ev->type) {
    case IKE_EV_PEER_MOVED:
        if (!ev->path.tcp)
            ikev1_follow_esp(ike, c->sa, &ev->remote);
        break;
    case IKE_EV_TRAFFIC:
        child_on_traffic(ike, c, ev);
        break;
    case IKE_EV_SA_SOFT:
    case IKE_EV_SA_HARD:
        child_on_limit(ike, c, ev->type == IKE_EV_SA_HARD);
        break;
    case IKE_EV_SA_FAILED:
        child_on_failed(ike, c, ev->error);
        break;
    default:
        break;
    }
}
