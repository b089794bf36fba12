/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of addresses in messages. An address in a list is never a reason to trust a peer. */
#include "ikev2_places_msg.h"

#include "base_addr.h"
#include "base_span.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_env.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "wire_ike.h"

#define OWN_MAX 16 /* of ours that are looked at */

static void place_put(struct wire_ike_builder *b, const struct base_addr *a)
{
    ikev2_msg_put_notify(
        b, a->family == BASE_AF_IP6 ? WIRE_IKE_N_ADDITIONAL_IP6_ADDRESS : WIRE_IKE_N_ADDITIONAL_IP4_ADDRESS,
        base_span(a->bytes, base_addr_size((enum base_family)a->family)));
}

/* What we can be reached at, the present address among it. */
static size_t places_own(struct ike *ike, const struct ikev2_sa *sa, struct base_addr out[OWN_MAX])
{
    size_t n = 0;
    if (sa->natd.local_nat) {
        for (; n < ike->conf->n_public_addrs && n < OWN_MAX; n++)
            out[n] = ike->conf->public_addrs[n];
        return n;
    }
    for (; n < sa->conn->n_local_addrs && n < OWN_MAX; n++)
        out[n] = sa->conn->local_addrs[n];
    return n || !ike->env.own_addrs ? n : ike->env.own_addrs(ike->env.ctx, out, OWN_MAX);
}

void ikev2_places_put(struct ike *ike, const struct ikev2_sa *sa, struct wire_ike_builder *b, bool is_change)
{
    struct base_addr own[OWN_MAX];
    const struct base_addr *here = sa->natd.local_nat ? &sa->natd.public_addr : &sa->path.local.addr;
    const size_t n = places_own(ike, sa, own);
    size_t n_put = 0;
    for (size_t i = 0; i < n && n_put < IKEV2_PLACES_MAX; i++) {
        if (base_addr_equal(&own[i], here))
            continue;
        place_put(b, &own[i]);
        n_put++;
    }
    if (is_change && !n_put)
        ikev2_msg_put_notify(b, WIRE_IKE_N_NO_ADDITIONAL_ADDRESSES, BASE_SPAN_NONE);
}

/* An address of the peer's from a notify. Family none: it is none. */
static struct base_addr place_of(const struct wire_ike_notification *n)
{
    const bool is6 = n->type == WIRE_IKE_N_ADDITIONAL_IP6_ADDRESS;
    const enum base_family family = is6                                            ? BASE_AF_IP6
                                    : n->type == WIRE_IKE_N_ADDITIONAL_IP4_ADDRESS ? BASE_AF_IP4
                                                                                   : BASE_AF_NONE;
    if (family == BASE_AF_NONE || n->data.len != base_addr_size(family))
        return (struct base_addr){0};
    return base_addr_from_bytes(family, n->data.ptr);
}

bool ikev2_places_take(struct ikev2_places *p, const struct ikev2_msg *msg)
{
    struct ikev2_places next = {0};
    bool has_any = false;
    const struct wire_ike_pld *pld;
    struct wire_ike_notification n;
    for (size_t i = 0; (pld = wire_ike_plds_find(&msg->plds, WIRE_IKE_P_NOTIFY, i)) != NULL; i++) {
        if (wire_ike_notify_parse(pld->body, &n) != WIRE_IKE_OK)
            continue;
        const struct base_addr a = place_of(&n);
        has_any = has_any || a.family != BASE_AF_NONE || n.type == WIRE_IKE_N_NO_ADDITIONAL_ADDRESSES;
        if (a.family != BASE_AF_NONE && next.count < IKEV2_PLACES_MAX)
            next.list[next.count++] = a;
    }
    if (has_any)
        *p = next;
    return has_any;
}
