/* SPDX-License-Identifier: BSD-3-Clause */
/* What the numbers of packets tell: loss, copies, and order within an SA. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gen_seq.h"

static struct gen_seq seq;

static int seq_open(void **state)
{
    return gen_seq_init(&seq, 4);
}

static int seq_close(void **state)
{
    gen_seq_fini(&seq);
    return 0;
}

static void in_order_all_are_received(void **state)
{
    for (uint64_t n = 0; n < 1000000; n++)
        assert_true(gen_seq_take(&seq, n, 0));
    assert_int_equal(seq.received, 1000000);
    assert_int_equal(seq.duplicates + seq.reordered + seq.late + seq.furthest, 0);
}

static void a_copy_is_one_wherever_it_comes_in_the_window(void **state)
{
    for (uint64_t n = 0; n < 200; n++)
        gen_seq_take(&seq, n, 0);
    assert_false(gen_seq_take(&seq, 199, 0));
    assert_false(gen_seq_take(&seq, 0, 0));
    gen_seq_take(&seq, GEN_SEQ_WINDOW - 65, 0);
    assert_false(gen_seq_take(&seq, 0, 0));
    assert_int_equal(seq.duplicates, 3);
    assert_int_equal(seq.received, 201);
}

static void numbers_of_an_earlier_lap_of_the_ring_are_forgotten(void **state)
{
    for (uint64_t n = 0; n < 5ull * GEN_SEQ_WINDOW; n += 3)
        assert_true(gen_seq_take(&seq, n, 0));
    for (uint64_t n = 4ull * GEN_SEQ_WINDOW + 66; n < 5ull * GEN_SEQ_WINDOW; n++)
        assert_int_equal(gen_seq_take(&seq, n, 0), n % 3 != 0);
    assert_int_equal(seq.late, 0);
}

static void what_is_older_than_the_window_is_not_judged(void **state)
{
    gen_seq_take(&seq, 2ull * GEN_SEQ_WINDOW, 0);
    assert_false(gen_seq_take(&seq, 7, 0));
    assert_int_equal(seq.late, 1);
    assert_int_equal(seq.received, 1);
    assert_int_equal(seq.duplicates, 0);
}

static void a_leap_leaves_no_old_bits(void **state)
{
    for (uint64_t n = 0; n < 300; n++)
        gen_seq_take(&seq, n, 0);
    gen_seq_take(&seq, 10ull * GEN_SEQ_WINDOW + 299, 0);
    for (uint64_t n = 10ull * GEN_SEQ_WINDOW; n < 10ull * GEN_SEQ_WINDOW + 299; n++)
        assert_true(gen_seq_take(&seq, n, 0));
}

static void order_is_that_of_an_sa(void **state)
{
    static const struct {
        uint64_t number;
        uint32_t sa;
    } came[] = {{1, 1}, {0, 0}, {3, 1}, {2, 0}, {5, 0}, {4, 0}};
    for (uint32_t i = 0; i < 6; i++)
        gen_seq_take(&seq, came[i].number, came[i].sa);
    assert_int_equal(seq.received, 6);
    assert_int_equal(seq.reordered, 1); /* 4 after 5 */
    assert_int_equal(seq.furthest, 1);
    assert_int_equal(seq.silent, 2);
}

static void a_new_trial_begins_with_nothing(void **state)
{
    gen_seq_take(&seq, 9, 2);
    gen_seq_clear(&seq);
    assert_int_equal(seq.silent, 4);
    assert_true(gen_seq_take(&seq, 9, 2));
    assert_int_equal(seq.received, 1);
}

static void an_sa_that_is_none_counts_as_the_first(void **state)
{
    assert_true(gen_seq_take(&seq, 0, 4));
    assert_true(gen_seq_take(&seq, 1, UINT32_MAX));
    assert_int_equal(seq.silent, 3);
}

int main(void)
{
#define SEQ_TEST(name) cmocka_unit_test_setup_teardown(name, seq_open, seq_close)
    const struct CMUnitTest tests[] = {
        SEQ_TEST(in_order_all_are_received),
        SEQ_TEST(a_copy_is_one_wherever_it_comes_in_the_window),
        SEQ_TEST(numbers_of_an_earlier_lap_of_the_ring_are_forgotten),
        SEQ_TEST(what_is_older_than_the_window_is_not_judged),
        SEQ_TEST(a_leap_leaves_no_old_bits),
        SEQ_TEST(order_is_that_of_an_sa),
        SEQ_TEST(a_new_trial_begins_with_nothing),
        SEQ_TEST(an_sa_that_is_none_counts_as_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
