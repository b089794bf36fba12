/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each side takes what is up there last, and with two calls at about the same time that may be another one on
 * each. Both work then: a message, and an end of a child, counts under either.
 */
#include "ikev1_heir.h"

#include "base_addr.h"
#include "base_time.h"
#include "ike_backoff.h"
#include "ike_core.h"
#include "ikev1_child.h"
#include "ikev1_close.h"
#include "ikev1_sa.h"
#include "pool_book.h"

#define LINGER_S 10u /* one that was replaced waits so long for the peer's DELETE */
#define ASK_S    12u /* after which a peer knows by a message of ours that it is no late one */
#define AGAIN_S  10u /* before one that goes on again is made anew */
#define FORMERS  3u  /* of one SA, however fast its peer calls anew */

/* Whether the peer may have the older one for the newer: it was not known to have that when the other one was
 * begun, and the last message for it may have come as late as it is repeated. */
static bool heir_is_twin(const struct ikev1_sa *old, const struct ikev1_sa *by)
{
    const base_time repeated = base_time_add(old->life.established_at, ike_backoff_all_ns(old->conn));
    return by->life.created_at.ns < base_time_min(old->life.heard_at, repeated).ns;
}

static bool heir_has_inner(const struct ikev1_sa *sa, const struct base_addr *addr)
{
    for (uint32_t i = 0; i < sa->n_inner; i++)
        if (base_addr_equal(&sa->inner[i], addr))
            return true;
    return false;
}

/* The peer's inner addresses, which it need not ask for again. */
static void heir_hand_on_inner(struct ike *ike, const struct ikev1_sa *from, struct ikev1_sa *to)
{
    const bool has_none = !to->n_inner;
    for (uint32_t i = 0; !from->inner_is_ours && i < from->n_inner; i++) {
        if (has_none)
            to->inner[to->n_inner++] = from->inner[i];
        if (heir_has_inner(to, &from->inner[i]))
            pool_hand_over(ike->pools, &from->inner[i], from->id, to->id);
    }
}

static void heir_end(struct ike *ike, struct ikev1_sa *sa)
{
    sa->is_twin = false;
    sa->life.give_up_at = base_time_add(ike->now, LINGER_S * BASE_NS_PER_S);
    ikev1_sa_touch(ike, sa);
}

static void heir_leave(struct ikev1_sa *sa)
{
    if (sa->heir) {
        struct ikev1_sa **p = &sa->heir->formers;
        while (*p != sa)
            p = &(*p)->former_next;
        *p = sa->former_next;
    }
    sa->heir = sa->former_next = NULL;
    sa->replaced_by = 0;
}

static void heir_enter(struct ikev1_sa *sa, struct ikev1_sa *to)
{
    sa->replaced_by = to->id;
    sa->heir = to;
    sa->former_next = to->formers;
    to->formers = sa;
    to->replaces = sa->id;
}

/* Those that it took over from are before the other one too, and none of them stays for good. */
static void heir_move_formers(struct ike *ike, struct ikev1_sa *from, struct ikev1_sa *to)
{
    struct ikev1_sa *o = from->formers, **last = &to->formers;
    while (*last)
        last = &(*last)->former_next;
    *last = o;
    from->formers = NULL;
    for (; o; o = o->former_next) {
        o->heir = to;
        o->replaced_by = to->id;
        heir_end(ike, o);
    }
}

/* The latest ones stay. */
static void heir_limit(struct ike *ike, struct ikev1_sa *to)
{
    uint32_t n = 0;
    for (struct ikev1_sa *o = to->formers; o; o = o->former_next)
        if (++n > FORMERS)
            ikev1_close(ike, o, NULL);
}

/* What one SA made goes on under the other. It is a twin until more is known. */
static void heir_hand_on(struct ike *ike, struct ikev1_sa *from, struct ikev1_sa *to)
{
    heir_move_formers(ike, from, to);
    heir_enter(from, to);
    heir_limit(ike, to);
    from->life.replaced_at = ike->now;
    from->life.give_up_at = base_time_add(ike->now, ASK_S * BASE_NS_PER_S);
    from->is_twin = true;
    heir_hand_on_inner(ike, from, to);
    ikev1_child_move_all(ike, from, to);
    ikev1_sa_touch(ike, from);
    ikev1_sa_touch(ike, to);
}

void ikev1_heir_replace(struct ike *ike, struct ikev1_sa *older, struct ikev1_sa *newer)
{
    if (older->replaced_by || newer->replaced_by)
        return;
    if (older->conn != newer->conn) {
        older->newer = newer->id;
        return;
    }
    heir_hand_on(ike, older, newer);
    if (!heir_is_twin(older, newer))
        heir_end(ike, older);
}

bool ikev1_heir_keeps(struct ike *ike, struct ikev1_sa *sa)
{
    struct ikev1_sa *to = ikev1_sa_heir(ike, sa);
    if (to == sa || (!sa->is_twin && !base_time_is_never(to->life.heard_at)))
        return false;
    to->wants_dpd = true;
    ikev1_sa_touch(ike, to);
    sa->life.give_up_at = sa->is_twin ? BASE_TIME_NEVER : base_time_add(ike->now, LINGER_S * BASE_NS_PER_S);
    return true;
}

/* The last one that this one took over from. NULL: none. */
static struct ikev1_sa *heir_before(const struct ikev1_sa *sa)
{
    struct ikev1_sa *o = sa->formers;
    while (o && (o->state != IKEV1_ST_UP || o->conn != sa->conn))
        o = o->former_next;
    return o;
}

/* This one goes on, in the place of the one that took over from it, and is asked: the peer may not have it.
 */
static void heir_take_back(struct ike *ike, struct ikev1_sa *sa, struct ikev1_sa *from)
{
    if (from->life.last_in.ns > sa->life.last_in.ns)
        ikev1_sa_set_path(ike, sa, &from->path);
    heir_leave(sa);
    sa->is_twin = sa->dpd.is_out = false;
    sa->dpd.tries = 0;
    sa->wants_dpd = true;
    sa->life.give_up_at = BASE_TIME_NEVER;
    if (base_time_is_never(sa->life.rekey_at) && !base_time_is_never(sa->life.dies_at))
        sa->life.rekey_at = base_time_add(ike->now, AGAIN_S * BASE_NS_PER_S);
    heir_hand_on(ike, from, sa);
}

bool ikev1_heir_yield(struct ike *ike, struct ikev1_sa *sa)
{
    struct ikev1_sa *to = sa->state == IKEV1_ST_UP && !sa->replaced_by ? heir_before(sa) : NULL;
    if (to)
        heir_take_back(ike, to, sa);
    return to;
}

static bool heir_is_old_twin(const struct ike *ike, const struct ikev1_sa *sa)
{
    return sa->is_twin && base_time_since(ike->now, sa->life.replaced_at) >= LINGER_S * BASE_NS_PER_S;
}

void ikev1_heir_used(struct ike *ike, struct ikev1_sa *sa)
{
    struct ikev1_sa *to = sa->heir;
    for (struct ikev1_sa *o = sa->formers; o; o = o->former_next)
        if (heir_is_old_twin(ike, o))
            heir_end(ike, o);
    if (to && to->state == IKEV1_ST_UP && to->conn == sa->conn && heir_is_old_twin(ike, sa) &&
        sa->spi_i < to->spi_i)
        heir_take_back(ike, sa, to);
}

void ikev1_heir_bury(struct ike *ike, struct ikev1_sa *sa)
{
    const uint64_t id = sa->replaced_by;
    heir_leave(sa);
    sa->replaced_by = id; /* what is told of its end goes by that */
    for (struct ikev1_sa *o = sa->formers, *next; o; o = next) {
        next = o->former_next;
        o->heir = o->former_next = NULL;
        heir_end(ike, o);
    }
    sa->formers = NULL;
}
