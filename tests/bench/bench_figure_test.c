/* SPDX-License-Identifier: BSD-3-Clause */
/* What rounds make of a figure: confirmed by a second undisturbed round that agrees, else starred and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "bench_figure.h"

#define HZ 3.0e9

static struct bench_verdict judged(const struct bench_figure *f)
{
    struct bench_verdict v;
    bench_figure_judge(f, &v);
    assert_int_equal(v.is_starred, *v.reason != 0);
    assert_int_equal(v.is_starred, !bench_figure_is_confirmed(f));
    return v;
}

static void quiet_rounds_confirm_each_other(void **state)
{
    struct bench_figure f = {0};
    bench_figure_add(&f, 104, BENCH_CALM, HZ);
    bench_figure_add(&f, 100, BENCH_CALM, HZ);
    bench_figure_add(&f, 102, BENCH_CALM, HZ);
    struct bench_verdict v = judged(&f);
    assert_false(v.is_starred);
    assert_true(v.best == 100 && v.min == 100 && v.median == 101 && v.max == 102 && v.rounds == 2);
    f.round[0].value = 103;
    v = judged(&f);
    assert_true(v.median == 102 && v.max == 103 && v.rounds == 3);
}

static void a_disturbed_round_is_left_out_whichever_way_it_lies(void **state)
{
    struct bench_figure f = {0};
    bench_figure_add(&f, 100, BENCH_CALM, HZ);
    bench_figure_add(&f, 350, BENCH_CORE_SHARED, HZ);
    bench_figure_add(&f, 80, BENCH_CPU_SHARED, HZ);
    bench_figure_add(&f, 101, BENCH_CALM, HZ);
    struct bench_verdict v = judged(&f);
    assert_false(v.is_starred);
    assert_true(v.best == 100 && v.median == 100.5 && v.max == 101 && v.rounds == 2);
}

/* The rounds agree, since what disturbed them was the same: that confirms nothing. */
static void disturbed_rounds_confirm_nothing(void **state)
{
    struct bench_figure f = {0};
    for (int i = 0; i < 3; i++)
        bench_figure_add(&f, 1444, i ? BENCH_CPU_STOLEN : BENCH_CORE_SHARED, HZ);
    struct bench_verdict v = judged(&f);
    assert_string_equal(v.reason, "every round was disturbed: the hypervisor took the CPU away");
    assert_true(v.min == 1444 && v.rounds == 3);
}

static void one_round_confirms_nothing(void **state)
{
    struct bench_figure f = {0};
    assert_string_equal(judged(&f).reason, "no round gave a figure");
    assert_int_equal(judged(&f).rounds, 0);
    bench_figure_add(&f, 100, BENCH_CALM, HZ);
    assert_string_equal(judged(&f).reason, "only one round was measured, and none confirms it");
    bench_figure_add(&f, 101, BENCH_CPU_SHARED, HZ);
    assert_string_equal(judged(&f).reason,
                        "only one round of 2 was undisturbed: other programs used the CPU");
    assert_true(judged(&f).best == 100);
}

/* Two bad rounds that agree do not outvote a good one. */
static void rounds_that_disagree_are_starred(void **state)
{
    struct bench_figure f = {0};
    bench_figure_add(&f, 163, BENCH_CALM, HZ);
    bench_figure_add(&f, 121, BENCH_CALM, HZ);
    bench_figure_add(&f, 163, BENCH_CALM, HZ);
    assert_string_equal(judged(&f).reason, "two rounds do not agree: 121 and 163");
    bench_figure_add(&f, 122, BENCH_CALM, HZ);
    struct bench_verdict v = judged(&f);
    assert_false(v.is_starred);
    assert_true(v.min == 121 && v.median == 121.5 && v.max == 122 && v.rounds == 2); /* what was confirmed */
}

/* Of packets per second the most are the best; a burst of load that halves some is no harm. */
static void of_a_rate_the_greatest_two_must_agree(void **state)
{
    struct bench_figure f = {.is_rate = true};
    bench_figure_add(&f, 10.0, BENCH_CALM, HZ);
    bench_figure_add(&f, 5.0, BENCH_CALM, HZ);
    bench_figure_add(&f, 5.0, BENCH_CALM, HZ);
    assert_string_equal(judged(&f).reason, "two rounds do not agree: 10 and 5");
    bench_figure_add(&f, 9.9, BENCH_CALM, HZ);
    struct bench_verdict v = judged(&f);
    assert_true(!v.is_starred && v.best == 10 && v.min == 9.9 && v.max == 10 && v.rounds == 2);
}

static void a_frequency_that_drifts_is_the_reason_when_it_explains_the_rounds(void **state)
{
    struct bench_figure f = {0}, rate = {.is_rate = true};
    bench_figure_add(&f, 100, BENCH_CALM, 3.4e9);
    bench_figure_add(&f, 117, BENCH_CALM, 2.9e9);
    assert_string_equal(judged(&f).reason, "two rounds do not agree: 100 and 117, since the core ran at "
                                           "3.40 GHz and then at 2.90 GHz");
    f.round[1].frequency = 3.4e9;
    assert_string_equal(judged(&f).reason, "two rounds do not agree: 100 and 117");
    bench_figure_add(&rate, 11.7, BENCH_CALM, 3.4e9);
    bench_figure_add(&rate, 10, BENCH_CALM, 2.9e9);
    assert_non_null(strstr(judged(&rate).reason, "GHz"));
    rate.round[0].frequency = 0;
    assert_null(strstr(judged(&rate).reason, "GHz"));
}

/* Three per cent of a stage of seven cycles are no difference that a clock can tell. */
static void slack_is_for_what_is_small(void **state)
{
    struct bench_figure f = {0};
    bench_figure_add(&f, 7.0, BENCH_CALM, HZ);
    bench_figure_add(&f, 7.9, BENCH_CALM, HZ);
    assert_true(judged(&f).is_starred);
    f.slack = 1;
    assert_false(judged(&f).is_starred);
}

static void more_rounds_than_there_is_room_for_are_ignored(void **state)
{
    struct bench_figure f = {0};
    for (int i = 0; i < BENCH_ROUNDS_MAX + 3; i++)
        bench_figure_add(&f, 100, BENCH_CALM, HZ);
    assert_int_equal(judged(&f).rounds, BENCH_ROUNDS_MAX);
}

/* Of stretches within a round, an undisturbed one goes before a better one that was not. */
static void the_least_disturbed_round_is_told_with_its_noise(void **state)
{
    struct bench_figure f = {.is_rate = true};
    struct bench_round best;
    assert_false(bench_figure_best(&f, &best));
    bench_figure_add(&f, 9, BENCH_CPU_STOLEN, HZ);
    bench_figure_add(&f, 10, BENCH_CORE_SHARED, HZ);
    assert_true(bench_figure_best(&f, &best));
    assert_true(best.value == 10 && best.unrest == BENCH_CORE_SHARED);
    bench_figure_add(&f, 7, BENCH_CALM, HZ);
    bench_figure_add(&f, 8, BENCH_CALM, HZ / 2);
    assert_true(bench_figure_best(&f, &best));
    assert_true(best.value == 8 && best.unrest == BENCH_CALM && best.frequency == HZ / 2);
    f.is_rate = false;
    assert_true(bench_figure_best(&f, &best));
    assert_true(best.value == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quiet_rounds_confirm_each_other),
        cmocka_unit_test(a_disturbed_round_is_left_out_whichever_way_it_lies),
        cmocka_unit_test(disturbed_rounds_confirm_nothing),
        cmocka_unit_test(one_round_confirms_nothing),
        cmocka_unit_test(rounds_that_disagree_are_starred),
        cmocka_unit_test(of_a_rate_the_greatest_two_must_agree),
        cmocka_unit_test(a_frequency_that_drifts_is_the_reason_when_it_explains_the_rounds),
        cmocka_unit_test(slack_is_for_what_is_small),
        cmocka_unit_test(more_rounds_than_there_is_room_for_are_ignored),
        cmocka_unit_test(the_least_disturbed_round_is_told_with_its_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
