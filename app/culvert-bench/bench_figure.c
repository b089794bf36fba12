/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The judgement of rounds. Disturbance makes figures worse and never better, so the two best undisturbed
 * rounds are what must agree: a lone good one may be luck, and two bad ones that agree may share their cause.
 */
#include "bench_figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bench_figure_add(struct bench_figure *f, double value, enum bench_unrest unrest, double frequency)
{
    if (f->count == BENCH_ROUNDS_MAX)
        return;
    f->round[f->count++] = (struct bench_round){.value = value, .frequency = frequency, .unrest = unrest};
}

static int round_compare(const void *a, const void *b)
{
    const struct bench_round *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

/* The undisturbed rounds in ascending order; all when none was. Returns how many; *calm is how many of them
 * were undisturbed. */
static uint32_t rounds_pick(const struct bench_figure *f, struct bench_round *picked, uint32_t *calm)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < f->count; i++)
        if (f->round[i].unrest == BENCH_CALM)
            picked[n++] = f->round[i];
    *calm = n;
    for (uint32_t i = 0; !*calm && i < f->count; i++)
        picked[n++] = f->round[i];
    qsort(picked, n, sizeof(*picked), round_compare);
    return n;
}

static bool values_agree(const struct bench_figure *f, double a, double b)
{
    double apart = fabs(a - b), least = fabs(a) < fabs(b) ? fabs(a) : fabs(b);
    return apart <= f->slack || apart <= BENCH_FIGURE_AGREE * least;
}

static enum bench_unrest unrest_most(const struct bench_figure *f)
{
    uint32_t seen[BENCH_UNRESTS] = {0};
    enum bench_unrest most = BENCH_CORE_SHARED;
    for (uint32_t i = 0; i < f->count; i++)
        seen[f->round[i].unrest]++;
    for (int u = most; u < BENCH_UNRESTS; u++)
        if (seen[u] > seen[most])
            most = (enum bench_unrest)u;
    return most;
}

/* Why two undisturbed rounds differ. When their values in core clocks agree, it is the frequency. */
static void disagreement_tell(const struct bench_figure *f, const struct bench_round *a,
                              const struct bench_round *b, char *reason)
{
    int n =
        snprintf(reason, BENCH_REASON_BYTES, "two rounds do not agree: %.5g and %.5g", a->value, b->value);
    if (a->frequency <= 0 || b->frequency <= 0)
        return;
    const struct bench_round *fast = a->frequency > b->frequency ? a : b, *slow = fast == a ? b : a;
    double drift = fast->frequency / slow->frequency;
    double explained = f->is_rate ? fast->value / drift : fast->value * drift;
    bool is_frequency = fabs(explained - slow->value) < fabs(a->value - b->value) / 2;
    if (is_frequency)
        snprintf(reason + n, BENCH_REASON_BYTES - (size_t)n,
                 ", since the core ran at %.2f GHz and then at %.2f GHz", a->frequency / 1e9,
                 b->frequency / 1e9);
}

/* Fills the reason, which stays empty when the figure is confirmed. */
static void confirmation_judge(const struct bench_figure *f, const struct bench_round *picked, uint32_t n,
                               uint32_t calm, char *reason)
{
    const struct bench_round *best = &picked[f->is_rate ? n - 1 : 0];
    const struct bench_round *next = f->is_rate ? best - 1 : best + 1;
    if (!n)
        snprintf(reason, BENCH_REASON_BYTES, "no round gave a figure");
    else if (!calm)
        snprintf(reason, BENCH_REASON_BYTES, "every round was disturbed: %s",
                 bench_unrest_words(unrest_most(f)));
    else if (f->count == 1)
        snprintf(reason, BENCH_REASON_BYTES, "only one round was measured, and none confirms it");
    else if (calm == 1)
        snprintf(reason, BENCH_REASON_BYTES, "only one round of %u was undisturbed: %s", f->count,
                 bench_unrest_words(unrest_most(f)));
    else if (!values_agree(f, best->value, next->value))
        disagreement_tell(f, best, next, reason);
}

/* Of ascending rounds those that agree with the best one; *first is where they begin. Returns how many. */
static uint32_t rounds_agreeing(const struct bench_figure *f, const struct bench_round *picked, uint32_t n,
                                uint32_t *first)
{
    uint32_t from = 0, to = n;
    while (f->is_rate && !values_agree(f, picked[from].value, picked[n - 1].value))
        from++;
    while (!f->is_rate && !values_agree(f, picked[to - 1].value, picked[0].value))
        to--;
    *first = from;
    return to - from;
}

void bench_figure_judge(const struct bench_figure *f, struct bench_verdict *out)
{
    struct bench_round all[BENCH_ROUNDS_MAX];
    uint32_t calm, first = 0, n = rounds_pick(f, all, &calm);
    memset(out, 0, sizeof(*out));
    confirmation_judge(f, all, n, calm, out->reason);
    out->is_starred = *out->reason;
    if (n && !out->is_starred)
        n = rounds_agreeing(f, all, n, &first);
    const struct bench_round *picked = all + first;
    out->rounds = n;
    if (!n)
        return;
    out->min = picked[0].value;
    out->max = picked[n - 1].value;
    out->median = (picked[n / 2].value + picked[(n - 1) / 2].value) / 2;
    out->best = f->is_rate ? out->max : out->min;
}

bool bench_figure_best(const struct bench_figure *f, struct bench_round *out)
{
    struct bench_round all[BENCH_ROUNDS_MAX];
    uint32_t calm, n = rounds_pick(f, all, &calm);
    if (n)
        *out = all[f->is_rate ? n - 1 : 0];
    return n;
}

bool bench_figure_is_confirmed(const struct bench_figure *f)
{
    struct bench_verdict v;
    bench_figure_judge(f, &v);
    return !v.is_starred;
}
