/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cutting an inner IPv4 packet before it is sealed (RFC 791 3.2; RFC 4459 3.4).
 *
 * Drops: no_mbuf, and those of dp_local_put() and dp_forward_ip().
 */
#include "dp_frag.h"

#include "dp_bytes.h"
#include "dp_drop.h"
#include "dp_local.h"
#include "dp_nexthop.h"

#define OPTION_COPIED 0x80

/* The header of a later fragment: only options with the copied flag. Returns its length. */
static uint32_t later_header(uint8_t out[60], const uint8_t *ip, uint32_t ihl)
{
    uint32_t len = WIRE_IP4_BYTES;
    memcpy(out, ip, WIRE_IP4_BYTES);
    for (uint32_t at = WIRE_IP4_BYTES; at < ihl && ip[at] != 0;) {
        uint32_t n = ip[at] == 1 ? 1 : at + 1 < ihl ? ip[at + 1] : 0;
        if (n == 0 || at + n > ihl || (ip[at] != 1 && n < 2))
            break;
        if (ip[at] & OPTION_COPIED) {
            memcpy(out + len, ip + at, n);
            len += n;
        }
        at += n;
    }
    while (len % 4)
        out[len++] = 0;
    out[0] = (uint8_t)(0x40 | len / 4);
    return len;
}

static void fragment_finish(uint8_t *p, uint32_t hdr, uint32_t len, uint32_t offset, bool has_more)
{
    dp_put16(p + WIRE_IP4_AT_LEN, (uint16_t)(hdr + len));
    dp_put16(p + WIRE_IP4_AT_FRAG, (uint16_t)((has_more ? WIRE_IP4_MF : 0) | offset / 8));
    dp_ip4_cksum_fill(p, hdr);
}

void dp_frag_inner(struct dp_worker *w, struct rte_mbuf *m, uint16_t mtu, bool is_to_seal, uint32_t spi)
{
    const uint8_t *ip = rte_pktmbuf_mtod(m, const uint8_t *);
    uint32_t ihl = wire_ip4_hdr_len(ip), payload = m->data_len - ihl;
    uint32_t before = (dp_get16(ip + WIRE_IP4_AT_FRAG) & WIRE_IP4_OFFSET) * 8;
    bool is_last_of_all = !(dp_get16(ip + WIRE_IP4_AT_FRAG) & WIRE_IP4_MF);
    uint8_t later[60];
    uint32_t later_len = later_header(later, ip, ihl);
    for (uint32_t at = 0; at < payload;) {
        const uint8_t *hdr = at ? later : ip;
        uint32_t hdr_len = at ? later_len : ihl;
        uint32_t n = (mtu - hdr_len) & ~7u;
        if (n >= payload - at)
            n = payload - at;
        struct rte_mbuf *piece = rte_pktmbuf_alloc(w->dp->params.pool);
        uint8_t *p = piece ? (uint8_t *)rte_pktmbuf_append(piece, (uint16_t)(hdr_len + n)) : NULL;
        if (!p) {
            rte_pktmbuf_free(piece);
            dp_drop_mbuf(w, m, DP_DROP_no_mbuf);
            return;
        }
        memcpy(p, hdr, hdr_len);
        memcpy(p + hdr_len, ip + ihl + at, n);
        fragment_finish(p, hdr_len, n, before + at, !(is_last_of_all && at + n == payload));
        piece->hash.usr = spi;
        if (is_to_seal)
            dp_local_put(w, piece, DP_PKT_TTL_DONE | DP_PKT_NAMED);
        else
            dp_forward_ip(w, piece);
        at += n;
    }
    rte_pktmbuf_free(m);
}
