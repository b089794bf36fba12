/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Requests of IKE_SA_INIT that were given up for another group. The notify that asked for it came in clear,
 * so the true answer to an earlier request may still be on its way; it needs that request and its key.
 */
#include "ikev2_offer.h"

#include <stdlib.h>
#include <string.h>
#include "crypt_alg.h"
#include "ike_blob.h"
#include "ike_core.h"
#include "ikev2_init.h"
#include "ikev2_sa.h"
#include "ikev2_task.h"

static struct ikev2_offer *offer_find(const struct ikev2_sa *sa, enum crypt_dh group)
{
    struct ikev2_offer *o = sa->init->offers;
    while (o && o->group != group)
        o = o->next;
    return o;
}

/* Puts what the task offers into o, and what o held into the task. */
static void offer_swap(struct ikev2_sa *sa, struct ikev2_offer *o)
{
    struct ikev2_task *t = sa->task;
    const struct ikev2_offer old = *o;
    o->group = t->group;
    o->dh = t->dh;
    o->msg_i = sa->init->msg_i;
    o->public_len = t->public_len;
    memcpy(o->public_value, t->public_value, sizeof o->public_value);
    t->group = old.group;
    t->dh = old.dh;
    sa->init->msg_i = old.msg_i;
    t->public_len = old.public_len;
    memcpy(t->public_value, old.public_value, sizeof t->public_value);
}

static void offer_drop(struct ike *ike, struct ikev2_sa *sa, struct ikev2_offer *o)
{
    struct ikev2_offer **p = &sa->init->offers;
    while (*p != o)
        p = &(*p)->next;
    *p = o->next;
    ike->env.crypto->dh_free(o->dh);
    ike_blob_free(&o->msg_i);
    free(o);
}

bool ikev2_offer_has(const struct ikev2_sa *sa, enum crypt_dh group)
{
    return offer_find(sa, group) != NULL;
}

bool ikev2_offer_change(struct ikev2_sa *sa, enum crypt_dh group)
{
    struct ikev2_offer *o = calloc(1, sizeof *o);
    if (!o)
        return false;
    o->group = group;
    o->next = sa->init->offers;
    sa->init->offers = o;
    offer_swap(sa, o);
    return true;
}

void ikev2_offer_return(struct ike *ike, struct ikev2_sa *sa, enum crypt_dh group)
{
    struct ikev2_offer *o = offer_find(sa, group);
    offer_swap(sa, o);
    if (!o->dh) /* its key was still being made: it was never sent */
        offer_drop(ike, sa, o);
}

void ikev2_offer_free(struct ike *ike, struct ikev2_sa *sa)
{
    while (sa->init && sa->init->offers)
        offer_drop(ike, sa, sa->init->offers);
}
