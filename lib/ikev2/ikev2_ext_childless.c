/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whoever is called says that IKE_AUTH may come without a child SA; then the caller may leave it out, and
 * make all of them by CREATE_CHILD_SA (RFC 6023 3). What a connection says of it counts when the caller is
 * known.
 */
#include "base_span.h"
#include "ike_blob.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ikev2_ext_rows.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "wire_ike.h"

#define NOTIFY_BYTES 8u

static void childless_put(struct wire_ike_builder *b)
{
    ikev2_msg_put_notify(b, WIRE_IKE_N_CHILDLESS_IKEV2_SUPPORTED, BASE_SPAN_NONE);
}

/* Nothing to the peer, which passes over it: but its answer has room for the same. */
static void childless_ask(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    (void)ike;
    if (sa->conn->childless == IKE_CHILDLESS_PREFER)
        childless_put(b);
}

/* Not worth a proof of the caller's address: where the answer would be more than came, it is left out. */
static void childless_say(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    const bool has_room = b->w.pos + NOTIFY_BYTES <= ike_blob_span(&sa->init->msg_i).len;
    if (ike->conf->may_be_childless && (has_room || sa->init->is_proved))
        childless_put(b);
}

/* None beyond what came. */
static size_t childless_answer_bytes(const struct ike *ike)
{
    (void)ike;
    return 0;
}

static uint16_t childless_hear(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    (void)ike;
    sa->begins_childless = sa->conn->childless == IKE_CHILDLESS_PREFER &&
                           ikev2_msg_has(msg, WIRE_IKE_N_CHILDLESS_IKEV2_SUPPORTED);
    return 0;
}

const struct ikev2_ext ikev2_ext_childless = {
    .name = "childless IKE SAs",
    .rfc = "RFC 6023",
    .answer_bytes = childless_answer_bytes,
    .put = {[IKEV2_EXT_INIT_ASK] = childless_ask, [IKEV2_EXT_INIT_ANSWER] = childless_say},
    .take = {[IKEV2_EXT_INIT_ANSWER] = childless_hear},
};
