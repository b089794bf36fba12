/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whoever was called says how long the authentication holds, in the last answer of IKE_AUTH or any time later
 * in INFORMATIONAL (RFC 4478 2, 3).
 */
#include "base_span.h"
#include "ike_conf.h"
#include "ikev2_ext_rows.h"
#include "ikev2_life.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "wire_ike.h"

static void lifetime_say(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    uint8_t bytes[4];
    struct base_writer w = base_writer(bytes, sizeof bytes);
    const uint32_t s = ikev2_life_auth_s(sa);
    (void)ike;
    base_write_u32(&w, s);
    if (s)
        ikev2_msg_put_notify(b, WIRE_IKE_N_AUTH_LIFETIME, base_writer_span(&w));
}

static uint16_t lifetime_hear(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct wire_ike_notification n;
    if (!ikev2_msg_notify(msg, WIRE_IKE_N_AUTH_LIFETIME, &n) || n.data.len != 4)
        return 0;
    struct base_reader r = base_reader(n.data);
    ikev2_life_told_auth(ike, sa, base_read_u32(&r));
    return 0;
}

const struct ikev2_ext ikev2_ext_lifetime = {
    .name = "authentication lifetime",
    .rfc = "RFC 4478",
    .put = {[IKEV2_EXT_AUTH_ANSWER] = lifetime_say},
    .take = {[IKEV2_EXT_AUTH_ANSWER] = lifetime_hear},
};
