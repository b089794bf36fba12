/* SPDX-License-Identifier: BSD-3-Clause */
/* What the three notations of a device become, and what keys that are left out follow from it. */
#include "conf_int.h"
#include "conf_test_help.h"

static struct conf_port settled(const char *device, const char *host, uint16_t mtu)
{
    struct conf_port port = {.mtu = mtu};
    snprintf(port.device, sizeof port.device, "%s", device);
    snprintf(port.host, sizeof port.host, "%s", host);
    conf_device_settle(&port);
    return port;
}

static void assert_device(const char *device, enum conf_device kind, const char *interface, const char *host)
{
    const struct conf_port port = settled(device, "", 0);
    assert_int_equal(port.kind, kind);
    assert_string_equal(port.interface, interface);
    assert_string_equal(port.host, host);
    assert_int_equal(port.mtu, kind == CONF_DEVICE_INTERFACE ? 0 : 1500);
}

static void a_device_is_what_it_looks_like(void **state)
{
    assert_device("eth0", CONF_DEVICE_INTERFACE, "eth0", "culvert-eth0");
    assert_device("enp0s31f6", CONF_DEVICE_INTERFACE, "enp0s31f6", "culvert-p0s31f6");
    assert_device("bond0.100", CONF_DEVICE_INTERFACE, "bond0.100", "culvert-nd0.100");
    assert_device("0000:01:00.1", CONF_DEVICE_PCI, "", "");
    assert_device("01:00.1", CONF_DEVICE_PCI, "", "");
    assert_device("0000:01:00.1,arg=1", CONF_DEVICE_PCI, "", "");
    assert_device("net_memif0,id=1", CONF_DEVICE_VDEV, "", "");
    assert_device("net_ring0", CONF_DEVICE_VDEV, "", "");
    assert_device("virtio_user0,path=/dev/vhost-net", CONF_DEVICE_VDEV, "", "");
    assert_device("net_af_packet0,iface=eth0,qpairs=2", CONF_DEVICE_VDEV, "eth0", "culvert-eth0");
    assert_device("net_af_xdp0,start_queue=1,iface=eth1", CONF_DEVICE_VDEV, "eth1", "culvert-eth1");
    assert_device("net_tap0,iface=new0", CONF_DEVICE_VDEV, "", "");
    assert_device("a-name-of-16-let", CONF_DEVICE_INTERFACE, "", "");
}

static void what_is_written_is_kept(void **state)
{
    struct conf_port port = settled("eth0", "culvert0", 9001);
    assert_string_equal(port.host, "culvert0");
    assert_int_equal(port.mtu, 9001);
    port = settled("eth0", "none", 1400);
    assert_string_equal(port.host, "");
    assert_int_equal(port.mtu, 1400);
    port = settled("net_memif0", "culvert0", 0);
    assert_string_equal(port.host, "culvert0");
}

static void names_are_those_that_the_kernel_takes(void **state)
{
    static const char *const bad[] = {"",        ".", "..", "a b", "a/b", "a:1", "a%d", "sixteen-letters-",
                                      "\xc3\xa4"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(conf_is_interface_name(bad[i]));
    assert_true(conf_is_interface_name("eth0") && conf_is_interface_name("wan.100") &&
                conf_is_interface_name("fifteen-letters"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_is_what_it_looks_like),
        cmocka_unit_test(what_is_written_is_kept),
        cmocka_unit_test(names_are_those_that_the_kernel_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
