/* SPDX-License-Identifier: BSD-3-Clause */
/* Buffers for packets that no port sends or receives in one frame. */
#include "dp_large.h"

#include <rte_errno.h>
#include <rte_mbuf_pool_ops.h>

#define BEHIND 64 /* bytes that wide loads and an ESN touch behind a packet */
#define ROOM   RTE_ALIGN(RTE_PKTMBUF_HEADROOM + DP_LARGE_L2 + DP_LARGE_IP + BEHIND, RTE_CACHE_LINE_SIZE)
#define EACH   32 /* per worker, and for control */

_Static_assert(ROOM > UINT16_MAX, "an mbuf does not know all of its room");

struct rte_mempool *dp_large_pool(const char *name, uint32_t count)
{
    struct rte_pktmbuf_pool_private shape = {.mbuf_data_room_size = UINT16_MAX};
    struct rte_mempool *pool = rte_mempool_create_empty(name, count, sizeof(struct rte_mbuf) + ROOM, 0,
                                                        sizeof shape, SOCKET_ID_ANY, 0);
    if (!pool)
        return NULL;
    if (rte_mempool_set_ops_byname(pool, rte_mbuf_best_mempool_ops(), NULL) != 0) {
        rte_mempool_free(pool);
        return NULL;
    }
    rte_pktmbuf_pool_init(pool, &shape);
    const int n = rte_mempool_populate_default(pool);
    if (n < 0) {
        rte_mempool_free(pool);
        rte_errno = -n;
        return NULL;
    }
    rte_mempool_obj_iter(pool, rte_pktmbuf_init, NULL);
    return pool;
}

uint32_t dp_large_count(uint16_t workers)
{
    return EACH * (workers + 1u);
}

bool dp_large_is_scarce(const struct rte_mbuf *m, struct rte_mempool *large)
{
    return large && m->pool == large && rte_mempool_avail_count(large) < large->size / 2;
}

struct rte_mbuf *dp_large_frame(struct rte_mempool *small, struct rte_mempool *large, uint32_t len)
{
    const bool is_small = RTE_PKTMBUF_HEADROOM + len <= rte_pktmbuf_data_room_size(small);
    struct rte_mempool *pool = is_small ? small : large;
    struct rte_mbuf *m = pool ? rte_pktmbuf_alloc(pool) : NULL;
    if (!m)
        return NULL;
    m->data_len = RTE_MIN(len, rte_pktmbuf_tailroom(m));
    m->pkt_len = len;
    return m;
}
