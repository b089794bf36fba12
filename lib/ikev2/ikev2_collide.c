/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Collisions. Both sides see the same four nonces, so both know without asking which pair is redundant: the
 * one whose exchange holds the lowest, and its initiator deletes it (RFC 7296 2.8.1).
 */
#include "ikev2_collide.h"

#include "base_time.h"
#include "ike_core.h"
#include "ike_nonce.h"
#include "ikev2_children.h"
#include "ikev2_mobike.h"
#include "ikev2_sa.h"
#include "ikev2_task.h"
#include "ikev2_wish.h"
#include "wire_ike.h"

#define RETRY_S      1  /* after TEMPORARY_FAILURE, plus jitter */
#define RETRY_FULL_S 60 /* after the peer had no room */
#define RETRY_LONG_S 10 /* after any other refusal */

void ikev2_collide_child_replaced(struct ike *ike, struct ikev2_child *old, struct ikev2_child *heir,
                                  const struct ikev2_task *t)
{
    struct ikev2_task *ours = heir->sa->task;
    if (ours && ours->kind == IKEV2_TASK_REKEY_CHILD && ours->spi_old == old->spi_in)
        ours->rival_low = *ike_nonce_low(&t->ni, &t->nr);
    old->replaced_by = heir->spi_in;
    heir->last_in = old->last_in;
    heir->last_out = old->last_out;
    IKE_COUNT(ike, heir->sa, rekeyed_child);
}

bool ikev2_collide_child_lost(const struct ikev2_child *old, const struct ikev2_task *t)
{
    return old && old->replaced_by && ike_nonce_compare(ike_nonce_low(&t->ni, &t->nr), &t->rival_low) < 0;
}

void ikev2_collide_child_done(struct ike *ike, struct ikev2_child *old, struct ikev2_child *heir, bool lost)
{
    if (lost) {
        heir->is_rekeyed = true;
        ikev2_child_end(heir, "redundant");
        return;
    }
    IKE_COUNT(ike, heir->sa, rekeyed_child);
    if (!old)
        return;
    heir->last_in = old->last_in;
    heir->last_out = old->last_out;
    struct ikev2_child *redundant = old->replaced_by ? ikev2_child_by_spi(ike, old->replaced_by) : NULL;
    if (redundant)
        redundant->is_rekeyed = true; /* its DELETE comes from the peer */
    old->replaced_by = 0;
    old->is_rekeyed = true;
    ikev2_child_end(old, "rekeyed");
}

static void plan_retry(struct ike *ike, struct ikev2_sa *sa, uint32_t seconds)
{
    const uint64_t ns = seconds * BASE_NS_PER_S;
    sa->life.retry_at = base_time_add(ike->now, ns + ike_jitter(ike, 2 * ns));
}

/* The peer does not know the child any more: it is dead on our side too (RFC 7296 2.25). */
static void forget_child(struct ike *ike, struct ikev2_sa *sa, uint32_t spi_in)
{
    struct ikev2_child *c = ikev2_child_by_spi(ike, spi_in);
    if (!c || c->sa != sa || c->state != IKEV2_CHILD_UP || c->replaced_by)
        return;
    ikev2_child_want_again(ike, c, 0, IKE_END_OWN);
    ikev2_child_remove(ike, c, "the peer does not know it any more");
}

void ikev2_collide_child_failed(struct ike *ike, struct ikev2_sa *sa, uint16_t notify)
{
    const enum ikev2_task_kind kind = sa->task->kind;
    const uint32_t spi_old = sa->task->spi_old;
    const size_t index = sa->task->child_index;
    const bool is_further =
        kind == IKEV2_TASK_CREATE_CHILD && ikev2_child_shared(sa, &sa->conn->children[index]);
    ikev2_task_done(ike, sa);
    if (notify == WIRE_IKE_N_TEMPORARY_FAILURE && sa->conn->children[index].mode == ESP_MODE_TRANSPORT)
        ikev2_mobike_doubt(sa);
    if (is_further && notify != WIRE_IKE_N_TEMPORARY_FAILURE) {
        ikev2_wish_none(sa, index); /* it goes on with those that it has */
        return;
    }
    plan_retry(ike, sa, notify == WIRE_IKE_N_TEMPORARY_FAILURE ? RETRY_S : RETRY_LONG_S);
    if (kind == IKEV2_TASK_REKEY_CHILD) {
        if (notify == WIRE_IKE_N_CHILD_SA_NOT_FOUND)
            forget_child(ike, sa, spi_old);
        return;
    }
    if (notify == WIRE_IKE_N_TEMPORARY_FAILURE)
        return;
    if (notify == WIRE_IKE_N_NO_ADDITIONAL_SAS &&
        ike_child_conf_start(sa->conn, &sa->conn->children[index]) == IKE_START_START) {
        plan_retry(ike, sa, RETRY_FULL_S);
        return;
    }
    /* Asking again for what was refused helps only when the peer's configuration changes. */
    ikev2_wish_none(sa, index);
    if (sa->n_children == 0 && !ikev2_wish_any(sa)) {
        sa->want.close = true;
        sa->want.close_why = "the peer accepted none of its children";
    }
}
