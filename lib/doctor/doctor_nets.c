/* SPDX-License-Identifier: BSD-3-Clause */
/* Networks of children: those that overlap, that are exchanged, or that two peers would have. */
#include "doctor_row.h"

#include <stdlib.h>
#include "base_text.h"
#include "base_ts.h"

#define NETS_TEXT_MAX 256

static const char *nets_text(const struct base_ts_list *l, char out[NETS_TEXT_MAX])
{
    struct base_text t = base_text(out, NETS_TEXT_MAX);
    base_ts_text(&t, l);
    return out;
}

/* One holds the other: a hub with a large network around the small ones of its peers, which is meant. */
static bool nets_nest(const struct base_ts_list *a, const struct base_ts_list *b)
{
    return base_ts_within(a, b) != base_ts_within(b, a);
}

static bool nets_have_dynamic(const struct ike_child_conf *child)
{
    return base_ts_has_dynamic(child->local_ts) || base_ts_has_dynamic(child->remote_ts);
}

void doctor_nets_overlap(const struct doctor_conn *f, struct doctor_report *report)
{
    char ours[NETS_TEXT_MAX], theirs[NETS_TEXT_MAX];
    for (size_t i = 0; i < f->conn->n_children; i++) {
        const struct ike_child_conf *c = &f->conn->children[i];
        if (nets_have_dynamic(c) || !base_ts_overlap(c->local_ts, c->remote_ts) ||
            nets_nest(c->local_ts, c->remote_ts))
            continue;
        struct doctor_finding *d = doctor_add(report, "subnets-overlap", DOCTOR_FAULT);
        doctor_say(d, DOCTOR_SEEN, "child %s has %s on our side and %s on the peer's", c->name,
                   nets_text(c->local_ts, ours), nets_text(c->remote_ts, theirs));
        doctor_say(
            d, DOCTOR_MEANS,
            "Both sides have the same addresses. A host here that wants one of them asks for it on its own "
            "wire, and nothing goes through the tunnel.");
        doctor_say(
            d, DOCTOR_HERE,
            "another network on one side; or translate it before the tunnel, and write what it becomes "
            "into connections.%s",
            f->conn->name);
        doctor_say(d, DOCTOR_PEER, "or there");
    }
}

/* The network of an inside port as a selector. */
static struct base_ts_list inside_net(const struct base_prefix *address)
{
    struct base_ts_list l = {.count = 1, .list = {{.port_hi = 65535}}};
    base_prefix_range(address, &l.list[0].lo, &l.list[0].hi);
    return l;
}

/* The address of an inside port whose network meets the list, or has all of it; NULL: there is none. */
static const struct base_prefix *inside_in(const struct doctor_conn *f, const struct base_ts_list *list,
                                           bool has_all)
{
    for (size_t p = 0; p < f->n_ports; p++)
        for (size_t a = 0; f->ports[p].is_inside && a < f->ports[p].n_addresses; a++) {
            const struct base_ts_list net = inside_net(&f->ports[p].addresses[a]);
            if (has_all ? base_ts_within(list, &net) : base_ts_overlap(&net, list))
                return &f->ports[p].addresses[a];
        }
    return NULL;
}

void doctor_nets_swapped(const struct doctor_conn *f, struct doctor_report *report)
{
    char ours[NETS_TEXT_MAX], theirs[NETS_TEXT_MAX], net[BASE_PREFIX_TEXT_MAX];
    for (size_t i = 0; i < f->conn->n_children; i++) {
        const struct ike_child_conf *c = &f->conn->children[i];
        if (nets_have_dynamic(c) || inside_in(f, c->local_ts, false))
            continue;
        const struct base_prefix *inside = inside_in(f, c->remote_ts, true);
        if (!inside)
            continue;
        struct doctor_finding *d = doctor_add(report, "subnets-swapped", DOCTOR_FAULT);
        doctor_say(d, DOCTOR_SEEN, "child %s has %s as ours and %s as the peer's, but our inside port is %s",
                   c->name, nets_text(c->local_ts, ours), nets_text(c->remote_ts, theirs),
                   base_prefix_text(inside, net));
        doctor_say(d, DOCTOR_MEANS, "The two are exchanged: local is what is behind this gateway.");
        doctor_say(d, DOCTOR_HERE, "connections.%s: exchange local.subnets and remote.subnets",
                   f->conn->name);
    }
}

/* A network that another connection's peer has as well, without a priority or DSCPs that would say what goes
 * where. */
void doctor_nets_shared(const struct doctor_conn *f, struct doctor_report *report)
{
    char theirs[NETS_TEXT_MAX];
    for (size_t i = 0; i < f->conf->n_conns; i++) {
        const struct ike_conn_conf *other = &f->conf->conns[i];
        if (other == f->conn || ike_id_equal(&other->remote_id, &f->conn->remote_id))
            continue;
        for (size_t a = 0; a < f->conn->n_children; a++)
            for (size_t b = 0; b < other->n_children; b++) {
                const struct ike_child_conf *x = &f->conn->children[a], *y = &other->children[b];
                if (nets_have_dynamic(x) || nets_have_dynamic(y) || (x->priority && y->priority) ||
                    ike_child_conf_differs_in_dscp(x, y) || !base_ts_overlap(x->remote_ts, y->remote_ts) ||
                    !base_ts_overlap(x->local_ts, y->local_ts))
                    continue;
                struct doctor_finding *d = doctor_add(report, "subnets-overlap", DOCTOR_WARNING);
                doctor_say(d, DOCTOR_SEEN, "connection %s, child %s, has %s as well, for another peer",
                           other->name, y->name, nets_text(y->remote_ts, theirs));
                doctor_say(d, DOCTOR_MEANS,
                           "Only one of them can have it at a time: the second one that asks is refused "
                           "(TS_UNACCEPTABLE), since packets for one peer could go to the other.");
                doctor_say(
                    d, DOCTOR_HERE,
                    "connections.%s.remote.subnets: networks that no other peer has; or, where both lead "
                    "to the same place, a child.priority for each",
                    f->conn->name);
                return;
            }
    }
}
