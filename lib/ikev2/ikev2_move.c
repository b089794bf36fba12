/* SPDX-License-Identifier: BSD-3-Clause */
/* Moves, carried out. */
#include "ikev2_move.h"

#include "base_addr.h"
#include "base_text.h"
#include "base_time.h"
#include "esp_way.h"
#include "ike_act.h"
#include "ike_action.h"
#include "ike_audit.h"
#include "ike_core.h"
#include "ike_path.h"
#include "ikev2_children.h"
#include "ikev2_note.h"
#include "ikev2_pmtu.h"
#include "ikev2_sa.h"
#include "pool_remap.h"

void ikev2_move_ike(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *to, bool is_ours)
{
    char local[BASE_ENDPOINT_TEXT_MAX], remote[BASE_ENDPOINT_TEXT_MAX], text[160];
    struct base_text t = base_text(text, sizeof text);
    base_text_add(&t, "was at %s", base_endpoint_text(&sa->path.remote, remote));
    if (!base_endpoint_equal(&sa->path.local, &to->local))
        base_text_add(&t, ", and we at %s", base_endpoint_text(&sa->path.local, local));
    if (sa->natd.remote_nat)
        pool_remap_follow(&sa->remap, &sa->path.remote.addr, &to->remote.addr);
    ikev2_sa_set_path(ike, sa, to);
    sa->frag.is_small = sa->stream.is_lost = false;
    sa->stream.again_at = BASE_TIME_NEVER;
    sa->moved.times++;
    IKE_COUNT(ike, sa, moves);
    ikev2_note(ike, sa, is_ours ? IKE_AUDIT_MOVED : IKE_AUDIT_PEER_MOVED, text);
    ikev2_pmtu_begin(ike, sa);
    ikev2_sa_touch(ike, sa);
}

void ikev2_move_children(struct ike *ike, struct ikev2_sa *sa)
{
    for (const struct ikev2_child *c = sa->children; c; c = c->next)
        ike_act_repath(ike, c->spi_in, &sa->path, sa->way);
}

void ikev2_move_set_way(struct ikev2_sa *sa)
{
    const bool has_nat = sa->natd.local_nat || sa->natd.remote_nat || sa->natd.faked;
    sa->way = sa->path.tcp ? ESP_WAY_TCP : sa->path.natt && has_nat ? ESP_WAY_UDP : ESP_WAY_ESP;
}
