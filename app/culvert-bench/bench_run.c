/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rounds over all cases, waiting for quiet, and the account that a run gives of itself.
 */
#include "bench_run.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench_mix.h"

#define LOOK_SECONDS  0.004
#define SLEEP_NS      20000000
#define APART_SECONDS 1.0  /* of the beginnings of two rounds at least: a disturbance may last that long */
#define LOOK_CALM     0.5  /* share of the probes that must see no busy sibling */
#define LOOK_ON_CPU   0.95 /* of the time */
#define STEAL_SOURCE  "/proc/stat does not tell how much of the CPU the hypervisor took"
#define SWITCH_SOURCE "getrusage does not tell the thread's switches"

static double run_seconds(uint64_t from)
{
    return (double)(bench_tsc() - from) / bench_tsc_hz();
}

void bench_run_begin(struct bench_run *r, enum bench_form form, const char *command, uint32_t cpu,
                     uint32_t rounds, uint32_t wait, uint32_t limit)
{
    memset(r, 0, sizeof(*r));
    r->form = form;
    r->command = command;
    r->cpu = cpu;
    r->rounds = rounds;
    r->patience = wait;
    r->limit = limit;
    r->began = bench_tsc();
    r->notes_file = open_memstream(&r->notes, &r->notes_bytes);
    if (!r->notes_file) {
        fprintf(stderr, "culvert-bench: no memory\n");
        exit(1);
    }
    bench_row_head(stdout, form);
}

static void run_wait_note(struct bench_run *r, double seconds)
{
    r->patience -= seconds;
    r->waited += seconds;
}

/* So that a round does not see what the one before saw. */
static void run_space(const struct bench_run *r, uint64_t round_began)
{
    const struct timespec pause = {.tv_nsec = SLEEP_NS};
    while (r->made && run_seconds(round_began) < APART_SECONDS)
        nanosleep(&pause, NULL);
}

/* For people who look on; nothing into files. */
static void run_progress(const struct bench_run *r, uint32_t at, uint32_t count)
{
    if (!isatty(STDERR_FILENO))
        return;
    if (at < count)
        fprintf(stderr, "\r%s: round %u of %s%u, case %u of %u ", r->command, r->made + 1,
                r->made < r->rounds ? "" : "at most ",
                r->made < r->rounds ? r->rounds : r->rounds * BENCH_PATIENCE, at + 1, count);
    else
        fprintf(stderr, "\r%60s\r", "");
}

/* Whether a further case, which may take as long as the longest so far, would end past the limit. */
static bool run_is_over(const struct bench_run *r)
{
    return r->limit > 0 && run_seconds(r->began) + r->case_max > r->limit;
}

/* One round of one case. */
static int case_measure(struct bench_run *r, const struct bench_cases *c, uint32_t at, bool is_extra)
{
    const uint64_t from = bench_tsc();
    const double waited = r->waited;
    run_progress(r, at, c->count);
    const int rc = c->measure(c->ctx, r, at);
    const double seconds = run_seconds(from) - (r->waited - waited);
    r->case_max = seconds > r->case_max ? seconds : r->case_max;
    if (is_extra)
        run_wait_note(r, seconds);
    return rc;
}

/* All cases that are still worth it once. The first error into *err. Whether a case is not confirmed. */
static bool round_make(struct bench_run *r, const struct bench_cases *c, bool *is_failed, int *err)
{
    const bool is_extra = r->made >= r->rounds;
    bool is_open = false;
    for (uint32_t at = 0; at < c->count; at++) {
        if (is_failed[at] || (is_extra && (c->is_done(c->ctx, at) || r->patience <= 0)))
            continue;
        r->is_cut = run_is_over(r);
        if (r->is_cut)
            break;
        const int rc = case_measure(r, c, at, is_extra);
        is_failed[at] = rc != 0;
        *err = *err ? *err : rc;
        is_open |= !rc && !c->is_done(c->ctx, at);
    }
    r->made++;
    return is_open;
}

int bench_run_rounds(struct bench_run *r, const struct bench_cases *c)
{
    bool is_open = true, *is_failed = calloc(c->count, sizeof(*is_failed));
    uint64_t round_began = 0;
    int err = 0;
    if (!is_failed) {
        fprintf(stderr, "culvert-bench: no memory\n");
        exit(1);
    }
    while (is_open && r->made < r->rounds * BENCH_PATIENCE) {
        run_space(r, round_began);
        round_began = bench_tsc();
        is_open = round_make(r, c, is_failed, &err);
        is_open = r->made < r->rounds || (is_open && r->patience > 0);
        r->is_cut |= is_open && run_is_over(r);
        is_open &= !r->is_cut;
    }
    run_progress(r, c->count, c->count);
    free(is_failed);
    return err;
}

/* A look at the CPU: whether it and the core's other half are ours. */
static bool run_is_quiet(const struct bench_run *r)
{
    struct bench_noise_mark mark;
    struct bench_noise noise;
    uint32_t seen = 0, calm = 0;
    bench_noise_begin(&mark, r->cpu);
    for (const uint64_t from = bench_tsc(); run_seconds(from) < LOOK_SECONDS; seen++)
        calm += bench_probe_core().crowd <= bench_crowd_limit();
    bench_noise_end(&mark, 1, &noise);
    return noise.on_cpu >= LOOK_ON_CPU && calm >= seen * LOOK_CALM;
}

void bench_run_start(struct bench_run *r)
{
    const struct timespec pause = {.tv_nsec = SLEEP_NS};
    while (r->patience > 0 && !run_is_over(r) && !run_is_quiet(r)) {
        const uint64_t from = bench_tsc();
        nanosleep(&pause, NULL);
        run_wait_note(r, run_seconds(from) + LOOK_SECONDS);
    }
    bench_noise_begin(&r->mark, r->cpu);
}

static void most_note(double *most, double value)
{
    if (value > *most)
        *most = value;
}

enum bench_unrest bench_run_note(struct bench_run *r, struct bench_weather *w, const struct bench_noise *n,
                                 bool is_core_ours)
{
    if (n->has_steal)
        bench_figure_add(&w->steal, n->steal, BENCH_CALM, 0);
    if (n->has_switches)
        bench_figure_add(&w->switches, n->switches, BENCH_CALM, 0);
    bench_figure_add(&w->frequency, n->frequency / 1e9, BENCH_CALM, 0);
    w->hz = n->frequency;
    most_note(&w->fastest_hz, n->frequency);
    w->lacks_steal |= !n->has_steal;
    w->lacks_switches |= !n->has_switches;
    r->lacks_steal |= !n->has_steal;
    r->lacks_switches |= !n->has_switches;
    most_note(&r->steal_max, n->steal);
    r->switches += n->switches;
    most_note(&r->frequency_max, n->frequency);
    if (r->frequency_min <= 0 || n->frequency < r->frequency_min)
        r->frequency_min = n->frequency;
    return bench_noise_judge(n, is_core_ours, w->fastest_hz);
}

enum bench_unrest bench_run_stop(struct bench_run *r, struct bench_weather *w, bool is_core_ours,
                                 double clock)
{
    struct bench_noise n;
    bench_noise_end(&r->mark, clock, &n);
    return bench_run_note(r, w, &n, is_core_ours);
}

void bench_run_take(struct bench_run *r, struct bench_weather *w, const struct bench_result *result,
                    struct bench_figure *f)
{
    const enum bench_unrest unrest = bench_run_stop(r, w, result->is_quiet, result->clock);
    bench_figure_add(f, result->min, unrest, w->hz);
}

double bench_run_frequency(const struct bench_weather *w)
{
    return w->hz;
}

void bench_subject_set(struct bench_subject *s, const char *scenario, const char *way, uint32_t bits,
                       uint32_t size, uint32_t sas, uint32_t workers)
{
    memset(s, 0, sizeof(*s));
    snprintf(s->scenario, sizeof(s->scenario), "%s", scenario);
    s->row = (struct bench_row){.scenario = s->scenario, .way = way, .sas = sas, .workers = workers};
    if (!bits)
        return;
    snprintf(s->cipher, sizeof(s->cipher), "aes%ugcm16", bits);
    bench_mix_cell(size, s->size);
    s->row.cipher = s->cipher;
    s->row.size = s->size;
}

void bench_run_row(struct bench_run *r, const struct bench_subject *s, const char *metric, const char *unit,
                   const struct bench_verdict *v)
{
    struct bench_row row = s->row;
    row.metric = metric;
    row.unit = unit;
    row.min = v->min;
    row.median = v->median;
    row.max = v->max;
    row.rounds = v->rounds;
    row.is_starred = v->is_starred;
    row.reason = v->reason;
    bench_row_write(stdout, r->form, &row);
}

void bench_run_value(struct bench_run *r, const struct bench_subject *s, const char *metric, const char *unit,
                     double value)
{
    const struct bench_verdict v = {.rounds = 1, .min = value, .median = value, .max = value};
    bench_run_row(r, s, metric, unit, &v);
}

void bench_run_figure(struct bench_run *r, const struct bench_subject *s, const char *metric,
                      const char *unit, const struct bench_figure *f, struct bench_verdict *out)
{
    bench_figure_judge(f, out);
    r->figures++;
    r->confirmed += !out->is_starred;
    if (out->is_starred) {
        fprintf(r->notes_file, "* %s", s->scenario);
        if (s->row.size)
            fprintf(r->notes_file, " %s %s, %s bytes", s->row.way, s->cipher, s->size);
        if (s->row.sas)
            fprintf(r->notes_file, ", %u SA%s", s->row.sas, s->row.sas == 1 ? "" : "s");
        fprintf(r->notes_file, ":\n  %s.\n", out->reason);
    }
    bench_run_row(r, s, metric, unit, out);
}

struct bench_verdict bench_verdict_inverse(const struct bench_verdict *v, double factor)
{
    struct bench_verdict out = *v;
    if (v->rounds && v->min > 0) {
        out.best = factor / v->best;
        out.min = factor / v->max;
        out.median = factor / v->median;
        out.max = factor / v->min;
    }
    return out;
}

struct bench_verdict bench_verdict_ratio(const struct bench_verdict *a, const struct bench_verdict *b)
{
    struct bench_verdict out = a->is_starred ? *a : *b;
    out.rounds = a->rounds < b->rounds ? a->rounds : b->rounds;
    if (b->best <= 0)
        out.rounds = 0;
    if (out.rounds)
        out.best = out.min = out.median = out.max = a->best / b->best;
    return out;
}

/* A row of what was read: no judgement, and the reason when it was not there. */
static void weather_row(struct bench_run *r, const struct bench_subject *s, const char *metric,
                        const char *unit, const struct bench_figure *f, const char *lack)
{
    struct bench_verdict v;
    bench_figure_judge(f, &v);
    v.is_starred = false;
    snprintf(v.reason, sizeof(v.reason), "%s", lack ? lack : "");
    if (lack)
        v.rounds = 0;
    else if (!v.rounds)
        snprintf(v.reason, sizeof(v.reason), "no round was measured");
    bench_run_row(r, s, metric, unit, &v);
}

void bench_run_weather(struct bench_run *r, const struct bench_subject *s, const struct bench_weather *w)
{
    weather_row(r, s, "steal", "share", &w->steal, w->lacks_steal ? STEAL_SOURCE : NULL);
    weather_row(r, s, "involuntary_switches", "number", &w->switches,
                w->lacks_switches ? SWITCH_SOURCE : NULL);
    weather_row(r, s, "frequency_ghz", "GHz", &w->frequency, NULL);
}

/* What is said in the end; in the rows it is the verdict's reason. */
static void run_verdict(const struct bench_run *r, char *text, size_t size)
{
    snprintf(text, size, "%s: %u of %u figures are confirmed",
             r->confirmed == r->figures ? "the machine was quiet enough"
             : r->is_cut                ? "there was no time for more rounds"
                                        : "the machine was not quiet enough",
             r->confirmed, r->figures);
}

static void run_rows(struct bench_run *r)
{
    struct bench_subject s;
    struct bench_verdict v = {.rounds = r->made};
    bench_subject_set(&s, r->command, NULL, 0, 0, 0, 0);
    v.min = v.median = v.max = r->waited;
    bench_run_row(r, &s, "waited_s", "seconds", &v);
    v.min = v.median = v.max = r->confirmed == r->figures;
    run_verdict(r, v.reason, sizeof(v.reason));
    bench_run_row(r, &s, "verdict", "bool", &v);
}

static void run_tell(const struct bench_run *r)
{
    char verdict[BENCH_REASON_BYTES];
    run_verdict(r, verdict, sizeof(verdict));
    *verdict = 'T';
    printf("%s%s.\n%u rounds took %.1f s, of which %.1f s were spent on waiting for quiet.\n", r->notes,
           verdict, r->made, run_seconds(r->began), r->waited);
    printf("Core at %.2f to %.2f GHz; ", r->frequency_min / 1e9, r->frequency_max / 1e9);
    if (r->lacks_switches)
        printf("%s; ", SWITCH_SOURCE);
    else
        printf("%.0f involuntary switches; ", r->switches);
    if (r->lacks_steal)
        printf("%s.\n", STEAL_SOURCE);
    else
        printf("steal at most %.0f %%.\n", 100 * r->steal_max);
}

void bench_run_drop(struct bench_run *r)
{
    if (r->notes_file)
        fclose(r->notes_file);
    free(r->notes);
    r->notes_file = NULL;
    r->notes = NULL;
}

void bench_run_end(struct bench_run *r)
{
    fflush(r->notes_file);
    if (r->form == BENCH_FORM_TABLE)
        run_tell(r);
    else
        run_rows(r);
    bench_run_drop(r);
}
