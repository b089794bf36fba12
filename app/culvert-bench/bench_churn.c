/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `culvert-bench churn`: what a worker loses while control installs and removes SAs. Throughput is packets
 * per second of the worker's own time, the ports' making of packets taken off, in slices of 10 ms: long
 * enough to hold many installations, short enough for a median to leave out what the hypervisor takes.
 * Stretches with churn, without it, and with a control thread that only computes alternate; the best stretch
 * of each kind counts.
 */
#include "bench_path.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench_args.h"
#include "bench_gate.h"
#include "bench_run.h"
#include "bench_sort.h"
#include "dp_path.h"
#include "sad.h"

#define STRETCH_SLICES 40 /* of 10 ms */
#define LIVE           128u

static const char help[] = "usage: culvert-bench churn [options]\n"
                           "\n"
                           "Runs the data path while a control thread on another CPU installs and removes\n"
                           "SAs, and prints how much of the worker's throughput that costs: packets per\n"
                           "second of its own time, the median of slices of 10 ms, without churn, with it,\n"
                           "and with a control thread that computes as long but installs nothing, in turns.\n"
                           "Where two CPUs are threads of one core, a busy control thread slows the worker\n"
                           "for that reason alone: the last of the three shows it. A loss of \"none\": the\n"
                           "worker was as fast as without.\n" BENCH_HELP_STAR "\n"
                           "  --rate N       SA pairs installed, and as many removed, per second (default\n"
                           "                 5000)\n"
                           "  --sas LIST     pairs that carry traffic (default 1000)\n"
                           "  --sizes LIST   frame bytes, and imix (default 64)\n"
                           "  --direction WHICH\n"
                           "                 in, out or both (default both)\n"
                           "  --runs N       stretches of 400 ms each way in a round (default 2)\n"
                           "  --core N       CPU of the worker (default: the last one)\n"
                           "  --no-huge      packets in small pages, which is slower\n" BENCH_HELP_ROUNDS
                           "  --verbose      show DPDK's own messages\n";

enum churn_mode { CHURN_NONE, CHURN_SAS, CHURN_SPIN, CHURN_MODES };

static const char *const mode_scenarios[CHURN_MODES] = {"churn/none", "churn/sas", "churn/computing"};

/* A case and its figures. */
struct churn_row {
    struct bench_gate_case c;
    uint32_t rate, runs, core;
    struct bench_figure mpps[CHURN_MODES];
    struct bench_figure micros; /* of an installation and a removal */
    struct bench_weather weather;
};

struct churn {
    struct bench_gate *gate;
    uint32_t rate;
    atomic_int mode;
    atomic_bool is_over;
    uint32_t live[LIVE]; /* inbound SPIs, a ring */
    uint32_t head;
    uint64_t installs, failures;
    uint64_t busy_tsc, busy_ops; /* in CHURN_SAS */
    uint32_t looks, crowded;     /* probes between slices without churn, and those that saw a busy sibling */
};

static void sa_turn_over(struct churn *t)
{
    uint32_t spi, at = t->head % LIVE;
    if (t->live[at])
        sad_remove(t->gate->sad, t->live[at]);
    t->live[at] = 0;
    if (sad_spi_alloc(t->gate->sad, &spi) || bench_gate_pair(t->gate, spi, t->gate->c.sas + at)) {
        t->failures++;
    } else {
        t->live[at] = spi;
        t->installs++;
    }
    t->head++;
}

/* One millisecond's share, then sleep. */
static void *churn_thread(void *arg)
{
    struct churn *t = arg;
    while (!atomic_load(&t->is_over)) {
        int mode = atomic_load(&t->mode);
        uint64_t tsc = bench_tsc();
        uint32_t ops = t->rate / 1000 ? t->rate / 1000 : 1;
        for (uint32_t i = 0; mode == CHURN_SAS && i < ops; i++)
            sa_turn_over(t);
        if (mode == CHURN_SAS) {
            sad_reclaim(t->gate->sad);
            t->busy_tsc += bench_tsc() - tsc;
            t->busy_ops += ops;
        }
        uint64_t spin = t->busy_ops ? t->busy_tsc * ops / t->busy_ops : 0;
        while (mode == CHURN_SPIN && bench_tsc() - tsc < spin)
            ;
        usleep(900);
    }
    return NULL;
}

/* Between slices in which control sleeps: is the core the worker's alone? */
static void core_look(struct churn *t)
{
    const struct bench_probe seen = bench_probe_core();
    t->looks++;
    t->crowded += seen.crowd > bench_crowd_limit();
}

/* Packets per second, the median of one stretch's slices. */
static double stretch(struct churn *t, enum churn_mode mode)
{
    double slice[STRETCH_SLICES];
    struct bench_seat *seat = &t->gate->seat[0];
    const uint64_t *count = &seat->port[t->gate->c.is_inbound].rx_pkts;
    uint64_t slice_tsc = (uint64_t)(bench_tsc_hz() / 100);
    atomic_store(&t->mode, mode);
    for (int i = -2; i < STRETCH_SLICES; i++) {
        uint64_t from = bench_tsc(), pkts = *count, busy = seat->clock.busy;
        do
            for (int turn = 0; turn < 16; turn++)
                dp_turn(seat->worker);
        while (bench_tsc() - from < slice_tsc);
        if (i >= 0)
            slice[i] = (double)(*count - pkts) * bench_tsc_hz() / (double)(seat->clock.busy - busy);
        if (mode == CHURN_NONE)
            core_look(t);
    }
    bench_sort(slice, STRETCH_SLICES);
    return slice[STRETCH_SLICES / 2];
}

/* Stretches in turns, while the control thread does what the mode says; the best of each mode. */
static int stretches_take(struct churn *t, const struct churn_row *row, double best[CHURN_MODES])
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, churn_thread, t))
        return -EAGAIN;
    bench_pin_thread(thread, row->core ? 0 : 1);
    bench_gate_attach(t->gate);
    for (uint32_t run = 0; run < row->runs; run++)
        for (int m = 0; m < CHURN_MODES; m++) {
            double pps = stretch(t, (enum churn_mode)m);
            best[m] = pps > best[m] ? pps : best[m];
        }
    atomic_store(&t->is_over, true);
    pthread_join(thread, NULL);
    bench_gate_detach(t->gate);
    if (!t->failures)
        return 0;
    fprintf(stderr, "culvert-bench: %lu of %lu SA pairs could not be installed\n", t->failures,
            t->failures + t->installs);
    return -EIO;
}

static void figures_add(struct churn_row *row, struct bench_run *run, const struct churn *t,
                        const double best[CHURN_MODES])
{
    enum bench_unrest unrest = bench_run_stop(run, &row->weather, t->crowded * 2 <= t->looks, 0);
    const double frequency = bench_run_frequency(&row->weather);
    for (int m = 0; m < CHURN_MODES; m++) {
        row->mpps[m].is_rate = true;
        bench_figure_add(&row->mpps[m], best[m] / 1e6, unrest, frequency);
    }
    if (t->busy_ops)
        bench_figure_add(&row->micros, (double)t->busy_tsc / (double)t->busy_ops / bench_tsc_hz() * 1e6,
                         unrest, frequency);
}

static int churn_measure(void *ctx, struct bench_run *run, uint32_t at)
{
    static struct bench_gate g;
    static struct churn t;
    struct churn_row *row = (struct churn_row *)ctx + at;
    double best[CHURN_MODES] = {0};
    memset(&t, 0, sizeof(t));
    t.gate = &g;
    t.rate = row->rate;
    int rc = bench_gate_open(&g, &row->c);
    if (!rc) {
        bench_run_start(run);
        rc = stretches_take(&t, row, best);
    }
    if (!rc)
        figures_add(row, run, &t, best);
    bench_gate_close(&g);
    return rc;
}

/* What an installation takes control is told, but no case is measured again for it. */
static bool churn_is_done(const void *ctx, uint32_t at)
{
    const struct churn_row *row = (const struct churn_row *)ctx + at;
    bool is_done = true;
    for (int m = 0; m < CHURN_MODES; m++)
        is_done &= bench_figure_is_confirmed(&row->mpps[m]);
    return is_done;
}

/* What is lost of `none`, as a share. A worker that was faster with it lost nothing that can be seen. */
static struct bench_verdict loss_of(const struct bench_verdict *none, const struct bench_verdict *with)
{
    struct bench_verdict v = bench_verdict_ratio(with, none);
    const double least = 1 - v.max;
    v.max = 1 - v.min;
    v.min = least;
    v.median = 1 - v.median;
    v.best = 1 - v.best;
    if (v.rounds && (v.best < 0 || v.median < 0)) {
        v.rounds = 0;
        if (!v.is_starred)
            snprintf(v.reason, sizeof(v.reason), "no loss is to be seen: the worker was as fast as without");
    }
    return v;
}

static void loss_print(const struct bench_verdict *v)
{
    if (v->rounds)
        printf(" %7.2f%s", 100 * v->best, v->is_starred ? "*" : " ");
    else
        printf(" %7s%s", "none", v->is_starred ? "*" : " ");
}

static void row_print(struct bench_run *run, const struct churn_row *row)
{
    const struct bench_gate_case *c = &row->c;
    const char *way = c->is_inbound ? "in" : "out";
    struct bench_verdict v[CHURN_MODES], micros, loss[CHURN_MODES];
    struct bench_subject s;
    char name[12];
    for (int m = 0; m < CHURN_MODES; m++) {
        bench_subject_set(&s, mode_scenarios[m], way, 128, c->size, c->sas, 1);
        bench_run_figure(run, &s, "mpps", "Mpps", &row->mpps[m], &v[m]);
        if (m == CHURN_NONE)
            continue;
        loss[m] = loss_of(&v[CHURN_NONE], &v[m]);
        bench_run_row(run, &s, "loss", "share", &loss[m]);
    }
    bench_subject_set(&s, "churn", way, 128, c->size, c->sas, 1);
    bench_figure_judge(&row->micros, &micros);
    bench_run_row(run, &s, "install_us", "us", &micros);
    bench_run_value(run, &s, "rate", "1/s", row->rate);
    bench_run_weather(run, &s, &row->weather);
    if (run->form != BENCH_FORM_TABLE)
        return;
    printf("%-3s %5s %6u %6u", way, bench_mix_name(c->size, name), c->sas, row->rate);
    for (int m = 0; m < CHURN_MODES; m++)
        printf(" %8.3f%s", v[m].best, v[m].is_starred ? "*" : " ");
    loss_print(&loss[CHURN_SAS]);
    loss_print(&loss[CHURN_SPIN]);
    printf(" %6.2f%s\n", micros.best, micros.is_starred ? "*" : "");
}

static void table_print(struct bench_run *run, const struct churn_row *rows, uint32_t count)
{
    if (run->form == BENCH_FORM_TABLE)
        printf("culvert-bench churn, %s pages, TSC %.2f GHz, CPU %u\n"
               "                       Mpps with a control thread that loss in %% when it  us to\n"
               "dir  size    SAs  SAs/s   sleeps  installs  computes installs computes install\n",
               bench_gate_has_huge() ? "huge" : "small", bench_tsc_hz() / 1e9, run->cpu);
    for (uint32_t i = 0; i < count; i++)
        row_print(run, &rows[i]);
    bench_run_end(run);
}

/* NULL: no memory. */
static struct churn_row *cases_make(const struct bench_args *a, uint32_t *count)
{
    struct churn_row *rows = calloc(2ul * a->sas_count * a->size_count, sizeof(*rows));
    *count = 0;
    for (uint32_t i = 0; rows && i < a->sas_count * a->size_count; i++)
        for (int in = !a->is_out; in <= a->is_in; in++)
            rows[(*count)++] = (struct churn_row){.rate = a->rate,
                                                  .runs = a->runs,
                                                  .core = a->core,
                                                  .c = {.size = a->sizes[i % a->size_count],
                                                        .is_inbound = in,
                                                        .key_bits = 128,
                                                        .sas = a->sas[i / a->size_count],
                                                        .pkts = 1,
                                                        .runs = 1,
                                                        .churn_room = 65536}};
    return rows;
}

int bench_churn_main(int argc, char **argv)
{
    struct bench_args a = {.sizes = {64},
                           .size_count = 1,
                           .sas = {1000},
                           .sas_count = 1,
                           .runs = 2,
                           .rate = 5000,
                           .is_in = true,
                           .is_out = true};
    struct bench_run run;
    uint32_t count;
    if (bench_args_parse(&a, argc, argv, "snadrcjvuxRWL", help))
        return 2;
    struct churn_row *rows = cases_make(&a, &count);
    if (!rows) {
        fprintf(stderr, "culvert-bench: no memory\n");
        return 1;
    }
    bench_gate_eal(&a.core, 1, !a.is_small_paged, a.is_verbose);
    bench_run_begin(&run, a.form, "churn", a.core, a.rounds, a.wait, a.limit);
    int rc = bench_run_rounds(
        &run, &(struct bench_cases){
                  .ctx = rows, .count = count, .measure = churn_measure, .is_done = churn_is_done});
    table_print(&run, rows, count);
    free(rows);
    return rc ? 1 : 0;
}
