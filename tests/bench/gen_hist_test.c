/* SPDX-License-Identifier: BSD-3-Clause */
/* Percentiles out of cells: never too little, and too much by no more than a 64th. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gen_hist.h"

static struct gen_hist hist, other;

static void small_values_are_exact(void **state)
{
    gen_hist_clear(&hist);
    for (uint64_t v = 1; v <= 50; v++)
        gen_hist_add(&hist, v);
    assert_int_equal(gen_hist_share(&hist, 0.5), 25);
    assert_int_equal(gen_hist_share(&hist, 0.9), 45);
    assert_int_equal(gen_hist_share(&hist, 0.99), 50);
    assert_int_equal(gen_hist_share(&hist, 1), 50);
    assert_int_equal(gen_hist_share(&hist, 0), 1);
}

static void the_error_is_bounded_at_every_magnitude(void **state)
{
    for (uint64_t v = 1; v < 1ull << GEN_HIST_BITS; v += v / 7 + 1) {
        gen_hist_clear(&hist);
        gen_hist_add(&hist, v);
        gen_hist_add(&hist,
                     1ull << (GEN_HIST_BITS - 1)); /* else the greatest value, which is exact, is told */
        uint64_t told = gen_hist_share(&hist, 0.5);
        assert_true(told >= v || v > 1ull << (GEN_HIST_BITS - 1));
        assert_true(told <= v + v / 64);
    }
}

static void neighbouring_cells_share_no_value(void **state)
{
    for (uint32_t bit = GEN_HIST_SUB_BITS; bit < GEN_HIST_BITS; bit++) {
        gen_hist_clear(&hist);
        gen_hist_add(&hist, (1ull << bit) - 1);
        gen_hist_add(&hist, 1ull << bit);
        assert_true(gen_hist_share(&hist, 0.5) < 1ull << bit);
        assert_int_equal(gen_hist_share(&hist, 1), 1ull << bit);
    }
}

static void what_is_beyond_the_last_cell_is_told_as_the_greatest(void **state)
{
    gen_hist_clear(&hist);
    gen_hist_add(&hist, 5);
    gen_hist_add(&hist, UINT64_MAX);
    assert_int_equal(gen_hist_share(&hist, 0.5), 5);
    assert_true(gen_hist_share(&hist, 0.99) == UINT64_MAX);
}

static void two_are_joined(void **state)
{
    gen_hist_clear(&hist);
    gen_hist_clear(&other);
    for (uint64_t v = 1; v <= 30; v++)
        gen_hist_add(v % 2 ? &hist : &other, v);
    gen_hist_join(&hist, &other);
    assert_int_equal(hist.count, 30);
    assert_int_equal(gen_hist_share(&hist, 0.5), 15);
    assert_int_equal(hist.max, 30);
}

static void of_nothing_it_tells_nothing(void **state)
{
    gen_hist_clear(&hist);
    assert_int_equal(gen_hist_share(&hist, 0.99), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_values_are_exact),
        cmocka_unit_test(the_error_is_bounded_at_every_magnitude),
        cmocka_unit_test(neighbouring_cells_share_no_value),
        cmocka_unit_test(what_is_beyond_the_last_cell_is_told_as_the_greatest),
        cmocka_unit_test(two_are_joined),
        cmocka_unit_test(of_nothing_it_tells_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
