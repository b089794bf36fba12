/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The cipher of the outbound way. Packets of one class at a time; a burst of one class, which is the common
 * case, in one call.
 *
 * IN: w->out with op filled. OUT: sealed packets. Drops: crypto.
 */
#include "dp_stages.h"

#include <rte_branch_prediction.h>
#include "dp_drop.h"
#include "dp_worker.h"

/* A back end may refuse a packet; nothing unsealed may leave. */
static void failures_drop(struct dp_worker *w, struct dp_burst *b)
{
    uint16_t kept = 0;
    for (uint16_t i = 0; i < b->count; i++) {
        if (b->pkt[i].op.failed) {
            dp_drop_pkt(w, &b->pkt[i], DP_DROP_crypto);
            continue;
        }
        if (kept != i)
            b->pkt[kept] = b->pkt[i];
        kept++;
    }
    b->count = kept;
}

void dp_seal(struct dp_worker *w, struct dp_burst *b)
{
    size_t failed = 0;
    uint16_t i = 0;
    while (i < b->count) {
        const uint8_t cls = b->pkt[i].out->cls;
        uint16_t end = b->count;
        if (b->cls_mask & (b->cls_mask - 1))
            for (end = (uint16_t)(i + 1); end < b->count && b->pkt[end].out->cls == cls;)
                end++;
        const struct esp_burst ops = {&b->pkt[i].op, sizeof b->pkt[0], (size_t)(end - i), b->is_mixed};
        failed += w->esp_ops->seal(w->esp, cls, &ops);
        i = end;
    }
    if (unlikely(failed))
        failures_drop(w, b);
}
