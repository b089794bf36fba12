/* SPDX-License-Identifier: BSD-3-Clause */
/* Both sides say in IKE_SA_INIT that they can join fragments (RFC 7383 2.3). */
#include "base_span.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ikev2_ext_rows.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "wire_ike.h"

static size_t frag_answer_bytes(const struct ike *ike)
{
    return ike->conf->fragment_bytes ? 8 : 0;
}

static void frag_ask(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    sa->frag.is_offered = ike->conf->fragment_bytes != 0;
    if (sa->frag.is_offered)
        ikev2_msg_put_notify(b, WIRE_IKE_N_FRAGMENTATION_SUPPORTED, BASE_SPAN_NONE);
}

static void frag_answer(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    (void)ike;
    if (sa->frag.is_agreed)
        ikev2_msg_put_notify(b, WIRE_IKE_N_FRAGMENTATION_SUPPORTED, BASE_SPAN_NONE);
}

static uint16_t frag_asked(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    sa->frag.is_offered = sa->frag.is_agreed =
        ike->conf->fragment_bytes && ikev2_msg_has(msg, WIRE_IKE_N_FRAGMENTATION_SUPPORTED);
    return 0;
}

static uint16_t frag_answered(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    (void)ike;
    sa->frag.is_agreed = sa->frag.is_offered && ikev2_msg_has(msg, WIRE_IKE_N_FRAGMENTATION_SUPPORTED);
    return 0;
}

const struct ikev2_ext ikev2_ext_frag = {
    .name = "fragments",
    .rfc = "RFC 7383 2.3",
    .answer_bytes = frag_answer_bytes,
    .put = {[IKEV2_EXT_INIT_ASK] = frag_ask, [IKEV2_EXT_INIT_ANSWER] = frag_answer},
    .take = {[IKEV2_EXT_INIT_ASK] = frag_asked, [IKEV2_EXT_INIT_ANSWER] = frag_answered},
};
