/* SPDX-License-Identifier: BSD-3-Clause */
/* Monotonic time: saturation at both ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base_time.h"

static base_time at(uint64_t ns)
{
    return (base_time){ns};
}

static void additions_saturate_at_never(void **state)
{
    assert_true(base_time_add(at(5), 7).ns == 12);
    assert_true(base_time_is_never(base_time_add(at(UINT64_MAX - 1), 2)));
    assert_true(base_time_is_never(base_time_add(BASE_TIME_NEVER, BASE_NS_PER_S)));
    assert_true(base_time_is_never(base_time_add(at(1), UINT64_MAX)));
    assert_false(base_time_is_never(base_time_add(at(UINT64_MAX - 2), 1)));
}

static void a_difference_is_never_negative(void **state)
{
    assert_true(base_time_since(at(10), at(4)) == 6);
    assert_true(base_time_since(at(4), at(10)) == 0);
    assert_true(base_time_since(at(4), at(4)) == 0);
}

static void a_deadline_is_reached_when_it_comes_and_never_is_not(void **state)
{
    assert_false(base_time_reached(at(10), at(9)));
    assert_true(base_time_reached(at(10), at(10)));
    assert_true(base_time_reached(at(10), at(11)));
    assert_false(base_time_reached(BASE_TIME_NEVER, at(UINT64_MAX - 1)));
}

static void the_earlier_of_two_times_is_taken(void **state)
{
    assert_true(base_time_min(at(1), at(2)).ns == 1);
    assert_true(base_time_min(BASE_TIME_NEVER, at(2)).ns == 2);
    assert_true(base_time_max(at(1), at(2)).ns == 2);
    assert_true(base_time_is_never(base_time_max(BASE_TIME_NEVER, at(2))));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(additions_saturate_at_never),
        cmocka_unit_test(a_difference_is_never_negative),
        cmocka_unit_test(a_deadline_is_reached_when_it_comes_and_never_is_not),
        cmocka_unit_test(the_earlier_of_two_times_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
