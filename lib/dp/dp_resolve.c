/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Neighbour resolution on the control core: ARP (RFC 826) for IPv4, neighbour discovery (RFC 4861) for IPv6
 * over wire_ndp. Questions for our addresses are answered; a packet whose next hop is unknown waits (3 per
 * next hop, 256 in all) while we ask, once a second, three times. What is learned is asked again after a
 * minute, first directly, and forgotten when nobody answers.
 *
 * None of these protocols proves anything, so what a stranger on the link may do to us is bounded. Only
 * answers to our questions make an entry, and questions to us from an address of the link, HEARD_MAX of them.
 * Whoever claims a known neighbour's address for another MAC address has it when the known one, asked
 * directly, says nothing: later than RFC 826 and RFC 4861 7.2.5 would, by half a second. A port asks ASK_PPS
 * questions a second, those about next hops of routes apart, and ASKING_MAX neighbours are asked for at a
 * time: beyond, the eldest makes room. All that ends here has a name, also what is none of our business.
 *
 * Drops: malformed, arp_ignored, nd_ignored, address_conflict, neighbour_claimed, no_neighbour,
 * neighbour_silent, neighbour_full, no_mbuf, no_room, and those of dp_tx().
 */
#include "dp_resolve.h"

#include <errno.h>
#include <stdlib.h>
#include "dp_adj.h"
#include "dp_answer.h"
#include "dp_bucket.h"
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
#define LATER_NS     (100 * BASE_NS_PER_MS) /* when too many questions were asked */
#define PROBE_TRIES  3
#define PROBE_NS     (200 * BASE_NS_PER_MS)
#define PROVED_NS    (1 * BASE_NS_PER_S) /* no claim against a neighbour that has just answered */
#define ASK_PPS      1000
#define ASKING_MAX   1024u
#define HEARD_MAX    1024u

/* PROBING: it is known, another MAC address was claimed, and it is asked whether it is still there. */
enum hop_state { HOP_NONE, HOP_ASKING, HOP_FRESH, HOP_STALE, HOP_PROBING };

/* One per adjacency, same index. */
struct hop {
    uint8_t state; /* enum hop_state */
    uint8_t tries;
    uint8_t n_waiting;
    bool is_heard;    /* it asked us, and is an entry for that alone */
    uint8_t claim[6]; /* PROBING: whose it is said to be */
    uint64_t begun;   /* ASKING: its number, see dp_resolve.asking */
    base_time proved; /* since when PROBING ended by its answer */
    base_time next;   /* when to look at it again */
    struct rte_mbuf *waiting[WAIT_PER_HOP];
};

struct dp_resolve {
    struct hop *hops;
    uint32_t n_waiting;
    uint32_t n_heard;
    uint32_t top; /* hops beyond this one were never used */
    base_time deadline;
    struct dp_bucket asks[DP_PORTS_MAX];
    /* Adjacencies in the order that asking for them began, but for next hops of routes; the last ASKING_MAX.
     */
    uint64_t n_begun;
    uint32_t asking[ASKING_MAX];
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

static void ndp_ask(struct dp *dp, const struct dp_adj *a, const struct base_addr *from, bool is_direct)
{
    struct wire_ndp ndp = {0};
    uint8_t group[16], mac[6];
    memcpy(ndp.target, a->next_hop.bytes, 16);
    memcpy(ndp.mac, dp->ports[a->port].params.mac, 6);
    if (is_direct) {
        ndp_send(dp, a->port, dp_adj_mac(a), from, ndp.target, &ndp);
        return;
    }
    wire_ndp_solicited_node(ndp.target, group);
    wire_ndp_group_mac(group, mac);
    ndp_send(dp, a->port, mac, from, group, &ndp);
}

static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static void hop_ask(struct dp *dp, uint32_t adj, bool is_direct)
{
    const struct dp_adj *a = &dp->adjs[adj];
    const struct base_addr *from = dp_own_towards(dp, a->port, &a->next_hop);
    if (!from)
        return;
    dp_answer_expect(dp, a->port, &a->next_hop);
    if (a->next_hop.family == BASE_AF_IP6)
        ndp_ask(dp, a, from, is_direct);
    else
        arp_send(dp, a->port, WIRE_ARP_REQUEST, is_direct ? dp_adj_mac(a) : everybody, NULL, from,
                 &a->next_hop);
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

/* It is there, with this MAC address. 0, or what dp_neigh_set() returns, and nothing has changed. */
static int hop_set(struct dp *dp, base_time now, uint16_t port, const struct base_addr *addr,
                   const uint8_t mac[6])
{
    const int rc = dp_neigh_set(dp, port, addr, mac);
    if (rc == -EAGAIN)
        return rc; /* the MAC address of before stays until it is heard or asked again */
    if (rc != 0) {
        dp_drop_at_control(dp, NULL, DP_DROP_neighbour_full);
        return rc;
    }
    const uint32_t adj = dp_adj_find(dp, port, addr);
    struct hop *h = hop_at(dp->resolve, adj);
    if (h->state == HOP_PROBING)
        h->proved = now;
    h->state = HOP_FRESH;
    h->tries = 0;
    hop_schedule(dp->resolve, h, base_time_add(now, FRESH_NS));
    waiting_send(dp, h, adj);
    return 0;
}

/* What somebody says of a neighbour. */
struct hearsay {
    uint16_t port;
    const struct base_addr *addr;
    const uint8_t *mac;
    bool may_create;  /* it asks us, so we shall have to do with it */
    bool may_replace; /* no: it confirms what is known, and no more (RFC 4861 7.2.5, the override flag) */
};

enum heard { HEARD_NOTHING, HEARD_USEFUL, HEARD_CLAIM };

/* Of one that there is no entry of. */
static enum heard hop_meet(struct dp *dp, base_time now, const struct hearsay *s)
{
    struct dp_resolve *r = dp->resolve;
    if (!s->may_create || !dp_is_onlink(dp, s->port, s->addr) || r->n_heard >= HEARD_MAX)
        return HEARD_NOTHING;
    if (hop_set(dp, now, s->port, s->addr, s->mac) != 0)
        return HEARD_USEFUL;
    hop_at(r, dp_adj_find(dp, s->port, s->addr))->is_heard = true;
    r->n_heard++;
    return HEARD_USEFUL;
}

/* Its MAC address is another one than is known: the known one is asked before it is believed. */
static enum heard hop_claim(struct dp *dp, base_time now, struct hop *h, const struct hearsay *s)
{
    const bool is_proved = h->proved.ns && !base_time_reached(base_time_add(h->proved, PROVED_NS), now);
    if (h->state == HOP_PROBING || is_proved)
        return HEARD_CLAIM;
    h->state = HOP_PROBING;
    h->tries = 0;
    memcpy(h->claim, s->mac, sizeof h->claim);
    hop_schedule(dp->resolve, h, now);
    return HEARD_CLAIM;
}

static enum heard hop_hear(struct dp *dp, base_time now, const struct hearsay *s)
{
    const uint32_t adj = dp_adj_find(dp, s->port, s->addr);
    struct hop *h = adj ? hop_at(dp->resolve, adj) : NULL;
    if (!h || h->state == HOP_NONE)
        return hop_meet(dp, now, s);
    const struct dp_adj *a = &dp->adjs[adj];
    const bool is_other = a->is_known && memcmp(s->mac, dp_adj_mac(a), 6) != 0;
    /* One that did not answer the question that was for it alone is not asked again. */
    const bool is_silent = h->state == HOP_STALE && h->tries > 1;
    if (is_other && !s->may_replace)
        return HEARD_NOTHING;
    if (is_other && !is_silent)
        return hop_claim(dp, now, h, s);
    (void)hop_set(dp, now, s->port, s->addr, s->mac);
    return HEARD_USEFUL;
}

static enum dp_drop heard_as(enum heard heard, enum dp_drop nothing)
{
    return heard == HEARD_USEFUL ? DP_DROPS : heard == HEARD_CLAIM ? DP_DROP_neighbour_claimed : nothing;
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
    const struct hearsay said = {punt->port, &sender, arp->sender_mac, is_for_us, true};
    const bool is_host = arp->sender_be != 0 && !dp_own_is_broadcast(dp, arp->sender_be);
    enum dp_drop why = is_for_us ? DP_DROPS : DP_DROP_arp_ignored;
    if (is_host && !dp_addr_is_own(dp, &sender))
        why = heard_as(hop_hear(dp, now, &said), why);
    if (is_for_us)
        arp_send(dp, punt->port, WIRE_ARP_REPLY, arp->sender_mac, arp->sender_mac, &target, &sender);
    if (is_rival(dp, punt->port, &sender, arp->sender_mac))
        return DP_DROP_address_conflict;
    return why;
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

/* from_mac: of the frame; what answers a direct question may leave its own out (RFC 4861 4.4). */
static enum dp_drop on_advert(struct dp *dp, base_time now, uint16_t port, const struct wire_ndp *ndp,
                              const uint8_t *from_mac)
{
    const struct base_addr target = base_addr_from_bytes(BASE_AF_IP6, ndp->target);
    const uint32_t adj = dp_adj_find(dp, port, &target);
    const bool is_known = adj && dp->adjs[adj].is_known;
    const struct hearsay said = {port, &target, ndp->has_mac ? ndp->mac : from_mac, false,
                                 ndp->has_mac && ndp->is_override};
    if (ndp->has_mac && is_rival(dp, port, &target, ndp->mac))
        return DP_DROP_address_conflict;
    if (dp_addr_is_own(dp, &target) || (!ndp->has_mac && !(is_known && ndp->is_solicited)))
        return DP_DROP_nd_ignored;
    return heard_as(hop_hear(dp, now, &said), DP_DROP_nd_ignored);
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
        return on_advert(dp, now, punt->port, &ndp, rte_pktmbuf_mtod(m, const uint8_t *) + 6);
    struct base_addr sender = base_addr_from_bytes(BASE_AF_IP6, ip.hdr->src);
    struct base_addr target = base_addr_from_bytes(BASE_AF_IP6, ndp.target);
    if (!dp_own_has(dp, punt->port, &target))
        return DP_DROP_nd_ignored;
    const struct hearsay said = {punt->port, &sender, ndp.mac, true, true};
    enum heard heard = HEARD_USEFUL;
    if (ndp.has_mac && !dp_addr_is_own(dp, &sender))
        heard = hop_hear(dp, now, &said);
    ndp_answer(dp, punt->port, ip.hdr->src, &ndp);
    return heard_as(heard, DP_DROPS);
}

/* Nobody waits for it any more; its packets are dropped for that reason. */
static void hop_forget(struct dp *dp, uint32_t adj, struct hop *h, enum dp_drop why)
{
    struct base_addr addr = dp->adjs[adj].next_hop;
    dp->control.drops[why] += h->n_waiting;
    waiting_drop(dp->resolve, h);
    dp->resolve->n_heard -= h->is_heard;
    h->state = HOP_NONE;
    h->is_heard = false;
    h->tries = 0;
    h->proved = (base_time){0};
    dp_neigh_remove(dp, dp->adjs[adj].port, &addr);
}

/* Next hops of routes are few, and matter to all behind them: they are asked for at once. */
static bool may_ask(struct dp *dp, base_time now, const struct dp_adj *a)
{
    return a->refs || dp_bucket_take(&dp->resolve->asks[a->port], now.ns, BASE_NS_PER_S, ASK_PPS);
}

/* Nobody spoke against the claim. */
static void hop_believe(struct dp *dp, base_time now, uint32_t adj, struct hop *h)
{
    const struct base_addr addr = dp->adjs[adj].next_hop;
    h->state = HOP_STALE;
    if (hop_set(dp, now, dp->adjs[adj].port, &addr, h->claim) == 0)
        return;
    h->state = HOP_PROBING;
    hop_schedule(dp->resolve, h, base_time_add(now, LATER_NS));
}

static void hop_due(struct dp *dp, base_time now, uint32_t adj, struct hop *h)
{
    const bool is_probing = h->state == HOP_PROBING;
    if (is_probing && h->tries >= PROBE_TRIES) {
        hop_believe(dp, now, adj, h);
        return;
    }
    if (h->tries >= ASK_TRIES) {
        hop_forget(dp, adj, h, DP_DROP_neighbour_silent);
        return;
    }
    if (!may_ask(dp, now, &dp->adjs[adj])) {
        hop_schedule(dp->resolve, h, base_time_add(now, LATER_NS));
        return;
    }
    if (h->state == HOP_FRESH)
        h->state = HOP_STALE;
    /* The first question about a known neighbour goes to it alone. */
    hop_ask(dp, adj, is_probing || (h->state == HOP_STALE && h->tries == 0));
    h->tries++;
    hop_schedule(dp->resolve, h, base_time_add(now, is_probing ? PROBE_NS : ASK_NS));
}

/* Begins to ask for one; too many, and the one that was asked for first is given up. */
static void hop_begin(struct dp *dp, base_time now, uint32_t adj, struct hop *h)
{
    struct dp_resolve *r = dp->resolve;
    h->state = HOP_ASKING;
    h->tries = 0;
    h->begun = 0;
    if (!dp->adjs[adj].refs) {
        uint32_t *place = &r->asking[r->n_begun % ASKING_MAX];
        struct hop *eldest = &r->hops[*place];
        h->begun = ++r->n_begun;
        if (*place && eldest->state == HOP_ASKING && eldest->begun + ASKING_MAX == h->begun)
            hop_forget(dp, *place, eldest, DP_DROP_no_neighbour);
        *place = adj;
    }
    hop_due(dp, now, adj, h);
}

static void on_unknown(struct dp *dp, base_time now, const struct dp_punt *punt)
{
    struct dp_resolve *r = dp->resolve;
    uint32_t adj = dp_adj_neigh(dp, punt->port, &punt->next_hop);
    struct hop *h = adj ? hop_at(r, adj) : NULL;
    if (!h || h->n_waiting == WAIT_PER_HOP || r->n_waiting == WAIT_MAX) {
        dp_drop_at_control(dp, punt->mbuf, h ? DP_DROP_no_neighbour : DP_DROP_neighbour_full);
    } else {
        h->waiting[h->n_waiting++] = punt->mbuf;
        r->n_waiting++;
    }
    /* Asked for, although its packet may not wait: an entry that nobody asks for would stay for ever. */
    if (!h)
        return;
    if (dp->adjs[adj].is_resolved) {
        waiting_send(dp, h, adj);
    } else if (h->state == HOP_NONE) {
        hop_begin(dp, now, adj, h);
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
        const struct dp_own_port *p = &dp_own_now(dp)->ports[port];
        for (size_t i = 0; i < p->n_addrs; i++)
            own_announce(dp, port, &p->addrs[i].addr);
    }
}
