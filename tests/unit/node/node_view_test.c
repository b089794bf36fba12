/* SPDX-License-Identifier: BSD-3-Clause */
/* What a node shows of its workers, ports and neighbours. */
#include "node_rig.h"

static void workers_ports_and_neighbours_are_shown_by_value(void **state)
{
    struct node_worker_view w;
    struct node_port_view p;
    struct node_neighbour_view n;
    uint32_t cursor = 0;
    bool has_peer = false;
    assert_true(node_view_worker(rig_node, 0, &w));
    assert_false(node_view_worker(rig_node, 1, &w));
    assert_true(node_view_port(rig_node, RIG_INSIDE, &p));
    assert_int_equal(p.mtu, 1500);
    assert_int_equal(p.rx_queues, 1);
    assert_string_equal(p.driver, "net_ring");
    assert_false(node_view_port(rig_node, 2, &p));
    while (node_view_neighbour(rig_node, &cursor, &n)) {
        const struct base_addr peer = rig_ip("192.0.2.2");
        has_peer |= n.port == RIG_OUTSIDE && n.is_resolved && base_addr_equal(&n.addr, &peer);
    }
    assert_true(has_peer);
}

static void our_ends_are_told_with_their_links(void **state)
{
    struct base_addr own[4];
    (void)state;
    assert_int_equal(node_view_links(rig_node), 3);
    const size_t n = node_view_outside(rig_node, own, 4);
    const struct base_addr outside = rig_ip("192.0.2.1");
    assert_true(n >= 1 && base_addr_equal(&own[0], &outside));
    assert_int_equal(node_view_outside(rig_node, own, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_ends_are_told_with_their_links),
        cmocka_unit_test(workers_ports_and_neighbours_are_shown_by_value),
    };
    return cmocka_run_group_tests(tests, rig_start, rig_stop);
}
