/* SPDX-License-Identifier: BSD-3-Clause */
/* From the selectors that a peer asks for to the child that they are for, and what of them it gets. */
#include "ikev2_narrow.h"

#include "base_span.h"
#include "base_ts.h"
#include "ike_conf.h"
#include "ikev2_children.h"
#include "ikev2_further.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_task.h"
#include "ikev2_transport.h"
#include "wire_ike.h"

bool ikev2_narrow_take(const struct ikev2_msg *msg, struct base_ts_list *tsi, struct base_ts_list *tsr)
{
    const struct wire_ike_pld *i = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_TSI, 0);
    const struct wire_ike_pld *r = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_TSR, 0);
    return i && r && wire_ike_ts_parse(i->body, tsi) == WIRE_IKE_OK &&
           wire_ike_ts_parse(r->body, tsr) == WIRE_IKE_OK;
}

/* How well a child of the connection fits what the peer asks for, from worst to best. */
enum narrow_fit {
    NARROW_NONE,
    NARROW_SOME,  /* they have something in common */
    NARROW_FIRST, /* it has the first selectors, which may be those of a packet that waits (RFC 7296 2.9) */
    NARROW_EXACT
};

/* l and r: what they have in common. */
static enum narrow_fit narrow_fit(const struct ikev2_sa *sa, const struct ike_child_conf *c,
                                  const struct base_ts_list *local, const struct base_ts_list *remote,
                                  struct base_ts_list *l, struct base_ts_list *r)
{
    struct base_ts_list scratch_l, scratch_r;
    const struct base_ts_list *own = ikev2_transport_ts(sa, c, true, &scratch_l);
    const struct base_ts_list *peer = ikev2_transport_ts(sa, c, false, &scratch_r);
    if (!base_ts_narrow(own, local, l) || !base_ts_narrow(peer, remote, r))
        return NARROW_NONE;
    if (base_ts_equal(own, local) && base_ts_equal(peer, remote))
        return NARROW_EXACT;
    const bool has_first = base_ts_holds(own, &local->list[0]) && base_ts_holds(peer, &remote->list[0]);
    return has_first ? NARROW_FIRST : NARROW_SOME;
}

/* Whether something of what the peer asks for, which the task leaves out, would do for another child. */
static bool narrow_has_more(const struct ikev2_sa *sa, const struct base_ts_list *local,
                            const struct base_ts_list *remote, const struct ikev2_task *t)
{
    struct base_ts_list l, r;
    for (size_t i = 0; i < sa->conn->n_children; i++)
        if (i != t->child_index && sa->conn->children[i].mode == t->mode &&
            narrow_fit(sa, &sa->conn->children[i], local, remote, &l, &r) != NARROW_NONE &&
            !(base_ts_within(&l, t->local_ts) && base_ts_within(&r, t->remote_ts)))
            return true;
    return false;
}

static bool narrow_has_pair(const struct ikev2_sa *sa, const struct ike_child_conf *conf)
{
    const struct ikev2_child *c = sa->children;
    while (c && !(c->conf == conf && ikev2_child_is_live(c)))
        c = c->next;
    return c;
}

/* Of children that differ in their DSCP alone the first without an SA; what arrives is not held against it.
 */
static size_t narrow_among_dscps(const struct ikev2_sa *sa, size_t picked)
{
    const struct ike_child_conf *list = sa->conn->children;
    for (size_t i = 0; narrow_has_pair(sa, &list[picked]) && i < sa->conn->n_children; i++)
        if (ike_child_conf_is_beside(&list[i], &list[picked]) && !narrow_has_pair(sa, &list[i]))
            return i;
    return picked;
}

bool ikev2_narrow_pick(struct ike *ike, const struct ikev2_sa *sa, const struct base_ts_list *local,
                       const struct base_ts_list *remote, struct ikev2_task *t)
{
    const struct ikev2_child *old = t->spi_old ? ikev2_child_by_spi(ike, t->spi_old) : NULL;
    enum narrow_fit best = NARROW_NONE;
    struct base_ts_list l, r;
    if (old && old->mode == t->mode && narrow_fit(sa, old->conf, local, remote, &l, &r) != NARROW_NONE) {
        t->child_index = (size_t)(old->conf - sa->conn->children);
        return ikev2_task_set_ts(t, &l, &r);
    }
    for (size_t i = 0; i < sa->conn->n_children && best < NARROW_EXACT; i++) {
        const struct ike_child_conf *c = &sa->conn->children[i];
        const enum narrow_fit fit =
            c->mode == t->mode ? narrow_fit(sa, c, local, remote, &l, &r) : NARROW_NONE;
        if (fit <= best)
            continue;
        if (!ikev2_task_set_ts(t, &l, &r))
            return false;
        t->child_index = i;
        t->is_cut = l.skipped || r.skipped;
        best = fit;
    }
    if (best)
        t->child_index = narrow_among_dscps(sa, t->child_index);
    t->is_cut = t->is_cut || (best && narrow_has_more(sa, local, remote, t));
    return best != NARROW_NONE;
}

void ikev2_narrow_offer(const struct ikev2_sa *sa, const struct ike_child_conf *c, struct wire_ike_builder *b)
{
    struct base_ts_list scratch;
    wire_ike_put_ts(b, WIRE_IKE_P_TSI, ikev2_transport_ts(sa, c, true, &scratch));
    wire_ike_put_ts(b, WIRE_IKE_P_TSR, ikev2_transport_ts(sa, c, false, &scratch));
    ikev2_transport_put(c->mode, b);
    ikev2_further_offer(c, b);
}

enum ikev2_narrow_answer ikev2_narrow_check(const struct ikev2_sa *sa, const struct ike_child_conf *c,
                                            const struct base_ts_list *local,
                                            const struct base_ts_list *remote)
{
    struct base_ts_list scratch_l, scratch_r;
    const struct base_ts_list *own = ikev2_transport_ts(sa, c, true, &scratch_l);
    const struct base_ts_list *peer = ikev2_transport_ts(sa, c, false, &scratch_r);
    if (!base_ts_within(local, own) || !base_ts_within(remote, peer))
        return IKEV2_NARROW_BEYOND;
    return base_ts_within(own, local) && base_ts_within(peer, remote) ? IKEV2_NARROW_ALL : IKEV2_NARROW_LESS;
}

void ikev2_narrow_put(struct wire_ike_builder *b, const struct ikev2_task *t)
{
    wire_ike_put_ts(b, WIRE_IKE_P_TSI, t->remote_ts);
    wire_ike_put_ts(b, WIRE_IKE_P_TSR, t->local_ts);
    if (t->is_cut)
        ikev2_msg_put_notify(b, WIRE_IKE_N_ADDITIONAL_TS_POSSIBLE, BASE_SPAN_NONE);
    ikev2_transport_put(t->mode, b);
    ikev2_further_answer(t, b);
}
