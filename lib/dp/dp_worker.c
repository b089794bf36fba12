/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A worker's loop. One turn polls each of its queues once, takes what other workers and control have for it,
 * and hands the collected frames to the drivers; then it reports that it holds no reference to any table. The
 * clock is read once per turn. An adaptive worker that has found nothing for a while sleeps, longer each
 * time, and is offline for the tables while it does; that, and a bell when control sleeps, are the system
 * calls in here. It asks the kernel once to end its sleeps in time: a handshake waits for four of them.
 */
#include "dp_path.h"

#include <sys/prctl.h>
#include <time.h>
#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_pause.h>
#include <rte_rcu_qsbr.h>
#include "dp_bell.h"
#include "dp_tx.h"

#define IDLE_TURNS   256 /* before the first sleep */
#define SLEEP_MIN_NS 10000
#define SLEEP_MAX_NS 250000
#define SLACK_NS     1 /* how late the kernel may end a sleep: its own 50 us are five of the shortest ones */

void dp_worker_online(struct dp_worker *w)
{
    struct rte_rcu_qsbr *qsbr = sad_qsbr(w->dp->sad);
    atomic_store_explicit(&w->tid, rte_gettid(), memory_order_relaxed);
    rte_rcu_qsbr_thread_register(qsbr, w->index);
    rte_rcu_qsbr_thread_online(qsbr, w->index);
    w->turn_tsc = rte_rdtsc();
}

void dp_worker_offline(struct dp_worker *w)
{
    struct rte_rcu_qsbr *qsbr = sad_qsbr(w->dp->sad);
    rte_rcu_qsbr_thread_offline(qsbr, w->index);
    rte_rcu_qsbr_thread_unregister(qsbr, w->index);
}

/* Frames that another worker received, and inner packets that it was to seal. */
static uint16_t handed_take(struct dp_worker *w)
{
    struct rte_mbuf *handed[DP_BURST_MAX];
    uint16_t n = (uint16_t)rte_ring_dequeue_burst(w->handed, (void **)handed, DP_BURST_MAX, NULL);
    if (!n)
        return 0;
    w->now_tsc = rte_rdtsc();
    dp_handed(w, handed, n);
    return n;
}

/* What the i-th queue of this worker has. */
static inline uint16_t queue_poll(const struct dp_worker *w, uint16_t i, struct rte_mbuf **frames)
{
    const struct dp_io *io = w->polls[i].io;
    if (__builtin_expect(io == NULL, 1))
        return rte_eth_rx_burst(w->polls[i].port_id, w->polls[i].queue, frames, DP_BURST_MAX);
    return io->rx(w->polls[i].io_port, w->polls[i].queue, frames, DP_BURST_MAX);
}

static uint16_t ports_poll(struct dp_worker *w, uint64_t now_tsc)
{
    struct rte_mbuf *frames[DP_BURST_MAX];
    uint16_t total = 0;
    for (uint16_t i = 0; i < w->n_polls; i++) {
        uint16_t n = queue_poll(w, i, frames);
        if (n)
            dp_process(w, w->polls[i].port, frames, n, now_tsc);
        total = (uint16_t)(total + n);
    }
    return total;
}

bool dp_turn(struct dp_worker *w)
{
    uint64_t begin = w->turn_tsc;
    uint32_t work = w->n_kept;
    if (w->n_kept) {
        w->now_tsc = begin;
        dp_kept_release(w);
    }
    work += ports_poll(w, begin);
    if (!rte_ring_empty(w->handed))
        work += handed_take(w);
    if (!rte_ring_empty(w->tx_ring)) {
        dp_tx_drain(w);
        work++;
    }
    dp_tx_flush_all(w);
    if (w->has_news) {
        w->has_news = false;
        dp_bell_ring(w);
    }
    rte_rcu_qsbr_quiescent(sad_qsbr(w->dp->sad), w->index);
    w->turn_tsc = rte_rdtsc(); /* the next turn's beginning, too */
    uint64_t cycles = w->turn_tsc - begin;
    w->count.polls++;
    if (work) {
        w->count.busy_cycles += cycles;
    } else {
        w->count.idle_polls++;
        w->count.idle_cycles += cycles;
    }
    return work;
}

static void worker_nap(struct dp_worker *w, uint32_t ns)
{
    struct rte_rcu_qsbr *qsbr = sad_qsbr(w->dp->sad);
    struct timespec ts = {0, (long)ns};
    uint64_t begin = rte_rdtsc();
    rte_rcu_qsbr_thread_offline(qsbr, w->index);
    nanosleep(&ts, NULL);
    rte_rcu_qsbr_thread_online(qsbr, w->index);
    w->count.sleeps++;
    w->turn_tsc = rte_rdtsc();
    w->count.idle_cycles += w->turn_tsc - begin;
}

int dp_worker_run(void *worker)
{
    struct dp_worker *w = worker;
    bool may_sleep = w->dp->params.poll == DP_POLL_ADAPTIVE;
    uint32_t idle = 0, sleep_ns = SLEEP_MIN_NS;
    dp_worker_online(w);
    if (may_sleep)
        (void)prctl(PR_SET_TIMERSLACK, SLACK_NS, 0, 0, 0); /* else naps are as long as the kernel likes */
    while (!atomic_load_explicit(&w->dp->is_stopping, memory_order_relaxed)) {
        if (dp_turn(w)) {
            idle = 0;
            sleep_ns = SLEEP_MIN_NS;
        } else if (may_sleep && ++idle > IDLE_TURNS) {
            worker_nap(w, sleep_ns);
            sleep_ns = sleep_ns * 2 < SLEEP_MAX_NS ? sleep_ns * 2 : SLEEP_MAX_NS;
        } else {
            rte_pause();
        }
    }
    dp_worker_offline(w);
    return 0;
}
