/* SPDX-License-Identifier: BSD-3-Clause */
/* Each kind of port, and that of several the most counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/capability.h>
#include "node_int.h"

#define ADMIN (UINT64_C(1) << CAP_NET_ADMIN)
#define RAW   (UINT64_C(1) << CAP_NET_RAW)

static struct node node;

static void port_add(enum node_device_kind kind, bool is_pci, bool is_shared, const char *host)
{
    const size_t i = node.n_ports++;
    node.params.ports[i].kind = (uint8_t)kind;
    node.params.ports[i].host[0] = host[0];
    node.devices[i].is_pci = is_pci;
    node.devices[i].is_shared = is_shared;
}

static int setup(void **state)
{
    node = (struct node){0};
    return 0;
}

static void a_nic_that_is_dpdks_alone_needs_nothing(void **state)
{
    port_add(NODE_DEVICE_PCI, true, false, "");
    assert_int_equal(node_caps(&node), 0);
    port_add(NODE_DEVICE_PCI, true, false, "culvert0");
    assert_int_equal(node_caps(&node), ADMIN);
}

static void an_interface_is_given_back_by_netlink(void **state)
{
    port_add(NODE_DEVICE_INTERFACE, false, false, "");
    assert_int_equal(node_caps(&node), ADMIN);
}

static void a_shared_nic_and_a_driver_of_dpdks_need_raw_sockets(void **state)
{
    port_add(NODE_DEVICE_VDEV, false, false, "");
    assert_int_equal(node_caps(&node), ADMIN | RAW);
    setup(state);
    port_add(NODE_DEVICE_PCI, true, true, "");
    assert_int_equal(node_caps(&node), ADMIN | RAW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_nic_that_is_dpdks_alone_needs_nothing, setup),
        cmocka_unit_test_setup(an_interface_is_given_back_by_netlink, setup),
        cmocka_unit_test_setup(a_shared_nic_and_a_driver_of_dpdks_need_raw_sockets, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
