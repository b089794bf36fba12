/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * We ask for certificates, as many peers send theirs only then: as initiator those of the connection's
 * authorities; as responder, who does not know yet who calls, those of all connections. What the peer asks
 * for decides which of several certificates of ours it gets.
 */
#include "base_span.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_cred.h"
#include "ikev2_certreq.h"
#include "ikev2_ext_rows.h"
#include "ikev2_init.h"
#include "ikev2_sa.h"
#include "wire_ike.h"

static const struct ike_cas certreq_any;

static size_t certreq_answer_bytes(const struct ike *ike)
{
    return ike->conf->cas ? ikev2_certreq_bytes(&certreq_any) : 0;
}

/* Names of authorities only where the answer stays within what the caller sent, or its address is proved. */
static void certreq_answer(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    const struct ike_cas *cas = ike->conf->cas;
    if (!cas)
        return;
    const bool fits =
        sa->init->is_proved || b->w.pos + ikev2_certreq_bytes(cas) <= ike_blob_span(&sa->init->msg_i).len;
    ikev2_certreq_put(b, fits ? cas : &certreq_any);
}

static uint16_t certreq_answered(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    (void)ike;
    for (const struct ike_conn_conf *c = sa->conn; c; c = c->then)
        sa->init->auth.wanted[c->round] = ikev2_certreq_wants(msg, c->creds);
    return 0;
}

/* Whether a round before this one is held against the same. */
static bool certreq_is_put(const struct ike_conn_conf *from, const struct ike_conn_conf *to)
{
    while (from != to && from->anchor != to->anchor)
        from = from->then;
    return from != to;
}

static void certreq_ask(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    (void)ike;
    for (const struct ike_conn_conf *c = sa->conn; c; c = c->then)
        if (c->anchor && c->anchor->trust && !certreq_is_put(sa->conn, c))
            ikev2_certreq_put(b, &c->anchor->cas);
}

const struct ikev2_ext ikev2_ext_certreq = {
    .name = "certificate requests",
    .rfc = "RFC 7296 3.7",
    .answer_bytes = certreq_answer_bytes,
    .put = {[IKEV2_EXT_INIT_ANSWER] = certreq_answer, [IKEV2_EXT_AUTH_ASK] = certreq_ask},
    .take = {[IKEV2_EXT_INIT_ANSWER] = certreq_answered},
};
