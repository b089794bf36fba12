/* SPDX-License-Identifier: BSD-3-Clause */
/* Explanations of IKEv1: what it cannot say in time, and what it says otherwise than IKEv2. */
#include "explain_v1.h"

#include "base_addr.h"
#include "base_text.h"
#include "crypt_proposal.h"
#include "explain_int.h"
#include "ike_audit.h"
#include "ike_conf.h"
#include "wire_v1.h"

static void add_proposals(struct base_text *t, const struct crypt_proposal *list, size_t n)
{
    char text[CRYPT_PROPOSAL_TEXT_MAX];
    for (size_t i = 0; i < n; i++)
        base_text_add(t, "%s%s", i ? ", " : "", crypt_proposal_text(&list[i], text));
}

void explain_v1_proposal(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                         const struct ike_child_conf *child, const char *theirs)
{
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_NO_PROPOSAL, about, conn))
        return;
    e.a->notify = WIRE_V1_N_NO_PROPOSAL_CHOSEN;
    base_text_add(&e.what, "the peer offers by IKEv1: %s", theirs);
    if (!conn) {
        base_text_add(&e.why, "No connection with \"version\": 1 is open for this address.");
        base_text_add(&e.fix_here, "a connection with \"version\": 1, or none: IKEv1 is historic (RFC 9395)");
        base_text_add(&e.fix_peer, "IKEv2 there (strongSwan: version = 2; libreswan: ikev2=insist)");
        explain_end(ike, &e);
        return;
    }
    base_text_add(&e.nearest, "connection %s%s%s: ", conn->name, child ? ", child " : "",
                  child ? child->name : "");
    if (child)
        add_proposals(&e.nearest, child->proposals, child->n_proposals);
    else
        add_proposals(&e.nearest, conn->proposals, conn->n_proposals);
    base_text_add(&e.why,
                  "IKEv1 takes one whole combination of the peer's: cipher, hash, group%s, and none is "
                  "configured here.",
                  child ? " and mode" : " and the way to prove who it is");
    base_text_add(&e.fix_here, "connections.%s.%s", conn->name,
                  child ? "children: esp_proposals" : "proposals");
    base_text_add(&e.fix_peer, "offer one of these there");
    explain_end(ike, &e);
}

void explain_v1_keys(struct ike *ike, struct explain_about about, const struct ike_conn_conf *a,
                     const struct ike_conn_conf *b)
{
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_NO_SECRET, about, a))
        return;
    base_text_add(&e.what,
                  "a caller by main mode of IKEv1 with a pre-shared key, and several keys are possible");
    base_text_add(&e.nearest, "connections %s and %s have different keys", a->name, b->name);
    base_text_add(&e.why,
                  "Main mode encrypts the identity with the key that the identity is to find (RFC 2409 5.4): "
                  "before it, only the address is known, and behind a NAT that tells nothing.");
    base_text_add(
        &e.fix_here,
        "connections.%s.remote.from or remote.address: what tells the callers apart; or one key for all "
        "of them; or certificates, or \"version\": 2",
        a->name);
    base_text_add(&e.fix_peer, "IKEv2 there (strongSwan: version = 2)");
    explain_end(ike, &e);
}

void explain_v1_aggressive(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn)
{
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_VERSION, about, conn))
        return;
    base_text_add(&e.what, "a caller wants aggressive mode of IKEv1");
    base_text_add(&e.why,
                  "It is not answered: with a pre-shared key its answer is a hash that any stranger can ask "
                  "for and guess passwords with (CVE-2002-1623).");
    if (conn)
        base_text_add(&e.fix_here, "connections.%s: \"aggressive\": true, if there is no other way",
                      conn->name);
    base_text_add(&e.fix_peer, "main mode there (strongSwan: aggressive = no), or better IKEv2");
    explain_end(ike, &e);
}

void explain_v1_refused(struct ike *ike, struct explain_about about, const struct ike_child_conf *child,
                        uint16_t notify)
{
    char at[BASE_ENDPOINT_TEXT_MAX];
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_REFUSED, about, about.conn))
        return;
    e.a->notify = notify;
    base_text_add(&e.what, "%s answered %s (%u) to %s", base_endpoint_text(&about.path->remote, at),
                  wire_v1_notify_name(notify), notify, child ? "quick mode" : "our call by IKEv1");
    base_text_add(&e.nearest, "connection %s", about.conn->name);
    if (child)
        base_text_add(&e.nearest, ", child %s", child->name);
    switch (notify) {
    case WIRE_V1_N_NO_PROPOSAL_CHOSEN:
        base_text_add(
            &e.why, "None of our combinations is configured there, or%s.",
            child ? " it wants a key exchange for the child (PFS) and we do not, or the other way round"
                  : " it has no connection for our address");
        base_text_add(&e.fix_here, "connections.%s: %s", about.conn->name,
                      child ? "esp_proposals of the child, with the peer's group or without one"
                            : "proposals");
        break;
    case WIRE_V1_N_INVALID_ID_INFORMATION:
        base_text_add(&e.why,
                      child ? "The peer has not exactly these networks: IKEv1 takes them as they are or not "
                              "at all."
                            : "The peer does not know our identity, or has another key for it.");
        base_text_add(&e.fix_here, "connections.%s: %s", about.conn->name,
                      child ? "the networks of the child, as the peer has them" : "local.id");
        break;
    case WIRE_V1_N_AUTHENTICATION_FAILED:
    case WIRE_V1_N_INVALID_HASH_INFORMATION:
    case WIRE_V1_N_PAYLOAD_MALFORMED:
    case WIRE_V1_N_INVALID_SIGNATURE:
        base_text_add(&e.why, "The two sides have different pre-shared keys, or other identities for them.");
        base_text_add(&e.fix_here, "the key of connections.%s", about.conn->name);
        break;
    default:
        base_text_add(&e.why, "The peer's log says more.");
        break;
    }
    if (!about.is_authentic)
        base_text_add(&e.why,
                      " This came in clear, so somebody else may have sent it; no better answer came.");
    explain_end(ike, &e);
}
