/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of the data path's counters: each field has one, and no name comes twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "dp_counters.h"

static void each_drop_reason_is_the_row_of_its_number(void **state)
{
    struct dp_counters c = {0};
    assert_int_equal(dp_drop_rows.count, DP_DROPS);
    for (size_t i = 0; i < DP_DROPS; i++) {
        c.drops[i] = i + 1;
        assert_int_equal(telem_value(&dp_drop_rows.list[i], &c), i + 1);
        assert_int_equal(dp_drop_rows.list[i].kind, TELEM_DROP);
    }
    assert_string_equal(dp_drop_rows.list[DP_DROP_bad_icv].name, "bad_icv");
}

static void rows_cover_each_field_once(void **state)
{
    struct dp_counters sum = {0}, one;
    memset(&one, 0, sizeof one);
    uint64_t *fields = (uint64_t *)&one, *sums = (uint64_t *)&sum;
    const size_t count = sizeof one / sizeof *fields;
    assert_int_equal(dp_worker_rows.count + dp_drop_rows.count, count);
    for (size_t i = 0; i < count; i++)
        fields[i] = i + 1;
    telem_add(&dp_worker_rows, &sum, &one);
    telem_add(&dp_drop_rows, &sum, &one);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(sums[i], i + 1);
}

static void a_port_adds_up_into_the_worker(void **state)
{
    const struct dp_port_counters port = {1, 2, 3, 4, 5};
    struct dp_counters sum = {.rx_pkts = 10, .esp_in_pkts = 7};
    telem_add(&dp_port_rows, &sum, &port);
    assert_int_equal(sum.rx_pkts, 11);
    assert_int_equal(sum.rx_bytes, 2);
    assert_int_equal(sum.tx_pkts, 3);
    assert_int_equal(sum.tx_bytes, 4);
    assert_int_equal(sum.tx_full, 5);
    assert_int_equal(sum.esp_in_pkts, 7);
}

static void names_are_not_used_twice(const struct telem_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(rows->list[i].name, rows->list[k].name);
}

static void no_name_comes_twice_in_a_group(void **state)
{
    names_are_not_used_twice(&dp_port_rows);
    names_are_not_used_twice(&dp_worker_rows);
    names_are_not_used_twice(&dp_drop_rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_drop_reason_is_the_row_of_its_number),
        cmocka_unit_test(rows_cover_each_field_once),
        cmocka_unit_test(a_port_adds_up_into_the_worker),
        cmocka_unit_test(no_name_comes_twice_in_a_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
