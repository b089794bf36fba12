/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What time does to an SA: requests are repeated or given up (RFC 7296 2.1, 2.4), lifetimes end (2.8). It
 * marks what is wanted; the settle step starts it.
 */
#include "ikev2_due.h"

#include <stddef.h>
#include "base_time.h"
#include "explain.h"
#include "ike_audit.h"
#include "ike_core.h"
#include "ike_timer.h"
#include "ikev2.h"
#include "ikev2_account.h"
#include "ikev2_children.h"
#include "ikev2_close.h"
#include "ikev2_init.h"
#include "ikev2_follow.h"
#include "ikev2_frag.h"
#include "ikev2_msg.h"
#include "ikev2_note.h"
#include "ikev2_probe.h"
#include "ikev2_redirect.h"
#include "ikev2_request.h"
#include "ikev2_rival.h"
#include "ikev2_sa.h"
#include "ikev2_stream.h"
#include "ikev2_task.h"
#include "ikev2_x_init.h"
#include "ikev2_x_rekey.h"
#include "wire_ike.h"
#include "ikev2_step.h"

#define TOLD_AT      2u /* repetitions before a call is explained */
#define DENIED_TRIES 3u

static void request_explain(struct ike *ike, const struct ikev2_sa *sa)
{
    const enum explain_silence silence = sa->req.denied                 ? EXPLAIN_SILENT_DENIED
                                         : sa->state == IKEV2_ST_I_INIT ? EXPLAIN_SILENT_AT_ALL
                                         : sa->state == IKEV2_ST_I_AUTH || sa->state == IKEV2_ST_I_MIX
                                             ? EXPLAIN_SILENT_AFTER_INIT
                                             : EXPLAIN_SILENT_LATER;
    explain_timeout(ike, ikev2_sa_about(sa), wire_ike_exchange_name(sa->req.exchange), sa->req.tries + 1,
                    silence);
}

/*
 * How often a request is repeated. An SA that the peer denies each time, in clear, is given up after a few
 * copies a second apart: a true peer answers one of them, whatever somebody else forges.
 */
static uint32_t request_tries(const struct ike *ike, const struct ikev2_sa *sa,
                              const struct ikev2_timeout *row)
{
    const uint32_t most = ikev2_stream_tries(ike, sa, row->tries ? row->tries : sa->conn->retransmit_tries);
    return sa->req.denied > DENIED_TRIES && most > DENIED_TRIES ? DENIED_TRIES : most;
}

/* A call that nobody answers is explained before it is given up, which takes more than a minute. */
static bool request_is_first_word(const struct ikev2_sa *sa)
{
    return (sa->state == IKEV2_ST_I_INIT || sa->state == IKEV2_ST_I_MIX || sa->state == IKEV2_ST_I_AUTH) &&
           !sa->quiet && !(sa->init && sa->init->refusal);
}

static void request_on_timer(struct ike *ike, struct ikev2_sa *sa)
{
    const struct ikev2_timeout *row = ikev2_step_timeout(sa->state);
    if (sa->req.is_probe) {
        ikev2_probe_on_silence(ike, sa);
        return;
    }
    if (sa->req.is_elsewhere) {
        ikev2_request_silent_elsewhere(ike, sa);
        return;
    }
    const uint32_t most = request_tries(ike, sa, row);
    if (sa->req.tries >= most && ikev2_rival_of_old(ike, sa)) {
        /* The peer's rekeying went through: it may have taken the children over and deleted this SA. */
        ikev2_task_done(ike, sa);
        ikev2_rekey_dropped(ike, sa);
        return;
    }
    if (sa->req.tries >= most && ikev2_stream_takes_over(ike, sa)) {
        ikev2_step_timed_out(ike, sa);
        return;
    }
    if (sa->req.tries >= most) {
        if (row->is_news && !sa->quiet) {
            if (!sa->init || !sa->init->refusal) /* else its end tells that */
                request_explain(ike, sa);
            if (sa->state == IKEV2_ST_UP)
                ikev2_note(ike, sa, IKE_AUDIT_IKE_DOWN,
                           sa->req.denied ? "the peer does not know it any more"
                                          : "the peer does not answer");
            else
                IKE_COUNT(ike, sa, failed);
        }
        ikev2_stream_on_silence(ike, sa);
        sa->end = IKE_END_DEAD;
        ikev2_step_timed_out(ike, sa);
        return;
    }
    ikev2_stream_try_beside(ike, sa);
    if (sa->req.tries == 0 && sa->state != IKEV2_ST_CLOSING)
        ikev2_note(ike, sa, IKE_AUDIT_RETRANSMIT, "no answer yet, sending again");
    if (sa->state == IKEV2_ST_I_INIT && ikev2_init_next_cookie(ike, sa))
        sa->req.tries++;
    else
        ikev2_msg_repeat(ike, sa);
    if (sa->req.tries == TOLD_AT && most > TOLD_AT && request_is_first_word(sa))
        request_explain(ike, sa);
}

static void child_on_timer(struct ike *ike, struct ikev2_child *c)
{
    if (c->state == IKEV2_CHILD_LINGER) {
        if (base_time_reached(c->gone_at, ike->now))
            ikev2_child_remove(ike, c, NULL);
        return;
    }
    if (c->sa->state != IKEV2_ST_UP || c->state != IKEV2_CHILD_UP)
        return;
    if (base_time_reached(c->sends_at, ike->now))
        ikev2_child_activate(ike, c);
    if (base_time_reached(c->dies_at, ike->now)) {
        ikev2_child_end(c, "its lifetime ended before it could be rekeyed");
        c->dies_at = BASE_TIME_NEVER;
        ikev2_child_want_again(ike, c, 0, IKE_END_OWN);
    } else if (base_time_reached(ikev2_child_idle_end(c), ike->now)) {
        ikev2_child_end(c, "no packet went either way for as long as inactivity_s allows");
        if (c->sa->run && !ikev2_child_shared(c->sa, c->conf))
            ike_run_child_ended(c->sa->run, (size_t)(c->conf - c->sa->conn->children), IKE_START_NONE);
    } else if (base_time_reached(c->rekey_at, ike->now)) {
        c->want_rekey = true;
    }
}

static void sa_on_timer(struct ike *ike, struct ikev2_sa *sa)
{
    if (base_time_reached(sa->life.dies_at, ike->now)) {
        sa->life.dies_at = BASE_TIME_NEVER;
        ikev2_close(ike, sa, "the IKE SA's lifetime ended before it could be rekeyed");
        return;
    }
    if (base_time_reached(sa->life.auth_ends_at, ike->now)) {
        sa->life.auth_ends_at = BASE_TIME_NEVER;
        ikev2_close(ike, sa,
                    sa->is_caller
                        ? "its authentication ended (reauth_s), and repeating it failed"
                        : "its authentication ended (reauth_s), and the peer did not repeat it: let "
                          "it obey AUTH_LIFETIME (RFC 4478), or call here itself in time");
        return;
    }
    if (base_time_reached(ikev2_redirect_end(sa), ike->now)) {
        ikev2_redirect_expire(ike, sa);
        return;
    }
    if (base_time_reached(sa->life.reauth_at, ike->now)) {
        sa->life.reauth_at = BASE_TIME_NEVER;
        sa->want.reauth = true;
    }
    ikev2_account_on_timer(ike, sa);
    if (base_time_reached(sa->life.rekey_at, ike->now))
        sa->want.rekey = true;
}

/* A handshake that its caller left is counted, and told where the caller showed that it receives or insists.
 */
static void half_open_expired(struct ike *ike, const struct ikev2_sa *sa)
{
    if ((sa->state != IKEV2_ST_R_INIT && sa->state != IKEV2_ST_R_MIX) || !sa->init)
        return;
    ike->stats.half_open_expired++;
    if (sa->init->is_proved || sa->init->repeats)
        explain_unfinished(ike, ikev2_sa_about(sa), sa->init->repeats);
}

void ikev2_due_on_timer(struct ike *ike, struct ikev2_sa *sa)
{
    ikev2_sa_touch(ike, sa);
    ikev2_frag_on_timer(ike, sa);
    ikev2_stream_on_timer(ike, sa);
    ikev2_msg_answer_rest(ike, sa);
    if (sa->peer_follow && base_time_reached(sa->peer_follow->follow.until, ike->now))
        ikev2_follow_drop(ike, sa);
    if (base_time_reached(sa->life.give_up_at, ike->now)) {
        half_open_expired(ike, sa);
        ikev2_step_timed_out(ike, sa);
        return;
    }
    if ((sa->req.dgrams.count || sa->req.tries) && base_time_reached(sa->req.at, ike->now))
        request_on_timer(ike, sa);
    if (sa->state == IKEV2_ST_UP)
        sa_on_timer(ike, sa);
    if (sa->state == IKEV2_ST_DEAD)
        return;
    for (struct ikev2_child *c = sa->children, *next; c; c = next) {
        next = c->next;
        child_on_timer(ike, c);
    }
}

void ikev2_on_timer(struct ike *ike, struct ike_timer *t)
{
    ikev2_due_on_timer(ike, (struct ikev2_sa *)((char *)t - offsetof(struct ikev2_sa, timer)));
}
