/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `culvert-bench raw`: its options, its cases and its table. The measurement itself is in bench_raw.c.
 */
#include "bench_raw.h"

#include <intel-ipsec-mb.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench_args.h"
#include "bench_mix.h"
#include "bench_run.h"

static const char help[] =
    "usage: culvert-bench raw [options]\n"
    "\n"
    "Prints what AES-GCM costs when intel-ipsec-mb is called directly: the limit\n"
    "that no gateway beats. Unit: TSC cycles per packet. A case is measured in\n"
    "several rounds; a round's value is the least of its runs' medians. The figure\n"
    "is the least round, median and maximum of the rounds follow.\n" BENCH_HELP_STAR "\n"
    "  --sizes LIST   bytes encrypted per packet, and imix\n"
    "                 (default 64,128,256,512,1024,1420,imix)\n"
    "  --frames       read sizes as Ethernet frames: encrypt what ESP would of such\n"
    "                 a frame, where it would lie in a buffer: 14 bytes off a cache\n"
    "                 line, or 58 when opened\n"
    "  --sas LIST     key schedules, one at random per packet (default 1; try\n"
    "                 1,1000,10000,100000)\n"
    "  --bits LIST    key sizes (default 128,256)\n"
    "  --runs N       undisturbed runs per figure and round (default 3); up to six\n"
    "                 times as many are tried\n"
    "  --windows N    windows of 512 packets per run (default 200)\n"
    "  --core N       CPU to run on (default: the last one)\n" BENCH_HELP_ROUNDS "\n"
    "With more than one key schedule each case is measured twice, without and with\n"
    "the schedule prefetched four packets ahead.\n"
    "\n"
    "example: culvert-bench raw --sizes 64,1420 --sas 1,10000 --bits 128\n";

struct raw_row {
    struct bench_raw_case c;
    struct bench_figure cycles;
    struct bench_weather weather;
};

static int raw_measure(void *ctx, struct bench_run *run, uint32_t at)
{
    struct raw_row *row = (struct raw_row *)ctx + at;
    struct bench_result r;
    bench_run_start(run);
    int rc = bench_raw_run(&row->c, &r);
    if (!rc)
        bench_run_take(run, &row->weather, &r, &row->cycles);
    return rc;
}

static bool raw_is_done(const void *ctx, uint32_t at)
{
    return bench_figure_is_confirmed(&((const struct raw_row *)ctx)[at].cycles);
}

/* Bits per packet. */
static double raw_bits(const struct bench_raw_case *c)
{
    double bytes = 0;
    for (uint32_t i = 0; i < 12; i++) {
        uint32_t size = bench_mix_frame(c->size, i);
        bytes += (c->is_frame ? bench_mix_sealed(size) : size) / 12.0;
    }
    return bytes * 8;
}

static void row_print(struct bench_run *run, const struct raw_row *row)
{
    const struct bench_raw_case *c = &row->c;
    struct bench_subject s;
    struct bench_verdict v;
    char scenario[40], name[12];
    snprintf(scenario, sizeof(scenario), "raw%s%s", c->is_frame ? "/frames" : "",
             c->is_prefetched ? "/prefetch" : "");
    bench_subject_set(&s, scenario, c->is_open ? "in" : "out", c->key_bits, c->size, c->sas, 0);
    bench_run_figure(run, &s, "cycles_per_packet", "cycles", &row->cycles, &v);
    const struct bench_verdict gbps = bench_verdict_inverse(&v, raw_bits(c) * bench_tsc_hz() / 1e9);
    bench_run_row(run, &s, "gbps", "Gbit/s", &gbps);
    bench_run_weather(run, &s, &row->weather);
    if (run->form == BENCH_FORM_TABLE)
        printf("%-4s AES-%u %6s %7u SA%s %-8s %7.1f%s %7.1f %7.1f   %7.2f\n", c->is_open ? "open" : "seal",
               c->key_bits, bench_mix_name(c->size, name), c->sas, c->sas == 1 ? " " : "s",
               c->is_prefetched ? "prefetch" : "", v.best, v.is_starred ? "*" : " ", v.median, v.max,
               gbps.best);
}

/* All cases; NULL: no memory. */
static struct raw_row *cases_make(const struct bench_args *a, uint32_t *count)
{
    struct raw_row *rows = calloc(a->bits_count * 2ul * a->sas_count * 2ul * a->size_count, sizeof(*rows));
    *count = 0;
    for (uint32_t k = 0; rows && k < a->bits_count; k++)
        for (uint32_t o = 0; o < 2; o++)
            for (uint32_t n = 0; n < a->sas_count; n++)
                for (uint32_t s = 0; s < a->size_count; s++)
                    for (int ahead = 0; ahead <= (a->sas[n] > 1); ahead++)
                        rows[(*count)++].c = (struct bench_raw_case){.size = a->sizes[s],
                                                                     .is_frame = a->is_frame,
                                                                     .is_open = o,
                                                                     .is_prefetched = ahead,
                                                                     .key_bits = (uint16_t)a->bits[k],
                                                                     .sas = a->sas[n],
                                                                     .runs = a->runs,
                                                                     .windows = a->windows};
    return rows;
}

static int all_run(const struct bench_args *a)
{
    struct bench_run run;
    uint32_t count;
    struct raw_row *rows = cases_make(a, &count);
    if (!rows) {
        fprintf(stderr, "culvert-bench: no memory\n");
        return 1;
    }
    bench_run_begin(&run, a->form, "raw", a->core, a->rounds, a->wait, a->limit);
    int rc = bench_run_rounds(
        &run,
        &(struct bench_cases){.ctx = rows, .count = count, .measure = raw_measure, .is_done = raw_is_done});
    if (a->form == BENCH_FORM_TABLE)
        printf("intel-ipsec-mb %s, direct calls, TSC %.2f GHz, CPU %u\n"
               "op   cipher    size  schedules         cycles: min  median     max    Gbit/s\n",
               imb_get_version_str(), bench_tsc_hz() / 1e9, a->core);
    for (uint32_t i = 0; i < count; i++)
        row_print(&run, &rows[i]);
    bench_run_end(&run);
    free(rows);
    return rc ? 1 : 0;
}

int bench_raw_main(int argc, char **argv)
{
    struct bench_args a = {
        .sas = {1}, .sas_count = 1, .bits = {128, 256}, .bits_count = 2, .runs = 3, .windows = 200};
    a.size_count = bench_mix_parse("64,128,256,512,1024,1420,imix", a.sizes);
    if (bench_args_parse(&a, argc, argv, "snbrwcjfxRWL", help))
        return 2;
    if (bench_pin(a.core))
        fprintf(stderr, "culvert-bench: cannot pin to CPU %u, figures will be noisier\n", a.core);
    return all_run(&a);
}
