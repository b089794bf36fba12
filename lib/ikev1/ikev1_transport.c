/* SPDX-License-Identifier: BSD-3-Clause */
/* Selectors of hosts that talk to each other themselves, and what a NAT between them does to those. */
#include "ikev1_transport.h"

#include "esp_pair.h"
#include "ike_conf.h"
#include "ike_host_ts.h"
#include "ikev1_child.h"
#include "ikev1_msg.h"
#include "ikev1_natt.h"
#include "ikev1_quick.h"
#include "ikev1_sa.h"
#include "wire_v1.h"

#define OAS_MAX 2

const struct base_ts_list *ikev1_transport_ts(const struct ikev1_sa *sa, const struct ike_child_conf *c,
                                              bool is_local, struct base_ts_list *scratch)
{
    const struct base_ts_list *l = is_local ? c->local_ts : c->remote_ts;
    const struct base_addr *addr = is_local ? &sa->path.local.addr : &sa->path.remote.addr;
    if (c->mode == ESP_MODE_TUNNEL)
        return ikev1_child_ts(sa, l, is_local, scratch);
    ike_host_ts(l, addr, scratch);
    return scratch;
}

void ikev1_transport_put(const struct ikev1_sa *sa, const struct ikev1_quick *q, bool is_initiator,
                         struct wire_ike_builder *b)
{
    if (q->mode != ESP_MODE_TRANSPORT || sa->way != ESP_WAY_UDP)
        return;
    wire_v1_put_natoa(b, ikev1_natt_oa(sa), is_initiator ? &q->local.lo : &q->remote.lo);
    wire_v1_put_natoa(b, ikev1_natt_oa(sa), is_initiator ? &q->remote.lo : &q->local.lo);
}

/* The address of a side, or of the path where none is said. False: several, or of another family. */
static bool transport_host(const struct base_ts *t, const struct base_addr *of_path, struct base_addr *out)
{
    *out = t->lo.family == BASE_AF_NONE ? *of_path : t->lo;
    return base_addr_equal(&t->lo, &t->hi) && out->family == of_path->family;
}

/*
 * One NAT-OA is the sender's own address, as the drafts have it; of two the first is the initiator's. *count:
 * how many there are. libreswan sends none when it answers, and none when it is not behind the NAT itself.
 */
static bool transport_read_oas(const struct ikev1_sa *sa, const struct ikev1_msg *msg, bool is_peer_initiator,
                               struct esp_ends *said, size_t *count)
{
    const struct wire_v1_pld *p;
    struct base_addr oas[OAS_MAX];
    size_t n = 0;
    for (; (p = wire_v1_plds_find(&msg->plds, ikev1_natt_oa(sa), n)) != NULL; n++)
        if (n == OAS_MAX || wire_v1_natoa_parse(p->body, &oas[n]) != WIRE_IKE_OK ||
            oas[n].family != said->remote.family)
            return false;
    if (n)
        said->remote = oas[n == OAS_MAX && !is_peer_initiator];
    if (n == OAS_MAX)
        said->local = oas[is_peer_initiator];
    *count = n;
    return true;
}

bool ikev1_transport_take(const struct ikev1_sa *sa, const struct ikev1_msg *msg, bool is_peer_initiator,
                          struct ikev1_quick *q)
{
    struct esp_ends own, said;
    size_t n;
    if (!transport_host(&q->local, &sa->path.local.addr, &own.local) ||
        !transport_host(&q->remote, &sa->path.remote.addr, &own.remote))
        return false;
    said = own;
    if (!transport_read_oas(sa, msg, is_peer_initiator, &said, &n))
        return false;
    if (sa->natd.local_nat)
        own.local = sa->path.local.addr;
    if (sa->natd.remote_nat)
        own.remote = sa->path.remote.addr;
    q->local.lo = q->local.hi = own.local;
    q->remote.lo = q->remote.hi = own.remote;
    q->ends_in = said;
    q->sums_anew = (!n && sa->natd.remote_nat) || (n < OAS_MAX && sa->natd.local_nat);
    return true;
}
