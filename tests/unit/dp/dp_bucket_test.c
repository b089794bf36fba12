/* SPDX-License-Identifier: BSD-3-Clause */
/* How many a token bucket lets through, and when. */
#include "dp_bucket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define HZ    1000000000ull
#define START 12345ull

/* How many it gives at one moment. */
static unsigned taken(struct dp_bucket *b, uint64_t now, uint64_t pps)
{
    unsigned n = 0;
    while (n < 100000 && dp_bucket_take(b, now, HZ, pps))
        n++;
    return n;
}

static void a_fresh_one_holds_a_tenth_of_a_second(void **state)
{
    struct dp_bucket b = {0};
    assert_int_equal(taken(&b, START, 1000), 100);
    assert_int_equal(taken(&b, START, 1000), 0);
}

static void a_slow_one_holds_sixteen(void **state)
{
    struct dp_bucket slow = {0}, least = {0}, more = {0};
    assert_int_equal(taken(&slow, START, 1), 16);
    assert_int_equal(taken(&least, START, 160), 16);
    assert_int_equal(taken(&more, START, 170), 17);
}

static void a_token_is_made_when_its_time_is_over_and_not_before(void **state)
{
    struct dp_bucket b = {0};
    taken(&b, START, 1000);
    assert_false(dp_bucket_take(&b, START + HZ / 1000 - 1, HZ, 1000));
    assert_true(dp_bucket_take(&b, START + HZ / 1000, HZ, 1000));
    assert_false(dp_bucket_take(&b, START + HZ / 1000, HZ, 1000));
}

/* Asked more often than tokens are made, it still makes as many: what is over of a token's time is kept. */
static void asking_often_makes_no_fewer(void **state)
{
    struct dp_bucket b = {0};
    unsigned n = 0;
    taken(&b, START, 1000);
    for (uint64_t t = 0; t <= HZ; t += HZ / 1700)
        n += dp_bucket_take(&b, START + t, HZ, 1000);
    assert_in_range(n, 999, 1000);
}

static void a_long_silence_fills_it_and_no_more(void **state)
{
    struct dp_bucket b = {0};
    taken(&b, START, 1000);
    assert_int_equal(taken(&b, START + 3600 * HZ, 1000), 100);
    assert_false(dp_bucket_take(&b, START + 3600 * HZ + 1, HZ, 1000));
}

static void a_rate_above_the_clock_is_one_a_tick(void **state)
{
    struct dp_bucket b = {0};
    unsigned n = 0;
    while (dp_bucket_take(&b, 1, 1000, 5000))
        n++;
    assert_int_equal(n, 500);
    assert_true(dp_bucket_take(&b, 2, 1000, 5000));
    assert_false(dp_bucket_take(&b, 2, 1000, 5000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fresh_one_holds_a_tenth_of_a_second),
        cmocka_unit_test(a_slow_one_holds_sixteen),
        cmocka_unit_test(a_token_is_made_when_its_time_is_over_and_not_before),
        cmocka_unit_test(asking_often_makes_no_fewer),
        cmocka_unit_test(a_long_silence_fills_it_and_no_more),
        cmocka_unit_test(a_rate_above_the_clock_is_one_a_tick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
