/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From frames to work: ESP for an own address goes to the inbound burst with the slot of its SPI, other
 * addresses' packets to the outbound burst with the list of candidates for their destination; ARP, IKE and
 * the rest of our own to control or to an answer. Lengths and header checksums are verified here, so that
 * later stages may trust them. A priority tag is taken off, and the frame goes on as if it had had none.
 *
 * IN: frames of one port. OUT: w->in, w->out. Drops: malformed, bad_checksum, not_ip, not_for_us, vlan,
 * multicast, keepalive, natt_short, esp_short, segments, and those of dp_reass_ip4() and dp_reass_ip6().
 */
#include "dp_stages.h"

#include <smmintrin.h>
#include "dp_adj.h"
#include "dp_bytes.h"
#include "dp_drop.h"
#include "dp_fib.h"
#include "dp_icmp.h"
#include "dp_own.h"
#include "dp_punt.h"
#include "dp_put.h"
#include "dp_reass.h"
#include "dp_worker.h"
#include "wire_icmp.h"
#include "wire_natt.h"

#define AHEAD     4
#define MIXED_RUN 4 /* shorter runs are not worth it */
#define MAC_MASK  UINT64_C(0xffffffffffff)
#define FRAG_MASK (WIRE_IP4_MF | WIRE_IP4_OFFSET)

/* CE and ECT(1), the two that change an inner packet. */
static inline uint8_t ce_flag(uint8_t tos)
{
    return tos & DP_PKT_CE;
}

static void esp_put(struct dp_worker *w, struct rte_mbuf *m, uint8_t *esp, uint32_t len, uint8_t l2,
                    uint16_t src_port, uint16_t more_flags)
{
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *) + l2;
    const bool is6 = ip[0] >> 4 == 6;
    const uint16_t flags = (uint16_t)(more_flags | (is6 ? DP_PKT_OUTER6 | ce_flag((uint8_t)(ip[1] >> 4))
                                                        : ce_flag(ip[WIRE_IP4_AT_TOS])));
    if (len < 4) {
        dp_drop_mbuf(w, m, DP_DROP_esp_short);
        return;
    }
    struct sad_in *in = sad_in_find(w->tables, dp_get32(esp));
    struct dp_pkt *p = dp_put(&w->in);
    dp_in_prefetch(in, &w->tables->key, len);
    dp_put_in(p, in, m, esp, len, flags, l2);
    if (!is6) {
        p->addrs = dp_load64(ip + WIRE_IP4_AT_SRC);
        p->src_port = src_port;
    }
}

/* UDP to an own address; udp has at least 8 bytes of which `len` belong to the IP packet. */
static void own_udp(struct dp_worker *w, struct rte_mbuf *m, uint16_t port, uint8_t *udp, uint32_t len,
                    uint8_t l2)
{
    uint16_t dst = dp_get16(udp + WIRE_UDP_AT_DST), udp_len = dp_get16(udp + WIRE_UDP_AT_LEN);
    if (udp_len < WIRE_UDP_BYTES || udp_len > len) {
        dp_drop_mbuf(w, m, DP_DROP_malformed);
        return;
    }
    if (dst == WIRE_IKE_PORT) {
        dp_punt(w, m, port, DP_PUNT_IKE, l2);
        return;
    }
    if (dst != WIRE_NATT_PORT) {
        dp_icmp_own(w, m, port, l2, false);
        return;
    }
    uint8_t *payload = udp + WIRE_UDP_BYTES;
    uint32_t payload_len = udp_len - WIRE_UDP_BYTES;
    switch (wire_natt_kind(payload, payload_len)) {
    case WIRE_NATT_ESP:
        esp_put(w, m, payload, payload_len, l2, dp_load16(udp), 0);
        break;
    case WIRE_NATT_IKE:
        dp_punt(w, m, port, DP_PUNT_IKE, l2);
        break;
    case WIRE_NATT_KEEPALIVE:
        dp_drop_mbuf(w, m, DP_DROP_keepalive);
        break;
    case WIRE_NATT_SHORT:
        dp_drop_mbuf(w, m, DP_DROP_natt_short);
        break;
    }
}

static void own_ip(struct dp_worker *w, struct rte_mbuf *m, uint16_t port, uint8_t proto, uint8_t *l4,
                   uint32_t len, uint8_t l2)
{
    if (proto == WIRE_PROTO_UDP && len < WIRE_UDP_BYTES)
        dp_drop_mbuf(w, m, DP_DROP_malformed);
    else if (proto == WIRE_PROTO_UDP)
        own_udp(w, m, port, l4, len, l2);
    else if (proto == WIRE_PROTO_ESP)
        esp_put(w, m, l4, len, l2, 0, 0);
    else
        dp_icmp_own(w, m, port, l2, false);
}

static __attribute__((cold, noinline)) void own_fragment(struct dp_worker *w, struct rte_mbuf *m,
                                                         uint16_t port, uint8_t l2, bool is6)
{
    struct rte_mbuf *whole = is6 ? dp_reass_ip6(w, m, l2, false) : dp_reass_ip4(w, m, l2, false);
    if (!whole)
        return;
    uint8_t *ip = rte_pktmbuf_mtod_offset(whole, uint8_t *, l2);
    uint32_t hdr = is6 ? WIRE_IP6_BYTES : wire_ip4_hdr_len(ip);
    own_ip(w, whole, port, ip[wire_ip_proto_at(is6)], ip + hdr, wire_ip_len(ip, is6) - hdr, l2);
}

static bool cksum_is_good(const struct dp_port *port, const struct rte_mbuf *m, const uint8_t *ip,
                          uint32_t ihl)
{
    if (port->params.rx_ip4_cksum &&
        (m->ol_flags & RTE_MBUF_F_RX_IP_CKSUM_MASK) == RTE_MBUF_F_RX_IP_CKSUM_GOOD)
        return true;
    return wire_csum(base_span(ip, ihl)) == 0;
}

static void frame_ip4(struct dp_worker *w, struct rte_mbuf *m, uint16_t port, uint8_t *ip, uint32_t room,
                      uint8_t l2)
{
    uint32_t ihl = room ? wire_ip4_hdr_len(ip) : 0;
    if (room < WIRE_IP4_BYTES || ip[0] >> 4 != 4 || ihl < WIRE_IP4_BYTES || ihl > room) {
        dp_drop_mbuf(w, m, DP_DROP_malformed);
        return;
    }
    uint32_t total = dp_get16(ip + WIRE_IP4_AT_LEN);
    if (total < ihl || total > room) {
        dp_drop_mbuf(w, m, DP_DROP_malformed);
        return;
    }
    if (!cksum_is_good(&w->dp->ports[port], m, ip, ihl)) {
        dp_drop_mbuf(w, m, DP_DROP_bad_checksum);
        return;
    }
    if (!dp_own4_find(w->dp, dp_load32(ip + WIRE_IP4_AT_DST)))
        dp_put_out(dp_put(&w->out), m, ip, total, 0, dp_head(w, ip, false));
    else if (dp_get16(ip + WIRE_IP4_AT_FRAG) & FRAG_MASK)
        own_fragment(w, m, port, l2, false);
    else
        own_ip(w, m, port, ip[WIRE_IP4_AT_PROTO], ip + ihl, total - ihl, l2);
}

static bool own6_find(const struct dp_worker *w, const uint8_t *addr)
{
    uint32_t adj = dp_fib_find(w->fib, true, addr);
    return adj && w->adjs[adj].kind == DP_ADJ_LOCAL;
}

static void frame_ip6(struct dp_worker *w, struct rte_mbuf *m, uint16_t port, uint8_t *ip, uint32_t room,
                      uint8_t l2, bool is_multicast)
{
    uint32_t total = room >= WIRE_IP6_BYTES ? WIRE_IP6_BYTES + (uint32_t)dp_get16(ip + WIRE_IP6_AT_LEN) : 0;
    if (room < WIRE_IP6_BYTES || ip[0] >> 4 != 6 || total > room) {
        dp_drop_mbuf(w, m, DP_DROP_malformed);
        return;
    }
    uint8_t type =
        ip[WIRE_IP6_AT_NEXT] == WIRE_PROTO_ICMP6 && total > WIRE_IP6_BYTES ? ip[WIRE_IP6_BYTES] : 0;
    if (type >= WIRE_ICMP6_ROUTER_SOLICIT && type <= WIRE_ICMP6_REDIRECT) /* RFC 4861 */
        dp_punt(w, m, port, DP_PUNT_ND, l2);
    else if (is_multicast || ip[WIRE_IP6_AT_DST] == 0xff)
        dp_drop_mbuf(w, m, DP_DROP_multicast);
    else if (!own6_find(w, ip + WIRE_IP6_AT_DST))
        dp_put_out(dp_put(&w->out), m, ip, total, DP_PKT_INNER6, dp_head(w, ip, true));
    else if (ip[WIRE_IP6_AT_NEXT] == WIRE_IP6_FRAGMENT)
        own_fragment(w, m, port, l2, true);
    else
        own_ip(w, m, port, ip[WIRE_IP6_AT_NEXT], ip + WIRE_IP6_BYTES, total - WIRE_IP6_BYTES, l2);
}

static bool is_tag(uint16_t type)
{
    return type == WIRE_ETH_VLAN || type == WIRE_ETH_QINQ;
}

static void tag_remove(struct rte_mbuf *m)
{
    uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *);
    memmove(p + WIRE_VLAN_BYTES, p, 2 * WIRE_MAC_BYTES);
    rte_pktmbuf_adj(m, WIRE_VLAN_BYTES);
}

/*
 * Whether a frame, whose header and tag are there, is of the port's VLAN, or of none where the port has none;
 * id 0 names no VLAN, only a priority (IEEE 802.1Q). The tag is in the frame, or the port took it off. One
 * behind another is never ours. *l2 becomes the Ethernet header's length.
 */
static bool tag_take(const struct dp_port *at, struct rte_mbuf *m, uint8_t *l2)
{
    const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
    const uint16_t vlan = at->params.vlan, type = dp_get16(p + 2 * WIRE_MAC_BYTES);
    const bool is_off = m->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED;
    *l2 = WIRE_ETH_BYTES;
    if (is_off || !is_tag(type))
        return !is_tag(type) && (is_off ? m->vlan_tci & WIRE_VLAN_ID : 0) == vlan;
    if (type != WIRE_ETH_VLAN || (dp_get16(p + WIRE_ETH_BYTES) & WIRE_VLAN_ID) != vlan ||
        is_tag(dp_get16(p + WIRE_ETH_BYTES + WIRE_VLAN_BYTES - 2)))
        return false;
    if (vlan)
        *l2 = WIRE_ETH_BYTES + WIRE_VLAN_BYTES;
    else
        tag_remove(m);
    return true;
}

/* Anything; the common case has its own way below. */
static __attribute__((noinline)) void frame_take(struct dp_worker *w, uint16_t port, struct rte_mbuf *m)
{
    const struct dp_port *at = &w->dp->ports[port];
    if (m->nb_segs > 1 && rte_pktmbuf_linearize(m) != 0) {
        dp_drop_mbuf(w, m, DP_DROP_segments);
        return;
    }
    uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *), l2;
    if (m->data_len < WIRE_ETH_BYTES || (dp_get16(p + 2 * WIRE_MAC_BYTES) == WIRE_ETH_VLAN &&
                                         m->data_len < WIRE_ETH_BYTES + WIRE_VLAN_BYTES)) {
        dp_drop_mbuf(w, m, DP_DROP_malformed);
        return;
    }
    const bool is_multicast = p[0] & 1;
    if (!is_multicast && (dp_load64(p) & MAC_MASK) != at->mac_word) {
        dp_drop_mbuf(w, m, DP_DROP_not_for_us);
        return;
    }
    if (!tag_take(at, m, &l2)) {
        dp_drop_mbuf(w, m, DP_DROP_vlan);
        return;
    }
    p = rte_pktmbuf_mtod(m, uint8_t *);
    const uint32_t len = m->pkt_len; /* which is right also for what was put together (dp_large.h) */
    switch (dp_get16(p + l2 - 2)) {
    case WIRE_ETH_ARP:
        dp_punt(w, m, port, DP_PUNT_ARP, l2);
        break;
    case WIRE_ETH_IP4:
        if (is_multicast)
            dp_drop_mbuf(w, m, DP_DROP_multicast);
        else
            frame_ip4(w, m, port, p + l2, len - l2, l2);
        break;
    case WIRE_ETH_IP6:
        frame_ip6(w, m, port, p + l2, len - l2, l2, is_multicast);
        break;
    default:
        dp_drop_mbuf(w, m, DP_DROP_not_ip);
        break;
    }
}

/* What is the same for all frames of a burst. */
struct scan {
    __m128i want, care; /* of the first 16 bytes: our MAC address, IPv4 without options */
    uint64_t good;      /* ol_flags & its mask where the port found the header checksum right */
    uint64_t bytes;     /* of the frames that were taken */
    uint32_t changes;   /* packets that do not go the way of the one before */
};

static inline struct scan scan_begin(const struct dp_port *at)
{
    return (struct scan){
        .want = _mm_set_epi64x(0x45000800000000, (long long)at->mac_word),
        .care = _mm_set_epi64x(0xffffff00000000, 0xffffffffffff),
        .good = at->rx_ip4_cksum ? RTE_MBUF_F_RX_IP_CKSUM_GOOD : UINT64_MAX,
    };
}

static inline bool eth_is_wanted(const struct scan *s, const uint8_t *p)
{
    const __m128i seen = _mm_loadu_si128((const __m128i *)(const void *)p);
    return _mm_testz_si128(_mm_xor_si128(seen, s->want), s->care);
}

static inline bool ip4_is_good(const struct scan *s, const struct rte_mbuf *m, const uint8_t *ip)
{
    return (m->ol_flags & RTE_MBUF_F_RX_IP_CKSUM_MASK) == s->good ||
           dp_cksum_fold(dp_ip4_sum20(ip)) == 0xffff;
}

/*
 * The common case: untagged IPv4 without options, in one piece, to our MAC address. Returns its total length,
 * not less than a header; 0: none of that. The 16 bytes at p that are read first are in the buffer.
 */
static inline uint32_t frame_plain4(const struct scan *s, const struct rte_mbuf *m, const uint8_t *p)
{
    const uint8_t *ip = p + WIRE_ETH_BYTES;
    if (m->nb_segs != 1 || m->data_len < WIRE_ETH_BYTES + WIRE_IP4_BYTES || !eth_is_wanted(s, p) ||
        unlikely(m->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED))
        return 0;
    uint32_t total = dp_get16(ip + WIRE_IP4_AT_LEN);
    if (total + WIRE_ETH_BYTES > m->data_len || total < WIRE_IP4_BYTES ||
        dp_load16(ip + WIRE_IP4_AT_FRAG) & RTE_BE16(FRAG_MASK) || !ip4_is_good(s, m, ip))
        return 0;
    return total;
}

/* ESP in UDP to an own address, from f on. Returns the first frame that is something else. (The loops of both
 * have no call inside, so that all is in registers.) */
static __attribute__((noinline)) struct rte_mbuf **esp4_run(struct dp_worker *w, const struct dp_port *at,
                                                            struct rte_mbuf **f, struct rte_mbuf **end)
{
    const bool is_mixed = w->in.is_mixed;
    struct scan s = scan_begin(at);
    struct dp_pkt *begin = w->in.pkt + w->in.count, *next = begin;
    uint8_t *const ins = w->tables->in;
    /* Pairs with control's release-store. */
    const struct sad_spis *spis = atomic_load_explicit(&w->tables->spis, memory_order_acquire);
    const uint32_t spi_mask = spis->mask;
    const struct esp_key_shape key = w->tables->key;
    struct sad_in *last = NULL; /* its lines are on their way */
    uint32_t last_spi = 0;      /* network order; of last */
    uint64_t own = UINT64_MAX;  /* an own address, network order */
    for (; f < end; f++) {
        struct rte_mbuf *m = *f;
        uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *), *ip = p + WIRE_ETH_BYTES;
        uint8_t *udp = ip + WIRE_IP4_BYTES, *esp = udp + WIRE_UDP_BYTES;
        if (f + AHEAD < end)
            rte_prefetch0(rte_pktmbuf_mtod(f[AHEAD], uint8_t *));
        uint32_t total = frame_plain4(&s, m, p);
        if (!total || ip[WIRE_IP4_AT_PROTO] != WIRE_PROTO_UDP)
            break;
        uint64_t addrs = dp_load64(ip + WIRE_IP4_AT_SRC), dst = addrs >> 32;
        if (dst != own && !dp_own4_find(w->dp, (uint32_t)dst))
            break;
        const uint32_t len = total - WIRE_IP4_BYTES - WIRE_UDP_BYTES; /* if UDP says so, too */
        if (total < WIRE_IP4_BYTES + WIRE_UDP_BYTES + 4 ||
            dp_get16(udp + WIRE_UDP_AT_LEN) != len + WIRE_UDP_BYTES ||
            dp_load16(udp + WIRE_UDP_AT_DST) != RTE_BE16(WIRE_NATT_PORT) || dp_load32(esp) == 0)
            break;
        const uint32_t spi_be = dp_load32(esp);
        struct sad_in *in = !is_mixed && spi_be == last_spi
                                ? last
                                : sad_in_of(ins, spis, spi_mask, __builtin_bswap32(spi_be));
        if (is_mixed || in != last) {
            s.changes += in != last;
            dp_in_prefetch(in, &key, len);
        }
        dp_put_in(next, in, m, esp, len, ce_flag(ip[WIRE_IP4_AT_TOS]), WIRE_ETH_BYTES);
        next->addrs = addrs;
        next->src_port = dp_load16(udp);
        next++;
        last = in;
        last_spi = spi_be;
        own = dst;
        s.bytes += m->data_len;
    }
    w->in.count = (uint16_t)(next - w->in.pkt);
    if (next != begin)
        w->in.is_mixed = s.changes * MIXED_RUN > (uint32_t)(next - begin);
    w->port_count[at - w->dp->ports].rx_bytes += s.bytes;
    return f;
}

/* Packets for somebody else, from f on. Returns the first frame that is something else. */
static __attribute__((noinline)) struct rte_mbuf **clear4_run(struct dp_worker *w, const struct dp_port *at,
                                                              struct rte_mbuf **f, struct rte_mbuf **end)
{
    const bool is_mixed = w->out.is_mixed;
    struct scan s = scan_begin(at);
    struct dp_pkt *begin = w->out.pkt + w->out.count, *next = begin;
    uint64_t last = UINT64_MAX; /* source and destination; broadcast to broadcast has no policy */
    uint32_t head = 0;
    for (; f < end; f++) {
        struct rte_mbuf *m = *f;
        uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *), *ip = p + WIRE_ETH_BYTES;
        if (f + AHEAD < end) {
            rte_prefetch0(rte_pktmbuf_mtod(f[AHEAD], uint8_t *));
            /* The line before, where the outer header will be written. */
            rte_prefetch0(rte_pktmbuf_mtod(f[AHEAD], uint8_t *) - RTE_CACHE_LINE_SIZE);
        }
        uint32_t total = frame_plain4(&s, m, p);
        if (!total)
            break;
        uint64_t addrs = dp_load64(ip + WIRE_IP4_AT_SRC);
        if (is_mixed || addrs != last) {
            if (dp_own4_find(w->dp, (uint32_t)(addrs >> 32)))
                break;
            s.changes += addrs != last;
            head = dp_head(w, ip, false);
        }
        dp_put_out(next++, m, ip, total, 0, head);
        last = addrs;
        s.bytes += m->data_len;
    }
    w->out.count = (uint16_t)(next - w->out.pkt);
    if (next != begin)
        w->out.is_mixed = s.changes * MIXED_RUN > (uint32_t)(next - begin);
    w->port_count[at - w->dp->ports].rx_bytes += s.bytes;
    return f;
}

void dp_classify_stream(struct dp_worker *w, struct rte_mbuf *m)
{
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *);
    const uint32_t head = wire_ip_bytes(ip[0] >> 4 == 6) + WIRE_UDP_BYTES;
    esp_put(w, m, ip + head, m->data_len - head, 0, dp_load16(ip + head - WIRE_UDP_BYTES + WIRE_UDP_AT_SRC),
            DP_PKT_STREAM);
}

void dp_classify(struct dp_worker *w, uint16_t port, struct rte_mbuf **frames, uint16_t count)
{
    const struct dp_port *at = &w->dp->ports[port];
    const bool is_fast = !at->has_vlan, is_inside = at->is_inside;
    struct rte_mbuf **f = frames, **end = frames + count;
    w->in.port = w->out.port = port;
    w->port_count[port].rx_pkts += count;
    while (f < end) {
        struct rte_mbuf **before = f;
        if (is_fast && !is_inside)
            f = esp4_run(w, at, f, end);
        if (is_fast && f < end)
            f = clear4_run(w, at, f, end);
        if (f == before) {
            w->port_count[port].rx_bytes += (*f)->pkt_len;
            frame_take(w, port, *f++);
        }
    }
}
