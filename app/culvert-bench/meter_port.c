/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Receive: packets come from a ring that was written 1,024 packets ahead, so that they are as cold as a NIC
 * leaves them. Send: one packet in a while is checked, all are freed. ARP requests are answered, so that a
 * gateway finds its neighbours.
 */
#include "meter_port.h"

#include <string.h>

#define BURST_PKTS  32u
#define CHECK_EVERY 1024u /* packets sent between two checked ones */
#define ARP_BYTES   42

static uint32_t packet_write(struct meter_port *p, uint8_t *data)
{
    return p->next ? p->next(p->next_ctx, data) : meter_flow_next(&p->flow, data);
}

static void ring_fill(struct meter_port *p)
{
    struct rte_mbuf *fresh[BURST_PKTS];
    while (!p->is_dry && p->head - p->tail + BURST_PKTS <= METER_RING_PKTS) {
        if (rte_pktmbuf_alloc_bulk(p->pool, fresh, BURST_PKTS))
            return;
        for (uint32_t i = 0; i < BURST_PKTS; i++) {
            uint32_t at = p->head % METER_RING_PKTS;
            p->ring_bytes[at] = (uint16_t)packet_write(p, rte_pktmbuf_mtod(fresh[i], uint8_t *));
            if (!p->ring_bytes[at]) {
                p->is_dry = true;
                rte_pktmbuf_free_bulk(fresh + i, BURST_PKTS - i);
                return;
            }
            p->ring[at] = fresh[i];
            p->head++;
        }
    }
}

/* What a NIC's driver does at this moment: it fills in the mbuf, and leaves the packet's bytes where they
 * are. */
static struct rte_mbuf *ring_take(struct meter_port *p)
{
    uint32_t at = p->tail++ % METER_RING_PKTS;
    struct rte_mbuf *pkt = p->ring[at];
    pkt->data_len = p->ring_bytes[at];
    pkt->pkt_len = p->ring_bytes[at];
    pkt->port = p->port_id;
    pkt->ol_flags |= RTE_MBUF_F_RX_IP_CKSUM_GOOD;
    if (p->has_ptypes)
        pkt->packet_type = RTE_PTYPE_L2_ETHER | RTE_PTYPE_L3_IPV4;
    return pkt;
}

uint16_t meter_port_give(struct meter_port *p, struct rte_mbuf **pkts, uint16_t n)
{
    uint16_t given = 0;
    if (p->arp_reply && n) {
        pkts[given++] = p->arp_reply;
        p->arp_reply = NULL;
    }
    if (p->flow.kind != METER_SINK || p->next) {
        ring_fill(p);
        while (given < n && given < BURST_PKTS && p->tail != p->head)
            pkts[given++] = ring_take(p);
    }
    p->rx_pkts += given;
    return given;
}

uint16_t meter_port_rx(struct meter_port *p, struct meter_clock *clock, struct rte_mbuf **pkts, uint16_t n)
{
    if (clock)
        meter_clock_begin(clock);
    uint16_t given = meter_port_give(p, pkts, n);
    if (clock)
        meter_clock_rx_end(clock, given);
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

struct meter_taken meter_port_take(struct meter_port *p, struct rte_mbuf **pkts, uint16_t n)
{
    struct meter_taken t = {0};
    for (uint16_t i = 0; i < n; i++) {
        if (arp_answer(p, pkts[i]))
            continue;
        if (p->check && p->tx_turn++ % CHECK_EVERY == 0) {
            t.checked++;
            t.good += meter_flow_check(p->check, rte_pktmbuf_mtod(pkts[i], uint8_t *), pkts[i]->data_len);
        }
        rte_pktmbuf_free(pkts[i]);
        t.pkts++;
    }
    p->tx_pkts += n;
    return t;
}

void meter_port_tx(struct meter_port *p, struct meter_clock *clock, struct rte_mbuf **pkts, uint16_t n)
{
    if (clock)
        meter_clock_begin(clock);
    struct meter_taken t = meter_port_take(p, pkts, n);
    if (clock)
        meter_clock_tx_end(clock, t.pkts, t.checked, t.good);
}

void meter_port_drain(struct meter_port *p)
{
    while (p->tail != p->head)
        rte_pktmbuf_free(p->ring[p->tail++ % METER_RING_PKTS]);
    rte_pktmbuf_free(p->arp_reply);
    p->arp_reply = NULL;
}
