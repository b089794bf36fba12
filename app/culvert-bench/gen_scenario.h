/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What `culvert-bench traffic` can do with its ports. A scenario makes trials, writes their figures, and ends
 * with a verdict. Where pktgen-scripts has the same one, it has the same name. Thread: the main one. */
#include "gen_figure.h"

#define GEN_WAY(way) (1u << (way))
#define GEN_ANY_WAY  (GEN_WAY(GEN_BOTH) | GEN_WAY(GEN_IN) | GEN_WAY(GEN_OUT))

struct gen_scenario {
    const char *name;
    unsigned ways;    /* that it can be done by */
    bool needs_first; /* a first hundred must arrive before it begins */
    bool (*run)(struct gen_bench *b, struct gen_verdict *v);
};

bool gen_scenario_flow(struct gen_bench *b, struct gen_verdict *v);
bool gen_scenario_soak(struct gen_bench *b, struct gen_verdict *v);
bool gen_scenario_sweep(struct gen_bench *b, struct gen_verdict *v);
bool gen_scenario_imix(struct gen_bench *b, struct gen_verdict *v);
bool gen_scenario_sas(struct gen_bench *b, struct gen_verdict *v);
bool gen_scenario_latency(struct gen_bench *b, struct gen_verdict *v);
bool gen_scenario_rekey(struct gen_bench *b, struct gen_verdict *v);
bool gen_scenario_ndr(struct gen_bench *b, struct gen_verdict *v);
bool gen_scenario_replay(struct gen_bench *b, struct gen_verdict *v);
bool gen_scenario_icv(struct gen_bench *b, struct gen_verdict *v);
bool gen_scenario_spi(struct gen_bench *b, struct gen_verdict *v);
bool gen_scenario_reorder(struct gen_bench *b, struct gen_verdict *v);
bool gen_scenario_flood(struct gen_bench *b, struct gen_verdict *v);
