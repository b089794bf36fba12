/* SPDX-License-Identifier: BSD-3-Clause */
/* What is read beside figures: steal time out of /proc/stat's text, and what noise is too much. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "bench_noise.h"

static const char proc_stat[] = "cpu  87184 0 23416 174283 2245 0 688 15760 0 0\n"
                                "cpu1 51070 0 13040 76801 1933 0 490 8911 0 0\n"
                                "cpu10 1 2 3 4 5 6 7 77 0 0\n"
                                "intr 1507968 0 0\n";

static bool ticks_of(const char *text, unsigned cpu, struct bench_noise_ticks *ticks)
{
    FILE *f = fmemopen((void *)text, strlen(text), "r");
    assert_non_null(f);
    bool is_told = bench_noise_ticks_read(f, cpu, ticks);
    fclose(f);
    return is_told;
}

static void ticks_are_those_of_the_cpu(void **state)
{
    struct bench_noise_ticks ticks = {0};
    assert_true(ticks_of(proc_stat, 1, &ticks));
    assert_int_equal(ticks.steal, 8911);
    assert_int_equal(ticks.idle, 76801 + 1933);
    assert_true(ticks_of(proc_stat, 10, &ticks));
    assert_int_equal(ticks.steal, 77);
    assert_int_equal(ticks.idle, 4 + 5);
}

/* No file, no such CPU, and a kernel that does not count it: said, not guessed. */
static void steal_that_is_not_told_is_not_guessed(void **state)
{
    struct bench_noise_ticks ticks;
    assert_false(bench_noise_ticks_read(NULL, 0, &ticks));
    assert_false(ticks_of(proc_stat, 2, &ticks));
    assert_false(ticks_of("cpu0 1 2 3 4 5 6 7\n", 0, &ticks));
}

static struct bench_noise noise(double steal, double on_cpu)
{
    return (struct bench_noise){.has_steal = true, .steal = steal, .on_cpu = on_cpu, .seconds = 1};
}

static void a_round_is_worth_what_its_noise_lets_it(void **state)
{
    struct bench_noise calm = noise(0.05, 0.99), shared = noise(0.05, 0.5), stolen = noise(0.4, 0.99);
    assert_int_equal(bench_noise_judge(&calm, true, 0), BENCH_CALM);
    assert_int_equal(bench_noise_judge(&calm, false, 0), BENCH_CORE_SHARED);
    assert_int_equal(bench_noise_judge(&shared, true, 0), BENCH_CPU_SHARED);
    assert_int_equal(bench_noise_judge(&stolen, true, 0), BENCH_CPU_STOLEN);
    stolen.has_steal = false;
    assert_int_equal(bench_noise_judge(&stolen, true, 0), BENCH_CALM);
    /* Slices of the hypervisor's are missing in the thread's time, and are nobody's programs. */
    struct bench_noise slices = noise(0.15, 0.84);
    assert_int_equal(bench_noise_judge(&slices, true, 0), BENCH_CALM);
    slices.on_cpu = 0.7;
    assert_int_equal(bench_noise_judge(&slices, true, 0), BENCH_CPU_SHARED);
}

/* The same work at a lower clock takes more TSC cycles. */
static void a_lower_clock_than_before_is_noise(void **state)
{
    struct bench_noise slow = noise(0.05, 0.99);
    slow.frequency = 3.0e9;
    assert_int_equal(bench_noise_judge(&slow, true, 3.4e9), BENCH_CORE_SLOWED);
    assert_int_equal(bench_noise_judge(&slow, true, 3.1e9), BENCH_CALM);
    assert_int_equal(bench_noise_judge(&slow, true, 0), BENCH_CALM);
}

/* In 20 ms one tick of 10 ms may be a slice of microseconds. */
static void one_tick_of_steal_is_no_share(void **state)
{
    struct bench_noise brief = noise(0.5, 0.99);
    brief.seconds = 0.02;
    assert_int_equal(bench_noise_judge(&brief, true, 0), BENCH_CALM);
}

/* Facts that hold on any machine. */
static void what_is_read_is_in_its_range(void **state)
{
    struct bench_noise_mark mark;
    struct bench_noise n;
    bench_noise_begin(&mark, 0);
    bench_noise_end(&mark, 0, &n);
    assert_true(n.seconds > 0 && n.on_cpu >= 0 && n.frequency > 0 && n.idle >= 0);
    assert_true(n.has_switches && n.switches >= 0);
    bench_noise_begin(&mark, 1000000);
    bench_noise_end(&mark, 0, &n);
    assert_false(n.has_steal);
}

static void each_unrest_has_words(void **state)
{
    for (int u = BENCH_CORE_SHARED; u < BENCH_UNRESTS; u++)
        assert_string_not_equal(bench_unrest_words((enum bench_unrest)u), bench_unrest_words(BENCH_CALM));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_are_those_of_the_cpu),
        cmocka_unit_test(steal_that_is_not_told_is_not_guessed),
        cmocka_unit_test(a_round_is_worth_what_its_noise_lets_it),
        cmocka_unit_test(a_lower_clock_than_before_is_noise),
        cmocka_unit_test(one_tick_of_steal_is_no_share),
        cmocka_unit_test(what_is_read_is_in_its_range),
        cmocka_unit_test(each_unrest_has_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
