/* SPDX-License-Identifier: BSD-3-Clause */
/* What is chosen for the three notations of a device. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "node_device.h"

static struct node_device device;
static char why[512];

static int choose(enum node_device_kind kind, const char *name)
{
    struct node_port_params p = {.name = "p", .kind = kind, .mtu = 1400};
    snprintf(p.device, sizeof p.device, "%s", name);
    snprintf(p.interface, sizeof p.interface, "%.15s", name);
    return node_device_choose(&p, &device, why, sizeof why);
}

static void dpdks_own_notation_is_taken_as_it_is(void **state)
{
    assert_int_equal(choose(NODE_DEVICE_PCI, "0000:01:00.0"), 0);
    assert_true(device.is_pci);
    assert_string_equal(device.args, "0000:01:00.0");
    assert_int_equal(device.mtu, 1400);
    assert_int_equal(choose(NODE_DEVICE_VDEV, "net_ring0"), 0);
    assert_false(device.is_pci);
    assert_string_equal(device.args, "net_ring0");
}

static void an_interface_that_is_not_there_is_refused(void **state)
{
    assert_int_equal(choose(NODE_DEVICE_INTERFACE, "no-such-if"), -1);
    assert_non_null(strstr(why, "ports.p.device: interface no-such-if: No such device"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dpdks_own_notation_is_taken_as_it_is),
        cmocka_unit_test(an_interface_that_is_not_there_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
