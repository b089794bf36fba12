/* SPDX-License-Identifier: BSD-3-Clause */
/* From the heap, which maps what is large, with a word to the kernel. */
#include "base_large.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define LARGE_BYTES (4u << 20) /* two huge pages at least: one may lie whole in it */
#define PAGE_BYTES  4096u

void *base_large_new(size_t n, size_t size)
{
    uint8_t *p = calloc(n, size);
    if (!p || n * size < LARGE_BYTES)
        return p;
    const size_t skip = (PAGE_BYTES - (uintptr_t)p % PAGE_BYTES) % PAGE_BYTES;
    (void)madvise(p + skip, (n * size - skip) / PAGE_BYTES * PAGE_BYTES, MADV_HUGEPAGE); /* advice only */
    return p;
}
