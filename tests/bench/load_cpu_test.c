/* SPDX-License-Identifier: BSD-3-Clause */
/* CPU time out of a folder that looks like /proc, and out of the real one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "load_cpu.h"

#define PATH_BYTES 200

static char proc[] = "/tmp/load_cpu_test.XXXXXX";

static void proc_write(const char *tid, const char *file, const char *text)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof(path), "%s/7/task/%s", proc, tid);
    (void)mkdir(path, 0700);
    snprintf(path, sizeof(path), "%s/7/task/%s/%s", proc, tid, file);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int proc_make(void **state)
{
    char path[PATH_BYTES];
    assert_non_null(mkdtemp(proc));
    snprintf(path, sizeof(path), "%s/7", proc);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/7/task", proc);
    assert_int_equal(mkdir(path, 0700), 0);
    proc_write("7", "comm", "culvertd\n");
    proc_write("7", "schedstat", "5000000000 20 3\n");
    proc_write("8", "comm", "culvert-jobs\n");
    proc_write("8", "schedstat", "600 7 1\n");
    proc_write("9", "comm", "culvertd-w0\n");
    proc_write("9", "schedstat", "1000000 100 1\n");
    return 0;
}

static int entry_remove(const char *path, const struct stat *s, int type, struct FTW *at)
{
    (void)s, (void)type, (void)at;
    return remove(path);
}

static int proc_remove(void **state)
{
    return nftw(proc, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
}

static void threads_are_summed_by_their_whole_names(void **state)
{
    struct load_cpu c;
    assert_int_equal(load_cpu_read(proc, 7, NULL, &c), 0);
    assert_int_equal(c.ran_ns, 5001000600);
    assert_int_equal(c.wait_ns, 127);
    assert_int_equal(load_cpu_read(proc, 7, "culvertd,culvert-jobs", &c), 0);
    assert_int_equal(c.ran_ns, 5000000600);
    assert_int_equal(c.wait_ns, 27);
    assert_int_equal(load_cpu_read(proc, 7, "culvert-jobs", &c), 0);
    assert_int_equal(c.ran_ns, 600);
}

static void what_is_not_there_is_told(void **state)
{
    struct load_cpu c;
    assert_int_equal(load_cpu_read(proc, 70, NULL, &c), -ESRCH);
    assert_int_equal(load_cpu_read(proc, 7, "culvert", &c), -ENOENT);
    proc_write("10", "comm", "mute\n");
    assert_int_equal(load_cpu_read(proc, 7, "mute", &c), -ENODATA);
    proc_write("10", "schedstat", "12\n");
    assert_int_equal(load_cpu_read(proc, 7, "mute", &c), -ENODATA);
}

static void our_own_time_grows(void **state)
{
    struct load_cpu before, after;
    volatile uint64_t n = 0;
    assert_int_equal(load_cpu_read("/proc", (uint32_t)getpid(), NULL, &before), 0);
    do
        for (int i = 0; i < 100000; i++)
            n += (uint64_t)i;
    while (load_cpu_read("/proc", (uint32_t)getpid(), NULL, &after) == 0 && after.ran_ns == before.ran_ns);
    assert_true(after.ran_ns > before.ran_ns);
    (void)n;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_are_summed_by_their_whole_names),
        cmocka_unit_test(what_is_not_there_is_told),
        cmocka_unit_test(our_own_time_grows),
    };
    return cmocka_run_group_tests(tests, proc_make, proc_remove);
}
