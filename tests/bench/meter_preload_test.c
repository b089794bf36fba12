/* SPDX-License-Identifier: BSD-3-Clause */
/* An application that knows nothing of the meter, which meson.build puts before DPDK's libraries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#define BURST 32

enum { FEEDER, SINK, WRONG, PLAIN_NULL };

static struct rte_mempool *pool;
static char result[] = "meter_preload_test.XXXXXX";

static int eal_start(void **state)
{
    char ports[512];
    char *args[] = {
        "test",      "--no-huge", "--no-pci",  "--no-shconf",    "--no-telemetry",   "-m",        "64",
        "-l",        "0",         "--vdev",    "net_null0",      "--vdev",           "net_null1", "--vdev",
        "net_null2", "--vdev",    "net_null3", "--iova-mode=va", "--log-level=error"};
    const int fd = mkstemp(result);
    assert_true(fd >= 0);
    close(fd);
    snprintf(ports, sizeof ports,
             "net_null0,flow=plain,size=128,packets=20000,runs=2,label=mine,ptypes=1,offload=1,result=%s;net_"
             "null1;"
             "net_null2,flow=esp",
             result);
    setenv("METER_PORTS", ports, 1);
    assert_true(rte_eal_init(sizeof(args) / sizeof(*args), args) >= 0);
    pool = rte_pktmbuf_pool_create("app", 4095, 32, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0);
    assert_non_null(pool);
    return 0;
}

static int eal_end(void **state)
{
    return unlink(result);
}

/* As ipsec-secgw does: it wants what the port claims, and then asks for all of it. */
static void port_start(uint16_t port)
{
    struct rte_eth_dev_info info;
    struct rte_eth_conf conf = {0};
    assert_int_equal(rte_eth_dev_info_get(port, &info), 0);
    conf.rxmode.offloads = RTE_ETH_RX_OFFLOAD_IPV4_CKSUM;
    conf.txmode.offloads = info.tx_offload_capa;
    assert_true(info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_IPV4_CKSUM);
    assert_int_equal(rte_eth_dev_configure(port, 1, 2, &conf), 0);
    info.default_rxconf.offloads = conf.rxmode.offloads;
    info.default_txconf.offloads = conf.txmode.offloads;
    assert_int_equal(rte_eth_rx_queue_setup(port, 0, 512, 0, &info.default_rxconf, pool), 0);
    for (uint16_t q = 0; q < 2; q++)
        assert_int_equal(rte_eth_tx_queue_setup(port, q, 512, 0, &info.default_txconf), 0);
    assert_int_equal(rte_eth_dev_start(port), 0);
}

static int ports_open(void **state)
{
    port_start(FEEDER);
    port_start(SINK);
    return 0;
}

static int ports_close(void **state)
{
    for (uint16_t port = FEEDER; port <= SINK; port++) {
        rte_eth_dev_stop(port);
        rte_eth_dev_close(port);
    }
    return 0;
}

static void claims_are_those_of_the_arguments(void **state)
{
    struct rte_eth_dev_info info;
    uint32_t types[8];
    assert_int_equal(rte_eth_dev_info_get(FEEDER, &info), 0);
    assert_int_equal(info.tx_offload_capa, RTE_ETH_TX_OFFLOAD_IPV4_CKSUM);
    assert_int_equal(info.max_rx_queues, 1);
    assert_int_equal(rte_eth_dev_get_supported_ptypes(FEEDER, RTE_PTYPE_L3_MASK, types, 1), 2);
    assert_int_equal(types[0], RTE_PTYPE_L3_IPV4);
    assert_int_equal(rte_eth_dev_info_get(SINK, &info), 0);
    assert_int_equal(info.tx_offload_capa, 0);
    assert_true(rte_eth_dev_get_supported_ptypes(SINK, RTE_PTYPE_L3_MASK, types, 8) <= 0);
}

static void a_port_has_an_address_that_neighbours_can_be_told(void **state)
{
    struct rte_ether_addr mac;
    assert_int_equal(rte_eth_macaddr_get(SINK, &mac), 0);
    assert_memory_equal(&mac, ((uint8_t[]){2, 0, 0, 0, 0, 2}), 6);
}

/* Receives from one and sends to the other until the figure is there, or the packets of many figures went by.
 */
static uint64_t gateway_run(void)
{
    struct rte_mbuf *pkts[BURST];
    uint64_t passed = 0;
    while (passed < 4000000) {
        const uint16_t n = rte_eth_rx_burst(FEEDER, 0, pkts, BURST);
        assert_int_equal(n, BURST);
        assert_int_equal(rte_eth_rx_burst(SINK, 0, pkts + n, 0), 0);
        for (uint16_t i = 0; i < n; i++) {
            assert_int_equal(pkts[i]->data_len, 128);
            assert_int_equal(pkts[i]->ol_flags & RTE_MBUF_F_RX_IP_CKSUM_MASK, RTE_MBUF_F_RX_IP_CKSUM_GOOD);
        }
        assert_int_equal(rte_eth_tx_burst(SINK, passed / BURST % 2, pkts, n), n);
        passed += n;
        FILE *f = passed % 4096 ? NULL : fopen(result, "r");
        const bool is_there = f && fgetc(f) == '{';
        if (f)
            fclose(f);
        if (is_there)
            break;
    }
    return passed;
}

static void a_figure_comes_of_a_gateway_that_forwards(void **state)
{
    char line[512] = "";
    struct rte_eth_stats in, out;
    const uint64_t passed = gateway_run();
    FILE *f = fopen(result, "r");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    fclose(f);
    assert_non_null(strstr(line, "\"label\":\"mine\""));
    assert_null(strstr(line, "\"rx\":0,"));
    assert_int_equal(rte_eth_stats_get(FEEDER, &in), 0);
    assert_int_equal(rte_eth_stats_get(SINK, &out), 0);
    assert_int_equal(in.ipackets, passed);
    assert_int_equal(out.opackets, passed);
    assert_true(rte_mempool_avail_count(pool) >= 4095 - 1024); /* that many wait to be received */
}

static void more_queues_than_one_are_refused(void **state)
{
    struct rte_eth_conf conf = {0};
    assert_int_equal(rte_eth_dev_stop(FEEDER), 0);
    assert_int_equal(rte_eth_dev_configure(FEEDER, 2, 1, &conf), -EINVAL);
}

static void arguments_without_sense_stop_the_port(void **state)
{
    struct rte_eth_dev_info info;
    struct rte_eth_conf conf = {0};
    assert_int_equal(rte_eth_dev_info_get(WRONG, &info), -EINVAL); /* ESP without a key */
    assert_int_equal(rte_eth_dev_configure(WRONG, 1, 1, &conf), -EINVAL);
}

static void a_port_that_is_not_named_stays_what_it_is(void **state)
{
    struct rte_eth_dev_info info;
    assert_int_equal(rte_eth_dev_info_get(PLAIN_NULL, &info), 0);
    assert_int_equal(info.rx_offload_capa, 0);
    assert_true(info.max_rx_queues > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_without_sense_stop_the_port),
        cmocka_unit_test(a_port_that_is_not_named_stays_what_it_is),
        cmocka_unit_test_setup(claims_are_those_of_the_arguments, ports_open),
        cmocka_unit_test(a_port_has_an_address_that_neighbours_can_be_told),
        cmocka_unit_test(a_figure_comes_of_a_gateway_that_forwards),
        cmocka_unit_test_teardown(more_queues_than_one_are_refused, ports_close),
    };
    return cmocka_run_group_tests(tests, eal_start, eal_end);
}
