/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From outcomes to figures. The sender must not be what is measured: when its own core had no time left, the
 * rate is its own, and is starred.
 */
#include "load_figures.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base_text.h"
#include "bench_figure.h"
#include "bench_sort.h"

#define OWN_MOST   0.9 /* share of its core that the caller may be busy, or wait for it */
#define LOST_MOST  50  /* one call of so many may be lost with a packet */
#define NS_PER_US  1e3
#define NS_PER_SEC 1e9

static const struct {
    const char *name, *unit;
} metrics[LOAD_METRICS] = {
    [LOAD_PER_S] = {"handshakes_per_s", "1/s"},     [LOAD_CPU_US] = {"cpu_us_per_handshake", "us"},
    [LOAD_P50_US] = {"latency_p50_us", "us"},       [LOAD_P99_US] = {"latency_p99_us", "us"},
    [LOAD_BUSY_US] = {"busy_latency_p50_us", "us"}, [LOAD_FAILED] = {"failed", "calls"},
};

/* Once a round, of which --rounds takes no more than there is room for. */
static void figure_add(struct load_figure *f, double value)
{
    if (f->rounds < LOAD_ROUNDS_MAX)
        f->value[f->rounds++] = value;
}

static void figure_star(struct load_figure *f, const char *reason)
{
    f->is_starred = true;
    snprintf(f->reason, sizeof(f->reason), "%s", reason);
}

static double share_of(uint64_t ns, uint64_t wall_ns)
{
    return wall_ns ? (double)ns / (double)wall_ns : 0;
}

/* Both sides of the load: who was busy, and who had to wait for a CPU. Not known when calls were lost: the
 * CPU times then go on behind the last end, until those calls are given up. */
static void load_judge(struct load_figures *f, const struct load_outcome *o)
{
    if (o->over != o->begun)
        return;
    const double ran = share_of(o->own.ran_ns, o->wall_ns), waited = share_of(o->own.wait_ns, o->wall_ns);
    const double theirs = share_of(o->responder.ran_ns, o->wall_ns);
    char words[LOAD_WORDS_MAX];
    f->own_share = ran > f->own_share ? ran : f->own_share;
    f->responder_share = theirs > f->responder_share ? theirs : f->responder_share;
    if (ran + waited < OWN_MOST)
        return;
    const bool is_limit = ran >= OWN_MOST;
    snprintf(words, sizeof(words),
             is_limit
                 ? "the caller's own core was the limit (busy for %.0f %% of the time, waiting for %.0f %%): "
                 : "the caller was busy for %.0f %% of the time and waited for a core for %.0f %%: ",
             100 * ran, 100 * waited);
    const size_t n = strlen(words);
    snprintf(words + n, sizeof(words) - n, "the responder may do more%s",
             is_limit ? "" : " beside a caller with a core of its own");
    figure_star(&f->of[LOAD_PER_S], words);
    snprintf(words + n, sizeof(words) - n, "calls waited for the caller, too");
    figure_star(&f->of[LOAD_BUSY_US], words);
}

/* What failed is in the CPU time of the others, and is missing in how many there were and how long they took.
 */
static void failures_judge(struct load_figures *f, const struct load_outcome *o, const enum load_metric *of,
                           size_t n)
{
    const uint32_t failed = o->wrong + o->begun - o->over;
    char words[LOAD_WORDS_MAX];
    snprintf(words, sizeof(words), "%u of %u calls did not end as they should", failed, o->begun);
    for (size_t i = 0; failed && i < n; i++)
        figure_star(&f->of[of[i]], words);
}

static void cpu_add(struct load_figures *f, const struct load_args *a, const struct load_outcome *o)
{
    struct load_figure *figure = &f->of[LOAD_CPU_US];
    if (a->pid && o->cpu_rc == 0)
        figure_add(figure, (double)o->responder.ran_ns / NS_PER_US / o->over);
    if (a->pid && o->cpu_rc != 0)
        snprintf(figure->reason, sizeof(figure->reason), "process %u: %s", a->pid,
                 o->cpu_rc == -ENOENT    ? "it has no thread of these names"
                 : o->cpu_rc == -ENODATA ? "this kernel does not count the CPU time of threads"
                                         : "there is none");
}

static void load_add(struct load_figures *f, const struct load_args *a, const struct load_outcome *o)
{
    static const enum load_metric of_load[] = {LOAD_PER_S, LOAD_CPU_US, LOAD_BUSY_US};
    if (o->over) {
        if (o->wall_ns)
            figure_add(&f->of[LOAD_PER_S], o->over * NS_PER_SEC / (double)o->wall_ns);
        figure_add(&f->of[LOAD_BUSY_US], (double)o->median_ns / NS_PER_US);
        cpu_add(f, a, o);
        load_judge(f, o);
    }
    failures_judge(f, o, of_load, sizeof(of_load) / sizeof(*of_load));
}

static void lone_add(struct load_figures *f, const struct load_outcome *o)
{
    static const enum load_metric of_lone[] = {LOAD_P50_US, LOAD_P99_US};
    if (o->over) {
        figure_add(&f->of[LOAD_P50_US], (double)o->median_ns / NS_PER_US);
        figure_add(&f->of[LOAD_P99_US], (double)o->p99_ns / NS_PER_US);
    }
    failures_judge(f, o, of_lone, sizeof(of_lone) / sizeof(*of_lone));
}

static void reasons_add(struct load_tally *all, const struct load_tally *t)
{
    for (size_t i = 0; i < LOAD_REASONS; i++)
        for (uint32_t n = 0; n < t->reasons[i].count; n++)
            load_tally_add(all, t->reasons[i].text);
    all->others += t->others;
}

/* Returns how many failed. */
static uint32_t calls_count(struct load_figures *f, const struct load_outcome *o)
{
    const uint32_t lost = o->begun - o->over;
    f->begun += o->begun;
    f->wrong += o->wrong;
    f->lost += lost;
    reasons_add(&f->reasons, &o->reasons);
    return o->wrong + lost;
}

void load_figures_add(struct load_figures *f, const struct load_args *a, const struct load_outcome *load,
                      const struct load_outcome *lone)
{
    uint32_t failed = 0;
    if (load) {
        failed += calls_count(f, load);
        load_add(f, a, load);
    }
    if (lone) {
        failed += calls_count(f, lone);
        lone_add(f, lone);
    }
    figure_add(&f->of[LOAD_FAILED], failed);
}

/* In ascending order. */
static void values_sorted(const struct load_figure *figure, double sorted[LOAD_ROUNDS_MAX])
{
    memcpy(sorted, figure->value, figure->rounds * sizeof(*sorted));
    bench_sort(sorted, figure->rounds);
}

/* A figure that another round does not confirm is starred, as those of other commands are. */
static void figure_confirm(struct load_figure *figure, bool is_rate)
{
    const uint32_t n = figure->rounds;
    struct bench_figure best_two = {.is_rate = is_rate};
    struct bench_verdict v;
    double sorted[LOAD_ROUNDS_MAX];
    if (*figure->reason || !n)
        return;
    values_sorted(figure, sorted);
    for (uint32_t i = 0; i < 2 && i < n; i++)
        bench_figure_add(&best_two, sorted[is_rate ? n - 1 - i : i], BENCH_CALM, 0);
    bench_figure_judge(&best_two, &v);
    if (v.is_starred)
        figure_star(figure, v.reason);
}

void load_figures_end(struct load_figures *f, const struct load_args *a)
{
    for (int m = 0; m < LOAD_METRICS; m++) {
        struct load_figure *figure = &f->of[m];
        const bool is_lone = m == LOAD_P50_US || m == LOAD_P99_US;
        const char *why = m == LOAD_CPU_US && !a->pid           ? "--pid N would say whose CPU time is taken"
                          : (is_lone ? a->lone : a->calls) == 0 ? "none were asked for"
                                                                : "no call ended";
        if (!figure->rounds && !*figure->reason)
            snprintf(figure->reason, sizeof(figure->reason), "%s", why);
        if (m != LOAD_FAILED) /* a count, which needs nobody to confirm it */
            figure_confirm(figure, m == LOAD_PER_S);
        figure->is_starred = figure->rounds && *figure->reason; /* a round without it, too */
    }
}

bool load_figures_is_good(const struct load_figures *f)
{
    return f->begun && !f->wrong && f->lost <= f->begun / LOST_MOST;
}

const char *load_figures_verdict(const struct load_figures *f, const struct load_args *a,
                                 char out[LOAD_WORDS_MAX])
{
    char reasons[LOAD_WORDS_MAX];
    const uint32_t failed = f->wrong + f->lost;
    struct base_text text = base_text(out, LOAD_WORDS_MAX);
    if (!failed) {
        base_text_add(&text, "all %u calls ended %s", f->begun, a->wants_refusal ? "refused" : "up");
        return out;
    }
    base_text_add(&text, "%u of %u calls failed", failed, f->begun);
    if (a->wants_refusal)
        base_text_add(&text, ": %u came up, which should be refused, %u had no end", f->wrong, f->lost);
    else
        base_text_add(&text, ": %s", load_tally_words(&f->reasons, failed, reasons));
    return out;
}

void load_figures_row(const struct load_figures *f, enum load_metric metric, struct bench_row *r)
{
    const struct load_figure *figure = &f->of[metric];
    const uint32_t n = r->rounds = figure->rounds;
    double sorted[LOAD_ROUNDS_MAX];
    r->metric = metrics[metric].name;
    r->unit = metrics[metric].unit;
    r->is_starred = n && figure->is_starred;
    r->reason = figure->reason;
    if (!n)
        return;
    values_sorted(figure, sorted);
    r->min = sorted[0];
    r->median = bench_sorted_median(sorted, n);
    r->max = sorted[n - 1];
}
