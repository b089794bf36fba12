/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `culvert-bench raw`: its options and its table. The measurement itself is in bench_raw.c.
 */
#include "bench_raw.h"

#include <intel-ipsec-mb.h>
#include <stdio.h>
#include <string.h>

#include "bench_args.h"
#include "bench_mix.h"

static const char help[] =
    "usage: culvert-bench raw [options]\n"
    "\n"
    "Prints what AES-GCM costs when intel-ipsec-mb is called directly: the limit that no gateway beats.\n"
    "Unit: TSC cycles per packet. Each figure is the minimum of several runs' medians; median and maximum "
    "of\n"
    "the runs follow it. Far apart, or a star: something else used the core, measure again.\n"
    "\n"
    "  --sizes LIST   bytes encrypted per packet, and imix (default 64,128,256,512,1024,1420,imix)\n"
    "  --frames       read sizes as Ethernet frames: encrypt what ESP would of such a frame,\n"
    "                 where it would lie in a buffer: 14 bytes off a cache line, or 58 when opened\n"
    "  --sas LIST     key schedules, one at random per packet (default 1; try 1,1000,10000,100000)\n"
    "  --bits LIST    key sizes (default 128,256)\n"
    "  --runs N       undisturbed runs per figure (default 7); six times as many are tried\n"
    "  --windows N    windows of 512 packets per run (default 200)\n"
    "  --core N       CPU to run on (default: the last one)\n"
    "  --json         one object per line instead of a table\n"
    "\n"
    "With more than one key schedule each case is measured twice, without and with the schedule prefetched "
    "four\n"
    "packets ahead.\n"
    "\n"
    "example: culvert-bench raw --sizes 64,1420 --sas 1,10000 --bits 128\n";

static void row_print(const struct bench_args *a, const struct bench_raw_case *c,
                      const struct bench_result *r)
{
    char name[12];
    double bytes = 0;
    for (uint32_t i = 0; i < 12; i++) {
        uint32_t size = bench_mix_frame(c->size, i);
        bytes += (c->is_frame ? bench_mix_sealed(size) : size) / 12.0;
    }
    double gbps = bytes * 8 * bench_tsc_hz() / r->min / 1e9;
    bench_mix_name(c->size, name);
    if (a->is_json)
        printf(
            "{\"case\":\"raw\",\"direction\":\"%s\",\"key_bits\":%u,\"size\":\"%s\",\"frames\":%s,\"sas\":%u,"
            "\"prefetch\":%s,\"quiet\":%s,\"probe\":%.0f,\"cycles_min\":%.1f,\"cycles_median\":%.1f,\"cycles_"
            "max\":%.1f,"
            "\"gbps\":%.2f}\n",
            c->is_open ? "open" : "seal", c->key_bits, name, c->is_frame ? "true" : "false", c->sas,
            c->is_prefetched ? "true" : "false", r->is_quiet ? "true" : "false", bench_probe_best(), r->min,
            r->median, r->max, gbps);
    else
        printf("%-5s AES-%u  %6s  %7u SA%s %-9s %7.1f%s  %7.1f %7.1f   %6.2f\n", c->is_open ? "open" : "seal",
               c->key_bits, name, c->sas, c->sas == 1 ? " " : "s", c->is_prefetched ? "prefetch" : "", r->min,
               r->is_quiet ? " " : "*", r->median, r->max, gbps);
    fflush(stdout);
}

static int case_run(const struct bench_args *a, struct bench_raw_case c)
{
    for (int prefetched = 0; prefetched <= (c.sas > 1); prefetched++) {
        struct bench_result r;
        c.is_prefetched = prefetched;
        int rc = bench_raw_run(&c, &r);
        if (rc) {
            fprintf(stderr, "culvert-bench: %s\n", strerror(-rc));
            return 1;
        }
        row_print(a, &c, &r);
    }
    return 0;
}

static int all_run(const struct bench_args *a)
{
    if (!a->is_json)
        printf("intel-ipsec-mb %s, direct calls, TSC %.2f GHz, CPU %u\n"
               "op    cipher     size  schedules            cycles/packet: min, median, max    Gbit/s\n",
               imb_get_version_str(), bench_tsc_hz() / 1e9, a->core);
    for (uint32_t k = 0; k < a->bits_count; k++)
        for (uint32_t o = 0; o < 2; o++)
            for (uint32_t n = 0; n < a->sas_count; n++)
                for (uint32_t s = 0; s < a->size_count; s++)
                    if (case_run(a, (struct bench_raw_case){.size = a->sizes[s],
                                                            .is_frame = a->is_frame,
                                                            .is_open = o,
                                                            .key_bits = (uint16_t)a->bits[k],
                                                            .sas = a->sas[n],
                                                            .runs = a->runs,
                                                            .windows = a->windows}))
                        return 1;
    return 0;
}

int bench_raw_main(int argc, char **argv)
{
    struct bench_args a = {
        .sas = {1}, .sas_count = 1, .bits = {128, 256}, .bits_count = 2, .runs = 7, .windows = 200};
    a.size_count = bench_mix_parse("64,128,256,512,1024,1420,imix", a.sizes);
    if (bench_args_parse(&a, argc, argv, "snbrwcjf", help))
        return 2;
    if (bench_pin(a.core))
        fprintf(stderr, "culvert-bench: cannot pin to CPU %u, figures will be noisier\n", a.core);
    return all_run(&a);
}
