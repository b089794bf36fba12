/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One queue pair of any driver, and ARP (RFC 826) for IPv4 over Ethernet. Nothing else is asked of a device:
 * checksums are made in software, and packets are never larger than a buffer.
 */
#include "gen_port.h"

#include <stdio.h>
#include <string.h>
#include <rte_ethdev.h>

#define ARP_BYTES 42

static const uint8_t everyone[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

const char *gen_port_ip4(uint32_t address, char *buf)
{
    snprintf(buf, 16, "%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255);
    return buf;
}

static void port_put32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

static uint32_t port_get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int port_start(struct gen_port *p)
{
    struct rte_eth_conf conf = {0};
    uint16_t rx = GEN_PORT_RING, tx = GEN_PORT_RING;
    int rc = rte_eth_dev_configure(p->id, 1, 1, &conf);
    if (!rc)
        rc = rte_eth_dev_adjust_nb_rx_tx_desc(p->id, &rx, &tx);
    if (!rc)
        rc = rte_eth_rx_queue_setup(p->id, 0, rx, rte_eth_dev_socket_id(p->id), NULL, p->pool);
    if (!rc)
        rc = rte_eth_tx_queue_setup(p->id, 0, tx, rte_eth_dev_socket_id(p->id), NULL);
    if (!rc)
        rc = rte_eth_dev_start(p->id);
    return rc;
}

int gen_port_open(struct gen_port *p, struct rte_mempool *pool)
{
    char name[RTE_ETH_NAME_MAX_LEN];
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(p->device, ","), p->device);
    p->pool = pool;
    int rc = rte_eth_dev_get_port_by_name(name, &p->id);
    if (rc) {
        fprintf(stderr,
                "culvert-bench traffic: port %c: DPDK made no port of \"%s\": a PCI device must be bound to "
                "vfio-pci, a virtual one be named as DPDK does (net_memif0,role=client,socket=...)\n",
                p->label, p->device);
        return rc;
    }
    rc = port_start(p);
    if (rc) {
        fprintf(stderr, "culvert-bench traffic: port %c (%s) does not start: %s%s\n", p->label, p->device,
                strerror(-rc), strstr(name, "memif") ? "; a memif client needs its server first" : "");
        rte_eth_dev_close(p->id); /* its queues know the pool, which may go before DPDK's own cleanup */
        return rc;
    }
    rte_eth_promiscuous_enable(p->id); /* drivers that cannot give what comes anyway */
    return rte_eth_macaddr_get(p->id, (struct rte_ether_addr *)p->mac);
}

bool gen_port_has_link(const struct gen_port *p)
{
    struct rte_eth_link link;
    return !rte_eth_link_get_nowait(p->id, &link) && link.link_status;
}

uint64_t gen_port_lost(const struct gen_port *p)
{
    struct rte_eth_stats stats;
    if (rte_eth_stats_get(p->id, &stats))
        return 0;
    const uint64_t unsent = stats.oerrors > p->refused ? stats.oerrors - p->refused : 0;
    return stats.imissed + stats.ierrors + stats.rx_nombuf + unsent;
}

/* operation: 1 asks, 2 answers. */
static void arp_write(const struct gen_port *p, uint8_t *d, uint8_t operation, const uint8_t mac[6],
                      uint32_t sender, uint32_t target)
{
    static const uint8_t head[10] = {0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 0};
    memcpy(d, mac, 6);
    memcpy(d + 6, p->mac, 6);
    memcpy(d + 12, head, sizeof(head));
    d[21] = operation;
    memcpy(d + 22, p->mac, 6);
    port_put32(d + 28, sender);
    if (operation == 1)
        memset(d + 32, 0, 6);
    else
        memcpy(d + 32, mac, 6);
    port_put32(d + 38, target);
}

uint32_t gen_port_send(struct gen_port *p, struct rte_mbuf **pkts, uint32_t n)
{
    const uint32_t went = rte_eth_tx_burst(p->id, 0, pkts, (uint16_t)n);
    p->refused += n - went;
    return went;
}

/* What it does not take is not sent. */
static void port_give(struct gen_port *p, struct rte_mbuf *pkt)
{
    if (!gen_port_send(p, &pkt, 1))
        rte_pktmbuf_free(pkt);
}

void gen_port_ask(struct gen_port *p)
{
    struct rte_mbuf *pkt = rte_pktmbuf_alloc(p->pool);
    if (!pkt)
        return;
    uint8_t *d = (uint8_t *)rte_pktmbuf_append(pkt, 60);
    memset(d, 0, 60);
    arp_write(p, d, 1, everyone, p->address, p->gateway);
    port_give(p, pkt);
}

/* The next answer that waits, or NULL. */
static struct rte_mbuf *reply_next(struct gen_port *p)
{
    unsigned tail = atomic_load_explicit(&p->reply_tail, memory_order_relaxed);
    if (tail == atomic_load_explicit(&p->reply_head, memory_order_acquire))
        return NULL;
    struct rte_mbuf *pkt = p->reply[tail % GEN_PORT_REPLIES];
    atomic_store_explicit(&p->reply_tail, tail + 1, memory_order_release);
    return pkt;
}

static bool reply_put(struct gen_port *p, struct rte_mbuf *pkt)
{
    unsigned head = atomic_load_explicit(&p->reply_head, memory_order_relaxed);
    if (head - atomic_load_explicit(&p->reply_tail, memory_order_acquire) == GEN_PORT_REPLIES)
        return false;
    p->reply[head % GEN_PORT_REPLIES] = pkt;
    atomic_store_explicit(&p->reply_head, head + 1, memory_order_release);
    return true;
}

void gen_port_answer(struct gen_port *p)
{
    for (struct rte_mbuf *pkt; (pkt = reply_next(p)) != NULL;)
        port_give(p, pkt);
}

void gen_port_close(struct gen_port *p)
{
    for (struct rte_mbuf *pkt; (pkt = reply_next(p)) != NULL;)
        rte_pktmbuf_free(pkt);
    rte_eth_dev_stop(p->id);
    rte_eth_dev_close(p->id);
}

static bool port_owns(const struct gen_port *p, uint32_t address)
{
    return address == p->address || address - p->hosts < p->n_hosts;
}

/* A request becomes the answer, if it is for us. Returns whether the frame was kept. */
static bool arp_obey(struct gen_port *p, struct rte_mbuf *pkt, uint8_t *d)
{
    uint32_t sender = port_get32(d + 28), target = port_get32(d + 38);
    uint8_t mac[6];
    if (sender == p->gateway && memcmp(p->gateway_mac, d + 22, 6)) {
        memcpy(p->gateway_mac, d + 22, 6);
        atomic_store_explicit(&p->has_gateway, true, memory_order_release);
    }
    if (d[21] != 1 || sender == target)
        return false;
    if (!port_owns(p, target)) {
        p->asked_else++;
        p->asked_last = target;
        return false;
    }
    memcpy(mac, d + 22, 6);
    arp_write(p, d, 2, mac, target, sender);
    return reply_put(p, pkt);
}

bool gen_port_arp(struct gen_port *p, struct rte_mbuf *pkt)
{
    uint8_t *d = rte_pktmbuf_mtod(pkt, uint8_t *);
    if (pkt->data_len < 14 || d[12] != 0x08 || d[13] != 0x06)
        return false;
    if (pkt->data_len < ARP_BYTES || !arp_obey(p, pkt, d))
        rte_pktmbuf_free(pkt);
    return true;
}
