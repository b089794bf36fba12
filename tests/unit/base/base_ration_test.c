/* SPDX-License-Identifier: BSD-3-Clause */
/* A few at once, then one in a period. */
#include "base_ration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void a_few_at_once_then_one_in_a_period(void **state)
{
    struct base_ration r = {0};
    for (int i = 0; i < 3; i++)
        assert_true(base_ration_take(&r, 5000, 1000, 3));
    assert_false(base_ration_take(&r, 5000, 1000, 3));
    assert_false(base_ration_take(&r, 5999, 1000, 3));
    for (uint64_t now = 6000; now < 16000; now += 1000) {
        assert_true(base_ration_take(&r, now, 1000, 3));
        assert_false(base_ration_take(&r, now + 999, 1000, 3));
    }
}

static void no_more_come_back_than_there_were(void **state)
{
    struct base_ration r = {0};
    for (int i = 0; i < 3; i++)
        assert_true(base_ration_take(&r, 7, 1000, 3));
    for (int i = 0; i < 2; i++)
        assert_true(base_ration_take(&r, 2007, 1000, 3));
    assert_false(base_ration_take(&r, 2007, 1000, 3));
    for (int i = 0; i < 3; i++)
        assert_true(base_ration_take(&r, UINT64_MAX, 1000, 3));
    assert_false(base_ration_take(&r, UINT64_MAX, 1000, 3));
}

/* A fourth more often than it may in the long run: those in a row last for three times as many. */
static void parts_of_a_period_are_not_lost(void **state)
{
    struct base_ration r = {0};
    uint64_t n = 0;
    while (base_ration_take(&r, 5000 + n * 750, 1000, 3))
        n++;
    assert_int_equal(n, 9);
    assert_true(base_ration_take(&r, 5000 + n * 750 + 250, 1000, 3));
}

static void without_a_period_there_is_no_limit(void **state)
{
    struct base_ration r = {0};
    for (int i = 0; i < 100; i++)
        assert_true(base_ration_take(&r, 0, 0, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_few_at_once_then_one_in_a_period),
        cmocka_unit_test(no_more_come_back_than_there_were),
        cmocka_unit_test(parts_of_a_period_are_not_lost),
        cmocka_unit_test(without_a_period_there_is_no_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
