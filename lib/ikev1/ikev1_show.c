/* SPDX-License-Identifier: BSD-3-Clause */
/* The state as plain values for status output. */
#include "ikev1.h"

#include <string.h>
#include "base_text.h"
#include "ike_core.h"
#include "ike_run.h"
#include "ike_view.h"
#include "ikev1_child.h"
#include "ikev1_sa.h"
#include "ikev1_tables.h"
#include "ikev1_tally.h"

static void show_text(char *out, size_t size, const char *text)
{
    struct base_text t = base_text(out, size);
    base_text_add(&t, "%s", text);
}

static void show_sa(const struct ike *ike, const struct ikev1_sa *sa, struct ike_sa_view *v)
{
    *v = (struct ike_sa_view){
        .version = 1, .id = sa->id, .n_children = sa->n_children, .state = ikev1_tally_state(sa)};
    v->is_initiator = sa->is_initiator;
    v->spi_i = sa->spi_i;
    v->spi_r = sa->spi_r;
    v->path = sa->path;
    v->remote_id = sa->remote_id;
    if (sa->conn) {
        show_text(v->conn, sizeof v->conn, sa->conn->name);
        v->local_id = sa->conn->local_id;
        if (sa->state < IKEV1_ST_LOGIN)
            v->remote_id = sa->conn->remote_id;
    }
    ikev1_select_text(&sa->algs, v->proposal, sizeof v->proposal);
    v->local_nat = sa->natd.local_nat;
    v->remote_nat = sa->natd.remote_nat;
    v->way = sa->way;
    v->public_addr = sa->natd.public_addr;
    v->remote_hash_matches = sa->natd.seen && !sa->natd.remote_nat;
    v->local_hash_matches = sa->natd.seen && !sa->natd.local_nat;
    v->established_at = sa->life.established_at;
    v->rekey_at = sa->life.rekey_at;
    v->last_in_at = sa->life.last_in;
    v->retransmits = sa->state < IKEV1_ST_LOGIN ? sa->phase1.tries : sa->dpd.tries;
    v->refusal = sa->hs ? sa->hs->refusal : 0;
    v->moves = sa->moved_times;
    v->path_mtu = ike->env.mtu_for ? ike->env.mtu_for(ike->env.ctx, &sa->path.remote.addr) : 0;
    v->mtu_by = IKE_MTU_BY_PORT;
    v->n_inner = sa->n_inner;
    v->is_inner_ours = sa->inner_is_ours;
    memcpy(v->inner, sa->inner, sizeof v->inner);
    v->remap_real = sa->remap.real;
    v->remap_here = sa->remap.here;
}

bool ikev1_show_next(const struct ike *ike, uint64_t after_id, struct ike_sa_view *out)
{
    const struct ikev1_sa *sa = ikev1_sa_by_id(ike, after_id);
    sa = sa ? sa->next : ike->v1->first;
    while (sa && sa->id <= after_id)
        sa = sa->next;
    if (sa)
        show_sa(ike, sa, out);
    return sa != NULL;
}

void ikev1_show_presence(const struct ike *ike, const struct ike_run *run, struct ike_presence *out)
{
    const struct ike_run *former = ike_run_former(ike, run);
    const struct ikev1_sa *sa = NULL;
    uint64_t newest = 0;
    *out = (struct ike_presence){0};
    ike_tally_show(&run->tally, out);
    if (former)
        ike_tally_show(&former->tally, out);
    for (int i = 0; i < IKE_PRESENCE_FEW && (sa = ikev1_sa_of_run(ike, run, sa)) != NULL; i++) {
        if (sa->hs && sa->hs->refusal)
            out->refusal = sa->hs->refusal;
        if (sa->id > newest)
            out->peer = sa->path.remote;
        newest = sa->id > newest ? sa->id : newest;
    }
}

static void show_child(const struct ikev1_child *c, struct ike_child_view *v)
{
    show_text(v->name, sizeof v->name, c->conf->name);
    v->spi_in = c->spi_in;
    v->spi_out = c->spi_out;
    ikev1_select_text(&c->algs, v->proposal, sizeof v->proposal);
    v->local_ts = c->local_ts;
    v->remote_ts = c->remote_ts;
    v->mode = c->mode;
    v->dscp = c->conf->dscp;
    v->installed_at = c->installed_at;
    v->rekey_at = c->rekey_at;
    v->is_rekeyed = c->is_rekeyed;
}

/* Those that were replaced come last. */
bool ikev1_show_child(const struct ike *ike, uint64_t id, size_t n, struct ike_child_view *out)
{
    const struct ikev1_sa *sa = ikev1_sa_by_id(ike, id);
    for (int is_rekeyed = 0; sa && is_rekeyed < 2; is_rekeyed++) {
        for (const struct ikev1_child *c = sa->children; c; c = c->next) {
            if (c->is_rekeyed != is_rekeyed || n-- > 0)
                continue;
            show_child(c, out);
            return true;
        }
    }
    return false;
}
