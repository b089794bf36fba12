/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Options that all subcommands share. */
#include <stdbool.h>
#include <stdint.h>
#include "bench_gate.h"
#include "bench_mix.h"
#include "bench_row.h"

#define BENCH_LIST  8
#define BENCH_FILES 32

struct bench_args {
    uint32_t sizes[BENCH_SIZES], size_count;
    uint32_t sas[BENCH_LIST], sas_count;
    uint32_t bits[BENCH_LIST], bits_count; /* 128, 256 */
    bool is_in, is_out;                    /* directions */
    bool is_plain_esp, is_frame, is_json, is_csv, is_verbose, is_small_paged;
    uint32_t runs;    /* 1 to BENCH_RUNS_MAX - 1 */
    uint32_t windows; /* of 512 packets, per run */
    uint32_t pkts;    /* per figure and round */
    uint32_t rounds;  /* of all cases; not said: BENCH_ROUNDS, or what the command set before */
    uint32_t wait;    /* seconds that may be spent on waiting for quiet */
    uint32_t limit;   /* seconds in which the rounds are to be over; 0: none */
    const char *slow; /* STAGE:PERCENT; NULL: none */
    enum bench_form form;
    uint32_t core;
    uint32_t rate;                                  /* SAs per second */
    uint32_t workers;                               /* 2 to BENCH_WORKERS_MAX; 0: not said */
    uint32_t cores[BENCH_WORKERS_MAX], cores_count; /* CPUs; 0: not said */
    bool is_handoff, is_tunnel;
    const char *out;              /* a folder; NULL: not said */
    const char *add[BENCH_FILES]; /* files of rows, by an option */
    uint32_t add_count;
    char **files; /* what stands without an option; of argv */
    uint32_t file_count;
    bool is_quick, is_idle; /* idle: nothing is run */
};

/* Parses over the defaults in *a; `accepts` names the options of this subcommand, with a star words
 * without one, too; `help` is printed for --help, which ends the process. Returns 0, or -1 after a sentence
 * on stderr (exit with 2). */
int bench_args_parse(struct bench_args *a, int argc, char **argv, const char *accepts, const char *help);
