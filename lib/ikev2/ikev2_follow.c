/* SPDX-License-Identifier: BSD-3-Clause */
/* The steps of a series of key exchanges, for whoever makes a child or an IKE SA by it. */
#include "ikev2_follow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base_wipe.h"
#include "crypt_alg.h"
#include "ike_core.h"
#include "ike_env.h"
#include "ike_nonce.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_select.h"
#include "ikev2_task.h"
#include "wire_ike.h"

static uint32_t follow_rekeyed(const struct ikev2_task *t)
{
    return t->kind == IKEV2_TASK_REKEY_CHILD ? t->spi_old : 0;
}

/* The type of the exchange behind the one that goes on; 0: there is none. */
static uint8_t follow_after(const struct ikev2_task *t)
{
    const struct ikev2_follow *f = &t->follow;
    if (f->is_begun && !f->next)
        return 0;
    return ikev2_select_addke_from(&t->choice, f->is_begun ? f->next + 1 : CRYPT_TYPE_ADDKE1);
}

bool ikev2_follow_is_last(const struct ikev2_task *t)
{
    return follow_after(t) == 0;
}

bool ikev2_follow_take_link(struct ikev2_task *t, const struct ikev2_msg *msg)
{
    struct wire_ike_notification n;
    if (ikev2_follow_is_last(t))
        return true;
    if (!ikev2_msg_notify(msg, WIRE_IKE_N_ADDITIONAL_KEY_EXCHANGE, &n) || n.data.len > IKEV2_LINK_MAX)
        return false;
    t->follow.link_len = (uint8_t)n.data.len;
    if (n.data.len)
        memcpy(t->follow.link, n.data.ptr, n.data.len);
    return true;
}

/* To the end of what is there. */
static int follow_append(struct ike_blob *b, struct base_span secret)
{
    uint8_t *joined = malloc(b->len + secret.len);
    if (!joined)
        return -ENOMEM;
    if (b->len)
        memcpy(joined, b->ptr, b->len);
    memcpy(joined + b->len, secret.ptr, secret.len);
    const size_t len = b->len + secret.len;
    if (b->len)
        base_wipe(b->ptr, b->len);
    ike_blob_free(b);
    *b = (struct ike_blob){joined, len};
    return 0;
}

bool ikev2_follow_secret(struct ikev2_task *t, struct base_span secret, bool *failed)
{
    struct ikev2_follow *f = &t->follow;
    *failed = false;
    if (!ikev2_select_has_addke(&t->choice))
        return false;
    *failed = follow_append(f->is_begun ? &f->more : &f->first, secret) < 0;
    f->next = follow_after(t);
    f->is_begun = true;
    if (*failed || !f->next)
        return false;
    t->group = (enum crypt_dh)t->choice.addke[f->next - CRYPT_TYPE_ADDKE1];
    return true;
}

struct base_span ikev2_follow_first(const struct ikev2_task *t, struct base_span secret)
{
    return t->follow.first.len ? ike_blob_span(&t->follow.first) : secret;
}

static void follow_put_link(struct wire_ike_builder *b, const struct ikev2_task *t)
{
    ikev2_msg_put_notify(b, WIRE_IKE_N_ADDITIONAL_KEY_EXCHANGE,
                         base_span(t->follow.link, t->follow.link_len));
}

void ikev2_follow_ask(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t)
{
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    wire_ike_put_ke(&b, (uint16_t)t->group, base_span(t->public_value, t->public_len));
    follow_put_link(&b, t);
    ikev2_msg_request(ike, sa, WIRE_IKE_FOLLOWUP_KE, &b);
}

void ikev2_follow_park(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t, struct wire_ike_builder *b,
                       const struct ikev2_job_row *row)
{
    ikev2_follow_drop(ike, sa);
    t->follow.row = row;
    t->follow.until = base_time_add(ike->now, IKEV2_FOLLOW_S * BASE_NS_PER_S);
    t->follow.link_len = IKEV2_LINK_OWN;
    ike->env.rng(ike->env.ctx, IKE_RNG_NONCE, t->follow.link, IKEV2_LINK_OWN);
    follow_put_link(b, t);
    sa->peer_follow = t;
    ikev2_msg_respond(ike, sa, &t->path, t->exchange, t->msgid, b);
    ikev2_sa_touch(ike, sa);
}

void ikev2_follow_drop(struct ike *ike, struct ikev2_sa *sa)
{
    ikev2_task_free(ike, sa->peer_follow);
    sa->peer_follow = NULL;
}

bool ikev2_follow_rekeys(const struct ikev2_sa *sa, uint32_t spi_old)
{
    const struct ikev2_task *t = sa->peer_follow;
    return t && t->kind == (spi_old ? IKEV2_TASK_REKEY_CHILD : IKEV2_TASK_REKEY_IKE) &&
           follow_rekeyed(t) == spi_old;
}

bool ikev2_follow_is_ours(const struct ikev2_sa *sa, uint32_t spi_old)
{
    const struct ikev2_task *t = sa->task;
    return t && t->follow.is_begun && t->kind == (spi_old ? IKEV2_TASK_REKEY_CHILD : IKEV2_TASK_REKEY_IKE) &&
           follow_rekeyed(t) == spi_old;
}

bool ikev2_follow_loses(struct ike *ike, struct ikev2_sa *sa)
{
    const struct ikev2_task *ours = sa->task, *theirs = sa->peer_follow;
    const bool is_rekey = ours->kind == IKEV2_TASK_REKEY_CHILD || ours->kind == IKEV2_TASK_REKEY_IKE;
    if (!is_rekey || !ikev2_follow_rekeys(sa, follow_rekeyed(ours)))
        return false;
    if (ikev2_select_has_addke(&ours->choice) &&
        ike_nonce_compare(ike_nonce_low(&ours->ni, &ours->nr), ike_nonce_low(&theirs->ni, &theirs->nr)) < 0)
        return true;
    ikev2_follow_drop(ike, sa);
    return false;
}
