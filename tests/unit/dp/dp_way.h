/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* From one gateway's inside to the other's: a packet that A seals, and what must arrive behind B. */
#include "dp_rig.h"

/* A UDP packet of len bytes from behind A to behind B, as A sends it; NULL: it sends nothing. */
static inline struct rte_mbuf *rig_sealed(struct rig *r, uint32_t len)
{
    rig_in(r, &r->a, RIG_INSIDE, rig_frame(0x11, "10.1.0.9", "10.2.0.9", len));
    return rig_out(&r->a, RIG_OUTSIDE);
}

/* TTL went down by two; the checksum is right again; nothing else changed. Frees m. */
static inline void rig_assert_arrived(struct rte_mbuf *m, uint32_t len)
{
    struct rte_mbuf *want = rig_frame(0x32, "10.1.0.9", "10.2.0.9", len);
    uint8_t *p = rte_pktmbuf_mtod(want, uint8_t *);
    assert_non_null(m);
    rig_mac(p + 6, 0x12);
    dp_ip4_ttl_dec(p + 14);
    dp_ip4_ttl_dec(p + 14);
    assert_int_equal(m->pkt_len, 14 + len);
    assert_int_equal(m->data_len, 14 + len);
    assert_memory_equal(rte_pktmbuf_mtod(m, uint8_t *), p, 14 + len);
    assert_int_equal(dp_cksum_fold(dp_ip4_sum20(rte_pktmbuf_mtod(m, uint8_t *) + 14)), 0xffff);
    rte_pktmbuf_free(m);
    rte_pktmbuf_free(want);
}

/* The IPv4 header of a frame whose bytes were changed, made right again. */
static inline uint8_t *rig_ip4_fix(struct rte_mbuf *m)
{
    uint8_t *ip = rte_pktmbuf_mtod(m, uint8_t *) + 14;
    dp_put16(ip + 10, 0);
    dp_store16(ip + 10, (uint16_t)~dp_cksum_fold(dp_ip4_sum20(ip)));
    return ip;
}

/* That a frame which goes in leaves by no port and is dropped by this name, once. */
static inline void rig_assert_dropped(struct rig *r, struct rig_gateway *g, uint16_t port, struct rte_mbuf *m,
                                      enum dp_drop why)
{
    const uint64_t before = rig_drops(g, why);
    rig_in(r, g, port, m);
    assert_null(rig_out(g, RIG_INSIDE));
    assert_null(rig_out(g, RIG_OUTSIDE));
    assert_int_equal(rig_drops(g, why), before + 1);
}
