/* SPDX-License-Identifier: BSD-3-Clause */
/* Ends of ours: DELETE goes out once, and what it is about is gone at once. */
#include "ikev1_close.h"

#include "ikev1_child.h"
#include "ikev1_info.h"
#include "ikev1_sa.h"

void ikev1_close(struct ike *ike, struct ikev1_sa *sa, const char *why)
{
    if (sa->state == IKEV1_ST_DEAD)
        return;
    if (sa->state >= IKEV1_ST_LOGIN && !sa->is_told) {
        for (const struct ikev1_child *c = sa->children; c; c = c->next)
            ikev1_info_delete_child(ike, sa, c->spi_in);
        ikev1_info_delete_sa(ike, sa);
        sa->is_told = true;
    }
    if (sa->state >= IKEV1_ST_LOGIN && !sa->replaced_by)
        sa->down_why = why;
    ikev1_sa_kill(ike, sa);
}

void ikev1_close_child(struct ike *ike, struct ikev1_child *c, const char *why)
{
    ikev1_sa_touch(ike, c->sa);
    ikev1_info_delete_child(ike, c->sa, c->spi_in);
    ikev1_child_remove(ike, c, why);
}
