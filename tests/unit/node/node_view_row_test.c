/* SPDX-License-Identifier: BSD-3-Clause */
/* What a node shows of a row of bypass. */
#include "node_rig.h"

#include "dp_worker.h"

static void what_workers_counted_of_a_row_is_told(void **state)
{
    struct node_row_view v;
    (void)state;
    dp_worker(rig_node->dp, 0)->row_count[3] = (struct dp_row_counters){5, 700};
    node_view_row(rig_node, 3, &v);
    assert_true(v.pkts == 5 && v.bytes == 700);
    node_view_row(rig_node, NODE_ROWS_MAX - 1, &v);
    assert_true(v.pkts == 0 && v.bytes == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_workers_counted_of_a_row_is_told),
    };
    return cmocka_run_group_tests(tests, rig_start, rig_stop);
}
