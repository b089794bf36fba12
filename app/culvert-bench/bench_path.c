/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `culvert-bench path`: cycles per packet of the whole data path, next to raw ipsec-mb on the same bytes in
 * the same run. Path and raw are measured in turns, so that both see the same weather on a shared machine.
 */
#include "bench_path.h"

#include <stdio.h>
#include <string.h>

#include "bench_args.h"
#include "bench_gate.h"
#include "bench_raw.h"

#define MEMORY_SAS 1000 /* from so many on, pages are no longer what is measured */

static const char help[] =
    "usage: culvert-bench path [options]\n"
    "\n"
    "Runs the gateway's data path (the worker loop that culvertd runs: classify, look up, replay, AES-GCM, "
    "policy,\n"
    "route, counters) on two ports that hand out valid packets and time what happens between their calls. "
    "Prints\n"
    "TSC cycles per packet inside the application, the port driver taken off, and what AES-GCM alone takes "
    "for the\n"
    "same bytes. SAs are ESP in UDP with 64-bit sequence numbers and a replay window of 1,024.\n"
    "\n"
    "  --sizes LIST      plaintext Ethernet frame bytes, and imix (default 64,512,1420,imix)\n"
    "  --sas LIST        SA pairs, one at random per packet, up to 131072 (default 1; try "
    "1,1000,10000,100000)\n"
    "  --bits LIST       AES key sizes (default 128)\n"
    "  --direction WHICH in, out or both (default both)\n"
    "  --esp             plain ESP instead of ESP in UDP, as ipsec-secgw is measured\n"
    "  --packets N       packets per figure (default 2000000)\n"
    "  --runs N          undisturbed runs of a share each (default 8); up to six times as many are tried\n"
    "  --core N          CPU to run on (default: the last one)\n"
    "  --no-huge         packets in small pages, which is slower\n"
    "  --json            one object per line instead of a table\n"
    "  --verbose         show DPDK's own messages\n"
    "\n"
    "The figure is the least disturbed run's median over windows of 512 packets; median and maximum of the "
    "runs\n"
    "follow. A star says that every run was disturbed: measure again when the machine is quiet.\n"
    "\n"
    "example: culvert-bench path --sizes 64 --sas 1,1000,10000,100000\n";

static int raw_measure(const struct bench_gate_case *c, struct bench_result *r)
{
    struct bench_raw_case raw = {.size = c->size,
                                 .is_frame = true,
                                 .is_open = c->is_inbound,
                                 .key_bits = c->key_bits,
                                 .sas = 1,
                                 .runs = 8,
                                 .windows = 100};
    return bench_raw_run(&raw, r);
}

static void row_print(const struct bench_args *a, const struct bench_gate_case *c,
                      const struct bench_result *r, const struct bench_result *raw)
{
    char name[12];
    double mpps = bench_tsc_hz() / r->min / 1e6;
    double gbps = mpps * bench_mix_frame_mean(c->size) * 8 / 1e3;
    bench_mix_name(c->size, name);
    if (a->is_json)
        printf("{\"case\":\"path\",\"direction\":\"%s\",\"encap\":\"%s\",\"key_bits\":%u,\"size\":\"%s\","
               "\"sas\":%u,"
               "\"quiet\":%s,\"probe\":%.0f,\"cycles_min\":%.1f,\"cycles_median\":%.1f,\"cycles_max\":%.1f,"
               "\"raw\":%.1f,"
               "\"raw_quiet\":%s,\"mpps\":%.3f,\"gbps\":%.2f}\n",
               c->is_inbound ? "in" : "out", c->is_plain_esp ? "esp" : "udp", c->key_bits, name, c->sas,
               r->is_quiet ? "true" : "false", bench_probe_best(), r->min, r->median, r->max, raw->min,
               raw->is_quiet ? "true" : "false", mpps, gbps);
    else
        printf("%-3s  AES-%u  %5s %7u %8.1f%s %8.1f %8.1f %8.1f%s %+7.1f  x%.2f %7.2f %7.1f\n",
               c->is_inbound ? "in" : "out", c->key_bits, name, c->sas, r->min, r->is_quiet ? " " : "*",
               r->median, r->max, raw->min, raw->is_quiet ? " " : "*", r->min - raw->min, r->min / raw->min,
               mpps, gbps);
    fflush(stdout);
}

static int case_run(const struct bench_args *a, struct bench_gate_case c)
{
    static struct bench_gate g;
    struct bench_result raw, r = {0};
    int rc = bench_gate_open(&g, &c);
    if (!rc)
        rc = bench_gate_run(&g);
    if (!rc)
        r = bench_series_result(&g.seat[0].clock.series);
    if (!rc && !a->is_json && c.sas >= MEMORY_SAS && !c.is_inbound && c.size == a->sizes[0])
        printf("memory: %.0f bytes per tunnel, both directions (%u installed)\n",
               (double)g.install_bytes / c.sas, c.sas);
    bench_gate_close(&g);
    if (!rc)
        rc = raw_measure(&c, &raw);
    if (!rc)
        row_print(a, &c, &r, &raw);
    return rc;
}

static int sizes_run(const struct bench_args *a, struct bench_gate_case c)
{
    int rc = 0;
    for (uint32_t s = 0; !rc && s < a->size_count; s++) {
        c.size = a->sizes[s];
        c.is_inbound = false;
        if (a->is_out)
            rc = case_run(a, c);
        c.is_inbound = true;
        if (!rc && a->is_in)
            rc = case_run(a, c);
    }
    return rc;
}

int bench_path_main(int argc, char **argv)
{
    struct bench_args a = {.sas = {1},
                           .sas_count = 1,
                           .bits = {128},
                           .bits_count = 1,
                           .runs = 8,
                           .pkts = 2000000,
                           .is_in = true,
                           .is_out = true};
    int rc = 0;
    a.size_count = bench_mix_parse("64,512,1420,imix", a.sizes);
    if (bench_args_parse(&a, argc, argv, "snbdprcjevu", help))
        return 2;
    bench_gate_eal(&a.core, 1, !a.is_small_paged, a.is_verbose);
    if (!a.is_json)
        printf("culvert-bench path, %s, %s pages, TSC %.2f GHz, CPU %u\n"
               "dir  cipher    size     SAs  cycles: min    median      max       raw   above  ratio    Mpps "
               " Gbit/s\n",
               a.is_plain_esp ? "ESP" : "ESP in UDP", bench_gate_has_huge() ? "huge" : "small",
               bench_tsc_hz() / 1e9, a.core);
    for (uint32_t b = 0; !rc && b < a.bits_count; b++)
        for (uint32_t n = 0; !rc && n < a.sas_count; n++)
            rc = sizes_run(&a, (struct bench_gate_case){.key_bits = (uint16_t)a.bits[b],
                                                        .sas = a.sas[n],
                                                        .is_plain_esp = a.is_plain_esp,
                                                        .pkts = a.pkts,
                                                        .runs = a.runs});
    return rc ? 1 : 0;
}
