/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The map of the data path. Each line is a stage and each stage is a file of that name, without the direction
 * where it has one. A stage takes the burst, leaves the survivors compact, and sends every other packet to a
 * drop reason, to control, to the worker that owns its SA, or into w->local (packets that the gateway makes).
 *
 * A stage has two ways. The packet that nearly every packet is goes the usual one (dp_usual.h, dp_*_usual.h
 * for each stage), which does nothing that this packet does not need; all others take the one in the stage's
 * own file. Both do the same to a packet that either could take.
 */
#include "dp_path.h"

#include "dp_handoff.h"
#include "dp_host.h"
#include "dp_nexthop.h"
#include "dp_put.h"
#include "dp_stages.h"

static void inbound(struct dp_worker *w)
{
    struct dp_burst *b = &w->in;
    dp_prepare_in(w, b);
    dp_open(w, b);
    dp_commit_in(w, b);
    b->count = 0;
}

static void outbound(struct dp_worker *w)
{
    struct dp_burst *b = &w->out;
    w->adj_gen = dp_adj_gen(w);
    dp_select_out(w, b);
    dp_encap(w, b);
    dp_seal(w, b);
    if (b->has_whole)
        dp_frag_out(w, b);
    dp_forward_out(w, b);
    b->count = 0;
}

/* What the gateway made itself (echo replies, ICMP errors, fragments) goes the way of any other packet. */
static void local(struct dp_worker *w)
{
    while (w->n_local) {
        struct dp_burst *b = &w->out;
        b->port = DP_PORT_NONE;
        for (uint16_t i = 0; i < w->n_local; i++) {
            struct rte_mbuf *m = w->local[i];
            uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *);
            bool is6 = ip[0] >> 4 == 6;
            uint16_t flags = (uint16_t)(m->packet_type | (is6 ? DP_PKT_INNER6 : 0));
            dp_put_out(dp_put(&w->out), m, ip, m->data_len, flags, dp_head(w, ip, is6));
        }
        w->n_local = 0;
        outbound(w);
    }
}

static void finish(struct dp_worker *w)
{
    if (w->in.count)
        inbound(w);
    if (w->out.count)
        outbound(w);
    if (w->n_local)
        local(w);
}

void dp_handed(struct dp_worker *w, struct rte_mbuf **mbufs, uint16_t count)
{
    w->fib = atomic_load_explicit(&w->dp->fib, memory_order_acquire);
    for (uint16_t i = 0; i < count; i++) {
        struct rte_mbuf *m = mbufs[i];
        if (dp_is_mark(m)) {
            finish(w);
            dp_handoff_mark(w, m);
            continue;
        }
        if (m->port < DP_PORTS_MAX) {
            finish(w); /* what came before has another port, and with it other rights */
            dp_classify(w, m->port, &m, 1);
            finish(w);
            continue;
        }
        if (m->packet_type & DP_HOST_UNJUDGED && !dp_host_admit(w, m))
            continue;
        uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *);
        uint16_t flags = (uint16_t)m->packet_type;
        w->out.port = DP_PORT_NONE;
        dp_put_out(dp_put(&w->out), m, ip, m->data_len, flags, dp_head(w, ip, flags & DP_PKT_INNER6));
    }
    finish(w);
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
    finish(w);
}
