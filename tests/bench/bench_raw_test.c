/* SPDX-License-Identifier: BSD-3-Clause */
/* AES-GCM alone: without memory it says so, whichever command measures it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "bench_raw.h"

/* In place of the C library's. */
void *aligned_alloc(size_t alignment, size_t size)
{
    (void)alignment, (void)size;
    return NULL;
}

static void without_memory_it_says_so(void **state)
{
    const struct bench_raw_case c = {.size = 64, .key_bits = 128, .sas = 7, .runs = 1, .windows = 2};
    struct bench_result r;
    char said[256] = "";
    FILE *f = tmpfile();
    (void)state;
    assert_non_null(f);
    fflush(stderr);
    const int was = dup(STDERR_FILENO);
    dup2(fileno(f), STDERR_FILENO);
    const int rc = bench_raw_run(&c, &r);
    fflush(stderr);
    dup2(was, STDERR_FILENO);
    close(was);
    rewind(f);
    assert_non_null(fgets(said, sizeof(said), f));
    fclose(f);
    assert_int_equal(rc, -ENOMEM);
    assert_string_equal(said, "culvert-bench: AES-GCM alone, 7 key schedules: Cannot allocate memory\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(without_memory_it_says_so)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
