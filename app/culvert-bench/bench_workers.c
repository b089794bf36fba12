/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `culvert-bench workers`: its options, its table, and what it says about a machine that cannot tell. The
 * measurement itself is in bench_team.c.
 */
#include "bench_path.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench_args.h"
#include "bench_gate.h"
#include "bench_run.h"
#include "bench_team.h"

#define MPPS 1e6

static const char help[] =
    "usage: culvert-bench workers [options]\n"
    "\n"
    "Runs the data path with several workers, each on a CPU of its own, and prints\n"
    "what the further ones bring: million packets per second of each worker alone\n"
    "while the others sleep, of all together, and the ratio of all to the best one\n"
    "alone. Worker n polls queue n of the same two ports; its packets belong to SAs\n"
    "that it owns, as RSS and re-homing give it in the end. The routes and the SA\n"
    "tables are the same for all.\n"
    "\n"
    "  --workers N    how many (default 2, or as many as --cores names)\n"
    "  --cores LIST   their CPUs (default: the last ones that this process may use)\n"
    "  --sas LIST     SA pairs of each worker, one at random per packet (default\n"
    "                 1,1000)\n"
    "  --sizes LIST   frame bytes, and imix (default 64,1420)\n"
    "  --direction WHICH\n"
    "                 in, out or both (default both)\n"
    "  --tunnel       the SAs of all workers are one tunnel's (RFC 9611), one of\n"
    "                 each: a worker alone is that tunnel with one SA, all\n"
    "                 together are the tunnel with an SA for each worker\n"
    "  --handoff      also let every packet come to the wrong worker, which hands it\n"
    "                 over\n"
    "  --runs N       undisturbed stretches of 20 ms of each kind in a round (default\n"
    "                 2); four times as many are tried\n"
    "  --esp          plain ESP instead of ESP in UDP\n"
    "  --no-huge      packets in small pages, which is slower\n" BENCH_HELP_ROUNDS
    "  --verbose      show DPDK's own messages\n"
    "\n"
    "Packets per second are those of the worker's own time, the port driver's making\n"
    "of packets taken off: medians of slices of 512 packets, the best stretch of a\n"
    "round, and the best round. Stretches alone, together and handed over take turns.\n"
    "A slice counts as together only when all workers were at work in it.\n" BENCH_HELP_STAR "\n"
    "line: TSC cycles that a cache line takes from the first worker's core to the\n"
    "farthest other's and back. It is the price of what workers share, and several\n"
    "times as much between cores without a common cache.\n"
    "\n"
    "With --handoff the last columns are: all workers together when no packet comes\n"
    "to its SA's owner, that against one worker alone, and how many TSC cycles a\n"
    "hand-over adds to a packet. The gateway moves such SAs to where their packets\n"
    "come in; here they must stay.\n"
    "\n"
    "Sentences below the table tell when the machine is no judge: CPUs that are\n"
    "threads of one core, CPUs on which other programs ran, fewer CPUs than workers\n"
    "(then nothing is measured together).\n"
    "\n"
    "example: culvert-bench workers --cores 2,4 --sizes 64 --sas 1000 --handoff\n";

/* What the figures rest on, over all cases. */
struct weather {
    double on_cpu[BENCH_WORKERS_MAX]; /* the least share */
    bool has_fewer_cpus, has_no_figure;
    bool is_crowded; /* the cores were slower only while all worked */
};

/* A case, its figures in million packets per second, and the best of its rounds. */
struct workers_row {
    struct bench_gate_case c;
    struct bench_figure alone[BENCH_WORKERS_MAX], sum[BENCH_TEAM_WAYS]; /* TOGETHER and HANDOFF */
    struct bench_figure line;
    struct bench_weather weather;
    double on_cpu; /* the least share of its CPU that a worker had when all worked */
};

struct workers_verdict {
    struct bench_verdict alone[BENCH_WORKERS_MAX], best, sum[BENCH_TEAM_WAYS], ratio[BENCH_TEAM_WAYS];
    double handoff_cycles; /* that a hand-over adds to a packet; 0: not known */
};

/* What cases are measured with. */
struct workers_plan {
    const struct bench_args *a;
    struct workers_row *rows;
    uint32_t count;
    struct weather weather;
};

/* CPUs that this process may run on, the last one first; at least one. */
static uint32_t cpus_allowed(uint32_t *cpus)
{
    cpu_set_t set;
    uint32_t n = 0;
    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof(set), &set);
    for (uint32_t cpu = CPU_SETSIZE; cpu-- && n < BENCH_WORKERS_MAX;)
        if (CPU_ISSET(cpu, &set))
            cpus[n++] = cpu;
    return n ? n : 1;
}

/* Fills a->workers and a CPU for each of them; false, with a sentence: there is none. Sets has_fewer_cpus. */
static bool cpus_choose(struct bench_args *a, struct weather *w)
{
    const long there_are = sysconf(_SC_NPROCESSORS_CONF);
    if (!a->workers)
        a->workers = a->cores_count > 2 ? a->cores_count : 2;
    if (!a->cores_count)
        a->cores_count = cpus_allowed(a->cores);
    for (uint32_t i = 0; i < a->workers; i++) {
        a->cores[i] = a->cores[i % a->cores_count];
        if (a->cores[i] >= there_are) {
            fprintf(stderr, "culvert-bench workers: there is no CPU %u\n", a->cores[i]);
            return false;
        }
        for (uint32_t j = 0; j < i; j++)
            w->has_fewer_cpus |= a->cores[i] == a->cores[j];
    }
    return true;
}

static bool all_quiet(const struct bench_args *a, const struct bench_team_result *r, enum bench_team_way way)
{
    bool is_quiet = true;
    for (uint32_t i = 0; i < a->workers; i++)
        is_quiet &= r->figure[way][i].is_quiet;
    return is_quiet;
}

static void weather_note(struct weather *w, const struct bench_args *a, const struct bench_team_result *r)
{
    bool has_figure = r->pps[BENCH_TEAM_TOGETHER] > 0;
    for (uint32_t i = 0; i < a->workers; i++) {
        double share = r->figure[has_figure ? BENCH_TEAM_TOGETHER : BENCH_TEAM_ALONE][i].on_cpu;
        w->on_cpu[i] = share < w->on_cpu[i] ? share : w->on_cpu[i];
    }
    w->is_crowded |= has_figure && all_quiet(a, r, BENCH_TEAM_ALONE) && !all_quiet(a, r, BENCH_TEAM_TOGETHER);
}

static void weather_print(const struct weather *w, const struct bench_args *a)
{
    if (w->has_fewer_cpus) {
        printf("Fewer CPUs than workers: each was measured alone, and no ratio is known.\n");
        return;
    }
    if (w->has_no_figure)
        printf("-: the workers hardly ever ran at the same time; measure again when the machine\n"
               "   is quiet.\n");
    if (w->is_crowded)
        printf("The cores were slower when all worked: the CPUs are threads of one core, or\n"
               "others use them. No free cores, so the ratio tells nothing of what these would\n"
               "give.\n");
    for (uint32_t i = 0; i < a->workers; i++)
        if (w->on_cpu[i] < BENCH_TEAM_FREE)
            printf("CPU %u was not free: other programs took up to %.0f %% of it, which makes the\n"
                   "ratio too low. \"chrt --fifo 1 culvert-bench workers\" goes before them.\n",
                   a->cores[i], 100 * (1 - w->on_cpu[i]));
}

static enum bench_team_way last_way(const struct workers_plan *p)
{
    if (p->weather.has_fewer_cpus)
        return BENCH_TEAM_ALONE;
    return p->a->is_handoff ? BENCH_TEAM_HANDOFF : BENCH_TEAM_TOGETHER;
}

/* What a stretch is worth: of a team the worst of its members counts. */
static enum bench_unrest unrest_of(const struct bench_team_figure *f, uint32_t n, bool is_stolen)
{
    enum bench_unrest unrest = is_stolen ? BENCH_CPU_STOLEN : BENCH_CALM;
    for (uint32_t i = 0; i < n && !is_stolen; i++)
        if (!f[i].is_quiet && unrest != BENCH_CPU_SHARED)
            unrest = f[i].on_cpu < BENCH_TEAM_FREE ? BENCH_CPU_SHARED : BENCH_CORE_SHARED;
    return unrest;
}

static void figures_add(struct workers_plan *p, struct workers_row *row, const struct bench_team_result *r,
                        bool is_stolen)
{
    const double frequency = bench_run_frequency(&row->weather);
    for (uint32_t i = 0; i < p->a->workers; i++) {
        const struct bench_team_figure *f = &r->figure[BENCH_TEAM_ALONE][i];
        row->alone[i].is_rate = true;
        if (f->pps > 0)
            bench_figure_add(&row->alone[i], f->pps / MPPS, unrest_of(f, 1, is_stolen), frequency);
    }
    for (int way = BENCH_TEAM_TOGETHER; way <= (int)last_way(p); way++) {
        row->sum[way].is_rate = true;
        if (r->pps[way] > 0)
            bench_figure_add(&row->sum[way], r->pps[way] / MPPS,
                             unrest_of(r->figure[way], p->a->workers, is_stolen), frequency);
    }
    if (r->line > 0)
        bench_figure_add(&row->line, r->line, BENCH_CALM, frequency);
    for (uint32_t i = 0; i < p->a->workers; i++)
        if (r->figure[BENCH_TEAM_TOGETHER][i].on_cpu < row->on_cpu)
            row->on_cpu = r->figure[BENCH_TEAM_TOGETHER][i].on_cpu;
    weather_note(&p->weather, p->a, r);
}

/* The measuring thread sleeps while others work, so that its own share of the CPU tells nothing. */
static int workers_measure(void *ctx, struct bench_run *run, uint32_t at)
{
    static struct bench_gate g;
    struct workers_plan *p = ctx;
    struct workers_row *row = &p->rows[at];
    struct bench_team_result r;
    int rc = bench_gate_open(&g, &row->c);
    bench_run_start(run);
    if (!rc)
        rc = bench_team_run(&g, p->a->runs, last_way(p), &r);
    if (!rc)
        figures_add(p, row, &r, bench_run_stop(run, &row->weather, true, 0) == BENCH_CPU_STOLEN);
    bench_gate_close(&g);
    return rc;
}

static bool workers_is_done(const void *ctx, uint32_t at)
{
    const struct workers_plan *p = ctx;
    const struct workers_row *row = &p->rows[at];
    bool is_done = true;
    for (uint32_t i = 0; i < p->a->workers; i++)
        is_done &= bench_figure_is_confirmed(&row->alone[i]);
    for (int way = BENCH_TEAM_TOGETHER; way <= (int)last_way(p); way++)
        is_done &= bench_figure_is_confirmed(&row->sum[way]);
    return is_done;
}

static void subject_name(const struct workers_plan *p, const struct workers_row *row, const char *what,
                         uint32_t workers, struct bench_subject *s)
{
    char scenario[48];
    snprintf(scenario, sizeof(scenario), "workers%s%s%s", p->a->is_tunnel ? "/tunnel" : "",
             p->a->is_plain_esp ? "/esp" : "", what);
    bench_subject_set(s, scenario, row->c.is_inbound ? "in" : "out", 128, row->c.size, row->c.sas, workers);
}

/* Judges a row and writes what stands in the columns. */
static void row_judge(struct workers_plan *p, struct bench_run *run, const struct workers_row *row,
                      struct workers_verdict *v)
{
    static const char *const ways[BENCH_TEAM_WAYS] = {"/alone", "/together", "/handoff"};
    struct bench_subject s;
    char what[24];
    memset(v, 0, sizeof(*v));
    for (uint32_t i = 0; i < p->a->workers; i++) {
        snprintf(what, sizeof(what), "/alone/%u", p->a->cores[i]);
        subject_name(p, row, what, 1, &s);
        bench_run_figure(run, &s, "mpps", "Mpps", &row->alone[i], &v->alone[i]);
        if (v->alone[i].best > v->best.best)
            v->best = v->alone[i];
    }
    for (int way = BENCH_TEAM_TOGETHER; way <= (int)last_way(p); way++) {
        subject_name(p, row, ways[way], p->a->workers, &s);
        bench_run_figure(run, &s, "mpps", "Mpps", &row->sum[way], &v->sum[way]);
        p->weather.has_no_figure |= !v->sum[way].rounds;
        v->ratio[way] = bench_verdict_ratio(&v->sum[way], &v->best);
        bench_run_row(run, &s, "ratio_to_one", "ratio", &v->ratio[way]);
    }
    const struct bench_verdict *sum = v->sum;
    if (sum[BENCH_TEAM_HANDOFF].best > 0 && sum[BENCH_TEAM_TOGETHER].best > 0)
        v->handoff_cycles = p->a->workers * bench_tsc_hz() / MPPS *
                            (1 / sum[BENCH_TEAM_HANDOFF].best - 1 / sum[BENCH_TEAM_TOGETHER].best);
    if (v->handoff_cycles < 0)
        v->handoff_cycles = 0;
}

/* What stands beside the figures. */
static void row_rest(struct workers_plan *p, struct bench_run *run, const struct workers_row *row,
                     const struct workers_verdict *v)
{
    struct bench_subject s;
    struct bench_verdict line;
    subject_name(p, row, "/together", p->a->workers, &s);
    bench_figure_judge(&row->line, &line);
    if (line.rounds) {
        bench_run_row(run, &s, "line_cycles", "cycles", &line);
        bench_run_value(run, &s, "on_cpu", "share", row->on_cpu);
    }
    subject_name(p, row, "/handoff", p->a->workers, &s);
    if (v->handoff_cycles > 0) {
        struct bench_verdict cycles = {.rounds = 1,
                                       .is_starred = v->ratio[BENCH_TEAM_HANDOFF].is_starred ||
                                                     v->ratio[BENCH_TEAM_TOGETHER].is_starred};
        cycles.min = cycles.median = cycles.max = v->handoff_cycles;
        if (cycles.is_starred)
            snprintf(cycles.reason, sizeof(cycles.reason), "what it follows from is not confirmed");
        bench_run_row(run, &s, "handoff_cycles", "cycles", &cycles);
    }
    subject_name(p, row, "", p->a->workers, &s);
    bench_run_weather(run, &s, &row->weather);
}

static void sum_print(const struct workers_verdict *v, enum bench_team_way way)
{
    if (v->ratio[way].rounds)
        printf(" %8.2f%s x%.2f", v->sum[way].best, v->sum[way].is_starred ? "*" : " ", v->ratio[way].best);
    else
        printf(" %8s  %5s", "-", "-");
}

static void row_print(struct workers_plan *p, struct bench_run *run, const struct workers_row *row)
{
    struct workers_verdict v;
    struct bench_verdict line;
    char size[12];
    row_judge(p, run, row, &v);
    row_rest(p, run, row, &v);
    if (run->form != BENCH_FORM_TABLE)
        return;
    bench_figure_judge(&row->line, &line);
    printf("%-3s %5s %6u", row->c.is_inbound ? "in" : "out", bench_mix_name(row->c.size, size), row->c.sas);
    for (uint32_t i = 0; i < p->a->workers; i++)
        if (v.alone[i].rounds)
            printf(" %6.2f%s", v.alone[i].best, v.alone[i].is_starred ? "*" : " ");
        else
            printf(" %6s ", "-");
    sum_print(&v, BENCH_TEAM_TOGETHER);
    if (line.rounds)
        printf(" %5.0f", line.best);
    else
        printf(" %5s", "-");
    if (p->a->is_handoff) {
        sum_print(&v, BENCH_TEAM_HANDOFF);
        if (v.handoff_cycles > 0)
            printf(" %+7.0f", v.handoff_cycles);
        else
            printf(" %7s", "-");
    }
    printf("\n");
}

static void head_print(const struct bench_args *a)
{
    printf("culvert-bench workers%s, %s, %s pages, TSC %.2f GHz, Mpps\n"
           "dir  size    SAs",
           a->is_tunnel ? ", one tunnel" : "", a->is_plain_esp ? "ESP" : "ESP in UDP",
           bench_gate_has_huge() ? "huge" : "small", bench_tsc_hz() / 1e9);
    for (uint32_t i = 0; i < a->workers; i++)
        printf("  CPU %-2u", a->cores[i]);
    printf(" together  ratio  line%s\n", a->is_handoff ? "   handed  ratio  cycles" : "");
}

static void table_print(struct workers_plan *p, struct bench_run *run)
{
    if (run->form == BENCH_FORM_TABLE)
        head_print(p->a);
    for (uint32_t i = 0; i < p->count; i++)
        row_print(p, run, &p->rows[i]);
    if (run->form == BENCH_FORM_TABLE)
        weather_print(&p->weather, p->a);
    bench_run_end(run);
}

/* NULL: no memory. */
static struct workers_row *cases_make(const struct bench_args *a, uint32_t *count)
{
    struct workers_row *rows = calloc(2ul * a->size_count * a->sas_count, sizeof(*rows));
    *count = 0;
    for (int in = !a->is_out; rows && in <= a->is_in; in++)
        for (uint32_t i = 0; i < a->size_count * a->sas_count; i++, ++*count) {
            rows[*count].on_cpu = 1;
            rows[*count].c = (struct bench_gate_case){.size = a->sizes[i / a->sas_count],
                                                      .is_inbound = in,
                                                      .is_plain_esp = a->is_plain_esp,
                                                      .key_bits = 128,
                                                      .sas = a->sas[i % a->sas_count],
                                                      .workers = (uint16_t)a->workers,
                                                      .is_tunnel = a->is_tunnel,
                                                      .pkts = UINT64_MAX, /* the clock never stops */
                                                      .runs = 1};
        }
    return rows;
}

int bench_workers_main(int argc, char **argv)
{
    struct bench_args a = {.sizes = {64, 1420},
                           .size_count = 2,
                           .sas = {1, 1000},
                           .sas_count = 2,
                           .runs = 2,
                           .is_in = true,
                           .is_out = true};
    struct workers_plan p = {.a = &a};
    struct bench_run run;
    if (bench_args_parse(&a, argc, argv, "sndrejvukltoxRWL", help))
        return 2;
    if (a.is_tunnel && (a.is_handoff || (a.sas[0] != 1 && a.sas_count == 1))) {
        fprintf(stderr,
                "culvert-bench workers: with --tunnel each worker has one SA, and hands nothing over\n");
        return 2;
    }
    if (a.is_tunnel)
        a.sas_count = 1;
    if (!cpus_choose(&a, &p.weather))
        return 2;
    for (uint32_t n = 0; n < a.sas_count; n++)
        if (a.sas[n] * a.workers > BENCH_GATE_SAS) {
            fprintf(stderr, "culvert-bench workers: --sas %u of %u workers are more than %u in all\n",
                    a.sas[n], a.workers, BENCH_GATE_SAS);
            return 2;
        }
    for (uint32_t i = 0; i < a.workers; i++)
        p.weather.on_cpu[i] = 1;
    p.rows = cases_make(&a, &p.count);
    if (!p.rows) {
        fprintf(stderr, "culvert-bench: no memory\n");
        return 1;
    }
    bench_gate_eal(a.cores, (uint16_t)a.workers, !a.is_small_paged, a.is_verbose);
    bench_run_begin(&run, a.form, "workers", a.cores[0], a.rounds, a.wait, a.limit);
    int rc = bench_run_rounds(
        &run, &(struct bench_cases){
                  .ctx = &p, .count = p.count, .measure = workers_measure, .is_done = workers_is_done});
    table_print(&p, &run);
    free(p.rows);
    return rc ? 1 : 0;
}
