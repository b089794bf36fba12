/* SPDX-License-Identifier: BSD-3-Clause */
/* The list of extensions, and the walk over it. */
#include "ikev2_ext.h"

#include "ikev2_ext_rows.h"

/* clang-format off */
const struct ikev2_ext *const ikev2_exts[] = {
    &ikev2_ext_frag,
    &ikev2_ext_lifetime,
    &ikev2_ext_mobike,
    &ikev2_ext_mix,
    &ikev2_ext_ppk,
    &ikev2_ext_eap,
    &ikev2_ext_rounds,
    &ikev2_ext_cp,
    &ikev2_ext_hash,
    &ikev2_ext_certreq, /* last: what it puts into the first answer depends on the room that is left */
    &ikev2_ext_childless,
    &ikev2_ext_redirect,
    NULL,
};
/* clang-format on */

size_t ikev2_ext_answer_bytes(const struct ike *ike)
{
    size_t n = 0;
    for (const struct ikev2_ext *const *e = ikev2_exts; *e; e++)
        n += (*e)->answer_bytes ? (*e)->answer_bytes(ike) : 0;
    return n;
}

void ikev2_ext_put(struct ike *ike, struct ikev2_sa *sa, enum ikev2_ext_at at, struct wire_ike_builder *b)
{
    for (const struct ikev2_ext *const *e = ikev2_exts; *e; e++)
        if ((*e)->put[at])
            (*e)->put[at](ike, sa, b);
}

uint16_t ikev2_ext_take(struct ike *ike, struct ikev2_sa *sa, enum ikev2_ext_at at,
                        const struct ikev2_msg *msg)
{
    uint16_t refusal = 0;
    for (const struct ikev2_ext *const *e = ikev2_exts; *e; e++) {
        const uint16_t notify = (*e)->take[at] ? (*e)->take[at](ike, sa, msg) : 0;
        if (!refusal)
            refusal = notify;
    }
    return refusal;
}
