/* SPDX-License-Identifier: BSD-3-Clause */
/* A client that logs in by a mutual method of EAP says that this may be the gateway's only proof (RFC 5998).
 */
#include "base_span.h"
#include "ike_conf.h"
#include "ikev2_auth.h"
#include "ikev2_ext_rows.h"
#include "ikev2_init.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "wire_ike.h"

static void eap_only_ask(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    const struct ikev2_auth_method *late = sa->init->auth.late;
    (void)ike;
    if (late && late->is_mutual && sa->conn->eap_only)
        ikev2_msg_put_notify(b, WIRE_IKE_N_EAP_ONLY_AUTHENTICATION, BASE_SPAN_NONE);
}

const struct ikev2_ext ikev2_ext_eap = {
    .name = "EAP-only",
    .rfc = "RFC 5998 3",
    .put = {[IKEV2_EXT_AUTH_ASK] = eap_only_ask},
};
