/* SPDX-License-Identifier: BSD-3-Clause */
/* Advice on hugepages never shrinks the pool that others use, and is enough. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "node_pages.h"

static char root[] = "/tmp/pages-XXXXXX";

static void put(const char *path, const char *text)
{
    char full[256];
    snprintf(full, sizeof full, "%s%s", root, path);
    FILE *f = fopen(full, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int make(void **state)
{
    static const char *const dirs[] = {"",
                                       "/proc",
                                       "/sys",
                                       "/sys/kernel",
                                       "/sys/kernel/mm",
                                       "/sys/kernel/mm/hugepages",
                                       "/sys/kernel/mm/hugepages/hugepages-2048kB",
                                       "/sys/kernel/mm/hugepages/hugepages-1048576kB"};
    assert_non_null(mkdtemp(root));
    for (size_t i = 1; i < sizeof dirs / sizeof *dirs; i++) {
        char full[256];
        snprintf(full, sizeof full, "%s%s", root, dirs[i]);
        assert_int_equal(mkdir(full, 0700), 0);
    }
    return 0;
}

static int unmake(void **state)
{
    char command[256];
    snprintf(command, sizeof command, "rm -r %s", root);
    return system(command);
}

static void what_others_use_stays_theirs(void **state)
{
    struct node_pages p;
    put("/proc/meminfo", "MemTotal: 1 kB\nHugepagesize:       2048 kB\n");
    put("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "1000\n");
    put("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "10\n");
    node_pages_read(root, &p);
    assert_int_equal(p.free_mb, 20);
    assert_int_equal(p.total, 1000);
    assert_int_equal(node_pages_wanted(&p, 256), 1000 + 118);
    assert_int_equal(node_pages_wanted(&p, 255), 1000 + 118); /* 235 MB are 117.5 pages */
    assert_int_equal(node_pages_wanted(&p, 20), 1000);
}

static void pages_of_a_gigabyte_count_as_what_they_are(void **state)
{
    struct node_pages p;
    put("/proc/meminfo", "Hugepagesize:    1048576 kB\n");
    put("/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages", "3\n");
    put("/sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages", "0\n");
    node_pages_read(root, &p);
    assert_int_equal(p.size_kb, 1048576);
    assert_int_equal(p.free_mb, 20);
    assert_int_equal(node_pages_wanted(&p, 256), 4);
    put("/sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages", "1\n");
    node_pages_read(root, &p);
    assert_int_equal(p.free_mb, 1044);
}

static void a_kernel_that_says_nothing_has_none(void **state)
{
    struct node_pages p;
    node_pages_read("/nowhere", &p);
    assert_int_equal(p.free_mb, 0);
    assert_int_equal(node_pages_wanted(&p, 3), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_others_use_stays_theirs),
        cmocka_unit_test(pages_of_a_gigabyte_count_as_what_they_are),
        cmocka_unit_test(a_kernel_that_says_nothing_has_none),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
