/* SPDX-License-Identifier: BSD-3-Clause */
/* A bus in a folder, made of links as sysfs makes them. */
#include "host_pci.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static char sysfs[] = "/tmp/host_pci_XXXXXX";
static char why[512];

static int bus(void **state)
{
    char command[1024];
    if (!mkdtemp(sysfs))
        return -1;
    snprintf(command, sizeof command,
             "cd %s && mkdir -p bus/pci/devices bus/pci/drivers/ixgbe bus/pci/drivers/vfio-pci groups/7 && "
             "cd bus/pci/devices && mkdir -p 0000:01:00.0/net/eth2 0000:01:00.1 0000:02:00.0 0000:00:1f.0 && "
             "echo 0x060100 >0000:00:1f.0/class && "
             "for d in 0000:01:00.0 0000:01:00.1 0000:02:00.0; do echo 0x020000 >$d/class; done && "
             "ln -s ../../drivers/ixgbe 0000:01:00.0/driver && ln -s ../../drivers/vfio-pci "
             "0000:01:00.1/driver && "
             "for d in 0000:01:00.0 0000:01:00.1; do ln -s ../../../../groups/7 $d/iommu_group; done",
             sysfs);
    return system(command);
}

static int no_bus(void **state)
{
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", sysfs);
    return system(command);
}

static void a_device_of_the_kernels_tells_how_to_bind_it(void **state)
{
    struct host_pci pci;
    assert_int_equal(host_pci_look(sysfs, "01:00.0", &pci, why, sizeof why), 0);
    assert_string_equal(pci.address, "0000:01:00.0");
    assert_string_equal(pci.driver, "ixgbe");
    assert_string_equal(pci.interface, "eth2");
    assert_true(pci.has_iommu);
    assert_int_equal(host_pci_check(&pci, why, sizeof why), -EBUSY);
    assert_string_equal(
        why, "0000:01:00.0 is bound to ixgbe and is interface eth2: bind it to vfio-pci (dpdk-devbind.py -b "
             "vfio-pci 0000:01:00.0), or write \"device\": \"eth2\"");
}

static void a_device_that_is_bound_can_be_had(void **state)
{
    struct host_pci pci;
    assert_int_equal(host_pci_look(sysfs, "0000:01:00.1", &pci, why, sizeof why), 0);
    assert_true(pci.is_userspace);
    assert_int_equal(host_pci_check(&pci, why, sizeof why), 0);
}

static void a_device_without_driver_and_iommu_tells_both(void **state)
{
    struct host_pci pci;
    assert_int_equal(host_pci_look(sysfs, "0000:02:00.0", &pci, why, sizeof why), 0);
    assert_string_equal(pci.driver, "");
    assert_int_equal(host_pci_check(&pci, why, sizeof why), -EBUSY);
    assert_string_equal(
        why, "0000:02:00.0 is bound to no driver: bind it to vfio-pci (dpdk-devbind.py -b vfio-pci "
             "0000:02:00.0); it has no IOMMU, so vfio-pci wants enable_unsafe_noiommu_mode");
}

static void what_is_not_there_lists_the_others(void **state)
{
    struct host_pci pci;
    assert_int_equal(host_pci_look(sysfs, "0000:09:00.0", &pci, why, sizeof why), -ENODEV);
    assert_true(strncmp(why, "0000:09:00.0: there is no such device on the PCI bus; network devices here: ",
                        76) == 0);
    assert_non_null(strstr(why, "0000:01:00.0"));
    assert_non_null(strstr(why, "0000:02:00.0"));
    assert_null(strstr(why, "0000:00:1f.0"));
    assert_int_equal(host_pci_look("/nowhere", "0000:09:00.0", &pci, why, sizeof why), -ENODEV);
    assert_string_equal(
        why, "0000:09:00.0: there is no such device on the PCI bus; this machine shows no network device "
             "on it");
}

static void what_is_no_address_is_told(void **state)
{
    static const char *const bad[] = {"", "eth0", "0000:01:00", "01:00.0x", "0000:01:00.0/../x", "01:00"};
    struct host_pci pci;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(host_pci_look(sysfs, bad[i], &pci, why, sizeof why), -EINVAL);
    assert_string_equal(why, "01:00 is no PCI address, which looks like 0000:01:00.0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_of_the_kernels_tells_how_to_bind_it),
        cmocka_unit_test(a_device_that_is_bound_can_be_had),
        cmocka_unit_test(a_device_without_driver_and_iommu_tells_both),
        cmocka_unit_test(what_is_not_there_lists_the_others),
        cmocka_unit_test(what_is_no_address_is_told),
    };
    return cmocka_run_group_tests(tests, bus, no_bus);
}
