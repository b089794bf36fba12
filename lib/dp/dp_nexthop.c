/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An IP packet that needs nothing but its next hop: made here, cut here, or allowed to leave in clear. No
 * Ethernet header to be had: control resolves the next hop, and the packet waits there.
 *
 * Drops: no_route, own_loop, no_room, too_big, and what resolution refuses (no_neighbour, punt_full).
 */
#include "dp_nexthop.h"

#include "dp_bytes.h"
#include "dp_drop.h"
#include "dp_icmp.h"
#include "dp_punt.h"

void dp_nexthop_ask(struct dp_worker *w, struct rte_mbuf *m, uint32_t adj)
{
    const struct dp_adj *a = &w->adjs[adj];
    if (a->kind != DP_ADJ_NEIGH && a->kind != DP_ADJ_ONLINK) {
        dp_drop_mbuf(w, m, a->kind == DP_ADJ_LOCAL ? DP_DROP_own_loop : DP_DROP_no_route);
        return;
    }
    dp_punt(w, m, a->port, DP_PUNT_RESOLVE, adj);
}

void dp_forward_ip(struct dp_worker *w, struct rte_mbuf *m)
{
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *);
    bool is6 = ip[0] >> 4 == 6;
    uint32_t adj = dp_fib_find(w->fib, is6, ip + wire_ip_dst_at(is6));
    const struct dp_adj *a = &w->adjs[adj];
    if (rte_pktmbuf_headroom(m) < DP_L2_ROOM) {
        dp_drop_mbuf(w, m, DP_DROP_no_room);
    } else if (!dp_adj_is_ready(a)) {
        dp_nexthop_ask(w, m, adj);
    } else if (m->data_len > a->mtu) {
        dp_icmp_send(w, m, DP_ICMP_TOO_BIG, a->mtu);
        dp_drop_mbuf(w, m, DP_DROP_too_big);
    } else {
        dp_nexthop_send(w, m, ip, m->data_len, a);
    }
}
