/* SPDX-License-Identifier: BSD-3-Clause */
/* Which SA is made in the place of which, and what follows when it is there or when it cannot be made. */
#include "ikev2_reauth.h"

#include "base_time.h"
#include "ike_audit.h"
#include "ike_core.h"
#include "ike_run.h"
#include "ikev2_children.h"
#include "ikev2_close.h"
#include "ikev2_note.h"
#include "ikev2_sa.h"
#include "ikev2_wish.h"

#define AGAIN_S 10 /* after one that failed, plus jitter */

/* The SA that this one is made in the place of, if it lives. */
static struct ikev2_sa *reauth_old(const struct ike *ike, const struct ikev2_sa *fresh)
{
    struct ikev2_sa *old = fresh->again.of ? ikev2_sa_by_id(ike, fresh->again.of) : NULL;
    return old && old->again.by == fresh->id && old->state == IKEV2_ST_UP ? old : NULL;
}

bool ikev2_reauth_is_on(const struct ike *ike, const struct ikev2_sa *sa)
{
    return sa->again.by && ikev2_sa_by_id(ike, sa->again.by);
}

void ikev2_reauth_begin(struct ikev2_sa *old, struct ikev2_sa *fresh)
{
    old->again.by = fresh->id;
    fresh->again.of = old->id;
}

void ikev2_reauth_pass_on(struct ike *ike, struct ikev2_sa *old, struct ikev2_sa *heir)
{
    struct ikev2_sa *fresh = old->again.by ? ikev2_sa_by_id(ike, old->again.by) : NULL;
    old->again.by = 0;
    if (fresh)
        ikev2_reauth_begin(heir, fresh);
}

static bool has_like(const struct ikev2_sa *sa, const struct ikev2_child *c)
{
    for (const struct ikev2_child *o = sa->children; o; o = o->next)
        if (o->conf == c->conf && ikev2_child_is_live(o))
            return true;
    return false;
}

/* Children that came to the old SA since the call: the new one is to have them, too. True: there are some. */
static bool late_children(const struct ikev2_sa *old, struct ikev2_sa *fresh)
{
    bool any = false;
    for (struct ikev2_child *c = old->children; c; c = c->next) {
        if (!ikev2_child_is_live(c) || c->old_conf || c->is_remade || has_like(fresh, c))
            continue;
        c->is_remade = any = true;
        ikev2_wish_one(fresh, (size_t)(c->conf - fresh->conn->children));
    }
    return any;
}

void ikev2_reauth_settle(struct ike *ike, struct ikev2_sa *fresh)
{
    struct ikev2_sa *old = fresh->state == IKEV2_ST_UP ? reauth_old(ike, fresh) : NULL;
    if (!old || fresh->want.close || fresh->task || ikev2_wish_any(fresh) || late_children(old, fresh))
        return;
    fresh->again.of = 0;
    old->again.by = 0;
    old->quiet = true;
    IKE_COUNT(ike, fresh, reauthenticated);
    ikev2_note(ike, fresh, IKE_AUDIT_IKE_REAUTHENTICATED, "");
    ikev2_close(ike, old, "authenticated again");
}

void ikev2_reauth_ended(struct ike *ike, const struct ikev2_sa *sa)
{
    struct ikev2_sa *old = reauth_old(ike, sa);
    struct ikev2_sa *fresh = sa->again.by ? ikev2_sa_by_id(ike, sa->again.by) : NULL;
    /* The peer closed it, and means it. */
    if (fresh && fresh->state < IKEV2_ST_UP && sa->end == IKE_END_CLOSED && fresh->run &&
        !ike_run_wants(fresh->run))
        ikev2_close(ike, fresh, "the peer closed the SA that it was to replace");
    if (!old)
        return;
    const uint64_t ns = AGAIN_S * BASE_NS_PER_S;
    old->again.by = 0;
    old->life.reauth_at = base_time_add(ike->now, ns + ike_jitter(ike, ns / 2));
    ikev2_sa_touch(ike, old);
}
