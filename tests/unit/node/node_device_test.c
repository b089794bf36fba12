/* SPDX-License-Identifier: BSD-3-Clause */
/* What is chosen for the three notations of a device, and why; what is not there is told apart from what is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "net_box.h"
#include "node_device.h"

static struct node_device device;
static char why[1024];

static struct node_port_params port_of(enum node_device_kind kind, const char *name, const char *interface)
{
    struct node_port_params p = {.name = "p", .kind = kind, .mtu = kind == NODE_DEVICE_INTERFACE ? 0 : 1500};
    snprintf(p.device, sizeof p.device, "%s", name);
    snprintf(p.interface, sizeof p.interface, "%s", interface);
    return p;
}

static int choose(const struct node_port_params *p, uint16_t largest)
{
    if (node_device_look(p, &device, why, sizeof why) < 0)
        return -1;
    return node_device_choose(p, largest > device.mtu ? largest : device.mtu, 2, &device, why, sizeof why);
}

static void assert_why(const struct node_port_params *p, const char *part)
{
    assert_int_equal(choose(p, 0), -1);
    if (!strstr(why, part))
        fail_msg("\"%s\" is not in: %s", part, why);
}

static void dpdks_own_notation_is_taken_as_it_is(void **state)
{
    struct node_port_params p = port_of(NODE_DEVICE_VDEV, "net_ring0", "");
    assert_int_equal(choose(&p, 9000), 0);
    assert_false(device.is_pci);
    assert_string_equal(device.args, "net_ring0");
    assert_int_equal(device.mtu, 1500);
    p = port_of(NODE_DEVICE_VDEV, "net_memfi0,id=1", "");
    assert_why(&p, "ports.p.device: DPDK has no driver for net_memfi0,id=1. Correct the name");
    p = port_of(NODE_DEVICE_PCI, "0000:ff:1f.7", "");
    assert_why(&p, "ports.p.device: 0000:ff:1f.7");
}

static void an_interface_that_is_not_there_is_told_with_those_that_are(void **state)
{
    struct node_port_params p = port_of(NODE_DEVICE_INTERFACE, "eth7", "eth7");
    assert_why(&p, "ports.p.device: eth7");
    assert_non_null(strstr(why, "near"));
    p = port_of(NODE_DEVICE_VDEV, "net_af_xdp0,iface=eth7", "eth7");
    assert_why(&p, "eth7");
    p = port_of(NODE_DEVICE_INTERFACE, "lo", "lo");
    assert_why(&p, "ports.p.device: lo");
}

static void an_interface_gets_xdp_where_all_of_it_can_have_it(void **state)
{
    struct node_port_params p = port_of(NODE_DEVICE_INTERFACE, "near", "near");
    assert_int_equal(choose(&p, 0), 0);
    assert_int_equal(device.driver, NODE_DRIVER_AF_XDP);
    assert_string_equal(device.args, "net_af_xdp_near,iface=near,start_queue=0,queue_count=1");
    assert_int_equal(device.mtu, 1500);
    assert_non_null(strstr(device.reason, "its driver has XDP"));
    assert_int_equal(choose(&p, 9001), 0);
    assert_int_equal(device.driver, NODE_DRIVER_AF_PACKET);
    assert_non_null(strstr(device.reason, "another port has an MTU of 9001"));
    net_box_near("ip link set near mtu 3499");
    assert_int_equal(choose(&p, 0), 0);
    assert_int_equal(device.driver, NODE_DRIVER_AF_PACKET);
    assert_string_equal(device.args, "net_af_packet_near,iface=near,qpairs=2");
    assert_int_equal(device.mtu, 3499);
    assert_string_equal(device.reason, "its MTU is 3499, and AF_XDP takes at most 3498");
    p.mtu = 1400; /* the interface keeps what it has */
    assert_int_equal(choose(&p, 0), 0);
    assert_int_equal(device.driver, NODE_DRIVER_AF_PACKET);
    assert_int_equal(device.mtu, 1400);
    net_box_near("ip link set near mtu 1500");
    p.queues = 3;
    assert_int_equal(choose(&p, 0), 0);
    assert_int_equal(device.driver, NODE_DRIVER_AF_PACKET);
}

static void what_is_asked_for_is_taken_or_refused(void **state)
{
    struct node_port_params p = port_of(NODE_DEVICE_INTERFACE, "near", "near");
    p.driver = NODE_DRIVER_AF_PACKET;
    assert_int_equal(choose(&p, 0), 0);
    assert_int_equal(device.driver, NODE_DRIVER_AF_PACKET);
    assert_string_equal(device.reason, "");
    p.driver = NODE_DRIVER_AF_XDP;
    assert_int_equal(choose(&p, 0), 0);
    assert_int_equal(device.driver, NODE_DRIVER_AF_XDP);
    p.mtu = 9001;
    assert_why(
        &p,
        "ports.p.driver: \"af_xdp\" cannot have interface near: its MTU is 9001, and AF_XDP takes at most");
}

static void what_does_not_come_up_makes_way_for_packet_sockets(void **state)
{
    struct node_port_params p = port_of(NODE_DEVICE_INTERFACE, "near", "near");
    assert_int_equal(choose(&p, 0), 0);
    node_device_fall_back(&p, 1, "no memory", &device);
    assert_int_equal(device.driver, NODE_DRIVER_AF_PACKET);
    assert_string_equal(device.args, "net_af_packet_near,iface=near,qpairs=1");
    assert_string_equal(device.reason, "AF_XDP did not come up: no memory");
    assert_int_equal(device.queues, 0);
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
        cmocka_unit_test(dpdks_own_notation_is_taken_as_it_is),
        cmocka_unit_test(an_interface_that_is_not_there_is_told_with_those_that_are),
        cmocka_unit_test(an_interface_gets_xdp_where_all_of_it_can_have_it),
        cmocka_unit_test(what_is_asked_for_is_taken_or_refused),
        cmocka_unit_test(what_does_not_come_up_makes_way_for_packet_sockets),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
