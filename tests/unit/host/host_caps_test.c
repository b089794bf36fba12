/* SPDX-License-Identifier: BSD-3-Clause */
/* In a child, since what is given up is gone: its own thread and another one have what they are to have. */
#include "host_caps.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "host_sigsys.h"

#define ADMIN HOST_CAP(CAP_NET_ADMIN)
#define RAW   HOST_CAP(CAP_NET_RAW)

static _Atomic uint64_t of_thread;
static _Atomic int asked, answered;

static void *thread_run(void *arg)
{
    while (!atomic_load(&asked))
        usleep(1000);
    atomic_store(&of_thread, host_caps_now());
    atomic_store(&answered, 1);
    return NULL;
}

static int powers_go(void)
{
    char why[128];
    pthread_t thread;
    if (host_sigsys_start() < 0 || pthread_create(&thread, NULL, thread_run, NULL) != 0)
        return 1;
    if (host_caps_keep(ADMIN | RAW, RAW, why, sizeof why) < 0) {
        fprintf(stderr, "%s\n", why);
        return 2;
    }
    atomic_store(&asked, 1);
    pthread_join(thread, NULL);
    if (host_caps_now() != (ADMIN | RAW) || of_thread != RAW)
        return 3;
    /* What is gone does not come back. */
    if (host_caps_keep(UINT64_MAX, UINT64_MAX, why, sizeof why) < 0 || host_caps_now() != (ADMIN | RAW))
        return 4;
    return 0;
}

/* A file of somebody else's that only root's power opens. */
static int reading_is_told_apart(void)
{
    char open_file[] = "/tmp/culvert-caps-XXXXXX", closed_file[] = "/tmp/culvert-caps-XXXXXX";
    const uint64_t before = host_caps_now();
    close(mkstemp(open_file));
    close(mkstemp(closed_file));
    const bool is_made = chown(closed_file, 65534, 65534) == 0 && chmod(closed_file, 0600) == 0;
    const bool is_right =
        host_caps_can_read(open_file) && !host_caps_can_read(closed_file) && !host_caps_can_read("/no/file");
    unlink(open_file);
    unlink(closed_file);
    return is_made && is_right && host_caps_now() == before ? 0 : 1;
}

static void in_child(int (*what)(void))
{
    int status;
    const pid_t child = fork();
    if (child == 0)
        _exit(what());
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void each_thread_keeps_its_share_and_no_more(void **state)
{
    if ((host_caps_now() & (ADMIN | RAW)) != (ADMIN | RAW))
        skip(); /* only root has something to give up */
    in_child(powers_go);
}

static void a_file_that_takes_roots_power_is_known(void **state)
{
    if (!(host_caps_now() & HOST_CAP(CAP_DAC_OVERRIDE)))
        skip();
    in_child(reading_is_told_apart);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_thread_keeps_its_share_and_no_more),
        cmocka_unit_test(a_file_that_takes_roots_power_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
