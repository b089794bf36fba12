/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fragments of packets for our own addresses are put together before anything else looks at them: a peer, or
 * a router on an IPv4 path, may have cut its ESP packet (RFC 4303 3.4.1). Each worker keeps a table of its
 * own, of a fixed size and with a short memory. Packets that are only forwarded are never put together.
 *
 * Drops: fragment, segments, frag_cap (what does not fit or waits too long).
 */
#include "dp_reass.h"

#include <stdlib.h>
#include <rte_ip_frag.h>
#include "dp_bytes.h"
#include "dp_drop.h"
#include "dp_worker.h"

/* A packet of at most RTE_LIBRTE_IP_FRAG_MAX_FRAG pieces is held, so a worker keeps at most 8 times as many
 * mbufs. The whole must fit one buffer, as every packet here does. */
#define PACKETS_MAX 256
#define BUCKETS     32
#define WAIT_MS     1000

struct dp_reass {
    struct rte_ip_frag_tbl *table;
    struct rte_ip_frag_death_row dead;
};

struct dp_reass *dp_reass_create(uint64_t tsc_hz)
{
    struct dp_reass *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->table = rte_ip_frag_table_create(BUCKETS, PACKETS_MAX / BUCKETS, PACKETS_MAX, tsc_hz * WAIT_MS / 1000,
                                        SOCKET_ID_ANY);
    if (r->table)
        return r;
    free(r);
    return NULL;
}

void dp_reass_free(struct dp_reass *r)
{
    if (!r)
        return;
    rte_ip_frag_free_death_row(&r->dead, 0);
    rte_ip_frag_table_destroy(r->table);
    free(r);
}

static void dead_bury(struct dp_worker *w)
{
    struct dp_reass *r = w->reass;
    w->count.drops[DP_DROP_frag_cap] += r->dead.cnt;
    rte_ip_frag_free_death_row(&r->dead, 0);
}

/* In one buffer again, as the rest of the data path wants it. NULL: dropped. */
static struct rte_mbuf *packet_joined(struct dp_worker *w, struct rte_mbuf *m)
{
    dead_bury(w);
    if (m && m->nb_segs > 1 && rte_pktmbuf_linearize(m) != 0) {
        dp_drop_mbuf(w, m, DP_DROP_segments);
        return NULL;
    }
    return m;
}

/* The library counts on frames that end with their packet. */
static void frame_trim(struct rte_mbuf *m, uint32_t len)
{
    m->data_len = (uint16_t)len;
    m->pkt_len = len;
}

struct rte_mbuf *dp_reass_ip4(struct dp_worker *w, struct rte_mbuf *m, uint8_t l2)
{
    uint8_t *ip = rte_pktmbuf_mtod_offset(m, uint8_t *, l2);
    const uint32_t ihl = wire_ip4_hdr_len(ip), total = dp_get16(ip + WIRE_IP4_AT_LEN);
    /* All pieces but the last are a multiple of 8 long (RFC 791 3.2). */
    if (total == ihl || (dp_get16(ip + WIRE_IP4_AT_FRAG) & WIRE_IP4_MF && (total - ihl) % 8)) {
        dp_drop_mbuf(w, m, DP_DROP_fragment);
        return NULL;
    }
    frame_trim(m, l2 + total);
    m->l2_len = l2;
    m->l3_len = ihl;
    m = packet_joined(w, rte_ipv4_frag_reassemble_packet(w->reass->table, &w->reass->dead, m, w->now_tsc,
                                                         (struct rte_ipv4_hdr *)ip));
    if (!m)
        return NULL;
    ip = rte_pktmbuf_mtod_offset(m, uint8_t *, l2);
    dp_ip4_cksum_fill(ip, wire_ip4_hdr_len(ip));
    return m;
}

/* Takes the fragment header out of a frame. */
static struct rte_mbuf *fragment_unwrapped(struct rte_mbuf *m, uint8_t l2)
{
    uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *), *ip = p + l2;
    dp_put16(ip + WIRE_IP6_AT_LEN, (uint16_t)(dp_get16(ip + WIRE_IP6_AT_LEN) - WIRE_IP6_FRAG_BYTES));
    ip[WIRE_IP6_AT_NEXT] = ip[WIRE_IP6_BYTES];
    memmove(p + WIRE_IP6_FRAG_BYTES, p, l2 + WIRE_IP6_BYTES);
    rte_pktmbuf_adj(m, WIRE_IP6_FRAG_BYTES);
    return m;
}

struct rte_mbuf *dp_reass_ip6(struct dp_worker *w, struct rte_mbuf *m, uint8_t l2)
{
    uint8_t *ip = rte_pktmbuf_mtod_offset(m, uint8_t *, l2);
    uint8_t *frag = ip + WIRE_IP6_BYTES;
    const uint32_t len = dp_get16(ip + WIRE_IP6_AT_LEN);
    const uint16_t place = len > WIRE_IP6_FRAG_BYTES ? dp_get16(frag + WIRE_IP6_FRAG_AT_PLACE) : 0;
    if (len <= WIRE_IP6_FRAG_BYTES || (place & WIRE_IP6_FRAG_MORE && (len - WIRE_IP6_FRAG_BYTES) % 8)) {
        dp_drop_mbuf(w, m, DP_DROP_fragment);
        return NULL;
    }
    frame_trim(m, l2 + WIRE_IP6_BYTES + len);
    /* An atomic fragment is a whole packet, whatever others have its ID (RFC 6946 4). */
    if (!(place & (WIRE_IP6_FRAG_OFFSET | WIRE_IP6_FRAG_MORE)))
        return fragment_unwrapped(m, l2);
    m->l2_len = l2;
    m->l3_len = WIRE_IP6_BYTES + WIRE_IP6_FRAG_BYTES;
    return packet_joined(w, rte_ipv6_frag_reassemble_packet(w->reass->table, &w->reass->dead, m, w->now_tsc,
                                                            (struct rte_ipv6_hdr *)ip,
                                                            (struct rte_ipv6_fragment_ext *)frag));
}
