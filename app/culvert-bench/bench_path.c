/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `culvert-bench path`: cycles per packet of the whole data path, next to raw ipsec-mb on the same bytes in
 * the same run. Path and raw are measured in turns, so that both see the same weather on a shared machine.
 */
#include "bench_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_args.h"
#include "bench_gate.h"
#include "bench_raw.h"
#include "bench_run.h"

#define MEMORY_SAS 1000 /* from so many on, pages are no longer what is measured */

static const char help[] =
    "usage: culvert-bench path [options]\n"
    "\n"
    "Runs the gateway's data path (the worker loop that culvertd runs: classify,\n"
    "look up, replay, AES-GCM, policy, route, counters) on two ports that hand out\n"
    "valid packets and time what happens between their calls. Prints TSC cycles per\n"
    "packet inside the application, the port driver taken off, and what AES-GCM\n"
    "alone takes for the same bytes. SAs are ESP in UDP with 64-bit sequence numbers\n"
    "and a replay window of 1,024. A round's value is the least of its runs' medians\n"
    "over windows of 512 packets; median and maximum of the rounds follow the least.\n" BENCH_HELP_STAR "\n"
    "  --sizes LIST   plaintext Ethernet frame bytes, and imix\n"
    "                 (default 64,512,1420,imix)\n"
    "  --sas LIST     SA pairs, one at random per packet, up to 131072 (default 1;\n"
    "                 try 1,1000,10000,100000)\n"
    "  --bits LIST    AES key sizes (default 128)\n"
    "  --direction WHICH\n"
    "                 in, out or both (default both)\n"
    "  --esp          plain ESP instead of ESP in UDP, as ipsec-secgw is measured\n"
    "  --packets N    packets per figure and round (default 1000000)\n"
    "  --runs N       undisturbed runs of a share each in a round (default 4); up to\n"
    "                 six times as many are tried\n"
    "  --core N       CPU to run on (default: the last one)\n"
    "  --no-huge      packets in small pages, which is slower\n" BENCH_HELP_ROUNDS
    "  --verbose      show DPDK's own messages\n"
    "\n"
    "example: culvert-bench path --sizes 64 --sas 1,1000,10000,100000\n";

struct path_row {
    struct bench_gate_case c;
    struct bench_figure cycles, raw;
    struct bench_weather weather, weather_raw;
    bool is_first;       /* with so many SAs: later ones lie in memory that it left */
    uint32_t raw_at;     /* the case that has AES-GCM alone for these bytes */
    double tunnel_bytes; /* memory of a tunnel; 0: not known */
};

static int raw_measure(struct path_row *row, struct bench_run *run)
{
    const struct bench_raw_case raw = {.size = row->c.size,
                                       .is_frame = true,
                                       .is_open = row->c.is_inbound,
                                       .key_bits = row->c.key_bits,
                                       .sas = 1,
                                       .runs = 4,
                                       .windows = 100};
    struct bench_result r;
    bench_run_start(run);
    int rc = bench_raw_run(&raw, &r);
    if (!rc)
        bench_run_take(run, &row->weather_raw, &r, &row->raw);
    return rc;
}

static int path_measure(void *ctx, struct bench_run *run, uint32_t at)
{
    static struct bench_gate g;
    struct path_row *row = (struct path_row *)ctx + at;
    int rc = bench_gate_open(&g, &row->c);
    if (!rc && !run->made && row->is_first)
        row->tunnel_bytes = (double)g.install_bytes / row->c.sas;
    bench_run_start(run);
    if (!rc)
        rc = bench_gate_run(&g);
    if (!rc) {
        const struct bench_result r = bench_series_result(&g.seat[0].clock.series);
        bench_run_take(run, &row->weather, &r, &row->cycles);
    }
    bench_gate_close(&g);
    return rc || row->raw_at != at ? rc : raw_measure(row, run);
}

static bool path_is_done(const void *ctx, uint32_t at)
{
    const struct path_row *row = (const struct path_row *)ctx + at;
    return bench_figure_is_confirmed(&row->cycles) &&
           (row->raw_at != at || bench_figure_is_confirmed(&row->raw));
}

/* What AES-GCM alone takes; its rows are written once, with the case that has it. */
static struct bench_verdict raw_judge(struct bench_run *run, const struct path_row *rows, uint32_t at)
{
    const struct path_row *row = &rows[rows[at].raw_at];
    struct bench_subject s;
    struct bench_verdict v;
    bench_figure_judge(&row->raw, &v);
    if (rows[at].raw_at != at)
        return v;
    bench_subject_set(&s, "raw/frames", row->c.is_inbound ? "in" : "out", row->c.key_bits, row->c.size, 1, 0);
    bench_run_figure(run, &s, "cycles_per_packet", "cycles", &row->raw, &v);
    bench_run_weather(run, &s, &row->weather_raw);
    return v;
}

static void row_print(struct bench_run *run, const struct path_row *rows, uint32_t at)
{
    const struct path_row *row = &rows[at];
    const struct bench_gate_case *c = &row->c;
    struct bench_subject s;
    struct bench_verdict v;
    char name[12];
    bench_subject_set(&s, c->is_plain_esp ? "path/esp" : "path", c->is_inbound ? "in" : "out", c->key_bits,
                      c->size, c->sas, 1);
    bench_run_figure(run, &s, "cycles_per_packet", "cycles", &row->cycles, &v);
    const struct bench_verdict mpps = bench_verdict_inverse(&v, bench_tsc_hz() / 1e6);
    const struct bench_verdict gbps =
        bench_verdict_inverse(&v, bench_tsc_hz() * bench_mix_frame_mean(c->size) * 8 / 1e9);
    bench_run_row(run, &s, "mpps", "Mpps", &mpps);
    bench_run_row(run, &s, "gbps", "Gbit/s", &gbps);
    bench_run_weather(run, &s, &row->weather);
    if (row->tunnel_bytes > 0)
        bench_run_value(run, &s, "bytes_per_tunnel", "bytes", row->tunnel_bytes);
    const struct bench_verdict raw = raw_judge(run, rows, at), ratio = bench_verdict_ratio(&v, &raw);
    bench_run_row(run, &s, "ratio_to_raw", "ratio", &ratio);
    if (run->form == BENCH_FORM_TABLE)
        printf("%-3s %3u %5s %7u %9.1f%s %7.1f %7.1f %7.1f%s x%.2f%s %6.2f %6.1f\n",
               c->is_inbound ? "in" : "out", c->key_bits, bench_mix_name(c->size, name), c->sas, v.best,
               v.is_starred ? "*" : " ", v.median, v.max, raw.best, raw.is_starred ? "*" : " ", ratio.best,
               ratio.is_starred ? "*" : " ", mpps.best, gbps.best);
}

static void table_print(struct bench_run *run, const struct bench_args *a, const struct path_row *rows,
                        uint32_t count)
{
    if (run->form == BENCH_FORM_TABLE)
        printf("culvert-bench path, %s, %s pages, TSC %.2f GHz, CPU %u\n"
               "dir AES  size     SAs cycles:min  median     max      raw  ratio   Mpps Gbit/s\n",
               a->is_plain_esp ? "ESP" : "ESP in UDP", bench_gate_has_huge() ? "huge" : "small",
               bench_tsc_hz() / 1e9, a->core);
    for (uint32_t i = 0; i < count; i++)
        row_print(run, rows, i);
    for (uint32_t i = 0; run->form == BENCH_FORM_TABLE && i < count; i++)
        if (rows[i].tunnel_bytes > 0)
            printf("memory: %.0f bytes per tunnel, both directions (%u installed)\n", rows[i].tunnel_bytes,
                   rows[i].c.sas);
    bench_run_end(run);
}

static struct path_row *cases_make(const struct bench_args *a, uint32_t *count)
{
    const uint32_t each = a->size_count * (uint32_t)(a->is_in + a->is_out);
    struct path_row *rows = calloc(a->bits_count * a->sas_count * (size_t)each, sizeof(*rows));
    *count = 0;
    for (uint32_t b = 0; rows && b < a->bits_count; b++)
        for (uint32_t n = 0; n < a->sas_count; n++)
            for (uint32_t s = 0; s < a->size_count; s++)
                for (int in = !a->is_out; in <= a->is_in; in++, ++*count) {
                    rows[*count].raw_at = *count - n * each;
                    rows[*count].is_first = a->sas[n] >= MEMORY_SAS && !s && in == !a->is_out;
                    rows[*count].c = (struct bench_gate_case){.key_bits = (uint16_t)a->bits[b],
                                                              .sas = a->sas[n],
                                                              .size = a->sizes[s],
                                                              .is_inbound = in,
                                                              .is_plain_esp = a->is_plain_esp,
                                                              .pkts = a->pkts,
                                                              .runs = a->runs};
                }
    return rows;
}

int bench_path_main(int argc, char **argv)
{
    struct bench_args a = {.sas = {1},
                           .sas_count = 1,
                           .bits = {128},
                           .bits_count = 1,
                           .runs = 4,
                           .pkts = 1000000,
                           .is_in = true,
                           .is_out = true};
    struct bench_run run;
    uint32_t count;
    a.size_count = bench_mix_parse("64,512,1420,imix", a.sizes);
    if (bench_args_parse(&a, argc, argv, "snbdprcjevuxRWL", help))
        return 2;
    struct path_row *rows = cases_make(&a, &count);
    if (!rows) {
        fprintf(stderr, "culvert-bench: no memory\n");
        return 1;
    }
    bench_gate_eal(&a.core, 1, !a.is_small_paged, a.is_verbose);
    bench_run_begin(&run, a.form, "path", a.core, a.rounds, a.wait, a.limit);
    int rc = bench_run_rounds(
        &run,
        &(struct bench_cases){.ctx = rows, .count = count, .measure = path_measure, .is_done = path_is_done});
    table_print(&run, &a, rows, count);
    free(rows);
    return rc ? 1 : 0;
}
