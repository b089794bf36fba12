/* SPDX-License-Identifier: BSD-3-Clause */
/* Children of other peers, and of other machines of this one, for the same traffic. */
#include "ikev1_remap.h"

#include "base_ts.h"
#include "explain.h"
#include "ike_claim.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ikev1_child.h"
#include "ikev1_phase1.h"
#include "ikev1_quick.h"
#include "ikev1_sa.h"
#include "pool_remap.h"

/* The next SA of this identity, at this place or at others; a chain from NULL to NULL. */
static struct ikev1_sa *remap_next(struct ike *ike, const struct ikev1_sa *sa, bool is_here,
                                   const struct ikev1_sa *after)
{
    struct ikev1_sa *o;
    while ((o = ikev1_sa_of_run(ike, sa->run, after)) != NULL) {
        if (o != sa && o->state == IKEV1_ST_UP && ikev1_phase1_is_same_peer(ike, o, sa) &&
            base_endpoint_equal(&o->path.remote, &sa->path.remote) == is_here)
            return o;
        after = o;
    }
    return NULL;
}

/* Whether another machine of this identity has a child for this traffic. */
static bool remap_has_other(struct ike *ike, const struct ikev1_sa *sa, const struct base_ts_list *local,
                            const struct base_ts_list *here)
{
    for (const struct ikev1_sa *o = NULL; (o = remap_next(ike, sa, false, o)) != NULL;)
        for (const struct ikev1_child *c = o->children; c; c = c->next)
            if (ikev1_child_is_live(c) && base_ts_overlap(c->local_ts, local) &&
                base_ts_overlap(ikev1_child_held(c), here))
                return true;
    return false;
}

static bool remap_take(struct ike *ike, struct ikev1_sa *sa, const struct ike_child_conf *conf,
                       const struct base_ts_list *remote)
{
    const struct base_addr *real = base_ts_host(remote);
    const struct ikev1_sa *o = NULL;
    while ((o = remap_next(ike, sa, true, o)) != NULL && !(real && base_addr_equal(&o->remap.real, real)))
        ;
    const struct pool_remap_want want = {.conf = ike->conf,
                                         .pool = conf->remap,
                                         .id = &sa->remote_id,
                                         .holder = sa->id,
                                         .remote = remote,
                                         .older = o ? &o->remap : NULL,
                                         .now = ike->now};
    return pool_remap_take(ike->pools, &sa->remap, &want);
}

bool ikev1_remap_is_taken(struct ike *ike, struct ikev1_sa *sa, const struct ikev1_quick *q)
{
    struct ikev1_sa *to = ikev1_sa_heir(ike, sa); /* whose the child will be */
    const struct ike_child_conf *conf = &to->conn->children[q->child_index];
    struct base_ts_list l, r, scratch;
    struct ike_claim holder;
    base_ts_set_one(&l, &q->local);
    base_ts_set_one(&r, &q->remote);
    struct ike_claim want = {to->conn, conf, &to->remote_id, &l, pool_remap_ts(&to->remap, &r, &scratch)};
    bool is_foreign = ike_claim_is_taken(ike, &want, &holder);
    if ((is_foreign || (conf->remap[0] && remap_has_other(ike, to, &l, want.remote_ts))) &&
        remap_take(ike, to, conf, &r)) {
        want.remote_ts = pool_remap_ts(&to->remap, &r, &scratch);
        is_foreign = ike_claim_is_taken(ike, &want, &holder);
    }
    if (is_foreign)
        explain_overlap(ike, ikev1_sa_about(sa), &r, &holder);
    return is_foreign;
}
