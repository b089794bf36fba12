/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A gateway as small as can be. It shares the reading of ESP with the meter, and nothing else with the
 * generator.
 */
#include "gen_gate.h"

#include <string.h>
#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "gen_stamp.h"

#define IP_AT  14
#define UDP_AT 34

struct gate gate;
struct rte_mempool *gate_pool;
uint8_t *gate_seen;
const uint32_t gate_spis[GATE_SAS] = {0x1000, 0x2000, 0x3000};

static void gate_send(uint32_t port, const uint8_t *data, uint32_t bytes)
{
    struct rte_mbuf *pkt = rte_pktmbuf_alloc(gate_pool);
    if (!pkt)
        return;
    memcpy(rte_pktmbuf_append(pkt, (uint16_t)bytes), data, bytes);
    if (rte_ring_enqueue(gate.out[port], pkt))
        rte_pktmbuf_free(pkt);
}

static bool gate_hits(uint32_t every)
{
    return every && gate.turn % every == 0;
}

/* Whether a packet is of a trial in which packets are lost. */
static bool gate_begins(const uint8_t *data, uint32_t bytes)
{
    struct gen_stamp stamp;
    if ((!gate.f.begins && !gate.f.ends) ||
        !gen_stamp_read(&stamp, data + METER_UDP_AT, bytes - METER_UDP_AT))
        return true;
    return stamp.trial >= gate.f.begins && (!gate.f.ends || stamp.trial < gate.f.ends);
}

/* DPDK's, as a port B would tell that has no room for what comes. */
int rte_eth_stats_get(uint16_t port_id, struct rte_eth_stats *stats)
{
    memset(stats, 0, sizeof(*stats));
    stats->imissed = port_id == gate.port[1] ? gate.missed : 0;
    return 0;
}

static void gate_stall(void)
{
    const uint64_t begin = rte_rdtsc();
    while ((double)(rte_rdtsc() - begin) < gate.f.stall_s * (double)rte_get_tsc_hz())
        rte_pause();
}

/* Hands a packet on, as far as the faults let it. */
static void gate_forward(uint32_t to, uint8_t *data, uint32_t bytes)
{
    gate.turn++;
    if (gate.f.stalls && gate.turn == gate.f.stalls)
        gate_stall();
    if (gate_hits(gate.f.misses)) {
        gate.missed++;
        return;
    }
    if (gate.f.is_closed || (gate_hits(gate.f.loses) && gate_begins(data, bytes)))
        return;
    if (gate_hits(gate.f.spoils))
        data[bytes - 1] ^= 1;
    memcpy(data, gate.mac[to], 6);
    if (gate_hits(gate.f.swaps) && !gate.kept_bytes) {
        memcpy(gate.kept, data, bytes);
        gate.kept_bytes = bytes;
        return;
    }
    gate_send(to, data, bytes);
    if (gate_hits(gate.f.copies))
        gate_send(to, data, bytes);
    if (gate.kept_bytes)
        gate_send(to, gate.kept, gate.kept_bytes);
    gate.kept_bytes = 0;
}

static void gate_arp(uint32_t port, uint8_t *d)
{
    static const uint8_t mac[6] = {2, 0, 0, 0, 7, 7};
    uint8_t asker[10];
    memcpy(gate.mac[port], d + 22, 6);
    if (d[21] != 1 || gate.f.is_deaf || d[41] != 1)
        return;
    memcpy(asker, d + 22, 10);
    memcpy(d, d + 6, 6);
    memcpy(d + 6, mac, 6);
    d[21] = 2;
    memcpy(d + 22, mac, 6);
    memcpy(d + 28, d + 38, 4);
    memcpy(d + 32, asker, 10);
    gate_send(port, d, 60);
}

/* Asks for an address at B, as a router does that has a packet for it. */
static void gate_ask(void)
{
    uint8_t d[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 7, 7, 8, 6,
                     0,    1,    8,    0,    6,    4,    0, 1, 2, 0, 0, 0, 7, 7};
    for (uint32_t i = 0; i < 4; i++) {
        d[28 + i] = (uint8_t)(GATE_B >> (24 - 8 * i));
        d[38 + i] = (uint8_t)(gate.f.asks >> (24 - 8 * i));
    }
    gate_send(1, d, sizeof(d));
}

/* Opens ESP that comes to A for a host at B. */
static void gate_esp(const uint8_t *esp, uint32_t bytes)
{
    uint8_t out[METER_PKT_MAX + IP_AT] = {[12] = 8}, good[METER_PKT_MAX];
    uint32_t spi = (uint32_t)esp[0] << 24 | esp[1] << 16 | esp[2] << 8 | esp[3];
    uint32_t seq = (uint32_t)esp[4] << 24 | esp[5] << 16 | esp[6] << 8 | esp[7], sa = 0;
    while (sa < GATE_SAS && gate_spis[sa] != spi)
        sa++;
    if (sa == GATE_SAS || seq >= GATE_SEQ_MAX ||
        (gate_seen[sa * GATE_SEQ_MAX + seq] && !gate.f.has_no_window))
        return;
    memcpy(good, esp, bytes);
    uint32_t inner = meter_flow_open(&gate.key, good, bytes, out + IP_AT);
    if (!inner && gate.f.has_no_icv) {
        good[bytes - 16] ^= 1;
        inner = meter_flow_open(&gate.key, good, bytes, out + IP_AT);
    }
    if (!inner)
        return;
    gate_seen[sa * GATE_SEQ_MAX + seq] = 1;
    gate_forward(1, out, inner + IP_AT);
}

/* Answers a request of IKE by what looks like an answer. */
static void gate_ike(uint32_t port, const uint8_t *d, uint32_t bytes)
{
    uint8_t answer[METER_PKT_MAX];
    memcpy(answer, d, bytes);
    memcpy(answer + UDP_AT, d + UDP_AT + 2, 2);
    memcpy(answer + UDP_AT + 2, d + UDP_AT, 2);
    for (uint32_t i = 0; i < (gate.f.answers ? gate.f.answers : 1) && !gate.f.has_no_ike; i++)
        gate_send(port, answer, bytes);
}

static void gate_take(uint32_t port, struct rte_mbuf *pkt)
{
    uint8_t *d = rte_pktmbuf_mtod(pkt, uint8_t *);
    uint32_t esp_bytes, bytes = pkt->data_len;
    const uint8_t *esp = meter_flow_esp(d, bytes, &esp_bytes);
    if (d[12] == 8 && d[13] == 6)
        gate_arp(port, d);
    else if (esp)
        gate_esp(esp, esp_bytes);
    else if (d[UDP_AT + 2] == 500 >> 8 && d[UDP_AT + 3] == (500 & 255))
        gate_ike(port, d, bytes);
    else
        gate_forward(gate.f.is_single ? port : !port, d, bytes);
    rte_pktmbuf_free(pkt);
}

static uint16_t gate_turn(uint16_t port, uint16_t queue, struct rte_mbuf **pkts, uint16_t n, uint16_t max,
                          void *ctx)
{
    static uint8_t noise[64] = {[12] = 8, [14] = 0x45, [23] = 17};
    static uint32_t turns;
    void *pkt;
    turns++;
    for (uint32_t k = 0; k < 2; k++)
        while (!gate.f.is_stuck && !rte_ring_dequeue(gate.in[k], &pkt))
            gate_take(k, pkt);
    if (gate.f.asks && turns % 10000 == 0)
        gate_ask();
    if (gate.f.talks && turns % 100 == 0)
        gate_send(1, noise, sizeof(noise));
    return n;
}

void gate_open(uint16_t port)
{
    gate.port[gate.ports] = port;
    gate.look[gate.ports++] = rte_eth_add_rx_callback(port, 0, gate_turn, NULL);
}

void gate_close(void)
{
    while (gate.ports) {
        gate.ports--;
        rte_eth_remove_rx_callback(gate.port[gate.ports], 0, gate.look[gate.ports]);
    }
}
