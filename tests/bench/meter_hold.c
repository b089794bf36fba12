/* SPDX-License-Identifier: BSD-3-Clause */
/* A queue of copied frames in one piece of memory; it never shrinks. */
#include "meter_hold.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "meter_flow.h"

int meter_hold_init(struct meter_hold *h, uint32_t cap)
{
    memset(h, 0, sizeof(*h));
    h->bytes = malloc((size_t)cap * METER_PKT_MAX);
    h->length = malloc(cap * sizeof(*h->length));
    if (!h->bytes || !h->length) {
        meter_hold_fini(h);
        return -ENOMEM;
    }
    h->cap = cap;
    return 0;
}

void meter_hold_fini(struct meter_hold *h)
{
    free(h->bytes);
    free(h->length);
    memset(h, 0, sizeof(*h));
}

bool meter_hold_add(struct meter_hold *h, const uint8_t *data, uint32_t bytes)
{
    if (h->count == h->cap || bytes > METER_PKT_MAX)
        return false;
    memcpy(h->bytes + h->end, data, bytes);
    h->end += bytes;
    h->length[h->count++] = (uint16_t)bytes;
    return true;
}

uint32_t meter_hold_next(void *hold, uint8_t *data)
{
    struct meter_hold *h = hold;
    if (h->read == h->count)
        return 0;
    uint32_t bytes = h->length[h->read++];
    memcpy(data, h->bytes + h->at, bytes);
    h->at += bytes;
    return bytes;
}
