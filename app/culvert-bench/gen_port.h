/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A DPDK port of the generator, which is a host on the network of a gateway's port: it has an address,
 * answers ARP for it and for the hosts behind it, and asks for the gateway. Thread: gen_port_arp() from the
 * one that receives, all else from the one that sends, which may be another one. */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <rte_mbuf.h>

#define GEN_PORT_RING    1024u /* descriptors of a queue; fewer where the driver has fewer */
#define GEN_PORT_REPLIES 64u   /* answers that may wait; a power of two */

struct gen_port {
    char label;                /* 'A', 'B', 'C' */
    const char *device;        /* as the user names it. Borrowed */
    uint16_t id;               /* of DPDK */
    uint32_t address, gateway; /* host order */
    uint32_t hosts, n_hosts;   /* further addresses that it answers ARP for, from `hosts` on */
    struct rte_mempool *pool;
    uint64_t refused; /* packets that it did not take when they were given */
    uint8_t mac[6];
    uint8_t gateway_mac[6];
    atomic_bool has_gateway;                  /* it has answered; release-stored behind its address */
    uint64_t asked_else;                      /* ARP requests for addresses that are not ours */
    uint32_t asked_last;                      /* which address that was */
    struct rte_mbuf *reply[GEN_PORT_REPLIES]; /* a ring: made by the receiver, sent by the sender */
    atomic_uint reply_head, reply_tail;
};

/* Finds the device among EAL's ports and starts it with a queue pair and packets of `pool`. 0, or -errno with
 * a sentence on stderr. */
int gen_port_open(struct gen_port *p, struct rte_mempool *pool);
void gen_port_close(struct gen_port *p);

bool gen_port_has_link(const struct gen_port *p);

/* Gives the port packets, up to 65535. Returns how many it took; the others remain the caller's. */
uint32_t gen_port_send(struct gen_port *p, struct rte_mbuf **pkts, uint32_t n);

/* Asks for the gateway, once. */
void gen_port_ask(struct gen_port *p);

/* Sends the answers that the receiver has made. */
void gen_port_answer(struct gen_port *p);

/* Looks at a frame. True: it was ARP, has been obeyed, and the frame is no longer the caller's. */
bool gen_port_arp(struct gen_port *p, struct rte_mbuf *pkt);

/* Packets that the port lost itself since it was opened: those that came, and those that it took and did not
 * send. Drivers count what they refuse among these, so that so many of them do not count: the sum may be too
 * low, and even fall. */
uint64_t gen_port_lost(const struct gen_port *p);

/* "10.1.0.1" in buf (16 bytes), which is returned. */
const char *gen_port_ip4(uint32_t address, char *buf);
