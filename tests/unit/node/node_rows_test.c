/* SPDX-License-Identifier: BSD-3-Clause */
/* Each row lies in the struct that it is about, and no name comes twice in a group. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "node_rows.h"

static void rows_and_values_belong_together(void **state)
{
    static const struct {
        enum node_rows which;
        size_t size;
    } groups[] = {
        {NODE_ROWS_OWN, sizeof(struct node_own_counters)},
        {NODE_ROWS_WORKER, sizeof(struct node_counters)},
        {NODE_ROWS_DROP, sizeof(struct node_counters)},
        {NODE_ROWS_PORT, sizeof(struct node_counters)},
        {NODE_ROWS_DEVICE, sizeof(struct node_device_counters)},
        {NODE_ROWS_HOST, sizeof(struct node_host_counters)},
        {NODE_ROWS_CONN, sizeof(struct node_counters)},
    };
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        const struct telem_rows *rows = node_rows(groups[i].which);
        assert_true(rows->count > 0);
        for (size_t r = 0; r < rows->count; r++) {
            assert_true(rows->list[r].offset + sizeof(uint64_t) <= groups[i].size);
            assert_true(strlen(rows->list[r].name) > 0);
            for (size_t o = 0; o < r; o++)
                assert_string_not_equal(rows->list[r].name, rows->list[o].name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rows_and_values_belong_together)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
