/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stretches of each worker alone, of all together, and of all on each other's packets, in turns. A stretch is
 * cut into slices of 512 packets, and bench_stat's rules make one figure of them and leave out those with a
 * busy neighbour on the core; the best stretch counts. Throughput is packets sent per second of the worker's
 * own time, the ports' making of packets taken off. Together, a slice counts only if the workers came about
 * equally far: one that is kept from its CPU must not make its neighbours look good, nor itself bad.
 */
#include "bench_team.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include "bench_noise.h"
#include "bench_stat.h"
#include "dp.h"
#include "dp_path.h"

#define SLICE_PKTS 512
#define SLICES_MAX 2048 /* per stretch */
#define SLICES_MIN 32   /* fewer say nothing */
#define LOOK_TURNS 64   /* until a worker that waits looks at the clock */
#define WARM_MS    2
#define STRETCH_MS 22 /* with that */
#define LONGEST_MS 60 /* where the worker is kept from its CPU so often that there are too few slices */
#define LINE_TRIPS 64
#define LINE_TRIES 32
#define PATIENCE   4 /* times the wanted rounds, until quiet is given up */

/* Writer: its worker, between two meetings; worker 0 reads it after the next one. */
struct member {
    _Alignas(128) struct bench_series series[BENCH_TEAM_WAYS];
    struct bench_team_figure figure; /* of the last stretch */
};

struct team {
    struct bench_gate *gate;
    pthread_barrier_t meeting;
    struct member member[BENCH_WORKERS_MAX];
    /* Writer: worker 0, while the others wait at a meeting. */
    struct bench_team_result *out;
    uint32_t runs, round;
    uint32_t stretches; /* per round: each worker alone, then the other ways */
    uint32_t quiet[BENCH_WORKERS_MAX + BENCH_TEAM_WAYS]; /* rounds in which that stretch was undisturbed */
    uint64_t handed;                                     /* packets so far */
    double line;                                         /* cycles, the last time */
    bool is_over;
    int rc;
    _Alignas(128) atomic_int ball; /* writers: worker 0 and the one that it plays with */
};

static enum bench_team_way way_of(const struct team *t, uint32_t stretch)
{
    const uint32_t workers = t->gate->c.workers;
    return stretch < workers ? BENCH_TEAM_ALONE : BENCH_TEAM_TOGETHER + (stretch - workers);
}

static uint64_t sent_by(const struct bench_seat *seat)
{
    return atomic_load_explicit(&seat->sent, memory_order_relaxed);
}

static void sent_note(const struct team *t, uint64_t *sent)
{
    for (uint16_t i = 0; i < t->gate->c.workers; i++)
        sent[i] = sent_by(&t->gate->seat[i]);
}

static bool all_worked(const struct team *t, const uint64_t *before)
{
    uint64_t now[BENCH_WORKERS_MAX];
    sent_note(t, now);
    for (uint16_t i = 0; i < t->gate->c.workers; i++)
        if (now[i] - before[i] < SLICE_PKTS / 2 || now[i] - before[i] > SLICE_PKTS * 4)
            return false;
    return true;
}

/* Works until a slice is full or the time is over. Returns the worker's own cycles, turns without work left
 * out: then it waits for others. */
static uint64_t slice_work(struct bench_seat *seat, uint64_t end)
{
    const uint64_t sent = sent_by(seat);
    uint64_t own = 0;
    seat->clock.end = 0; /* the time since the last slice is nobody's */
    for (uint32_t turn = 1; turn % LOOK_TURNS || bench_tsc() < end; turn++) {
        uint64_t busy = seat->clock.busy;
        if (dp_turn(seat->worker))
            own += seat->clock.busy - busy;
        if (sent_by(seat) - sent >= SLICE_PKTS)
            break;
    }
    return own;
}

static void slices_take(struct team *t, uint16_t self, enum bench_team_way way)
{
    struct bench_seat *seat = &t->gate->seat[self];
    struct bench_series *series = &t->member[self].series[way];
    const double ms = bench_tsc_hz() / 1e3;
    const uint64_t from = bench_tsc(), warm = from + (uint64_t)(WARM_MS * ms);
    const uint64_t end = from + (uint64_t)(STRETCH_MS * ms), latest = from + (uint64_t)(LONGEST_MS * ms);
    uint64_t before[BENCH_WORKERS_MAX];
    bool is_after_pause = true;
    for (uint64_t now = from; now < (series->count < SLICES_MIN ? latest : end); now = bench_tsc()) {
        if (is_after_pause)
            bench_series_start(series);
        sent_note(t, before);
        uint64_t own = slice_work(seat, latest);
        uint64_t pkts = sent_by(seat) - before[self];
        is_after_pause =
            now < warm || pkts < SLICE_PKTS || !own || (way != BENCH_TEAM_ALONE && !all_worked(t, before));
        if (!is_after_pause)
            bench_series_window(series, own, pkts);
    }
}

static void stretch_work(struct team *t, uint16_t self, enum bench_team_way way)
{
    struct bench_team_figure *f = &t->member[self].figure;
    struct bench_series *series = &t->member[self].series[way];
    const double cpu = bench_noise_cpu_seconds();
    const uint64_t from = bench_tsc();
    slices_take(t, self, way);
    f->on_cpu = (bench_noise_cpu_seconds() - cpu) * bench_tsc_hz() / (double)(bench_tsc() - from);
    bool has_figure = series->count >= SLICES_MIN;
    bench_series_run_end(series);
    f->pps = has_figure ? bench_tsc_hz() / series->run[series->runs - 1] : 0;
    f->is_quiet = has_figure && series->is_quiet[series->runs - 1] && f->on_cpu >= BENCH_TEAM_FREE;
}

/*
 * How far the workers are from each other: cycles that a cache line takes from worker 0 to the farthest other
 * one and back. What they share costs the more the longer that is.
 */
static void line_measure(struct team *t, uint16_t self)
{
    double farthest = 0;
    for (uint16_t other = 1; other < t->gate->c.workers; other++) {
        uint64_t best = UINT64_MAX;
        pthread_barrier_wait(&t->meeting);
        for (int i = 0; i < LINE_TRIES && (self == 0 || self == other); i++) {
            uint64_t from = bench_tsc();
            for (int trip = 0; trip < LINE_TRIPS; trip++) {
                while (atomic_load(&t->ball) != (self != 0))
                    ;
                atomic_store(&t->ball, self == 0);
            }
            uint64_t took = bench_tsc() - from;
            best = took < best ? took : best;
        }
        farthest = (double)best / LINE_TRIPS > farthest ? (double)best / LINE_TRIPS : farthest;
    }
    if (self == 0)
        t->line = farthest;
}

static struct meter_port *source(const struct team *t, uint16_t i)
{
    return &t->gate->seat[i].port[t->gate->c.is_inbound ? BENCH_OUTSIDE : BENCH_INSIDE];
}

/*
 * From now on a worker's queue gets the packets of its neighbour's SAs, or of its own again. What was under
 * way before arrives or is thrown away, so that no sequence number comes late. All workers wait meanwhile.
 */
static void flows_rotate(struct team *t, bool is_handoff)
{
    const uint16_t workers = t->gate->c.workers;
    const uint16_t step = is_handoff ? 1 : workers - 1;
    struct meter_flow flow[BENCH_WORKERS_MAX];
    bool is_busy = true;
    for (uint16_t i = 0; i < workers; i++) {
        meter_port_drain(source(t, i));
        flow[i] = source(t, i)->flow;
        source(t, i)->flow.kind = METER_SINK;
    }
    while (is_busy) {
        is_busy = false;
        for (uint16_t i = 0; i < workers; i++)
            is_busy |= dp_turn(t->gate->seat[i].worker);
    }
    for (uint16_t i = 0; i < workers; i++) {
        struct bench_seat *seat = &t->gate->seat[i];
        source(t, i)->flow = flow[(i + step) % workers];
        seat->sender = is_handoff ? &t->gate->seat[(i + 1) % workers] : NULL;
        seat->received = is_handoff ? source(t, i)->rx_pkts - sent_by(seat->sender) : 0;
    }
}

/* Of workers first .. first + count - 1: an undisturbed stretch is better than any other, then the most
 * packets. Returns whether this one was undisturbed. */
static bool figures_take(struct team *t, enum bench_team_way way, uint16_t first, uint16_t count)
{
    struct bench_team_figure *best = &t->out->figure[way][first];
    double pps = 0, pps_best = 0;
    bool is_quiet = true, is_best_quiet = true;
    for (uint16_t i = 0; i < count; i++) {
        const struct bench_team_figure *now = &t->member[first + i].figure;
        if (now->pps <= 0)
            return false;
        pps += now->pps;
        pps_best += best[i].pps;
        is_quiet &= now->is_quiet;
        is_best_quiet &= best[i].is_quiet;
    }
    if (is_quiet == is_best_quiet ? pps > pps_best : is_quiet) {
        for (uint16_t i = 0; i < count; i++)
            best[i] = t->member[first + i].figure;
        if (way == BENCH_TEAM_TOGETHER)
            t->out->line = t->line;
    }
    return is_quiet;
}

static void handed_judge(struct team *t, enum bench_team_way way)
{
    struct dp_counters counters;
    dp_counters(t->gate->dp, -1, &counters);
    bool is_handed = counters.handed_over != t->handed;
    t->handed = counters.handed_over;
    if (is_handed == (way == BENCH_TEAM_HANDOFF))
        return;
    fprintf(stderr, "culvert-bench: packets were %shanded over to another worker\n", is_handed ? "" : "not ");
    t->rc = -EIO;
    t->is_over = true;
}

static void round_end(struct team *t)
{
    uint32_t least = t->quiet[0];
    for (uint32_t s = 1; s < t->stretches; s++)
        least = t->quiet[s] < least ? t->quiet[s] : least;
    t->round++;
    t->is_over |= least >= t->runs || t->round >= t->runs * PATIENCE || t->round == BENCH_RUNS_MAX;
}

/* Worker 0, between the meetings at a stretch's end and at the next one's start. */
static void stretch_end(struct team *t, uint32_t stretch)
{
    const enum bench_team_way way = way_of(t, stretch);
    if (way == BENCH_TEAM_ALONE)
        t->quiet[stretch] += figures_take(t, way, (uint16_t)stretch, 1);
    else
        t->quiet[stretch] += figures_take(t, way, 0, t->gate->c.workers);
    if (way == BENCH_TEAM_HANDOFF)
        flows_rotate(t, false);
    handed_judge(t, way);
    if (way_of(t, (stretch + 1) % t->stretches) == BENCH_TEAM_HANDOFF)
        flows_rotate(t, true);
    if (stretch + 1 == t->stretches)
        round_end(t);
}

static int worker_main(void *arg)
{
    struct team *t = arg;
    const uint16_t self = (uint16_t)rte_lcore_id();
    for (uint32_t stretch = 0;; stretch = (stretch + 1) % t->stretches) {
        const enum bench_team_way way = way_of(t, stretch);
        pthread_barrier_wait(&t->meeting);
        if (t->is_over)
            return 0;
        if (way == BENCH_TEAM_TOGETHER)
            line_measure(t, self);
        if (way != BENCH_TEAM_ALONE || stretch == self)
            stretch_work(t, self, way);
        pthread_barrier_wait(&t->meeting);
        if (self == 0)
            stretch_end(t, stretch);
    }
}

static struct team *team_make(struct bench_gate *g, uint32_t runs, enum bench_team_way last)
{
    struct team *t = aligned_alloc(128, sizeof(*t));
    if (!t)
        return NULL;
    memset(t, 0, sizeof(*t));
    pthread_barrier_init(&t->meeting, NULL, g->c.workers);
    for (uint16_t i = 0; i < g->c.workers; i++)
        for (int way = 0; way < BENCH_TEAM_WAYS; way++)
            bench_series_init(&t->member[i].series[way], SLICES_MAX);
    t->gate = g;
    t->runs = runs;
    t->stretches = g->c.workers + last;
    return t;
}

static void team_free(struct team *t)
{
    for (uint16_t i = 0; i < t->gate->c.workers; i++)
        for (int way = 0; way < BENCH_TEAM_WAYS; way++)
            bench_series_fini(&t->member[i].series[way]);
    pthread_barrier_destroy(&t->meeting);
    free(t);
}

static void sum_up(const struct bench_gate *g, struct bench_team_result *out)
{
    for (uint16_t i = 0; i < g->c.workers; i++) {
        double alone = out->figure[BENCH_TEAM_ALONE][i].pps;
        if (alone > out->pps[BENCH_TEAM_ALONE])
            out->pps[BENCH_TEAM_ALONE] = alone;
        out->pps[BENCH_TEAM_TOGETHER] += out->figure[BENCH_TEAM_TOGETHER][i].pps;
        out->pps[BENCH_TEAM_HANDOFF] += out->figure[BENCH_TEAM_HANDOFF][i].pps;
    }
}

int bench_team_run(struct bench_gate *g, uint32_t runs, enum bench_team_way last,
                   struct bench_team_result *out)
{
    struct team *t = team_make(g, runs, last);
    if (!t) {
        fprintf(stderr, "culvert-bench: no memory for the figures\n");
        return -ENOMEM;
    }
    memset(out, 0, sizeof(*out));
    t->out = out;
    bench_tsc_hz(); /* measured now, not by several at once */
    bench_gate_attach(g);
    int rc = rte_eal_mp_remote_launch(worker_main, t, CALL_MAIN);
    if (!rc) {
        rte_eal_mp_wait_lcore();
        rc = t->rc;
    }
    bench_gate_detach(g);
    team_free(t);
    sum_up(g, out);
    return rc ? rc : bench_gate_verdict(g);
}
