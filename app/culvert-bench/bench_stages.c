/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `culvert-bench stages`: what each stage of the data path costs. The stages are called here as dp_path.c
 * calls them, with a look at the clock between; all else is the gateway that `culvert-bench path` measures.
 */
#include "bench_path.h"

#include <stdio.h>
#include <rte_ethdev.h>

#include "bench_args.h"
#include "bench_gate.h"
#include "dp_nexthop.h"
#include "dp_stages.h"

#define STAGES       5
#define BURST_PKTS   32
#define WINDOW_BURST 16 /* bursts in a window */
#define TURNS_MAX    10 /* times as many bursts as asked for are tried */

static const char help[] =
    "usage: culvert-bench stages [options]\n"
    "\n"
    "Prints what each stage of the data path costs, in TSC cycles per packet, on the packets of "
    "`culvert-bench "
    "path`.\n"
    "Each figure holds the look at the clock behind it, about one cycle; what a turn of the worker loop "
    "costs "
    "besides\n"
    "(polls, sending) is not in them. Stages overlap in the core, so where one ends is not sharp.\n"
    "\n"
    "  --sizes LIST      plaintext Ethernet frame bytes, and imix (default 64,1420)\n"
    "  --sas LIST        SA pairs, one at random per packet (default 1,1000)\n"
    "  --bits LIST       AES key sizes (default 128)\n"
    "  --direction WHICH in, out or both (default both)\n"
    "  --packets N       packets per figure (default 1000000)\n"
    "  --core N          CPU to run on (default: the last one)\n"
    "  --no-huge         packets in small pages, which is slower\n"
    "  --json            one object per line instead of a table\n"
    "\n"
    "example: culvert-bench stages --sizes 64 --direction in\n";

static const char *const names[2][STAGES] = {{"classify", "lookup", "encap", "seal", "forward"},
                                             {"classify", "prepare", "open", "commit", NULL}};

static void stages_inbound(struct dp_worker *w, uint64_t *at)
{
    dp_prepare_in(w, &w->in);
    at[1] = bench_tsc();
    dp_open(w, &w->in);
    at[2] = bench_tsc();
    dp_commit_in(w, &w->in);
    at[3] = bench_tsc();
    w->in.count = 0;
}

static void stages_outbound(struct dp_worker *w, uint64_t *at)
{
    w->adj_gen = dp_adj_gen(w);
    dp_lookup_out(w, &w->out);
    at[1] = bench_tsc();
    dp_encap(w, &w->out);
    at[2] = bench_tsc();
    dp_seal(w, &w->out);
    at[3] = bench_tsc();
    dp_forward_out(w, &w->out);
    at[4] = bench_tsc();
    w->out.count = 0;
}

/* One burst through all stages; adds their cycles. Returns its packets. */
static uint16_t burst_time(struct dp_worker *w, bool is_in, uint64_t cycles[STAGES])
{
    struct rte_mbuf *frames[BURST_PKTS];
    const uint16_t port = is_in ? BENCH_OUTSIDE : BENCH_INSIDE;
    uint64_t begin, at[STAGES];
    uint16_t n = rte_eth_rx_burst(port, 0, frames, BURST_PKTS);
    w->now_tsc = begin = bench_tsc();
    w->fib = atomic_load_explicit(&w->dp->fib, memory_order_acquire);
    dp_classify(w, port, frames, n);
    at[0] = bench_tsc();
    (is_in ? stages_inbound : stages_outbound)(w, at);
    dp_tx_flush_all(w);
    for (int i = 0; i < STAGES && names[is_in][i]; i++)
        cycles[i] += at[i] - (i ? at[i - 1] : begin);
    return n;
}

static void stages_measure(struct bench_gate *g, struct bench_series s[STAGES])
{
    const bool is_in = g->c.is_inbound;
    const uint64_t windows = g->c.pkts / (g->c.runs + 1) / (BURST_PKTS * WINDOW_BURST) + 1;
    for (uint32_t run = 0; run < g->c.runs * TURNS_MAX && !bench_series_is_done(&s[0], g->c.runs); run++) {
        for (uint64_t i = 0; i < windows; i++) {
            uint64_t cycles[STAGES] = {0}, pkts = 0;
            for (int k = 0; k < WINDOW_BURST; k++)
                pkts += burst_time(g->seat[0].worker, is_in, cycles);
            for (int k = 0; pkts && k < STAGES; k++)
                bench_series_window(&s[k], cycles[k], pkts);
        }
        for (int k = 0; k < STAGES; k++) {
            if (run == 0)
                s[k].count = 0; /* warm-up */
            bench_series_run_end(&s[k]);
        }
    }
}

static void row_print(const struct bench_args *a, const struct bench_gate_case *c,
                      const struct bench_series s[STAGES])
{
    char size[12];
    double sum = 0;
    bench_mix_name(c->size, size);
    printf(a->is_json ? "{\"case\":\"stages\",\"direction\":\"%s\",\"key_bits\":%u,\"size\":\"%s\",\"sas\":%u"
                      : "%-3s  AES-%u  %5s %7u ",
           c->is_inbound ? "in" : "out", c->key_bits, size, c->sas);
    for (int i = 0; i < STAGES && names[c->is_inbound][i]; i++) {
        const struct bench_result r = bench_series_result(&s[i]);
        sum += r.min;
        printf(a->is_json ? ",\"%s\":%.1f" : "  %s %5.1f", names[c->is_inbound][i], r.min);
    }
    printf(a->is_json ? ",\"sum\":%.1f}\n" : "  sum %5.1f\n", sum);
    fflush(stdout);
}

static int case_run(const struct bench_args *a, struct bench_gate_case c)
{
    static struct bench_gate g;
    struct bench_series s[STAGES];
    for (int i = 0; i < STAGES; i++)
        bench_series_init(&s[i], (uint32_t)(c.pkts / (BURST_PKTS * WINDOW_BURST)) + 1);
    int rc = bench_gate_open(&g, &c);
    if (!rc) {
        bench_gate_attach(&g);
        stages_measure(&g, s);
        bench_gate_detach(&g);
        rc = bench_gate_verdict(&g);
    }
    bench_gate_close(&g);
    if (!rc)
        row_print(a, &c, s);
    for (int i = 0; i < STAGES; i++)
        bench_series_fini(&s[i]);
    return rc;
}

int bench_stages_main(int argc, char **argv)
{
    struct bench_args a = {.sas = {1, 1000},
                           .sas_count = 2,
                           .bits = {128},
                           .bits_count = 1,
                           .runs = 8,
                           .pkts = 1000000,
                           .is_in = true,
                           .is_out = true};
    int rc = 0;
    a.size_count = bench_mix_parse("64,1420", a.sizes);
    if (bench_args_parse(&a, argc, argv, "snbdpcju", help))
        return 2;
    bench_gate_eal(&a.core, 1, !a.is_small_paged, false);
    for (uint32_t b = 0; b < a.bits_count; b++)
        for (uint32_t i = 0; i < a.size_count * a.sas_count; i++)
            for (int is_in = !a.is_out; !rc && is_in <= a.is_in; is_in++)
                rc = case_run(&a, (struct bench_gate_case){.key_bits = (uint16_t)a.bits[b],
                                                           .size = a.sizes[i / a.sas_count],
                                                           .sas = a.sas[i % a.sas_count],
                                                           .is_inbound = is_in,
                                                           .pkts = a.pkts,
                                                           .runs = a.runs});
    return rc ? 1 : 0;
}
