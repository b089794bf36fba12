/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `culvert-bench raw`: its options and its table. The measurement itself is in bench_raw.c.
 */
#include "bench_raw.h"

#include <getopt.h>
#include <intel-ipsec-mb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    "  --frames       read sizes as Ethernet frames: encrypt what ESP would of such a frame\n"
    "  --sas LIST     key schedules, one at random per packet (default 1; try 1,1000,10000,100000)\n"
    "  --bits LIST    key sizes (default 128,256)\n"
    "  --runs N       runs per figure (default 7)\n"
    "  --windows N    windows of 512 packets per run (default 200)\n"
    "  --core N       CPU to run on (default: the last one)\n"
    "  --json         one object per line instead of a table\n"
    "\n"
    "With more than one key schedule each case is measured twice, without and with the schedule prefetched "
    "four\n"
    "packets ahead.\n"
    "\n"
    "example: culvert-bench raw --sizes 64,1420 --sas 1,10000 --bits 128\n";

struct raw_args {
    uint32_t sizes[BENCH_SIZES], size_count;
    uint32_t sas[8], sas_count;
    uint32_t bits[2], bits_count;
    uint32_t runs, windows, core;
    bool is_json, is_frame;
};

/* "1,1000" into out. Returns how many, 0 if not a list of numbers from 1 to max. */
static uint32_t list_parse(const char *text, uint32_t *out, uint32_t cap, uint32_t max)
{
    uint32_t n = 0;
    while (*text && n < cap) {
        char *end;
        unsigned long v = strtoul(text, &end, 10);
        if (end == text || !v || v > max || (*end && *end != ','))
            return 0;
        out[n++] = (uint32_t)v;
        text = *end ? end + 1 : end;
    }
    return *text ? 0 : n;
}

static void row_print(const struct raw_args *a, const struct bench_raw_case *c, const struct bench_result *r)
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
            "\"prefetch\":%s,\"quiet\":%s,\"cycles_min\":%.1f,\"cycles_median\":%.1f,\"cycles_max\":%.1f,"
            "\"gbps\":%.2f}\n",
            c->is_open ? "open" : "seal", c->key_bits, name, c->is_frame ? "true" : "false", c->sas,
            c->is_prefetched ? "true" : "false", r->is_quiet ? "true" : "false", r->min, r->median, r->max,
            gbps);
    else
        printf("%-5s AES-%u  %6s  %7u SA%s %-9s %7.1f%s  %7.1f %7.1f   %6.2f\n", c->is_open ? "open" : "seal",
               c->key_bits, name, c->sas, c->sas == 1 ? " " : "s", c->is_prefetched ? "prefetch" : "", r->min,
               r->is_quiet ? " " : "*", r->median, r->max, gbps);
    fflush(stdout);
}

static int case_run(const struct raw_args *a, struct bench_raw_case c)
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

static int all_run(const struct raw_args *a)
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

/* Returns 0, or -1 when the arguments make no sense. */
static int args_parse(struct raw_args *a, int argc, char **argv)
{
    static const struct option options[] = {{"sizes", 1, 0, 's'},   {"sas", 1, 0, 'n'},
                                            {"bits", 1, 0, 'b'},    {"runs", 1, 0, 'r'},
                                            {"windows", 1, 0, 'w'}, {"core", 1, 0, 'c'},
                                            {"json", 0, 0, 'j'},    {"frames", 0, 0, 'f'},
                                            {"help", 0, 0, 'h'},    {0}};
    int o;
    while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (o == 'h') {
            fputs(help, stdout);
            exit(0);
        }
        if (o == 's' && !(a->size_count = bench_mix_parse(optarg, a->sizes)))
            return -1;
        if (o == 'n' && !(a->sas_count = list_parse(optarg, a->sas, 8, 1000000)))
            return -1;
        if (o == 'b' && !(a->bits_count = list_parse(optarg, a->bits, 2, 256)))
            return -1;
        if (o == 'r' && !list_parse(optarg, &a->runs, 1, BENCH_RUNS_MAX - 1))
            return -1;
        if (o == 'w' && !list_parse(optarg, &a->windows, 1, BENCH_WINDOWS_MAX))
            return -1;
        if (o == 'c')
            a->core = (uint32_t)strtoul(optarg, NULL, 10);
        a->is_json |= o == 'j';
        a->is_frame |= o == 'f';
        if (o == '?')
            return -1;
    }
    for (uint32_t i = 0; i < a->bits_count; i++)
        if (a->bits[i] != 128 && a->bits[i] != 256)
            return -1;
    return 0;
}

int bench_raw_main(int argc, char **argv)
{
    struct raw_args a = {
        .sas = {1}, .sas_count = 1, .bits = {128, 256}, .bits_count = 2, .runs = 7, .windows = 200};
    a.size_count = bench_mix_parse("64,128,256,512,1024,1420,imix", a.sizes);
    a.core = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN) - 1;
    if (args_parse(&a, argc, argv)) {
        fputs("culvert-bench raw: sizes are 64 to 1500 or imix, bits 128 or 256; see --help\n", stderr);
        return 2;
    }
    if (bench_pin(a.core))
        fprintf(stderr, "culvert-bench: cannot pin to CPU %u, figures will be noisier\n", a.core);
    return all_run(&a);
}
