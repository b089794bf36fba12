/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Bytes that are owned by whoever has the struct. Zeroed: none. */
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"

struct ike_blob {
    uint8_t *ptr;
    size_t len;
};

static inline struct base_span ike_blob_span(const struct ike_blob *b)
{
    return base_span(b->ptr, b->len);
}

/* Copies the bytes, which may be none; what was there is freed. 0, or -ENOMEM: it has what it had. */
int ike_blob_set(struct ike_blob *b, struct base_span bytes);

/* Frees; none is left. */
void ike_blob_free(struct ike_blob *b);
