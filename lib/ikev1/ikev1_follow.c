/* SPDX-License-Identifier: BSD-3-Clause */
/* SA and children move together, within limits; only a peer behind a NAT moves without knowing it. */
#include "ikev1_follow.h"

#include "base_addr.h"
#include "base_time.h"
#include "ike_core.h"
#include "ikev1_child.h"
#include "ikev1_note.h"
#include "ikev1_sa.h"
#include "ikev1_x_quick.h"

#define MOVES_AT_ONCE 4 /* then one a second */

static void follow_move(struct ike *ike, struct ikev1_sa *sa, const struct ike_path *to)
{
    if (!sa->natd.remote_nat || !base_ration_take(&sa->moves, ike->now.ns, BASE_NS_PER_S, MOVES_AT_ONCE))
        return;
    const bool is_elsewhere = !base_addr_equal(&sa->path.remote.addr, &to->remote.addr);
    pool_remap_follow(&sa->remap, &sa->path.remote.addr, &to->remote.addr);
    ikev1_sa_set_path(ike, sa, to);
    sa->moved_times++;
    ikev1_child_repath(ike, sa);
    ikev1_note(ike, sa, IKE_AUDIT_PEER_MOVED, "");
    if (is_elsewhere)
        ikev1_quick_moved(ike, sa);
}

void ikev1_follow(struct ike *ike, struct ikev1_sa *sa, const struct ike_path *path)
{
    /* From port 4500 there is no way back to 500: ESP in UDP lives there (RFC 3947 4). */
    if (ike_path_equal(&sa->path, path) || (sa->path.natt && !path->natt))
        return;
    follow_move(ike, sa, path);
}

void ikev1_follow_esp(struct ike *ike, struct ikev1_sa *sa, const struct base_endpoint *remote)
{
    struct ike_path to = sa->path;
    to.remote = *remote;
    if (sa->way == ESP_WAY_ESP || !remote->port)
        to.remote.port = sa->path.remote.port;
    if (sa->state == IKEV1_ST_UP && !ike_path_equal(&to, &sa->path))
        follow_move(ike, sa, &to);
}
