/* SPDX-License-Identifier: BSD-3-Clause */
/* Exchanges of phase 2 as a list of their SA: a peer has a few under way, and what is over goes first. */
#include "ikev1_xchg.h"

#include <stdlib.h>
#include <string.h>
#include "base_time.h"
#include "base_wipe.h"
#include "ike_core.h"
#include "ike_wait.h"
#include "ikev1_keymat.h"
#include "ikev1_quick.h"
#include "ikev1_sa.h"

#define XCHGS_MAX 64u
#define DONE_S    30u /* so long it answers what comes again */
#define OPEN_S    120u

struct ikev1_xchg *ikev1_xchg_find(const struct ikev1_sa *sa, uint32_t msgid)
{
    struct ikev1_xchg *x = sa->xchgs;
    while (x && x->msgid != msgid)
        x = x->next;
    return x;
}

struct ikev1_xchg *ikev1_xchg_by_job(const struct ikev1_sa *sa, uint64_t job)
{
    struct ikev1_xchg *x = sa->xchgs;
    while (x && x->job != job)
        x = x->next;
    return x;
}

uint32_t ikev1_xchg_msgid(struct ike *ike, const struct ikev1_sa *sa)
{
    uint32_t id;
    do
        ike->env.rng(ike->env.ctx, IKE_RNG_NONCE, &id, sizeof id);
    while (!id || ikev1_xchg_find(sa, id) || ikev1_seen_has(&sa->seen, id));
    return id;
}

/* Room for one more: the oldest of those that are over goes. */
static bool xchg_make_room(struct ike *ike, struct ikev1_sa *sa)
{
    struct ikev1_xchg *oldest = NULL;
    if (sa->n_xchgs < XCHGS_MAX)
        return true;
    for (struct ikev1_xchg *x = sa->xchgs; x; x = x->next)
        if (x->state == IKEV1_X_DONE)
            oldest = x;
    if (oldest)
        ikev1_xchg_free(ike, sa, oldest);
    return oldest != NULL;
}

static struct ikev1_xchg *xchg_make(struct ike *ike, struct ikev1_sa *sa, uint8_t exchange, uint32_t msgid)
{
    struct ikev1_xchg *x = xchg_make_room(ike, sa) ? calloc(1, sizeof *x) : NULL;
    if (!x)
        return NULL;
    x->msgid = msgid;
    x->exchange = exchange;
    x->flight.at = BASE_TIME_NEVER;
    x->begun_at = ike->now;
    x->ends_at = base_time_add(ike->now, OPEN_S * BASE_NS_PER_S);
    x->next = sa->xchgs;
    sa->xchgs = x;
    sa->n_xchgs++;
    ikev1_sa_touch(ike, sa);
    return x;
}

struct ikev1_xchg *ikev1_xchg_new(struct ike *ike, struct ikev1_sa *sa, uint8_t exchange)
{
    struct ikev1_xchg *x = xchg_make(ike, sa, exchange, ikev1_xchg_msgid(ike, sa));
    const struct ikev1_keymat_algs algs = ikev1_msg_algs(sa);
    if (!x)
        return NULL;
    x->is_ours = true;
    if (ikev1_keymat_iv(ike->env.crypto, &algs, &sa->keys, x->msgid, x->iv) == 0)
        return x;
    ikev1_xchg_free(ike, sa, x);
    return NULL;
}

struct ikev1_xchg *ikev1_xchg_take(struct ike *ike, struct ikev1_sa *sa, const struct ikev1_msg *msg)
{
    struct ikev1_xchg *x = xchg_make(ike, sa, msg->hdr.exchange, msg->hdr.msgid);
    if (!x)
        return NULL;
    memcpy(x->iv, msg->next_iv, sizeof x->iv);
    x->flight.in_hash = msg->raw_hash;
    return x;
}

static void xchg_drop_parts(struct ike *ike, struct ikev1_xchg *x)
{
    if (x->job)
        ike_wait_disown(ike, x->job);
    x->job = 0;
    ikev1_quick_free(ike, x->quick);
    x->quick = NULL;
}

void ikev1_xchg_done(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x)
{
    xchg_drop_parts(ike, x);
    x->state = IKEV1_X_DONE;
    ikev1_flight_rest(&x->flight);
    x->ends_at = base_time_add(ike->now, DONE_S * BASE_NS_PER_S);
    ikev1_sa_touch(ike, sa);
}

void ikev1_xchg_free(struct ike *ike, struct ikev1_sa *sa, struct ikev1_xchg *x)
{
    struct ikev1_xchg **p = &sa->xchgs;
    while (*p != x)
        p = &(*p)->next;
    *p = x->next;
    sa->n_xchgs--;
    xchg_drop_parts(ike, x);
    ikev1_flight_free(&x->flight);
    base_wipe(x, sizeof *x);
    free(x);
}
