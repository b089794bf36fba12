/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `culvert-bench churn`: what a worker loses while control installs and removes SAs. Throughput is packets
 * per second of the worker's own time, the ports' making of packets taken off, in slices of 10 ms: long
 * enough to hold many installations, short enough for a median to leave out what the hypervisor takes.
 * Stretches with churn, without it, and with a control thread that only computes alternate; each is judged by
 * its own noise, and the best undisturbed one of each kind counts. What an installation takes is measured on
 * control's thread, and judged by the noise of control's CPU.
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
#include "bench_stat.h"
#include "dp_path.h"
#include "sad.h"

#define STRETCH_SLICES 40   /* of 10 ms */
#define SHARES_MAX     1024 /* of control in a stretch */
#define LOOK_SECONDS   0.02 /* so long control probes its core */
#define LIVE           128u

static const char help[] = "usage: culvert-bench churn [options]\n"
                           "\n"
                           "Runs the data path while a control thread on another CPU installs and removes\n"
                           "SAs, and prints how much of the worker's throughput that costs: packets per\n"
                           "second of its own time, the median of slices of 10 ms, without churn, with it,\n"
                           "and with a control thread that computes as long but installs nothing, in turns.\n"
                           "Where two CPUs are threads of one core, a busy control thread slows the worker\n"
                           "for that reason alone: the last of the three shows it. A loss of \"none\": the\n"
                           "worker was as fast as without. What an installation and a removal take is the\n"
                           "median of shares of a millisecond, and has a star when control's own CPU was\n"
                           "disturbed.\n" BENCH_HELP_STAR "\n"
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

/* What control does; CHURN_LOOK, between stretches: it probes its own core. */
enum churn_mode { CHURN_NONE, CHURN_SAS, CHURN_SPIN, CHURN_MODES, CHURN_LOOK = CHURN_MODES };

static const char *const mode_scenarios[CHURN_MODES] = {"churn/none", "churn/sas", "churn/computing"};

/* A case and its figures. */
struct churn_row {
    struct bench_gate_case c;
    uint32_t rate, runs, core;
    struct bench_figure mpps[CHURN_MODES];
    struct bench_figure micros;                    /* of an installation and a removal */
    struct bench_weather weather, control_weather; /* of the worker's CPU, and of control's */
};

/* Probes of a core, and those that saw it busy with another thread. */
struct churn_look {
    atomic_uint seen, crowded;
};

/* What control knows of its own work. Writer: the control thread; read when it has ended. */
struct churn_control {
    struct bench_series micros; /* TSC cycles of an installation and a removal, a run each stretch */
    struct bench_noise noise[BENCH_RUNS_MAX];
    struct bench_noise_mark mark;
    bool is_marked;
    uint64_t busy_tsc, busy_ops;
    uint64_t installs, failures;
    uint32_t live[LIVE]; /* inbound SPIs, a ring */
    uint32_t head;
};

struct churn {
    struct bench_gate *gate;
    uint32_t rate, cpu; /* of control */
    atomic_int mode;
    atomic_bool is_over, is_at_work; /* control is: not asleep */
    struct churn_control control;
    struct churn_look control_look;           /* while there is no stretch */
    struct bench_series slices[CHURN_MODES];  /* TSC cycles of a packet, a run each stretch */
    struct bench_figure stretch[CHURN_MODES]; /* Mpps, a round each stretch */
};

static void look_note(struct churn_look *l, struct bench_probe seen)
{
    atomic_fetch_add(&l->seen, 1);
    atomic_fetch_add(&l->crowded, seen.crowd > bench_crowd_limit());
}

static bool look_is_calm(const struct churn_look *l)
{
    return atomic_load(&l->crowded) * 2 <= atomic_load(&l->seen);
}

static void sa_turn_over(struct churn *t)
{
    struct churn_control *c = &t->control;
    uint32_t spi, at = c->head % LIVE;
    if (c->live[at])
        sad_remove(t->gate->sad, c->live[at]);
    c->live[at] = 0;
    if (sad_spi_alloc(t->gate->sad, &spi) || bench_gate_pair(t->gate, spi, t->gate->c.sas + at)) {
        c->failures++;
    } else {
        c->live[at] = spi;
        c->installs++;
    }
    c->head++;
}

/* One millisecond's share of installations is a window. */
static void share_install(struct churn *t, uint32_t ops)
{
    struct churn_control *c = &t->control;
    if (!c->is_marked)
        bench_noise_begin(&c->mark, t->cpu);
    c->is_marked = true;
    bench_series_start(&c->micros);
    const uint64_t from = bench_tsc();
    for (uint32_t i = 0; i < ops; i++)
        sa_turn_over(t);
    sad_reclaim(t->gate->sad);
    const uint64_t took = bench_tsc() - from;
    bench_series_window(&c->micros, took, ops);
    c->busy_tsc += took;
    c->busy_ops += ops;
}

/* Control sleeps between its shares: what nobody used of its CPU then is nothing that it was kept from. */
static void installs_end(struct churn_control *c)
{
    if (!c->is_marked)
        return;
    c->is_marked = false;
    bench_series_run_end(&c->micros);
    struct bench_noise *n = &c->noise[c->micros.runs - 1];
    bench_noise_end(&c->mark, c->micros.run_clock[c->micros.runs - 1], n);
    n->on_cpu = n->has_steal ? n->on_cpu + n->idle : 1;
}

static void share_compute(const struct churn *t, uint32_t ops)
{
    const struct churn_control *c = &t->control;
    const uint64_t from = bench_tsc(), spin = c->busy_ops ? c->busy_tsc * ops / c->busy_ops : 0;
    while (bench_tsc() - from < spin)
        ;
}

/* One millisecond's share, then sleep. */
static void *churn_thread(void *arg)
{
    struct churn *t = arg;
    const uint32_t ops = t->rate / 1000 ? t->rate / 1000 : 1;
    while (!atomic_load(&t->is_over)) {
        const int mode = atomic_load(&t->mode);
        atomic_store(&t->is_at_work, true);
        if (mode == CHURN_SAS)
            share_install(t, ops);
        else
            installs_end(&t->control);
        if (mode == CHURN_SPIN)
            share_compute(t, ops);
        if (mode == CHURN_LOOK)
            look_note(&t->control_look, bench_probe_core());
        atomic_store(&t->is_at_work, false);
        usleep(900);
    }
    installs_end(&t->control);
    return NULL;
}

/* The worker's core. It is the crowd of others that counts: control, when it is not asleep, is meant to be
 * there. */
static struct bench_probe worker_probe(const struct churn *t)
{
    const double most = bench_crowd_limit();
    const bool is_alone = !atomic_load(&t->is_at_work);
    struct bench_probe p = bench_probe_core();
    if ((!is_alone || atomic_load(&t->is_at_work)) && p.crowd > most)
        p.crowd = most;
    return p;
}

/* The slices of one stretch, the first two to get warm. */
static void slices_take(struct churn *t, struct bench_series *s)
{
    struct bench_seat *seat = &t->gate->seat[0];
    const uint64_t *count = &seat->port[t->gate->c.is_inbound].rx_pkts;
    const uint64_t slice_tsc = (uint64_t)(bench_tsc_hz() / 100);
    struct bench_probe before = worker_probe(t);
    for (int i = -2; i < STRETCH_SLICES; i++) {
        const uint64_t from = bench_tsc(), pkts = *count, busy = seat->clock.busy;
        seat->clock.end = 0; /* the time since the last slice is nobody's */
        do
            for (int turn = 0; turn < 16; turn++)
                dp_turn(seat->worker);
        while (bench_tsc() - from < slice_tsc);
        const uint64_t took = seat->clock.busy - busy;
        const struct bench_probe after = worker_probe(t);
        if (i >= 0)
            bench_series_add(s, (double)took / (double)(*count - pkts), bench_probe_around(before, after));
        before = after;
    }
    bench_series_run_end(s);
}

/* One stretch, with the noise that is its own: what disturbs it is nothing to the others. */
static void stretch_take(struct churn *t, struct churn_row *row, struct bench_run *run, enum churn_mode mode)
{
    struct bench_series *s = &t->slices[mode];
    bench_run_start(run);
    atomic_store(&t->mode, mode);
    slices_take(t, s);
    atomic_store(&t->mode, CHURN_NONE);
    const uint32_t last = s->runs - 1;
    const enum bench_unrest unrest =
        bench_run_stop(run, &row->weather, s->is_quiet[last], s->run_clock[last]);
    t->stretch[mode].is_rate = true;
    bench_figure_add(&t->stretch[mode], bench_tsc_hz() / s->run[last] / 1e6, unrest,
                     bench_run_frequency(&row->weather));
}

/* Whether control's core is busy with another thread while this one works, or sleeps. */
static bool control_is_crowded(struct churn *t, bool is_working)
{
    t->control_look = (struct churn_look){0};
    atomic_store(&t->mode, CHURN_LOOK);
    for (const uint64_t from = bench_tsc(); bench_tsc() - from < LOOK_SECONDS * bench_tsc_hz();) {
        if (is_working)
            bench_probe_core();
        else
            usleep(1000);
    }
    atomic_store(&t->mode, CHURN_NONE);
    return !look_is_calm(&t->control_look);
}

/* What installing took in the least disturbed stretch. Where control's CPU is the other half of the worker's
 * core, it is the worker that crowds it, and only the worker's probes know of others. */
static void installs_judge(struct churn *t, struct churn_row *row, struct bench_run *run, bool is_neighbour)
{
    const struct bench_series *s = &t->control.micros;
    struct bench_figure f = {0};
    struct bench_round best;
    for (uint32_t i = 0; i < s->runs; i++) {
        const bool is_ours = is_neighbour ? t->slices[CHURN_SAS].is_quiet[i] : s->is_quiet[i];
        const enum bench_unrest unrest =
            bench_run_note(run, &row->control_weather, &t->control.noise[i], is_ours);
        bench_figure_add(&f, s->run[i] / bench_tsc_hz() * 1e6, unrest,
                         bench_run_frequency(&row->control_weather));
    }
    if (bench_figure_best(&f, &best))
        bench_figure_add(&row->micros, best.value, best.unrest, best.frequency);
}

/* Stretches in turns, while the control thread does what the mode says; the best of each mode. */
static int stretches_take(struct churn *t, struct churn_row *row, struct bench_run *run)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, churn_thread, t))
        return -EAGAIN;
    bench_pin_thread(thread, t->cpu);
    const bool is_neighbour = !control_is_crowded(t, false) && control_is_crowded(t, true);
    bench_gate_attach(t->gate);
    for (uint32_t i = 0; i < row->runs; i++)
        for (int m = 0; m < CHURN_MODES; m++)
            stretch_take(t, row, run, (enum churn_mode)m);
    atomic_store(&t->is_over, true);
    pthread_join(thread, NULL);
    bench_gate_detach(t->gate);
    if (t->control.failures) {
        fprintf(stderr, "culvert-bench: %lu of %lu SA pairs could not be installed\n", t->control.failures,
                t->control.failures + t->control.installs);
        return -EIO;
    }
    for (int m = 0; m < CHURN_MODES; m++) {
        struct bench_round best;
        row->mpps[m].is_rate = true;
        if (bench_figure_best(&t->stretch[m], &best))
            bench_figure_add(&row->mpps[m], best.value, best.unrest, best.frequency);
    }
    installs_judge(t, row, run, is_neighbour);
    return 0;
}

static int churn_measure(void *ctx, struct bench_run *run, uint32_t at)
{
    static struct bench_gate g;
    static struct churn t;
    struct churn_row *row = (struct churn_row *)ctx + at;
    memset(&t, 0, sizeof(t));
    t.gate = &g;
    t.rate = row->rate;
    t.cpu = row->core ? 0 : 1;
    bench_series_init(&t.control.micros, SHARES_MAX);
    for (int m = 0; m < CHURN_MODES; m++)
        bench_series_init(&t.slices[m], STRETCH_SLICES);
    int rc = bench_gate_open(&g, &row->c);
    if (!rc)
        rc = stretches_take(&t, row, run);
    bench_gate_close(&g);
    for (int m = 0; m < CHURN_MODES; m++)
        bench_series_fini(&t.slices[m]);
    bench_series_fini(&t.control.micros);
    return rc;
}

static bool churn_is_done(const void *ctx, uint32_t at)
{
    const struct churn_row *row = (const struct churn_row *)ctx + at;
    bool is_done = bench_figure_is_confirmed(&row->micros);
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
    bench_run_figure(run, &s, "install_us", "us", &row->micros, &micros);
    bench_run_value(run, &s, "rate", "1/s", row->rate);
    bench_run_weather(run, &s, &row->weather);
    bench_subject_set(&s, "churn/control", way, 128, c->size, c->sas, 1);
    bench_run_weather(run, &s, &row->control_weather);
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
