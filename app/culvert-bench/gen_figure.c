/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a trial counted becomes figures here, and nowhere else.
 */
#include "gen_figure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_sort.h"

static const struct metric_row {
    const char *name, *unit;
} metrics[GEN_METRICS] = {
#define GEN_METRIC(name, unit) {#name, unit},
    GEN_METRICS_LIST
#undef GEN_METRIC
};

static bool metric_is_latency(uint32_t m)
{
    return m >= GEN_latency_p50_us && m <= GEN_latency_max_us;
}

static bool metric_is_order(uint32_t m)
{
    return m == GEN_duplicates || m == GEN_reordered;
}

/* Whether the longest absence may be most of this time. */
static bool away_makes(const struct gen_outcome *o, double seconds)
{
    return o->away_most_s > 0 && o->away_most_s >= seconds / 2;
}

const char *gen_figure_spoilt(const struct gen_bench *b, const struct gen_outcome *o, enum gen_metric m,
                              char *buf)
{
    bool is_spoilt = metric_is_latency(m) && gen_trial_is_away(o);
    if (m == GEN_latency_max_us)
        is_spoilt |= away_makes(o, (double)o->latency.max / b->hz);
    else if (m == GEN_longest_gap_ms)
        is_spoilt = away_makes(o, o->gap_s);
    else if (m == GEN_loss || m == GEN_received_rate || m == GEN_received_mbps)
        is_spoilt = gen_trial_is_away(o) && gen_trial_loss(o) > 0;
    if (!is_spoilt)
        return NULL;
    snprintf(buf, GEN_REASON,
             "the generator was kept from its work for %.2g %% of the time, up to %.0f us at a time: "
             "something else used its core",
             100 * o->away_s / o->seconds, o->away_most_s * 1e6);
    return buf;
}

/* Marks the figures of a trial that the generator's absence has spoilt. */
static void rounds_spoil(struct gen_rounds *r, const struct gen_bench *b, const struct gen_outcome *o)
{
    char away[GEN_REASON];
    for (uint32_t m = 0; m < GEN_METRICS; m++) {
        if (!gen_figure_spoilt(b, o, (enum gen_metric)m, away))
            continue;
        r->is_spoilt[m] = true;
        if (!*r->away)
            memcpy(r->away, away, sizeof(away));
    }
}

void gen_rounds_add(struct gen_rounds *r, const struct gen_bench *b, const struct gen_outcome *o)
{
    static const double shares[] = {0.5, 0.9, 0.99, 0.999, 1};
    const uint32_t i = r->n;
    if (i == GEN_ROUNDS_MAX)
        return;
    r->n++;
    r->value[GEN_sent_rate][i] = (double)o->sent / o->seconds;
    r->value[GEN_received_rate][i] = (double)o->received / o->seconds;
    r->value[GEN_received_mbps][i] = (double)o->received_bits / o->seconds / 1e6;
    r->value[GEN_loss][i] = gen_trial_loss(o);
    for (uint32_t k = 0; k < 5; k++)
        r->value[GEN_latency_p50_us + k][i] = (double)gen_hist_share(&o->latency, shares[k]) / b->hz * 1e6;
    r->value[GEN_duplicates][i] = (double)o->duplicates;
    r->value[GEN_reordered][i] = (double)o->reordered;
    r->value[GEN_longest_gap_ms][i] = o->gap_s * 1e3;
    r->has_latency |= o->latency.count > 0;
    r->has_order |= b->args->way != GEN_OUT;
    if (!*r->reason)
        gen_trial_reason(o, r->reason, sizeof(r->reason));
    rounds_spoil(r, b, o);
}

/* A row with what is the same in all rows of a run. `size` in `name` (12 bytes). */
static struct bench_row row_of(const struct gen_args *a, const char *scenario, uint32_t size, char *name)
{
    static const char *const ways[] = {[GEN_BOTH] = "both", [GEN_IN] = "in", [GEN_OUT] = "out"};
    if (size == BENCH_IMIX)
        snprintf(name, 12, "imix");
    else
        bench_mix_name(size, name);
    return (struct bench_row){.scenario = scenario,
                              .way = ways[a->way],
                              .cipher = a->cipher,
                              .size = name,
                              .sas = a->sas,
                              .workers = a->workers};
}

/* A sentence below a line, wrapped at 80 columns. */
static void sentence_print(const char *text)
{
    int at = printf("   ");
    while (*text) {
        int word = (int)strcspn(text, " ");
        if (at + 1 + word > 79)
            at = printf("\n   ") - 1;
        at += printf(" %.*s", word, text);
        text += word + (text[word] == ' ');
    }
    putchar('\n');
}

/* A line of the table. */
static void rounds_print(const struct gen_rounds *r, const char *scenario, const struct bench_row *row)
{
    static bool has_head;
    double mid[GEN_METRICS];
    char latency[64] = "       -         -         -";
    for (uint32_t m = 0; m < GEN_METRICS; m++) {
        double sorted[GEN_ROUNDS_MAX];
        memcpy(sorted, r->value[m], r->n * sizeof(double));
        bench_sort(sorted, r->n);
        mid[m] = sorted[(r->n - 1) / 2];
    }
    if (!has_head)
        puts("scenario         size     sent/s received/s     loss   p50 us    p99 us    max us");
    has_head = true;
    if (r->has_latency)
        snprintf(latency, sizeof(latency), "%8.1f %9.1f %9.1f", mid[GEN_latency_p50_us],
                 mid[GEN_latency_p99_us], mid[GEN_latency_max_us]);
    printf("%-15s %5s %10.0f %10.0f %8.6f %s%s\n", scenario, row->size, mid[GEN_sent_rate],
           mid[GEN_received_rate], mid[GEN_loss], latency, *r->reason || *r->away ? " *" : "");
    if (mid[GEN_duplicates] + mid[GEN_reordered] > 0)
        printf("    %.0f duplicates, %.0f reordered\n", mid[GEN_duplicates], mid[GEN_reordered]);
    if (*r->reason)
        sentence_print(r->reason);
    if (*r->away)
        sentence_print(r->away);
    fflush(stdout);
}

void gen_rounds_write(const struct gen_rounds *r, const struct gen_bench *b, const char *scenario,
                      uint32_t size)
{
    char name[12];
    struct bench_row row = row_of(b->args, scenario, size, name);
    if (b->args->form == BENCH_FORM_TABLE) {
        rounds_print(r, scenario, &row);
        return;
    }
    for (uint32_t m = 0; m < GEN_METRICS; m++) {
        double sorted[GEN_ROUNDS_MAX];
        if ((metric_is_latency(m) && !r->has_latency) || (metric_is_order(m) && !r->has_order))
            continue;
        const char *reason = *r->reason ? r->reason : r->is_spoilt[m] ? r->away : "";
        memcpy(sorted, r->value[m], r->n * sizeof(double));
        bench_sort(sorted, r->n);
        row.metric = metrics[m].name;
        row.unit = metrics[m].unit;
        row.min = sorted[0];
        row.median = sorted[(r->n - 1) / 2];
        row.max = sorted[r->n - 1];
        row.rounds = r->n;
        row.reason = *reason ? reason : NULL;
        row.is_starred = *reason;
        bench_row_write(stdout, b->args->form, &row);
    }
}

void gen_figure_write(const struct gen_bench *b, const char *scenario, uint32_t size, const char *metric,
                      const char *unit, double value, const char *reason)
{
    char name[12];
    struct bench_row row = row_of(b->args, scenario, size, name);
    row.metric = metric;
    row.unit = unit;
    row.min = row.median = row.max = value;
    row.rounds = 1;
    row.is_starred = reason;
    row.reason = reason;
    bench_row_write(stdout, b->args->form, &row);
    if (b->args->form == BENCH_FORM_TABLE)
        printf("%-15s %5s  %s: %.10g %s%s%s\n", scenario, name, metric, value, unit, reason ? " * " : "",
               reason ? reason : "");
}

void gen_figure_none(const struct gen_bench *b, const char *scenario, uint32_t size, const char *metric,
                     const char *unit, const char *reason)
{
    char name[12];
    struct bench_row row = row_of(b->args, scenario, size, name);
    row.metric = metric;
    row.unit = unit;
    row.is_starred = true;
    row.reason = reason;
    bench_row_write(stdout, b->args->form, &row);
    if (b->args->form == BENCH_FORM_TABLE)
        printf("%-15s %5s  %s: none: %s\n", scenario, name, metric, reason);
}

bool gen_verdict_set(struct gen_verdict *v, bool is_good, const char *sentence, ...)
{
    va_list args;
    if (*v->sentence)
        return v->is_good;
    v->is_good = is_good;
    va_start(args, sentence);
    vsnprintf(v->sentence, sizeof(v->sentence), sentence, args);
    va_end(args);
    return is_good;
}

void gen_verdict_write(const struct gen_verdict *v, const struct gen_args *a)
{
    char name[12];
    struct bench_row row = row_of(a, a->scenario, a->sizes[0], name);
    row.size = NULL;
    row.metric = "verdict";
    row.unit = "bool";
    row.min = row.median = row.max = v->is_good;
    row.rounds = 1;
    row.reason = v->sentence;
    bench_row_write(stdout, a->form, &row);
    fflush(stdout);
    FILE *f = a->form == BENCH_FORM_TABLE ? stdout : stderr;
    fprintf(f, "%s: %s: %s\n", v->is_good ? "passed" : "FAILED", a->scenario, v->sentence);
}
