/* SPDX-License-Identifier: BSD-3-Clause */
/* Which figures of a trial the generator's own absence spoils: those, and no others; and which of them rounds
 * confirm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "bench_said.h"
#include "gen_figure.h"

static struct gen_args args = {.sizes = {64}};
static struct gen_bench bench = {.args = &args, .hz = 1e6};
static struct gen_outcome outcome;

/* Ten seconds of 1000 packets a second, one of which took 20 ms while nothing came for 30 ms. */
static void outcome_make(uint64_t lost, double away_s, double away_most_s)
{
    memset(&outcome, 0, sizeof(outcome));
    outcome.seconds = 10;
    outcome.sent = 10000;
    outcome.received = 10000 - lost;
    outcome.gap_s = 0.030;
    outcome.away_s = away_s;
    outcome.away_most_s = away_most_s;
    gen_hist_add(&outcome.latency, 20000);
}

/* The metrics with a star are these, one bit each. */
static void stars_are(uint32_t wanted)
{
    struct gen_rounds rounds = {0};
    uint32_t seen = 0;
    gen_rounds_add(&rounds, &bench, &outcome);
    assert_string_equal(rounds.own, "");
    for (uint32_t m = 0; m < GEN_METRICS; m++)
        seen |= (uint32_t)rounds.is_spoilt[m] << m;
    assert_int_equal(seen, wanted);
    assert_int_equal(*rounds.away != 0, wanted != 0);
}

static const uint32_t max = 1u << GEN_latency_max_us, gap = 1u << GEN_longest_gap_ms,
                      loss = 1u << GEN_loss | 1u << GEN_received_rate | 1u << GEN_received_mbps,
                      latency = 1u << GEN_latency_p50_us | 1u << GEN_latency_p90_us |
                                1u << GEN_latency_p99_us | 1u << GEN_latency_p99_9_us |
                                1u << GEN_latency_max_us;

static void who_was_always_there_spoils_nothing(void **state)
{
    outcome_make(0, 0, 0);
    stars_are(0);
    outcome_make(5, 0.009, 0.0001);
    stars_are(0);
    memset(&outcome, 0, sizeof(outcome)); /* nothing came, and nobody was away */
    outcome.seconds = 1;
    stars_are(0);
}

/* One absence is little of the time, and all of the longest times. */
static void one_absence_spoils_the_longest_times(void **state)
{
    outcome_make(0, 0.009, 0.009);
    stars_are(0);
    outcome_make(0, 0.010, 0.010);
    stars_are(max);
    outcome_make(5, 0.010, 0.015);
    stars_are(max | gap);
}

static void many_absences_spoil_latency_and_what_was_lost(void **state)
{
    outcome_make(0, 0.020, 0.0001);
    stars_are(latency);
    outcome_make(5, 0.020, 0.0001);
    stars_are(latency | loss);
}

static void loss_may_be_the_generators_own(void **state)
{
    outcome_make(0, 0.020, 0.0001);
    assert_false(gen_trial_is_own_loss(&outcome, 0));
    outcome_make(5, 0.020, 0.0001);
    assert_true(gen_trial_is_own_loss(&outcome, 0));
    assert_false(gen_trial_is_own_loss(&outcome, 0.001));
    outcome_make(5, 0, 0);
    assert_false(gen_trial_is_own_loss(&outcome, 0));
    outcome.own_lost = 4;
    assert_false(gen_trial_is_own_loss(&outcome, 0));
    assert_true(gen_trial_is_own_loss(&outcome, 0.0002));
    outcome.own_lost = 5;
    assert_true(gen_trial_is_own_loss(&outcome, 0));
    memset(&outcome, 0, sizeof(outcome));
    assert_false(gen_trial_is_own_loss(&outcome, 0));
}

static struct gen_rounds rounds;
static char rows[1 << 14];

/* What a call writes to standard output, into `rows`. */
static void rows_catch(void (*call)(void))
{
    struct bench_said said = bench_said_begin(stdout);
    call();
    bench_said_end(&said, rows, sizeof(rows));
}

static void rounds_tell(void)
{
    gen_rounds_write(&rounds, &bench, "single-flow", 64);
}

static void rounds_begin(enum bench_form form)
{
    memset(&rounds, 0, sizeof(rounds));
    bench.figures = bench.confirmed = 0;
    args.form = form;
}

/* A round in which this share of 10000 packets was lost, and the median took so long. */
static void round_add(uint64_t lost, uint64_t us)
{
    outcome_make(lost, 0, 0);
    gen_hist_clear(&outcome.latency);
    gen_hist_add(&outcome.latency, us);
    gen_rounds_add(&rounds, &bench, &outcome);
}

/* The row of this figure ends like this; "": it has no star. */
static void row_is(const char *metric, const char *numbers, const char *reason)
{
    char wanted[512], name[64];
    rows_catch(rounds_tell);
    snprintf(name, sizeof(name), "\"metric\":\"%s\",", metric);
    if (*reason)
        snprintf(wanted, sizeof(wanted), "%s,\"starred\":1,\"reason\":\"%s\"}", numbers, reason);
    else
        snprintf(wanted, sizeof(wanted), "%s,\"starred\":0,\"reason\":null}", numbers);
    char *row = strstr(rows, name), *end = row ? strchr(row, '\n') : NULL;
    assert_non_null(end);
    *end = 0;
    if (!strstr(row, wanted))
        fail_msg("wanted %s in %s", wanted, row);
}

static void one_round_confirms_nothing(void **state)
{
    rounds_begin(BENCH_FORM_JSON);
    round_add(0, 20000);
    row_is("loss", "\"min\":0,\"median\":0,\"max\":0,\"rounds\":1",
           "only one round was measured, and none confirms it");
    assert_int_equal(bench.figures, 12);
    assert_int_equal(bench.confirmed, 0);
}

static void two_rounds_that_agree_confirm_a_figure(void **state)
{
    rounds_begin(BENCH_FORM_JSON);
    round_add(0, 20000);
    round_add(0, 20200); /* in the next cell of the histogram */
    row_is("loss", "\"min\":0,\"median\":0,\"max\":0,\"rounds\":2", "");
    assert_int_equal(bench.figures, 12);
    assert_int_equal(bench.confirmed, 12);
    row_is("received_rate", "\"min\":1000,\"median\":1000,\"max\":1000,\"rounds\":2", "");
    row_is("latency_p50_us", "\"rounds\":2", "");
}

static void two_rounds_that_differ_are_starred(void **state)
{
    rounds_begin(BENCH_FORM_JSON);
    round_add(500, 20000);
    round_add(100, 20800);
    row_is("received_rate", "\"min\":950,\"median\":950,\"max\":990,\"rounds\":2",
           "two rounds do not agree: 990 and 950");
    row_is("loss", "\"rounds\":2", "two rounds do not agree: 0.01 and 0.05");
    row_is("sent_rate", "\"rounds\":2", "");
    row_is("latency_max_us", "\"rounds\":2", "two rounds do not agree: 20000 and 20800");
}

/* The least and the greatest are of all rounds: what was lost in one of them is not hidden. */
static void a_third_round_may_be_worse(void **state)
{
    rounds_begin(BENCH_FORM_JSON);
    round_add(0, 20000);
    round_add(400, 20000);
    round_add(0, 20000);
    row_is("loss", "\"min\":0,\"median\":0,\"max\":0.04,\"rounds\":3", "");
}

static void a_median_that_is_not_confirmed_is_starred(void **state)
{
    rounds_begin(BENCH_FORM_JSON);
    for (int i = 0; i < 5; i++)
        round_add(i < 2 ? 0 : 5000, 20000);
    row_is("received_rate", "\"min\":500,\"median\":500,\"max\":1000,\"rounds\":5",
           "the middle one of 5 rounds, 500, does not agree with the best one, 1000");
}

static void a_disturbed_round_confirms_nothing(void **state)
{
    static const char away[] = "the generator was kept from its work for 0.2 % of the time, up to 1000 us at "
                               "a time: something else used its core";
    rounds_begin(BENCH_FORM_JSON);
    round_add(0, 20000);
    outcome_make(0, 0.020, 0.001);
    gen_rounds_add(&rounds, &bench, &outcome);
    row_is("latency_p50_us", "\"rounds\":2", away);
    row_is("received_rate", "\"rounds\":2", "");
    round_add(0, 20000);
    row_is("latency_p50_us", "\"rounds\":3", "");
    rounds_begin(BENCH_FORM_JSON);
    for (int i = 0; i < 2; i++) {
        outcome_make(0, 0, 0);
        outcome.own_lost = 7;
        gen_rounds_add(&rounds, &bench, &outcome);
    }
    row_is("sent_rate", "\"rounds\":2", "the generator's own ports lost 7 packets");
    rounds_begin(BENCH_FORM_JSON);
    round_add(0, 20000);
    round_add(0, 20000);
    strcpy(rounds.reason, "it is too short");
    row_is("sent_rate", "\"rounds\":2", "it is too short");
}

/* Of a soak each row is a minute, which the one before confirms, as far as that was not disturbed. */
static void a_minute_is_confirmed_by_the_one_before(void **state)
{
    rounds_begin(BENCH_FORM_JSON);
    rounds.is_last = true;
    round_add(0, 20000);
    row_is("received_rate", "\"max\":1000,\"rounds\":1", "only one round was measured, and none confirms it");
    gen_rounds_step(&rounds);
    round_add(100, 20000);
    row_is("received_rate", "\"min\":990,\"median\":990,\"max\":990,\"rounds\":1", "");
    row_is("loss", "\"min\":0.01,\"median\":0.01,\"max\":0.01,\"rounds\":1",
           "two rounds do not agree: 0 and 0.01");
    gen_rounds_step(&rounds);
    outcome_make(0, 0, 0);
    outcome.own_lost = 1;
    gen_rounds_add(&rounds, &bench, &outcome);
    row_is("sent_rate", "\"rounds\":1", "the generator's own ports lost 1 packets");
    gen_rounds_step(&rounds);
    round_add(0, 20000);
    row_is("sent_rate", "\"rounds\":1", "only one round was measured, and none confirms it");
}

static void the_table_has_a_star_at_each_figure_that_is_not_confirmed(void **state)
{
    rounds_begin(BENCH_FORM_TABLE);
    round_add(100, 20000);
    round_add(100, 22000);
    rows_catch(rounds_tell);
    if (!strstr(rows, "       1000        990 0.010000  20000.0*"))
        fail_msg("%s", rows);
    assert_non_null(strstr(rows, "* latency_p50_us, latency_p90_us, latency_p99_us, latency_p99_9_us,\n"));
    assert_non_null(strstr(rows, "latency_max_us: two rounds do not agree: 20000 and 22000\n"));
    assert_null(strstr(rows, "only one"));
    rounds_begin(BENCH_FORM_TABLE);
    round_add(100, 20000);
    rows_catch(rounds_tell);
    assert_non_null(strstr(rows, "       1000*       990*0.010000* 20000.0*"));
    assert_non_null(strstr(rows, "    * only one round was measured, and none confirms it\n"));
}

static void imix_tell(void)
{
    gen_rounds_write(&rounds, &bench, "imix", BENCH_IMIX);
}

static void a_row_has_its_size_as_the_columns_spell_it(void **state)
{
    rounds_begin(BENCH_FORM_JSON);
    round_add(0, 20000);
    rows_catch(imix_tell);
    assert_non_null(strstr(rows, "\"size_bytes\":\"imix\""));
    rows_catch(rounds_tell);
    assert_non_null(strstr(rows, "\"size_bytes\":\"64\""));
}

static struct gen_verdict verdict;

static void verdict_tell(void)
{
    gen_verdict_write(&verdict, &bench);
}

static void the_verdict_tells_how_many_figures_are_confirmed(void **state)
{
    memset(&verdict, 0, sizeof(verdict));
    args.scenario = "imix";
    args.form = BENCH_FORM_TABLE;
    bench.figures = 12;
    bench.confirmed = 7;
    gen_verdict_set(&verdict, true, "all arrived");
    rows_catch(verdict_tell);
    assert_string_equal(rows, "passed: imix: all arrived; 7 of 12 figures are confirmed\n");
    bench.figures = 0;
    rows_catch(verdict_tell);
    assert_string_equal(rows, "passed: imix: all arrived\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_was_always_there_spoils_nothing),
        cmocka_unit_test(one_absence_spoils_the_longest_times),
        cmocka_unit_test(many_absences_spoil_latency_and_what_was_lost),
        cmocka_unit_test(loss_may_be_the_generators_own),
        cmocka_unit_test(one_round_confirms_nothing),
        cmocka_unit_test(two_rounds_that_agree_confirm_a_figure),
        cmocka_unit_test(two_rounds_that_differ_are_starred),
        cmocka_unit_test(a_third_round_may_be_worse),
        cmocka_unit_test(a_median_that_is_not_confirmed_is_starred),
        cmocka_unit_test(a_disturbed_round_confirms_nothing),
        cmocka_unit_test(a_minute_is_confirmed_by_the_one_before),
        cmocka_unit_test(the_table_has_a_star_at_each_figure_that_is_not_confirmed),
        cmocka_unit_test(a_row_has_its_size_as_the_columns_spell_it),
        cmocka_unit_test(the_verdict_tells_how_many_figures_are_confirmed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
