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
 * It builds against driver headers that Debian does not install: see net_meter.sh.
 */
#include <arpa/inet.h>
#include <stdlib.h>

#include <bus_vdev_driver.h>
#include <ethdev_driver.h>
#include <ethdev_vdev.h>
#include <rte_kvargs.h>
#include <rte_mbuf.h>

#include "meter_clock.h"
#include "meter_flow.h"

#define RING_PKTS   1024u /* written ahead of their reception; a power of two */
#define BURST_PKTS  32u
#define CHECK_EVERY 64u /* send calls between two checked packets */
#define ARP_BYTES   42

struct meter_port {
    struct meter_flow flow;
    struct rte_ether_addr mac;
    struct rte_mempool *pool;
    uint16_t port_id;
    bool has_ptypes, has_offload;
    uint32_t head, tail; /* ring[tail..head) is ready */
    struct rte_mbuf *ring[RING_PKTS];
    struct rte_mbuf *arp_reply; /* one waiting, or NULL */
    uint32_t tx_calls;
    uint64_t rx_pkts, tx_pkts;
    char result[256];
    char label[64];
};

static struct meter_port *sibling_with_key; /* a sink checks with the key that another port was given */

static void ring_fill(struct meter_port *p)
{
    struct rte_mbuf *fresh[BURST_PKTS];
    while (p->head - p->tail + BURST_PKTS <= RING_PKTS) {
        if (rte_pktmbuf_alloc_bulk(p->pool, fresh, BURST_PKTS))
            return;
        for (uint32_t i = 0; i < BURST_PKTS; i++) {
            struct rte_mbuf *pkt = fresh[i];
            uint32_t bytes = meter_flow_next(&p->flow, rte_pktmbuf_mtod(pkt, uint8_t *));
            pkt->data_len = (uint16_t)bytes;
            pkt->pkt_len = bytes;
            pkt->port = p->port_id;
            pkt->ol_flags |= RTE_MBUF_F_RX_IP_CKSUM_GOOD;
            if (p->has_ptypes)
                pkt->packet_type = RTE_PTYPE_L2_ETHER | RTE_PTYPE_L3_IPV4;
            p->ring[p->head++ % RING_PKTS] = pkt;
        }
    }
}

static uint16_t meter_rx(void *queue, struct rte_mbuf **pkts, uint16_t n)
{
    struct meter_port *p = queue;
    uint16_t given = 0;
    meter_clock_rx_begin();
    if (p->arp_reply && n) {
        pkts[given++] = p->arp_reply;
        p->arp_reply = NULL;
    }
    if (p->flow.kind != METER_SINK) {
        ring_fill(p);
        while (given < n && given < BURST_PKTS && p->tail != p->head)
            pkts[given++] = p->ring[p->tail++ % RING_PKTS];
    }
    p->rx_pkts += given;
    meter_clock_rx_end(given);
    return given;
}

/* Whoever is asked for, we are it: turns a request into the reply and keeps it for the next receive call. */
static bool arp_answer(struct meter_port *p, struct rte_mbuf *pkt)
{
    uint8_t *d = rte_pktmbuf_mtod(pkt, uint8_t *);
    uint8_t asked[4];
    if (pkt->data_len < ARP_BYTES || d[12] != 0x08 || d[13] != 0x06 || d[21] != 1 || p->arp_reply)
        return false;
    memcpy(asked, d + 38, 4);
    if (!memcmp(asked, d + 28, 4))
        return false; /* an announcement */
    memcpy(d, d + 6, 6);
    memcpy(d + 6, p->flow.mac_src, 6);
    d[21] = 2;
    memcpy(d + 32, d + 22, 10); /* sender becomes target */
    memcpy(d + 22, p->flow.mac_src, 6);
    memcpy(d + 28, asked, 4);
    pkt->port = p->port_id;
    p->arp_reply = pkt;
    return true;
}

static uint16_t meter_tx(void *queue, struct rte_mbuf **pkts, uint16_t n)
{
    struct meter_port *p = queue;
    uint32_t checked = 0, good = 0, counted = 0;
    meter_clock_tx_begin();
    if (n && p->tx_calls++ % CHECK_EVERY == 0) {
        const struct meter_flow *f = sibling_with_key ? &sibling_with_key->flow : &p->flow;
        checked = 1;
        good = meter_flow_check(f, rte_pktmbuf_mtod(pkts[0], uint8_t *), pkts[0]->data_len);
    }
    for (uint16_t i = 0; i < n; i++) {
        if (arp_answer(p, pkts[i])) {
            checked = 0;
            continue;
        }
        rte_pktmbuf_free(pkts[i]);
        counted++;
    }
    p->tx_pkts += n;
    meter_clock_tx_end(counted, checked, good);
    return n;
}

static int meter_configure(struct rte_eth_dev *dev)
{
    return 0;
}

static int meter_start(struct rte_eth_dev *dev)
{
    dev->data->dev_link.link_status = RTE_ETH_LINK_UP;
    return 0;
}

static int meter_stop(struct rte_eth_dev *dev)
{
    meter_clock_finish();
    dev->data->dev_link.link_status = RTE_ETH_LINK_DOWN;
    return 0;
}

static int meter_close(struct rte_eth_dev *dev)
{
    struct meter_port *p = dev->data->dev_private;
    while (p->tail != p->head)
        rte_pktmbuf_free(p->ring[p->tail++ % RING_PKTS]);
    meter_flow_fini(&p->flow);
    dev->data->mac_addrs = NULL; /* lies in our private data */
    return 0;
}

static int meter_infos(struct rte_eth_dev *dev, struct rte_eth_dev_info *info)
{
    struct meter_port *p = dev->data->dev_private;
    info->max_mac_addrs = 1;
    info->max_rx_pktlen = METER_PKT_MAX;
    info->max_mtu = METER_PKT_MAX - 14;
    info->min_mtu = 68;
    info->max_rx_queues = 1;
    info->max_tx_queues = 16;
    info->rx_offload_capa = RTE_ETH_RX_OFFLOAD_CHECKSUM; /* ipsec-secgw insists on it */
    if (p->has_offload)
        info->tx_offload_capa = RTE_ETH_TX_OFFLOAD_IPV4_CKSUM;
    return 0;
}

static int meter_rx_queue(struct rte_eth_dev *dev, uint16_t i, uint16_t n, unsigned socket,
                          const struct rte_eth_rxconf *conf, struct rte_mempool *pool)
{
    struct meter_port *p = dev->data->dev_private;
    p->pool = pool;
    dev->data->rx_queues[i] = p;
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
    struct meter_port *p = dev->data->dev_private;
    stats->ipackets = p->rx_pkts;
    stats->opackets = p->tx_pkts;
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
    struct meter_port *p = dev->data->dev_private;
    memcpy(p->flow.mac_dst, mac, 6);
    return 0;
}

static const uint32_t *meter_ptypes(struct rte_eth_dev *dev)
{
    static const uint32_t types[] = {RTE_PTYPE_L2_ETHER, RTE_PTYPE_L3_IPV4, RTE_PTYPE_L3_IPV6,
                                     RTE_PTYPE_UNKNOWN};
    struct meter_port *p = dev->data->dev_private;
    return p->has_ptypes ? types : NULL;
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

static int flow_args(struct meter_port *p, struct rte_kvargs *args)
{
    static const char *const kinds[] = {"sink", "plain", "esp", "natt"};
    struct meter_flow *f = &p->flow;
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

static int port_args(struct meter_port *p, struct rte_kvargs *args)
{
    int rc = flow_args(p, args);
    p->has_ptypes = arg_number(args, "ptypes", "0");
    p->has_offload = arg_number(args, "offload", "0");
    snprintf(p->result, sizeof(p->result), "%s", arg_get(args, "result", ""));
    snprintf(p->label, sizeof(p->label), "%s", arg_get(args, "label", "meter"));
    if (p->result[0])
        meter_clock_setup(p->result, p->label, strtoull(arg_get(args, "packets", "4000000"), NULL, 0),
                          arg_number(args, "runs", "8"));
    if (p->flow.key)
        sibling_with_key = p;
    return rc;
}

static int meter_probe(struct rte_vdev_device *vdev)
{
    struct rte_kvargs *args = rte_kvargs_parse(rte_vdev_device_args(vdev), NULL);
    struct rte_eth_dev *dev = rte_eth_vdev_allocate(vdev, sizeof(struct meter_port));
    if (!args || !dev)
        return -ENOMEM;
    struct meter_port *p = dev->data->dev_private;
    p->port_id = dev->data->port_id;
    p->mac = (struct rte_ether_addr){{2, 0, 0, 0, 0, (uint8_t)(1 + p->port_id)}};
    memcpy(p->flow.mac_dst, &p->mac, 6);
    memcpy(p->flow.mac_src, (uint8_t[]){2, 0, 0, 0, 1, (uint8_t)(1 + p->port_id)}, 6);
    int rc = port_args(p, args);
    rte_kvargs_free(args);
    if (rc) {
        fprintf(stderr, "net_meter: the arguments of %s make no sense\n", rte_vdev_device_name(vdev));
        rte_eth_dev_release_port(dev);
        return rc;
    }
    dev->data->dev_link = (struct rte_eth_link){.link_speed = RTE_ETH_SPEED_NUM_100G,
                                                .link_duplex = RTE_ETH_LINK_FULL_DUPLEX,
                                                .link_autoneg = RTE_ETH_LINK_FIXED};
    dev->data->mac_addrs = &p->mac;
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
