/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Programs that are run one after another, without a shell: this one itself with another command, and
 * gnuplot. None outlives who started it by a signal. Thread: one of the process, before others are made.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base_text.h"

#define BENCH_SPAWN_SELF    "/proc/self/exe"
#define BENCH_SPAWN_UNKNOWN 255 /* a status that nobody was told */

struct bench_spawn {
    char *const *argv;                       /* argv[0] is looked for in PATH when `program` is NULL */
    const char *program;                     /* a path; NULL */
    const char *out_path;                    /* where its standard output goes */
    const char *err_path;                    /* and its standard error */
    double limit_s;                          /* after so many seconds it is ended */
    void (*tick)(void *arg, double seconds); /* each second; NULL */
    void *tick_arg;
};

struct bench_spawn_end {
    double seconds;
    int status; /* of its exit; 128 and the signal that ended it; BENCH_SPAWN_UNKNOWN */
    bool is_late;
};

/* Signals that end this process (SIGINT, SIGTERM, SIGHUP) are held from now on, and are seen by
 * bench_spawn_run() and bench_spawn_signal() instead. SIGCHLD, which whoever started this process may have
 * had ignored, is so no longer. */
void bench_spawn_hold(void);

/* The signal that came since bench_spawn_hold(); 0: none. */
int bench_spawn_signal(void);

/*
 * Runs a program to its end, in a process group of its own, which is ended when a held signal comes or the
 * limit is over. 0 with *end filled; -EINTR: a held signal came, and the program was ended; or a negative
 * errno of starting it: -ENOENT it is not there.
 */
int bench_spawn_run(const struct bench_spawn *s, struct bench_spawn_end *end);

/* Adds the last line of such a file that says something, as the reason why a program failed; "nothing" when
 * there is none. Marks below a line (gnuplot's "^") say nothing. */
void bench_spawn_said(const char *path, struct base_text *out);

/* Seconds, from some moment on. */
double bench_spawn_now(void);
