/* SPDX-License-Identifier: BSD-3-Clause */
/* Devices that are packet sockets: how they are told, and what is opened for them. */
#include "node_socket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <rte_ethdev.h>
#include "afpkt.h"
#include "dp_io.h"

static struct afpkt_params asked;
static char asked_interface[300];
static bool is_refused;
static char why[500];
static struct node_port port;
static uint8_t kind;

/* The room below. */
struct afpkt *afpkt_open(const struct afpkt_params *params, char *reason, size_t size)
{
    asked = *params;
    snprintf(asked_interface, sizeof asked_interface, "%s", params->interface);
    snprintf(reason, size, "because");
    return is_refused ? NULL : (struct afpkt *)(void *)&port;
}

const uint8_t *afpkt_mac(const struct afpkt *p)
{
    return (const uint8_t *)"\x02\0\0\0\0\x07";
}

uint16_t afpkt_rx(void *p, uint16_t queue, struct rte_mbuf **frames, uint16_t n)
{
    return 0;
}

uint16_t afpkt_tx(void *p, uint16_t queue, struct rte_mbuf **frames, uint16_t n)
{
    return 0;
}

static int open_it(const char *device, uint16_t queues, size_t n_workers)
{
    const struct node_port_params p = {.name = "out", .queues = queues, .kind = kind};
    struct node_device d = {.mtu = 1400};
    snprintf(d.args, sizeof d.args, "%s", device);
    return node_socket_open(&p, &d, n_workers, NULL, &port, why, sizeof why);
}

static bool is_one(const char *device)
{
    struct node_device d = {0};
    snprintf(d.args, sizeof d.args, "%s", device);
    return node_socket_is(&d);
}

static void only_the_drivers_name_makes_a_device_one(void **state)
{
    assert_true(is_one("net_af_packet0,iface=eth0"));
    assert_true(is_one("net_af_packet_wan,iface=eth0"));
    assert_false(is_one("net_af_xdp0,iface=eth0"));
    assert_false(is_one("0000:01:00.0"));
    assert_false(is_one(""));
}

static void an_interface_is_opened_with_the_queues_that_are_polled(void **state)
{
    static const struct {
        const char *device;
        uint16_t queues, workers, rx;
    } list[] = {
        {"net_af_packet0,iface=eth0", 0, 4, 1},
        {"net_af_packet0,iface=eth0,qpairs=2", 0, 4, 2},
        {"net_af_packet0,qpairs=8,iface=eth0", 0, 4, 4},
        {"net_af_packet0,blocksz=65536,qpairs=4,iface=eth0,framesz=2048", 3, 4, 3},
        {"net_af_packet0,iface=eth0,qpairs=0", 0, 1, 1},
        {"net_af_packet0,iface=eth0,qpairs=x", 0, 2, 1},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        assert_int_equal(open_it(list[i].device, list[i].queues, list[i].workers), 0);
        assert_string_equal(asked_interface, "eth0");
        assert_int_equal(asked.mtu, 1400);
        assert_int_equal(asked.rx_queues, list[i].rx);
        assert_int_equal(asked.tx_queues, list[i].workers);
        assert_int_equal(port.n_rxq, list[i].rx);
        assert_true((port.rss_hf & RTE_ETH_RSS_NONFRAG_IPV4_UDP) ==
                    (list[i].rx > 1 ? RTE_ETH_RSS_NONFRAG_IPV4_UDP : 0));
        assert_int_equal(port.n_txq, list[i].workers);
        assert_int_equal(port.mtu, 1400);
        assert_int_equal(port.mac.addr_bytes[5], 7);
        assert_string_equal(port.driver, "af_packet");
        assert_ptr_equal(port.io->rx, afpkt_rx);
        assert_ptr_equal(port.io->tx, afpkt_tx);
        assert_ptr_equal(port.socket, &port);
    }
}

static void an_interface_that_is_named_by_itself_has_a_queue_per_worker(void **state)
{
    kind = NODE_DEVICE_INTERFACE;
    assert_int_equal(open_it("net_af_packet_eth0,iface=eth0", 0, 3), 0);
    assert_int_equal(asked.rx_queues, 3);
    assert_int_equal(open_it("net_af_packet_eth0,iface=eth0", 2, 3), 0);
    assert_int_equal(asked.rx_queues, 2);
    kind = NODE_DEVICE_VDEV;
}

static void a_refusal_says_which_port_it_is_about(void **state)
{
    is_refused = true;
    assert_int_equal(open_it("net_af_packet0,iface=eth0", 0, 1), -1);
    assert_string_equal(why, "ports.out.device: because");
    assert_int_equal(open_it("net_af_packet0", 0, 1), -1);
    assert_non_null(strstr(why, "ports.out.device: net_af_packet0 names no interface: write"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_drivers_name_makes_a_device_one),
        cmocka_unit_test(an_interface_is_opened_with_the_queues_that_are_polled),
        cmocka_unit_test(an_interface_that_is_named_by_itself_has_a_queue_per_worker),
        cmocka_unit_test(a_refusal_says_which_port_it_is_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
