/* SPDX-License-Identifier: BSD-3-Clause */
/* Which figures of a trial the generator's own absence spoils: those, and no others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

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
    assert_string_equal(rounds.reason, "");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_was_always_there_spoils_nothing),
        cmocka_unit_test(one_absence_spoils_the_longest_times),
        cmocka_unit_test(many_absences_spoil_latency_and_what_was_lost),
        cmocka_unit_test(loss_may_be_the_generators_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
