/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A command's run: its cases measured round by round, what disturbed each, rows of figures and of noise, and
 * what is said of all at the end. Thread: the measuring one. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "bench_figure.h"
#include "bench_noise.h"
#include "bench_row.h"
#include "bench_stat.h"

#define BENCH_ROUNDS   3  /* unless told otherwise; two must agree */
#define BENCH_PATIENCE 3  /* times the wanted rounds, until unconfirmed figures are given up */
#define BENCH_WAIT_S   20 /* unless told otherwise */

/* What the help of each command says of rounds. */
#define BENCH_HELP_STAR                                                                 \
    "All cases are measured once a round, so that a case's rounds lie apart. A star:\n" \
    "no two undisturbed rounds confirm the figure, which is not to be quoted; the\n"    \
    "reason stands below the table.\n"
#define BENCH_HELP_ROUNDS                                                                \
    "  --rounds N     rounds (default 3); up to three times as many are made of what\n"  \
    "                 is not confirmed\n"                                                \
    "  --wait N       seconds that may be spent in all on waiting for a quiet core,\n"   \
    "                 and on those further rounds (default 20)\n"                        \
    "  --limit N      seconds in which the rounds are to be over: what is not done by\n" \
    "                 then is starred (default: no limit)\n"                             \
    "  --json         rows, one object per line, instead of a table\n"                   \
    "  --csv          the same as CSV; \"culvert-bench columns\" tells the columns\n"

/* Beside the figures of a case: what was read in each of its rounds. */
struct bench_weather {
    struct bench_figure steal, switches, frequency;
    double hz, fastest_hz; /* of the core: the last time, and the most so far */
    bool lacks_steal, lacks_switches;
};

/* Names a case in rows; row points into it, so that it stays where it is. */
struct bench_subject {
    struct bench_row row;
    char scenario[48], cipher[24], size[12];
};

struct bench_run {
    enum bench_form form;
    const char *command;
    uint32_t cpu;
    uint32_t rounds; /* wanted */
    uint32_t made;   /* rounds so far */
    double patience; /* seconds that may still be waited, or spent on further rounds */
    double waited;   /* seconds waited for quiet, and in rounds past the wanted ones */
    double limit;    /* seconds from `began` in which the rounds are to be over; 0: none */
    double case_max; /* seconds that the longest case so far took in a round */
    bool is_cut;     /* something was not measured since it would have ended past the limit */
    uint64_t began;  /* TSC */
    struct bench_noise_mark mark;
    double steal_max, switches, frequency_min, frequency_max;
    bool lacks_steal, lacks_switches;
    uint32_t figures, confirmed;
    char *notes; /* sentences about starred figures */
    size_t notes_bytes;
    FILE *notes_file;
};

/* Begins the run of a command on a CPU, and writes the head of its rows. `wait` and `limit` are in seconds,
 * limit 0: none. Ends the process if memory is out. */
void bench_run_begin(struct bench_run *r, enum bench_form form, const char *command, uint32_t cpu,
                     uint32_t rounds, uint32_t wait, uint32_t limit);

/* A command's cases: measure() makes one round of case `at` and returns 0 or -errno; is_done() tells whether
 * its figures are confirmed. */
struct bench_cases {
    void *ctx;
    uint32_t count;
    int (*measure)(void *ctx, struct bench_run *r, uint32_t at);
    bool (*is_done)(const void *ctx, uint32_t at);
};

/* All cases once a round, as many rounds as are wanted, then those that are not confirmed until they are or
 * patience or the limit is at an end. A case that fails is not measured again, the others are. Returns 0, or
 * the first error: the caller tells what there is all the same, and its exit status is 1. Ends the process if
 * memory is out. */
int bench_run_rounds(struct bench_run *r, const struct bench_cases *c);

/* Around what is measured: waits for quiet, as long as the run may, and notes the noise. */
void bench_run_start(struct bench_run *r);

/* Adds the noise since then to a case's weather, and returns what the round is worth. is_core_ours and clock:
 * what the measurement's own probes saw; 0 clocks: nothing. */
enum bench_unrest bench_run_stop(struct bench_run *r, struct bench_weather *w, bool is_core_ours,
                                 double clock);

/* The same, when the measurement is one result: its least run is the round's value in `f`. */
void bench_run_take(struct bench_run *r, struct bench_weather *w, const struct bench_result *result,
                    struct bench_figure *f);

/* bench_run_stop() for noise that another thread read on its own CPU: `n` is that from begin to end there. */
enum bench_unrest bench_run_note(struct bench_run *r, struct bench_weather *w, const struct bench_noise *n,
                                 bool is_core_ours);

/* Core clocks per second when a weather was last added to. */
double bench_run_frequency(const struct bench_weather *w);

/* Names a case: scenario and way as in bench_columns.def, AES key bits, size or BENCH_IMIX; 0: does not
 * apply. */
void bench_subject_set(struct bench_subject *s, const char *scenario, const char *way, uint32_t bits,
                       uint32_t size, uint32_t sas, uint32_t workers);

/* Judges a figure, counts it, and writes its row; a star's reason is said at the end of the run. */
void bench_run_figure(struct bench_run *r, const struct bench_subject *s, const char *metric,
                      const char *unit, const struct bench_figure *f, struct bench_verdict *out);

/* Writes a row that follows from figures which are counted already. */
void bench_run_row(struct bench_run *r, const struct bench_subject *s, const char *metric, const char *unit,
                   const struct bench_verdict *v);

/* A row of one value that is known exactly. */
void bench_run_value(struct bench_run *r, const struct bench_subject *s, const char *metric, const char *unit,
                     double value);

/* factor / v, of a figure v that is no rate. */
struct bench_verdict bench_verdict_inverse(const struct bench_verdict *v, double factor);

/* a / b of the best rounds, one value; starred when one of them is, with its reason. */
struct bench_verdict bench_verdict_ratio(const struct bench_verdict *a, const struct bench_verdict *b);

/* Rows of the noise beside a case's figures. */
void bench_run_weather(struct bench_run *r, const struct bench_subject *s, const struct bench_weather *w);

/* Frees what a run holds, without a word. */
void bench_run_drop(struct bench_run *r);

/* Rows waited_s and verdict; in the table the reasons of stars, and whether the machine was quiet
 * enough. The run is dropped. */
void bench_run_end(struct bench_run *r);
