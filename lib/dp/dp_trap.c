/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets whose policy calls for an SA, on the control core: the first few of a policy wait, by reference,
 * until a pair for them is installed, and go the outbound way then as if they had just come. Control is told
 * once a second of a policy that packets want. A policy that finds no place among those that were wanted in
 * the last second, or whose packets wait already as many as may, loses its packets.
 *
 * Drops: trap_full, trap_late, trap_refused, owner_full.
 */
#include "dp_trap.h"

#include <stdlib.h>
#include "dp_drop.h"
#include "dp_flow.h"
#include "dp_worker.h"

#define WAIT_PER_TRAP 4
#define WAIT_MAX      256
#define WAIT_NS       (10 * BASE_NS_PER_S) /* a call takes less, or something is wrong */
#define TELL_NS       (1 * BASE_NS_PER_S)
#define PLACES        1024u /* of policies */

struct trap_place {
    uint32_t trap; /* 0: never used */
    uint8_t n_waiting;
    base_time told_at;
};

struct trap_packet {
    struct rte_mbuf *mbuf;
    uint32_t trap;
    base_time until;
};

struct dp_traps {
    uint32_t n_waiting;
    struct trap_packet waiting[WAIT_MAX]; /* in the order in which they came */
    struct trap_place places[PLACES];
};

struct dp_traps *dp_traps_create(void)
{
    return calloc(1, sizeof(struct dp_traps));
}

void dp_traps_free(struct dp_traps *t)
{
    for (uint32_t i = 0; t && i < t->n_waiting; i++)
        rte_pktmbuf_free(t->waiting[i].mbuf);
    free(t);
}

static struct trap_place *place_of(struct dp_traps *t, uint32_t trap)
{
    return &t->places[trap % PLACES];
}

static bool place_is_idle(const struct trap_place *p, base_time now)
{
    return !p->trap || (!p->n_waiting && base_time_since(now, p->told_at) >= TELL_NS);
}

bool dp_trap_punt(struct dp *dp, base_time now, const struct dp_punt *punt)
{
    struct dp_traps *t = dp->traps;
    struct trap_place *p = place_of(t, punt->trap);
    if (p->trap != punt->trap && place_is_idle(p, now))
        *p = (struct trap_place){.trap = punt->trap};
    const bool is_ours = p->trap == punt->trap;
    if (!is_ours || p->n_waiting == WAIT_PER_TRAP || t->n_waiting == WAIT_MAX) {
        dp_drop_at_control(dp, punt->mbuf, DP_DROP_trap_full);
    } else {
        t->waiting[t->n_waiting++] =
            (struct trap_packet){punt->mbuf, punt->trap, base_time_add(now, WAIT_NS)};
        p->n_waiting++;
    }
    if (!is_ours || (p->told_at.ns && base_time_since(now, p->told_at) < TELL_NS))
        return false;
    p->told_at = now;
    return true;
}

/* Takes those out that fn says are done with; the others stay in their order. */
static void waiting_sift(struct dp *dp, bool (*fn)(struct dp *dp, struct trap_packet *w, const void *arg),
                         const void *arg)
{
    struct dp_traps *t = dp->traps;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < t->n_waiting; i++) {
        struct trap_packet w = t->waiting[i];
        if (fn(dp, &w, arg))
            place_of(t, w.trap)->n_waiting--;
        else
            t->waiting[kept++] = w;
    }
    t->n_waiting = kept;
}

/* The outbound way, where its flags say what was done to it already. */
static bool packet_send(struct dp *dp, struct trap_packet *w, const void *arg)
{
    (void)arg;
    w->mbuf->port = DP_PORT_NONE;
    if (rte_ring_enqueue(dp->workers[0]->handed, w->mbuf) != 0)
        dp_drop_at_control(dp, w->mbuf, DP_DROP_owner_full);
    return true;
}

static bool packet_send_if_served(struct dp *dp, struct trap_packet *w, const void *arg)
{
    const uint8_t *ip = rte_pktmbuf_mtod(w->mbuf, const uint8_t *);
    struct sad_flow flow;
    dp_flow_fill(&flow, ip, w->mbuf->data_len, ip[0] >> 4 == 6, false);
    return sad_spd_is_sa(sad_spd_lookup(sad_tables(dp->params.sad), &flow)) && packet_send(dp, w, arg);
}

static bool packet_drop_if_late(struct dp *dp, struct trap_packet *w, const void *arg)
{
    const base_time *now = arg;
    if (!base_time_reached(w->until, *now))
        return false;
    dp_drop_at_control(dp, w->mbuf, DP_DROP_trap_late);
    return true;
}

static bool packet_drop_if_of(struct dp *dp, struct trap_packet *w, const void *arg)
{
    const uint32_t *trap = arg;
    if (w->trap != *trap)
        return false;
    dp_drop_at_control(dp, w->mbuf, DP_DROP_trap_refused);
    return true;
}

void dp_trap_release(struct dp *dp)
{
    if (dp->traps->n_waiting)
        waiting_sift(dp, packet_send_if_served, NULL);
}

void dp_trap_rejudge(struct dp *dp)
{
    waiting_sift(dp, packet_send, NULL);
    for (uint32_t i = 0; i < PLACES; i++)
        dp->traps->places[i] = (struct trap_place){0};
}

void dp_trap_refuse(struct dp *dp, uint32_t trap)
{
    waiting_sift(dp, packet_drop_if_of, &trap);
}

void dp_trap_tick(struct dp *dp, base_time now)
{
    waiting_sift(dp, packet_drop_if_late, &now);
}

base_time dp_trap_deadline(const struct dp *dp)
{
    return dp->traps->n_waiting ? dp->traps->waiting[0].until : BASE_TIME_NEVER;
}
