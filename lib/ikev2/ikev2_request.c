/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Our request in flight: repeated byte by byte with growing pauses until it is answered or given up
 * (RFC 7296 2.1, 2.4). Answers are never repeated unasked.
 */
#include "ikev2_request.h"

#include "base_addr.h"
#include "base_time.h"
#include "base_wipe.h"
#include "ike_act.h"
#include "ike_backoff.h"
#include "ike_blob.h"
#include "ike_core.h"
#include "ike_dgrams.h"
#include "ikev2_places.h"
#include "ikev2_sa.h"

#define PROBE_NS         BASE_NS_PER_S       /* between copies of a probe (RFC 8899 5.1.1: no less) */
#define GOODBYE_NS       (BASE_NS_PER_S / 2) /* likewise, at most, when all is to end soon */
#define ELSEWHERE_COPIES 2                   /* a second apart */

static const struct ike_path *request_path(const struct ikev2_sa *sa)
{
    if (sa->req.is_elsewhere)
        return &sa->req.elsewhere;
    return sa->want.ask && sa->req.tries % 2 ? &sa->moved.to : &sa->path;
}

static void request_send_to(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *path)
{
    struct ikev2_request *r = &sa->req;
    if (r->to.family == BASE_AF_NONE)
        r->to = path->remote.addr;
    r->is_spread = r->is_spread || !base_addr_equal(&r->to, &path->remote.addr);
    (r->is_probe ? ike_act_send_whole : ike_act_send_all)(ike, path, &r->dgrams);
}

/* Nobody answers where the peer was: where else it may be, or we (RFC 4555 3.5). */
static void request_send_pairs(struct ike *ike, struct ikev2_sa *sa)
{
    struct ike_path path;
    if (!sa->mobike.is_agreed || sa->state != IKEV2_ST_UP || sa->path.tcp)
        return;
    for (size_t i = 0; i < IKEV2_PAIRS_MAX && ikev2_places_pair(ike, sa, i, &path); i++)
        request_send_to(ike, sa, &path);
}

static void request_send(struct ike *ike, struct ikev2_sa *sa)
{
    const bool is_quick = sa->req.is_probe || sa->req.is_elsewhere;
    uint64_t pause = is_quick ? PROBE_NS : ike_backoff_ns(sa->conn, sa->req.tries);
    if (sa->path.tcp && !is_quick) /* which repeats what is lost itself: one wait for all (RFC 9329 6.2) */
        pause = ike_backoff_all_ns(sa->conn);
    if (ike->shutting_down && pause > GOODBYE_NS)
        pause = GOODBYE_NS;
    sa->req.at = base_time_add(ike->now, pause);
    sa->life.last_out = ike->now;
    request_send_to(ike, sa, sa->req.is_probe ? &sa->path : request_path(sa));
    if (sa->stream.beside.tcp)
        request_send_to(ike, sa, &sa->stream.beside);
    if (sa->req.tries >= IKEV2_PAIRS_AT && !is_quick)
        request_send_pairs(ike, sa);
}

/* How quiet it was before this request (ikev2_keepalive.h). */
static void request_note_silence(const struct ike *ike, struct ikev2_sa *sa)
{
    const base_time in = sa->life.last_in, out = sa->life.last_out;
    sa->keepalive.out_ns = base_time_since(ike->now, out);
    sa->keepalive.both_ns = base_time_since(ike->now, base_time_max(in, out));
}

static void request_arm(struct ike *ike, struct ikev2_sa *sa, struct ike_dgrams *dgrams, uint8_t exchange)
{
    ike_dgrams_free(&sa->req.dgrams);
    sa->req.dgrams = *dgrams;
    *dgrams = (struct ike_dgrams){0};
    sa->req.to = (struct base_addr){0};
    sa->req.is_spread = false;
    /* Sealing fails only when the crypto library or memory does; the exchange then runs into its timeout. */
    if (!sa->req.dgrams.count) {
        sa->req.at = ike->now;
        sa->req.tries = UINT32_MAX;
        sa->req.exchange = exchange;
        return;
    }
    sa->req.tries = sa->req.denied = 0;
    sa->req.exchange = exchange;
    sa->req.sent_at = ike->now;
    request_note_silence(ike, sa);
    request_send(ike, sa);
}

void ikev2_request_arm(struct ike *ike, struct ikev2_sa *sa, struct ike_dgrams *dgrams, uint8_t exchange)
{
    sa->req.is_probe = false;
    request_arm(ike, sa, dgrams, exchange);
}

void ikev2_request_arm_probe(struct ike *ike, struct ikev2_sa *sa, struct ike_dgrams *dgrams,
                             uint8_t exchange)
{
    sa->req.is_probe = true;
    request_arm(ike, sa, dgrams, exchange);
}

void ikev2_request_swap(struct ikev2_sa *sa, struct ike_dgrams *dgrams)
{
    const struct ike_dgrams before = sa->req.dgrams;
    sa->req.dgrams = *dgrams;
    *dgrams = before;
}

void ikev2_request_begin_again(struct ike *ike, struct ikev2_sa *sa, struct ike_dgrams *dgrams)
{
    ikev2_request_swap(sa, dgrams);
    ike_dgrams_free(&sa->req.other);
    sa->req.other = *dgrams;
    *dgrams = (struct ike_dgrams){0};
    sa->req.is_probe = false;
    sa->req.tries = sa->req.denied = 0;
    request_send(ike, sa);
}

void ikev2_request_forget(struct ikev2_sa *sa)
{
    base_wipe(sa->req.chain.ptr, sa->req.chain.len);
    ike_blob_free(&sa->req.chain);
}

void ikev2_request_clear(struct ikev2_sa *sa)
{
    ikev2_request_forget(sa);
    ike_dgrams_free(&sa->req.dgrams);
    ike_dgrams_free(&sa->req.other);
    sa->req.at = BASE_TIME_NEVER;
    sa->req.tries = sa->req.denied = 0;
    sa->req.is_probe = false;
    sa->req.is_elsewhere = false;
}

bool ikev2_request_went_to(const struct ikev2_sa *sa, const struct base_addr *addr)
{
    return !sa->req.is_spread && base_addr_equal(&sa->req.to, addr);
}

void ikev2_request_hurry(struct ike *ike, struct ikev2_sa *sa)
{
    if (sa->req.dgrams.count)
        sa->req.at = base_time_min(sa->req.at, base_time_add(ike->now, GOODBYE_NS));
}

void ikev2_request_repeat(struct ike *ike, struct ikev2_sa *sa)
{
    sa->req.tries++;
    if (sa->req.other.count)
        ikev2_request_swap(sa, &sa->req.other);
    if (!sa->req.is_probe)
        IKE_COUNT(ike, sa, retransmits_out);
    request_send(ike, sa);
}

void ikev2_request_silent_elsewhere(struct ike *ike, struct ikev2_sa *sa)
{
    if (sa->req.tries + 1 < ELSEWHERE_COPIES) {
        ikev2_request_repeat(ike, sa);
        return;
    }
    sa->req.is_elsewhere = false;
    sa->req.tries = 0;
    request_send(ike, sa);
}
