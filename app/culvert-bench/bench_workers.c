/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `culvert-bench workers`: its options, its table, and what it says about a machine that cannot tell. The
 * measurement itself is in bench_team.c.
 */
#include "bench_path.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench_args.h"
#include "bench_gate.h"
#include "bench_team.h"

#define MPPS 1e6

static const char help[] =
    "usage: culvert-bench workers [options]\n"
    "\n"
    "Runs the data path with several workers, each on a CPU of its own, and prints what the further ones "
    "bring:\n"
    "million packets per second of each worker alone while the others sleep, of all together, and the ratio "
    "of all\n"
    "to the best one alone. Worker n polls queue n of the same two ports; its packets belong to SAs that it "
    "owns, as\n"
    "RSS and re-homing give it in the end. The routes and the SA tables are the same for all.\n"
    "\n"
    "  --workers N       how many (default 2, or as many as --cores names)\n"
    "  --cores LIST      their CPUs (default: the last ones that this process may use)\n"
    "  --sas LIST        SA pairs of each worker, one at random per packet (default 1,1000)\n"
    "  --sizes LIST      frame bytes, and imix (default 64,1420)\n"
    "  --direction WHICH in, out or both (default both)\n"
    "  --tunnel          the SAs of all workers are one tunnel's (RFC 9611), one of each: a worker alone is "
    "that "
    "tunnel\n"
    "                    with one SA, all together are the tunnel with an SA for each worker\n"
    "  --handoff         also let every packet come to the wrong worker, which hands it over\n"
    "  --runs N          undisturbed stretches of 20 ms of each kind (default 4); four times as many are "
    "tried\n"
    "  --esp             plain ESP instead of ESP in UDP\n"
    "  --no-huge         packets in small pages, which is slower\n"
    "  --json            one object per line instead of a table\n"
    "  --verbose         show DPDK's own messages\n"
    "\n"
    "Packets per second are those of the worker's own time, the port driver's making of packets taken off: "
    "medians\n"
    "of slices of 512 packets, and the best stretch. Stretches alone, together and handed over take turns. A "
    "slice\n"
    "counts as together only when all workers were at work in it.\n"
    "\n"
    "line: TSC cycles that a cache line takes from the first worker's core to the farthest other's and back. "
    "It "
    "is the\n"
    "price of what workers share, and several times as much between cores without a common cache.\n"
    "\n"
    "With --handoff the columns are: all workers together when no packet comes to its SA's owner, that "
    "against "
    "one\n"
    "worker alone, and how many TSC cycles a hand-over adds to a packet. The gateway moves such SAs to where "
    "their\n"
    "packets come in; here they must stay.\n"
    "\n"
    "Sentences below the table tell when the machine is no judge: CPUs that are threads of one core, CPUs on "
    "which\n"
    "other programs ran, fewer CPUs than workers (then nothing is measured together).\n"
    "\n"
    "example: culvert-bench workers --cores 2,4 --sizes 64 --sas 1000 --handoff\n";

/* What the figures rest on, over all cases. */
struct weather {
    double on_cpu[BENCH_WORKERS_MAX]; /* the least share */
    bool has_fewer_cpus, has_no_figure;
    bool is_noisy;   /* something else was on a core while its worker ran alone */
    bool is_crowded; /* or only while all worked */
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
    w->has_no_figure |= !has_figure || (a->is_handoff && r->pps[BENCH_TEAM_HANDOFF] <= 0);
    w->is_noisy |= !all_quiet(a, r, BENCH_TEAM_ALONE);
    w->is_crowded |= has_figure && all_quiet(a, r, BENCH_TEAM_ALONE) && !all_quiet(a, r, BENCH_TEAM_TOGETHER);
}

static void weather_print(const struct weather *w, const struct bench_args *a)
{
    if (w->is_noisy)
        printf(
            "*: something else used the cores in every stretch, so figures are too low. Measure again when "
            "the\n   machine is quiet, or by `chrt --fifo 1 culvert-bench workers`.\n");
    if (w->has_fewer_cpus) {
        printf("Fewer CPUs than workers: each was measured alone, and no ratio is known.\n");
        return;
    }
    if (w->has_no_figure)
        printf("-: the workers hardly ever ran at the same time; measure again when the machine is quiet.\n");
    if (w->is_crowded)
        printf(
            "*: the cores were slower whenever all worked: the CPUs are threads of one core, or others use "
            "them. No free\n   cores, so the ratio tells nothing of what these would give.\n");
    for (uint32_t i = 0; i < a->workers; i++)
        if (w->on_cpu[i] < BENCH_TEAM_FREE)
            printf("CPU %u was not free: other programs took up to %.0f %% of it, which makes the ratio too "
                   "low.\n",
                   a->cores[i], 100 * (1 - w->on_cpu[i]));
}

/* Cycles per packet that a hand-over adds; 0: not known. */
static double handoff_cycles(const struct bench_args *a, const struct bench_team_result *r)
{
    const double *pps = r->pps;
    if (pps[BENCH_TEAM_HANDOFF] <= 0 || pps[BENCH_TEAM_TOGETHER] <= 0)
        return 0;
    return a->workers * bench_tsc_hz() * (1 / pps[BENCH_TEAM_HANDOFF] - 1 / pps[BENCH_TEAM_TOGETHER]);
}

static void array_json(const char *name, const struct bench_team_figure *f, uint32_t n)
{
    printf(",\"%s\":[", name);
    for (uint32_t i = 0; i < n; i++)
        printf("%s%.3f", i ? "," : "", f[i].pps / MPPS);
    printf("]");
}

/* What is not known is null. */
static void number_json(const char *name, double v)
{
    if (v > 0)
        printf(",\"%s\":%.3f", name, v);
    else
        printf(",\"%s\":null", name);
}

static void row_json(const struct bench_args *a, const struct bench_gate_case *c, const char *size,
                     const struct bench_team_result *r)
{
    const double *pps = r->pps;
    printf(
        "{\"case\":\"workers\",\"direction\":\"%s\",\"encap\":\"%s\",\"size\":\"%s\",\"sas\":%u,\"workers\""
        ":%u,\"cpus\":[",
        c->is_inbound ? "in" : "out", c->is_plain_esp ? "esp" : "udp", size, c->sas, a->workers);
    for (uint32_t i = 0; i < a->workers; i++)
        printf("%s%u", i ? "," : "", a->cores[i]);
    printf("],\"on_cpu\":[");
    for (uint32_t i = 0; i < a->workers; i++)
        printf("%s%.2f", i ? "," : "", r->figure[BENCH_TEAM_TOGETHER][i].on_cpu);
    printf("],\"quiet_alone\":%s,\"quiet_together\":%s", all_quiet(a, r, BENCH_TEAM_ALONE) ? "true" : "false",
           all_quiet(a, r, BENCH_TEAM_TOGETHER) ? "true" : "false");
    array_json("mpps_alone", r->figure[BENCH_TEAM_ALONE], a->workers);
    array_json("mpps_together", r->figure[BENCH_TEAM_TOGETHER], a->workers);
    number_json("ratio", pps[BENCH_TEAM_TOGETHER] / pps[BENCH_TEAM_ALONE]);
    number_json("line_cycles", r->line);
    if (a->is_handoff) {
        printf(",\"quiet_handoff\":%s", all_quiet(a, r, BENCH_TEAM_HANDOFF) ? "true" : "false");
        array_json("mpps_handoff", r->figure[BENCH_TEAM_HANDOFF], a->workers);
        number_json("handoff_ratio", pps[BENCH_TEAM_HANDOFF] / pps[BENCH_TEAM_ALONE]);
        number_json("handoff_cycles", handoff_cycles(a, r));
    }
    printf("}\n");
}

static void alone_print(const struct bench_team_figure *f)
{
    if (f->pps > 0)
        printf(" %8.2f%s", f->pps / MPPS, f->is_quiet ? " " : "*");
    else
        printf(" %8s ", "-");
}

static void sum_print(const struct bench_args *a, const struct bench_team_result *r, enum bench_team_way way)
{
    if (r->pps[way] > 0 && r->pps[BENCH_TEAM_ALONE] > 0)
        printf(" %9.2f%s  x%.2f", r->pps[way] / MPPS, all_quiet(a, r, way) ? " " : "*",
               r->pps[way] / r->pps[BENCH_TEAM_ALONE]);
    else
        printf(" %9s   %5s", "-", "-");
}

static void cycles_print(double cycles)
{
    if (cycles > 0)
        printf(" %+8.0f", cycles);
    else
        printf(" %8s", "-");
}

static void row_print(const struct bench_args *a, const struct bench_gate_case *c,
                      const struct bench_team_result *r)
{
    char size[12];
    bench_mix_name(c->size, size);
    if (a->is_json) {
        row_json(a, c, size, r);
    } else {
        printf("%-3s %6s %9u", c->is_inbound ? "in" : "out", size, c->sas);
        for (uint32_t i = 0; i < a->workers; i++)
            alone_print(&r->figure[BENCH_TEAM_ALONE][i]);
        sum_print(a, r, BENCH_TEAM_TOGETHER);
        if (r->line > 0)
            printf(" %6.0f", r->line);
        else
            printf(" %6s", "-");
        if (a->is_handoff) {
            sum_print(a, r, BENCH_TEAM_HANDOFF);
            cycles_print(handoff_cycles(a, r));
        }
        printf("\n");
    }
    fflush(stdout);
}

static void head_print(const struct bench_args *a)
{
    printf("culvert-bench workers%s, %s, %s pages, TSC %.2f GHz, Mpps of the application\n"
           "dir   size  SAs each",
           a->is_tunnel ? ", one tunnel" : "", a->is_plain_esp ? "ESP" : "ESP in UDP",
           bench_gate_has_huge() ? "huge" : "small", bench_tsc_hz() / 1e9);
    for (uint32_t i = 0; i < a->workers; i++)
        printf("   CPU %2u ", a->cores[i]);
    printf("  together   ratio   line%s\n", a->is_handoff ? "handed over ratio   cycles" : "");
}

static int case_run(const struct bench_args *a, struct bench_gate_case c, struct weather *w)
{
    static struct bench_gate g;
    struct bench_team_result r;
    enum bench_team_way last = a->is_handoff ? BENCH_TEAM_HANDOFF : BENCH_TEAM_TOGETHER;
    int rc = bench_gate_open(&g, &c);
    if (!rc)
        rc = bench_team_run(&g, a->runs, w->has_fewer_cpus ? BENCH_TEAM_ALONE : last, &r);
    if (!rc)
        row_print(a, &c, &r);
    if (!rc)
        weather_note(w, a, &r);
    bench_gate_close(&g);
    return rc;
}

static int cases_run(const struct bench_args *a, struct weather *w)
{
    int rc = 0;
    for (int in = 0; in < 2; in++)
        for (uint32_t s = 0; s < a->size_count; s++)
            for (uint32_t n = 0; !rc && n < a->sas_count; n++)
                if (in ? a->is_in : a->is_out)
                    rc = case_run(a,
                                  (struct bench_gate_case){.size = a->sizes[s],
                                                           .is_inbound = in,
                                                           .is_plain_esp = a->is_plain_esp,
                                                           .key_bits = 128,
                                                           .sas = a->sas[n],
                                                           .workers = (uint16_t)a->workers,
                                                           .is_tunnel = a->is_tunnel,
                                                           .pkts = UINT64_MAX, /* the clock never stops */
                                                           .runs = 1},
                                  w);
    return rc;
}

int bench_workers_main(int argc, char **argv)
{
    struct bench_args a = {.sizes = {64, 1420},
                           .size_count = 2,
                           .sas = {1, 1000},
                           .sas_count = 2,
                           .runs = 4,
                           .is_in = true,
                           .is_out = true};
    struct weather w = {0};
    if (bench_args_parse(&a, argc, argv, "sndrejvuklto", help))
        return 2;
    if (a.is_tunnel && (a.is_handoff || (a.sas[0] != 1 && a.sas_count == 1))) {
        fprintf(stderr,
                "culvert-bench workers: with --tunnel each worker has one SA, and hands nothing over\n");
        return 2;
    }
    if (a.is_tunnel)
        a.sas_count = 1;
    if (!cpus_choose(&a, &w))
        return 2;
    for (uint32_t n = 0; n < a.sas_count; n++)
        if (a.sas[n] * a.workers > BENCH_GATE_SAS) {
            fprintf(stderr, "culvert-bench workers: --sas %u of %u workers are more than %u in all\n",
                    a.sas[n], a.workers, BENCH_GATE_SAS);
            return 2;
        }
    for (uint32_t i = 0; i < a.workers; i++)
        w.on_cpu[i] = 1;
    bench_gate_eal(a.cores, (uint16_t)a.workers, !a.is_small_paged, a.is_verbose);
    if (!a.is_json)
        head_print(&a);
    int rc = cases_run(&a, &w);
    if (!a.is_json && !rc)
        weather_print(&w, &a);
    return rc ? 1 : 0;
}
