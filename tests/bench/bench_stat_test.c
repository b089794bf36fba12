/* SPDX-License-Identifier: BSD-3-Clause */
/* Series of windows with known probes: quiet, disturbed in part, and disturbed from the first window on. The
 * tests are in an order: the core's crowd is remembered by the process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "bench_stat.h"

#define WINDOWS 100

static const struct bench_probe quiet = {.crowd = 1.02, .clock = 1.16}, busy = {.crowd = 1.9, .clock = 1.16};

/* One run of WINDOWS windows: every `nth` has a busy sibling and takes twice as long. */
static void run_add(struct bench_series *s, double cycles, int nth)
{
    for (int i = 0; i < WINDOWS; i++)
        bench_series_add(s, nth && i % nth == 0 ? 2 * cycles : cycles + i % 3,
                         nth && i % nth == 0 ? busy : quiet);
    bench_series_run_end(s);
}

/* No quiet moment was seen before, and none comes: a busy sibling is known all the same. */
static void a_sibling_that_is_always_busy_is_known(void **state)
{
    struct bench_series s;
    bench_series_init(&s, WINDOWS);
    for (int i = 0; i < 3; i++)
        run_add(&s, 700, 1);
    struct bench_result r = bench_series_result(&s);
    assert_false(r.is_quiet);
    assert_true(r.min == 1400 && r.runs == 3);
    assert_false(bench_series_is_done(&s, 1));
    bench_series_fini(&s);
}

static void a_quiet_series_has_its_median_and_clock(void **state)
{
    struct bench_series s;
    bench_series_init(&s, WINDOWS);
    run_add(&s, 104, 0);
    run_add(&s, 100, 0);
    run_add(&s, 102, 0);
    struct bench_result r = bench_series_result(&s);
    assert_true(r.is_quiet && r.min == 101 && r.median == 103 && r.max == 105 && r.runs == 3);
    assert_true(r.clock == 1.16);
    assert_true(bench_series_is_done(&s, 3));
    bench_series_fini(&s);
}

/* Half of the windows are disturbed, and one run wholly: neither is in the figure. */
static void disturbed_windows_and_runs_are_left_out(void **state)
{
    struct bench_series s;
    bench_series_init(&s, WINDOWS);
    run_add(&s, 100, 2);
    run_add(&s, 40, 1);
    struct bench_result r = bench_series_result(&s);
    assert_true(r.is_quiet && r.runs == 1 && r.min == 101);
    assert_false(bench_series_is_done(&s, 2));
    bench_series_fini(&s);
}

/* On a wider core quiet is less crowded than on one of four ALUs, and busy is what was quiet there. */
static void the_limit_follows_a_wider_core(void **state)
{
    struct bench_series s;
    const double before = bench_crowd_limit();
    bench_series_init(&s, WINDOWS);
    for (int i = 0; i < WINDOWS; i++)
        bench_series_add(&s, 100, (struct bench_probe){.crowd = 0.7, .clock = 1});
    bench_series_run_end(&s);
    assert_true(bench_crowd_limit() < before && bench_crowd_limit() < 1.0 && bench_crowd_limit() > 0.7);
    run_add(&s, 100, 0);
    assert_false(s.is_quiet[1]);
    bench_series_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sibling_that_is_always_busy_is_known),
        cmocka_unit_test(a_quiet_series_has_its_median_and_clock),
        cmocka_unit_test(disturbed_windows_and_runs_are_left_out),
        cmocka_unit_test(the_limit_follows_a_wider_core),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
