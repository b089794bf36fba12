/* SPDX-License-Identifier: BSD-3-Clause */
/* Owned bytes: set, freed. */
#include "ike_blob.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base_span.h"

int ike_blob_set(struct ike_blob *b, struct base_span bytes)
{
    uint8_t *p = malloc(bytes.len ? bytes.len : 1);
    if (!p)
        return -ENOMEM;
    if (bytes.len)
        memcpy(p, bytes.ptr, bytes.len);
    ike_blob_free(b);
    *b = (struct ike_blob){p, bytes.len};
    return 0;
}

void ike_blob_free(struct ike_blob *b)
{
    free(b->ptr);
    *b = (struct ike_blob){NULL, 0};
}
