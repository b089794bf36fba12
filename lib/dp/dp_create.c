/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Making and unmaking a data path: ports, own addresses, rings, workers' state. Packets are not its business.
 */
#include "dp.h"

#include <stdio.h>
#include <stdlib.h>
#include <rte_errno.h>
#include <rte_rcu_qsbr.h>
#include "dp_adj.h"
#include "dp_fib.h"
#include "dp_first.h"
#include "dp_handoff.h"
#include "dp_known.h"
#include "dp_own.h"
#include "dp_path.h"
#include "dp_pieces.h"
#include "dp_resolve.h"
#include "dp_trap.h"
#include "sad_mem.h"

#define RING_PUNT   4096
#define RING_HOST   1024
#define RING_STREAM 1024
#define RING_TX     4096
#define RING_HANDED 4096

static struct rte_ring *ring_make(unsigned size, unsigned flags)
{
    ssize_t bytes = rte_ring_get_memsize(size);
    struct rte_ring *ring = bytes > 0 ? aligned_alloc(128, ((size_t)bytes + 127) & ~(size_t)127) : NULL;
    if (ring && rte_ring_init(ring, "dp", size, flags) != 0) {
        free(ring);
        return NULL;
    }
    return ring;
}

static void ring_unmake(struct rte_ring *ring)
{
    void *object;
    if (!ring)
        return;
    while (rte_ring_dequeue(ring, &object) == 0)
        if (!dp_is_mark(object))
            rte_pktmbuf_free(object);
    free(ring);
}

static bool why_say(char *why, size_t why_size, const char *text)
{
    if (why && why_size)
        snprintf(why, why_size, "%s", text);
    return false;
}

static bool params_are_sane(const struct dp_params *p, char *why, size_t why_size)
{
    if (p->n_ports > DP_PORTS_MAX)
        return why_say(why, why_size, "too many ports");
    if (p->workers < 1 || p->workers > DP_WORKERS_MAX)
        return why_say(why, why_size, "the number of workers is out of range");
    if (!p->sad || !p->pool || !p->tsc_hz)
        return why_say(why, why_size, "tables, packet pool and clock rate are needed");
    size_t n_polls = 0;
    for (size_t i = 0; i < p->n_ports; i++) {
        const struct dp_port_params *port = &p->ports[i];
        n_polls += ((size_t)port->rx_queues + p->workers - 1) / p->workers;
        if (port->mtu < 576 || port->mtu > 9216)
            return why_say(why, why_size, "a port's MTU is out of range 576..9216");
        if (port->port_id != DP_PORT_SINK && (!port->rx_queues || !port->tx_queues))
            return why_say(why, why_size, "a port has no queue");
    }
    if (n_polls > DP_POLLS_MAX)
        return why_say(why, why_size,
                       "the ports have more receive queues than the workers can poll: add workers");
    return true;
}

static bool ports_fill(struct dp *dp)
{
    for (uint16_t i = 0; i < dp->params.n_ports; i++) {
        struct dp_port *port = &dp->ports[i];
        port->params = dp->params.ports[i];
        memcpy(&port->mac_word, port->params.mac, 6);
        port->has_vlan = port->params.vlan;
        port->is_inside = port->params.role == DP_ROLE_INSIDE;
        port->rx_ip4_cksum = port->params.rx_ip4_cksum;
        if (!dp_adj_new(dp, DP_ADJ_ONLINK, i) || !dp_adj_new(dp, DP_ADJ_LOCAL, i))
            return false;
        if (dp_addrs_set(dp, i, port->params.n_addrs, port->params.addrs) < 0)
            return false;
    }
    return true;
}

/* One that has no address yet. */
static bool own_make(struct dp *dp)
{
    dp->own = dp_own_with(NULL, 0, 0, NULL);
    return dp->own != NULL;
}

/* The queues that a worker polls, and those that it sends by. */
static void queues_fill(struct dp_worker *w)
{
    const struct dp_params *p = &w->dp->params;
    w->n_ports = (uint16_t)p->n_ports;
    for (uint16_t port = 0; port < w->n_ports; port++) {
        const struct dp_port_params *at = &p->ports[port];
        w->tx[port].port_id = at->port_id;
        w->tx[port].is_served = w->index < at->tx_queues;
        w->tx[port].io = at->io;
        w->tx[port].io_port = at->io_port;
        if (at->port_id == DP_PORT_SINK)
            continue;
        for (uint16_t q = w->index; q < at->rx_queues; q = (uint16_t)(q + p->workers)) {
            w->polls[w->n_polls].port = port;
            w->polls[w->n_polls].queue = q;
            w->polls[w->n_polls].io = at->io;
            w->polls[w->n_polls].io_port = at->io_port;
            w->polls[w->n_polls++].port_id = at->port_id;
        }
    }
}

static struct dp_worker *worker_make(struct dp *dp, uint16_t index)
{
    struct dp_worker *w = aligned_alloc(64, sizeof *w);
    if (!w)
        return NULL;
    memset(w, 0, sizeof *w);
    w->dp = dp;
    w->index = index;
    w->tables = sad_tables(dp->sad);
    w->adjs = dp->adjs;
    queues_fill(w);
    w->esp_ops = sad_esp(dp->sad);
    w->esp = w->esp_ops->create(dp->params.workers > 1);
    w->pieces = dp_pieces_create(dp->params.tsc_hz, dp->params.frag_seed);
    w->firsts = dp_firsts_create(dp->params.tsc_hz, dp->params.frag_seed);
    w->handed = ring_make(RING_HANDED, RING_F_SC_DEQ);
    w->tx_ring = ring_make(RING_TX, RING_F_SC_DEQ);
    dp->workers[index] = w;
    return w->esp && w->pieces && w->firsts && w->handed && w->tx_ring ? w : NULL;
}

static void worker_unmake(struct dp *dp, uint16_t index)
{
    struct dp_worker *w = dp->workers[index];
    if (!w)
        return;
    for (uint16_t port = 0; port < DP_PORTS_MAX; port++)
        rte_pktmbuf_free_bulk(w->tx[port].frames, w->tx[port].count);
    for (uint32_t i = 0; i < w->n_kept; i++)
        if (!dp_is_mark(w->kept[(w->kept_head + i) % DP_KEPT_MAX]))
            rte_pktmbuf_free(w->kept[(w->kept_head + i) % DP_KEPT_MAX]);
    ring_unmake(w->handed);
    ring_unmake(w->tx_ring);
    dp_pieces_free(w->pieces);
    dp_firsts_free(w->firsts);
    w->esp_ops->free(w->esp);
    free(w);
    dp->workers[index] = NULL;
}

static bool parts_make(struct dp *dp)
{
    dp->reclaim = sad_reclaimer(dp->sad);
    dp->n_adjs = 1;
    dp->adjs = sad_mem_reserve(DP_ADJS_MAX * sizeof *dp->adjs, false);
    dp->free_adjs = sad_mem_reserve(DP_ADJS_MAX * sizeof *dp->free_adjs, false);
    dp->punt = ring_make(RING_PUNT, RING_F_SC_DEQ);
    dp->punt_first = ring_make(RING_PUNT, RING_F_SC_DEQ);
    dp->known = dp_known_create();
    dp->host = ring_make(RING_HOST, RING_F_SC_DEQ);
    dp->streams = ring_make(RING_STREAM, RING_F_SC_DEQ);
    dp->resolve = dp_resolve_create();
    dp->traps = dp_traps_create();
    if (!dp->adjs || !dp->free_adjs || !dp->punt || !dp->punt_first || !dp->known || !dp->host ||
        !dp->streams || !dp->resolve || !dp->traps || !own_make(dp) || !ports_fill(dp))
        return false;
    dp->fib = dp_fib_make(dp, dp->params.routes, dp->params.n_routes);
    if (!dp->fib)
        return false;
    for (uint16_t i = 0; i < dp->params.workers; i++)
        if (!worker_make(dp, i))
            return false;
    return true;
}

struct dp *dp_create(const struct dp_params *params, char *why, size_t why_size)
{
    if (!params_are_sane(params, why, why_size))
        return NULL;
    struct dp *dp = aligned_alloc(_Alignof(struct dp), sizeof *dp);
    if (!dp)
        return NULL;
    memset(dp, 0, sizeof *dp);
    dp->params = *params;
    dp->sad = params->sad;
    if (!parts_make(dp)) {
        why_say(why, why_size,
                "no memory for the data path, or a route names no port, or too many own addresses");
        dp_free(dp);
        return NULL;
    }
    dp->params.routes = NULL;
    sad_mark_by(dp->sad, dp_handoff_mark_send, dp);
    return dp;
}

void dp_free(struct dp *dp)
{
    if (!dp)
        return;
    /* No worker is registered any more, so all that waits is due. */
    sad_mark_by(dp->sad, NULL, NULL);
    if (dp->reclaim)
        sad_reclaim_run(dp->reclaim);
    for (uint16_t i = 0; i < dp->params.workers; i++)
        worker_unmake(dp, i);
    ring_unmake(dp->punt);
    ring_unmake(dp->punt_first);
    dp_known_free(dp->known);
    ring_unmake(dp->host);
    ring_unmake(dp->streams);
    dp_resolve_free(dp->resolve);
    dp_traps_free(dp->traps);
    dp_fib_free(dp->fib);
    free(dp->own);
    sad_mem_release(dp->adjs, DP_ADJS_MAX * sizeof *dp->adjs);
    sad_mem_release(dp->free_adjs, DP_ADJS_MAX * sizeof *dp->free_adjs);
    free(dp);
}

struct dp_worker *dp_worker(struct dp *dp, uint16_t index)
{
    return index < dp->params.workers ? dp->workers[index] : NULL;
}

int32_t dp_worker_tid(const struct dp *dp, uint16_t index)
{
    return index < dp->params.workers ? atomic_load_explicit(&dp->workers[index]->tid, memory_order_relaxed)
                                      : 0;
}

void dp_stop(struct dp *dp)
{
    atomic_store_explicit(&dp->is_stopping, true, memory_order_relaxed);
}
