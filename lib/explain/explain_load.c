/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Explanations of load: limits that were hit, handshakes that nobody finishes. What strangers can cause by
 * themselves is told once for a whole prefix, and once a second in all.
 */
#include "explain_int.h"

#include "base_addr.h"
#include "base_text.h"
#include "ike_audit.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_fail.h"
#include "ike_path.h"
#include "ike_share.h"
#include "wire_ike.h"

void explain_limit(struct ike *ike, struct explain_about about, const char *key)
{
    char from[BASE_ENDPOINT_TEXT_MAX];
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_LIMIT, about, about.conn))
        return;
    base_text_add(&e.what, "%s wants more than the limit \"%s\" allows",
                  base_endpoint_text(&about.path->remote, from), key);
    base_text_add(&e.why, "Limits keep a flood from using up memory and time.");
    base_text_add(&e.fix_here, "limits.%s: a higher number, if these are honest peers", key);
    explain_end(ike, &e);
}

void explain_full(struct ike *ike, struct explain_about about)
{
    char from[BASE_ENDPOINT_TEXT_MAX];
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_LIMIT, about, about.conn))
        return;
    base_text_add(&e.what, "no inbound SPI is left for a child SA with %s",
                  base_endpoint_text(&about.path->remote, from));
    base_text_add(&e.why, "The tables of this gateway are full of child SAs, or it is out of memory.");
    base_text_add(&e.fix_here, "fewer tunnels on this gateway: no key of the configuration raises this");
    explain_end(ike, &e);
}

void explain_one_too_many(struct ike *ike, struct explain_about about, const struct ike_conn_conf *conn,
                          uint32_t n)
{
    char id[IKE_ID_TEXT_MAX];
    struct explain e;
    if (!explain_begin(ike, &e, IKE_AUDIT_FAIL_LIMIT, about, conn))
        return;
    e.a->notify = WIRE_IKE_N_AUTHENTICATION_FAILED;
    base_text_add(&e.what, "%s comes up once more, with %u IKE SAs up already",
                  ike_id_text(&conn->remote_id, e.crypto, id), n);
    if (conn->unique == IKE_UNIQUE_REJECT) {
        base_text_add(
            &e.why,
            "connections.%s.unique is \"reject\". The one that is up is asked for a sign of life; if "
            "it is gone, the next attempt succeeds.",
            conn->name);
        base_text_add(&e.fix_here,
                      "connections.%s.unique: \"replace\", or \"keep\" when several machines share the name",
                      conn->name);
    } else {
        base_text_add(
            &e.why,
            "The identity has as many as limits.sas_per_identity allows. The oldest is asked for a sign "
            "of life; if it is gone, the next attempt succeeds.");
        base_text_add(&e.fix_here,
                      "limits.sas_per_identity: a higher number, or connections.%s.unique: \"replace\"",
                      conn->name);
    }
    base_text_add(&e.fix_peer, "an identity of its own for each machine");
    explain_end(ike, &e);
}

/* Begins a record about somebody who need not be anybody: for his prefix, whatever address and port he uses.
 */
static bool load_begin(struct ike *ike, struct explain *e, enum ike_audit_kind kind,
                       struct explain_about about)
{
    const struct base_endpoint prefix = {.addr = ike_share_prefix(&about.path->remote.addr)};
    if (!ike_fail_is_rare(ike) || !ike_fail_is_news(ike, kind, &prefix, NULL))
        return false;
    explain_open(ike, e, kind, about, NULL);
    return true;
}

void explain_greedy(struct ike *ike, const struct ike_path *path, struct ike_share_count held)
{
    char who[BASE_ADDR_TEXT_MAX];
    struct explain e;
    if (!load_begin(ike, &e, IKE_AUDIT_FAIL_GREEDY, (struct explain_about){.path = path}))
        return;
    base_addr_text(&path->remote.addr, who);
    base_text_add(&e.what, "%s has %u of %u handshakes that wait for their IKE_AUTH, its network %u", who,
                  held.address, (unsigned)ike->stats.half_open, held.prefix);
    base_text_add(&e.why,
                  "It calls again and again and goes no further: a flood, or a path that drops IKE_AUTH. Its "
                  "oldest handshakes make room for those of others.");
    base_text_add(
        &e.fix_here,
        "if it goes on: drop UDP 500 and 4500 from %s in front of this gateway; if all of these are honest "
        "peers: limits.half_open",
        who);
    explain_end(ike, &e);
}

void explain_unfinished(struct ike *ike, struct explain_about about, uint32_t repeats)
{
    char from[BASE_ENDPOINT_TEXT_MAX];
    struct explain e;
    if (!load_begin(ike, &e, IKE_AUDIT_FAIL_UNFINISHED, about))
        return;
    e.a->detail = repeats;
    base_text_add(&e.what, "%s called and was answered, and no IKE_AUTH came",
                  base_endpoint_text(&about.path->remote, from));
    if (repeats)
        base_text_add(
            &e.why,
            "It sent its call %u times more, so our answers do not reach it: they are dropped on the "
            "way back.",
            repeats);
    else
        base_text_add(&e.why,
                      "Is UDP 4500 blocked? IKE_AUTH goes there when there is a NAT. It is longer than what "
                      "came before, too, and a path may drop it for that.");
    base_text_add(&e.fix_here,
                  "let UDP 500 and 4500 in and out, in front of this gateway and through its NAT");
    base_text_add(&e.fix_peer,
                  "let UDP 500 and 4500 out there; its log tells whether it was content with our answer");
    explain_end(ike, &e);
}
