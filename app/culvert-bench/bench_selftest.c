/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `culvert-bench selftest`: the harness proves itself by what is known beforehand. A stage that is made
 * slower on purpose must be seen, there and nowhere else; a burst of load must be starred; the clock must
 * agree with a second meter. Where the machine is too busy for a proof, that is said, and nothing is called
 * good.
 */
#include "bench_selftest.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bench_args.h"
#include "bench_load.h"
#include "bench_outside.h"
#include "bench_raw.h"
#include "bench_run.h"
#include "bench_stages.h"

#define SLOW_PERCENT 10
#define SLOW_ROWS    4 /* out, out slowed, in, in slowed */
#define SLOW_ROUNDS  5
#define APART_MOST   0.03 /* of the clock and the second meter */
#define BURST_AGREE                                                                               \
    0.05        /* so far a figure beside load elsewhere may be from the quiet one without a star \
                 */
#define TRIES 3 /* calm ones of a clock's proof; more are made while there is patience */

static const char help[] = "usage: culvert-bench selftest [options]\n"
                           "\n"
                           "Proves in about a minute that this harness tells the truth on this machine:\n"
                           "  slow   a stage of the data path gets a tenth more to do, arithmetic whose\n"
                           "         length is known, and metered apart by the kernel's clock; the figures\n"
                           "         show it in that stage and in no other\n"
                           "  burst  load that it starts itself, on the measuring CPU and then on all\n"
                           "         others, is noticed: the figure has a star, or it is what it was\n"
                           "  clock  cycles per packet agree within 3 % with a second meter: the TSC around\n"
                           "         whole turns of the worker loop, the driver's share measured apart, by\n"
                           "         the packets that the receiving port counted\n"
                           "\n"
                           "  --core N       CPU to run on (default: the last one)\n"
                           "  --wait N       seconds that each part may wait for a quiet core, and spend on\n"
                           "                 further rounds (default 20)\n"
                           "  --no-huge      packets in small pages\n"
                           "  --json         rows, one object per line, instead of a table\n"
                           "  --csv          the same as CSV; \"culvert-bench columns\" tells the columns\n"
                           "  --verbose      show DPDK's own messages\n"
                           "\n"
                           "Exit status: 0 when all proofs succeed, 1 when one fails, 3 when none fails but\n"
                           "the machine was too busy for some of them.\n";

struct selftest {
    const struct bench_args *a;
    uint32_t outcomes[BENCH_SELFTEST_UNABLE + 1];
};

static const char *const outcome_words[] = {"pass", "WRONG", "unable"};

/* Tells and counts the outcome of a proof; its sentence has no end. */
static void __attribute__((format(printf, 4, 5)))
outcome_tell(struct selftest *t, const char *proof, enum bench_selftest_outcome outcome, const char *format,
             ...)
{
    struct bench_row row = {.scenario = proof, .metric = "verdict", .unit = "bool"};
    char sentence[200];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    t->outcomes[outcome]++;
    row.min = row.median = row.max = outcome == BENCH_SELFTEST_PASS;
    row.rounds = outcome != BENCH_SELFTEST_UNABLE;
    row.reason = sentence;
    bench_row_write(stdout, t->a->form, &row);
    if (t->a->form == BENCH_FORM_TABLE)
        printf("%-6s %s\n       %s\n", outcome_words[outcome], proof + strlen("selftest/"), sentence);
    fflush(stdout);
}

/* ---- slow ------------------------------------------------------------------------------------------------
 */

static void slow_rows(const struct bench_args *a, struct bench_stages_row rows[SLOW_ROWS])
{
    memset(rows, 0, SLOW_ROWS * sizeof(*rows));
    for (int i = 0; i < SLOW_ROWS; i++) {
        const bool is_in = i >= SLOW_ROWS / 2;
        const char *name = is_in ? "open" : "seal";
        rows[i].slow_stage = i % 2 ? bench_stages_find(is_in, name, strlen(name)) : -1;
        rows[i].slow_percent = SLOW_PERCENT;
        rows[i].c = (struct bench_gate_case){
            .size = 64, .sas = 1, .key_bits = 128, .is_inbound = is_in, .pkts = a->pkts, .runs = a->runs};
    }
}

/* The outcome for all stages of a pair of rows: the worst of them, with the stage that has it. */
static enum bench_selftest_outcome slow_judge(const struct bench_stages_row *plain, int *stage,
                                              struct bench_selftest_change *change)
{
    const struct bench_stages_row *slow = plain + 1;
    enum bench_selftest_outcome worst = BENCH_SELFTEST_PASS;
    *stage = slow->slow_stage;
    bench_selftest_slow(&plain->cycles[*stage], &slow->cycles[*stage], &slow->added, change);
    for (int i = 0; i < BENCH_STAGES && bench_stages_name(plain->c.is_inbound, i); i++) {
        struct bench_selftest_change c;
        enum bench_selftest_outcome o = bench_selftest_slow(&plain->cycles[i], &slow->cycles[i],
                                                            i == slow->slow_stage ? &slow->added : NULL, &c);
        if (o == BENCH_SELFTEST_PASS || worst == BENCH_SELFTEST_WRONG || o == worst)
            continue;
        worst = o;
        *stage = i;
        *change = c;
    }
    return worst;
}

/* Pairs stay pairs: either way's rows are measured again together. */
static bool slow_is_done(const void *ctx, uint32_t at)
{
    const struct bench_stages_row *rows = ctx;
    int stage;
    struct bench_selftest_change change;
    return slow_judge(&rows[at & ~1u], &stage, &change) != BENCH_SELFTEST_UNABLE;
}

static int slow_prove(struct selftest *t)
{
    static struct bench_stages_row rows[SLOW_ROWS];
    struct bench_run run;
    slow_rows(t->a, rows);
    bench_run_begin(&run, BENCH_FORM_TABLE, "selftest", t->a->core, SLOW_ROUNDS, t->a->wait, 0);
    int rc = bench_run_rounds(
        &run, &(struct bench_cases){
                  .ctx = rows, .count = SLOW_ROWS, .measure = bench_stages_measure, .is_done = slow_is_done});
    bench_run_drop(&run);
    for (int i = 0; !rc && i < SLOW_ROWS; i += 2) {
        const bool is_in = rows[i].c.is_inbound;
        const char *proof = is_in ? "selftest/slow/open" : "selftest/slow/seal";
        int stage;
        struct bench_selftest_change c;
        enum bench_selftest_outcome o = slow_judge(&rows[i], &stage, &c);
        if (o == BENCH_SELFTEST_UNABLE)
            outcome_tell(t, proof, o, "too few rounds were quiet, or they differ too much, at the stage %s",
                         bench_stages_name(is_in, stage));
        else if (o == BENCH_SELFTEST_WRONG)
            outcome_tell(t, proof, o, "the stage %s changed from %.1f cycles by %+.1f, by %.1f is right",
                         bench_stages_name(is_in, stage), c.plain, c.change, c.added);
        else
            outcome_tell(t, proof, o, "%.1f cycles got %.1f of other work: %+.1f, and no other stage",
                         c.plain, c.added, c.change);
    }
    return rc;
}

/* ---- burst -----------------------------------------------------------------------------------------------
 */

struct burst {
    struct bench_figure cycles;
    struct bench_weather weather;
};

static int burst_measure(void *ctx, struct bench_run *run, uint32_t at)
{
    const struct bench_raw_case c = {
        .size = 64, .is_frame = true, .key_bits = 128, .sas = 1, .runs = 6, .windows = 200};
    struct burst *b = ctx;
    struct bench_result r;
    bench_run_start(run);
    int rc = bench_raw_run(&c, &r);
    if (!rc)
        bench_run_take(run, &b->weather, &r, &b->cycles);
    return rc;
}

static bool burst_is_done(const void *ctx, uint32_t at)
{
    const struct burst *b = ctx;
    return bench_figure_is_confirmed(&b->cycles);
}

/* Under the same weather's clock as what was measured before, if anything was. */
static int burst_figure(const struct selftest *t, uint32_t rounds, uint32_t wait,
                        struct bench_weather *weather, struct bench_verdict *v)
{
    struct burst b = {.weather = *weather};
    struct bench_run run;
    bench_run_begin(&run, BENCH_FORM_TABLE, "selftest", t->a->core, rounds, wait, 0);
    int rc = bench_run_rounds(
        &run,
        &(struct bench_cases){.ctx = &b, .count = 1, .measure = burst_measure, .is_done = burst_is_done});
    bench_run_drop(&run);
    bench_figure_judge(&b.cycles, v);
    *weather = b.weather;
    return rc;
}

/* Without load the figure was confirmed. Under load it must have a star, or, when the load is elsewhere, be
 * what it was; when it is not, it is measured without load once more. */
static int burst_judge(struct selftest *t, const char *proof, bool is_on_others,
                       const struct bench_verdict *v, struct bench_verdict *quiet,
                       struct bench_weather *weather)
{
    int rc = 0;
    if (v->is_starred) {
        outcome_tell(t, proof, BENCH_SELFTEST_PASS, "%.1f cycles have a star: %s", v->best, v->reason);
        return 0;
    }
    if (is_on_others && v->best > quiet->best * (1 + BURST_AGREE))
        rc = burst_figure(t, BENCH_ROUNDS, t->a->wait, weather, quiet);
    if (rc)
        return rc;
    bool is_good = is_on_others && v->best <= quiet->best * (1 + BURST_AGREE);
    if (quiet->is_starred)
        outcome_tell(t, proof, BENCH_SELFTEST_UNABLE, "without load: %s", quiet->reason);
    else
        outcome_tell(t, proof, is_good ? BENCH_SELFTEST_PASS : BENCH_SELFTEST_WRONG,
                     "%.1f cycles have no star, and are %.1f without load", v->best, quiet->best);
    return 0;
}

/* One place of the load. */
static int burst_prove_at(struct selftest *t, bool is_on_others, struct bench_verdict *quiet,
                          struct bench_weather *weather)
{
    const char *proof = is_on_others ? "selftest/burst/others" : "selftest/burst/same";
    struct bench_verdict v;
    if (quiet->is_starred) {
        outcome_tell(t, proof, BENCH_SELFTEST_UNABLE, "without load: %s", quiet->reason);
        return 0;
    }
    struct bench_load *load = bench_load_start(t->a->core, is_on_others);
    if (!load) {
        outcome_tell(t, proof, BENCH_SELFTEST_UNABLE, "there is no %s",
                     is_on_others ? "other CPU" : "thread to be had");
        return 0;
    }
    int rc = burst_figure(t, 2, 0, weather, &v);
    bench_load_stop(load);
    return rc ? rc : burst_judge(t, proof, is_on_others, &v, quiet, weather);
}

static int burst_prove(struct selftest *t)
{
    static struct bench_weather weather;
    struct bench_verdict quiet;
    int rc = burst_figure(t, BENCH_ROUNDS, t->a->wait, &weather, &quiet);
    if (rc)
        return rc;
    if (quiet.is_starred)
        outcome_tell(t, "selftest/burst/none", BENCH_SELFTEST_UNABLE, "without load: %s", quiet.reason);
    else
        outcome_tell(t, "selftest/burst/none", BENCH_SELFTEST_PASS, "%.1f cycles without load are confirmed",
                     quiet.best);
    for (int others = 0; !rc && others < 2; others++)
        rc = burst_prove_at(t, others, &quiet, &weather);
    return rc;
}

/* ---- clock -----------------------------------------------------------------------------------------------
 */

/* What tries of one case say. */
struct clock_tries {
    uint32_t made, calm;
    enum bench_unrest unrest;                                 /* of the last that was not calm */
    struct bench_outside_result result[BENCH_SELFTEST_TRIES]; /* of the calm ones */
    double apart[BENCH_SELFTEST_TRIES];
    bool is_counted; /* the port counted what the gateway sent, each time */
};

static int clock_try(const struct bench_gate_case *c, struct bench_run *run, struct clock_tries *tries)
{
    struct bench_outside_result r = {0};
    struct bench_weather weather = {0};
    bench_run_start(run);
    int rc = bench_outside_run(c, &r);
    if (rc)
        return rc;
    enum bench_unrest unrest = bench_run_stop(run, &weather, r.outside.is_quiet && r.clock.is_quiet, 0);
    tries->made++;
    tries->is_counted &= r.sent == r.counted;
    if (unrest != BENCH_CALM) {
        tries->unrest = unrest;
        return 0;
    }
    tries->apart[tries->calm] = r.clock.median / r.outside.median - 1;
    tries->result[tries->calm++] = r;
    return 0;
}

/* The median of calm tries is what proves: the nearest of many would be luck. */
static int clock_prove_case(struct selftest *t, struct bench_run *run, uint32_t size, bool is_in)
{
    const struct bench_gate_case c = {
        .size = size, .sas = 1, .key_bits = 128, .is_inbound = is_in, .pkts = t->a->pkts, .runs = t->a->runs};
    static struct clock_tries tries;
    char proof[40];
    int rc = 0;
    tries = (struct clock_tries){.is_counted = true};
    while (!rc && tries.calm < TRIES &&
           (tries.made < TRIES || (run->patience > 0 && tries.made < BENCH_SELFTEST_TRIES)))
        rc = clock_try(&c, run, &tries);
    if (rc)
        return rc;
    snprintf(proof, sizeof(proof), "selftest/clock/%s/%u", is_in ? "in" : "out", size);
    uint32_t at;
    const enum bench_selftest_outcome outcome =
        bench_selftest_clock(tries.apart, tries.calm, APART_MOST, &at);
    if (!tries.is_counted)
        outcome_tell(t, proof, BENCH_SELFTEST_WRONG,
                     "the port did not count the packets that the gateway sent");
    else if (outcome == BENCH_SELFTEST_UNABLE)
        outcome_tell(t, proof, BENCH_SELFTEST_UNABLE, "%u of %u tries were disturbed: %s",
                     tries.made - tries.calm, tries.made, bench_unrest_words(tries.unrest));
    else
        outcome_tell(t, proof, outcome, "%.1f cycles by the clock, %.1f by the second meter: %+.1f %%",
                     tries.result[at].clock.median, tries.result[at].outside.median, 100 * tries.apart[at]);
    return 0;
}

static int clock_prove(struct selftest *t)
{
    static const uint32_t sizes[] = {64, 1420};
    struct bench_run run;
    int rc = 0;
    bench_run_begin(&run, BENCH_FORM_TABLE, "selftest", t->a->core, 1, t->a->wait, 0);
    for (int i = 0; !rc && i < 4; i++)
        rc = clock_prove_case(t, &run, sizes[i % 2], i / 2);
    bench_run_drop(&run);
    return rc;
}

/* ---- all -------------------------------------------------------------------------------------------------
 */

/* The verdict of the whole, and the exit status. */
static int verdict_tell(struct selftest *t)
{
    const uint32_t *n = t->outcomes;
    enum bench_selftest_outcome all = n[BENCH_SELFTEST_WRONG]    ? BENCH_SELFTEST_WRONG
                                      : n[BENCH_SELFTEST_UNABLE] ? BENCH_SELFTEST_UNABLE
                                                                 : BENCH_SELFTEST_PASS;
    struct bench_row row = {.scenario = "selftest", .metric = "verdict", .unit = "bool", .rounds = 1};
    char sentence[160];
    snprintf(sentence, sizeof(sentence), "%u proofs passed, %u were wrong, for %u the machine was too busy",
             n[BENCH_SELFTEST_PASS], n[BENCH_SELFTEST_WRONG], n[BENCH_SELFTEST_UNABLE]);
    row.min = row.median = row.max = all == BENCH_SELFTEST_PASS;
    row.reason = sentence;
    bench_row_write(stdout, t->a->form, &row);
    if (t->a->form == BENCH_FORM_TABLE)
        printf("selftest: %s: %s.\n", outcome_words[all], sentence);
    return all == BENCH_SELFTEST_PASS ? 0 : all == BENCH_SELFTEST_WRONG ? 1 : 3;
}

int bench_selftest_main(int argc, char **argv)
{
    struct bench_args a = {.runs = 4, .pkts = 500000};
    struct selftest t = {.a = &a};
    if (bench_args_parse(&a, argc, argv, "cjvuxW", help))
        return 2;
    bench_gate_eal(&a.core, 1, !a.is_small_paged, a.is_verbose);
    bench_row_head(stdout, a.form);
    if (a.form == BENCH_FORM_TABLE)
        printf("culvert-bench selftest, %s pages, TSC %.2f GHz, CPU %u\n",
               bench_gate_has_huge() ? "huge" : "small", bench_tsc_hz() / 1e9, a.core);
    int rc = slow_prove(&t);
    if (!rc)
        rc = burst_prove(&t);
    if (!rc)
        rc = clock_prove(&t);
    if (rc) {
        fprintf(stderr, "culvert-bench selftest: %s\n", strerror(-rc));
        return 1;
    }
    return verdict_tell(&t);
}
