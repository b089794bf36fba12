/* SPDX-License-Identifier: BSD-3-Clause */
/* A start that is refused, then a life: packets flow only once they may, and all is given back at the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "host_log.h"
#include "node.h"
#include "node_view.h"

static struct node_params params = {
    .n_ports = 1,
    .ports = {{.name = "p", .device = "net_ring0", .role = NODE_ROLE_BOTH, .mtu = 1500, .n_addrs = 1}},
    .control_core = NODE_CORE_AUTO,
    .hugepages = NODE_HUGEPAGES_NEVER,
    .memory_mb = 128,
};

static uint64_t polls(const struct node *node)
{
    const struct telem_rows *rows = node_rows(NODE_ROWS_WORKER);
    struct node_view v;
    node_view(node, &v);
    for (size_t i = 0; i < rows->count; i++)
        if (strcmp(rows->list[i].name, "polls") == 0)
            return telem_value(&rows->list[i], &v.counters);
    fail_msg("no row for polls");
    return 0;
}

static void a_start_that_is_refused_leaves_nothing(void **state)
{
    char why[1024] = "";
    params.n_cores = 1;
    params.cores[0] = 100000;
    assert_null(node_start(&params, why, sizeof why));
    assert_non_null(strstr(why, "workers.cores names core 100000"));
    params.n_cores = 0;
    node_stop(NULL);
}

static void workers_run_from_node_run_to_node_stop(void **state)
{
    char why[1024] = "";
    assert_int_equal(base_prefix_parse_host("192.0.2.1/24", &params.ports[0].addrs[0]), 0);
    struct node *node = node_start(&params, why, sizeof why);
    if (!node)
        fail_msg("%s", why);
    struct node_view v;
    node_view(node, &v);
    assert_int_equal(v.n_workers, 1);
    assert_int_equal(v.n_ports, 1);
    assert_false(v.has_hugepages);
    assert_false(v.is_busy_poll); /* the port is no PCI device */
    assert_int_equal(polls(node), 0);
    assert_int_equal(node_run(node, why, sizeof why), 0);
    while (polls(node) < 10)
        ;
    struct node_worker_view w;
    assert_true(node_view_worker(node, 0, &w));
    assert_true(w.polls >= 10);
    node_ready(node); /* nothing waits, and it does not either */
    node_stop(node);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_that_is_refused_leaves_nothing),
        cmocka_unit_test(workers_run_from_node_run_to_node_stop),
    };
    host_log_set_level(HOST_ERR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
