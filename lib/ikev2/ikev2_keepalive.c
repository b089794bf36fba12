/* SPDX-License-Identifier: BSD-3-Clause */
/* Silences of an SA, and what ends them. */
#include "ikev2_keepalive.h"

#include "base_addr.h"
#include "base_span.h"
#include "ike_act.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_mapping.h"
#include "ike_path.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "wire_ike.h"

#define VOIDS_MAX 3 /* as where both sides are behind a NAT, and each keeps its own mapping */
#define GRACE_NS  (4 * BASE_NS_PER_S) /* for a call that is sent again once */

static uint64_t keepalive_first(const struct ikev2_sa *sa)
{
    return sa->conn->keepalive_s * BASE_NS_PER_S;
}

static bool keepalive_is_on(const struct ikev2_sa *sa)
{
    return sa->state == IKEV2_ST_UP && sa->natd.local_nat && sa->path.natt && !sa->path.tcp &&
           sa->conn->keepalive_s;
}

static bool keepalive_learns(const struct ikev2_sa *sa)
{
    return keepalive_is_on(sa) && sa->conn->keepalive == IKE_KEEPALIVE_AUTO;
}

static const struct ike_mapping *keepalive_mapping(const struct ike *ike, const struct ikev2_sa *sa)
{
    return ike_mapping_find(ike, &sa->path.local.addr);
}

/* Seconds of silence to try with the peer's help; 0: none. A liveness check of ours does not wait for that.
 */
static uint16_t keepalive_try_s(const struct ike *ike, const struct ikev2_sa *sa)
{
    bool is_try;
    if (!keepalive_learns(sa) || sa->keepalive.is_refused)
        return 0;
    const struct ike_mapping *m = keepalive_mapping(ike, sa);
    const uint64_t s = ike_mapping_next(m, keepalive_first(sa), &is_try) / BASE_NS_PER_S;
    const uint64_t dpd_s = sa->conn->dpd_s * 3ull / 4, grace_s = GRACE_NS / BASE_NS_PER_S;
    const uint64_t most = dpd_s == 0 ? s : dpd_s > grace_s ? dpd_s - grace_s : 0, next = s < most ? s : most;
    const bool is_new = !m || next * BASE_NS_PER_S > m->held_ns;
    return is_try && is_new && next >= IKE_MAPPING_LEAST_S ? (uint16_t)next : 0;
}

/* Whether our own packets tell what came of a silence, and one is to be tried, which is *ns long. */
static bool keepalive_sees(const struct ike *ike, const struct ikev2_sa *sa, uint64_t *ns)
{
    bool is_try;
    const struct ike_mapping *m = keepalive_mapping(ike, sa);
    if (!m || !m->gives_others || !keepalive_learns(sa) || !ikev2_mobike_checks(sa))
        return false;
    *ns = ike_mapping_next(m, keepalive_first(sa), &is_try);
    return is_try;
}

uint64_t ikev2_keepalive_ns(const struct ike *ike, const struct ikev2_sa *sa)
{
    uint64_t ns;
    if (!keepalive_is_on(sa))
        return 0;
    if (!keepalive_learns(sa))
        return keepalive_first(sa);
    return keepalive_sees(ike, sa, &ns) ? ns
                                        : ike_mapping_safe(keepalive_mapping(ike, sa), keepalive_first(sa));
}

base_time ikev2_keepalive_at(const struct ike *ike, const struct ikev2_sa *sa)
{
    const struct ikev2_keepalive *k = &sa->keepalive;
    base_time at = BASE_TIME_NEVER;
    if (sa->state != IKEV2_ST_UP)
        return at;
    const uint64_t ns = k->try_ns ? 0 : ikev2_keepalive_ns(ike, sa);
    if (k->try_ns)
        at = k->waits_until;
    else if (ns)
        at = base_time_add(sa->life.last_out, ns);
    return k->call_at.ns ? base_time_min(at, k->call_at) : at;
}

/* The silence is over. is_void: by something else than what was waited for, so that it tells nothing. */
static void keepalive_over(struct ikev2_sa *sa, bool is_void)
{
    struct ikev2_keepalive *k = &sa->keepalive;
    k->try_ns = 0;
    k->voids = is_void ? k->voids + 1 : 0;
    k->is_refused = k->voids >= VOIDS_MAX;
}

/* No call came. Where something of ours went out meanwhile, that tells nothing. */
static void keepalive_not_called(struct ike *ike, struct ikev2_sa *sa)
{
    const bool is_void = base_time_since(ike->now, sa->life.last_out) < sa->keepalive.try_ns;
    if (!is_void)
        ike_mapping_lost(ike, &sa->path.local.addr, sa->keepalive.try_ns, false);
    keepalive_over(sa, is_void);
    sa->want.dpd = true;
}

void ikev2_keepalive_due(struct ike *ike, struct ikev2_sa *sa, bool may_ask)
{
    struct ikev2_keepalive *k = &sa->keepalive;
    uint64_t ns;
    if (k->call_at.ns && base_time_reached(k->call_at, ike->now)) {
        k->call_at.ns = 0;
        sa->want.dpd = true;
    } else if (k->try_ns) {
        keepalive_not_called(ike, sa);
    } else if (may_ask && (keepalive_try_s(ike, sa) || keepalive_sees(ike, sa, &ns))) {
        sa->want.dpd = true;
    } else {
        sa->life.last_out = ike->now;
        ike_act_keepalive(ike, &sa->path);
    }
}

void ikev2_keepalive_put(struct ike *ike, struct ikev2_sa *sa, struct wire_ike_builder *b)
{
    uint8_t seconds[2];
    struct base_writer w = base_writer(seconds, sizeof seconds);
    sa->keepalive.asked_s = sa->keepalive.try_ns ? 0 : keepalive_try_s(ike, sa);
    base_write_u16(&w, sa->keepalive.asked_s);
    if (sa->keepalive.asked_s)
        ikev2_msg_put_notify(b, IKEV2_N_CALL_ME, base_writer_span(&w));
}

void ikev2_keepalive_answered(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                              enum ikev2_seen seen)
{
    struct ikev2_keepalive *k = &sa->keepalive;
    const struct ike_mapping *m = keepalive_mapping(ike, sa);
    if (seen == IKEV2_SEEN_ELSEWHERE)
        ike_mapping_lost(ike, &sa->path.local.addr, k->out_ns, true);
    else if (seen == IKEV2_SEEN_SAME && m && m->gives_others)
        ike_mapping_held(ike, &sa->path.local.addr, k->both_ns);
    if (!k->asked_s)
        return;
    k->is_refused = !ikev2_msg_has(msg, IKEV2_N_CALL_ME);
    k->try_ns = k->is_refused ? 0 : k->asked_s * BASE_NS_PER_S;
    k->waits_until = base_time_add(ike->now, k->try_ns + GRACE_NS);
    k->asked_s = 0;
}

void ikev2_keepalive_on_request(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg,
                                struct wire_ike_builder *b)
{
    struct wire_ike_notification n;
    if (sa->state != IKEV2_ST_UP || !ikev2_msg_notify(msg, IKEV2_N_CALL_ME, &n) || n.data.len != 2)
        return;
    struct base_reader r = base_reader(n.data);
    const uint16_t seconds = base_read_u16(&r);
    if (seconds < IKE_MAPPING_LEAST_S || seconds > IKE_MAPPING_MOST_S)
        return;
    sa->keepalive.call_at = base_time_add(ike->now, seconds * BASE_NS_PER_S);
    ikev2_msg_put_notify(b, IKEV2_N_CALL_ME, BASE_SPAN_NONE);
}

/* What came from outside first shows that our NAT has kept the mapping; an answer, that the peer's had, which
 * our request passed. */
static void keepalive_held(struct ike *ike, const struct ikev2_sa *sa, bool is_response)
{
    if (!is_response && sa->natd.local_nat)
        ike_mapping_held(ike, &sa->path.local.addr,
                         base_time_since(ike->now, base_time_max(sa->life.last_in, sa->life.last_out)));
    if (is_response && sa->natd.remote_nat && !sa->req.tries)
        ike_mapping_held(ike, &sa->path.remote.addr, sa->keepalive.both_ns);
}

void ikev2_keepalive_heard(struct ike *ike, struct ikev2_sa *sa, const struct ike_path *path,
                           bool is_response)
{
    const struct base_endpoint *was = &sa->path.remote;
    if (sa->state != IKEV2_ST_UP || path->tcp || sa->path.tcp)
        return;
    if (!is_response && sa->keepalive.try_ns)
        keepalive_over(sa, base_time_since(ike->now, sa->life.last_out) < sa->keepalive.try_ns);
    if (base_endpoint_equal(was, &path->remote))
        keepalive_held(ike, sa, is_response);
    else if (sa->natd.remote_nat && !is_response && base_addr_equal(&was->addr, &path->remote.addr))
        ike_mapping_lost(ike, &was->addr, base_time_since(ike->now, sa->life.last_in), true);
}
