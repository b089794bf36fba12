/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The link on B's inside: what neighbours say there, and what resolution makes of it. */
#include <rte_rcu_qsbr.h>
#include "dp_core.h"
#include "dp_way.h"
#include "wire_ndp.h"

/* Hands the oldest punted packet of B to resolution. */
static inline void link_resolve(struct rig *r, base_time now)
{
    struct dp_punt punt;
    assert_true(dp_punt_pop(r->b.dp, &punt));
    dp_resolve_punt(r->b.dp, now, &punt);
    dp_turn(r->b.w);
}

/* A packet through the tunnel to a host behind B that nobody knows. */
static inline void link_unknown_send(struct rig *r, base_time now)
{
    rig_in(r, &r->a, RIG_INSIDE, rig_frame(0x11, "10.1.0.9", "10.2.0.77", 60));
    rig_in(r, &r->b, RIG_OUTSIDE, rig_out(&r->a, RIG_OUTSIDE));
    link_resolve(r, now);
}

/* How many frames B sends there. */
static inline unsigned link_frames(struct rig *r)
{
    struct rte_mbuf *m;
    unsigned n = 0;
    while ((m = rig_out(&r->b, RIG_INSIDE))) {
        rte_pktmbuf_free(m);
        n++;
    }
    return n;
}

/* An ARP packet from 10.2.0.77 to B's inside. */
static inline struct rte_mbuf *link_arp(uint16_t op, const char *sender, const char *target)
{
    struct rte_mbuf *m = rte_pktmbuf_alloc(rig_pool);
    uint8_t *p = (uint8_t *)rte_pktmbuf_append(m, 60);
    if (!p)
        abort();
    const struct base_addr from = rig_ip(sender), to = rig_ip(target);
    memset(p, 0, 60);
    memset(p, 0xff, 6);
    rig_mac(p + 6, 0x77);
    dp_put16(p + 12, 0x0806);
    dp_put16(p + 14, 1);
    dp_put16(p + 16, 0x0800);
    dp_put16(p + 18, 0x0604);
    dp_put16(p + 20, op);
    rig_mac(p + 22, 0x77);
    memcpy(p + 28, from.bytes, 4);
    memcpy(p + 38, to.bytes, 4);
    return m;
}

/* A neighbour solicitation from fd00:2::77 to B's inside. */
static inline struct rte_mbuf *link_ns(const char *target)
{
    struct rte_mbuf *m = rig_frame6(0x12, "fd00:2::77", "fd00:2::1", WIRE_NDP_PACKET_BYTES);
    const struct base_addr from = rig_ip("fd00:2::77"), to = rig_ip(target);
    struct wire_ndp ndp = {.has_mac = true};
    uint8_t group[16];
    memcpy(ndp.target, to.bytes, 16);
    rig_mac(ndp.mac, 0x77);
    wire_ndp_solicited_node(ndp.target, group);
    wire_ndp_group_mac(group, rte_pktmbuf_mtod(m, uint8_t *));
    wire_ndp_build(rte_pktmbuf_mtod(m, uint8_t *) + 14, from.bytes, group, &ndp);
    return m;
}

/* A neighbour discovery packet of a type to B's inside; what says nothing of itself is cut short. */
static inline struct rte_mbuf *link_nd(uint8_t type, const char *target, uint8_t mac)
{
    struct rte_mbuf *m = link_ns(target);
    const struct base_addr from = rig_ip("fd00:2::77"), about = rig_ip(target);
    static const uint8_t all_nodes[16] = {0xff, 2, [15] = 1};
    struct wire_ndp ndp = {.is_advert = type == 136, .is_override = true};
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    memcpy(ndp.target, about.bytes, 16);
    rig_mac(ndp.mac, mac);
    wire_ndp_build(ip, from.bytes, all_nodes, &ndp);
    ip[40] = type;
    ip[42] = ip[43] = 0;
    wire_icmp6_fill_csum((struct wire_icmp *)(void *)(ip + 40), WIRE_NDP_BYTES, ip + 8, ip + 24);
    return m;
}

static inline struct rte_mbuf *link_arp_from(uint16_t op, const char *sender, uint8_t mac)
{
    struct rte_mbuf *m = link_arp(op, sender, "10.2.0.1");
    rig_mac(rte_pktmbuf_mtod(m, uint8_t *) + 6, mac);
    rig_mac(rte_pktmbuf_mtod(m, uint8_t *) + 22, mac);
    return m;
}

static inline struct rte_mbuf *link_advert(uint8_t mac, bool is_override, bool has_mac)
{
    struct rte_mbuf *m = link_nd(136, "fd00:2::77", mac);
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    const struct base_addr us = rig_ip("fd00:2::1");
    rig_mac(ip - 8, mac);
    memcpy(ip + 24, us.bytes, 16);
    ip[44] = (uint8_t)(0x40 | is_override << 5);
    ip[42] = ip[43] = 0;
    if (!has_mac) {
        dp_put16(ip + 4, WIRE_NDP_BYTES - 8);
        rte_pktmbuf_trim(m, 8);
    }
    wire_icmp6_fill_csum((struct wire_icmp *)(void *)(ip + 40), has_mac ? WIRE_NDP_BYTES : WIRE_NDP_BYTES - 8,
                         ip + 8, ip + 24);
    return m;
}

/* A MAC address changes after a grace period, and no worker runs beside this thread. */
static inline void link_worker_rests(struct rig *r)
{
    rte_rcu_qsbr_thread_offline(r->b.dp->reclaim->qsbr, 0);
    sad_reclaim_run(r->b.dp->reclaim);
}

/* A frame arrives, and what it asks of resolution is done. */
static inline void link_arrives(struct rig *r, struct rte_mbuf *m, base_time now)
{
    rig_in(r, &r->b, RIG_INSIDE, m);
    link_worker_rests(r);
    link_resolve(r, now);
}

static inline void link_time_passes(struct rig *r, base_time *now, uint64_t ns)
{
    *now = base_time_add(*now, ns);
    link_worker_rests(r);
    dp_resolve_tick(r->b.dp, *now);
    dp_turn(r->b.w);
}

/* The last byte of the MAC address that B knows of a neighbour; -1: none. */
static inline int link_known_mac(struct rig *r, const char *text)
{
    const struct base_addr addr = rig_ip(text);
    struct dp_neigh_view view;
    for (uint32_t cursor = 0; dp_neigh_next(r->b.dp, &cursor, &view);)
        if (base_addr_equal(&view.addr, &addr) && view.is_resolved)
            return view.mac[5];
    return -1;
}

/* B knows its neighbour by IPv4 and by IPv6, at 02:...:77. */
static inline struct rig link_with_neighbour(base_time now)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    link_unknown_send(&r, now);
    link_arrives(&r, link_arp(2, "10.2.0.77", "10.2.0.1"), now);
    link_arrives(&r, link_ns("fd00:2::1"), now);
    link_frames(&r);
    assert_int_equal(link_known_mac(&r, "10.2.0.77"), 0x77);
    assert_int_equal(link_known_mac(&r, "fd00:2::77"), 0x77);
    return r;
}
