/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses as numbers. */
#include "pool_test.h"
#include "pool_spans.h"

static struct pool_spans s, other;

static void set_spans(struct pool_spans *out, struct base_ts_list *ranges)
{
    pool_spans_set(out, ranges);
    free(ranges);
}

static void numbers_go_through_the_ranges_in_their_order(void **state)
{
    uint32_t n;
    (void)state;
    set_spans(&s, RANGES("10.9.0.250", "10.9.1.5", "10.8.0.1", "10.8.0.1", "10.7.255.254", "10.8.0.0"));
    assert_int_equal(s.size, 12 + 1 + 3);
    for (uint32_t i = 0; i < s.size; i++) {
        const struct base_addr a = pool_spans_addr(&s, i);
        assert_true(pool_spans_number(&s, &a, &n));
        assert_int_equal(n, i);
    }
    assert_addr(pool_spans_addr(&s, 0), "10.9.0.250");
    assert_addr(pool_spans_addr(&s, 6), "10.9.1.0");
    assert_addr(pool_spans_addr(&s, 12), "10.8.0.1");
    assert_addr(pool_spans_addr(&s, 15), "10.8.0.0");
}

static void what_is_beside_a_range_has_no_number(void **state)
{
    static const char *const outside[] = {"10.9.0.9", "10.9.0.21", "10.8.255.255", "9.9.9.9", "::a09:10"};
    uint32_t n;
    (void)state;
    set_spans(&s, RANGES("10.9.0.10", "10.9.0.20"));
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        const struct base_addr a = addr_of(outside[i]);
        assert_false(pool_spans_number(&s, &a, &n));
    }
}

static void a_large_prefix_is_cut_to_what_a_pool_may_have(void **state)
{
    uint32_t n;
    (void)state;
    set_spans(&s, RANGES("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", "2001:db9::", "2001:db9::9"));
    assert_int_equal(s.size, POOL_SIZE_MAX);
    assert_int_equal(s.n, 1);
    assert_addr(pool_spans_addr(&s, POOL_SIZE_MAX - 1), "2001:db8::100:0");
    const struct base_addr in = addr_of("2001:db8::100:0"), out = addr_of("2001:db8::100:1"),
                           far = addr_of("2001:db8::1:0:0:1");
    assert_true(pool_spans_number(&s, &in, &n));
    assert_int_equal(n, POOL_SIZE_MAX - 1);
    assert_false(pool_spans_number(&s, &out, &n));
    assert_false(pool_spans_number(&s, &far, &n));
}

static void equal_are_the_same_ranges_in_the_same_order(void **state)
{
    (void)state;
    set_spans(&s, RANGES("10.9.0.10", "10.9.0.20", "10.8.0.1", "10.8.0.9"));
    set_spans(&other, RANGES("10.9.0.10", "10.9.0.20", "10.8.0.1", "10.8.0.9"));
    assert_true(pool_spans_equal(&s, &other));
    set_spans(&other, RANGES("10.9.0.10", "10.9.0.21", "10.8.0.1", "10.8.0.9"));
    assert_false(pool_spans_equal(&s, &other));
    set_spans(&other, RANGES("10.8.0.1", "10.8.0.9", "10.9.0.10", "10.9.0.20"));
    assert_false(pool_spans_equal(&s, &other));
}

static void no_ranges_are_no_addresses(void **state)
{
    uint32_t n;
    (void)state;
    pool_spans_set(&s, NULL);
    const struct base_addr a = addr_of("10.9.0.1");
    assert_int_equal(s.size, 0);
    assert_false(pool_spans_number(&s, &a, &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_go_through_the_ranges_in_their_order),
        cmocka_unit_test(what_is_beside_a_range_has_no_number),
        cmocka_unit_test(a_large_prefix_is_cut_to_what_a_pool_may_have),
        cmocka_unit_test(equal_are_the_same_ranges_in_the_same_order),
        cmocka_unit_test(no_ranges_are_no_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
