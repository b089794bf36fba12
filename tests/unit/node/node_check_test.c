/* SPDX-License-Identifier: BSD-3-Clause */
/* Each thing in the way of a start is found beforehand, beside what would be chosen and changed. */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "net_box.h"
#include "node_check.h"

static struct node_params params;
static struct node_findings found;

static const struct node_finding *finding(enum node_finding_kind kind, const char *path, const char *part)
{
    for (size_t i = 0; i < found.n; i++)
        if (found.list[i].kind == kind && strcmp(found.list[i].path, path) == 0 &&
            strstr(found.list[i].text, part))
            return &found.list[i];
    return NULL;
}

static void expect(enum node_finding_kind kind, const char *path, const char *part)
{
    if (finding(kind, path, part))
        return;
    for (size_t i = 0; i < found.n; i++)
        print_message("%s %s: %s\n", node_finding_name(found.list[i].kind), found.list[i].path,
                      found.list[i].text);
    fail_msg("no %s at %s with \"%s\"", node_finding_name(kind), path, part);
}

static int reset(void **state)
{
    params = (struct node_params){
        .n_ports = 1,
        .ports = {{.name = "p",
                   .device = "near",
                   .kind = NODE_DEVICE_INTERFACE,
                   .interface = "near",
                   .host = "h0"}},
        .control_core = NODE_CORE_AUTO,
        .hugepages = NODE_HUGEPAGES_NEVER,
        .memory_mb = 128,
    };
    return 0;
}

static void what_would_be_taken_and_changed_is_told(void **state)
{
    net_box_near("ip address add 192.0.2.1/24 dev near");
    node_check(&params, &found);
    assert_int_equal(found.n_obstacles, 0);
    expect(NODE_FINDING_CHOICE, "workers", "control on core");
    expect(NODE_FINDING_CHOICE, "eal", "128 MB in ordinary pages");
    expect(NODE_FINDING_CHOICE, "ports.p", "AF_XDP on near, MTU 1500: its driver has XDP");
    expect(NODE_FINDING_CHANGE, "ports.p", "192.0.2.1/24");
    expect(NODE_FINDING_CHANGE, "ports.p", "interface h0 is made");
    expect(NODE_FINDING_CHOICE, "ports.p", "addresses 192.0.2.1/24 of near, and then those that h0 has");
    net_box_near("ip address del 192.0.2.1/24 dev near");
    node_check(&params, &found);
    expect(NODE_FINDING_OBSTACLE, "ports.p", "addresses: near has none to take over");
    net_box_near("ip address add 192.0.2.1/24 dev near");
    params.ports[0].host[0] = '\0';
    params.ports[0].driver = NODE_DRIVER_AF_PACKET;
    node_check(&params, &found);
    expect(NODE_FINDING_CHOICE, "ports.p", "AF_PACKET on near");
    expect(NODE_FINDING_NOTICE, "ports.p", "this machine is not reached");
}

static void what_is_in_the_way_is_told_all_at_once(void **state)
{
    params.n_cores = 1;
    params.cores[0] = CPU_SETSIZE - 1;
    params.hugepages = NODE_HUGEPAGES_REQUIRE;
    params.memory_mb = 1u << 30;
    params.n_ports = 4;
    params.ports[1] = (struct node_port_params){
        .name = "q", .device = "eth7", .kind = NODE_DEVICE_INTERFACE, .interface = "eth7"};
    params.ports[2] = (struct node_port_params){.name = "r", .device = "net_memfi0", .mtu = 1500};
    params.ports[3] = (struct node_port_params){
        .name = "s", .device = "0000:ff:1f.7", .kind = NODE_DEVICE_PCI, .mtu = 1500};
    node_check(&params, &found);
    expect(NODE_FINDING_OBSTACLE, "workers.cores", "names core 1023");
    expect(NODE_FINDING_OBSTACLE, "eal.hugepages", "run `sysctl vm.nr_hugepages=");
    expect(NODE_FINDING_OBSTACLE, "ports.q.device", "eth7");
    expect(NODE_FINDING_OBSTACLE, "ports.r.device", "DPDK has no driver for net_memfi0");
    expect(NODE_FINDING_OBSTACLE, "ports.s.device", "0000:ff:1f.7");
    assert_int_equal(found.n_obstacles, 5);
    expect(NODE_FINDING_CHOICE, "ports.p", "near");
}

static void few_hugepages_are_no_obstacle_where_they_need_not_be(void **state)
{
    params.hugepages = NODE_HUGEPAGES_AUTO;
    params.memory_mb = 1u << 30;
    node_check(&params, &found);
    assert_int_equal(found.n_obstacles, 0);
    expect(NODE_FINDING_NOTICE, "eal.hugepages", "ordinary pages serve");
}

static int make(void **state)
{
    if (!net_box_enter())
        exit(77);
    net_box_wire();
    return 0;
}

static int unmake(void **state)
{
    net_box_unwire();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_would_be_taken_and_changed_is_told, reset),
        cmocka_unit_test_setup(what_is_in_the_way_is_told_all_at_once, reset),
        cmocka_unit_test_setup(few_hugepages_are_no_obstacle_where_they_need_not_be, reset),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
