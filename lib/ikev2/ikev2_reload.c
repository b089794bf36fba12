/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A live SA under a new configuration of its connection: what a change asks stands in the rows of values
 * (ike_conf_keys.def), and only the children that it concerns are replaced, made or deleted.
 */
#include "ikev2_reload.h"

#include "base_span.h"
#include "base_wipe.h"
#include "eap_users.h"
#include "ike_conf.h"
#include "ike_conf_keys.h"
#include "ike_core.h"
#include "ike_cred.h"
#include "ike_field.h"
#include "ikev2_children.h"
#include "ikev2_close.h"
#include "ikev2_init.h"
#include "ikev2_life.h"
#include "ikev2_mobike.h"
#include "ikev2_places.h"
#include "ikev2_sa.h"
#include "ikev2_task.h"
#include "ikev2_wish.h"

/* A new pair for the same traffic is made by rekeying; for other traffic the old one has to go first. */
static bool has_other_traffic(const struct ike_child_conf *a, const struct ike_child_conf *b)
{
    return !ike_field_equal(&ike_keys[IKE_KEY_CHILD_LOCAL_TS].field, a, b) ||
           !ike_field_equal(&ike_keys[IKE_KEY_CHILD_REMOTE_TS].field, a, b);
}

/* What an exchange under way has negotiated must hold when it ends, and so must the child's number. */
static bool task_fits(const struct ikev2_task *t, const struct ike_conn_conf *from,
                      const struct ike_conn_conf *to)
{
    if (!t || (t->kind != IKEV2_TASK_CONNECT && t->kind != IKEV2_TASK_CREATE_CHILD &&
               t->kind != IKEV2_TASK_REKEY_CHILD))
        return true;
    const struct ike_child_conf *child = &from->children[t->child_index];
    return t->child_index < to->n_children &&
           ike_conn_conf_child(to, child->name) == &to->children[t->child_index] &&
           ike_keys_compare(IKE_OWNER_CHILD, child, &to->children[t->child_index]) < IKE_ASKS_CHILD;
}

static bool has_pair(const struct ikev2_sa *sa, const struct ike_child_conf *child)
{
    for (const struct ikev2_child *c = sa->children; c; c = c->next)
        if (c->conf == child && c->state == IKEV2_CHILD_UP)
            return true;
    return false;
}

/*
 * Children that are still to be made, by their numbers of now. Where we make them, a new one is, and so is
 * one that changed and is not there: the peer may have refused what it was.
 */
static void wishes_carry(const struct ike *ike, struct ikev2_sa *sa, const struct ike_conn_conf *to)
{
    const struct ike_conn_conf *from = sa->conn;
    struct ikev2_wishes old = sa->want.children;
    sa->want.children = (struct ikev2_wishes){0};
    for (size_t i = 0; i < to->n_children; i++) {
        const struct ike_child_conf *child = &to->children[i], *was = ike_conn_conf_child(from, child->name);
        const enum ike_start start = ike_child_conf_start(to, child);
        const bool is_ours = start == IKE_START_START ? sa->is_initiator || sa->state == IKEV2_ST_UP
                                                      : sa->is_initiator && start == IKE_START_NONE;
        const bool is_new =
            !was || (ike_keys_compare(IKE_OWNER_CHILD, was, child) >= IKE_ASKS_CHILD && !has_pair(sa, was));
        if (is_ours && is_new)
            sa->life.retry_at = ike->now; /* it waited for the old settings to be taken */
        if (was)
            ikev2_wish_carry(sa, i, &old, (size_t)(was - from->children));
        if (is_ours && is_new)
            ikev2_wish_one(sa, i);
    }
    ikev2_wishes_free(&old);
}

static void child_delete(struct ikev2_child *c)
{
    ikev2_child_end(c, "its configuration changed");
}

/* The child's configuration is `next` from here on. */
static void child_change(struct ike *ike, struct ikev2_child *c, const struct ike_conn_conf *to,
                         const struct ike_child_conf *next, enum ike_asks asks)
{
    const struct ike_child_conf *old = c->conf;
    const enum ike_asks own = ike_keys_compare(IKE_OWNER_CHILD, old, next);
    c->conf = next;
    if (own)
        ikev2_life_set_child(ike, c);
    if ((own > asks ? own : asks) < IKE_ASKS_CHILD || c->state != IKEV2_CHILD_UP || c->is_rekeyed)
        return;
    const struct ikev2_child *kept = next->worker_sas < 2 ? ikev2_child_shared(c->sa, next) : NULL;
    if (kept && kept != c) { /* one for all workers is what is wanted now */
        child_delete(c);
    } else if (has_other_traffic(old, next)) {
        child_delete(c);
        ikev2_wish_one(c->sa, (size_t)(next - to->children));
    } else {
        c->want_rekey = true;
    }
}

/* Whether a peer of a pattern has the same key in both configurations. */
static bool has_same_key(const struct ike_conn_conf *from, const struct ike_conn_conf *to,
                         const struct ike_id *peer)
{
    const struct ike_secret *was = ike_conf_secret(from->conf, &from->local_id, peer);
    return was && ike_conf_has_secret(to->conf, was);
}

const char *ikev2_reload_lacks(const struct ikev2_sa *sa, const struct ike_conn_conf *to)
{
    for (uint8_t i = 0; i < ike_conn_conf_proofs(to, false); i++) {
        const struct ike_conn_conf *from = ike_conn_conf_round(sa->conn, i), *c = ike_conn_conf_round(to, i);
        const struct ike_id *peer = ikev2_sa_proved(sa, i);
        if (peer && c->remote_auth == IKE_AUTH_EAP_MSCHAPV2 &&
            !eap_users_find(to->conf->users, base_span(peer->bytes, peer->len)))
            return "its user was removed";
        if (peer && from != c && c->remote_auth == IKE_AUTH_PSK && c->remote_id.pattern &&
            !has_same_key(from, c, peer))
            return "the key of its identity was removed or changed";
    }
    for (uint8_t i = 0; sa->shown && i < IKEV2_SHOWN_PLACES; i++) {
        const struct crypt_marks marks = ikev2_shown_of(sa->shown, i);
        const uint8_t round = i == IKEV2_SHOWN_LOGIN ? sa->shown->login : i;
        if (ike_anchor_revokes(to->conf->pki, ike_conn_conf_round(to, round)->anchor, &marks))
            return "its certificate was revoked";
    }
    return NULL;
}

bool ikev2_reload_fits(const struct ikev2_sa *sa, const struct ike_conn_conf *to)
{
    return task_fits(sa->task, sa->conn, to) && task_fits(sa->peer_task, sa->conn, to) &&
           task_fits(sa->peer_follow, sa->conn, to);
}

/* Where our end may not be any more, the SA leaves: with MOBIKE to where it may, else it is made anew there.
 */
static void sa_keep_to_places(struct ike *ike, struct ikev2_sa *sa)
{
    if (ikev2_places_is_allowed(sa->conn, &sa->path.local.addr))
        return;
    const bool could_move = sa->mobike.is_agreed && sa->state == IKEV2_ST_UP;
    if (sa->state < IKEV2_ST_UP && sa->is_initiator)
        ikev2_close_lost_call(ike, sa);
    else
        ikev2_mobike_recheck(ike, sa);
    if (sa->state <= IKEV2_ST_UP && !ikev2_places_is_allowed(sa->conn, &sa->path.local.addr))
        ikev2_close(ike, sa,
                    could_move ? "local.address changed, and none of the new ones leads to the peer"
                               : "local.address changed, and a peer without MOBIKE cannot follow");
}

void ikev2_reload_sa(struct ike *ike, struct ikev2_sa *sa, const struct ike_conn_conf *to)
{
    const struct ike_conn_conf *from = sa->conn;
    const enum ike_asks asks = ike_conn_conf_asks(from, to);
    wishes_carry(ike, sa, to);
    if (sa->init)
        sa->init->auth.is_reloaded = true;
    for (struct ikev2_child *c = sa->children; c; c = c->next) {
        /* One that was gone before stays so, even when a child of its name is back. */
        const struct ike_child_conf *next = c->old_conf ? NULL : ike_conn_conf_child(to, c->conf->name);
        if (next) {
            child_change(ike, c, to, next, asks);
            continue;
        }
        child_delete(c);
        if (!c->old_conf)
            c->old_conf = ike_conf_get(from->conf);
    }
    ikev2_sa_set_conn(ike, sa, to);
    if (sa->state == IKEV2_ST_UP && from->rekey_s != to->rekey_s)
        ikev2_life_set_sa(ike, sa);
    sa_keep_to_places(ike, sa);
    ikev2_sa_touch(ike, sa);
}
