/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a trial counted becomes figures here, and nowhere else. Which are confirmed is bench_figure's rule:
 * the two best of the rounds that the generator did not disturb must agree. Times of a histogram need no
 * other one, since its cells are narrower than what may lie between two rounds that agree.
 */
#include "gen_figure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bench_sort.h"
#include "bench_wrap.h"

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

static bool metric_is_rate(uint32_t m)
{
    return m <= GEN_received_mbps || m == GEN_flood_rate || m == GEN_answer_rate;
}

/* Whether the longest absence may be most of this time. */
static bool away_makes(const struct gen_outcome *o, double seconds)
{
    return o->away_most_s > 0 && o->away_most_s >= seconds / 2;
}

/* Whether a figure of a trial is the generator's absence and not the gateway's. */
static bool away_spoils(const struct gen_bench *b, const struct gen_outcome *o, uint32_t m)
{
    const bool is_away = gen_trial_is_away(o);
    if (m == GEN_latency_max_us)
        return is_away || away_makes(o, (double)o->latency.max / b->hz);
    if (m == GEN_longest_gap_ms)
        return away_makes(o, o->gap_s);
    if (m == GEN_loss || m == GEN_received_rate || m == GEN_received_mbps)
        return is_away && gen_trial_loss(o) > 0;
    return is_away && metric_is_latency(m);
}

static void metrics_measure(const struct gen_bench *b, const struct gen_outcome *o, double *value)
{
    static const double shares[] = {0.5, 0.9, 0.99, 0.999, 1};
    value[GEN_sent_rate] = (double)o->sent / o->seconds;
    value[GEN_received_rate] = (double)o->received / o->seconds;
    value[GEN_received_mbps] = (double)o->received_bits / o->seconds / 1e6;
    value[GEN_loss] = gen_trial_loss(o);
    for (uint32_t k = 0; k < 5; k++)
        value[GEN_latency_p50_us + k] = (double)gen_hist_share(&o->latency, shares[k]) / b->hz * 1e6;
    value[GEN_duplicates] = (double)o->duplicates;
    value[GEN_reordered] = (double)o->reordered;
    value[GEN_longest_gap_ms] = o->gap_s * 1e3;
    value[GEN_flood_rate] = (double)o->flood_sent / o->seconds;
    value[GEN_answer_rate] = (double)o->flood_answers / o->seconds;
}

void gen_rounds_add(struct gen_rounds *r, const struct gen_bench *b, const struct gen_outcome *o)
{
    double value[GEN_METRICS];
    char own[GEN_REASON] = "";
    if (r->n == BENCH_ROUNDS_MAX)
        return;
    r->n++;
    r->has_latency |= o->latency.count > 0;
    r->has_order |= b->args->way != GEN_OUT;
    if (gen_trial_reason(o, own, sizeof(own)) && !*r->own)
        memcpy(r->own, own, sizeof(own));
    metrics_measure(b, o, value);
    for (uint32_t m = 0; m < GEN_METRICS; m++) {
        const bool is_spoilt = away_spoils(b, o, m), is_calm = !is_spoilt && !*own;
        bench_figure_add(&r->figure[m], value[m], is_calm ? BENCH_CALM : BENCH_CPU_SHARED, 0);
        r->figure[m].is_rate = metric_is_rate(m);
        r->is_spoilt[m] |= is_spoilt;
        if (is_spoilt && !*r->away)
            snprintf(r->away, sizeof(r->away),
                     "the generator was kept from its work for %.2g %% of the time, up to %.0f us at a time: "
                     "something else used its core",
                     100 * o->away_s / o->seconds, o->away_most_s * 1e6);
    }
}

void gen_rounds_step(struct gen_rounds *r)
{
    struct gen_rounds last = {.is_last = r->is_last};
    for (uint32_t m = 0; m < GEN_METRICS; m++) {
        const struct bench_figure *f = &r->figure[m];
        if (f->count && f->round[f->count - 1].unrest == BENCH_CALM)
            bench_figure_add(&last.figure[m], f->round[f->count - 1].value, BENCH_CALM, 0);
    }
    *r = last;
}

/* What rounds make of a figure. */
struct judged {
    double min, median, max;
    uint32_t rounds;
    char reason[GEN_REASON]; /* why it is starred; "" */
};

/* The three figures of all rounds, or of the last one. */
static void judged_fill(struct judged *j, const struct bench_figure *f, bool is_last)
{
    double sorted[BENCH_ROUNDS_MAX];
    const uint32_t from = is_last ? f->count - 1 : 0, n = f->count - from;
    for (uint32_t i = 0; i < n; i++)
        sorted[i] = f->round[from + i].value;
    bench_sort(sorted, n);
    *j = (struct judged){.min = sorted[0], .median = sorted[(n - 1) / 2], .max = sorted[n - 1], .rounds = n};
}

static void metric_judge(const struct gen_rounds *r, uint32_t m, struct judged *j)
{
    const struct bench_figure *f = &r->figure[m];
    struct bench_verdict v;
    uint32_t calm = 0;
    for (uint32_t i = 0; i < f->count; i++)
        calm += f->round[i].unrest == BENCH_CALM;
    judged_fill(j, f, r->is_last);
    bench_figure_judge(f, &v);
    if (*r->reason)
        snprintf(j->reason, sizeof(j->reason), "%s", r->reason);
    else if (calm < 2 && calm < f->count)
        snprintf(j->reason, sizeof(j->reason), "%s", r->is_spoilt[m] ? r->away : r->own);
    else if (v.is_starred)
        snprintf(j->reason, sizeof(j->reason), "%s", v.reason);
    else if (j->median < v.min || j->median > v.max)
        snprintf(j->reason, sizeof(j->reason),
                 "the middle one of %u rounds, %.5g, does not agree with the best one, %.5g", f->count,
                 j->median, v.best);
}

/* A row with what is the same in all rows of a run. `size` in `name` (12 bytes). */
static struct bench_row row_of(const struct gen_args *a, const char *scenario, uint32_t size, char *name)
{
    static const char *const ways[] = {[GEN_BOTH] = "both", [GEN_IN] = "in", [GEN_OUT] = "out"};
    return (struct bench_row){.scenario = scenario,
                              .way = ways[a->way],
                              .cipher = a->cipher,
                              .size = bench_mix_cell(size, name),
                              .sas = a->sas,
                              .workers = a->workers};
}

/* Of the figures of a line those that are starred for the same reason as figure m, one bit each. */
static uint32_t stars_alike(const struct judged *j, uint32_t told, uint32_t m)
{
    uint32_t alike = 0;
    for (uint32_t k = 0; k < GEN_METRICS; k++)
        alike |= (uint32_t)(told >> k & 1 && !strcmp(j[k].reason, j[m].reason)) << k;
    return alike;
}

/* The reasons of a line's stars, each with the figures that have it, unless all have. What was said last, of
 * the line before, is not said again. told: the figures of the line, one bit each. */
static void stars_print(const struct judged *j, uint32_t told)
{
    static char said[GEN_REASON];
    for (uint32_t m = 0, done = 0; m < GEN_METRICS; m++) {
        const uint32_t alike = stars_alike(j, told, m);
        char text[2 * GEN_REASON] = "*";
        size_t at = 1;
        if (!(told & ~done & 1u << m) || !*j[m].reason)
            continue;
        done |= alike;
        if (!strcmp(said, j[m].reason))
            continue;
        for (uint32_t k = 0; k < GEN_METRICS && alike != told; k++)
            if (alike >> k & 1)
                at += (size_t)snprintf(text + at, sizeof(text) - at, "%s %s", at > 1 ? "," : "",
                                       metrics[k].name);
        snprintf(text + at, sizeof(text) - at, "%s %s", at > 1 ? ":" : "", j[m].reason);
        snprintf(said, sizeof(said), "%s", j[m].reason);
        bench_wrap(stdout, 4, 4, text);
    }
}

/* A line of the table. */
static void line_print(const struct judged *j, uint32_t told, const struct bench_row *row)
{
    static const struct {
        enum gen_metric metric;
        int width, digits;
    } columns[] = {{GEN_sent_rate, 10, 0},     {GEN_received_rate, 10, 0}, {GEN_loss, 8, 6},
                   {GEN_latency_p50_us, 8, 1}, {GEN_latency_p99_us, 9, 1}, {GEN_latency_max_us, 9, 1}};
    static bool has_head;
    if (!has_head)
        puts("scenario         size     sent/s received/s     loss   p50 us    p99 us    max us");
    has_head = true;
    printf("%-15s %5s ", row->scenario, row->size);
    for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
        const struct judged *of = &j[columns[i].metric];
        if (told >> columns[i].metric & 1)
            printf("%*.*f%c", columns[i].width, columns[i].digits, of->median, *of->reason ? '*' : ' ');
        else
            printf("%*s ", columns[i].width, "-");
    }
    putchar('\n');
    if (j[GEN_duplicates].median + j[GEN_reordered].median > 0)
        printf("    %.0f duplicates, %.0f reordered\n", j[GEN_duplicates].median, j[GEN_reordered].median);
    stars_print(j, told);
    fflush(stdout);
}

static void judged_row(const struct judged *j, uint32_t m, struct gen_bench *b, struct bench_row *row)
{
    b->figures++;
    b->confirmed += !*j->reason;
    row->metric = metrics[m].name;
    row->unit = metrics[m].unit;
    row->min = j->min;
    row->median = j->median;
    row->max = j->max;
    row->rounds = j->rounds;
    row->is_starred = *j->reason;
    row->reason = j->reason;
    bench_row_write(stdout, b->args->form, row);
}

/* A figure that stands alone in the table. */
static void alone_print(const struct bench_row *row)
{
    printf("%-15s %5s  %s: %.10g %s%s\n", row->scenario, row->size, row->metric, row->median, row->unit,
           row->is_starred ? " *" : "");
}

void gen_rounds_write(const struct gen_rounds *r, struct gen_bench *b, const char *scenario, uint32_t size)
{
    char name[12];
    struct bench_row row = row_of(b->args, scenario, size, name);
    struct judged judged[GEN_METRICS] = {0};
    uint32_t told = 0;
    for (uint32_t m = 0; m <= GEN_longest_gap_ms; m++) {
        if ((metric_is_latency(m) && !r->has_latency) || (metric_is_order(m) && !r->has_order))
            continue;
        told |= 1u << m;
        metric_judge(r, m, &judged[m]);
        judged_row(&judged[m], m, b, &row);
    }
    if (b->args->form == BENCH_FORM_TABLE)
        line_print(judged, told, &row);
}

void gen_rounds_write_one(const struct gen_rounds *r, struct gen_bench *b, const char *scenario,
                          uint32_t size, enum gen_metric m)
{
    char name[12];
    struct bench_row row = row_of(b->args, scenario, size, name);
    struct judged judged[GEN_METRICS] = {0};
    metric_judge(r, m, &judged[m]);
    judged_row(&judged[m], m, b, &row);
    if (b->args->form != BENCH_FORM_TABLE)
        return;
    alone_print(&row);
    stars_print(judged, 1u << m);
}

void gen_figure_write(const struct gen_bench *b, const char *scenario, uint32_t size, const char *metric,
                      const char *unit, double value)
{
    char name[12];
    struct bench_row row = row_of(b->args, scenario, size, name);
    row.metric = metric;
    row.unit = unit;
    row.min = row.median = row.max = value;
    row.rounds = 1;
    bench_row_write(stdout, b->args->form, &row);
    if (b->args->form == BENCH_FORM_TABLE)
        alone_print(&row);
}

void gen_figure_none(struct gen_bench *b, const char *scenario, uint32_t size, const char *metric,
                     const char *unit, const char *reason)
{
    char name[12];
    struct bench_row row = row_of(b->args, scenario, size, name);
    b->figures++;
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

void gen_verdict_write(const struct gen_verdict *v, const struct gen_bench *b)
{
    const struct gen_args *a = b->args;
    char name[12], sentence[GEN_REASON + 64];
    struct bench_row row = row_of(a, a->scenario, a->sizes[0], name);
    int at = snprintf(sentence, sizeof(sentence), "%s", v->sentence);
    if (b->figures)
        snprintf(sentence + at, sizeof(sentence) - (size_t)at, "; %u of %u figures are confirmed",
                 b->confirmed, b->figures);
    row.size = NULL;
    row.metric = "verdict";
    row.unit = "bool";
    row.min = row.median = row.max = v->is_good;
    row.rounds = 1;
    row.reason = sentence;
    bench_row_write(stdout, a->form, &row);
    fflush(stdout);
    FILE *f = a->form == BENCH_FORM_TABLE ? stdout : stderr;
    fprintf(f, "%s: %s: %s\n", v->is_good ? "passed" : "FAILED", a->scenario, sentence);
}
