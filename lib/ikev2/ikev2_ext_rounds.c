/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Several rounds of authentication (RFC 4739): each side says that it can do them, the called one in
 * IKE_SA_INIT, when any connection has some, the caller in IKE_AUTH, when this one has. What the caller says
 * is read by the exchange itself, since it counts before anything is proved.
 */
#include "base_span.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ikev2_ext_rows.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "wire_ike.h"

static size_t rounds_answer_bytes(const struct ike *ike)
{
    return ike->conf->has_rounds ? 8 : 0;
}

static void rounds_answer(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    (void)sa;
    if (ike->conf->has_rounds)
        ikev2_msg_put_notify(b, WIRE_IKE_N_MULTIPLE_AUTH_SUPPORTED, BASE_SPAN_NONE);
}

static uint16_t rounds_answered(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    (void)ike;
    sa->init->auth.peer_takes_rounds = ikev2_msg_has(msg, WIRE_IKE_N_MULTIPLE_AUTH_SUPPORTED);
    return 0;
}

static void rounds_ask(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    (void)ike;
    if (sa->conn->then)
        ikev2_msg_put_notify(b, WIRE_IKE_N_MULTIPLE_AUTH_SUPPORTED, BASE_SPAN_NONE);
}

const struct ikev2_ext ikev2_ext_rounds = {
    .name = "rounds of authentication",
    .rfc = "RFC 4739 2.1",
    .answer_bytes = rounds_answer_bytes,
    .put = {[IKEV2_EXT_INIT_ANSWER] = rounds_answer, [IKEV2_EXT_AUTH_ASK] = rounds_ask},
    .take = {[IKEV2_EXT_INIT_ANSWER] = rounds_answered},
};
