/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Meters a DPDK application that knows nothing of it. LD_PRELOAD=meter_preload.so puts this before DPDK's
 * ethdev library; the application gets net_null vdevs (`--vdev net_null0 --vdev net_null1`), and METER_PORTS
 * in the environment says what each of them is to do (meter_args.h), for example
 *   METER_PORTS='net_null0,flow=plain,size=64,sas=1000,result=/tmp/figure.json;net_null1'
 * A receive call then hands out packets that were written about 1,024 packets earlier, as a NIC's ring would;
 * a send call checks one packet in a while and frees them all. The time between the calls is the
 * application's (meter_clock.h); the time inside, packet making included, is not counted. ARP requests are
 * answered, so that a gateway finds its peers. A port that METER_PORTS does not name stays what it is.
 *
 * What the control calls of ethdev answer is replaced for such ports, and when one has started, its burst
 * functions are. Applications that have DPDK inside of them instead of sharing its libraries cannot be
 * metered.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "meter_args.h"
#include "meter_live.h"
#include "meter_port.h"

#define TX_QUEUES_MAX 16

struct meter_dev {
    bool is_seen; /* the following is known */
    int rc;       /* -errno: its arguments make no sense */
    bool is_metered;
    bool has_relay;
    bool has_offload;
    struct meter_port port;
    struct meter_live_port live_port;
    void *queues[TX_QUEUES_MAX]; /* what DPDK hands to the burst functions, by queue */
};

/* One clock for all ports of the process. One polling thread is measured, the first that comes. */
static struct meter_dev dev_list[RTE_MAX_ETHPORTS];
static struct meter_clock clock_of_all;
static char result_path[METER_PATH_MAX];
static char result_label[64];
static bool is_written;
static atomic_int owner_taken;
static _Thread_local int is_owner = -1;
static struct meter_live live; /* in use when some port has start= */
static struct meter_dev
    *dev_with_key; /* what is sent anywhere is checked with the key that this one was given */

/* DPDK's own function of that name. */
#define DPDK(name) ((__typeof__(&name))dpdk_find(#name))

static void *dpdk_find(const char *name)
{
    void *at = dlsym(RTLD_NEXT, name);
    if (!at) {
        fprintf(stderr, "meter: this program shares no DPDK library that has %s\n", name);
        abort();
    }
    return at;
}

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

/* ---- a port that is seen for the first time
 * ------------------------------------------------------------------ */

static void result_open(const struct meter_args *args)
{
    if (!args->result[0] || result_path[0])
        return;
    memcpy(result_path, args->result, sizeof(result_path));
    memcpy(result_label, args->label, sizeof(result_label));
    meter_clock_init(&clock_of_all, args->packets, args->runs);
}

/* The port has the MAC address of its wire, or one that neighbours can be told beforehand. */
static int mac_set(uint16_t port_id, const struct meter_dev *d)
{
    struct rte_ether_addr mac = {{2, 0, 0, 0, 0, (uint8_t)(1 + port_id)}};
    if (d->has_relay)
        memcpy(&mac, d->live_port.relay.mac, sizeof(mac));
    return rte_eth_dev_default_mac_addr_set(port_id, &mac);
}

static int dev_open(uint16_t port_id, struct meter_dev *d, const struct meter_args *args)
{
    d->is_metered = true;
    d->has_offload = args->has_offload;
    d->has_relay = args->relay[0];
    d->port.flow = args->flow;
    d->port.port_id = port_id;
    d->port.has_ptypes = args->has_ptypes;
    memcpy(d->port.flow.mac_src, (uint8_t[]){2, 0, 0, 0, 1, (uint8_t)(1 + port_id)}, 6);
    for (uint32_t q = 0; q < TX_QUEUES_MAX; q++)
        d->queues[q] = d;
    if (d->port.flow.key)
        dev_with_key = d;
    result_open(args);
    int rc = d->has_relay ? meter_live_open(&live, &d->live_port, &d->port, args->relay, args->hold) : 0;
    return rc ? rc : mac_set(port_id, d);
}

/* What there is to know of a port that METER_PORTS names, NULL: it is not to be metered. */
static struct meter_dev *dev_get(uint16_t port_id)
{
    char device[RTE_ETH_NAME_MAX_LEN], text[METER_TEXT_MAX];
    struct meter_args args;
    if (port_id >= RTE_MAX_ETHPORTS)
        return NULL;
    struct meter_dev *d = &dev_list[port_id];
    if (d->is_seen || rte_eth_dev_get_name_by_port(port_id, device))
        return d->is_metered ? d : NULL;
    d->is_seen = true;
    /* The port that names the start file may be made after the other one has started. */
    if (!meter_args_find(getenv("METER_PORTS"), device, text))
        return NULL;
    meter_args_start(getenv("METER_PORTS"), live.start);
    d->rc = meter_args_parse(&args, device, text);
    if (d->rc)
        meter_flow_fini(&args.flow);
    else
        d->rc = dev_open(port_id, d, &args);
    d->is_metered = true;
    return d;
}

static void dev_close(struct meter_dev *d)
{
    meter_port_drain(&d->port);
    meter_flow_fini(&d->port.flow);
    if (d->has_relay)
        meter_live_close(&live, &d->live_port);
    if (dev_with_key == d)
        dev_with_key = NULL;
    memset(d, 0, sizeof(*d));
}

/* ---- what the application calls
 * ------------------------------------------------------------------------------ */

int rte_eth_dev_info_get(uint16_t port_id, struct rte_eth_dev_info *info)
{
    int rc = DPDK(rte_eth_dev_info_get)(port_id, info);
    const struct meter_dev *d = rc ? NULL : dev_get(port_id);
    if (!d)
        return rc;
    info->max_rx_pktlen = METER_PKT_MAX;
    info->max_mtu = METER_PKT_MAX - 14;
    info->min_mtu = 68;
    info->max_rx_queues = 1;
    info->max_tx_queues = TX_QUEUES_MAX;
    info->rx_offload_capa = RTE_ETH_RX_OFFLOAD_CHECKSUM; /* ipsec-secgw insists on it */
    info->tx_offload_capa = d->has_offload ? RTE_ETH_TX_OFFLOAD_IPV4_CKSUM : 0;
    info->rx_queue_offload_capa = info->tx_queue_offload_capa = 0;
    info->flow_type_rss_offloads = 0;
    return d->rc;
}

/* net_null itself knows none of the offloads that are claimed here. */
int rte_eth_dev_configure(uint16_t port_id, uint16_t rx_queues, uint16_t tx_queues,
                          const struct rte_eth_conf *conf)
{
    const struct meter_dev *d = dev_get(port_id);
    struct rte_eth_conf plain;
    if (d && d->rc)
        return d->rc;
    if (d && (rx_queues > 1 || tx_queues > TX_QUEUES_MAX))
        return -EINVAL;
    if (d && conf) {
        plain = *conf;
        plain.rxmode.offloads = plain.txmode.offloads = 0;
        conf = &plain;
    }
    return DPDK(rte_eth_dev_configure)(port_id, rx_queues, tx_queues, conf);
}

int rte_eth_rx_queue_setup(uint16_t port_id, uint16_t queue, uint16_t descriptors, unsigned socket,
                           const struct rte_eth_rxconf *conf, struct rte_mempool *pool)
{
    struct meter_dev *d = dev_get(port_id);
    struct rte_eth_rxconf plain;
    if (d && conf) {
        plain = *conf;
        plain.offloads = 0;
        conf = &plain;
    }
    if (d)
        d->port.pool = pool;
    return DPDK(rte_eth_rx_queue_setup)(port_id, queue, descriptors, socket, conf, pool);
}

int rte_eth_tx_queue_setup(uint16_t port_id, uint16_t queue, uint16_t descriptors, unsigned socket,
                           const struct rte_eth_txconf *conf)
{
    struct rte_eth_txconf plain;
    if (conf && dev_get(port_id)) {
        plain = *conf;
        plain.offloads = 0;
        conf = &plain;
    }
    return DPDK(rte_eth_tx_queue_setup)(port_id, queue, descriptors, socket, conf);
}

int rte_eth_dev_start(uint16_t port_id)
{
    struct meter_dev *d = dev_get(port_id);
    if (d && d->has_relay != (live.start[0] != 0)) {
        fprintf(stderr, "meter: relay= for both ports and start= for one belong together\n");
        return -EINVAL;
    }
    int rc = DPDK(rte_eth_dev_start)(port_id);
    if (rc || !d)
        return rc;
    rte_eth_macaddr_get(port_id, (struct rte_ether_addr *)d->port.flow.mac_dst);
    struct rte_eth_fp_ops *ops = &rte_eth_fp_ops[port_id];
    ops->rx_pkt_burst = meter_rx;
    ops->tx_pkt_burst = meter_tx;
    ops->rxq.data = ops->txq.data = d->queues;
    return 0;
}

int rte_eth_dev_stop(uint16_t port_id)
{
    if (dev_get(port_id))
        result_write();
    return DPDK(rte_eth_dev_stop)(port_id);
}

int rte_eth_dev_close(uint16_t port_id)
{
    int rc = DPDK(rte_eth_dev_close)(port_id);
    if (!rc)
        dev_close(&dev_list[port_id]); /* the next port of this number may have another name */
    return rc;
}

int rte_eth_stats_get(uint16_t port_id, struct rte_eth_stats *stats)
{
    int rc = DPDK(rte_eth_stats_get)(port_id, stats);
    const struct meter_dev *d = rc ? NULL : dev_get(port_id);
    if (d) {
        stats->ipackets = d->port.rx_pkts;
        stats->opackets = d->port.tx_pkts;
    }
    return rc;
}

int rte_eth_dev_get_supported_ptypes(uint16_t port_id, uint32_t mask, uint32_t *types, int cap)
{
    static const uint32_t claimed[] = {RTE_PTYPE_L2_ETHER, RTE_PTYPE_L3_IPV4, RTE_PTYPE_L3_IPV6};
    const struct meter_dev *d = dev_get(port_id);
    int n = 0;
    if (!d || !d->port.has_ptypes)
        return DPDK(rte_eth_dev_get_supported_ptypes)(port_id, mask, types, cap);
    for (size_t i = 0; i < RTE_DIM(claimed); i++) {
        if (!(claimed[i] & mask))
            continue;
        if (n < cap)
            types[n] = claimed[i];
        n++;
    }
    return n;
}
