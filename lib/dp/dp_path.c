/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The map of the data path. Each line is a stage and each stage is a file of that name, without the direction
 * where it has one. A stage takes the burst, leaves the survivors compact, and sends every other packet to a
 * drop reason, to control, to the worker that owns its SA, or among those that the gateway makes
 * (dp_local.h).
 *
 * A stage has two ways: the fast path (dp_fast.h, dp_<stage>_fast.h), which nearly every packet takes and
 * which does nothing that such a packet does not need, and the way of all others, in the stage's own file.
 * Both do the same to a packet that either could take.
 */
#include "dp_path.h"

#include "dp_handoff.h"
#include "dp_host.h"
#include "dp_local.h"
#include "dp_nexthop.h"
#include "dp_put.h"
#include "dp_stages.h"
#include "dp_stream.h"

static void burst_inbound(struct dp_worker *w)
{
    struct dp_burst *b = &w->in;
    dp_prepare_in(w, b);
    dp_open(w, b);
    dp_commit_in(w, b); /* and forward, packet by packet: dp_forward_inner() */
    b->count = 0;
}

static void burst_outbound(struct dp_worker *w)
{
    struct dp_burst *b = &w->out;
    w->adj_gen = dp_adj_gen(w);
    dp_lookup_out(w, b);
    dp_encap(w, b);
    dp_seal(w, b);
    if (b->has_whole)
        dp_frag_out(w, b);
    dp_forward_out(w, b);
    b->count = 0;
}

/* What the gateway made itself (echo replies, ICMP errors, fragments) goes the way of any other packet. */
static void local_outbound(struct dp_worker *w)
{
    struct rte_mbuf *m;
    while (w->n_local) {
        w->out.port = DP_PORT_NONE;
        while (w->out.count < DP_BURST_MAX && (m = dp_local_take(w))) {
            uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *);
            bool is6 = ip[0] >> 4 == 6;
            uint16_t flags = (uint16_t)(m->packet_type | (is6 ? DP_PKT_INNER6 : 0));
            dp_put_out(dp_put(&w->out), m, ip, m->data_len, flags, dp_head(w, ip, is6));
        }
        burst_outbound(w);
    }
}

static void bursts_finish(struct dp_worker *w)
{
    if (w->in.count)
        burst_inbound(w);
    if (w->out.count)
        burst_outbound(w);
    if (w->n_local)
        local_outbound(w);
}

void dp_handed(struct dp_worker *w, struct rte_mbuf **mbufs, uint16_t count)
{
    w->fib = atomic_load_explicit(&w->dp->fib, memory_order_acquire);
    for (uint16_t i = 0; i < count; i++) {
        struct rte_mbuf *m = mbufs[i];
        if (dp_is_mark(m)) {
            bursts_finish(w);
            dp_handoff_mark(w, m);
            continue;
        }
        if (m->port < DP_PORTS_MAX) {
            bursts_finish(w); /* what came before has another port, and with it other rights */
            dp_classify(w, m->port, &m, 1);
            bursts_finish(w);
            continue;
        }
        if (m->packet_type & DP_STREAM_IN) {
            w->in.port = DP_PORT_NONE;
            dp_classify_stream(w, m);
            continue;
        }
        if (m->packet_type & DP_HOST_UNJUDGED && !dp_host_admit(w, m))
            continue;
        uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *);
        uint16_t flags = (uint16_t)m->packet_type;
        w->out.port = DP_PORT_NONE;
        dp_put_out(dp_put(&w->out), m, ip, m->data_len, flags, dp_head(w, ip, flags & DP_PKT_INNER6));
    }
    bursts_finish(w);
}

void dp_kept_release(struct dp_worker *w)
{
    struct rte_mbuf *m;
    dp_handoff_kept_begin(w);
    while ((m = dp_handoff_kept_take(w)))
        dp_handed(w, &m, 1);
    dp_handoff_kept_end(w);
}

void dp_process(struct dp_worker *w, uint16_t port, struct rte_mbuf **frames, uint16_t count, uint64_t tsc)
{
    w->now_tsc = tsc;
    w->fib = atomic_load_explicit(&w->dp->fib, memory_order_acquire);
    dp_classify(w, port, frames, count);
    bursts_finish(w);
}
