/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The cipher of the inbound way. Packets of one class at a time; a burst of one class, which is the common
 * case, in one call.
 *
 * IN: w->in with op filled. OUT: opened packets, op.failed.
 */
#include "dp_stages.h"

#include "dp_worker.h"

void dp_open(struct dp_worker *w, struct dp_burst *b)
{
    uint16_t i = 0;
    while (i < b->count) {
        const uint8_t cls = b->pkt[i].in->cls;
        uint16_t end = b->count;
        if (b->cls_mask & (b->cls_mask - 1))
            for (end = (uint16_t)(i + 1); end < b->count && b->pkt[end].in->cls == cls;)
                end++;
        const struct esp_burst ops = {&b->pkt[i].op, sizeof b->pkt[0], (size_t)(end - i), b->is_mixed};
        w->esp_ops->open(w->esp, cls, &ops);
        i = end;
    }
}
