/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `culvert-bench churn`: what a worker loses while control installs and removes SAs. Throughput is packets
 * per second of the worker's own time, the ports' making of packets taken off, in slices of 10 ms: long
 * enough to hold many installations, short enough for a median to leave out what the hypervisor takes.
 * Stretches with churn, without it, and with a control thread that only computes alternate; the best stretch
 * of each kind counts.
 */
#include "bench_path.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench_args.h"
#include "bench_gate.h"
#include "dp_path.h"
#include "sad.h"

#define STRETCH_SLICES 40 /* of 10 ms */
#define LIVE           128u

static const char help[] =
    "usage: culvert-bench churn [options]\n"
    "\n"
    "Runs the data path while a control thread on another CPU installs and removes SAs, and prints how much "
    "of the\n"
    "worker's throughput that costs: packets per second of its own time, the median of slices of 10 ms, with "
    "churn\n"
    "against without, in turns.\n"
    "\n"
    "  --rate N          SA pairs installed, and as many removed, per second (default 5000)\n"
    "  --sas LIST        pairs that carry traffic (default 1000)\n"
    "  --sizes LIST      frame bytes, and imix (default 64)\n"
    "  --direction WHICH in, out or both (default both)\n"
    "  --runs N          stretches of 400 ms each way (default 6)\n"
    "  --core N          CPU of the worker (default: the last one)\n"
    "  --no-huge         packets in small pages, which is slower\n"
    "  --json            one object per line\n"
    "\n"
    "Where two CPUs are threads of one core, a busy control thread slows the worker for that reason alone: "
    "the\n"
    "second figure shows it, with a control thread that computes as long but installs nothing.\n";

enum churn_mode { CHURN_NONE, CHURN_SPIN, CHURN_SAS };

struct churn {
    struct bench_gate *gate;
    uint32_t rate;
    atomic_int mode;
    atomic_bool is_over;
    uint32_t live[LIVE]; /* inbound SPIs, a ring */
    uint32_t head;
    uint64_t installs, failures;
    uint64_t busy_tsc, busy_ops; /* in CHURN_SAS */
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

static int double_compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
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
    }
    qsort(slice, STRETCH_SLICES, sizeof(*slice), double_compare);
    return slice[STRETCH_SLICES / 2];
}

static double best_of(const double *v, uint32_t n)
{
    double best = 0;
    for (uint32_t i = 0; i < n; i++)
        best = v[i] > best ? v[i] : best;
    return best;
}

static int measure(const struct bench_args *a, struct bench_gate *g)
{
    static struct churn t;
    double pps[3][BENCH_RUNS_MAX];
    pthread_t thread;
    memset(&t, 0, sizeof(t));
    t.gate = g;
    t.rate = a->rate;
    if (pthread_create(&thread, NULL, churn_thread, &t))
        return -1;
    bench_pin_thread(thread, a->core ? 0 : 1);
    bench_gate_attach(g);
    for (uint32_t run = 0; run < a->runs; run++) {
        static const enum churn_mode order[] = {CHURN_NONE, CHURN_SAS, CHURN_SPIN};
        for (int m = 0; m < 3; m++)
            pps[order[m]][run] = stretch(&t, order[m]);
    }
    atomic_store(&t.is_over, true);
    pthread_join(thread, NULL);
    bench_gate_detach(g);

    double none = best_of(pps[CHURN_NONE], a->runs), sas = best_of(pps[CHURN_SAS], a->runs);
    double spin = best_of(pps[CHURN_SPIN], a->runs), micros = 0;
    char name[12];
    if (t.busy_ops)
        micros = (double)t.busy_tsc / (double)t.busy_ops / bench_tsc_hz() * 1e6;
    bench_mix_name(g->c.size, name);
    printf(
        a->is_json
            ? "{\"case\":\"churn\",\"direction\":\"%s\",\"size\":\"%s\",\"sas\":%u,\"rate\":%u,\"installs\":%"
              "lu,"
              "\"failures\":%lu,\"mpps_quiet\":%.3f,\"mpps_churn\":%.3f,\"loss_percent\":%.2f,"
              "\"loss_of_spinning_percent\":%.2f,\"install_us\":%.2f}\n"
            : "%-3s %5s bytes, %u SAs, %u/s: %lu installed, %lu failed; %.3f Mpps without, %.3f with: loss "
              "%.2f %% (of a control thread that only computes: %.2f %%); install and remove %.2f us\n",
        g->c.is_inbound ? "in" : "out", name, g->c.sas, a->rate, t.installs, t.failures, none / 1e6,
        sas / 1e6, 100 * (1 - sas / none), 100 * (1 - spin / none), micros);
    return t.failures ? -1 : 0;
}

static int case_run(const struct bench_args *a, uint32_t size, uint32_t sas, bool is_inbound)
{
    static struct bench_gate g;
    struct bench_gate_case c = {.size = size,
                                .is_inbound = is_inbound,
                                .key_bits = 128,
                                .sas = sas,
                                .pkts = 1,
                                .runs = 1,
                                .churn_room = 65536};
    int rc = bench_gate_open(&g, &c);
    if (!rc)
        rc = measure(a, &g);
    bench_gate_close(&g);
    return rc;
}

int bench_churn_main(int argc, char **argv)
{
    struct bench_args a = {.sizes = {64},
                           .size_count = 1,
                           .sas = {1000},
                           .sas_count = 1,
                           .runs = 6,
                           .rate = 5000,
                           .is_in = true,
                           .is_out = true};
    int rc = 0;
    if (bench_args_parse(&a, argc, argv, "snadrcjvu", help))
        return 2;
    bench_gate_eal(&a.core, 1, !a.is_small_paged, a.is_verbose);
    for (uint32_t n = 0; !rc && n < a.sas_count; n++)
        for (uint32_t s = 0; !rc && s < a.size_count; s++) {
            if (a.is_out)
                rc = case_run(&a, a.sizes[s], a.sas[n], false);
            if (!rc && a.is_in)
                rc = case_run(&a, a.sizes[s], a.sas[n], true);
        }
    return rc ? 1 : 0;
}
