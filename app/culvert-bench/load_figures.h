/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Outcomes of rounds as figures: what was measured, and whether it may be quoted. */
#include <stdbool.h>
#include <stdint.h>
#include "bench_row.h"
#include "load_args.h"
#include "load_calls.h"

/* In the order in which they are told. */
enum load_metric {
    LOAD_PER_S,   /* handshakes that were done, by time; begun to end */
    LOAD_CPU_US,  /* of the responder, by handshake */
    LOAD_BUSY_US, /* median of a handshake among others */
    LOAD_P50_US,  /* of a lone handshake */
    LOAD_P99_US,  /* likewise */
    LOAD_FAILED,  /* calls of a round that did not end as they should, lone ones too */
    LOAD_METRICS
};

struct load_figure {
    double value[LOAD_ROUNDS_MAX];
    uint32_t rounds;
    bool is_starred;
    char reason[LOAD_WORDS_MAX]; /* why it is starred, or why there is none; may be empty */
};

struct load_figures {
    struct load_figure of[LOAD_METRICS];
    uint32_t begun, wrong, lost; /* lost: without an end */
    struct load_tally reasons;
    double own_share, responder_share; /* of one CPU, under load, the greatest of the rounds in which no call
                                          was lost; 0: there was none */
};

/* Adds a round, of at most LOAD_ROUNDS_MAX: what its calls under load and its lone ones came to. NULL: it had
 * none of these. */
void load_figures_add(struct load_figures *f, const struct load_args *a, const struct load_outcome *load,
                      const struct load_outcome *lone);

/* To be called behind the last round: tells of each figure that is not there why, and stars those whose two
 * best rounds do not agree by the rule of bench_figure.h, or that have one round alone. */
void load_figures_end(struct load_figures *f, const struct load_args *a);

/* Whether the run is good: at most 2 % of the calls were lost, and none ended otherwise than it should. */
bool load_figures_is_good(const struct load_figures *f);

/* What is wrong, or that nothing is, as a sentence. Returns out. */
const char *load_figures_verdict(const struct load_figures *f, const struct load_args *a,
                                 char out[LOAD_WORDS_MAX]);

/* Fills metric, unit and the numbers of a row. */
void load_figures_row(const struct load_figures *f, enum load_metric metric, struct bench_row *r);
