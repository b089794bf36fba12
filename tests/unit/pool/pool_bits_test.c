/* SPDX-License-Identifier: BSD-3-Clause */
/* Taken and free numbers. */
#include "pool_test.h"
#include "pool_bits.h"
#include "pool_spans.h"

static struct pool_bits b;

static void the_lowest_free_number_is_found_until_none_is(void **state)
{
    static const uint32_t sizes[] = {1, 63, 64, 65, 4095, 4096, 4097, 300000};
    uint32_t n;
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_int_equal(pool_bits_init(&b, sizes[i]), 0);
        for (uint32_t k = 0; k < sizes[i]; k++) {
            assert_true(pool_bits_first(&b, &n));
            assert_int_equal(n, k);
            pool_bits_take(&b, k);
        }
        assert_false(pool_bits_first(&b, &n));
        pool_bits_free(&b, sizes[i] / 2);
        assert_true(pool_bits_first(&b, &n));
        assert_int_equal(n, sizes[i] / 2);
        pool_bits_fini(&b);
    }
}

static void numbers_taken_ahead_are_passed_over(void **state)
{
    uint32_t n;
    (void)state;
    assert_int_equal(pool_bits_init(&b, 200), 0);
    for (uint32_t k = 0; k < 150; k++)
        pool_bits_take(&b, k);
    pool_bits_take(&b, 7); /* twice is once */
    assert_true(pool_bits_first(&b, &n));
    assert_int_equal(n, 150);
    pool_bits_free(&b, 7);
    assert_true(pool_bits_first(&b, &n));
    assert_int_equal(n, 7);
    pool_bits_fini(&b);
}

static void the_largest_pool_has_a_last_number(void **state)
{
    uint32_t n;
    (void)state;
    assert_int_equal(pool_bits_init(&b, POOL_SIZE_MAX), 0);
    for (uint32_t k = 0; k < POOL_SIZE_MAX - 1; k++)
        pool_bits_take(&b, k);
    assert_true(pool_bits_first(&b, &n));
    assert_int_equal(n, POOL_SIZE_MAX - 1);
    pool_bits_take(&b, n);
    assert_false(pool_bits_first(&b, &n));
    pool_bits_fini(&b);
}

static void without_numbers_there_is_none(void **state)
{
    uint32_t n;
    (void)state;
    assert_int_equal(pool_bits_init(&b, 0), 0);
    assert_false(pool_bits_first(&b, &n));
    pool_bits_fini(&b);
    assert_false(pool_bits_first(&b, &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lowest_free_number_is_found_until_none_is),
        cmocka_unit_test(numbers_taken_ahead_are_passed_over),
        cmocka_unit_test(the_largest_pool_has_a_last_number),
        cmocka_unit_test(without_numbers_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
