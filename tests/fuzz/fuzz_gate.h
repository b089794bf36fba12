/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A gateway that fuzz targets throw frames at: B of the unit tests' rig, whose ESP has no cryptography, so
 * that a target can seal what it wants. Each input gets a gateway of its own; what goes in comes out, is
 * dropped by a name, or is kept, and at the end no buffer is left.
 */
#include "base_span.h"
#include "dp_rig.h"
#include "xor_esp.h"

static inline void gate_require(bool is_so)
{
    if (!is_so)
        abort();
}

static inline struct rig gate_make(void)
{
    rig_esp = &xor_esp_ops;
    return rig_make(&rig_gcm128, NULL, false, true, 1500);
}

/* A frame of these bytes to a port with that MAC address; NULL: it is longer than a buffer. */
static inline struct rte_mbuf *gate_frame(uint8_t mac_last, uint16_t type, struct base_span bytes)
{
    struct rte_mbuf *m = rte_pktmbuf_alloc(rig_pool);
    gate_require(m != NULL);
    uint8_t *p = (uint8_t *)rte_pktmbuf_append(m, 14);
    uint8_t *body = bytes.len <= 9000 ? (uint8_t *)rte_pktmbuf_append(m, (uint16_t)bytes.len) : NULL;
    if (!body) {
        rte_pktmbuf_free(m);
        return NULL;
    }
    rig_mac(p, mac_last);
    rig_mac(p + 6, 0x77);
    dp_put16(p + 12, type);
    if (bytes.len)
        memcpy(body, bytes.ptr, bytes.len);
    return m;
}

/* MAC address of a port of B. */
static inline uint8_t gate_mac(uint16_t port)
{
    return port == RIG_INSIDE ? 0x12 : 0x22;
}

/* Takes what B sent; look (NULL: nobody) sees each frame before it is freed. */
static inline void gate_drain(struct rig *r, void (*look)(uint16_t port, const struct rte_mbuf *m))
{
    dp_turn(r->b.w);
    for (uint16_t port = RIG_INSIDE; port <= RIG_OUTSIDE; port++)
        for (struct rte_mbuf *m; (m = rig_out(&r->b, port));) {
            gate_require(m->data_len == m->pkt_len || m->nb_segs > 1);
            if (look)
                look(port, m);
            rte_pktmbuf_free(m);
        }
}

/* Answers what the workers could not, as control does. */
static inline void gate_control(struct rig *r, base_time now)
{
    struct dp_punt punt;
    uint16_t port;
    while (dp_punt_pop(r->b.dp, &punt))
        if (punt.reason == DP_PUNT_ARP || punt.reason == DP_PUNT_ND || punt.reason == DP_PUNT_RESOLVE)
            dp_resolve_punt(r->b.dp, now, &punt);
        else
            rte_pktmbuf_free(punt.mbuf);
    for (struct rte_mbuf *m; (m = dp_host_pop(r->b.dp, &port));)
        rte_pktmbuf_free(m);
    dp_resolve_tick(r->b.dp, now);
}
