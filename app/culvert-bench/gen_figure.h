/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Figures of trials as rows, and as a table for people; and the verdict that a run ends with. */
#include <stdbool.h>
#include <stdint.h>
#include "gen_trial.h"

#define GEN_REASON 320 /* characters of a sentence */

/* GEN_METRIC(name, unit): in the order of the rows. */
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
    GEN_METRIC(longest_gap_ms, "ms")

enum gen_metric {
#define GEN_METRIC(name, unit) GEN_##name,
    GEN_METRICS_LIST
#undef GEN_METRIC
        GEN_METRICS,
};

/* One figure's rounds. */
struct gen_rounds {
    uint32_t n;
    bool has_latency, has_order; /* packets came in clear, so that these are known */
    double value[GEN_METRICS][GEN_ROUNDS_MAX];
    char reason[GEN_REASON]; /* why all are starred; "" */
    char away[GEN_REASON];   /* why some are: those that the generator's own absence has spoilt */
    bool is_spoilt[GEN_METRICS];
};

struct gen_verdict {
    bool is_good;
    char sentence[GEN_REASON];
};

void gen_rounds_add(struct gen_rounds *r, const struct gen_bench *b, const struct gen_outcome *o);

/* Writes the figures of all rounds; scenario: "sweep/50k"; size: frame bytes, or BENCH_IMIX. */
void gen_rounds_write(const struct gen_rounds *r, const struct gen_bench *b, const char *scenario,
                      uint32_t size);

/* Why this figure of a trial is the generator's absence and not the gateway's, in buf (GEN_REASON bytes), or
 * NULL. */
const char *gen_figure_spoilt(const struct gen_bench *b, const struct gen_outcome *o, enum gen_metric m,
                              char *buf);

/* One further figure of one round. reason: why it is starred, or NULL. */
void gen_figure_write(const struct gen_bench *b, const char *scenario, uint32_t size, const char *metric,
                      const char *unit, double value, const char *reason);

/* A figure that there is none of, and why. */
void gen_figure_none(const struct gen_bench *b, const char *scenario, uint32_t size, const char *metric,
                     const char *unit, const char *reason);

/* The first verdict that is given stands. Returns v->is_good. */
bool gen_verdict_set(struct gen_verdict *v, bool is_good, const char *sentence, ...)
    __attribute__((format(printf, 3, 4)));

/* The row of the verdict, and its sentence for people. */
void gen_verdict_write(const struct gen_verdict *v, const struct gen_args *a);
