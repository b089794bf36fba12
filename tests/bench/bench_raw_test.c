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
#include <cmocka.h>

#include "bench_raw.h"
#include "bench_said.h"

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
    (void)state;
    struct bench_said err = bench_said_begin(stderr);
    const int rc = bench_raw_run(&c, &r);
    bench_said_end(&err, said, sizeof(said));
    assert_int_equal(rc, -ENOMEM);
    assert_string_equal(said, "culvert-bench: AES-GCM alone, 7 key schedules: Cannot allocate memory\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(without_memory_it_says_so)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
