/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What scenarios have in common: a load by the options, and rounds of it that become figures. Thread: the
 * main one. */
#include "gen_figure.h"

/* gen_trial_load() by the options: the first --rate, for --seconds. */
struct gen_load gen_load_asked(const struct gen_bench *b, uint32_t size);

/* Packets per second of a rate that frames of this size have. */
double gen_load_pps(const struct gen_rate *r, uint32_t size);

/* One trial that must arrive, added to the rounds (NULL: to none). False, with a verdict, when it did not. */
bool gen_load_trial(struct gen_bench *b, const struct gen_load *load, struct gen_outcome *o,
                    struct gen_rounds *rounds, struct gen_verdict *v);

/* Waits before a round, but the first one (0), until the one before began a second ago: what disturbs one is
 * then not what disturbs the next. */
void gen_load_apart(struct gen_bench *b, uint32_t round);

/* As many trials of a load as are asked for, and their figures. tolerance: the share of loss that is good.
 * *worst: the greatest loss, with what the caller had before. */
bool gen_load_rounds(struct gen_bench *b, const struct gen_load *load, const char *scenario, double tolerance,
                     double *worst, struct gen_verdict *v);

/* The first tolerance that was said, or this one. */
double gen_load_tolerance(const struct gen_args *a, double otherwise);
