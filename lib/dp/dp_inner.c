/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A place is filled before its family is published, and is not filled again before each worker has seen that
 * it is nobody's.
 */
#include "dp_inner.h"

#include <errno.h>
#include <string.h>
#include "dp_fib.h"
#include "dp_own.h"
#include "wire_ip.h"

uint16_t dp_inner_port(const struct dp *dp, const uint8_t *addr, bool is6)
{
    const uint8_t want = is6 ? BASE_AF_IP6 : BASE_AF_IP4;
    if (!atomic_load_explicit(&dp->n_inners, memory_order_relaxed))
        return DP_PORT_NONE;
    for (size_t i = 0; i < DP_INNERS_MAX; i++) {
        const struct dp_inner *in = &dp->inners[i];
        if (atomic_load_explicit(&in->family, memory_order_acquire) == want &&
            memcmp(in->bytes, addr, wire_ip_addr_bytes(is6)) == 0)
            return in->port;
    }
    return DP_PORT_NONE;
}

static struct dp_inner *inner_at(struct dp *dp, const struct base_addr *addr)
{
    for (size_t i = 0; i < DP_INNERS_MAX; i++)
        if (atomic_load_explicit(&dp->inners[i].family, memory_order_relaxed) == addr->family &&
            memcmp(dp->inners[i].bytes, addr->bytes, base_addr_size(addr->family)) == 0)
            return &dp->inners[i];
    return NULL;
}

static struct dp_inner *inner_free_one(struct dp *dp)
{
    for (size_t i = 0; i < DP_INNERS_MAX; i++)
        if (!dp->inners[i].is_held)
            return &dp->inners[i];
    return NULL;
}

int dp_inner_add(struct dp *dp, uint16_t port, const struct base_addr *addr)
{
    struct dp_inner *in = inner_free_one(dp);
    if (port >= dp->params.n_ports || !dp->ports[port].params.has_host)
        return -EINVAL;
    if (inner_at(dp, addr) || dp_addr_is_own(dp, addr))
        return -EADDRINUSE;
    const int err = in ? dp_fib_inner_set(dp, atomic_load(&dp->fib), port, addr) : -ENOSPC;
    if (err)
        return err;
    in->is_held = true;
    in->port = port;
    memcpy(in->bytes, addr->bytes, sizeof in->bytes);
    atomic_store_explicit(&in->family, addr->family, memory_order_release);
    atomic_fetch_add_explicit(&dp->n_inners, 1, memory_order_relaxed);
    return 0;
}

static void inner_retired(void *ctx, uint64_t arg)
{
    struct dp_inner *in = ctx;
    (void)arg;
    in->is_held = false;
}

void dp_inner_remove(struct dp *dp, const struct base_addr *addr)
{
    struct dp_inner *in = inner_at(dp, addr);
    if (!in)
        return;
    dp_fib_host_clear(atomic_load(&dp->fib), addr);
    atomic_store_explicit(&in->family, BASE_AF_NONE, memory_order_relaxed);
    atomic_fetch_sub_explicit(&dp->n_inners, 1, memory_order_relaxed);
    sad_reclaim_defer(dp->reclaim, inner_retired, in, 0);
}
