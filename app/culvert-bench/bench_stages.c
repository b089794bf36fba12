/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The stages are called here as dp_path.c calls them, with a look at the clock between; all else is the
 * gateway that `culvert-bench path` measures.
 */
#include "bench_stages.h"

#include <string.h>
#include <time.h>
#include <rte_ethdev.h>

#include "bench_sort.h"
#include "dp_nexthop.h"
#include "dp_stages.h"

#define BURST_PKTS   32
#define WINDOW_BURST 16  /* bursts in a window */
#define TURNS_MAX    6   /* times as many runs as asked for are tried */
#define STAGE_SLACK  1.0 /* cycles: looks at the clock are no sharper */
#define ADDED_TRIES  32
#define ADDED_BURSTS 64 /* in a try */

static const char *const names[2][BENCH_STAGES] = {{"classify", "lookup", "encap", "seal", "forward"},
                                                   {"classify", "prepare", "open", "commit", NULL}};

const char *bench_stages_name(bool is_inbound, int stage)
{
    return names[is_inbound][stage];
}

int bench_stages_find(bool is_inbound, const char *name, size_t len)
{
    for (int i = 0; i < BENCH_STAGES && names[is_inbound][i]; i++)
        if (strlen(names[is_inbound][i]) == len && !strncmp(names[is_inbound][i], name, len))
            return i;
    return -1;
}

/* The clock at the end of a stage, which may have more to do. */
static inline uint64_t stage_end(const struct bench_stages_row *row, int stage)
{
    if (stage == row->slow_stage)
        bench_probe_work(row->slow_links);
    return bench_tsc();
}

static void stages_inbound(const struct bench_stages_row *row, struct dp_worker *w, uint64_t *at)
{
    dp_prepare_in(w, &w->in);
    at[1] = stage_end(row, 1);
    dp_open(w, &w->in);
    at[2] = stage_end(row, 2);
    dp_commit_in(w, &w->in);
    at[3] = stage_end(row, 3);
    w->in.count = 0;
}

static void stages_outbound(const struct bench_stages_row *row, struct dp_worker *w, uint64_t *at)
{
    w->adj_gen = dp_adj_gen(w);
    dp_lookup_out(w, &w->out);
    at[1] = stage_end(row, 1);
    dp_encap(w, &w->out);
    at[2] = stage_end(row, 2);
    dp_seal(w, &w->out);
    at[3] = stage_end(row, 3);
    dp_forward_out(w, &w->out);
    at[4] = stage_end(row, 4);
    w->out.count = 0;
}

/* One burst through all stages; adds their cycles. Returns its packets. */
static uint16_t burst_time(const struct bench_stages_row *row, struct dp_worker *w,
                           uint64_t cycles[BENCH_STAGES])
{
    struct rte_mbuf *frames[BURST_PKTS];
    const bool is_in = row->c.is_inbound;
    const uint16_t port = is_in ? BENCH_OUTSIDE : BENCH_INSIDE;
    uint64_t begin, at[BENCH_STAGES];
    uint16_t n = rte_eth_rx_burst(port, 0, frames, BURST_PKTS);
    w->now_tsc = begin = bench_tsc();
    w->fib = atomic_load_explicit(&w->dp->fib, memory_order_acquire);
    dp_classify(w, port, frames, n);
    at[0] = stage_end(row, 0);
    (is_in ? stages_inbound : stages_outbound)(row, w, at);
    dp_tx_flush_all(w);
    for (int i = 0; i < BENCH_STAGES && names[is_in][i]; i++)
        cycles[i] += at[i] - (i ? at[i - 1] : begin);
    return n;
}

/* One window of each stage, with one probe for all. */
static void window_measure(const struct bench_stages_row *row, struct dp_worker *w,
                           struct bench_series s[BENCH_STAGES])
{
    uint64_t cycles[BENCH_STAGES] = {0}, pkts = 0;
    const struct bench_probe before = bench_probe_core();
    for (int k = 0; k < WINDOW_BURST; k++)
        pkts += burst_time(row, w, cycles);
    const struct bench_probe seen = bench_probe_around(before, bench_probe_core());
    for (int k = 0; pkts && k < BENCH_STAGES; k++)
        bench_series_add(&s[k], (double)cycles[k] / (double)pkts, seen);
}

/* How much the stage gets to do in a burst: a share of what it took in these windows. */
static uint32_t slow_links(const struct bench_stages_row *row, struct bench_series *s)
{
    bench_sort(s->window, s->count);
    bench_sort(s->clock, s->count);
    const double clocks = s->window[s->count / 2] * BURST_PKTS * s->clock[s->count / 2];
    return (uint32_t)(clocks * row->slow_percent / 100 / BENCH_PROBE_CLOCKS) + 1;
}

static void stages_time(struct bench_gate *g, struct bench_stages_row *row,
                        struct bench_series s[BENCH_STAGES])
{
    row->slow_links = 0;
    const uint64_t windows = g->c.pkts / (g->c.runs + 1) / (BURST_PKTS * WINDOW_BURST) + 1;
    for (uint32_t run = 0; run < g->c.runs * TURNS_MAX && !bench_series_is_done(&s[0], g->c.runs); run++) {
        for (uint64_t i = 0; i < windows; i++)
            window_measure(row, g->seat[0].worker, s);
        if (run == 0 && row->slow_stage >= 0 && s[row->slow_stage].count)
            row->slow_links = slow_links(row, &s[row->slow_stage]);
        for (int k = 0; k < BENCH_STAGES; k++) {
            if (run == 0)
                s[k].count = 0; /* warm-up */
            bench_series_run_end(&s[k]);
        }
    }
}

/* Seconds of the kernel's clock, which the stages know nothing of. */
static double kernel_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_RAW, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* What the stage got to do takes so many TSC cycles a packet: the least of some tries, as the figures are. */
static double added_meter(const struct bench_stages_row *row)
{
    double least = 0;
    for (int i = 0; i < ADDED_TRIES; i++) {
        const double from = kernel_seconds();
        for (int k = 0; k < ADDED_BURSTS; k++)
            bench_probe_work(row->slow_links);
        const double took = kernel_seconds() - from;
        least = !i || took < least ? took : least;
    }
    return least * bench_tsc_hz() / ADDED_BURSTS / BURST_PKTS;
}

static void figures_add(struct bench_stages_row *row, struct bench_run *run,
                        const struct bench_series s[BENCH_STAGES])
{
    const struct bench_result first = bench_series_result(&s[0]);
    enum bench_unrest unrest = bench_run_stop(run, &row->weather, first.is_quiet, first.clock);
    if (row->slow_stage >= 0)
        bench_figure_add(&row->added, added_meter(row), unrest, bench_run_frequency(&row->weather));
    for (int i = 0; i < BENCH_STAGES && names[row->c.is_inbound][i]; i++) {
        row->cycles[i].slack = STAGE_SLACK;
        bench_figure_add(&row->cycles[i], bench_series_result(&s[i]).min, unrest,
                         bench_run_frequency(&row->weather));
    }
}

int bench_stages_measure(void *rows, struct bench_run *run, uint32_t at)
{
    static struct bench_gate g;
    struct bench_stages_row *row = (struct bench_stages_row *)rows + at;
    struct bench_series s[BENCH_STAGES];
    for (int i = 0; i < BENCH_STAGES; i++)
        bench_series_init(&s[i], (uint32_t)(row->c.pkts / (BURST_PKTS * WINDOW_BURST)) + 1);
    int rc = bench_gate_open(&g, &row->c);
    if (!rc) {
        bench_run_start(run);
        bench_gate_attach(&g);
        stages_time(&g, row, s);
        bench_gate_detach(&g);
        rc = bench_gate_verdict(&g);
    }
    bench_gate_close(&g);
    if (!rc)
        figures_add(row, run, s);
    for (int i = 0; i < BENCH_STAGES; i++)
        bench_series_fini(&s[i]);
    return rc;
}

bool bench_stages_is_done(const void *rows, uint32_t at)
{
    const struct bench_stages_row *row = (const struct bench_stages_row *)rows + at;
    bool is_done = true;
    for (int i = 0; i < BENCH_STAGES && names[row->c.is_inbound][i]; i++)
        is_done &= bench_figure_is_confirmed(&row->cycles[i]);
    return is_done;
}
