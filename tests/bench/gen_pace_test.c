/* SPDX-License-Identifier: BSD-3-Clause */
/* Pacing, with a clock that is this file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gen_pace.h"

#define HZ 2.6e9

/* Sends what is due from `from` to `to`, looking every `step` cycles. Returns how many packets. */
static uint64_t pace_run(struct gen_pace *p, uint64_t from, uint64_t to, uint64_t step)
{
    uint64_t n = 0;
    for (uint64_t now = from; now < to; now += step) {
        uint32_t due = gen_pace_due(p, now);
        assert_true(due <= GEN_BURST);
        gen_pace_took(p, due);
        n += due;
    }
    return n;
}

static void the_rate_is_kept_to_a_packet(void **state)
{
    static const double rates[] = {1, 999, 14880, 1e6, 9999999};
    const uint64_t begin = 1ull << 60; /* a machine that has been up for years */
    for (uint32_t i = 0; i < 5; i++) {
        struct gen_pace p;
        gen_pace_begin(&p, HZ, rates[i], begin);
        uint64_t n = pace_run(&p, begin, begin + (uint64_t)HZ, 5000);
        assert_int_equal(p.missed, 0);
        assert_true(n + 20 >= (uint64_t)rates[i] && n <= (uint64_t)rates[i] + 20); /* those of one step */
    }
}

static void packets_are_spread_and_not_sent_in_heaps(void **state)
{
    struct gen_pace p;
    gen_pace_begin(&p, HZ, 1e6, 0);
    for (uint64_t now = 0; now < 2600000; now += 2600) {
        assert_int_equal(gen_pace_due(&p, now), 1);
        gen_pace_took(&p, 1);
        assert_int_equal(gen_pace_due(&p, now), 0);
    }
}

static void what_was_not_taken_stays_due(void **state)
{
    struct gen_pace p;
    gen_pace_begin(&p, HZ, 1e6, 0);
    assert_int_equal(gen_pace_due(&p, 2600 * 9), 10);
    gen_pace_took(&p, 4);
    assert_int_equal(gen_pace_due(&p, 2600 * 9), 6);
}

static void after_a_pause_no_flood_follows(void **state)
{
    struct gen_pace p;
    gen_pace_begin(&p, HZ, 1e6, 0);
    const uint64_t now = (uint64_t)HZ / 100; /* 10 ms: 10,001 packets are due */
    uint64_t n = 0;
    for (uint32_t due; (due = gen_pace_due(&p, now)) > 0; n += due)
        gen_pace_took(&p, due);
    assert_int_equal(n, GEN_PACE_BEHIND);
    assert_int_equal(p.missed, 10001 - GEN_PACE_BEHIND);
}

static void without_a_rate_a_burst_is_always_due(void **state)
{
    struct gen_pace p;
    gen_pace_begin(&p, HZ, 0, 77);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(gen_pace_due(&p, 77), GEN_BURST);
        gen_pace_took(&p, GEN_BURST);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rate_is_kept_to_a_packet),
        cmocka_unit_test(packets_are_spread_and_not_sent_in_heaps),
        cmocka_unit_test(what_was_not_taken_stays_due),
        cmocka_unit_test(after_a_pause_no_flood_follows),
        cmocka_unit_test(without_a_rate_a_burst_is_always_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
