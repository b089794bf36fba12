/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Address space reserved once, memory taken by touching it. So a table has one fixed base, which workers may
 * keep, and costs what is in it.
 */
#include "sad_mem.h"

#include <sys/mman.h>
#include "base_secret.h"

#define HUGE_BYTES (2u << 20)

void *sad_mem_reserve(size_t bytes, bool is_secret)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    /* Advice only: a system without these features still works. */
    if (bytes >= HUGE_BYTES)
        (void)madvise(p, bytes, MADV_HUGEPAGE);
    if (is_secret)
        (void)base_secret_guard(p, bytes);
    return p;
}

void sad_mem_release(void *p, size_t bytes)
{
    if (p)
        (void)munmap(p, bytes);
}
