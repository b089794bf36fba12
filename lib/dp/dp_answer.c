/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Answers of neighbours that control has asked, which pass the limits on ARP and neighbour discovery. Whom a
 * message speaks for is looked up before the message is checked: almost all of a flood speaks for nobody who
 * was asked.
 */
#include "dp_answer.h"

#include "dp_adj.h"
#include "dp_bytes.h"
#include "dp_fib.h"
#include "dp_worker.h"
#include "wire_arp.h"
#include "wire_ndp.h"

_Static_assert(DP_ANSWERS == 1 << 10, "the place of a question is the last ten bits of its mark");

/* What stands for a question in the table; which of them share a place, nobody outside knows. Never 0. */
static uint64_t answer_mark(const struct dp *dp, uint16_t port, const struct base_addr *addr)
{
    uint64_t mix = dp->params.frag_seed ^ port;
    for (size_t i = 0; i < sizeof addr->bytes; i += 8)
        mix = (mix ^ dp_load64(addr->bytes + i)) * UINT64_C(0x9e3779b97f4a7c15);
    return (mix ^ mix >> 32) | UINT64_C(1) << 63;
}

static _Atomic uint64_t *answer_place(struct dp *dp, uint64_t mark)
{
    return &dp->answers[mark % DP_ANSWERS];
}

void dp_answer_expect(struct dp *dp, uint16_t port, const struct base_addr *addr)
{
    const uint64_t mark = answer_mark(dp, port, addr);
    atomic_store_explicit(answer_place(dp, mark), mark, memory_order_relaxed);
}

/* Who speaks, and as whom. */
struct answer {
    uint16_t port;
    struct base_addr addr;
    const uint8_t *mac;
    uint64_t mark; /* of the question */
};

/* The neighbour is known, with another MAC address. */
static bool answer_differs(const struct dp_worker *w, const struct answer *said)
{
    const bool is6 = said->addr.family == BASE_AF_IP6;
    const struct dp_adj *a = &w->adjs[dp_fib_find(w->fib, is6, said->addr.bytes)];
    return a->kind == DP_ADJ_NEIGH && a->port == said->port && dp_adj_is_ready(a) &&
           base_addr_equal(&a->next_hop, &said->addr) &&
           memcmp(said->mac, dp_adj_mac(a), WIRE_MAC_BYTES) != 0;
}

/* The speaker's address is known now: whether it was asked. */
static bool answer_is_due(const struct dp_worker *w, struct answer *said)
{
    said->mark = answer_mark(w->dp, said->port, &said->addr);
    return atomic_load_explicit(answer_place(w->dp, said->mark), memory_order_relaxed) == said->mark;
}

static bool answer_arp(const struct dp_worker *w, struct base_span payload, struct answer *said)
{
    const struct wire_arp *arp;
    if (wire_arp_parse(payload, &arp) != WIRE_PKT_OK || arp->op_be != wire_be16(WIRE_ARP_REPLY))
        return false;
    said->addr = wire_ip4_addr(arp->sender_be);
    said->mac = arp->sender_mac;
    return answer_is_due(w, said);
}

/* ndp: its mac is said->mac, unless the answer leaves it out (RFC 4861 4.4). */
static bool answer_ndp(const struct dp_worker *w, struct base_span packet, struct wire_ndp *ndp,
                       struct answer *said)
{
    struct wire_ip6_view ip;
    if (wire_ip6_parse(packet, &ip) != WIRE_PKT_OK)
        return false;
    struct base_reader r = base_reader(ip.payload);
    (void)base_read_span(&r, WIRE_ICMP_BYTES);
    const struct base_span target = base_read_span(&r, sizeof ndp->target);
    if (r.failed)
        return false;
    said->addr = base_addr_from_bytes(BASE_AF_IP6, target.ptr);
    if (!answer_is_due(w, said) || wire_ndp_parse(&ip, ndp) != WIRE_PKT_OK || !ndp->is_advert)
        return false;
    said->mac = ndp->has_mac ? ndp->mac : said->mac;
    return ndp->has_mac || ndp->is_solicited;
}

__attribute__((cold)) bool dp_answer_take(struct dp_worker *w, const struct rte_mbuf *m, uint16_t port,
                                          uint32_t l2, bool is6)
{
    const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);
    struct base_reader r = base_reader(base_span(frame, m->data_len));
    struct answer said = {.port = port, .mac = frame + WIRE_MAC_BYTES};
    struct wire_ndp ndp;
    (void)base_read_span(&r, l2);
    const struct base_span payload = base_read_rest(&r);
    if (!(is6 ? answer_ndp(w, payload, &ndp, &said) : answer_arp(w, payload, &said)) ||
        answer_differs(w, &said))
        return false;
    return atomic_compare_exchange_strong_explicit(answer_place(w->dp, said.mark), &said.mark, 0,
                                                   memory_order_relaxed, memory_order_relaxed);
}
