/* SPDX-License-Identifier: BSD-3-Clause */
/* Names by pattern, percentiles, reasons, and figures that tell when the caller was what was measured. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "load_figures.h"
#include "load_name.h"
#include "load_tally.h"

static void a_pattern_has_one_place_for_a_number(void **state)
{
    static const char *const bad[] = {"",    "%",    "a%s",   "%u%u", "%05d", "%5u",
                                      "%0u", "%00u", "%010u", "a%%",  "%n"};
    char out[LOAD_NAME_MAX], longest[LOAD_NAME_MAX + 1];
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (load_name_is_pattern(bad[i]))
            fail_msg("it was taken: %s", bad[i]);
    assert_true(load_name_is_pattern("c-%05u.example.org"));
    assert_true(load_name_is_pattern("%u"));
    assert_true(load_name_is_pattern("one@example.org"));
    memset(longest, 'a', sizeof(longest));
    longest[LOAD_NAME_MAX - 10] = '\0';
    assert_false(load_name_is_pattern(longest));
    longest[LOAD_NAME_MAX - 11] = '\0';
    assert_true(load_name_is_pattern(longest));
    assert_string_equal(load_name_fill("c-%05u.example.org", 42, out), "c-00042.example.org");
    assert_string_equal(load_name_fill("%u", UINT32_MAX, out), "4294967295");
    assert_string_equal(load_name_fill("one@example.org", 42, out), "one@example.org");
    assert_string_equal(load_name_file("c-%05u.example.org", 42, out), "c-00042");
    assert_string_equal(load_name_file("u%u@example.org", 7, out), "u7");
}

static void percentiles_are_those_of_the_nearest_rank(void **state)
{
    uint64_t v[200];
    for (size_t i = 0; i < 200; i++)
        v[i] = 200 - i;
    load_tally_sort(v, 200);
    assert_int_equal(v[0], 1);
    assert_int_equal(load_tally_percentile(v, 200, 500), 100);
    assert_int_equal(load_tally_percentile(v, 200, 990), 198);
    assert_int_equal(load_tally_percentile(v, 200, 1000), 200);
    assert_int_equal(load_tally_percentile(v, 1, 500), 1);
    assert_int_equal(load_tally_percentile(v, 1, 1), 1);
    assert_int_equal(load_tally_percentile(v, 3, 500), 2);
}

static void reasons_are_told_by_how_often_they_were_heard(void **state)
{
    static struct load_tally t;
    char out[LOAD_WORDS_MAX], name[] = "reason a";
    load_tally_add(&t, "rare");
    for (int i = 0; i < 3; i++)
        load_tally_add(&t, "frequent");
    assert_string_equal(load_tally_words(&t, 4, out), "frequent 3, rare 1");
    assert_string_equal(load_tally_words(&t, 9, out), "frequent 3, rare 1, no reason told 5");
    for (int i = 0; i < LOAD_REASONS; i++, name[7]++)
        load_tally_add(&t, name);
    assert_int_equal(t.others, 2);
    assert_non_null(strstr(load_tally_words(&t, 4 + LOAD_REASONS, out), ", other reasons 2"));
    assert_null(strstr(out, "no reason"));
}

static const struct load_args psk = {.auth_word = "psk", .calls = 100, .lone = 10, .pid = 1};

/* 100 calls in a second; the caller ran and waited for so many milliseconds of it. */
static struct load_outcome outcome(uint32_t ran_ms, uint32_t waited_ms)
{
    return (struct load_outcome){.begun = 100,
                                 .over = 100,
                                 .wall_ns = 1000000000,
                                 .median_ns = 2000000,
                                 .p99_ns = 9000000,
                                 .own = {ran_ms * 1000000ull, waited_ms * 1000000ull},
                                 .responder = {15000000, 0}};
}

static struct bench_row row_of(const struct load_figures *f, enum load_metric metric)
{
    struct bench_row r = {0};
    load_figures_row(f, metric, &r);
    return r;
}

static void rounds_make_least_middle_and_most(void **state)
{
    static struct load_figures f;
    char words[LOAD_WORDS_MAX];
    struct load_outcome o = outcome(300, 100);
    for (uint32_t i = 0; i < 3; i++) {
        o.wall_ns = (3 - i) * 500000000ull;
        load_figures_add(&f, &psk, &o, i ? NULL : &o);
    }
    load_figures_end(&f, &psk);
    struct bench_row r = row_of(&f, LOAD_PER_S);
    assert_string_equal(r.metric, "handshakes_per_s");
    assert_int_equal(r.rounds, 3);
    assert_true(r.min > 66.6 && r.min < 66.7 && r.median == 100 && r.max == 200);
    assert_true(r.is_starred);
    assert_string_equal(r.reason, "two rounds do not agree: 200 and 100");
    r = row_of(&f, LOAD_CPU_US);
    assert_true(r.median == 150 && !r.is_starred);
    r = row_of(&f, LOAD_P99_US);
    assert_true(r.rounds == 1 && r.median == 9000);
    assert_true(load_figures_is_good(&f));
    assert_string_equal(load_figures_verdict(&f, &psk, words), "all 400 calls ended up");
}

/* Of a rate the greatest are the best, of a time the least; the rest may be anything. */
static void two_rounds_that_agree_confirm_a_figure(void **state)
{
    static struct load_figures one, two;
    struct load_outcome o = outcome(300, 100);
    load_figures_add(&one, &psk, &o, &o);
    load_figures_end(&one, &psk);
    for (enum load_metric m = 0; m < LOAD_METRICS; m++) {
        assert_int_equal(row_of(&one, m).is_starred, m != LOAD_FAILED);
        if (m != LOAD_FAILED)
            assert_string_equal(row_of(&one, m).reason, "only one round was measured, and none confirms it");
    }
    for (uint32_t i = 0; i < LOAD_ROUNDS_MAX; i++) {
        o.wall_ns = i < 2 ? 1000000000 + i * 20000000 : 3000000000 + i * 200000000ull;
        o.median_ns = i < 2 ? 2000000 + i * 100000 : 9000000;
        load_figures_add(&two, &psk, &o, NULL);
    }
    load_figures_end(&two, &psk);
    assert_false(row_of(&two, LOAD_PER_S).is_starred);
    assert_false(row_of(&two, LOAD_CPU_US).is_starred);
    assert_string_equal(row_of(&two, LOAD_BUSY_US).reason, "two rounds do not agree: 2000 and 2100");
}

static void a_round_without_a_figure_stars_it(void **state)
{
    static struct load_figures f;
    struct load_outcome o = outcome(300, 100);
    for (int i = 0; i < 3; i++) {
        o.cpu_rc = i == 1 ? -ENOENT : 0;
        load_figures_add(&f, &psk, &o, NULL);
    }
    load_figures_end(&f, &psk);
    assert_int_equal(row_of(&f, LOAD_CPU_US).rounds, 2);
    assert_true(row_of(&f, LOAD_CPU_US).is_starred);
    assert_false(row_of(&f, LOAD_PER_S).is_starred);
}

static void a_caller_without_time_left_stars_the_rate(void **state)
{
    static struct load_figures busy, waiting, idle;
    const struct load_outcome b = outcome(950, 10), w = outcome(500, 450), i = outcome(500, 300);
    load_figures_add(&busy, &psk, &b, NULL);
    load_figures_add(&waiting, &psk, &w, NULL);
    load_figures_add(&idle, &psk, &i, NULL);
    assert_true(row_of(&busy, LOAD_PER_S).is_starred);
    assert_non_null(strstr(row_of(&busy, LOAD_PER_S).reason, "own core was the limit (busy for 95 %"));
    assert_true(row_of(&waiting, LOAD_PER_S).is_starred);
    assert_non_null(strstr(row_of(&waiting, LOAD_PER_S).reason, "waited for a core for 45 %"));
    assert_false(row_of(&idle, LOAD_PER_S).is_starred);
    assert_true(row_of(&busy, LOAD_BUSY_US).is_starred);
    assert_string_equal(
        row_of(&busy, LOAD_BUSY_US).reason,
        "the caller's own core was the limit (busy for 95 % of the time, waiting for 1 %): calls "
        "waited for the caller, too");
    assert_true(row_of(&waiting, LOAD_BUSY_US).is_starred);
    assert_false(row_of(&idle, LOAD_BUSY_US).is_starred);
    assert_false(row_of(&busy, LOAD_CPU_US).is_starred);
}

static void a_lost_call_stars_what_it_is_in_or_missing_in(void **state)
{
    static struct load_figures few, all;
    struct load_outcome o = outcome(5900, 10); /* most of it while lost calls were waited for */
    o.over = 99;
    load_figures_add(&few, &psk, &o, NULL);
    static const enum load_metric of_load[] = {LOAD_PER_S, LOAD_CPU_US, LOAD_BUSY_US};
    for (size_t i = 0; i < 3; i++) {
        assert_true(row_of(&few, of_load[i]).is_starred);
        assert_string_equal(row_of(&few, of_load[i]).reason, "1 of 100 calls did not end as they should");
    }
    assert_true(few.own_share == 0 && few.responder_share == 0);
    o.over = 0;
    load_figures_add(&all, &psk, &o, NULL);
    assert_int_equal(row_of(&all, LOAD_PER_S).rounds, 0);
    assert_false(row_of(&all, LOAD_PER_S).is_starred);
    o = outcome(300, 100);
    load_figures_add(&all, &psk, &o, NULL);
    assert_true(row_of(&all, LOAD_PER_S).is_starred);
    assert_true(all.own_share == 0.3);
}

static void a_lone_call_that_fails_stars_the_times_of_the_others(void **state)
{
    static struct load_figures wrong, lost;
    const struct load_outcome good = outcome(300, 100);
    struct load_outcome o = outcome(1, 1);
    o.wrong = 1;
    load_figures_add(&wrong, &psk, &good, &o);
    o = outcome(1, 1);
    o.over = 99;
    load_figures_add(&lost, &psk, &good, &o);
    assert_true(row_of(&wrong, LOAD_P50_US).is_starred && row_of(&wrong, LOAD_P99_US).is_starred);
    assert_true(row_of(&lost, LOAD_P50_US).is_starred && row_of(&lost, LOAD_P99_US).is_starred);
    assert_false(row_of(&lost, LOAD_PER_S).is_starred);
}

static void failed_has_a_value_of_each_round_that_can_be_asked_for(void **state)
{
    static struct load_figures f;
    struct load_outcome load = outcome(1, 1), lone = outcome(1, 1);
    for (uint32_t round = 0; round < LOAD_ROUNDS_MAX; round++) {
        load.over = 99;
        lone.wrong = round == LOAD_ROUNDS_MAX - 1 ? 4 : 1;
        load_figures_add(&f, &psk, &load, &lone);
    }
    const struct bench_row r = row_of(&f, LOAD_FAILED);
    assert_int_equal(r.rounds, LOAD_ROUNDS_MAX);
    assert_true(r.min == 2 && r.median == 2 && r.max == 5);
}

static void a_figure_that_is_not_there_has_a_reason(void **state)
{
    static struct load_figures f, gone;
    const struct load_args blind = {.auth_word = "psk", .calls = 100};
    struct load_outcome o = outcome(1, 1);
    load_figures_add(&f, &blind, &o, NULL);
    load_figures_end(&f, &blind);
    assert_int_equal(row_of(&f, LOAD_CPU_US).rounds, 0);
    assert_non_null(strstr(row_of(&f, LOAD_CPU_US).reason, "--pid"));
    assert_string_equal(row_of(&f, LOAD_P50_US).reason, "none were asked for");
    o.cpu_rc = -ENOENT;
    load_figures_add(&gone, &psk, &o, NULL);
    load_figures_end(&gone, &psk);
    assert_int_equal(row_of(&gone, LOAD_CPU_US).rounds, 0);
    assert_non_null(strstr(row_of(&gone, LOAD_CPU_US).reason, "no thread of these names"));
}

static void failures_make_the_verdict(void **state)
{
    static struct load_figures wrong, lost, few, refused;
    const struct load_args unwanted = {.auth_word = "psk", .calls = 100, .wants_refusal = true};
    char words[LOAD_WORDS_MAX];
    struct load_outcome o = outcome(1, 1);
    o.wrong = 1;
    load_tally_add(&o.reasons, "AUTHENTICATION_FAILED (refused)");
    load_figures_add(&wrong, &psk, &o, NULL);
    assert_false(load_figures_is_good(&wrong));
    assert_true(row_of(&wrong, LOAD_CPU_US).is_starred);
    assert_string_equal(row_of(&wrong, LOAD_PER_S).reason, "1 of 100 calls did not end as they should");
    assert_string_equal(load_figures_verdict(&wrong, &psk, words),
                        "1 of 100 calls failed: AUTHENTICATION_FAILED (refused) 1");
    o = outcome(1, 1);
    o.over = 97;
    load_figures_add(&lost, &psk, &o, NULL);
    assert_false(load_figures_is_good(&lost));
    assert_true(row_of(&lost, LOAD_FAILED).median == 3);
    o.over = 98;
    load_figures_add(&few, &psk, &o, NULL);
    assert_true(load_figures_is_good(&few));
    o = outcome(1, 1);
    load_figures_add(&refused, &unwanted, &o, NULL);
    assert_string_equal(load_figures_verdict(&refused, &unwanted, words), "all 100 calls ended refused");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_has_one_place_for_a_number),
        cmocka_unit_test(percentiles_are_those_of_the_nearest_rank),
        cmocka_unit_test(reasons_are_told_by_how_often_they_were_heard),
        cmocka_unit_test(rounds_make_least_middle_and_most),
        cmocka_unit_test(two_rounds_that_agree_confirm_a_figure),
        cmocka_unit_test(a_round_without_a_figure_stars_it),
        cmocka_unit_test(a_caller_without_time_left_stars_the_rate),
        cmocka_unit_test(a_lost_call_stars_what_it_is_in_or_missing_in),
        cmocka_unit_test(a_lone_call_that_fails_stars_the_times_of_the_others),
        cmocka_unit_test(failed_has_a_value_of_each_round_that_can_be_asked_for),
        cmocka_unit_test(a_figure_that_is_not_there_has_a_reason),
        cmocka_unit_test(failures_make_the_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
