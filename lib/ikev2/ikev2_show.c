/* SPDX-License-Identifier: BSD-3-Clause */
/* The engine's state as plain values for status output. */
#include "ikev2.h"

#include <string.h>
#include "base_text.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_mapping.h"
#include "ike_run.h"
#include "ike_view.h"
#include "ikev2_children.h"
#include "ikev2_init.h"
#include "ikev2_inner.h"
#include "ikev2_keepalive.h"
#include "ikev2_pmtu.h"
#include "ikev2_sa.h"
#include "ikev2_select.h"
#include "ikev2_tables.h"
#include "ikev2_tally.h"

#define PROBES 64 /* ids below one that is gone, before the list is walked */

static void show_text(char *out, size_t size, const char *text)
{
    struct base_text t = base_text(out, size);
    base_text_add(&t, "%s", text);
}

static void show_child(const struct ikev2_child *c, struct ike_child_view *v)
{
    show_text(v->name, sizeof v->name, c->conf->name);
    v->spi_in = c->spi_in;
    v->spi_out = c->spi_out;
    ikev2_select_text(&c->algs, v->proposal, sizeof v->proposal);
    v->local_ts = c->local_ts;
    v->remote_ts = c->remote_ts;
    v->mode = c->mode;
    v->dscp = c->conf->dscp;
    v->installed_at = c->installed_at;
    v->rekey_at = c->rekey_at;
    v->is_rekeyed = c->is_rekeyed;
}

static void show_inner(const struct ikev2_inner *in, struct ike_sa_view *v)
{
    _Static_assert(sizeof v->inner == sizeof in->addrs && sizeof v->inner_dns == sizeof in->dns,
                   "all of them are shown");
    if (!in)
        return;
    v->n_inner = in->n;
    v->n_inner_dns = in->n_dns;
    v->is_inner_ours = !in->is_ours;
    memcpy(v->inner, in->addrs, sizeof v->inner);
    memcpy(v->inner_dns, in->dns, sizeof v->inner_dns);
}

static void show_path_mtu(const struct ike *ike, const struct ikev2_sa *sa, struct ike_sa_view *v)
{
    v->path_mtu = sa->pmtu.size;
    if (!v->path_mtu && ike->env.mtu_for)
        v->path_mtu = ike->env.mtu_for(ike->env.ctx, &sa->path.remote.addr);
    v->mtu_by = sa->pmtu.by;
    v->is_probed = sa->state == IKEV2_ST_UP && ikev2_pmtu_can_probe(ike, sa);
}

static struct ike_mapping_view show_mapping(const struct ike *ike, const struct base_addr *nat)
{
    const struct ike_mapping *m = ike_mapping_find(ike, nat);
    if (!m)
        return (struct ike_mapping_view){0};
    return (struct ike_mapping_view){(uint32_t)(m->held_ns / BASE_NS_PER_S),
                                     (uint32_t)((m->lost_ns + BASE_NS_PER_S - 1) / BASE_NS_PER_S),
                                     m->gives_others};
}

static void show_nat(const struct ike *ike, const struct ikev2_sa *sa, struct ike_sa_view *v)
{
    v->keepalive_s = (uint32_t)(ikev2_keepalive_ns(ike, sa) / BASE_NS_PER_S);
    v->has_addresses = sa->moved.has_addresses;
    if (sa->natd.local_nat)
        v->local_mapping = show_mapping(ike, &sa->path.local.addr);
    if (sa->natd.remote_nat)
        v->remote_mapping = show_mapping(ike, &sa->path.remote.addr);
}

static void show_sa(const struct ike *ike, const struct ikev2_sa *sa, struct ike_sa_view *v)
{
    *v = (struct ike_sa_view){.n_children = sa->n_children};
    v->id = sa->id;
    v->state = ikev2_tally_state(sa);
    v->is_initiator = sa->is_initiator;
    v->spi_i = sa->spi_i;
    v->spi_r = sa->spi_r;
    v->path = sa->path;
    v->remote_id = *sa->remote_id;
    for (size_t i = 0; sa->also && i < sa->also->n; i++)
        v->also[i] = *sa->also->at[i];
    if (sa->conn) {
        show_text(v->conn, sizeof v->conn, sa->conn->name);
        v->local_id = sa->conn->local_id;
        if (sa->state < IKEV2_ST_UP)
            v->remote_id = sa->conn->remote_id;
    }
    ikev2_select_text(&sa->algs, v->proposal, sizeof v->proposal);
    v->local_nat = sa->natd.local_nat;
    v->remote_nat = sa->natd.remote_nat;
    v->way = sa->way;
    v->public_addr = sa->natd.public_addr;
    v->remote_hash_matches = sa->natd.seen && !sa->natd.remote_nat;
    v->local_hash_matches = sa->natd.seen && !sa->natd.local_nat;
    v->established_at = sa->life.established_at;
    v->rekey_at = sa->life.rekey_at;
    v->last_in_at = sa->life.last_in;
    v->retransmits = sa->req.tries;
    v->refusal = sa->init ? sa->init->refusal : 0;
    v->moves = sa->moved.times;
    v->has_ppk = sa->has_ppk;
    v->is_mobile = sa->mobike.is_agreed;
    v->n_places = ikev2_places_of(sa)->count;
    memcpy(v->places, ikev2_places_of(sa)->list, sizeof v->places);
    v->remap_real = sa->remap.real;
    v->remap_here = sa->remap.here;
    show_inner(sa->inner, v);
    show_nat(ike, sa, v);
    show_path_mtu(ike, sa, v);
}

/* Ids ascend along the list: the SA with this one is the way in, or a living one a little before. */
static const struct ikev2_sa *show_first_after(const struct ike *ike, uint64_t id)
{
    const struct ikev2_sa *sa = NULL;
    for (uint64_t i = 0; i < PROBES && i < id && !sa; i++)
        sa = ikev2_sa_by_id(ike, id - i);
    sa = sa ? sa->link.next : ike->v2->first;
    while (sa && sa->id <= id)
        sa = sa->link.next;
    return sa;
}

bool ikev2_show_next(const struct ike *ike, uint64_t after_id, struct ike_sa_view *out)
{
    const struct ikev2_sa *sa = show_first_after(ike, after_id);
    if (!sa)
        return false;
    show_sa(ike, sa, out);
    return true;
}

void ikev2_show_presence(const struct ike *ike, const struct ike_run *run, struct ike_presence *out)
{
    const struct ike_run *former = ike_run_former(ike, run);
    const struct ikev2_sa *sa = NULL;
    uint64_t newest = 0;
    *out = (struct ike_presence){0};
    ike_tally_show(&run->tally, out);
    if (former)
        ike_tally_show(&former->tally, out);
    for (int i = 0; i < IKE_PRESENCE_FEW && (sa = ikev2_sa_of_run(ike, run, sa)) != NULL; i++) {
        if (sa->init && sa->init->refusal)
            out->refusal = sa->init->refusal;
        if (sa->id < newest)
            continue;
        newest = sa->id;
        out->peer = sa->path.remote;
        out->is_tcp = sa->path.tcp;
    }
}

/* The nth of those that were replaced, or were not; *n counts down to it. */
static const struct ikev2_child *show_nth(const struct ikev2_sa *sa, bool is_rekeyed, size_t *n)
{
    for (const struct ikev2_child *c = sa->children; c; c = c->next)
        if (c->is_rekeyed == is_rekeyed && (*n)-- == 0)
            return c;
    return NULL;
}

bool ikev2_show_child(const struct ike *ike, uint64_t id, size_t n, struct ike_child_view *out)
{
    const struct ikev2_sa *sa = ikev2_sa_by_id(ike, id);
    const struct ikev2_child *c = sa ? show_nth(sa, false, &n) : NULL;
    if (sa && !c)
        c = show_nth(sa, true, &n);
    if (c)
        show_child(c, out);
    return c != NULL;
}
