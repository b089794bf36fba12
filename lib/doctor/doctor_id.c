/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who is who: what we announce, what the peer must announce, which key that pair finds, and identities that
 * are not what their author took them for.
 */
#include "doctor_row.h"

#include <string.h>
#include "explain_swan.h"
#include "ike_pattern.h"
#include "wire_ike.h"

struct base_addr doctor_id_as_addr(const struct ike_id *id)
{
    char text[BASE_ADDR_TEXT_MAX];
    struct base_addr addr = {0};
    if (id->type != WIRE_IKE_ID_FQDN || id->pattern != IKE_ID_EXACT || id->len >= sizeof text)
        return addr;
    memcpy(text, id->bytes, id->len);
    text[id->len] = '\0';
    (void)base_addr_parse(text, &addr); /* untouched when it is none */
    return addr;
}

struct base_addr doctor_id_addr(const struct ike_id *id)
{
    if (id->type != WIRE_IKE_ID_IP4 && id->type != WIRE_IKE_ID_IP6)
        return (struct base_addr){0};
    return base_addr_from_bytes(id->type == WIRE_IKE_ID_IP4 ? BASE_AF_IP4 : BASE_AF_IP6, id->bytes);
}

/* "an FQDN": what the peer has to have as the identity's type. */
static const char *id_kind(const struct ike_id *id)
{
    switch (id->type) {
    case WIRE_IKE_ID_IP4:
        return "an IPv4 address";
    case WIRE_IKE_ID_IP6:
        return "an IPv6 address";
    case WIRE_IKE_ID_FQDN:
        return "a name (FQDN)";
    case WIRE_IKE_ID_EMAIL:
        return "a user (user@FQDN)";
    case WIRE_IKE_ID_DN:
        return "a distinguished name";
    case WIRE_IKE_ID_KEY:
        return "a key-id";
    default:
        return "a pattern";
    }
}

void doctor_id_announced(const struct doctor_conn *f, struct doctor_report *report)
{
    char id[IKE_ID_TEXT_MAX], swan[IKE_ID_TEXT_MAX];
    struct doctor_finding *d = doctor_add(report, "announced", DOCTOR_OK);
    doctor_say(d, DOCTOR_SEEN, "we announce ourselves as %s, which is %s",
               ike_id_text(&f->conn->local_id, f->crypto, id), id_kind(&f->conn->local_id));
    doctor_say(
        d, DOCTOR_MEANS,
        "connections.%s.local.id says so. The peer must expect exactly this, in type and bytes, whatever "
        "a NAT does to addresses (strongSwan: remote.id = %s).",
        f->conn->name, explain_swan_id(&f->conn->local_id, f->crypto, swan));
}

static bool id_is_by_key(const struct ike_conn_conf *c)
{
    return c->local_auth == IKE_AUTH_PSK || c->remote_auth == IKE_AUTH_PSK;
}

void doctor_id_expected(const struct doctor_conn *f, struct doctor_report *report)
{
    char ours[IKE_ID_TEXT_MAX], theirs[IKE_ID_TEXT_MAX], swan[IKE_ID_TEXT_MAX];
    const struct ike_conn_conf *c = f->conn;
    const bool by_key = id_is_by_key(c) && c->remote_id.pattern == IKE_ID_EXACT;
    const bool lacks = by_key && !ike_conf_secret(f->conf, &c->local_id, &c->remote_id);
    struct doctor_finding *d =
        doctor_add(report, lacks ? "no-secret" : "expected", lacks ? DOCTOR_FAULT : DOCTOR_OK);
    ike_id_text(&c->local_id, f->crypto, ours);
    ike_id_text(&c->remote_id, f->crypto, theirs);
    if (lacks) {
        doctor_say(d, DOCTOR_SEEN, "there is no key for the pair %s and %s", ours, theirs);
        doctor_say(d, DOCTOR_MEANS, "Keys are found by exactly this pair of identities and nothing else.");
        doctor_say(d, DOCTOR_HERE, "secrets: { \"local\": \"%s\", \"remote\": \"%s\", \"psk_file\": ... }",
                   ours, theirs);
        return;
    }
    doctor_say(d, DOCTOR_SEEN, "the peer must announce itself as %s, which is %s", theirs,
               id_kind(&c->remote_id));
    doctor_say(d, DOCTOR_MEANS, "connections.%s.remote.id says so (strongSwan: local.id = %s).", c->name,
               c->remote_id.pattern == IKE_ID_EXACT ? explain_swan_id(&c->remote_id, f->crypto, swan)
                                                    : theirs);
    if (by_key)
        doctor_say(d, DOCTOR_MEANS, " The key is looked up by the pair %s and %s, never by an address.", ours,
                   theirs);
}

static void as_name(const struct doctor_conn *f, struct doctor_report *report, const struct ike_id *id,
                    const char *side)
{
    const struct base_addr addr = doctor_id_as_addr(id);
    char text[BASE_ADDR_TEXT_MAX];
    if (addr.family == BASE_AF_NONE || f->up)
        return;
    base_addr_text(&addr, text);
    struct doctor_finding *d = doctor_add(report, "address-typed-as-name", DOCTOR_WARNING);
    doctor_say(d, DOCTOR_SEEN, "connections.%s.%s.id is the name \"%s\", written with @ in front",
               f->conn->name, side, text);
    doctor_say(
        d, DOCTOR_MEANS,
        "@ makes a name (ID_FQDN) of it. A side that has it without @ has an address (ID_IPV%u_ADDR): other "
        "type, other identity, and the key is not found.",
        (unsigned)addr.family);
    doctor_say(d, DOCTOR_HERE, "connections.%s.%s.id: \"%s\" (and the same in its secret)", f->conn->name,
               side, text);
    doctor_say(d, DOCTOR_PEER, "or the name there as well (strongSwan: %s.id = @%s)",
               side[0] == 'l' ? "remote" : "local", text);
}

void doctor_id_as_name(const struct doctor_conn *f, struct doctor_report *report)
{
    as_name(f, report, &f->conn->local_id, "local");
    as_name(f, report, &f->conn->remote_id, "remote");
}

/* Whether the peer can only be on the Internet, where nobody knows our private addresses. */
static bool is_peer_public(const struct doctor_conn *f)
{
    const struct base_addr *peer = f->sa ? &f->sa->path.remote.addr : &f->conn->remote_addr;
    return peer->family != BASE_AF_NONE && !base_addr_is_private(peer);
}

void doctor_id_private(const struct doctor_conn *f, struct doctor_report *report)
{
    const struct base_addr addr = doctor_id_addr(&f->conn->local_id);
    char ours[BASE_ADDR_TEXT_MAX], public[BASE_ADDR_TEXT_MAX] = "the public address";
    if (addr.family == BASE_AF_NONE || !base_addr_is_private(&addr) || f->up ||
        (!f->conf->n_public_addrs && !is_peer_public(f)))
        return;
    base_addr_text(&addr, ours);
    if (f->conf->n_public_addrs)
        base_addr_text(&f->conf->public_addrs[0], public);
    struct doctor_finding *d = doctor_add(report, "private-address-as-identity", DOCTOR_WARNING);
    doctor_say(d, DOCTOR_SEEN, "we announce our private address %s as identity, from behind a 1:1 NAT", ours);
    doctor_say(
        d, DOCTOR_MEANS,
        "NAT changes the address of the packet, not the identity inside. A peer that was told to expect %s "
        "finds no key, and answers AUTHENTICATION_FAILED or NO_PROPOSAL_CHOSEN.",
        public);
    doctor_say(
        d, DOCTOR_HERE,
        "connections.%s.local.id: \"%s\", or better a name as \"@%s\" on both sides (and the same in its "
        "secret)",
        f->conn->name, f->conf->n_public_addrs ? public : "THE PUBLIC ADDRESS", f->conn->name);
    doctor_say(d, DOCTOR_PEER,
               "or let it expect %s (strongSwan: remote.id = %s; VyOS: authentication remote-id %s)", ours,
               ours, ours);
}
