/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Both sides say in IKE_SA_INIT that they can do IKE_INTERMEDIATE (RFC 9242 3.1): we as initiator when our
 * proposals name additional key exchanges, as responder when the answer names some, or none of them (RFC 9370
 * 2.2.1).
 */
#include "base_span.h"
#include "ike_conf.h"
#include "ikev2_ext_rows.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_select.h"
#include "wire_ike.h"

static size_t mix_answer_bytes(const struct ike *ike)
{
    (void)ike;
    return 8;
}

static void mix_ask(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    (void)ike;
    for (size_t i = 0; i < sa->conn->n_proposals; i++) {
        if (!crypt_proposal_has_addke(&sa->conn->proposals[i]))
            continue;
        ikev2_msg_put_notify(b, WIRE_IKE_N_INTERMEDIATE_EXCHANGE_SUPPORTED, BASE_SPAN_NONE);
        return;
    }
}

static void mix_answer(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    (void)ike;
    if (ikev2_select_has_addke(&sa->algs) || sa->algs.addke_is_none)
        ikev2_msg_put_notify(b, WIRE_IKE_N_INTERMEDIATE_EXCHANGE_SUPPORTED, BASE_SPAN_NONE);
}

/* What the peer says counts where the choice is made: IKEV2_DH_SINGLE. */
const struct ikev2_ext ikev2_ext_mix = {
    .name = "intermediate exchanges",
    .rfc = "RFC 9242 3.1",
    .answer_bytes = mix_answer_bytes,
    .put = {[IKEV2_EXT_INIT_ASK] = mix_ask, [IKEV2_EXT_INIT_ANSWER] = mix_answer},
};
