/* SPDX-License-Identifier: BSD-3-Clause */
/* Every thread but the caller's does it; one that blocks the signal is named. */
#include "host_sigsys.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define THREADS 5

static int ends[2];
static pthread_t threads[THREADS];
static _Atomic int did, did_here, ready;
static pid_t here;

static void *thread_run(void *blocks)
{
    char byte;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGSYS);
    pthread_sigmask(blocks ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
    atomic_fetch_add(&ready, 1);
    /* The signal does not cut it short. */
    return read(ends[0], &byte, 1) == 0 ? NULL : &ends;
}

static void threads_start(int first, int end, void *blocks)
{
    for (int i = first; i < end; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, thread_run, blocks), 0);
        pthread_setname_np(threads[i], blocks ? "deaf" : "listens");
    }
    while (atomic_load(&ready) < end)
        usleep(1000);
}

static void threads_end(int count)
{
    void *result;
    close(ends[1]);
    for (int i = 0; i < count; i++) {
        pthread_join(threads[i], &result);
        assert_null(result);
    }
    close(ends[0]);
}

static void note(void)
{
    atomic_fetch_add(gettid() == here ? &did_here : &did, 1);
}

static int setup(void **state)
{
    here = gettid();
    did = did_here = ready = 0;
    return pipe(ends);
}

static void each_other_thread_does_it_once(void **state)
{
    char why[128];
    assert_int_equal(host_sigsys_start(), 0); /* the test runner has a handler of its own */
    threads_start(0, THREADS, NULL);
    assert_int_equal(host_sigsys_everywhere(note, why, sizeof why), 0);
    assert_int_equal(did, THREADS);
    assert_int_equal(did_here, 0);
    threads_end(THREADS);
}

static void one_that_blocks_the_signal_is_named(void **state)
{
    char why[128];
    assert_int_equal(host_sigsys_start(), 0); /* the test runner has a handler of its own */
    threads_start(0, 1, &ends);
    assert_true(host_sigsys_everywhere(note, why, sizeof why) < 0);
    assert_non_null(strstr(why, "deaf"));
    threads_end(1);
}

/* Somebody's signal is not a refused call. */
static void a_stray_signal_is_nothing(void **state)
{
    int number;
    assert_int_equal(host_sigsys_start(), 0);
    raise(SIGSYS);
    assert_int_equal(host_sigsys_refused(), 0);
    assert_false(host_sigsys_next(&number));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_other_thread_does_it_once, setup),
        cmocka_unit_test_setup(one_that_blocks_the_signal_is_named, setup),
        cmocka_unit_test_setup(a_stray_signal_is_nothing, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
