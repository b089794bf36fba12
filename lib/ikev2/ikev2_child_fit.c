/* SPDX-License-Identifier: BSD-3-Clause */
/* Modes, selectors and what other peers hold, at the making of a child; what does not fit is explained here.
 */
#include "ikev2_child_fit.h"

#include "base_addr.h"
#include "explain.h"
#include "ike_claim.h"
#include "ike_conf.h"
#include "ikev2_init.h"
#include "ikev2_mobike.h"
#include "ikev2_msg.h"
#include "ikev2_narrow.h"
#include "ikev2_remap.h"
#include "ikev2_request.h"
#include "ikev2_sa.h"
#include "ikev2_task.h"
#include "ikev2_transport.h"
#include "pool_remap.h"
#include "wire_ike.h"

/*
 * The child that a request is for: in transport mode, if that is asked for and some child of ours is for it,
 * else in tunnel mode, with the selectors as they came (RFC 7296 2.23.1).
 */
static bool fit_by_mode(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                        const struct base_ts_list *local, const struct base_ts_list *remote,
                        struct ikev2_task *t)
{
    struct base_ts_list l, r;
    if (ikev2_msg_has(msg, WIRE_IKE_N_USE_TRANSPORT_MODE)) {
        base_ts_copy(&l, local);
        base_ts_copy(&r, remote);
        t->mode = ESP_MODE_TRANSPORT;
        if (ikev2_transport_take(sa, &l, &r, &t->ends_in) && ikev2_narrow_pick(ike, sa, &l, &r, t))
            return true;
        t->mode = ESP_MODE_TUNNEL;
    }
    return ikev2_narrow_pick(ike, sa, local, remote, t);
}

/* Would a child do for this in transport mode, which the peer does not ask for? */
static bool fit_wants_transport(struct ike *ike, const struct ikev2_sa *sa, const struct ikev2_msg *msg,
                                const struct base_ts_list *local, const struct base_ts_list *remote,
                                struct ikev2_task *t)
{
    t->mode = ESP_MODE_TRANSPORT;
    return !ikev2_msg_has(msg, WIRE_IKE_N_USE_TRANSPORT_MODE) && ikev2_narrow_pick(ike, sa, local, remote, t);
}

/*
 * Whether who has the keys of a child that this request makes receives at the SA's address: our half of them
 * goes to where the request came from. In IKE_AUTH that half was in the answer to IKE_SA_INIT. Where the peer
 * has said that it moved, that is to be proved first (RFC 4555 3.7).
 */
static bool fit_is_in_place(const struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    const struct base_addr *addr = &sa->path.remote.addr;
    return base_addr_equal(addr, &msg->path->remote.addr) && !sa->mobike.is_unproved &&
           (!sa->init || base_addr_equal(addr, &sa->init->from));
}

uint16_t ikev2_child_pick(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                          const struct base_ts_list *local, const struct base_ts_list *remote,
                          struct ikev2_task *t)
{
    const bool fits = fit_by_mode(ike, sa, msg, local, remote, t);
    if (fits && t->mode == ESP_MODE_TRANSPORT && !fit_is_in_place(sa, msg)) {
        /* In IKE_AUTH the other one would end some callers' whole SA. */
        const uint16_t notify = sa->init ? WIRE_IKE_N_NO_ADDITIONAL_SAS : WIRE_IKE_N_TEMPORARY_FAILURE;
        explain_transport_place(ike, ikev2_sa_about(sa), &sa->conn->children[t->child_index], notify, false);
        t->is_put_off = true;
        ikev2_mobike_doubt(sa);
        return notify;
    }
    if (!fits && fit_wants_transport(ike, sa, msg, local, remote, t))
        explain_no_transport(ike, ikev2_sa_about(sa), &sa->conn->children[t->child_index]);
    else if (!fits)
        explain_selectors(ike, ikev2_sa_about(sa), local, remote);
    else if (!t->spi_old && t->mode == ESP_MODE_TUNNEL && ikev2_msg_has(msg, WIRE_IKE_N_USE_TRANSPORT_MODE))
        explain_transport(ike, ikev2_sa_about(sa), &sa->conn->children[t->child_index]);
    return fits ? 0 : WIRE_IKE_N_TS_UNACCEPTABLE;
}

/* Whether the child of a task, if in transport mode, is for this address. */
static bool fit_is_for(const struct ikev2_task *t, const struct base_addr *addr)
{
    const struct base_addr *host = base_ts_host(t->remote_ts);
    return t->mode == ESP_MODE_TUNNEL || (host && base_addr_equal(host, addr));
}

uint16_t ikev2_child_take_mode(struct ike *ike, const struct ikev2_sa *sa, const struct ikev2_msg *msg,
                               struct base_ts_list *local, struct base_ts_list *remote, struct ikev2_task *t)
{
    const struct ike_child_conf *c = &sa->conn->children[t->child_index];
    t->mode = ikev2_msg_has(msg, WIRE_IKE_N_USE_TRANSPORT_MODE) ? ESP_MODE_TRANSPORT : ESP_MODE_TUNNEL;
    const bool is_same = t->mode == c->mode &&
                         (t->mode == ESP_MODE_TUNNEL || ikev2_transport_take(sa, local, remote, &t->ends_in));
    if (!is_same) {
        explain_no_transport(ike, ikev2_sa_about(sa), c);
        return WIRE_IKE_N_TS_UNACCEPTABLE;
    }
    if (t->mode == ESP_MODE_TUNNEL || ikev2_request_went_to(sa, &sa->path.remote.addr))
        return 0;
    explain_transport_place(ike, ikev2_sa_about(sa), c, WIRE_IKE_N_TEMPORARY_FAILURE, true);
    return WIRE_IKE_N_TEMPORARY_FAILURE;
}

static bool fit_is_foreign(const struct ike *ike, const struct ikev2_sa *sa,
                           const struct ike_child_conf *conf, const struct base_ts_list *local,
                           const struct base_ts_list *remote, struct ike_claim *holder)
{
    struct base_ts_list scratch;
    const struct ike_claim want = {sa->conn, conf, sa->remote_id, local,
                                   pool_remap_ts(&sa->remap, remote, &scratch)};
    return ike_claim_is_taken(ike, &want, holder);
}

bool ikev2_child_is_taken(struct ike *ike, struct ikev2_sa *sa, const struct ike_child_conf *conf,
                          const struct base_ts_list *local, const struct base_ts_list *remote)
{
    struct ike_claim holder;
    if (!fit_is_foreign(ike, sa, conf, local, remote, &holder) ||
        (ikev2_remap_take(ike, sa, conf, remote) && !fit_is_foreign(ike, sa, conf, local, remote, &holder)))
        return false;
    explain_overlap(ike, ikev2_sa_about(sa), remote, &holder);
    return true;
}

uint16_t ikev2_child_late(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_task *t, bool is_ours)
{
    const struct ike_child_conf *c = &sa->conn->children[t->child_index];
    if (!fit_is_for(t, &sa->path.remote.addr) || (!is_ours && !fit_is_for(t, &t->path.remote.addr))) {
        explain_transport_place(ike, ikev2_sa_about(sa), c, WIRE_IKE_N_TEMPORARY_FAILURE, is_ours);
        return WIRE_IKE_N_TEMPORARY_FAILURE;
    }
    return ikev2_child_is_taken(ike, sa, c, t->local_ts, t->remote_ts) ? WIRE_IKE_N_TS_UNACCEPTABLE : 0;
}
