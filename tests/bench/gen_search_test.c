/* SPDX-License-Identifier: BSD-3-Clause */
/* The no-drop search, with gateways that are a number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <math.h>

#include "gen_search.h"

/* A gateway that carries up to `limit`, and in long trials up to `lasting`. */
static double search_run(struct gen_search *s, double limit, double lasting)
{
    double rate;
    bool is_long;
    while (gen_search_next(s, &rate, &is_long)) {
        assert_true(rate > 0 && rate <= s->top);
        assert_true(s->trials < 1000);
        gen_search_tell(s, rate <= (is_long ? lasting : limit));
    }
    return s->found;
}

static void it_comes_within_the_resolution_from_below(void **state)
{
    for (double limit = 1.5; limit < 100; limit += 0.7) {
        struct gen_search s;
        gen_search_begin(&s, 100, 1, 1);
        double found = search_run(&s, limit, limit);
        assert_true(found <= limit && found > limit - 1);
        assert_true(s.trials <= 10);
    }
}

static void a_top_that_is_good_is_confirmed_and_nothing_is_searched(void **state)
{
    struct gen_search s;
    gen_search_begin(&s, 100, 1, 3);
    assert_true(search_run(&s, 100, 100) == 100);
    assert_int_equal(s.trials, 4);
}

static void no_rate_that_is_good_is_none(void **state)
{
    struct gen_search s;
    gen_search_begin(&s, 100, 1, 1);
    assert_true(search_run(&s, 0, 0) == 0);
}

static void what_a_long_trial_does_not_confirm_is_lowered(void **state)
{
    struct gen_search s;
    gen_search_begin(&s, 100, 1, 1);
    double found = search_run(&s, 60, 55.5);
    assert_true(found <= 55.5 && found > 54);
    gen_search_begin(&s, 100, 1, 1);
    assert_true(search_run(&s, 60, 0) == 0);
}

static void one_bad_trial_of_many_makes_a_rate_bad(void **state)
{
    struct gen_search s;
    double rate;
    bool is_long;
    gen_search_begin(&s, 100, 1, 3);
    gen_search_tell(&s, true);
    gen_search_tell(&s, true);
    assert_true(gen_search_next(&s, &rate, &is_long));
    assert_true(rate == 100 && !is_long);
    gen_search_tell(&s, false);
    assert_true(gen_search_next(&s, &rate, &is_long));
    assert_true(rate == 50);
    for (uint32_t i = 0; i < 2; i++) {
        gen_search_tell(&s, true);
        gen_search_next(&s, &rate, &is_long);
        assert_true(rate == 50);
    }
    gen_search_tell(&s, true);
    gen_search_next(&s, &rate, &is_long);
    assert_true(rate == 75);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_comes_within_the_resolution_from_below),
        cmocka_unit_test(a_top_that_is_good_is_confirmed_and_nothing_is_searched),
        cmocka_unit_test(no_rate_that_is_good_is_none),
        cmocka_unit_test(what_a_long_trial_does_not_confirm_is_lowered),
        cmocka_unit_test(one_bad_trial_of_many_makes_a_rate_bad),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
