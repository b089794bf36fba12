/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Children of a connection that have the same networks and part the traffic by DSCP: each class is for one of
 * them. Networks that merely overlap are not looked at, nor those of other connections
 * (conf_check_overlap.c).
 */
#include "conf_int.h"

/* a stands before b, and one of them names its DSCPs. */
static void check_beside(struct conf_reader *r, const struct ike_conn_conf *c, const struct ike_child_conf *a,
                         const struct ike_child_conf *b)
{
    char both[BASE_DSCP_TEXT_MAX];
    struct base_text t = base_text(both, sizeof both);
    base_dscp_text(&t, a->dscp & b->dscp);
    if (a->dscp & b->dscp)
        conf_fail(r,
                  "child \"%s\": its dscp has %s, which child \"%s\" with the same networks has as well; "
                  "leave it to one of them",
                  b->name, both, a->name);
    if (c->version == 1)
        conf_fail(
            r,
            "children \"%s\" and \"%s\" have the same networks, which IKEv1 does not tell apart when it "
            "rekeys them: write a connection for each, with identities of its own",
            a->name, b->name);
}

void conf_check_dscp(struct conf_reader *r, const struct ike_conn_conf *c)
{
    for (const struct ike_child_conf *a = c->children; a < c->children + c->n_children; a++) {
        bool is_parted = a->dscp;
        for (const struct ike_child_conf *b = c->children; b < c->children + c->n_children; b++) {
            if (a == b || (!a->dscp && !b->dscp) || !ike_child_conf_has_same_networks(a, b))
                continue;
            is_parted = true;
            if (a < b)
                check_beside(r, c, a, b);
        }
        if (is_parted && a->worker_sas > 1)
            conf_fail(
                r,
                "child \"%s\": SAs by worker (worker_sas) and by DSCP (dscp) do not go together for the "
                "same networks: take worker_sas out, or write a connection for each class with "
                "identities of its own",
                a->name);
    }
}
