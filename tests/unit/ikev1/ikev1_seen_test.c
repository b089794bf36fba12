/* SPDX-License-Identifier: BSD-3-Clause */
/* Message ids that were used: found again, up to the cap. */
#include "ikev1_seen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void what_was_added_is_found_and_nothing_else(void **state)
{
    struct ikev1_seen s = {0};
    (void)state;
    assert_false(ikev1_seen_has(&s, 5));
    for (uint32_t i = 1; i <= 1000; i++)
        assert_true(ikev1_seen_add(&s, i * 64));
    for (uint32_t i = 1; i <= 64000; i++)
        assert_int_equal(ikev1_seen_has(&s, i), i % 64 == 0);
    assert_true(ikev1_seen_add(&s, 64));
    assert_int_equal(s.count, 1000);
    ikev1_seen_free(&s);
}

static void zero_is_no_message_id(void **state)
{
    struct ikev1_seen s = {0};
    (void)state;
    assert_false(ikev1_seen_add(&s, 0));
    assert_false(ikev1_seen_has(&s, 0));
}

static void there_is_a_cap_and_a_warning_before_it(void **state)
{
    struct ikev1_seen s = {0};
    uint32_t n = 0;
    (void)state;
    while (!ikev1_seen_is_full(&s))
        assert_true(ikev1_seen_add(&s, ++n));
    assert_in_range(n, IKEV1_SEEN_MAX / 2, IKEV1_SEEN_MAX - 1);
    while (n < IKEV1_SEEN_MAX)
        assert_true(ikev1_seen_add(&s, ++n));
    assert_false(ikev1_seen_add(&s, ++n));
    ikev1_seen_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_added_is_found_and_nothing_else),
        cmocka_unit_test(zero_is_no_message_id),
        cmocka_unit_test(there_is_a_cap_and_a_warning_before_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
