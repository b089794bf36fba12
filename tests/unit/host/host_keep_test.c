/* SPDX-License-Identifier: BSD-3-Clause */
/* In a child, since none of it can be taken back. */
#include "host_keep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static int child_status(int (*what)(void))
{
    int status;
    const pid_t child = fork();
    if (child == 0)
        _exit(what());
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int dumps_end(void)
{
    struct rlimit core;
    if (prctl(PR_GET_DUMPABLE) != 1)
        return 1;
    host_keep_from_dumps();
    if (prctl(PR_GET_DUMPABLE) != 0)
        return 2;
    return getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 && core.rlim_max == 0 ? 0 : 3;
}

/* What the kernel says is locked, in KiB. */
static long locked(void)
{
    char line[128];
    long kib = -1;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        sscanf(line, "VmLck: %ld", &kib);
    if (f)
        fclose(f);
    return kib;
}

static int all_is_held(void)
{
    enum { BYTES = 64 << 20 };
    if (host_keep_from_swap() == HOST_SWAP_MAY)
        return 77;
    const long before = locked();
    /* What is mapped later, too; and without touching it all. */
    void *p = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p != MAP_FAILED && before > 0 && locked() >= before + BYTES / 1024 ? 0 : 1;
}

static void no_core_is_written_afterwards(void **state)
{
    assert_int_equal(child_status(dumps_end), 0);
}

static void all_memory_is_held_now_and_later(void **state)
{
#ifdef CULVERT_SANITIZED
    skip(); /* its mlockall() does nothing */
#endif
    const int status = child_status(all_is_held);
    if (status == 77)
        skip(); /* the limit may not be raised here */
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_core_is_written_afterwards),
        cmocka_unit_test(all_memory_is_held_now_and_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
