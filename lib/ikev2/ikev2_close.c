/* SPDX-License-Identifier: BSD-3-Clause */
/* How an SA is brought to its end: marked for our DELETE when the peer knows it, dropped when it does not. */
#include "ikev2_close.h"

#include "ike_core.h"
#include "ikev2_init.h"
#include "ikev2_sa.h"
#include "ikev2_task.h"

void ikev2_close(struct ike *ike, struct ikev2_sa *sa, const char *why)
{
    if (sa->is_mute)
        return; /* ends with the peer's DELETE, or at give_up_at */
    if (sa->state == IKEV2_ST_I_AUTH && sa->req.dgrams.count) {
        /* With the answer it is known whether there is something to delete. */
        sa->want.close = true;
        sa->want.close_why = why;
        return;
    }
    if (sa->state == IKEV2_ST_I_AUTH || sa->state == IKEV2_ST_I_CHECK) {
        /* The peer has us as established already: it must hear that we are not. */
        sa->quiet = true;
        ikev2_init_free(sa);
    } else if (sa->state == IKEV2_ST_REKEYED && !sa->want.close) {
        /* The peer made the heir and deletes this one; a request of ours may be unanswered for ever. */
        return;
    } else if (sa->state != IKEV2_ST_UP && sa->state != IKEV2_ST_REKEYED) {
        if (sa->state < IKEV2_ST_UP)
            ikev2_sa_kill(ike, sa);
        return;
    }
    sa->want.close = true;
    sa->want.close_why = why;
    if (sa->task && !sa->req.dgrams.count)
        ikev2_task_done(ike, sa);
    ikev2_sa_set_state(ike, sa, IKEV2_ST_UP);
    ikev2_sa_touch(ike, sa);
}
