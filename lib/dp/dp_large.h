/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Buffers for packets that no port sends or receives in one frame: what came in pieces, up to the largest
 * that IP knows.
 *
 * An mbuf counts its data in 16 bits, and a frame around the largest packet is longer. So these buffers have
 * more room than their mbuf says, and pkt_len alone tells how long such a frame is; what is behind the
 * Ethernet header says its length itself.
 */
#include <stdbool.h>
#include <stdint.h>
#include <rte_mbuf.h>
#include "wire_eth.h"
#include "wire_ip.h"

#define DP_LARGE_IP (WIRE_IP6_BYTES + UINT16_MAX) /* bytes of the largest packet */
#define DP_LARGE_L2 (WIRE_ETH_BYTES + WIRE_VLAN_BYTES)

/*
 * Makes count such buffers. Owned by the caller (rte_mempool_free()). NULL: no memory, or a pool of this name
 * exists; rte_errno tells. Thread: control.
 */
struct rte_mempool *dp_large_pool(const char *name, uint32_t count);

/* How many a data path with so many workers needs: what one burst of each can complete, and as many at
 * control. */
uint32_t dp_large_count(uint16_t workers);

/*
 * Whether m is such a buffer and fewer than half of its pool are left: who can do without it gives it back,
 * so that what waits elsewhere never takes them all. Thread: any.
 */
bool dp_large_is_scarce(const struct rte_mbuf *m, struct rte_mempool *large);

/*
 * A frame of len bytes (at most DP_LARGE_L2 + DP_LARGE_IP) for the caller to write, from the small pool when
 * it fits there, else from the large one, which may be NULL. NULL: none is left. Thread: any.
 */
struct rte_mbuf *dp_large_frame(struct rte_mempool *small, struct rte_mempool *large, uint32_t len);
