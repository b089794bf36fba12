/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What AES-GCM itself costs: direct intel-ipsec-mb calls on packets, nothing around them. */
#include <stdbool.h>
#include <stdint.h>
#include "bench_stat.h"

struct bench_raw_case {
    uint32_t size;      /* frame bytes, or BENCH_IMIX */
    bool is_frame;      /* true: encrypt what ESP would of such a frame; false: encrypt `size` bytes */
    bool is_open;       /* open and compare the ICV; else seal */
    bool is_prefetched; /* prefetch key schedules four packets ahead */
    uint16_t key_bits;  /* 128 or 256 */
    uint32_t sas;       /* key schedules, one at random per packet; 1 or more */
    uint32_t runs;      /* 1 to BENCH_RUNS_MAX */
    uint32_t windows;   /* per run, 1 to BENCH_WINDOWS_MAX */
};

/* Measures one case into *out. Returns 0; or, when it said why on stderr, -ENOMEM, or -EBADMSG if an ICV
 * that must be good was not (the library is broken: stop). Thread: any, pinned by the caller. */
int bench_raw_run(const struct bench_raw_case *c, struct bench_result *out);

/* `culvert-bench raw`: argv[0] is the word "raw". Returns the exit status. */
int bench_raw_main(int argc, char **argv);
