/* SPDX-License-Identifier: BSD-3-Clause */
/* IKEv1 says one network of each side, and each further pair would be a child of its own. */
#include "ikev1_nets.h"

#include "base_ts.h"
#include "explain.h"
#include "ike_blob.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ikev1_child.h"
#include "ikev1_msg.h"
#include "ikev1_quick.h"
#include "ikev1_sa.h"
#include "ikev1_select.h"
#include "ikev1_tables.h"
#include "ikev1_transport.h"
#include "wire_v1.h"

/* ---- initiator ---- */

/* What is replaced stays what it is, but for a host that is elsewhere by now. */
static void nets_of_old(const struct ikev1_sa *sa, const struct ikev1_child *old, struct ikev1_quick *q)
{
    q->local = old->local_ts->list[0];
    q->remote = old->remote_ts->list[0];
    q->ids = old->ids;
    if (q->mode == ESP_MODE_TUNNEL)
        return;
    q->local.lo = q->local.hi = sa->path.local.addr;
    q->remote.lo = q->remote.hi = sa->path.remote.addr;
}

bool ikev1_nets_ask(const struct ikev1_sa *sa, const struct ikev1_child *old, struct ikev1_quick *q)
{
    const struct ike_child_conf *c = &sa->conn->children[q->child_index];
    struct base_ts_list scratch;
    q->mode = c->mode;
    if (old) {
        nets_of_old(sa, old, q);
        return true;
    }
    const struct base_ts_list *l = ikev1_transport_ts(sa, c, true, &scratch);
    if (!base_ts_count(l))
        return false;
    q->local = l->list[0];
    const struct base_ts_list *r = ikev1_transport_ts(sa, c, false, &scratch);
    if (!base_ts_count(r))
        return false;
    q->remote = r->list[0];
    return true;
}

/* said: the address that the peer knows it by; of family none: the selector's. */
static bool nets_put_id(struct wire_ike_builder *b, const struct base_ts *ts, const struct base_addr *said)
{
    uint8_t data[WIRE_V1_TS_BYTES];
    struct wire_v1_id id;
    struct base_ts t = *ts;
    if (said->family != BASE_AF_NONE)
        t.lo = t.hi = *said;
    if (!wire_v1_id_from_ts(&t, data, &id))
        return false;
    wire_v1_put_id(b, &id);
    return true;
}

bool ikev1_nets_put(const struct ikev1_sa *sa, const struct ikev1_quick *q, struct wire_ike_builder *b)
{
    if (!nets_put_id(b, &q->local, &q->ids.local) || !nets_put_id(b, &q->remote, &q->ids.remote))
        return false;
    ikev1_transport_put(sa, q, true, b);
    return true;
}

/* ---- what the peer says ---- */

/*
 * A side of the peer's. In transport mode it may be without an address, as the names by which Windows XP and
 * 2000 call themselves: what they are is the path's, ports and protocol are said all the same.
 */
static bool nets_read_id(struct base_span body, bool may_name, struct base_ts *out)
{
    struct wire_v1_id id;
    if (wire_v1_id_parse(body, &id) != WIRE_IKE_OK)
        return false;
    if (!may_name || id.type != WIRE_V1_ID_FQDN)
        return wire_v1_id_to_ts(&id, out);
    *out = (struct base_ts){
        .protocol = id.protocol, .port_lo = id.port, .port_hi = id.port ? id.port : UINT16_MAX};
    return true;
}

/* Both sides, of the initiator first. Without IDs they stay as they are. */
static bool nets_read(const struct ikev1_msg *msg, bool may_name, struct base_ts *i, struct base_ts *r)
{
    const struct base_span bi = ikev1_msg_body(msg, WIRE_V1_P_ID, 0),
                           br = ikev1_msg_body(msg, WIRE_V1_P_ID, 1);
    return (!bi.len && !br.len) || (nets_read_id(bi, may_name, i) && nets_read_id(br, may_name, r));
}

bool ikev1_nets_check(const struct ikev1_sa *sa, struct ikev1_quick *q, const struct ikev1_msg *msg)
{
    const bool is_transport = q->mode == ESP_MODE_TRANSPORT;
    struct base_ts_list own, peer;
    base_ts_set_one(&own, &q->local);
    base_ts_set_one(&peer, &q->remote);
    return nets_read(msg, is_transport, &q->local, &q->remote) &&
           (!is_transport || ikev1_transport_take(sa, msg, false, q)) && base_ts_holds(&own, &q->local) &&
           base_ts_holds(&peer, &q->remote);
}

/* ---- responder ---- */

/* The child that has these networks: exactly, or among others. */
static bool nets_find_child(const struct ikev1_sa *sa, struct ikev1_quick *q)
{
    struct base_ts_list l, r, scratch;
    bool is_found = false;
    base_ts_set_one(&l, &q->local);
    base_ts_set_one(&r, &q->remote);
    for (size_t i = 0; i < sa->conn->n_children; i++) {
        const struct ike_child_conf *c = &sa->conn->children[i];
        if (c->mode != q->mode)
            continue;
        const struct base_ts_list *own = ikev1_transport_ts(sa, c, true, &scratch);
        if (!base_ts_count(own) || !base_ts_within(&l, own))
            continue;
        const bool is_exact = base_ts_equal(own, &l);
        const struct base_ts_list *peer = ikev1_transport_ts(sa, c, false, &scratch);
        if (!base_ts_count(peer) || !base_ts_within(&r, peer))
            continue;
        if (!is_found || (is_exact && base_ts_equal(peer, &r)))
            q->child_index = i;
        is_found = true;
    }
    return is_found;
}

/* Whether a child of this mode is for these IDs, as they came; else they are that again. */
static bool nets_fit(const struct ikev1_sa *sa, struct ikev1_quick *q, const struct ikev1_msg *msg,
                     enum esp_mode mode)
{
    const struct base_ts local = q->local, remote = q->remote;
    const bool is_transport = mode == ESP_MODE_TRANSPORT;
    q->mode = mode;
    if ((!is_transport || ikev1_transport_take(sa, msg, true, q)) && nets_find_child(sa, q)) {
        if (is_transport)
            q->ids = (struct esp_ends){local.lo, remote.lo};
        return true;
    }
    q->local = local;
    q->remote = remote;
    return false;
}

static bool nets_keep_ids(struct ikev1_quick *q, const struct ikev1_msg *msg)
{
    return ike_blob_set(&q->id_i, ikev1_msg_body(msg, WIRE_V1_P_ID, 0)) == 0 &&
           ike_blob_set(&q->id_r, ikev1_msg_body(msg, WIRE_V1_P_ID, 1)) == 0;
}

uint16_t ikev1_nets_pick(struct ike *ike, const struct ikev1_sa *sa, struct ikev1_quick *q,
                         const struct ikev1_msg *msg)
{
    const struct wire_v1_sa *in = &ike->v1->sa_in;
    const bool wants_transport = ikev1_select_asks_mode(in, ESP_MODE_TRANSPORT);
    const bool wants_tunnel = !wants_transport || ikev1_select_asks_mode(in, ESP_MODE_TUNNEL);
    /* Without IDs it is for the two ends themselves (RFC 2409 5.5). */
    q->local = (struct base_ts){.port_hi = UINT16_MAX, .lo = sa->path.local.addr, .hi = sa->path.local.addr};
    q->remote =
        (struct base_ts){.port_hi = UINT16_MAX, .lo = sa->path.remote.addr, .hi = sa->path.remote.addr};
    if (nets_read(msg, wants_transport, &q->remote, &q->local) && nets_keep_ids(q, msg)) {
        if ((wants_transport && nets_fit(sa, q, msg, ESP_MODE_TRANSPORT)) ||
            (wants_tunnel && nets_fit(sa, q, msg, ESP_MODE_TUNNEL)))
            return 0;
        if (nets_fit(sa, q, msg, wants_transport ? ESP_MODE_TUNNEL : ESP_MODE_TRANSPORT)) {
            explain_no_transport(ike, ikev1_sa_about(sa), &sa->conn->children[q->child_index]);
            return WIRE_V1_N_NO_PROPOSAL_CHOSEN;
        }
    }
    struct base_ts_list l, r;
    base_ts_set_one(&l, &q->local);
    base_ts_set_one(&r, &q->remote);
    explain_selectors(ike, ikev1_sa_about(sa), &l, &r);
    return WIRE_V1_N_INVALID_ID_INFORMATION;
}

void ikev1_nets_answer(const struct ikev1_sa *sa, const struct ikev1_quick *q, struct wire_ike_builder *b)
{
    if (q->id_i.len) {
        wire_ike_put_raw(b, WIRE_V1_P_ID, ike_blob_span(&q->id_i));
        wire_ike_put_raw(b, WIRE_V1_P_ID, ike_blob_span(&q->id_r));
    }
    ikev1_transport_put(sa, q, false, b);
}
