/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `culvert-bench stages`: its options, its cases and its table. The measurement itself is in bench_stages.c.
 */
#include "bench_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_args.h"
#include "bench_stages.h"

static const char help[] =
    "usage: culvert-bench stages [options]\n"
    "\n"
    "Prints what each stage of the data path costs, in TSC cycles per packet, on the\n"
    "packets of \"culvert-bench path\". Each figure holds the look at the clock behind\n"
    "it, about one cycle; what a turn of the worker loop costs besides (polls,\n"
    "sending) is not in them. Stages overlap in the core, so where one ends is not\n"
    "sharp.\n" BENCH_HELP_STAR "\n"
    "  --sizes LIST   plaintext Ethernet frame bytes, and imix (default 64,1420)\n"
    "  --sas LIST     SA pairs, one at random per packet (default 1,1000)\n"
    "  --bits LIST    AES key sizes (default 128)\n"
    "  --direction WHICH\n"
    "                 in, out or both (default both)\n"
    "  --packets N    packets per figure and round (default 500000)\n"
    "  --runs N       undisturbed runs of a share each in a round (default 4)\n"
    "  --slow STAGE:PERCENT\n"
    "                 give that stage so much more to do, arithmetic of a fixed length:\n"
    "                 a proof that the figures show it, there and nowhere else (1 to\n"
    "                 1000 per cent)\n"
    "  --core N       CPU to run on (default: the last one)\n"
    "  --no-huge      packets in small pages, which is slower\n" BENCH_HELP_ROUNDS "\n"
    "example: culvert-bench stages --sizes 64 --direction in\n"
    "         culvert-bench stages --sizes 64 --sas 1 --slow seal:10\n";

static const char *const ways[2] = {"out", "in"};

static void head_print(bool is_in)
{
    printf("dir AES  size    SAs");
    for (int i = 0; i < BENCH_STAGES; i++)
        printf(" %9s", bench_stages_name(is_in, i) ? bench_stages_name(is_in, i) : "");
    printf("       sum\n");
}

static void cell_print(const struct bench_run *run, const struct bench_verdict *v)
{
    if (run->form == BENCH_FORM_TABLE)
        printf(" %8.1f%s", v->best, v->is_starred ? "*" : " ");
}

static void row_print(struct bench_run *run, const struct bench_stages_row *row)
{
    const struct bench_gate_case *c = &row->c;
    struct bench_verdict sum = {0};
    struct bench_subject s;
    char name[12], scenario[40];
    if (run->form == BENCH_FORM_TABLE)
        printf("%-3s %3u %5s %6u", ways[c->is_inbound], c->key_bits, bench_mix_name(c->size, name), c->sas);
    for (int i = 0; i < BENCH_STAGES; i++) {
        struct bench_verdict v;
        if (!bench_stages_name(c->is_inbound, i)) {
            if (run->form == BENCH_FORM_TABLE)
                printf("%10s", "");
            continue;
        }
        snprintf(scenario, sizeof(scenario), "stages/%s%s", bench_stages_name(c->is_inbound, i),
                 i == row->slow_stage ? "/slow" : "");
        bench_subject_set(&s, scenario, ways[c->is_inbound], c->key_bits, c->size, c->sas, 1);
        bench_run_figure(run, &s, "cycles_per_packet", "cycles", &row->cycles[i], &v);
        cell_print(run, &v);
        sum.best += v.best;
        sum.is_starred |= v.is_starred;
    }
    cell_print(run, &sum);
    if (run->form == BENCH_FORM_TABLE)
        printf("\n");
    bench_subject_set(&s, "stages", ways[c->is_inbound], c->key_bits, c->size, c->sas, 1);
    bench_run_weather(run, &s, &row->weather);
}

/* Cases, first all outbound ones; NULL: no memory. */
static struct bench_stages_row *cases_make(const struct bench_args *a, uint32_t *count)
{
    struct bench_stages_row *rows = calloc(2ul * a->bits_count * a->size_count * a->sas_count, sizeof(*rows));
    *count = 0;
    for (int in = !a->is_out; rows && in <= a->is_in; in++)
        for (uint32_t b = 0; b < a->bits_count; b++)
            for (uint32_t i = 0; i < a->size_count * a->sas_count; i++) {
                struct bench_stages_row *row = &rows[(*count)++];
                row->slow_stage = -1;
                row->c = (struct bench_gate_case){.key_bits = (uint16_t)a->bits[b],
                                                  .size = a->sizes[i / a->sas_count],
                                                  .sas = a->sas[i % a->sas_count],
                                                  .is_inbound = in,
                                                  .pkts = a->pkts,
                                                  .runs = a->runs};
            }
    return rows;
}

/* STAGE:PERCENT into the rows that have the stage. Returns false, with a sentence, when it makes no sense. */
static bool slow_set(const char *slow, struct bench_stages_row *rows, uint32_t count)
{
    const char *colon = strchr(slow, ':');
    char *end = "";
    unsigned long percent = colon ? strtoul(colon + 1, &end, 10) : 0;
    bool is_known = false;
    for (uint32_t i = 0; colon && i < count; i++) {
        rows[i].slow_stage = bench_stages_find(rows[i].c.is_inbound, slow, (size_t)(colon - slow));
        rows[i].slow_percent = (uint32_t)percent;
        is_known |= rows[i].slow_stage >= 0;
    }
    if (is_known && !*end && percent && percent <= 1000)
        return true;
    fprintf(stderr,
            "culvert-bench stages: --slow %s is not the name of a measured stage, a colon and 1 to 1000, as "
            "in --slow seal:10\n",
            slow);
    return false;
}

static void table_print(struct bench_run *run, const struct bench_stages_row *rows, uint32_t count)
{
    if (run->form == BENCH_FORM_TABLE)
        printf("culvert-bench stages, %s pages, TSC %.2f GHz, CPU %u, cycles per packet\n",
               bench_gate_has_huge() ? "huge" : "small", bench_tsc_hz() / 1e9, run->cpu);
    for (uint32_t i = 0; i < count; i++) {
        if (run->form == BENCH_FORM_TABLE && (!i || rows[i].c.is_inbound != rows[i - 1].c.is_inbound))
            head_print(rows[i].c.is_inbound);
        row_print(run, &rows[i]);
    }
    bench_run_end(run);
}

int bench_stages_main(int argc, char **argv)
{
    struct bench_args a = {.sas = {1, 1000},
                           .sas_count = 2,
                           .bits = {128},
                           .bits_count = 1,
                           .runs = 4,
                           .pkts = 500000,
                           .is_in = true,
                           .is_out = true};
    struct bench_run run;
    uint32_t count;
    a.size_count = bench_mix_parse("64,1420", a.sizes);
    if (bench_args_parse(&a, argc, argv, "snbdprcjuxRWLS", help))
        return 2;
    struct bench_stages_row *rows = cases_make(&a, &count);
    if (!rows || (a.slow && !slow_set(a.slow, rows, count))) {
        free(rows);
        return 2;
    }
    bench_gate_eal(&a.core, 1, !a.is_small_paged, false);
    bench_run_begin(&run, a.form, "stages", a.core, a.rounds, a.wait, a.limit);
    int rc = bench_run_rounds(&run, &(struct bench_cases){.ctx = rows,
                                                          .count = count,
                                                          .measure = bench_stages_measure,
                                                          .is_done = bench_stages_is_done});
    table_print(&run, rows, count);
    free(rows);
    return rc ? 1 : 0;
}
