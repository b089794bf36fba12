/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Neighbour resolution on the control core: ARP (RFC 826) for IPv4, neighbour discovery (RFC 4861) for IPv6
 * over wire_ndp. Questions for our addresses are answered; a packet whose next hop is unknown waits (3 per
 * next hop, 256 in all) while we ask, once a second, three times. What is learned is asked again after a
 * minute, first directly, and forgotten when nobody answers. Only answers to our questions and questions to
 * us make an entry, so a flood of ARP cannot. All that ends here has a name, also what is none of our
 * business.
 *
 * Drops: malformed, arp_ignored, nd_ignored, address_conflict, no_neighbour, neighbour_silent,
 * neighbour_full, no_mbuf, no_room, and those of dp_tx().
 */
#include "dp_resolve.h"

#include <stdlib.h>
#include "dp_adj.h"
#include "dp_bytes.h"
#include "dp_drop.h"
#include "dp_own.h"
#include "sad_mem.h"
#include "wire_arp.h"
#include "wire_ndp.h"

#define WAIT_PER_HOP 3
#define WAIT_MAX     256
#define ASK_TRIES    3
#define ASK_NS       (1 * BASE_NS_PER_S)
#define FRESH_NS     (60 * BASE_NS_PER_S)

enum hop_state { HOP_NONE, HOP_ASKING, HOP_FRESH, HOP_STALE };

/* One per adjacency, same index. */
struct hop {
    uint8_t state; /* enum hop_state */
    uint8_t tries;
    uint8_t n_waiting;
    base_time next; /* when to look at it again */
    struct rte_mbuf *waiting[WAIT_PER_HOP];
};

struct dp_resolve {
    struct hop *hops;
    uint32_t n_waiting;
    uint32_t top; /* hops beyond this one were never used */
    base_time deadline;
};

struct dp_resolve *dp_resolve_create(void)
{
    struct dp_resolve *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->hops = sad_mem_reserve(DP_ADJS_MAX * sizeof *r->hops, false);
    r->deadline = BASE_TIME_NEVER;
    if (r->hops)
        return r;
    free(r);
    return NULL;
}

static void waiting_drop(struct dp_resolve *r, struct hop *h)
{
    rte_pktmbuf_free_bulk(h->waiting, h->n_waiting);
    r->n_waiting -= h->n_waiting;
    h->n_waiting = 0;
}

void dp_resolve_free(struct dp_resolve *r)
{
    if (!r)
        return;
    for (uint32_t i = 0; i <= r->top; i++)
        waiting_drop(r, &r->hops[i]);
    sad_mem_release(r->hops, DP_ADJS_MAX * sizeof *r->hops);
    free(r);
}

static struct hop *hop_at(struct dp_resolve *r, uint32_t adj)
{
    r->top = adj > r->top ? adj : r->top;
    return &r->hops[adj];
}

static void hop_schedule(struct dp_resolve *r, struct hop *h, base_time at)
{
    h->next = at;
    r->deadline = base_time_min(r->deadline, at);
}

/* Writes the Ethernet header of a frame of this port's, with its VLAN tag if it has one. */
static struct base_writer frame_begin(const struct dp_port_params *at, struct rte_mbuf *m,
                                      const uint8_t to_mac[6], uint16_t type)
{
    struct base_writer w = base_writer(rte_pktmbuf_mtod(m, uint8_t *), rte_pktmbuf_tailroom(m));
    base_write(&w, to_mac, 6);
    base_write(&w, at->mac, 6);
    if (at->vlan) {
        base_write_u16(&w, WIRE_ETH_VLAN);
        base_write_u16(&w, at->vlan);
    }
    base_write_u16(&w, type);
    return w;
}

static void arp_send(struct dp *dp, uint16_t port, enum wire_arp_op op, const uint8_t to_mac[6],
                     const uint8_t *target_mac, const struct base_addr *from, const struct base_addr *to)
{
    const struct dp_port_params *at = &dp->ports[port].params;
    struct rte_mbuf *m = rte_pktmbuf_alloc(dp->params.pool);
    if (!m) {
        dp_drop_at_control(dp, NULL, DP_DROP_no_mbuf);
        return;
    }
    struct base_writer w = frame_begin(at, m, to_mac, WIRE_ETH_ARP);
    struct wire_arp *arp = (struct wire_arp *)(void *)base_write_room(&w, WIRE_ARP_BYTES);
    wire_arp_build(arp, op, at->mac, dp_load32(from->bytes), target_mac, dp_load32(to->bytes));
    uint8_t pad[18] = {0}; /* smallest Ethernet frame */
    base_write(&w, pad, sizeof pad);
    m->data_len = (uint16_t)w.pos;
    m->pkt_len = m->data_len;
    (void)dp_tx(dp, port, m);
}

/* An IPv6 packet of WIRE_NDP_PACKET_BYTES to a MAC address. */
static void ndp_send(struct dp *dp, uint16_t port, const uint8_t to_mac[6], const struct base_addr *from,
                     const uint8_t to[16], const struct wire_ndp *ndp)
{
    const struct dp_port_params *at = &dp->ports[port].params;
    struct rte_mbuf *m = rte_pktmbuf_alloc(dp->params.pool);
    uint8_t packet[WIRE_NDP_PACKET_BYTES];
    if (!m) {
        dp_drop_at_control(dp, NULL, DP_DROP_no_mbuf);
        return;
    }
    wire_ndp_build(packet, from->bytes, to, ndp);
    struct base_writer w = frame_begin(at, m, to_mac, WIRE_ETH_IP6);
    base_write(&w, packet, sizeof packet);
    m->data_len = (uint16_t)w.pos;
    m->pkt_len = m->data_len;
    (void)dp_tx(dp, port, m);
}

static void ndp_ask(struct dp *dp, const struct dp_adj *a, const struct base_addr *from)
{
    struct wire_ndp ndp = {0};
    uint8_t group[16], mac[6];
    memcpy(ndp.target, a->next_hop.bytes, 16);
    memcpy(ndp.mac, dp->ports[a->port].params.mac, 6);
    wire_ndp_solicited_node(ndp.target, group);
    wire_ndp_group_mac(group, mac);
    ndp_send(dp, a->port, mac, from, group, &ndp);
}

static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static void hop_ask(struct dp *dp, uint32_t adj, bool is_direct)
{
    const struct dp_adj *a = &dp->adjs[adj];
    const struct base_addr *from = dp_own_towards(dp, a->port, &a->next_hop);
    const uint8_t *mac = a->l2 + DP_L2_ROOM - a->l2_bytes;
    if (!from)
        return;
    if (a->next_hop.family == BASE_AF_IP6)
        ndp_ask(dp, a, from);
    else
        arp_send(dp, a->port, WIRE_ARP_REQUEST, is_direct ? mac : everybody, NULL, from, &a->next_hop);
}

static void waiting_send(struct dp *dp, struct hop *h, uint32_t adj)
{
    const struct dp_adj *a = &dp->adjs[adj];
    for (uint8_t i = 0; i < h->n_waiting; i++) {
        uint8_t *p = (uint8_t *)rte_pktmbuf_prepend(h->waiting[i], a->l2_bytes);
        if (!p) {
            dp_drop_at_control(dp, h->waiting[i], DP_DROP_no_room);
            continue;
        }
        memcpy(p, a->l2 + DP_L2_ROOM - a->l2_bytes, a->l2_bytes);
        (void)dp_tx(dp, a->port, h->waiting[i]);
    }
    dp->resolve->n_waiting -= h->n_waiting;
    h->n_waiting = 0;
}

/* False: it is nobody whom we asked for or have to do with. */
static bool hop_learn(struct dp *dp, base_time now, uint16_t port, const struct base_addr *addr,
                      const uint8_t mac[6], bool may_create)
{
    struct dp_resolve *r = dp->resolve;
    uint32_t adj = dp_adj_find(dp, port, addr);
    if ((!adj || hop_at(r, adj)->state == HOP_NONE) && !may_create)
        return false;
    const int rc = dp_neigh_set(dp, port, addr, mac);
    if (rc == -EAGAIN)
        return true; /* the MAC address of before stays until it is heard or asked again */
    if (rc != 0) {
        dp_drop_at_control(dp, NULL, DP_DROP_neighbour_full);
        return true;
    }
    adj = dp_adj_find(dp, port, addr);
    struct hop *h = hop_at(r, adj);
    h->state = HOP_FRESH;
    h->tries = 0;
    hop_schedule(r, h, base_time_add(now, FRESH_NS));
    waiting_send(dp, h, adj);
    return true;
}

/* Somebody with another MAC address speaks for one of this port's addresses (RFC 5227 2.4). */
static bool is_rival(const struct dp *dp, uint16_t port, const struct base_addr *addr, const uint8_t mac[6])
{
    return dp_own_has(dp, port, addr) && memcmp(mac, dp->ports[port].params.mac, 6) != 0;
}

/* Returns as what the packet is dropped, DP_DROPS when it was of use. */
static enum dp_drop on_arp(struct dp *dp, base_time now, const struct dp_punt *punt)
{
    const struct rte_mbuf *m = punt->mbuf;
    const struct wire_arp *arp;
    struct base_reader r = base_reader(base_span(rte_pktmbuf_mtod(m, const uint8_t *), m->data_len));
    (void)base_read_span(&r, m->hash.fdir.hi);
    if (wire_arp_parse(base_read_rest(&r), &arp) != WIRE_PKT_OK)
        return DP_DROP_malformed;
    const bool is_request = arp->op_be == wire_be16(WIRE_ARP_REQUEST);
    struct base_addr sender = wire_ip4_addr(arp->sender_be), target = wire_ip4_addr(arp->target_be);
    const bool is_for_us = is_request && dp_own_has(dp, punt->port, &target);
    bool is_of_use = is_for_us;
    if (!dp_addr_is_own(dp, &sender) && arp->sender_be != 0)
        is_of_use |= hop_learn(dp, now, punt->port, &sender, arp->sender_mac, is_for_us);
    if (is_for_us)
        arp_send(dp, punt->port, WIRE_ARP_REPLY, arp->sender_mac, arp->sender_mac, &target, &sender);
    if (is_rival(dp, punt->port, &sender, arp->sender_mac))
        return DP_DROP_address_conflict;
    return is_of_use ? DP_DROPS : DP_DROP_arp_ignored;
}

static const uint8_t all_nodes[16] = {0xff, 2, [15] = 1};

/* Someone asks for one of our addresses: RFC 4861 7.2.4. */
static void ndp_answer(struct dp *dp, uint16_t port, const uint8_t asker_addr[16],
                       const struct wire_ndp *question)
{
    static const uint8_t unspecified[16];
    bool is_probe = memcmp(asker_addr, unspecified, 16) == 0;
    const uint8_t *to = is_probe ? all_nodes : asker_addr;
    struct wire_ndp ndp = {.is_advert = true, .is_solicited = !is_probe, .is_override = true};
    struct base_addr from = base_addr_from_bytes(BASE_AF_IP6, question->target);
    uint8_t mac[6];
    memcpy(ndp.target, question->target, 16);
    memcpy(ndp.mac, dp->ports[port].params.mac, 6);
    if (is_probe || !question->has_mac)
        wire_ndp_group_mac(all_nodes, mac);
    else
        memcpy(mac, question->mac, 6);
    ndp_send(dp, port, mac, &from, to, &ndp);
}

/* Routers and redirects, which are not read. */
static bool is_router_talk(const struct wire_ip6_view *ip)
{
    struct base_reader r = base_reader(ip->payload);
    const uint8_t type = base_read_u8(&r);
    return !r.failed && type != WIRE_ICMP6_NEIGHBOR_SOLICIT && type != WIRE_ICMP6_NEIGHBOR_ADVERT;
}

static enum dp_drop on_advert(struct dp *dp, base_time now, uint16_t port, const struct wire_ndp *ndp)
{
    const struct base_addr target = base_addr_from_bytes(BASE_AF_IP6, ndp->target);
    if (ndp->has_mac && is_rival(dp, port, &target, ndp->mac))
        return DP_DROP_address_conflict;
    if (!ndp->has_mac || dp_addr_is_own(dp, &target))
        return DP_DROP_nd_ignored;
    return hop_learn(dp, now, port, &target, ndp->mac, false) ? DP_DROPS : DP_DROP_nd_ignored;
}

/* As on_arp(). */
static enum dp_drop on_ndp(struct dp *dp, base_time now, const struct dp_punt *punt)
{
    const struct rte_mbuf *m = punt->mbuf;
    struct base_reader r = base_reader(base_span(rte_pktmbuf_mtod(m, const uint8_t *), m->data_len));
    struct wire_ip6_view ip;
    struct wire_ndp ndp;
    (void)base_read_span(&r, m->hash.fdir.hi);
    if (wire_ip6_parse(base_read_rest(&r), &ip) != WIRE_PKT_OK)
        return DP_DROP_malformed;
    if (wire_ndp_parse(&ip, &ndp) != WIRE_PKT_OK)
        return is_router_talk(&ip) ? DP_DROP_nd_ignored : DP_DROP_malformed;
    if (ndp.is_advert)
        return on_advert(dp, now, punt->port, &ndp);
    struct base_addr sender = base_addr_from_bytes(BASE_AF_IP6, ip.hdr->src);
    struct base_addr target = base_addr_from_bytes(BASE_AF_IP6, ndp.target);
    if (!dp_own_has(dp, punt->port, &target))
        return DP_DROP_nd_ignored;
    if (ndp.has_mac && dp_is_onlink(dp, punt->port, &sender) && !dp_addr_is_own(dp, &sender))
        (void)hop_learn(dp, now, punt->port, &sender, ndp.mac, true);
    ndp_answer(dp, punt->port, ip.hdr->src, &ndp);
    return DP_DROPS;
}

static void on_unknown(struct dp *dp, base_time now, const struct dp_punt *punt)
{
    struct dp_resolve *r = dp->resolve;
    uint32_t adj = dp_adj_neigh(dp, punt->port, &punt->next_hop);
    struct hop *h = adj ? hop_at(r, adj) : NULL;
    if (!h || h->n_waiting == WAIT_PER_HOP || r->n_waiting == WAIT_MAX) {
        dp_drop_at_control(dp, punt->mbuf, h ? DP_DROP_no_neighbour : DP_DROP_neighbour_full);
        return;
    }
    h->waiting[h->n_waiting++] = punt->mbuf;
    r->n_waiting++;
    if (dp->adjs[adj].is_resolved) {
        waiting_send(dp, h, adj);
    } else if (h->state == HOP_NONE) {
        h->state = HOP_ASKING;
        h->tries = 1;
        hop_ask(dp, adj, false);
        hop_schedule(r, h, base_time_add(now, ASK_NS));
    }
}

void dp_resolve_punt(struct dp *dp, base_time now, const struct dp_punt *punt)
{
    if (punt->reason == DP_PUNT_RESOLVE) {
        on_unknown(dp, now, punt);
        return;
    }
    const enum dp_drop why = punt->reason == DP_PUNT_ARP ? on_arp(dp, now, punt) : on_ndp(dp, now, punt);
    if (why == DP_DROPS)
        rte_pktmbuf_free(punt->mbuf);
    else
        dp_drop_at_control(dp, punt->mbuf, why);
}

static void hop_forget(struct dp *dp, uint32_t adj, struct hop *h)
{
    struct base_addr addr = dp->adjs[adj].next_hop;
    dp->control.drops[DP_DROP_neighbour_silent] += h->n_waiting;
    waiting_drop(dp->resolve, h);
    h->state = HOP_NONE;
    h->tries = 0;
    dp_neigh_remove(dp, dp->adjs[adj].port, &addr);
}

static void hop_due(struct dp *dp, base_time now, uint32_t adj, struct hop *h)
{
    if (h->tries >= ASK_TRIES) {
        hop_forget(dp, adj, h);
        return;
    }
    if (h->state == HOP_FRESH)
        h->state = HOP_STALE;
    /* The first question about a known neighbour goes to it alone. */
    hop_ask(dp, adj, h->state == HOP_STALE && h->tries == 0);
    h->tries++;
    hop_schedule(dp->resolve, h, base_time_add(now, ASK_NS));
}

void dp_resolve_tick(struct dp *dp, base_time now)
{
    struct dp_resolve *r = dp->resolve;
    r->deadline = BASE_TIME_NEVER;
    for (uint32_t i = 1; i <= r->top; i++) {
        struct hop *h = &r->hops[i];
        if (h->state == HOP_NONE)
            continue;
        if (base_time_reached(h->next, now))
            hop_due(dp, now, i, h);
        else
            r->deadline = base_time_min(r->deadline, h->next);
    }
}

base_time dp_resolve_deadline(const struct dp *dp)
{
    return dp->resolve->deadline;
}

/* Unsolicited: RFC 5227 2.3 and RFC 4861 7.2.6. */
static void own_announce(struct dp *dp, uint16_t port, const struct base_addr *addr)
{
    struct wire_ndp ndp = {.is_advert = true, .is_override = true};
    uint8_t mac[6];
    if (addr->family == BASE_AF_IP4) {
        arp_send(dp, port, WIRE_ARP_REQUEST, everybody, NULL, addr, addr);
        return;
    }
    memcpy(ndp.target, addr->bytes, 16);
    memcpy(ndp.mac, dp->ports[port].params.mac, 6);
    wire_ndp_group_mac(all_nodes, mac);
    ndp_send(dp, port, mac, addr, all_nodes, &ndp);
}

void dp_resolve_announce(struct dp *dp)
{
    for (uint16_t port = 0; port < dp->params.n_ports; port++) {
        const struct dp_port_params *p = &dp->ports[port].params;
        for (size_t i = 0; i < p->n_addrs; i++)
            own_announce(dp, port, &p->addrs[i].addr);
    }
}
