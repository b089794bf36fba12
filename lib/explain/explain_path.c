/* SPDX-License-Identifier: BSD-3-Clause */
/* Explanations, of paths: moves that are refused, on either side, and redirects without an end. */
#include "explain.h"
#include "explain_int.h"

#include <errno.h>
#include <string.h>
#include "base_addr.h"
#include "base_text.h"
#include "ike_audit.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_path.h"
#include "wire_ike.h"

void explain_move(struct ike *ike, struct explain_about about, const struct ike_path *to)
{
    char from[BASE_ADDR_TEXT_MAX], at[BASE_ADDR_TEXT_MAX];
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_MOVE, about, about.conn))
        return;
    e.a->notify = WIRE_IKE_N_UNACCEPTABLE_ADDRESSES;
    base_text_add(&e.what, "the peer moves to %s, and calls us at %s there",
                  base_addr_text(&to->remote.addr, from), base_addr_text(&to->local.addr, at));
    base_text_add(&e.nearest, "connection %s", about.conn->name);
    base_text_add(&e.why,
                  "The connection does not allow this pair of addresses (remote.from, local.address), "
                  "so the tunnel stays where it was, and ends when nobody answers there any more.");
    base_text_add(&e.fix_here, "connections.%s.remote.from: add \"%s\", and local.address: \"%s\" or \"any\"",
                  about.conn->name, from, at);
    explain_end(ike, &e);
}

void explain_move_refused(struct ike *ike, struct explain_about about, uint16_t notify)
{
    char from[BASE_ENDPOINT_TEXT_MAX], to[BASE_ENDPOINT_TEXT_MAX];
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_MOVE, about, about.conn))
        return;
    e.a->notify = notify;
    base_text_add(&e.what, "%s answered %s (%u) when we moved to %s",
                  base_endpoint_text(&about.path->remote, to), wire_ike_notify_name(notify), notify,
                  base_endpoint_text(&about.path->local, from));
    base_text_add(&e.nearest, "connection %s", about.conn->name);
    if (notify == WIRE_IKE_N_UNEXPECTED_NAT_DETECTED) {
        base_text_add(&e.why, "There is a NAT on the new path, and encapsulation \"never\" forbids that.");
        base_text_add(&e.fix_here, "connections.%s.encapsulation: \"auto\"", about.conn->name);
    } else {
        base_text_add(&e.why, "The peer does not take us at our new address; another one is tried, or the "
                              "one of before.");
        base_text_add(&e.fix_peer, "allow that address (strongSwan: remote_addrs; Culvert: remote.from)");
    }
    explain_end(ike, &e);
}

void explain_redirects(struct ike *ike, struct explain_about about, const char *to)
{
    char at[BASE_ENDPOINT_TEXT_MAX];
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_REDIRECT, about, about.conn))
        return;
    base_text_add(&e.what, "%s sends us to %s", base_endpoint_text(&about.path->remote, at), to);
    base_text_add(&e.nearest, "connection %s", about.conn->name);
    base_text_add(
        &e.why, "Gateways have sent us from one to another several times within minutes, so this one is not "
                "followed (RFC 5685 7).");
    base_text_add(&e.fix_here, "connections.%s.follow_redirect: false, and an address that takes us",
                  about.conn->name);
    base_text_add(&e.fix_peer,
                  "let one of the gateways take its callers (Culvert: redirect_to, limits.redirect_all_to)");
    explain_end(ike, &e);
}

/* What the kernel says of a connection, in words of a way between two gateways. */
static const struct {
    int error;
    const char *why, *fix_here, *fix_peer;
} tcp_faults[] = {
    {ECONNREFUSED,
     "Somebody is there and takes no connection on this port: the peer does not listen for IKE over TCP, or "
     "on another "
     "port, or a firewall answers for it.",
     "connections.%s.remote.tcp_port, as the peer has it",
     "let it listen (Culvert: \"tcp\": { \"listen\": [4500] }; libreswan: listen-tcp=yes)"},
    {ETIMEDOUT, "Nobody answers the call: a firewall drops this TCP port on the way, or the peer is down.",
     "connections.%s.remote.tcp_port: 443, where networks let that pass and the peer listens there",
     "let TCP 4500 in, and through its NAT"},
    {ECONNRESET,
     "The connection was there and was broken off: somebody on the way looks into it and wants other "
     "traffic, or the peer "
     "takes no more connections from this address.",
     NULL, "see its log for \"tcp\""},
    {EMFILE, "There are as many TCP connections as limits allow.", "tcp.connections", NULL},
    {EADDRNOTAVAIL,
     "The host does not have the address that the call is to come from, so its TCP cannot be used.",
     "give the outside port a host interface (ports.NAME.host)", NULL},
    {ENOTSUP, "There is no TCP here.", NULL, NULL},
};

void explain_tcp(struct ike *ike, struct explain_about about, int error, const char *why)
{
    char at[BASE_ENDPOINT_TEXT_MAX];
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_TCP, about, about.conn))
        return;
    base_text_add(&e.what, "IKE over TCP (RFC 9329) with %s: %s", base_endpoint_text(&about.path->remote, at),
                  why ? why : strerrordesc_np(-error));
    for (size_t i = 0; i < sizeof tcp_faults / sizeof *tcp_faults; i++) {
        if (tcp_faults[i].error != -error)
            continue;
        base_text_add(&e.why, "%s", tcp_faults[i].why);
        if (tcp_faults[i].fix_here)
            base_text_add(&e.fix_here, tcp_faults[i].fix_here, about.conn->name);
        if (tcp_faults[i].fix_peer)
            base_text_add(&e.fix_peer, "%s", tcp_faults[i].fix_peer);
    }
    if (about.conn->tcp == IKE_TCP_FALLBACK)
        base_text_add(&e.why, "%sBy UDP nobody answered either; that is tried again first.",
                      e.why.len ? " " : "");
    explain_end(ike, &e);
}

void explain_tcp_refused(struct ike *ike, const struct ike_path *path, const char *why)
{
    char at[BASE_ENDPOINT_TEXT_MAX];
    struct explain e;
    const struct explain_about about = {.path = path};
    if (!ike_fail_is_rare(ike) || !explain_begin(ike, &e, IKE_AUDIT_FAIL_TCP, about, NULL))
        return;
    base_text_add(&e.what, "a TCP connection from %s to our port %u was closed: %s",
                  base_endpoint_text(&path->remote, at), path->local.port, why);
    base_text_add(
        &e.why, "Whoever calls there speaks another protocol, or this one wrongly; nothing of it was kept.");
    base_text_add(&e.fix_here, "tcp.listen: a port that nobody else's clients call");
    explain_end(ike, &e);
}
