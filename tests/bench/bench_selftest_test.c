/* SPDX-License-Identifier: BSD-3-Clause */
/* What pairs of rounds prove: a stage that was slowed is seen, one that was not is not, and noise is neither.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench_figure.h"
#include "bench_selftest.h"

/* Pairs of rounds, n of them; each pair has weather of its own, which is the same for both. */
static enum bench_selftest_outcome pairs(const double *plain, const double *slow, int n,
                                         enum bench_unrest unrest, double percent)
{
    struct bench_figure a = {0}, b = {0}, added = {0};
    struct bench_selftest_change c;
    for (int i = 0; i < n; i++) {
        bench_figure_add(&a, plain[i], i ? BENCH_CALM : unrest, 3e9);
        bench_figure_add(&b, slow[i], BENCH_CALM, 3e9);
        bench_figure_add(&added, plain[i] * percent / 100, BENCH_CALM, 3e9);
    }
    return bench_selftest_slow(&a, &b, percent > 0 ? &added : NULL, &c);
}

static const double drifting[] = {80, 84, 88, 92}, tenth_more[] = {88, 92.4, 96.8, 101.2};

static void a_slow_stage_is_seen_through_a_drift(void **state)
{
    assert_int_equal(pairs(drifting, tenth_more, 4, BENCH_CALM, 10), BENCH_SELFTEST_PASS);
    assert_int_equal(pairs(drifting, tenth_more, 4, BENCH_CALM, 0), BENCH_SELFTEST_WRONG);
    assert_int_equal(pairs(drifting, drifting, 4, BENCH_CALM, 10), BENCH_SELFTEST_WRONG);
    assert_int_equal(pairs(drifting, drifting, 4, BENCH_CALM, 0), BENCH_SELFTEST_PASS);
}

/* What is added may differ from round to round: each is held against its own. A meter that shows the tenth
 * that was asked for, and not what was done, is wrong. */
static void what_was_added_is_what_counts(void **state)
{
    const double plain[] = {80, 80, 80}, slow[] = {84, 90, 88}, done[] = {4, 10, 8}, tenth[] = {88, 88, 88};
    struct bench_figure a = {0}, b = {0}, echo = {0}, added = {0}, half = {0};
    struct bench_selftest_change c;
    for (int i = 0; i < 3; i++) {
        bench_figure_add(&a, plain[i], BENCH_CALM, 3e9);
        bench_figure_add(&b, slow[i], BENCH_CALM, 3e9);
        bench_figure_add(&echo, tenth[i], BENCH_CALM, 3e9);
        bench_figure_add(&added, done[i], BENCH_CALM, 3e9);
        bench_figure_add(&half, 4, BENCH_CALM, 3e9);
    }
    assert_int_equal(bench_selftest_slow(&a, &b, &added, &c), BENCH_SELFTEST_PASS);
    assert_true(c.plain == 80 && c.added == 8 && c.change == 8);
    assert_int_equal(bench_selftest_slow(&a, &echo, &half, &c), BENCH_SELFTEST_WRONG);
}

/* Two calm pairs of three are too few, and pairs that tell different things tell nothing. */
static void noise_proves_nothing(void **state)
{
    const double wild[] = {80, 100, 84, 120};
    assert_int_equal(pairs(drifting, tenth_more, 3, BENCH_CPU_SHARED, 10), BENCH_SELFTEST_UNABLE);
    assert_int_equal(pairs(drifting, tenth_more, 4, BENCH_CPU_SHARED, 10), BENCH_SELFTEST_PASS);
    assert_int_equal(pairs(drifting, wild, 4, BENCH_CALM, 10), BENCH_SELFTEST_UNABLE);
}

/* A cycle more or less is no change of a stage that has five. */
static void a_cycle_is_no_change_of_a_small_stage(void **state)
{
    const double five[] = {5, 5, 5}, six[] = {6, 6, 6}, eight[] = {8, 8, 8};
    assert_int_equal(pairs(five, six, 3, BENCH_CALM, 0), BENCH_SELFTEST_PASS);
    assert_int_equal(pairs(five, eight, 3, BENCH_CALM, 0), BENCH_SELFTEST_WRONG);
}

/* One near try among far ones is luck, and one far among near ones is, too. */
static void the_median_of_calm_tries_proves_the_clock(void **state)
{
    const double lucky[] = {0.1, 0.001, 0.12}, slip[] = {0.01, -0.2, 0.02}, low[] = {-0.1, -0.09, 0, -0.2};
    uint32_t at;
    assert_int_equal(bench_selftest_clock(lucky, 3, 0.03, &at), BENCH_SELFTEST_WRONG);
    assert_int_equal(at, 0);
    assert_int_equal(bench_selftest_clock(slip, 3, 0.03, &at), BENCH_SELFTEST_PASS);
    assert_int_equal(at, 0);
    assert_int_equal(bench_selftest_clock(low, 4, 0.03, &at), BENCH_SELFTEST_WRONG);
    assert_int_equal(bench_selftest_clock(slip, 2, 0.03, &at), BENCH_SELFTEST_UNABLE);
    assert_int_equal(bench_selftest_clock(NULL, 0, 0.03, &at), BENCH_SELFTEST_UNABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slow_stage_is_seen_through_a_drift),
        cmocka_unit_test(what_was_added_is_what_counts),
        cmocka_unit_test(noise_proves_nothing),
        cmocka_unit_test(the_median_of_calm_tries_proves_the_clock),
        cmocka_unit_test(a_cycle_is_no_change_of_a_small_stage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
