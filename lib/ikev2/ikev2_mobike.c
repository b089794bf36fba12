/* SPDX-License-Identifier: BSD-3-Clause */
/* What moves an IKE SA, and the INFORMATIONAL exchanges that say so (RFC 4555 3.5 to 3.9). */
#include "ikev2_mobike.h"

#include <string.h>
#include "base_addr.h"
#include "base_span.h"
#include "base_wipe.h"
#include "explain.h"
#include "ike_audit.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_env.h"
#include "ike_natd.h"
#include "ike_path.h"
#include "ike_peer.h"
#include "ikev2_close.h"
#include "ikev2_move.h"
#include "ikev2_msg.h"
#include "ikev2_natd.h"
#include "ikev2_note.h"
#include "ikev2_places.h"
#include "ikev2_places_msg.h"
#include "ikev2_request.h"
#include "ikev2_sa.h"
#include "ikev2_task.h"
#include "wire_ike.h"

#define PROVABLE_MIN 8 /* bytes of a COOKIE2 (RFC 4555 4.2.5) */
#define PROVABLE_MAX 64

/* Whether this SA may be moved by us. */
static bool decides(const struct ikev2_sa *sa)
{
    return sa->mobike.is_agreed && sa->mobike.is_ours && sa->state == IKEV2_ST_UP;
}

void ikev2_mobike_inherit(const struct ikev2_sa *from, struct ikev2_sa *to)
{
    struct ikev2_mobike *m = &to->mobike;
    *m = from->mobike;
    m->peer = NULL;
    ikev2_places_keep(to, ikev2_places_of(from));
    m->wants |= m->out;
    m->out = 0;
    /* The hashes have other SPIs in them. What our NAT has forgotten meanwhile would not show, so we say
     * where we are: a change too many does no harm (RFC 4555 3.8). */
    if (m->is_agreed && m->is_ours && m->knows_seen)
        m->wants |= IKEV2_SAY_MOVE;
    m->knows_seen = false;
}

/* A request that is out goes on from the new place at once, and has as many tries there as any: by TCP one.
 */
static void mobike_hurry(struct ike *ike, struct ikev2_sa *sa)
{
    ikev2_sa_touch(ike, sa);
    if (!sa->req.dgrams.count || sa->req.is_probe)
        return;
    sa->req.at = ike->now;
    sa->req.tries = 0;
    if (sa->path.tcp)
        ikev2_request_repeat(ike, sa);
}

/* The peer is at `now` from here on. */
static void places_exchange(struct ikev2_sa *sa, const struct base_addr *now)
{
    struct ikev2_places p = *ikev2_places_of(sa);
    ikev2_places_exchange(&p, now, &sa->path.remote.addr);
    ikev2_places_keep(sa, &p);
}

/* We are there. Where the peer's end stays, it receives there, and the children go with us at once. */
static void mobike_arrive(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *to)
{
    struct ikev2_mobike *m = &sa->mobike;
    const bool is_peer_there = base_addr_equal(&sa->path.remote.addr, &to->remote.addr);
    const bool is_by_tcp = sa->path.tcp;
    if (!m->has_before)
        m->before = sa->path;
    m->has_before = true;
    places_exchange(sa, &to->remote.addr);
    ikev2_move_ike(ike, sa, to, true);
    if (to->tcp || is_by_tcp) /* ESP goes by TCP with IKE, whatever NATs there are, and leaves it with it */
        ikev2_move_set_way(sa);
    if (is_peer_there)
        ikev2_move_children(ike, sa);
    m->is_unproved = !is_peer_there;
    m->wants |= IKEV2_SAY_MOVE;
    ikev2_sa_touch(ike, sa);
}

/* We go there. */
static void mobike_go(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *to)
{
    mobike_arrive(ike, sa, to);
    mobike_hurry(ike, sa);
}

void ikev2_mobike_recheck(struct ike *ike, struct ikev2_sa *sa)
{
    struct ike_path to;
    if (!sa->mobike.is_agreed || sa->state < IKEV2_ST_UP || (sa->path.tcp && !sa->mobike.is_ours) ||
        ikev2_places_is_usable(ike, sa, &sa->path))
        return;
    if (!(sa->mobike.is_ours ? ikev2_places_pair(ike, sa, 0, &to) : ikev2_places_here(ike, sa, &to)))
        return; /* nowhere to go: liveness checks tell when that lasts */
    /* An answer that is being computed goes from where we are then. */
    if (sa->peer_task && base_addr_equal(&sa->peer_task->path.local.addr, &sa->path.local.addr))
        sa->peer_task->path = to;
    /* A goodbye needs no more than to leave. Of a rekeying that the peer began our answer may be lost, and
     * then what we say under the new keys means nothing to it: it hears under the old ones, too. */
    if (sa->state != IKEV2_ST_UP) {
        ikev2_sa_set_path(ike, sa, &to);
        if (sa->state == IKEV2_ST_REKEYED && sa->mobike.is_ours)
            sa->mobike.wants |= IKEV2_SAY_MOVE;
        mobike_hurry(ike, sa);
        return;
    }
    if (sa->mobike.is_ours) {
        mobike_go(ike, sa, &to);
        return;
    }
    /* The peer decides, and learns from where our list comes that we are there. */
    ikev2_move_ike(ike, sa, &to, true);
    sa->mobike.wants |= IKEV2_SAY_PLACES;
    mobike_hurry(ike, sa);
}

bool ikev2_mobike_leave_stream(struct ike *ike, struct ikev2_sa *sa)
{
    struct ike_path to;
    if (!decides(sa) || !sa->path.tcp || !ikev2_places_pair(ike, sa, 0, &to))
        return false;
    mobike_go(ike, sa, &to);
    return true;
}

void ikev2_mobike_tell(struct ike *ike, struct ikev2_sa *sa)
{
    if (!sa->mobike.is_agreed || sa->state != IKEV2_ST_UP || sa->path.tcp || sa->conn->n_local_addrs ||
        sa->natd.local_nat)
        return;
    sa->mobike.wants |= IKEV2_SAY_PLACES;
    ikev2_sa_touch(ike, sa);
}

void ikev2_mobike_heard(struct ikev2_sa *sa, const struct ike_path *path)
{
    if (sa->mobike.is_agreed && !sa->mobike.is_ours)
        sa->mobike.heard = *path;
}

bool ikev2_mobike_heard_elsewhere(const struct ikev2_sa *sa)
{
    return sa->mobike.is_agreed && !sa->mobike.is_ours && !ike_path_equal(&sa->mobike.heard, &sa->path);
}

void ikev2_mobike_doubt(struct ikev2_sa *sa)
{
    if (ikev2_mobike_checks(sa))
        sa->mobike.wants |= IKEV2_SAY_MOVE;
    else if (sa->mobike.is_agreed && !sa->mobike.is_ours)
        sa->want.dpd = true;
}

/*
 * Of a request that went to two places the answer proves neither, whatever it came from: a copy of it may
 * have come first. The one that did not answer it alone is not where the peer is.
 */
static void mobike_heard_again(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *path)
{
    struct ikev2_mobike *m = &sa->mobike;
    struct ike_path heard;
    if (sa->req.tries < IKEV2_PAIRS_AT || !ikev2_places_pair(ike, sa, 0, &heard) ||
        (!m->is_unproved && ike_path_equal(&sa->path, path)))
        return;
    ikev2_move_ike(ike, sa, &heard, false);
    m->is_unproved = true;
    m->wants |= IKEV2_SAY_PROVE;
}

void ikev2_mobike_reached(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *path)
{
    if (!sa->mobike.is_agreed || sa->state != IKEV2_ST_UP)
        return;
    if (!sa->mobike.is_ours)
        mobike_heard_again(ike, sa, path);
    else if (!ike_path_equal(&sa->path, path) && (ikev2_places_has_pair(ike, sa, path) ||
                                                  (path->tcp && ike_path_equal(&sa->stream.beside, path))))
        mobike_arrive(ike, sa, path);
}

/* ---- what our requests say ---- */

bool ikev2_mobike_has_work(const struct ikev2_sa *sa)
{
    return sa->mobike.wants && (sa->state == IKEV2_ST_UP || sa->state == IKEV2_ST_REKEYED);
}

#define NO_NATS_MAX (2 * (16 + 2))

/* What NO_NATS_ALLOWED says of a packet: source and destination, then their ports (RFC 4555 4.2.6). */
static struct base_span no_nats(const struct base_endpoint *from, const struct base_endpoint *to,
                                uint8_t bytes[NO_NATS_MAX])
{
    struct base_writer w = base_writer(bytes, NO_NATS_MAX);
    const size_t addr = base_addr_size((enum base_family)from->addr.family);
    base_write(&w, from->addr.bytes, addr);
    base_write(&w, to->addr.bytes, addr);
    base_write_u16(&w, from->port);
    base_write_u16(&w, to->port);
    return base_writer_span(&w);
}

/* Addresses and ports as we send them, so that the peer can see whether they arrive so. */
static void put_no_nats(struct wire_ike_builder *b, const struct ike_path *path)
{
    uint8_t bytes[NO_NATS_MAX];
    ikev2_msg_put_notify(b, WIRE_IKE_N_NO_NATS_ALLOWED, no_nats(&path->local, &path->remote, bytes));
}

static void put_natd(struct ike *ike, const struct ikev2_sa *sa, struct wire_ike_builder *b,
                     const struct ike_path *path)
{
    ikev2_natd_put(ike, b, sa->spi_i, sa->spi_r, path, sa->natd.faked);
}

void ikev2_mobike_start(struct ike *ike, struct ikev2_sa *sa)
{
    struct ikev2_mobike *m = &sa->mobike;
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    m->out = m->wants;
    m->wants = 0;
    if (m->out & IKEV2_SAY_MOVE) {
        ikev2_msg_put_notify(&b, WIRE_IKE_N_UPDATE_SA_ADDRESSES, BASE_SPAN_NONE);
        put_natd(ike, sa, &b, &sa->path);
        if (sa->conn->encap == IKE_ENCAP_NEVER)
            put_no_nats(&b, &sa->path);
    }
    if (m->out & IKEV2_SAY_PLACES)
        ikev2_places_put(ike, sa, &b, true);
    if (m->out & IKEV2_SAY_PROVE) {
        ike->env.rng(ike->env.ctx, IKE_RNG_COOKIE, m->cookie, sizeof m->cookie);
        ikev2_msg_put_notify(&b, WIRE_IKE_N_COOKIE2, base_span(m->cookie, sizeof m->cookie));
    }
    ikev2_msg_request(ike, sa, WIRE_IKE_INFORMATIONAL, &b);
}

/* ---- answers to them ---- */

/* How the peer saw us, held against the last time. */
static enum ikev2_seen seen_take(struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct ikev2_mobike *m = &sa->mobike;
    struct wire_ike_notification n;
    if (!ikev2_msg_notify(msg, WIRE_IKE_N_NAT_DETECTION_DESTINATION_IP, &n) || n.data.len != sizeof m->seen)
        return IKEV2_SEEN_NOT;
    const enum ikev2_seen seen = !m->knows_seen                                     ? IKEV2_SEEN_NOT
                                 : memcmp(m->seen, n.data.ptr, sizeof m->seen) == 0 ? IKEV2_SEEN_SAME
                                                                                    : IKEV2_SEEN_ELSEWHERE;
    memcpy(m->seen, n.data.ptr, sizeof m->seen);
    m->knows_seen = true;
    return seen;
}

/* The peer does not take this path: another pair, or back to where we were before, if we have moved. */
static void move_refused(struct ike *ike, struct ikev2_sa *sa, uint16_t error)
{
    struct ikev2_mobike *m = &sa->mobike;
    struct ike_path to;
    explain_move_refused(ike, ikev2_sa_about(sa), error);
    m->refused++;
    if (m->refused <= IKEV2_PAIRS_MAX && ikev2_places_pair(ike, sa, m->refused - 1u, &to)) {
        mobike_go(ike, sa, &to);
        return;
    }
    if (m->has_before) {
        places_exchange(sa, &m->before.remote.addr);
        ikev2_move_ike(ike, sa, &m->before, true);
        ikev2_move_children(ike, sa);
    }
    m->has_before = m->is_unproved = false;
    m->refused = 0;
}

/* The peer has us where we are now, and what is between us is known. */
static void move_agreed(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct ikev2_mobike *m = &sa->mobike;
    struct ikev2_msg as_sent = *msg;
    m->has_before = m->is_unproved = false;
    m->refused = 0;
    as_sent.path = &sa->path; /* a copy of the answer may have come first, from elsewhere */
    ikev2_natd_check(ike, sa, &as_sent);
    if (sa->conn->encap == IKE_ENCAP_NEVER && (sa->natd.local_nat || sa->natd.remote_nat)) {
        explain_nat_forbidden(ike, ikev2_sa_about(sa), sa->conn, &sa->natd);
        ikev2_close(ike, sa, "there is a NAT on its new path, and encapsulation is never");
        return;
    }
    (void)seen_take(sa, msg);
    ikev2_move_set_way(sa);
    ikev2_move_children(ike, sa);
}

/* Only who receives at the new place can know the number (RFC 4555 3.7). */
static void proof_take(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct ikev2_mobike *m = &sa->mobike;
    struct wire_ike_notification n;
    if (!ikev2_msg_notify(msg, WIRE_IKE_N_COOKIE2, &n) || n.data.len != sizeof m->cookie ||
        !base_equal_secret(n.data.ptr, m->cookie, sizeof m->cookie)) {
        explain_malformed(ike, ikev2_sa_about(sa),
                          "the answer to COOKIE2, which asks whether it receives where it says that it is");
        ikev2_close(ike, sa, "the peer did not prove its new address");
        return;
    }
    if (m->wants & IKEV2_SAY_PROVE)
        return; /* it has moved on meanwhile */
    m->is_unproved = false;
    ikev2_move_children(ike, sa);
}

void ikev2_mobike_on_answer(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct ikev2_mobike *m = &sa->mobike;
    const uint8_t out = m->out;
    const uint16_t error = ikev2_msg_error(msg, NULL);
    m->out = 0;
    if (sa->state != IKEV2_ST_UP) /* what follows is the business of the SA that replaced it */
        return;
    if (out & IKEV2_SAY_PROVE)
        proof_take(ike, sa, msg);
    if (!(out & IKEV2_SAY_MOVE) || m->wants & IKEV2_SAY_MOVE) /* or another move is to be said */
        return;
    if (error == WIRE_IKE_N_UNACCEPTABLE_ADDRESSES || error == WIRE_IKE_N_UNEXPECTED_NAT_DETECTED)
        move_refused(ike, sa, error);
    else
        move_agreed(ike, sa, msg);
}

/* ---- liveness checks ---- */

bool ikev2_mobike_checks(const struct ikev2_sa *sa)
{
    return decides(sa) && sa->natd.local_nat && !sa->path.tcp; /* of a connection both ends know the end */
}

void ikev2_mobike_put_check(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    if (ikev2_mobike_checks(sa))
        put_natd(ike, sa, b, &sa->path);
}

enum ikev2_seen ikev2_mobike_on_checked(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    const enum ikev2_seen seen = ikev2_mobike_checks(sa) ? seen_take(sa, msg) : IKEV2_SEEN_NOT;
    if (seen != IKEV2_SEEN_ELSEWHERE)
        return seen;
    ikev2_note(ike, sa, IKE_AUDIT_MOVED, "the peer sees us elsewhere: our NAT has forgotten us");
    sa->mobike.wants |= IKEV2_SAY_MOVE;
    ikev2_sa_touch(ike, sa);
    return seen;
}

/* ---- the peer's requests ---- */

/* Whether the message arrived with the addresses and ports that it was sent with. */
static bool came_as_sent(const struct wire_ike_notification *n, const struct ike_path *path)
{
    uint8_t bytes[NO_NATS_MAX];
    return base_span_equal(n->data, no_nats(&path->remote, &path->local, bytes));
}

/* 0, or the notify that refuses the peer's new path. */
static uint16_t move_judge(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                           const struct ike_natd *natd)
{
    struct wire_ike_notification n;
    const bool has_nat = natd->local_nat || natd->remote_nat;
    /* TCP does not mind a NAT (RFC 9329 7.1). */
    if (!msg->path->tcp && ikev2_msg_notify(msg, WIRE_IKE_N_NO_NATS_ALLOWED, &n) &&
        !came_as_sent(&n, msg->path))
        return WIRE_IKE_N_UNEXPECTED_NAT_DETECTED;
    if (!ike_peer_is_candidate(sa->conn, msg->path)) {
        explain_move(ike, ikev2_sa_about(sa), msg->path);
        return WIRE_IKE_N_UNACCEPTABLE_ADDRESSES;
    }
    if (has_nat && !msg->path->tcp && (sa->conn->encap == IKE_ENCAP_NEVER || !msg->path->natt)) {
        explain_nat_forbidden(ike, ikev2_sa_about(sa), sa->conn, natd);
        return WIRE_IKE_N_UNACCEPTABLE_ADDRESSES;
    }
    return 0;
}

/* The peer says that it is elsewhere (RFC 4555 3.5). Returns as above. */
static uint16_t move_take(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct ikev2_mobike *m = &sa->mobike;
    const struct ike_natd before = sa->natd;
    const bool is_there =
        sa->path.tcp == msg->path->tcp && base_endpoint_equal(&sa->path.remote, &msg->path->remote);
    ikev2_natd_check(ike, sa, msg);
    const uint16_t refusal = move_judge(ike, sa, msg, &sa->natd);
    if (refusal) {
        sa->natd = before;
        return refusal;
    }
    if (!ike_path_equal(&sa->path, msg->path))
        ikev2_move_ike(ike, sa, msg->path, false);
    ikev2_move_set_way(sa);
    if (msg->path->tcp) { /* a connection proves that the peer receives there (RFC 9329 7.1) */
        m->is_unproved = false;
        m->wants &= (uint8_t)~IKEV2_SAY_PROVE;
    } else if (!is_there) {
        m->is_unproved = true;
        m->wants |= IKEV2_SAY_PROVE;
    }
    if (!m->is_unproved)
        ikev2_move_children(ike, sa);
    mobike_hurry(ike, sa);
    return 0;
}

/* The list of the peer, and where it tells it from: its end there is one of its addresses, too. */
static void places_take(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct ike_path to = sa->path;
    struct ikev2_places told;
    if (!ikev2_places_take(&told, msg))
        return;
    ikev2_places_keep(sa, &told);
    if (!decides(sa))
        return;
    to.remote = msg->path->remote;
    if (!base_addr_equal(&to.remote.addr, &sa->path.remote.addr) && !sa->natd.remote_nat &&
        to.local.addr.family == to.remote.addr.family)
        mobike_go(ike, sa, &to);
}

static void put_cookie2(const struct ikev2_msg *msg, struct wire_ike_builder *b)
{
    struct wire_ike_notification n;
    if (ikev2_msg_notify(msg, WIRE_IKE_N_COOKIE2, &n) && n.data.len >= PROVABLE_MIN &&
        n.data.len <= PROVABLE_MAX)
        ikev2_msg_put_notify(b, WIRE_IKE_N_COOKIE2, n.data);
}

void ikev2_mobike_on_request(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                             struct wire_ike_builder *b)
{
    if (!sa->mobike.is_agreed || sa->state != IKEV2_ST_UP)
        return;
    const bool moves = ikev2_msg_has(msg, WIRE_IKE_N_UPDATE_SA_ADDRESSES) && !sa->mobike.is_ours;
    const uint16_t refusal = moves ? move_take(ike, sa, msg) : 0;
    places_take(ike, sa, msg);
    if (refusal)
        ikev2_msg_put_notify(b, refusal, BASE_SPAN_NONE);
    else if (ikev2_msg_has(msg, WIRE_IKE_N_NAT_DETECTION_SOURCE_IP))
        put_natd(ike, sa, b, msg->path);
    put_cookie2(msg, b);
}
