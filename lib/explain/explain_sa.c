/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Explanations, second part: addresses, proposals, NAT, silence and refusals. What the peer sent
 * is shown in the notation of the configuration, so that it can be copied.
 */
#include "explain_int.h"
#include "explain_swan.h"

#include "base_addr.h"
#include "base_text.h"
#include "crypt_alg.h"
#include "crypt_proposal.h"
#include "explain.h"
#include "ike_audit.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_natd.h"
#include "ike_path.h"
#include "wire_ike.h"

static const struct ike_id no_id;

static void no_connection_tell(struct ike *ike, const struct explain_search *s)
{
    char from[BASE_ADDR_TEXT_MAX], to[BASE_ADDR_TEXT_MAX];
    struct explain e;
    const struct ike_conn_conf *near = s->found;
    explain_open(ike, &e, IKE_AUDIT_FAIL_NO_CONNECTION, (struct explain_about){.path = &s->path}, near);
    e.a->remote_id = e.a->local_id = no_id;
    e.a->notify = WIRE_IKE_N_NO_PROPOSAL_CHOSEN;
    base_text_add(&e.what, "%s calls us at %s", base_addr_text(&s->path.remote.addr, from),
                  base_addr_text(&s->path.local.addr, to));
    if (!near) {
        base_text_add(&e.why, "No connection is configured.");
        base_text_add(&e.fix_here, "add one under connections");
    } else {
        base_text_add(&e.nearest, "connection %s", near->name);
        base_text_add(&e.why, "No connection allows this pair of addresses (local.address, remote.from).");
        base_text_add(&e.fix_here,
                      "connections.%s.remote.from: add \"%s\", and local.address: \"%s\" or \"any\"",
                      near->name, from, to);
    }
    explain_end(ike, &e);
}

void explain_no_connection(struct ike *ike, const struct ike_path *path)
{
    explain_search(ike, IKE_AUDIT_FAIL_NO_CONNECTION, (struct explain_about){.path = path}, &no_id, &no_id,
                   no_connection_tell);
}

/* ---- proposals ---- */

static void add_theirs(struct base_text *t, const struct wire_ike_proposal *p)
{
    const char *protocol = p->protocol == WIRE_IKE_PROTO_AH ? "ah:" : "";
    base_text_add(t, "%s", protocol);
    for (size_t i = 0; i < p->count; i++) {
        const struct wire_ike_transform *x = &p->list[i];
        const struct crypt_alg *alg = x->is_unknown ? NULL : crypt_alg_find(x->type, x->id, x->key_bits);
        if (alg && alg->keyword && crypt_type_is_addke(x->type))
            base_text_add(t, "%ske%u_%s", i ? "-" : "", x->type - CRYPT_TYPE_ADDKE1 + 1u,
                          x->id == CRYPT_DH_NONE ? "none" : alg->keyword);
        else if (alg && alg->keyword)
            base_text_add(t, "%s%s", i ? "-" : "", alg->keyword);
        else if (x->key_bits)
            base_text_add(t, "%s(%u:%u/%u)", i ? "-" : "", x->type, x->id, x->key_bits);
        else
            base_text_add(t, "%s(%u:%u)", i ? "-" : "", x->type, x->id);
    }
}

static void add_theirs_all(struct base_text *t, const struct wire_ike_sa *theirs)
{
    for (size_t i = 0; i < theirs->count; i++) {
        base_text_add(t, i ? ", " : "");
        add_theirs(t, &theirs->list[i]);
    }
}

static void add_ours(struct base_text *t, const struct crypt_proposal *list, size_t n)
{
    char text[CRYPT_PROPOSAL_TEXT_MAX];
    for (size_t i = 0; i < n; i++)
        base_text_add(t, "%s%s", i ? ", " : "", crypt_proposal_text(&list[i], text));
}

/* What of a proposal has a row here; false: of some type nothing has. */
static bool explain_known(const struct wire_ike_proposal *p, struct wire_ike_proposal *out)
{
    unsigned offered = 0, known = 0;
    *out = (struct wire_ike_proposal){.number = p->number, .protocol = p->protocol};
    for (size_t i = 0; i < p->count; i++) {
        const struct wire_ike_transform *t = &p->list[i];
        offered |= 1u << (t->type & 15);
        if (t->is_unknown || !crypt_alg_find(t->type, t->id, t->key_bits))
            continue;
        known |= 1u << (t->type & 15);
        out->list[out->count++] = *t;
    }
    return known == offered;
}

/* The first proposal of the peer's that, less what we do not know, can be copied into our configuration. */
static bool explain_usable(const struct wire_ike_sa *theirs, uint8_t protocol, struct wire_ike_proposal *out)
{
    for (size_t i = 0; i < theirs->count; i++)
        if (theirs->list[i].protocol == protocol && explain_known(&theirs->list[i], out))
            return true;
    return false;
}

/* What of theirs a connection of ours may only name with a word of its own. */
static void add_weak(struct base_text *t, const struct wire_ike_proposal *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (crypt_alg_find(p->list[i].type, p->list[i].id, p->list[i].key_bits)->weak) {
            base_text_add(t, " and \"weak\": true beside it; better let the peer offer something newer");
            return;
        }
}

void explain_no_proposal(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                         const struct ike_child_conf *child, const struct wire_ike_sa *theirs)
{
    struct explain e;
    const char *key = child ? "esp_proposals" : "ike_proposals";
    const struct crypt_proposal *ours = child ? child->proposals : conn->proposals;
    const size_t n_ours = child ? child->n_proposals : conn->n_proposals;
    struct wire_ike_proposal copy;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_NO_PROPOSAL, about, conn))
        return;
    e.a->notify = WIRE_IKE_N_NO_PROPOSAL_CHOSEN;
    base_text_add(&e.what, "the peer's %s: ", key);
    add_theirs_all(&e.what, theirs);
    base_text_add(&e.nearest, "ours, of connection %s: ", conn->name);
    add_ours(&e.nearest, ours, n_ours);
    base_text_add(&e.why,
                  "No proposal of the peer's has an algorithm of every type in common with one of ours.");
    if (explain_usable(theirs, child ? WIRE_IKE_PROTO_ESP : WIRE_IKE_PROTO_IKE, &copy)) {
        base_text_add(&e.fix_here, "connections.%s.%s: add \"", conn->name, key);
        add_theirs(&e.fix_here, &copy);
        base_text_add(&e.fix_here, "\"");
        if (!conn->weak)
            add_weak(&e.fix_here, &copy);
    } else {
        base_text_add(
            &e.fix_here,
            "nothing: each proposal of the peer's has a type of which nothing is known here, so the "
            "peer has to offer something else");
    }
    if (n_ours) {
        char text[CRYPT_PROPOSAL_TEXT_MAX];
        base_text_add(&e.fix_peer, "%s (strongSwan: %s = %s)", crypt_proposal_text(&ours[0], text),
                      child ? "esp_proposals" : "proposals", text);
    }
    explain_end(ike, &e);
}

void explain_agreed_before(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                           const char *agreed)
{
    char text[CRYPT_PROPOSAL_TEXT_MAX];
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_NO_PROPOSAL, about, conn))
        return;
    e.a->notify = WIRE_IKE_N_NO_PROPOSAL_CHOSEN;
    base_text_add(&e.what, "the peer is that of connection %s, and the IKE SA has %s", conn->name, agreed);
    base_text_add(&e.nearest, "connection %s asks for ", conn->name);
    add_ours(&e.nearest, conn->proposals, conn->n_proposals);
    base_text_add(
        &e.why,
        "IKE_SA_INIT names nobody (RFC 7296 1.2), so what was agreed on there is what suits most connections "
        "that allow the peer's address. The peer offers it, and its own connection %s does not.",
        conn->name);
    base_text_add(
        &e.fix_here,
        "connections.%s.ike_proposals: add \"%s\", or give it a remote.from or local.address of its "
        "own",
        conn->name, agreed);
    base_text_add(&e.fix_peer, "nothing but what this connection asks for: %s (strongSwan: proposals = %s)",
                  crypt_proposal_text(&conn->proposals[0], text), text);
    explain_end(ike, &e);
}

/* The groups of a proposal of ours; false: it has none. */
static bool add_our_groups(struct base_text *t, const struct crypt_proposal *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->count; i++)
        if (p->transforms[i].type == CRYPT_TYPE_DH && p->transforms[i].id != CRYPT_DH_NONE)
            base_text_add(t, "%s%s", n++ ? ", " : "",
                          crypt_alg_find(CRYPT_TYPE_DH, p->transforms[i].id, 0)->keyword);
    return n > 0;
}

/* A proposal without its groups, as it would be written. */
static void add_without_groups(struct base_text *t, const struct crypt_proposal *p)
{
    struct crypt_proposal plain = *p;
    char text[CRYPT_PROPOSAL_TEXT_MAX];
    plain.count = 0;
    for (size_t i = 0; i < p->count; i++)
        if (p->transforms[i].type != CRYPT_TYPE_DH)
            plain.transforms[plain.count++] = p->transforms[i];
    base_text_add(t, "%s", crypt_proposal_text(&plain, text));
}

static bool has_their_group(const struct wire_ike_sa *theirs)
{
    for (size_t i = 0; i < theirs->count; i++)
        for (size_t j = 0; j < theirs->list[i].count; j++)
            if (theirs->list[i].list[j].type == CRYPT_TYPE_DH && theirs->list[i].list[j].id != CRYPT_DH_NONE)
                return true;
    return false;
}

void explain_pfs(struct ike *ike, struct explain_about about, const struct ike_child_conf *child,
                 const struct wire_ike_sa *theirs, bool is_ahead)
{
    struct explain e;
    const struct ike_conn_conf *conn = about.conn;
    struct wire_ike_proposal copy;
    const struct crypt_proposal *first = &child->proposals[0];
    char text[CRYPT_PROPOSAL_TEXT_MAX];
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_PFS, about, conn))
        return;
    e.a->notify = is_ahead ? 0 : WIRE_IKE_N_NO_PROPOSAL_CHOSEN;
    base_text_add(&e.what, is_ahead ? "the peer's esp_proposals in IKE_AUTH: "
                                    : "the peer's esp_proposals for a child beside or after the first: ");
    add_theirs_all(&e.what, theirs);
    base_text_add(&e.nearest, "ours, of connection %s, child %s: ", conn->name, child->name);
    add_ours(&e.nearest, child->proposals, child->n_proposals);
    if (!has_their_group(theirs)) {
        base_text_add(&e.why,
                      "Our esp_proposals demand perfect forward secrecy (PFS), a key exchange of the child's "
                      "own in ");
        add_our_groups(&e.why, first);
        base_text_add(&e.why, "; the peer offers none. ");
        base_text_add(&e.fix_here, "connections.%s.esp_proposals: add \"", conn->name);
        add_without_groups(&e.fix_here, first);
        base_text_add(&e.fix_here, "\", which does without PFS");
    } else {
        base_text_add(
            &e.why, "The peer demands perfect forward secrecy (PFS), a key exchange of the child's own; our "
                    "esp_proposals have ");
        base_text_add(&e.why, add_our_groups(&e.why, first) ? ", none of which it offers. " : "no group. ");
        if (explain_usable(theirs, WIRE_IKE_PROTO_ESP, &copy)) {
            base_text_add(&e.fix_here, "connections.%s.esp_proposals: add \"", conn->name);
            add_theirs(&e.fix_here, &copy);
            base_text_add(&e.fix_here, "\"");
        } else {
            base_text_add(&e.fix_here,
                          "connections.%s.esp_proposals: add a group of the peer's that is known here",
                          conn->name);
        }
    }
    base_text_add(&e.why,
                  is_ahead
                      ? "The first child needs no group and is up; it cannot be rekeyed, and none will stand "
                        "beside it."
                      : "IKE_AUTH makes the first child without a group, so this shows only now (RFC "
                        "7296 1.2).");
    base_text_add(&e.fix_peer, "the groups of %s there (strongSwan: esp_proposals = %s; libreswan: pfs, esp)",
                  crypt_proposal_text(first, text), text);
    explain_end(ike, &e);
}

void explain_ah(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn)
{
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_AH, about, conn))
        return;
    e.a->notify = WIRE_IKE_N_NO_PROPOSAL_CHOSEN;
    base_text_add(&e.what, "the peer asks for AH");
    base_text_add(&e.nearest, "connection %s, ESP", conn->name);
    base_text_add(&e.why,
                  "AH is not supported: its hash covers the IP addresses, so every NAT on the way breaks it, "
                  "always (RFC 3715 2.1).");
    base_text_add(&e.fix_peer, "ESP instead (strongSwan: esp_proposals = aes128gcm16, no ah_proposals)");
    explain_end(ike, &e);
}

/* ---- NAT, silence, refusals ---- */

void explain_nat_forbidden(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                           const struct ike_natd *natd)
{
    char at[BASE_ENDPOINT_TEXT_MAX];
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_NAT_FORBIDDEN, about, conn))
        return;
    e.a->notify = WIRE_IKE_N_NO_PROPOSAL_CHOSEN;
    base_text_add(&e.what, "NAT detection found a NAT in front of %s, towards %s",
                  natd->local_nat ? natd->remote_nat ? "both sides" : "us" : "the peer",
                  base_endpoint_text(&about.path->remote, at));
    base_text_add(&e.nearest, "connection %s, encapsulation: never", conn->name);
    base_text_add(
        &e.why,
        "Plain ESP does not pass a NAT, and ESP in UDP is forbidden by the configuration. A peer that "
        "forces encapsulation looks the same.");
    base_text_add(&e.fix_here, "connections.%s.encapsulation: \"auto\"", conn->name);
    base_text_add(&e.fix_peer, "no forced encapsulation there (strongSwan: encap = no), if there is no NAT");
    explain_end(ike, &e);
}

void explain_timeout(struct ike *ike, struct explain_about about, const char *exchange, uint32_t sent,
                     enum explain_silence silence)
{
    char at[BASE_ENDPOINT_TEXT_MAX];
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_TIMEOUT, about, about.conn))
        return;
    e.a->detail = silence;
    base_endpoint_text(&about.path->remote, at);
    base_text_add(&e.what, "no answer from %s to %s, sent %u times", at, exchange, sent);
    if (about.path->tcp && silence != EXPLAIN_SILENT_DENIED) {
        base_text_add(
            &e.why,
            "The TCP connection was there, and nobody answered by it: the peer is gone, or what takes "
            "connections on this port is no gateway of this kind.");
        base_text_add(&e.fix_here, "connections.%s.remote.tcp_port, as the peer has it", about.conn->name);
    } else if (silence == EXPLAIN_SILENT_AT_ALL) {
        base_text_add(
            &e.why,
            "Nothing came back at all: the address is wrong, the peer is down or does not know us, or "
            "a firewall drops UDP port %u on the way.",
            about.path->remote.port);
        base_text_add(&e.fix_here, "connections.%s.remote.address", about.conn->name);
        if (about.path->remote.port == IKE_PORT)
            base_text_add(
                &e.fix_here,
                "; where the way there blocks UDP 500 and lets 4500 pass: connections.%s.remote.port: 4500",
                about.conn->name);
        base_text_add(&e.fix_peer, "let UDP 500 and 4500 in, and through its NAT");
    } else if (silence == EXPLAIN_SILENT_AFTER_INIT) {
        base_text_add(&e.why,
                      "IKE_SA_INIT was answered, IKE_AUTH was not: UDP port %u is blocked on the way, or the "
                      "peer drops what it cannot authenticate.",
                      about.path->remote.port);
        base_text_add(&e.fix_peer, "let UDP 4500 in as well, and through its NAT");
    } else if (silence == EXPLAIN_SILENT_DENIED) {
        base_text_add(&e.why,
                      "Each time INVALID_IKE_SPI came back, in clear: the peer has lost this IKE SA, most "
                      "probably since it was started anew. Nothing better came, so the SA is given up; "
                      "\"start\": true makes the next one at once.");
    } else {
        base_text_add(&e.why, "The peer is gone, or its NAT forgot the mapping of its address and port.");
        base_text_add(&e.fix_peer, "keepalives from the side behind the NAT");
    }
    explain_end(ike, &e);
}

static const char *const asked_names[] = {
    [EXPLAIN_ASKED_INIT] = "IKE_SA_INIT",
    [EXPLAIN_ASKED_MORE_KEYS] = "an additional key exchange in IKE_INTERMEDIATE",
    [EXPLAIN_ASKED_AUTH] = "IKE_AUTH",
    [EXPLAIN_ASKED_FIRST_CHILD] = "the first child SA in IKE_AUTH",
    [EXPLAIN_ASKED_CHILD] = "CREATE_CHILD_SA for one more child SA",
    [EXPLAIN_ASKED_CHILD_REKEY] = "rekeying of a child SA",
    [EXPLAIN_ASKED_IKE_REKEY] = "rekeying of the IKE SA",
};

/* NO_PROPOSAL_CHOSEN speaks of what was asked: the IKE SA's algorithms, the child's, or only its group. */
static void add_no_proposal(struct explain *e, const struct ike_conn_conf *c, enum explain_asked asked,
                            const struct ike_child_conf *child)
{
    static const char *const why[] = {
        [EXPLAIN_ASKED_INIT] =
            "The peer has no connection for our address, or accepts none of our IKE algorithms.",
        [EXPLAIN_ASKED_MORE_KEYS] =
            "The peer agreed on this additional key exchange in IKE_SA_INIT and does not "
            "take part in it now.",
        [EXPLAIN_ASKED_AUTH] =
            "The peer knows us now, and its connection for our identity asks for other IKE "
            "algorithms than those agreed on before; or it refuses the whole IKE SA because it "
            "accepts none of our ESP algorithms.",
        [EXPLAIN_ASKED_FIRST_CHILD] =
            "The peer accepts none of our ESP algorithms for this child. The IKE SA itself "
            "is agreed on.",
        [EXPLAIN_ASKED_CHILD] =
            "The peer accepts none of our ESP algorithms for this child, or its demands on "
            "perfect forward secrecy (PFS) differ: another key exchange group, one where we "
            "offer none, or none.",
        [EXPLAIN_ASKED_CHILD_REKEY] =
            "The algorithms of this child were agreed on when it was made, so it is its key "
            "exchange group (PFS), which IKE_AUTH does not show: the peer wants another "
            "one, one where we offer none, or none.",
        [EXPLAIN_ASKED_IKE_REKEY] =
            "The peer accepts none of our IKE algorithms in a rekeying, though it did at "
            "first: its proposals changed meanwhile, or it wants another group.",
    };
    const bool is_ike = asked == EXPLAIN_ASKED_INIT || asked == EXPLAIN_ASKED_MORE_KEYS ||
                        asked == EXPLAIN_ASKED_AUTH || asked == EXPLAIN_ASKED_IKE_REKEY;
    base_text_add(&e->why, "%s", why[asked]);
    base_text_add(&e->fix_here, "connections.%s.%s, ours are: ", c->name,
                  is_ike ? "ike_proposals" : "esp_proposals");
    if (is_ike || !child)
        add_ours(&e->fix_here, c->proposals, c->n_proposals);
    else
        add_ours(&e->fix_here, child->proposals, child->n_proposals);
    base_text_add(&e->fix_peer, "%s (strongSwan: %s)",
                  asked == EXPLAIN_ASKED_CHILD_REKEY ? "the same groups for the child"
                                                     : "a proposal in common",
                  is_ike ? "proposals" : "esp_proposals");
}

static void add_unauthenticated(struct explain *e, const struct ike_conn_conf *c)
{
    char id[IKE_ID_TEXT_MAX], swan[IKE_ID_TEXT_MAX];
    base_text_add(&e->why,
                  "The peer has no connection for this pair of identities, or its key differs. It does "
                  "not tell which; its log does.");
    base_text_add(&e->fix_peer, "it must expect us as %s", ike_id_text(&c->local_id, e->crypto, id));
    base_text_add(&e->fix_peer, " and be %s itself, with the same key (strongSwan: remote.id = %s",
                  ike_id_text(&c->remote_id, e->crypto, id), explain_swan_id(&c->local_id, e->crypto, swan));
    base_text_add(&e->fix_peer, ", local.id = %s, secrets)", explain_swan_id(&c->remote_id, e->crypto, swan));
    base_text_add(&e->fix_here, "connections.%s.local.id, remote.id, and the secret of that pair", c->name);
}

/* What an error notify usually means, and where to look. */
static void add_refusal(struct explain *e, const struct ike_conn_conf *c, enum explain_asked asked,
                        const struct ike_child_conf *child, uint16_t notify)
{
    switch (notify) {
    case WIRE_IKE_N_AUTHENTICATION_FAILED:
        add_unauthenticated(e, c);
        break;
    case WIRE_IKE_N_NO_PROPOSAL_CHOSEN:
        add_no_proposal(e, c, asked, child);
        break;
    case WIRE_IKE_N_INTERNAL_ADDRESS_FAILURE:
        base_text_add(&e->why, "The peer has no inner address left to give us, or none of that family.");
        base_text_add(&e->fix_here, "connections.%s.local.virtual_addresses", c->name);
        base_text_add(&e->fix_peer, "more addresses for us (strongSwan: pools)");
        break;
    case WIRE_IKE_N_FAILED_CP_REQUIRED:
        base_text_add(&e->why, "The peer wants us to ask it for an inner address, and we did not.");
        base_text_add(&e->fix_here, "connections.%s.local: add \"virtual_addresses\": [ \"0.0.0.0\" ]",
                      c->name);
        break;
    case WIRE_IKE_N_TS_UNACCEPTABLE:
        base_text_add(&e->why, "The peer does not agree to our networks: ");
        explain_add_selectors(&e->why, c);
        base_text_add(&e->fix_here, "connections.%s.local.subnets, remote.subnets", c->name);
        base_text_add(&e->fix_peer,
                      "the same networks, the other way round (strongSwan: local_ts, remote_ts)");
        break;
    case WIRE_IKE_N_INVALID_KE_PAYLOAD:
        base_text_add(&e->why,
                      "The peer wants a key exchange group that we do not offer, or another one each time.");
        base_text_add(&e->fix_here, "connections.%s.%s: add its group", c->name,
                      child ? "esp_proposals" : "ike_proposals");
        break;
    case WIRE_IKE_N_INVALID_SYNTAX:
        base_text_add(
            &e->why,
            "The peer does not understand our message: a fault in one of the two implementations, or a "
            "limit of the peer's, such as on the networks of a child SA. Both sides drop the IKE SA "
            "with that (RFC 7296 2.21.3).");
        if (child)
            base_text_add(&e->fix_here, "connections.%s.children: more of them, with fewer networks in each",
                          c->name);
        break;
    case WIRE_IKE_N_TS_MAX_QUEUE:
        base_text_add(&e->why,
                      "The peer makes no further SA for a child that has several, one for each worker "
                      "(RFC 9611); it goes on with those that it has.");
        base_text_add(&e->fix_peer, "a higher limit (Culvert: child.worker_sas), if it has the cores");
        break;
    case WIRE_IKE_N_COOKIE:
        base_text_add(&e->why, "The peer is under load and wants another cookie each time.");
        break;
    default:
        base_text_add(&e->why, "The peer's log tells more.");
        break;
    }
}

void explain_refused(struct ike *ike, struct explain_about about, enum explain_asked asked,
                     const struct ike_child_conf *child, uint16_t notify)
{
    char at[BASE_ENDPOINT_TEXT_MAX];
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_REFUSED, about, about.conn))
        return;
    e.a->notify = notify;
    e.a->detail = asked;
    base_text_add(&e.what, "%s answered %s (%u) to %s", base_endpoint_text(&about.path->remote, at),
                  notify ? wire_ike_notify_name(notify) : "nothing useful", notify, asked_names[asked]);
    base_text_add(&e.nearest, "connection %s", about.conn->name);
    if (child)
        base_text_add(&e.nearest, ", child %s", child->name);
    add_refusal(&e, about.conn, asked, child, notify);
    if (!about.is_authentic)
        base_text_add(&e.why,
                      " This came in clear, so somebody else may have sent it; no better answer came.");
    explain_end(ike, &e);
}

void explain_malformed(struct ike *ike, struct explain_about about, const char *fault)
{
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_MALFORMED, about, about.conn))
        return;
    e.a->notify = WIRE_IKE_N_INVALID_SYNTAX;
    base_text_add(&e.what, "the peer sent a message that cannot be understood: %s", fault);
    if (about.is_authentic)
        base_text_add(&e.why,
                      "The message was authentic, so this is a fault in one of the two implementations.");
    else
        base_text_add(&e.why,
                      "It came in clear: a fault in one of the two implementations, or somebody's forgery.");
    explain_end(ike, &e);
}

void explain_black_hole(struct ike *ike, struct explain_about about, uint16_t mtu)
{
    char to[BASE_ENDPOINT_TEXT_MAX];
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_BLACK_HOLE, about, about.conn))
        return;
    base_text_add(&e.what, "packets above %u bytes do not arrive at %s, and no ICMP says so", mtu,
                  base_endpoint_text(&about.path->remote, to));
    base_text_add(
        &e.why,
        "A link on the way carries no more, and a firewall drops the ICMP error that would tell it. "
        "Culvert found it by probing, and uses %u bytes.",
        mtu);
    base_text_add(
        &e.fix_here,
        "let ICMP \"fragmentation needed\" (type 3 code 4) and ICMPv6 \"packet too big\" pass on the "
        "firewalls between, or set ports.NAME.mtu to %u",
        mtu);
    explain_end(ike, &e);
}

void explain_ikev1(struct ike *ike, const struct ike_path *path)
{
    char from[BASE_ENDPOINT_TEXT_MAX];
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_VERSION, (struct explain_about){.path = path}, NULL))
        return;
    base_text_add(&e.what, "%s speaks IKEv1", base_endpoint_text(&path->remote, from));
    base_text_add(&e.why, "IKEv1 is historic (RFC 9395), and no connection here has \"version\": 1.");
    base_text_add(&e.fix_peer, "IKEv2 there (strongSwan: version = 2; libreswan: ikev2=insist)");
    explain_end(ike, &e);
}

void explain_critical(struct ike *ike, struct explain_about about, uint8_t payload)
{
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_CRITICAL, about, about.conn))
        return;
    e.a->notify = WIRE_IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD;
    base_text_add(&e.what, "the peer sent a payload of type %u and calls it critical", payload);
    base_text_add(&e.why,
                  "This type is not known here, and a request with it may not be carried out without it "
                  "(RFC 7296 2.5).");
    base_text_add(&e.fix_peer, "leave out the extension that this payload belongs to");
    explain_end(ike, &e);
}
