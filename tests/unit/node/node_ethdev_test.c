/* SPDX-License-Identifier: BSD-3-Clause */
/* Devices that are not there are explained by their kind; one that is there gets its queues. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include "node_ethdev.h"

static const struct node_port_params params = {.name = "p", .device = "net_ring0"};
static struct node_device device = {.mtu = 1500, .args = "net_ring0"};
static struct node_device devices[NODE_PORTS_MAX];
static struct rte_mempool *pool;
static struct node_port port;
static char why[1024];

static int start(void **state)
{
    static const struct node_params all = {.n_ports = 1, .memory_mb = 64};
    char *args[] = {
        "test", "--no-huge", "--no-pci", "--no-shconf",    "--no-telemetry",    "-m",
        "128",  "-l",        "0",        "--iova-mode=va", "--log-level=error", "--vdev=net_ring0"};
    if (rte_eal_init(sizeof args / sizeof args[0], args) < 0)
        return -1;
    pool = node_port_pool(&all, devices, 1, why, sizeof why);
    return pool ? 0 : -1;
}

static void refused(const char *args, bool is_pci, const char *part)
{
    struct node_device d = {.mtu = 1500, .is_pci = is_pci};
    snprintf(d.args, sizeof d.args, "%s", args);
    assert_int_equal(node_ethdev_open(&params, &d, 1, pool, &port, why, sizeof why), -1);
    if (!strstr(why, part))
        fail_msg("\"%s\" is not in: %s", part, why);
    assert_null(strchr(why, '\n'));
}

static void a_device_that_is_not_there_is_explained_by_its_kind(void **state)
{
    refused("net_af_paket7,iface=x", false, "ports.p.device: DPDK has no driver for net_af_paket7,iface=x.");
    refused("net_memif7,role=king", false,
            "ports.p.device: DPDK could not make net_memif7,role=king (Unknown role: king).");
    refused("0000:ff:1f.7", true, "ports.p.device: DPDK found no device 0000:ff:1f.7. Bind it to vfio-pci");
}

static void queues_follow_the_workers_or_the_channels(void **state)
{
    struct node_port_params fewer = params;
    struct node_device channels = device;
    assert_int_equal(node_ethdev_open(&params, &device, 3, pool, &port, why, sizeof why), 0);
    assert_string_equal(port.driver, "net_ring");
    assert_int_equal(port.n_rxq, 3);
    assert_int_equal(port.n_txq, 3);
    assert_null(port.io);
    node_ethdev_close(&port);
    fewer.queues = 2;
    snprintf(device.args, sizeof device.args, "net_ring1"); /* made now, and not when DPDK started */
    assert_int_equal(node_ethdev_open(&fewer, &device, 3, pool, &port, why, sizeof why), 0);
    assert_int_equal(port.n_rxq, 2);
    assert_int_equal(port.n_txq, 3);
    node_ethdev_close(&port);
    channels.queues = 5;
    snprintf(channels.args, sizeof channels.args, "net_ring2");
    assert_int_equal(node_ethdev_open(&params, &channels, 3, pool, &port, why, sizeof why), 0);
    assert_int_equal(port.n_rxq, 5);
    assert_int_equal(port.n_txq, 5);
    node_ethdev_close(&port);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_device_that_is_not_there_is_explained_by_its_kind),
        cmocka_unit_test(queues_follow_the_workers_or_the_channels),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
