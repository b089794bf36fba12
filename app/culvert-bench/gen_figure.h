/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Figures of trials as rows, and as a table for people; and the verdict that a run ends with. */
#include <stdbool.h>
#include <stdint.h>
#include "bench_figure.h"
#include "gen_trial.h"

#define GEN_REASON 320 /* characters of a sentence */

/* GEN_METRIC(name, unit): in the order of the rows; the last two are a flood's. */
#define GEN_METRICS_LIST                   \
    GEN_METRIC(sent_rate, "packets/s")     \
    GEN_METRIC(received_rate, "packets/s") \
    GEN_METRIC(received_mbps, "Mbit/s")    \
    GEN_METRIC(loss, "share")              \
    GEN_METRIC(latency_p50_us, "us")       \
    GEN_METRIC(latency_p90_us, "us")       \
    GEN_METRIC(latency_p99_us, "us")       \
    GEN_METRIC(latency_p99_9_us, "us")     \
    GEN_METRIC(latency_max_us, "us")       \
    GEN_METRIC(duplicates, "packets")      \
    GEN_METRIC(reordered, "packets")       \
    GEN_METRIC(longest_gap_ms, "ms")       \
    GEN_METRIC(flood_rate, "packets/s")    \
    GEN_METRIC(answer_rate, "packets/s")

enum gen_metric {
#define GEN_METRIC(name, unit) GEN_##name,
    GEN_METRICS_LIST
#undef GEN_METRIC
        GEN_METRICS,
};

/* The rounds of a load. All 0: there is none yet. */
struct gen_rounds {
    uint32_t n;
    bool has_latency, has_order; /* packets came in clear, so that these are known */
    bool is_last;                /* rows tell of the last round alone, which the one before may confirm */
    struct bench_figure figure[GEN_METRICS];
    char reason[GEN_REASON]; /* why all are starred, whatever rounds say; "" */
    char own[GEN_REASON];    /* why rounds were disturbed: by the generator, which was the limit; "" */
    char away[GEN_REASON];   /* or which was absent, of those figures that this has spoilt; "" */
    bool is_spoilt[GEN_METRICS];
};

struct gen_verdict {
    bool is_good;
    char sentence[GEN_REASON];
};

/* Adds a round, of at most BENCH_ROUNDS_MAX. */
void gen_rounds_add(struct gen_rounds *r, const struct gen_bench *b, const struct gen_outcome *o);

/* Forgets all rounds but the last one, and that, too, as far as it was disturbed. */
void gen_rounds_step(struct gen_rounds *r);

/* Writes the figures of honest packets, and counts in *b how many there are and how many are confirmed by
 * the rule of bench_figure.h. The others are starred, as is what a round says that does not agree with the
 * best ones. scenario: "sweep/50k"; size: frame bytes, or BENCH_IMIX. */
void gen_rounds_write(const struct gen_rounds *r, struct gen_bench *b, const char *scenario, uint32_t size);

/* The same with one figure alone. */
void gen_rounds_write_one(const struct gen_rounds *r, struct gen_bench *b, const char *scenario,
                          uint32_t size, enum gen_metric m);

/* A number that is known exactly, which needs no round to confirm it. */
void gen_figure_write(const struct gen_bench *b, const char *scenario, uint32_t size, const char *metric,
                      const char *unit, double value);

/* A figure that there is none of, and why; it counts as one that is not confirmed. */
void gen_figure_none(struct gen_bench *b, const char *scenario, uint32_t size, const char *metric,
                     const char *unit, const char *reason);

/* The first verdict that is given stands. Returns v->is_good. */
bool gen_verdict_set(struct gen_verdict *v, bool is_good, const char *sentence, ...)
    __attribute__((format(printf, 3, 4)));

/* The row of the verdict, and its sentence for people, with how many figures are confirmed. */
void gen_verdict_write(const struct gen_verdict *v, const struct gen_bench *b);
