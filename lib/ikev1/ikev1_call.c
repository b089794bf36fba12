/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls: a cookie, the key where one is needed, and the first message of the mode that the connection has. */
#include "ikev1_call.h"

#include <errno.h>
#include "ike_core.h"
#include "ike_run.h"
#include "ikev1.h"
#include "ikev1_peer.h"
#include "ikev1_phase1.h"
#include "ikev1_sa.h"
#include "ikev1_x_aggressive.h"
#include "ikev1_x_main.h"

/* Sends the first message of an SA whose connection is set, or begins the job for it. False: it cannot be. */
static bool call_start(struct ike *ike, struct ikev1_sa *sa)
{
    const struct ike_conn_conf *c = sa->conn;
    sa->spi_i = ikev1_sa_new_cookie(ike);
    ikev1_sa_link(ike, sa);
    if (ikev1_peer_is_psk(ikev1_peer_method(c, true)) && !ikev1_phase1_key(ike, sa, c, &c->remote_id))
        return false;
    return c->aggressive == IKE_AGGRESSIVE_NO ? ikev1_main_start(ike, sa) : ikev1_aggressive_start(ike, sa);
}

static struct ikev1_sa *call_new(struct ike *ike, const struct ike_path *path,
                                 const struct ike_conn_conf *conn)
{
    struct ikev1_sa *sa = ikev1_sa_new(ike, path, true);
    if (sa && ikev1_sa_set_conn(ike, sa, conn))
        return sa;
    if (sa)
        ikev1_sa_kill(ike, sa);
    return NULL;
}

int ikev1_call(struct ike *ike, struct ike_run *run, const struct ike_path *path)
{
    bool any = false;
    struct ikev1_sa *sa = call_new(ike, path, run->conn);
    if (!sa)
        return -ENOMEM;
    for (size_t i = 0; i < run->conn->n_children; i++) {
        if (!(*ike_run_child(run, i) & (IKE_RUN_WANTED | IKE_RUN_ASKED)))
            continue;
        ikev1_sa_wish(sa, i, false);
        any = true;
    }
    for (size_t i = 0; !any && i < run->conn->n_children; i++)
        ikev1_sa_wish(sa, i, false);
    if (!call_start(ike, sa)) {
        IKE_COUNT(ike, sa, failed);
        ikev1_sa_kill(ike, sa);
    }
    return 0;
}

bool ikev1_call_again(struct ike *ike, struct ikev1_sa *old)
{
    struct ikev1_sa *sa =
        ike->stats.ike_sas < ike->conf->sas_max ? call_new(ike, &old->path, old->conn) : NULL;
    if (!sa)
        return false;
    sa->replaces = old->id;
    if (call_start(ike, sa))
        return true;
    ikev1_sa_kill(ike, sa);
    return false;
}
