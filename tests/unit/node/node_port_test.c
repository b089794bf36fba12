/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports that start, with as many queues as fit, and those that cannot: in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include "host_log.h"
#include "node_port.h"

static struct node_params params = {.n_ports = 1, .memory_mb = 64};
static struct node_device devices[NODE_PORTS_MAX] = {{.mtu = 9000, .args = "net_ring0,x=y"}};
static struct rte_mempool *pool;
static struct node_port port;
static char why[1024];

static int start(void **state)
{
    char *args[] = {
        "test", "--no-huge", "--no-pci", "--no-shconf",    "--no-telemetry",    "-m",
        "128",  "-l",        "0",        "--iova-mode=va", "--log-level=error", "--vdev=net_ring0"};
    host_log_set_level(HOST_ERR);
    params.ports[0] = (struct node_port_params){.name = "p", .device = "net_ring0,x=y", .mtu = 9000};
    if (rte_eal_init(sizeof args / sizeof args[0], args) < 0)
        return -1;
    pool = node_port_pool(&params, devices, 1, why, sizeof why);
    return pool ? 0 : -1;
}

static void buffers_hold_a_frame_of_the_largest_mtu_in_one_piece(void **state)
{
    assert_true(rte_pktmbuf_data_room_size(pool) >= RTE_PKTMBUF_HEADROOM + 9000 + RTE_ETHER_HDR_LEN);
    params.n_ports = NODE_PORTS_MAX;
    assert_null(node_port_pool(&params, devices, 64, why, sizeof why));
    params.n_ports = 1;
    assert_non_null(strstr(why, "raise eal.memory_mb above 64"));
}

static void buffers_lie_side_by_side_however_small_pages_are(void **state)
{
    static struct rte_mbuf *all[1 << 16];
    const unsigned n = rte_mempool_avail_count(pool);
    uintptr_t low = UINTPTR_MAX, high = 0;
    assert_in_range(n, 1024, 1 << 16);
    assert_int_equal(rte_pktmbuf_alloc_bulk(pool, all, n), 0);
    for (unsigned i = 0; i < n; i++) {
        low = (uintptr_t)all[i] < low ? (uintptr_t)all[i] : low;
        high = (uintptr_t)all[i] > high ? (uintptr_t)all[i] : high;
    }
    rte_pktmbuf_free_bulk(all, n);
    assert_int_equal(high - low,
                     (uintptr_t)(n - 1) * (pool->header_size + pool->elt_size + pool->trailer_size));
}

static void a_device_that_is_not_there_is_explained_by_its_kind(void **state)
{
    const struct node_port_params p = {.name = "p"};
    struct node_device d = {.mtu = 1500, .args = "net_af_paket7,iface=x"};
    assert_int_equal(node_port_start(&p, &d, 1, pool, &port, why, sizeof why), -1);
    assert_non_null(strstr(why, "ports.p.device: DPDK has no driver for net_af_paket7,iface=x."));
    snprintf(d.args, sizeof d.args, "net_memif7,role=king");
    assert_int_equal(node_port_start(&p, &d, 1, pool, &port, why, sizeof why), -1);
    assert_non_null(
        strstr(why, "ports.p.device: DPDK could not make net_memif7,role=king (Unknown role: king)."));
    d.is_pci = true;
    snprintf(d.args, sizeof d.args, "0000:ff:1f.7");
    assert_int_equal(node_port_start(&p, &d, 1, pool, &port, why, sizeof why), -1);
    assert_non_null(strstr(why, "0000:ff:1f.7"));
}

static void a_port_gets_a_queue_per_worker_unless_it_is_told_or_has_fewer(void **state)
{
    struct node_device d = devices[0];
    d.mtu = 1500;
    assert_int_equal(node_port_start(&params.ports[0], &d, 1, pool, &port, why, sizeof why), 0);
    assert_string_equal(port.driver, "net_ring");
    assert_int_equal(port.n_rxq, 1);
    assert_int_equal(port.n_txq, 1);
    assert_int_equal(port.mtu, 1500);
    assert_int_equal(port.rss_hf, 0);
    node_port_stop(&port);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buffers_hold_a_frame_of_the_largest_mtu_in_one_piece),
        cmocka_unit_test(buffers_lie_side_by_side_however_small_pages_are),
        cmocka_unit_test(a_device_that_is_not_there_is_explained_by_its_kind),
        cmocka_unit_test(a_port_gets_a_queue_per_worker_unless_it_is_told_or_has_fewer),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
