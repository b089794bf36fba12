/* SPDX-License-Identifier: BSD-3-Clause */
/* Workers that make turns, stand, and go on; node and kernel are the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "ctl.h"
#include "ctl_watch.h"
#include "host_log.h"
#include "host_thread.h"
#include "node_view.h"

static struct ctl ctl;
static uint64_t polls[2];
static struct host_thread thread;
static bool has_thread;

bool node_view_worker(const struct node *node, size_t index, struct node_worker_view *out)
{
    (void)node;
    if (index >= 2)
        return false;
    *out = (struct node_worker_view){.cpu = 7, .tid = 100 + (int32_t)index, .polls = polls[index]};
    return true;
}

bool host_thread_look(int32_t tid, struct host_thread *out)
{
    assert_int_equal(tid, 101);
    *out = thread;
    return has_thread;
}

static base_time at(uint64_t ms)
{
    return (base_time){(1000000 + ms) * BASE_NS_PER_MS};
}

static int setup(void **state)
{
    (void)state;
    host_log_set_level(HOST_ERR);
    memset(&ctl, 0, sizeof ctl);
    thread = (struct host_thread){.state = 'R'};
    has_thread = true;
    return 0;
}

/* The loop turns from one time to another; worker 0 always does. The first time at which an alarm stood; 0:
 * never. */
static uint64_t run(uint64_t from_ms, uint64_t to_ms, bool worker_moves)
{
    uint64_t alarm = 0;
    for (uint64_t ms = from_ms; ms < to_ms; ms += 4) {
        polls[0]++;
        polls[1] += worker_moves;
        ctl_watch_turn(&ctl, at(ms));
        if (ctl.watch.n_stuck && !alarm)
            alarm = ms;
    }
    return alarm;
}

static void workers_that_turn_raise_no_alarm(void **state)
{
    (void)state;
    assert_int_equal(run(0, 20000, true), 0);
    assert_int_equal(ctl.tally.workers_stuck, 0);
}

static void one_that_stands_is_told_within_a_second_and_when_it_goes_on(void **state)
{
    (void)state;
    run(0, 5000, true);
    const uint64_t alarm = run(5000, 9000, false);
    assert_in_range(alarm, 5500, 6000);
    assert_int_equal(ctl.watch.n_stuck, 1);
    assert_int_equal(ctl.tally.workers_stuck, 1);
    assert_false(ctl.watch.workers[0].is_stuck);
    assert_true(ctl.watch.workers[1].is_stuck);
    run(9000, 9300, true);
    assert_int_equal(ctl.watch.n_stuck, 0);
    assert_false(ctl.watch.workers[1].is_stuck);
    run(9300, 11000, false);
    assert_int_equal(ctl.tally.workers_stuck, 2);
}

static void when_control_stood_too_nobody_hangs(void **state)
{
    (void)state;
    run(0, 5000, true);
    ctl_watch_turn(&ctl, at(65000));
    assert_int_equal(ctl.watch.n_stuck, 0);
    assert_int_equal(run(65004, 70000, true), 0);
}

static void what_the_kernel_says_becomes_words(void **state)
{
    (void)state;
    static const struct {
        bool is_there;
        struct host_thread first, then;
        const char *why;
    } rows[] = {
        {true, {'T', 5, ""}, {'T', 5, ""}, "stopped by a signal or a debugger"},
        {true, {'t', 5, ""}, {'t', 5, ""}, "stopped by a signal or a debugger"},
        {true, {'D', 5, "io_schedule"}, {'D', 5, "io_schedule"}, "waits in the kernel, at io_schedule"},
        {true, {'S', 5, ""}, {'S', 5, ""}, "waits in the kernel"},
        {true, {'R', 5, ""}, {'R', 5, ""}, "gets no time on its CPU: something else runs there"},
        {true, {'R', 5, ""}, {'R', 85, ""}, "computes and ends no turn"},
        {false, {0}, {0}, "the kernel does not show its thread"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        setup(NULL);
        has_thread = rows[i].is_there;
        run(0, 1000, true);
        thread = rows[i].first;
        run(1000, 1500, false);
        thread = rows[i].then;
        assert_int_not_equal(run(1500, 3000, false), 0);
        assert_string_equal(ctl.watch.workers[1].why, rows[i].why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(workers_that_turn_raise_no_alarm, setup),
        cmocka_unit_test_setup(one_that_stands_is_told_within_a_second_and_when_it_goes_on, setup),
        cmocka_unit_test_setup(when_control_stood_too_nobody_hangs, setup),
        cmocka_unit_test_setup(what_the_kernel_says_becomes_words, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
