/* SPDX-License-Identifier: BSD-3-Clause */
/* Explanations of transport mode: the two sides want different modes, or the peer may be elsewhere. */
#include "explain_int.h"

#include "base_text.h"
#include "explain.h"
#include "ike_audit.h"
#include "ike_conf.h"
#include "wire_ike.h"
#include "wire_v1.h"

void explain_transport(struct ike *ike, struct explain_about about, const struct ike_child_conf *child)
{
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_TRANSPORT, about, about.conn))
        return;
    base_text_add(&e.what, "the peer asked for transport mode, and got tunnel mode");
    base_text_add(&e.nearest, "connection %s, child %s", about.conn->name, child->name);
    base_text_add(
        &e.why,
        "This child is for tunnel mode. A peer that does not mind has a tunnel now; one that does closes "
        "the child SA, or sends packets that nothing here is meant for.");
    base_text_add(&e.fix_here, "connections.%s: \"mode\": \"transport\" in child %s, if both ends are hosts",
                  about.conn->name, child->name);
    base_text_add(&e.fix_peer, "tunnel mode (strongSwan: mode = tunnel; libreswan: type=tunnel)");
    explain_end(ike, &e);
}

void explain_no_transport(struct ike *ike, struct explain_about about, const struct ike_child_conf *child)
{
    const bool is_ours = child->mode == ESP_MODE_TRANSPORT;
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_TRANSPORT, about, about.conn))
        return;
    e.a->notify = about.conn->version == 1 ? WIRE_V1_N_NO_PROPOSAL_CHOSEN : WIRE_IKE_N_TS_UNACCEPTABLE;
    base_text_add(&e.what, "the peer wants %s mode", is_ours ? "tunnel" : "transport");
    base_text_add(&e.nearest, "connection %s, child %s, %s mode", about.conn->name, child->name,
                  is_ours ? "transport" : "tunnel");
    base_text_add(&e.why,
                  "The modes put different packets into ESP, so neither end would understand the other.");
    base_text_add(&e.fix_here, "connections.%s: \"mode\": \"%s\" in child %s", about.conn->name,
                  is_ours ? "tunnel" : "transport", child->name);
    base_text_add(&e.fix_peer,
                  is_ours ? "transport mode (strongSwan: mode = transport; libreswan: type=transport)"
                          : "tunnel mode (strongSwan: mode = tunnel; libreswan: type=tunnel)");
    explain_end(ike, &e);
}

void explain_transport_place(struct ike *ike, struct explain_about about, const struct ike_child_conf *child,
                             uint16_t notify, bool is_ours)
{
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_TRANSPORT, about, about.conn))
        return;
    e.a->notify = notify;
    base_text_add(
        &e.what,
        is_ours
            ? "a child in transport mode was asked for at more than one address, or the peer moved meanwhile"
            : "the peer asked for transport mode from an address that it has not proved");
    base_text_add(&e.nearest, "connection %s, child %s, transport mode", about.conn->name, child->name);
    base_text_add(&e.why,
                  "What is sent to the peer's address goes into such a child, so both halves of the exchange "
                  "that makes it must have the address that the IKE SA has. Else a host that writes another "
                  "one's address into its packets would get what is for that one. ");
    base_text_add(&e.why, is_ours ? "The peer is asked again, where it is now."
                                  : "A peer that has moved gets the child when it asks again.");
    explain_end(ike, &e);
}
