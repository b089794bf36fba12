/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules over patterns of identities: what they cost is bounded, which connection a peer gets is never a
 * matter of order, and a key is found by who the peer is.
 */
#include "conf_int.h"

#include "ike_dn.h"

#define PATTERN_ANYS_MAX 64 /* connections for "any", which are looked at one by one */

/* What all connections have in common. */
struct pattern_count {
    struct ike_dn_shapes shapes;
    size_t n_anys;
};

static void pattern_check_one(struct conf_reader *r, struct pattern_count *all, const struct ike_conn_conf *c)
{
    struct ike_dn_shape shape;
    const size_t mark = conf_enter(r, "remote.id");
    if (c->remote_id.pattern == IKE_ID_DN_PARTS &&
        ike_dn_shape(base_span(c->remote_id.bytes, c->remote_id.len), &shape) &&
        !ike_dn_shapes_add(&all->shapes, &shape))
        conf_fail(
            r,
            "one shape of names with \"*\" too many, %d are possible: let this one have as many parts, and "
            "\"*\" in the same places, as that of another connection",
            IKE_DN_SHAPES_MAX);
    if (c->remote_id.pattern == IKE_ID_ANY && ++all->n_anys == PATTERN_ANYS_MAX + 1)
        conf_fail(r, "more than %d connections for \"any\"; write patterns that tell the peers apart",
                  PATTERN_ANYS_MAX);
    if (c->remote_id.pattern && c->remote_auth == IKE_AUTH_PSK && ike_conn_conf_calls(c))
        conf_fail(
            r, "with a pre-shared key, whom we call must be named exactly: the key is found by the pair of "
               "identities before the peer says its own");
    conf_leave(r, mark);
}

void conf_check_pattern(struct conf_reader *r, const struct ike_conf *ike)
{
    struct pattern_count all = {0};
    const size_t mark = conf_enter(r, "connections");
    for (size_t i = 0; i < ike->n_conns; i++) {
        if (!ike->conns[i].remote_id.pattern)
            continue;
        const size_t at = conf_enter(r, ike->conns[i].name);
        pattern_check_one(r, &all, &ike->conns[i]);
        conf_leave(r, at);
    }
    conf_leave(r, mark);
}
