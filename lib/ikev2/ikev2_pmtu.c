/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The search for the path MTU (RFC 8899 5.2), one size at a time. What is in force changes only for what was
 * confirmed, or what a router said; so a path that carries nothing of what was tried keeps its MTU.
 */
#include "ikev2_pmtu.h"

#include "base_addr.h"
#include "base_time.h"
#include "explain.h"
#include "ike_act.h"
#include "ike_action.h"
#include "ike_audit.h"
#include "ike_conf.h"
#include "ike_core.h"
#include "ike_env.h"
#include "ike_path.h"
#include "ikev2_children.h"
#include "ikev2_note.h"
#include "ikev2_sa.h"
#include "wire_ike.h"

#define FLOOR_IP4    576
#define FLOOR_IP6    1280
#define PUT_OFF_S    10
#define TOLD_AGAIN_S 30 /* between searches that ICMP asks for */
#define JITTER_S     60 /* so that many SAs do not ask at the same moment */

/* Of links and of tunnels through them, ascending. */
static const uint16_t sizes[] = {576,  768,  1024, 1152, 1200, 1240, 1280, 1300, 1320, 1340, 1360, 1380,
                                 1400, 1420, 1438, 1454, 1460, 1476, 1480, 1492, 1500, 2048, 3000, 4000,
                                 4352, 4464, 6000, 7936, 8500, 8900, 8951, 8981, 9000, 9001, 9216};
#define SIZES (sizeof sizes / sizeof *sizes)

/* Where to go down to when the port's own size is lost: what most networks carry, and what all do. */
static const uint16_t ladder[] = {1500, FLOOR_IP6, FLOOR_IP4};

static uint16_t pmtu_floor(const struct ikev2_sa *sa)
{
    return sa->path.remote.addr.family == BASE_AF_IP6 ? FLOOR_IP6 : FLOOR_IP4;
}

/* The MTU of our port; 0: unknown. */
static uint16_t pmtu_port(const struct ike *ike, const struct ikev2_sa *sa)
{
    return ike->env.mtu_for ? ike->env.mtu_for(ike->env.ctx, &sa->path.remote.addr) : 0;
}

/* The same, as far as a message can be that long: what is confirmed at the end stands for the rest. */
static uint16_t pmtu_top(const struct ike *ike, const struct ikev2_sa *sa)
{
    const size_t port = pmtu_port(ike, sa), most = WIRE_IKE_MSG_MAX + ike_path_header_bytes(&sa->path);
    return (uint16_t)(port < most ? port : most);
}

/* ---- what is in force ---- */

static void pmtu_set(struct ike *ike, struct ikev2_sa *sa, uint16_t size, enum ike_mtu_by by)
{
    struct ikev2_pmtu *m = &sa->pmtu;
    m->by = by;
    if (m->size == size)
        return;
    m->size = size;
    for (const struct ikev2_child *c = sa->children; c; c = c->next)
        ike_act_mtu(ike, c->spi_in, size);
}

static uint16_t pmtu_shown(const struct ike *ike, const struct ikev2_sa *sa, uint16_t size)
{
    return size ? size : pmtu_port(ike, sa);
}

static void pmtu_tell(struct ike *ike, const struct ikev2_sa *sa, uint16_t before)
{
    if (sa->pmtu.size != before)
        ikev2_note_mtu(ike, sa, pmtu_shown(ike, sa, sa->pmtu.size), pmtu_shown(ike, sa, before), sa->pmtu.by);
}

/* ---- searches ---- */

static void search_begin(const struct ike *ike, struct ikev2_sa *sa, uint16_t last)
{
    struct ikev2_pmtu *m = &sa->pmtu;
    m->before = m->size;
    m->last = last;
    m->good = m->bad = 0;
    m->at = ike->now;
}

void ikev2_pmtu_begin(struct ike *ike, struct ikev2_sa *sa)
{
    sa->pmtu = (struct ikev2_pmtu){.at = BASE_TIME_NEVER};
    if (ikev2_pmtu_can_probe(ike, sa))
        search_begin(ike, sa, 0);
}

void ikev2_pmtu_inherit(const struct ike *ike, const struct ikev2_sa *from, struct ikev2_sa *to)
{
    to->pmtu = from->pmtu;
    if (!to->pmtu.out)
        return;
    to->pmtu.out = 0;
    to->pmtu.at = ike->now;
}

bool ikev2_pmtu_can_probe(const struct ike *ike, const struct ikev2_sa *sa)
{
    return ike->conf->probe_path_mtu && sa->frag.is_agreed && !sa->path.tcp &&
           pmtu_top(ike, sa) > pmtu_floor(sa);
}

base_time ikev2_pmtu_at(const struct ikev2_sa *sa)
{
    return sa->pmtu.at;
}

bool ikev2_pmtu_is_due(struct ike *ike, struct ikev2_sa *sa)
{
    struct ikev2_pmtu *m = &sa->pmtu;
    if (!base_time_reached(m->at, ike->now))
        return false;
    if (ikev2_pmtu_can_probe(ike, sa))
        return true;
    const uint16_t before = m->size;
    m->at = BASE_TIME_NEVER;
    pmtu_set(ike, sa, 0, IKE_MTU_BY_PORT);
    pmtu_tell(ike, sa, before);
    return false;
}

/* The smallest size of the ladder's that is below what was lost, from the top. */
static uint16_t next_down(const struct ikev2_sa *sa)
{
    for (size_t i = 0; i < sizeof ladder / sizeof *ladder; i++)
        if (ladder[i] < sa->pmtu.bad && ladder[i] >= pmtu_floor(sa))
            return ladder[i];
    return 0;
}

/* Between what arrived and what did not: the middle, or the next one when the size of before was confirmed.
 */
static uint16_t next_between(const struct ikev2_pmtu *m)
{
    size_t lo = 0, hi = SIZES;
    while (lo < SIZES && sizes[lo] <= m->good)
        lo++;
    while (hi > lo && sizes[hi - 1] >= m->bad)
        hi--;
    if (lo == hi)
        return 0;
    return m->good == m->last ? sizes[lo] : sizes[lo + (hi - lo) / 2];
}

static uint16_t search_next(const struct ike *ike, const struct ikev2_sa *sa)
{
    const struct ikev2_pmtu *m = &sa->pmtu;
    if (!m->bad)
        return m->good ? 0 : pmtu_top(ike, sa);
    if (m->good)
        return next_between(m);
    return m->last && m->last < m->bad ? m->last : next_down(sa);
}

/* Somebody on the path drops what is too long and does not say so. */
static bool is_black_hole(const struct ikev2_pmtu *m)
{
    return m->good && m->bad && !m->is_told && m->size != m->before;
}

static void search_end(struct ike *ike, struct ikev2_sa *sa)
{
    struct ikev2_pmtu *m = &sa->pmtu;
    m->at = base_time_add(ike->now,
                          IKEV2_PMTU_RAISE_S * BASE_NS_PER_S + ike_jitter(ike, JITTER_S * BASE_NS_PER_S));
    pmtu_tell(ike, sa, m->before);
    if (is_black_hole(m))
        explain_black_hole(ike, ikev2_sa_about(sa), m->size);
    m->before = m->size;
}

uint16_t ikev2_pmtu_take(struct ike *ike, struct ikev2_sa *sa)
{
    struct ikev2_pmtu *m = &sa->pmtu;
    if (search_next(ike, sa) == 0) /* what was found a while ago may have changed, either way */
        search_begin(ike, sa, m->size);
    m->out = search_next(ike, sa);
    m->at = BASE_TIME_NEVER;
    return m->out;
}

/* What follows a probe: the next one, or the end. */
static void search_go_on(struct ike *ike, struct ikev2_sa *sa)
{
    sa->pmtu.out = 0;
    sa->pmtu.at = ike->now;
    if (search_next(ike, sa) == 0)
        search_end(ike, sa);
}

void ikev2_pmtu_confirmed(struct ike *ike, struct ikev2_sa *sa)
{
    struct ikev2_pmtu *m = &sa->pmtu;
    if (!m->out)
        return;
    m->good = m->out;
    pmtu_set(ike, sa, m->good == pmtu_top(ike, sa) ? 0 : m->good, IKE_MTU_BY_PROBE);
    search_go_on(ike, sa);
}

void ikev2_pmtu_lost(struct ike *ike, struct ikev2_sa *sa)
{
    if (!sa->pmtu.out)
        return;
    sa->pmtu.bad = sa->pmtu.out;
    search_go_on(ike, sa);
}

void ikev2_pmtu_put_off(const struct ike *ike, struct ikev2_sa *sa)
{
    sa->pmtu.out = 0;
    sa->pmtu.at = base_time_add(ike->now, PUT_OFF_S * BASE_NS_PER_S);
}

/* ---- ICMP ---- */

/* The search is about this size from now on; ICMP that comes all the time does not make it begin all the
 * time. */
static void told_search(const struct ike *ike, struct ikev2_sa *sa, uint16_t mtu)
{
    struct ikev2_pmtu *m = &sa->pmtu;
    const bool was_told =
        m->told_at.ns && base_time_since(ike->now, m->told_at) < TOLD_AGAIN_S * BASE_NS_PER_S;
    const base_time begun = m->told_at;
    m->last = mtu;
    m->good = m->bad = 0;
    m->at = was_told ? base_time_add(begun, TOLD_AGAIN_S * BASE_NS_PER_S) : ike->now;
    if (!was_told)
        m->told_at = ike->now;
}

bool ikev2_pmtu_told(struct ike *ike, struct ikev2_sa *sa, uint16_t mtu, bool is_sure)
{
    struct ikev2_pmtu *m = &sa->pmtu;
    if (mtu < pmtu_floor(sa))
        mtu = pmtu_floor(sa);
    const bool is_about_probe = m->out > mtu;
    m->is_told = m->is_told || is_sure || is_about_probe;
    const uint16_t before = m->size;
    if (is_sure && mtu < pmtu_shown(ike, sa, m->size)) {
        pmtu_set(ike, sa, mtu, IKE_MTU_BY_ICMP);
        pmtu_tell(ike, sa, before);
        m->before = mtu;
        if (!ikev2_pmtu_can_probe(ike, sa))
            m->at = base_time_add(ike->now, IKEV2_PMTU_RAISE_S * BASE_NS_PER_S);
        else if (!m->out)
            told_search(ike, sa, mtu);
    }
    if (!is_about_probe)
        return false;
    m->last = mtu;
    m->good = m->good > mtu ? 0 : m->good;
    ikev2_pmtu_lost(ike, sa);
    return true;
}
