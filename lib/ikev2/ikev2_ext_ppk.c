/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * USE_PPK in IKE_SA_INIT (RFC 8784 3): as initiator of a connection that has one, as responder when any
 * connection has, since who calls is not known yet. What IKE_AUTH says of it stands in ikev2_ppk.h.
 */
#include "base_span.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ikev2_ext_rows.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_ppk.h"
#include "ikev2_sa.h"
#include "wire_ike.h"

static size_t ppk_answer_bytes(const struct ike *ike)
{
    return ike->conf->has_ppk ? 8 : 0;
}

static void ppk_ask(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    (void)ike;
    if (sa->conn->ppk)
        ikev2_msg_put_notify(b, WIRE_IKE_N_USE_PPK, BASE_SPAN_NONE);
}

static void ppk_answer(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    (void)ike;
    if (sa->init->ppk)
        ikev2_msg_put_notify(b, WIRE_IKE_N_USE_PPK, BASE_SPAN_NONE);
}

static uint16_t ppk_asked(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    if (ike->conf->has_ppk && ikev2_msg_has(msg, WIRE_IKE_N_USE_PPK))
        (void)ikev2_ppk_agree(sa);
    return 0;
}

static uint16_t ppk_answered(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    (void)ike;
    if (sa->conn->ppk && ikev2_msg_has(msg, WIRE_IKE_N_USE_PPK))
        (void)ikev2_ppk_agree(sa);
    return 0;
}

const struct ikev2_ext ikev2_ext_ppk = {
    .name = "post-quantum preshared keys",
    .rfc = "RFC 8784 3",
    .answer_bytes = ppk_answer_bytes,
    .put = {[IKEV2_EXT_INIT_ASK] = ppk_ask, [IKEV2_EXT_INIT_ANSWER] = ppk_answer},
    .take = {[IKEV2_EXT_INIT_ASK] = ppk_asked, [IKEV2_EXT_INIT_ANSWER] = ppk_answered},
};
