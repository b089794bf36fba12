/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * net_meter: a DPDK port driver that measures the application which polls it. Load it with EAL's -d and name
 * ports net_meter0, net_meter1 ... as vdevs; any DPDK application runs on it unmodified. A receive call hands
 * out packets that were written about 1,024 packets earlier, as a NIC's ring would; a send call checks one
 * packet in a while and frees them all. The time between the calls is the application's (meter_clock.h); the
 * time inside, packet making included, is not counted. ARP requests are answered, so that a gateway finds its
 * peers.
 *
 * Arguments of a port:
 *   flow=sink|plain|esp|natt  what it hands out (default sink)
 *   size=N|imix               plaintext Ethernet frame bytes (default 64)
 *   sas=N                     number of SAs, one at random per packet (default 1)
 *   inner_src=A, inner_dst=A  inner addresses; the one that varies is the base: SA i has base + i
 *   vary=src|dst              which one varies (default: dst in plain flows, src in ESP flows)
 *   outer_src=A, outer_dst=A  outer addresses of ESP flows
 *   outer_port=N              UDP source port of natt flows (default 4500)
 *   spi=N, spi_shift=N        SA i has spi + (i << spi_shift)
 *   key=HEX                   AES key and salt of all SAs: 20 or 36 bytes; also used to check what is sent
 *   esn=0|1                   64-bit sequence numbers (default 0)
 *   result=FILE, label=TEXT   where one JSON line goes, and its name
 *   packets=N, runs=N         how much to measure (default 4000000 in 8 runs)
 *   ptypes=0|1, offload=0|1   claim packet types on receive, IPv4 checksums on send (default 0);
 *                             IPv4 checksums on receive are always claimed
 *
 * A gateway that negotiates its SAs is measured with these; meter_live.h tells what happens:
 *   relay=IFNAME              an interface, to which frames go that are not measured, and from which they
 *                             come; the port has its MAC address; both ports or none
 *   start=FILE                until this appears, with 16 bytes, nothing is measured; one of the ports
 *   hold=N                    in place of a flow: N ESP frames from the wire, kept until all are there
 *
 * It builds against driver headers that Debian does not install: see net_meter.sh.
 */
#include <arpa/inet.h>
#include <stdlib.h>

#include <bus_vdev_driver.h>
#include <ethdev_driver.h>
#include <ethdev_vdev.h>
#include <rte_kvargs.h>
#include <rte_mbuf.h>

#include "meter_live.h"
#include "meter_port.h"

struct meter_dev {
    struct meter_port port;
    struct meter_live_port live_port;
    bool has_relay;
    struct rte_ether_addr mac;
    bool has_offload;
};

/* One clock for all ports of the process. One polling thread is measured, the first that comes. */
static struct meter_clock clock_of_all;
static char result_path[256];
static char result_label[64];
static bool is_written;
static atomic_int owner_taken;
static _Thread_local int is_owner = -1;
static struct meter_live live; /* in use when some port has start= */
static struct meter_dev
    *dev_with_key; /* what is sent anywhere is checked with the key that this one was given */

static struct meter_clock *my_clock(void)
{
    if (is_owner < 0)
        is_owner = result_path[0] && !atomic_exchange(&owner_taken, 1);
    return is_owner ? &clock_of_all : NULL;
}

static void result_write(void)
{
    if (is_written || !result_path[0])
        return;
    is_written = true;
    FILE *f = fopen(result_path, "a");
    if (!f) {
        perror(result_path);
        return;
    }
    meter_clock_print(&clock_of_all, result_label, f);
    if (live.start[0])
        meter_live_print(&live, result_label, f);
    fclose(f);
}

static bool is_over(const struct meter_clock *clock)
{
    return live.start[0] ? live.phase == METER_DONE
                         : atomic_load_explicit(&clock->is_finished, memory_order_relaxed);
}

static uint16_t meter_rx(void *queue, struct rte_mbuf **pkts, uint16_t n)
{
    struct meter_dev *d = queue;
    struct meter_clock *clock = my_clock();
    if (clock && !is_written && is_over(clock))
        result_write();
    if (d->has_relay)
        return meter_live_rx(&live, &d->live_port, clock, pkts, n);
    return meter_port_rx(&d->port, clock, pkts, n);
}

static uint16_t meter_tx(void *queue, struct rte_mbuf **pkts, uint16_t n)
{
    struct meter_dev *d = queue;
    if (d->has_relay) {
        meter_live_tx(&live, &d->live_port, my_clock(), pkts, n);
        return n;
    }
    d->port.check = dev_with_key ? &dev_with_key->port.flow : NULL;
    meter_port_tx(&d->port, my_clock(), pkts, n);
    return n;
}

static int meter_configure(struct rte_eth_dev *dev)
{
    return 0;
}

static int meter_start(struct rte_eth_dev *dev)
{
    struct meter_dev *d = dev->data->dev_private;
    if (d->has_relay != (live.start[0] != 0)) {
        fprintf(stderr, "net_meter: relay= for both ports and start= for one belong together\n");
        return -EINVAL;
    }
    dev->data->dev_link.link_status = RTE_ETH_LINK_UP;
    return 0;
}

static int meter_stop(struct rte_eth_dev *dev)
{
    result_write();
    dev->data->dev_link.link_status = RTE_ETH_LINK_DOWN;
    return 0;
}

static int meter_close(struct rte_eth_dev *dev)
{
    struct meter_dev *d = dev->data->dev_private;
    meter_port_drain(&d->port);
    meter_flow_fini(&d->port.flow);
    if (d->has_relay)
        meter_live_close(&live, &d->live_port);
    d->has_relay = false;
    dev->data->mac_addrs = NULL; /* lies in our private data */
    return 0;
}

static int meter_infos(struct rte_eth_dev *dev, struct rte_eth_dev_info *info)
{
    struct meter_dev *d = dev->data->dev_private;
    info->max_mac_addrs = 1;
    info->max_rx_pktlen = METER_PKT_MAX;
    info->max_mtu = METER_PKT_MAX - 14;
    info->min_mtu = 68;
    info->max_rx_queues = 1;
    info->max_tx_queues = 16;
    info->rx_offload_capa = RTE_ETH_RX_OFFLOAD_CHECKSUM; /* ipsec-secgw insists on it */
    if (d->has_offload)
        info->tx_offload_capa = RTE_ETH_TX_OFFLOAD_IPV4_CKSUM;
    return 0;
}

static int meter_rx_queue(struct rte_eth_dev *dev, uint16_t i, uint16_t n, unsigned socket,
                          const struct rte_eth_rxconf *conf, struct rte_mempool *pool)
{
    struct meter_dev *d = dev->data->dev_private;
    d->port.pool = pool;
    dev->data->rx_queues[i] = d;
    return 0;
}

static int meter_tx_queue(struct rte_eth_dev *dev, uint16_t i, uint16_t n, unsigned socket,
                          const struct rte_eth_txconf *conf)
{
    dev->data->tx_queues[i] = dev->data->dev_private;
    return 0;
}

static int meter_link(struct rte_eth_dev *dev, int wait)
{
    return 0;
}

static int meter_stats(struct rte_eth_dev *dev, struct rte_eth_stats *stats)
{
    struct meter_dev *d = dev->data->dev_private;
    stats->ipackets = d->port.rx_pkts;
    stats->opackets = d->port.tx_pkts;
    return 0;
}

static int meter_nothing(struct rte_eth_dev *dev)
{
    return 0;
}

static int meter_mtu(struct rte_eth_dev *dev, uint16_t mtu)
{
    return 0;
}

static int meter_mac(struct rte_eth_dev *dev, struct rte_ether_addr *mac)
{
    struct meter_dev *d = dev->data->dev_private;
    memcpy(d->port.flow.mac_dst, mac, 6);
    return 0;
}

static const uint32_t *meter_ptypes(struct rte_eth_dev *dev)
{
    static const uint32_t types[] = {RTE_PTYPE_L2_ETHER, RTE_PTYPE_L3_IPV4, RTE_PTYPE_L3_IPV6,
                                     RTE_PTYPE_UNKNOWN};
    struct meter_dev *d = dev->data->dev_private;
    return d->port.has_ptypes ? types : NULL;
}

static const struct eth_dev_ops meter_ops = {
    .dev_configure = meter_configure,
    .dev_start = meter_start,
    .dev_stop = meter_stop,
    .dev_close = meter_close,
    .dev_infos_get = meter_infos,
    .dev_supported_ptypes_get = meter_ptypes,
    .rx_queue_setup = meter_rx_queue,
    .tx_queue_setup = meter_tx_queue,
    .link_update = meter_link,
    .stats_get = meter_stats,
    .promiscuous_enable = meter_nothing,
    .promiscuous_disable = meter_nothing,
    .allmulticast_enable = meter_nothing,
    .allmulticast_disable = meter_nothing,
    .mtu_set = meter_mtu,
    .mac_addr_set = meter_mac,
};

static const char *arg_get(struct rte_kvargs *args, const char *key, const char *otherwise)
{
    const char *v = rte_kvargs_get(args, key);
    return v ? v : otherwise;
}

static uint32_t arg_number(struct rte_kvargs *args, const char *key, const char *otherwise)
{
    return (uint32_t)strtoul(arg_get(args, key, otherwise), NULL, 0);
}

static uint32_t arg_address(struct rte_kvargs *args, const char *key, const char *otherwise)
{
    struct in_addr a = {0};
    inet_pton(AF_INET, arg_get(args, key, otherwise), &a);
    return ntohl(a.s_addr);
}

static uint32_t hex_parse(const char *text, uint8_t *out, uint32_t cap)
{
    uint32_t n = 0;
    for (; text[0] && text[1] && n < cap; text += 2) {
        char byte[3] = {text[0], text[1], 0};
        out[n++] = (uint8_t)strtoul(byte, NULL, 16);
    }
    return n;
}

static int flow_args(struct meter_flow *f, struct rte_kvargs *args)
{
    static const char *const kinds[] = {"sink", "plain", "esp", "natt"};
    const char *kind = arg_get(args, "flow", "sink");
    const char *size = arg_get(args, "size", "64");
    uint8_t keymat[36];
    while (f->kind <= METER_NATT && strcmp(kind, kinds[f->kind]))
        f->kind++;
    if (f->kind > METER_NATT)
        return -EINVAL;
    f->size = strcmp(size, "imix") ? (uint32_t)strtoul(size, NULL, 0) : 0;
    f->sas = arg_number(args, "sas", "1");
    f->inner_src = arg_address(args, "inner_src", "10.1.0.1");
    f->inner_dst = arg_address(args, "inner_dst", "10.2.0.1");
    f->is_src_varied = !strcmp(arg_get(args, "vary", f->kind > METER_PLAIN ? "src" : "dst"), "src");
    f->outer_src = arg_address(args, "outer_src", "192.0.2.2");
    f->outer_dst = arg_address(args, "outer_dst", "192.0.2.1");
    f->outer_port = (uint16_t)arg_number(args, "outer_port", "4500");
    f->spi = arg_number(args, "spi", "1000");
    f->spi_shift = arg_number(args, "spi_shift", "0");
    f->is_esn = arg_number(args, "esn", "0");
    if (!f->sas || (f->size && (f->size < 64 || f->size > 1500)))
        return -EINVAL;
    return meter_flow_init(f, keymat, hex_parse(arg_get(args, "key", ""), keymat, sizeof(keymat)));
}

static void result_args(struct rte_kvargs *args)
{
    const char *result = arg_get(args, "result", "");
    uint32_t runs = arg_number(args, "runs", "8");
    if (!*result || result_path[0])
        return;
    snprintf(result_path, sizeof(result_path), "%s", result);
    snprintf(result_label, sizeof(result_label), "%s", arg_get(args, "label", "meter"));
    meter_clock_init(&clock_of_all, strtoull(arg_get(args, "packets", "4000000"), NULL, 0),
                     runs && runs <= BENCH_RUNS_MAX ? runs : 8);
}

static int live_args(struct meter_dev *d, struct rte_kvargs *args)
{
    const char *interface = arg_get(args, "relay", NULL);
    const char *start = arg_get(args, "start", NULL);
    if (start)
        snprintf(live.start, sizeof(live.start), "%s", start);
    d->has_relay = interface;
    if (!interface)
        return 0;
    int rc = meter_live_open(&live, &d->live_port, &d->port, interface, arg_number(args, "hold", "0"));
    memcpy(&d->mac, d->live_port.relay.mac, 6);
    return rc;
}

static int dev_args(struct meter_dev *d, struct rte_kvargs *args)
{
    int rc = flow_args(&d->port.flow, args);
    d->port.has_ptypes = arg_number(args, "ptypes", "0");
    d->has_offload = arg_number(args, "offload", "0");
    result_args(args);
    if (d->port.flow.key)
        dev_with_key = d;
    if (!rc)
        rc = live_args(d, args);
    memcpy(d->port.flow.mac_dst, &d->mac, 6);
    return rc;
}

static int meter_probe(struct rte_vdev_device *vdev)
{
    struct rte_kvargs *args = rte_kvargs_parse(rte_vdev_device_args(vdev), NULL);
    struct rte_eth_dev *dev = rte_eth_vdev_allocate(vdev, sizeof(struct meter_dev));
    if (!args || !dev)
        return -ENOMEM;
    struct meter_dev *d = dev->data->dev_private;
    d->port.port_id = dev->data->port_id;
    d->mac = (struct rte_ether_addr){{2, 0, 0, 0, 0, (uint8_t)(1 + d->port.port_id)}};
    memcpy(d->port.flow.mac_src, (uint8_t[]){2, 0, 0, 0, 1, (uint8_t)(1 + d->port.port_id)}, 6);
    int rc = dev_args(d, args);
    rte_kvargs_free(args);
    if (rc) {
        fprintf(stderr, "net_meter: the arguments of %s make no sense\n", rte_vdev_device_name(vdev));
        if (d->has_relay)
            meter_live_close(&live, &d->live_port);
        rte_eth_dev_release_port(dev);
        return rc;
    }
    dev->data->dev_link = (struct rte_eth_link){.link_speed = RTE_ETH_SPEED_NUM_100G,
                                                .link_duplex = RTE_ETH_LINK_FULL_DUPLEX,
                                                .link_autoneg = RTE_ETH_LINK_FIXED};
    dev->data->mac_addrs = &d->mac;
    dev->data->promiscuous = 1;
    dev->dev_ops = &meter_ops;
    dev->rx_pkt_burst = meter_rx;
    dev->tx_pkt_burst = meter_tx;
    rte_eth_dev_probing_finish(dev);
    return 0;
}

static int meter_remove(struct rte_vdev_device *vdev)
{
    struct rte_eth_dev *dev = rte_eth_dev_allocated(rte_vdev_device_name(vdev));
    if (!dev)
        return 0;
    meter_close(dev);
    return rte_eth_dev_release_port(dev);
}

static struct rte_vdev_driver meter_driver = {
    .probe = meter_probe,
    .remove = meter_remove,
};

RTE_PMD_REGISTER_VDEV(net_meter, meter_driver);
