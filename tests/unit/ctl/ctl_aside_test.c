/* SPDX-License-Identifier: BSD-3-Clause */
/* Long work beside the loop, whose turns go on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>
#include <cmocka.h>
#include "ctl.h"
#include "node.h"
#include "ctl_aside.h"

static struct ctl ctl;
static int turns, sleeps;
static atomic_int may_end;
static pthread_t worked_in;

static void turn(struct ctl *c, bool may_sleep)
{
    assert_ptr_equal(c, &ctl);
    sleeps += may_sleep;
    if (++turns == 5)
        may_end = 1;
    usleep(1000);
}

/* Ends when the loop has had five turns. */
static void work(void *arg)
{
    while (!may_end)
        usleep(100);
    worked_in = pthread_self();
    ++*(int *)arg;
}

static void work_at_once(void *arg)
{
    worked_in = pthread_self();
    ++*(int *)arg;
}

static int behind;

bool node_is_behind(const struct node *node)
{
    (void)node;
    return behind-- > 0;
}

static void a_slice_waits_for_room_in_the_send_queue(void **state)
{
    (void)state;
    ctl.loop.turn = turn;
    turns = 0;
    behind = 3;
    ctl_aside_turn_sent(&ctl);
    assert_int_equal(turns, 4);
    behind = 3;
    ctl.loop.is_stopping = true;
    ctl_aside_turn_sent(&ctl);
    assert_int_equal(turns, 5);
    ctl.loop.is_stopping = false;
}

static void turns_go_on_while_the_work_is_done(void **state)
{
    int done = 0;
    ctl.aside = ctl_aside_new();
    ctl.loop.turn = turn;
    assert_non_null(ctl.aside);
    for (int i = 1; i <= 3; i++) {
        turns = sleeps = 0;
        may_end = 0;
        ctl_aside_run(&ctl, work, &done);
        assert_int_equal(done, i);
        assert_true(turns >= 5);
        assert_int_equal(sleeps, turns);
        assert_false(pthread_equal(worked_in, pthread_self()));
    }
    turns = sleeps = 0;
    ctl_aside_turn(&ctl);
    assert_int_equal(turns, 1);
    assert_int_equal(sleeps, 0);
    ctl_aside_free(ctl.aside);
    ctl_aside_free(NULL);
}

static void without_a_loop_or_a_thread_it_is_done_here(void **state)
{
    int done = 0;
    ctl.aside = NULL;
    ctl.loop.turn = turn;
    ctl_aside_run(&ctl, work_at_once, &done);
    assert_true(pthread_equal(worked_in, pthread_self()));
    ctl.aside = ctl_aside_new();
    ctl.loop.turn = NULL;
    ctl_aside_run(&ctl, work_at_once, &done);
    assert_true(pthread_equal(worked_in, pthread_self()));
    assert_int_equal(done, 2);
    ctl_aside_turn(&ctl);
    ctl_aside_free(ctl.aside);
}

static void work_that_is_left_is_waited_for_by_the_next_one_alone(void **state)
{
    int first = 0, second = 0, third = 0;
    ctl.aside = ctl_aside_new();
    ctl.loop.turn = turn;
    turns = 0;
    may_end = 0;
    assert_true(ctl_aside_leave(&ctl, work, &first));
    assert_int_equal(turns, 0);
    assert_int_equal(first, 0);
    assert_false(ctl_aside_leave(&ctl, work_at_once, &third));
    ctl_aside_run(&ctl, work_at_once, &second);
    assert_int_equal(first, 1);
    assert_int_equal(second, 1);
    assert_int_equal(third, 0);
    assert_true(turns >= 5);
    while (!ctl_aside_leave(&ctl, work_at_once, &third))
        usleep(100);
    ctl_aside_free(ctl.aside); /* which ends it first */
    assert_int_equal(third, 1);
    ctl.aside = NULL;
    assert_false(ctl_aside_leave(&ctl, work_at_once, &third));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slice_waits_for_room_in_the_send_queue),
        cmocka_unit_test(turns_go_on_while_the_work_is_done),
        cmocka_unit_test(work_that_is_left_is_waited_for_by_the_next_one_alone),
        cmocka_unit_test(without_a_loop_or_a_thread_it_is_done_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
