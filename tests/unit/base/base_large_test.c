/* SPDX-License-Identifier: BSD-3-Clause */
/* Much or little: it is zeros, and writable from end to end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base_large.h"

static void look_at(size_t n, size_t size)
{
    uint8_t *p = base_large_new(n, size);
    assert_non_null(p);
    for (size_t i = 0; i < n * size; i += 997)
        assert_int_equal(p[i], 0);
    assert_int_equal(p[n * size - 1], 0);
    memset(p, 1, n * size);
    free(p);
}

static void it_is_zeros_whatever_its_size(void **state)
{
    (void)state;
    look_at(1, 1);
    look_at(3, 1000);
    look_at(1 << 12, 1 << 10);
    look_at(3001, 3679);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_zeros_whatever_its_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
