/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of a pair's counters: each field has one, and no name comes twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "sad_conn.h"

static void rows_cover_each_field_once(void **state)
{
    struct sad_counters sum, one;
    uint64_t *fields = (uint64_t *)&one, *sums = (uint64_t *)&sum;
    const size_t count = sizeof one / sizeof *fields;
    memset(&sum, 0, sizeof sum);
    assert_int_equal(sad_rows.count, count);
    for (size_t i = 0; i < count; i++)
        fields[i] = i + 1;
    telem_add(&sad_rows, &sum, &one);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(sums[i], i + 1);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(sad_rows.list[i].name, sad_rows.list[k].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_cover_each_field_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
