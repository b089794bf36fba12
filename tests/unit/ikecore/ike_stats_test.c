/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of the engine's counters: each field has one, and what is dropped is also a list of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "ike_stats.h"

static void rows_cover_each_field_once(void **state)
{
    struct ike_stats sum, one;
    uint64_t *fields = (uint64_t *)&one, *sums = (uint64_t *)&sum;
    const size_t count = sizeof one / sizeof *fields;
    memset(&sum, 0, sizeof sum);
    assert_int_equal(ike_stats_rows.count, count);
    for (size_t i = 0; i < count; i++)
        fields[i] = i + 1;
    telem_add(&ike_stats_rows, &sum, &one);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(sums[i], i + 1);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(ike_stats_rows.list[i].name, ike_stats_rows.list[k].name);
    }
}

static void what_a_connection_counts_is_counted_in_all_too(void **state)
{
    struct ike_conn_stats one;
    uint64_t *fields = (uint64_t *)&one;
    assert_int_equal(ike_conn_rows.count, sizeof one / sizeof *fields);
    for (size_t i = 0; i < ike_conn_rows.count; i++) {
        size_t found = 0;
        fields[i] = i + 1;
        assert_int_equal(telem_value(&ike_conn_rows.list[i], &one), i + 1);
        for (size_t k = 0; k < ike_stats_rows.count; k++)
            found += strcmp(ike_stats_rows.list[k].name, ike_conn_rows.list[i].name) == 0;
        assert_int_equal(found, 1);
    }
}

static void what_is_dropped_has_a_short_name_too(void **state)
{
    const struct ike_stats s = {.dropped_malformed = 3, .dropped_capped = 4, .packets_in = 9};
    size_t drops = 0;
    for (size_t i = 0; i < ike_stats_rows.count; i++)
        drops += ike_stats_rows.list[i].kind == TELEM_DROP;
    assert_int_equal(ike_drop_rows.count, drops);
    assert_string_equal(ike_drop_rows.list[0].name, "malformed");
    assert_int_equal(telem_value(&ike_drop_rows.list[0], &s), 3);
    assert_string_equal(ike_drop_rows.list[drops - 1].name, "capped");
    assert_int_equal(telem_value(&ike_drop_rows.list[drops - 1], &s), 4);
    for (size_t i = 0; i < drops; i++)
        assert_int_equal(ike_drop_rows.list[i].kind, TELEM_DROP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_cover_each_field_once),
        cmocka_unit_test(what_a_connection_counts_is_counted_in_all_too),
        cmocka_unit_test(what_is_dropped_has_a_short_name_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
