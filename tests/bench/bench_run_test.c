/* SPDX-License-Identifier: BSD-3-Clause */
/* Rounds over cases that take no time: what is measured, how often, and what is told when some is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "bench_run.h"
#include "bench_stat.h"

#define CASES   3
#define LIMIT_S 1000

static struct bench_run run;
static uint32_t seen[CASES];   /* how often each case was measured */
static uint32_t failing, slow; /* these cases; CASES: none */
static bool is_done;

/* A slow case takes more than half of the limit: it is as if the run began so much earlier. */
static int case_measure(void *ctx, struct bench_run *r, uint32_t at)
{
    seen[at]++;
    if (at == slow) {
        r->began -= (uint64_t)(0.6 * LIMIT_S * bench_tsc_hz());
        r->case_max = 0.6 * LIMIT_S;
    }
    return at == failing ? -EIO : 0;
}

static bool case_is_done(const void *ctx, uint32_t at)
{
    return is_done;
}

static int run_make(uint32_t rounds, uint32_t wait)
{
    const struct bench_cases c = {.count = CASES, .measure = case_measure, .is_done = case_is_done};
    bench_run_begin(&run, BENCH_FORM_CSV, "path", 0, rounds, wait, LIMIT_S);
    return bench_run_rounds(&run, &c);
}

static int cases_begin(void **state)
{
    memset(seen, 0, sizeof(seen));
    failing = slow = CASES;
    is_done = true;
    return 0;
}

/* The rows that end a run, for the caller to free. */
static char *run_end(void)
{
    char *text = NULL;
    size_t len = 0;
    FILE *old = stdout, *f = open_memstream(&text, &len);
    assert_non_null(f);
    stdout = f;
    bench_run_end(&run);
    stdout = old;
    fclose(f);
    return text;
}

static void confirmed_cases_are_measured_once_a_round(void **state)
{
    assert_int_equal(run_make(1, 60), 0);
    for (int at = 0; at < CASES; at++)
        assert_int_equal(seen[at], 1);
    assert_int_equal(run.made, 1);
    assert_false(run.is_cut);
    assert_true(run.case_max > 0 && run.case_max < LIMIT_S);
    free(run_end());
}

static void a_case_that_fails_takes_no_other_with_it(void **state)
{
    failing = 1;
    assert_int_equal(run_make(2, 0), -EIO);
    assert_int_equal(seen[0], 2);
    assert_int_equal(seen[1], 1);
    assert_int_equal(seen[2], 2);
    assert_int_equal(run.made, 2);
    free(run_end());
}

static void no_case_begins_that_would_end_past_the_limit(void **state)
{
    slow = 1;
    is_done = false;
    assert_int_equal(run_make(3, 60), 0);
    assert_int_equal(seen[0], 1);
    assert_int_equal(seen[1], 1);
    assert_int_equal(seen[2], 0);
    assert_true(run.is_cut);
    run.figures = 1; /* that is starred */
    char *rows = run_end();
    assert_non_null(strstr(rows, "there was no time for more rounds: 0 of 1 figures are confirmed"));
    free(rows);
}

static void no_round_begins_past_the_limit(void **state)
{
    slow = CASES - 1;
    assert_int_equal(run_make(3, 60), 0);
    assert_int_equal(run.made, 1);
    assert_true(run.is_cut);
    free(run_end());
}

/* A row without a figure is refused by those who read it, unless it tells why. */
static void what_was_not_measured_tells_so_in_each_row(void **state)
{
    struct bench_weather none = {0};
    struct bench_subject s;
    char *text = NULL;
    size_t len = 0;
    FILE *old = stdout, *f = open_memstream(&text, &len);
    assert_non_null(f);
    assert_int_equal(run_make(1, 0), 0);
    bench_subject_set(&s, "path", "out", 128, 64, 1, 1);
    stdout = f;
    bench_run_weather(&run, &s, &none);
    stdout = old;
    fclose(f);
    uint32_t told = 0;
    for (const char *p = text; (p = strstr(p, "no round was measured")); p++)
        told++;
    assert_int_equal(told, 3);
    free(text);
    free(run_end());
}

/* What another thread read on its CPU says nothing of the measuring one's, whose clock may be a faster one.
 */
static void noise_of_another_thread_has_a_weather_of_its_own(void **state)
{
    struct bench_weather own = {0}, other = {0};
    struct bench_noise fast = {.on_cpu = 1, .seconds = 1, .frequency = 4e9}, low = fast, shared = fast;
    low.frequency = 3e9;
    shared.on_cpu = 0.5;
    assert_int_equal(run_make(1, 0), 0);
    assert_int_equal(bench_run_note(&run, &own, &fast, true), BENCH_CALM);
    assert_int_equal(bench_run_note(&run, &other, &low, true), BENCH_CALM);
    assert_int_equal(bench_run_note(&run, &other, &low, false), BENCH_CORE_SHARED);
    assert_int_equal(bench_run_note(&run, &other, &shared, true), BENCH_CPU_SHARED);
    assert_int_equal(bench_run_note(&run, &own, &low, true), BENCH_CORE_SLOWED);
    assert_true(bench_run_frequency(&own) == 3e9 && bench_run_frequency(&other) == 4e9);
    assert_true(run.frequency_min == 3e9 && run.frequency_max == 4e9);
    free(run_end());
}

static void a_result_is_a_round_with_its_noise(void **state)
{
    struct bench_weather w = {0};
    struct bench_figure f = {0};
    const struct bench_result crowded = {.min = 70, .median = 80, .max = 90, .clock = 1.5};
    assert_int_equal(run_make(1, 0), 0);
    bench_run_start(&run);
    bench_run_take(&run, &w, &crowded, &f);
    assert_int_equal(f.count, 1);
    assert_true(f.round[0].value == 70 && f.round[0].unrest != BENCH_CALM);
    assert_true(f.round[0].frequency == 1.5 * bench_tsc_hz() && w.frequency.count == 1);
    free(run_end());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(confirmed_cases_are_measured_once_a_round, cases_begin),
        cmocka_unit_test_setup(a_case_that_fails_takes_no_other_with_it, cases_begin),
        cmocka_unit_test_setup(no_case_begins_that_would_end_past_the_limit, cases_begin),
        cmocka_unit_test_setup(no_round_begins_past_the_limit, cases_begin),
        cmocka_unit_test_setup(what_was_not_measured_tells_so_in_each_row, cases_begin),
        cmocka_unit_test_setup(a_result_is_a_round_with_its_noise, cases_begin),
        cmocka_unit_test_setup(noise_of_another_thread_has_a_weather_of_its_own, cases_begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
