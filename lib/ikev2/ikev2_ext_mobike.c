/* SPDX-License-Identifier: BSD-3-Clause */
/* Both sides say in IKE_AUTH that they do MOBIKE, and where else they can be reached (RFC 4555 3.3, 3.4). Of
 * a connection that has TCP only the caller does not: there is nowhere to go. */
#include "base_span.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ikev2_ext_rows.h"
#include "ikev2_msg.h"
#include "ikev2_places_msg.h"
#include "ikev2_sa.h"
#include "wire_ike.h"

static void mobike_put(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    ikev2_msg_put_notify(b, WIRE_IKE_N_MOBIKE_SUPPORTED, BASE_SPAN_NONE);
    ikev2_places_put(ike, sa, b, false);
}

static bool mobike_is_wanted(const struct ikev2_sa *sa)
{
    const bool stays = sa->is_initiator && sa->path.tcp && sa->conn->tcp == IKE_TCP_ALWAYS;
    return sa->conn->mobike && sa->natd.seen && !stays;
}

static void mobike_ask(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    if (mobike_is_wanted(sa))
        mobike_put(ike, sa, b);
}

static void mobike_answer(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    if (sa->mobike.is_agreed)
        mobike_put(ike, sa, b);
}

static bool mobike_take(struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct ikev2_places told;
    sa->mobike.is_agreed = mobike_is_wanted(sa) && ikev2_msg_has(msg, WIRE_IKE_N_MOBIKE_SUPPORTED);
    if (sa->mobike.is_agreed && ikev2_places_take(&told, msg))
        ikev2_places_keep(sa, &told);
    return sa->mobike.is_agreed;
}

static uint16_t mobike_asked(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    (void)ike;
    mobike_take(sa, msg);
    return 0;
}

/* How our NAT shows us is asked at once: what it forgets is noticed by a difference from that. */
static uint16_t mobike_answered(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    (void)ike;
    sa->mobike.is_ours = mobike_take(sa, msg);
    if (sa->mobike.is_ours && sa->natd.local_nat && !sa->path.tcp)
        sa->want.dpd = true;
    return 0;
}

const struct ikev2_ext ikev2_ext_mobike = {
    .name = "mobike",
    .rfc = "RFC 4555 3.3",
    .put = {[IKEV2_EXT_AUTH_ASK] = mobike_ask, [IKEV2_EXT_AUTH_ANSWER] = mobike_answer},
    .take = {[IKEV2_EXT_AUTH_ASK] = mobike_asked, [IKEV2_EXT_AUTH_ANSWER] = mobike_answered},
};
