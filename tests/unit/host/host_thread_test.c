/* SPDX-License-Identifier: BSD-3-Clause */
/* Threads of this process as the kernel shows them. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <cmocka.h>
#include "host_thread.h"

static _Atomic int32_t tid;
static _Atomic bool may_end;
static int pipe_fd[2];

static void *waiter(void *arg)
{
    char c;
    prctl(PR_SET_NAME, ") R 1 (");
    tid = gettid();
    return read(pipe_fd[0], &c, 1) == 1 ? arg : NULL;
}

static void *worker(void *arg)
{
    tid = gettid();
    while (!may_end)
        ;
    return arg;
}

static void begin(pthread_t *thread, void *(*run)(void *))
{
    tid = 0;
    may_end = false;
    assert_int_equal(pthread_create(thread, NULL, run, NULL), 0);
    while (!tid)
        usleep(100);
}

/* Looks until the thread is in this state; it gets there soon. */
static struct host_thread look_for(char state)
{
    struct host_thread t;
    do {
        assert_true(host_thread_look(tid, &t));
        usleep(100);
    } while (t.state != state);
    return t;
}

static void one_that_waits_says_so_whatever_its_name_is(void **state)
{
    (void)state;
    pthread_t thread;
    assert_int_equal(pipe(pipe_fd), 0);
    begin(&thread, waiter);
    look_for('S');
    assert_int_equal(write(pipe_fd[1], "x", 1), 1);
    pthread_join(thread, NULL);
    close(pipe_fd[0]);
    close(pipe_fd[1]);
}

static void one_that_computes_uses_time(void **state)
{
    (void)state;
    pthread_t thread;
    struct host_thread t;
    begin(&thread, worker);
    const uint64_t before = look_for('R').cpu_ticks;
    do
        assert_true(host_thread_look(tid, &t));
    while (t.cpu_ticks == before);
    assert_true(t.cpu_ticks > before);
    assert_string_equal(t.wchan, "");
    may_end = true;
    pthread_join(thread, NULL);
}

static void one_that_is_not_there_is_not_shown(void **state)
{
    (void)state;
    struct host_thread t;
    assert_false(host_thread_look(0, &t));
    assert_false(host_thread_look(getppid(), &t));
    assert_false(host_thread_look(-1, &t));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_waits_says_so_whatever_its_name_is),
        cmocka_unit_test(one_that_computes_uses_time),
        cmocka_unit_test(one_that_is_not_there_is_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
