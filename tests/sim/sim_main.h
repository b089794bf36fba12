/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The main of a simulation program: runs its cases over a range of seeds and reports.
 *   --seed N   (or SIM_SEED)  this seed only          --runs N  (or SIM_RUNS)  seeds per case
 *   --first N                 first seed              --case NAME              this case only
 * SIM_PART=N takes an Nth of each case's seeds, the first ones: for builds that take several times as long.
 * SIM_TRACE=1 prints what happens. SIM_CORPUS=DIR writes what each host "gw" was told there, for the fuzzer.
 * Exit status 1 when anything failed.
 */
#include "sim_world.h"

struct sim_case {
    const char *name; /* a sentence */
    void (*run)(struct sim_world *w);
    unsigned runs;   /* seeds by default; 0: what --runs says */
    const void *row; /* becomes sim_world.row */
    /* Seeds behind those that failed once: run as well where the whole case is. Ends with 0; NULL: none. */
    const uint64_t *failed_once;
};

int sim_main(int argc, char **argv, const struct sim_case *cases, size_t n);
