/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Where a packet lies in its buffer. Thread: the mbuf's owner. */
#include <stddef.h>
#include <string.h>
#include <rte_mbuf.h>

_Static_assert(offsetof(struct rte_mbuf, data_len) == offsetof(struct rte_mbuf, pkt_len) + 4 &&
                   offsetof(struct rte_mbuf, vlan_tci) == offsetof(struct rte_mbuf, pkt_len) + 6,
               "a frame's lengths are one store");

/* The mbuf, of one segment, spans len bytes from here on. */
static inline void dp_mbuf_span(struct rte_mbuf *m, const uint8_t *from, uint32_t len)
{
    uint64_t lens = len | (uint64_t)len << 32;
    m->data_off = (uint16_t)(from - (const uint8_t *)m->buf_addr);
    memcpy(&m->pkt_len, &lens, 8);
}
