/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A heap of a few sizes. A free block waits in the list of its size; a new one is cut from the current chunk.
 * What is freed is zeros, so nothing has to be cleared for the next one but the link. Chunks stay: the heap
 * is as large as it once had to be. A block that is no small one has pages of its own.
 *
 * With the sanitizers blocks come from malloc(), so that they see who uses them after their end.
 */
#include "base_secret.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "base_wipe.h"

#define STEP        64u /* sizes are multiples of it */
#define SMALL_MAX   (16u << 10)
#define CHUNK_BYTES ((size_t)2 << 20) /* a huge page */
#define PAGE_BYTES  4096u

struct block {
    size_t bytes; /* with this head; kept while it is free */
    struct block *next;
    _Alignas(16) uint8_t room[];
};

bool base_secret_guard(void *pages, size_t bytes)
{
    /* Advice only: a kernel without these still works. */
    (void)madvise(pages, bytes, MADV_DONTDUMP);
    (void)madvise(pages, bytes, MADV_DONTFORK);
    return mlock2(pages, bytes, MLOCK_ONFAULT) == 0;
}

#ifdef CULVERT_SANITIZED
static struct block *block_new(size_t bytes)
{
    return calloc(1, bytes);
}

static void block_free(struct block *b)
{
    free(b);
}
#else
static struct {
    pthread_mutex_t lock; /* guards the rest */
    struct block *free[SMALL_MAX / STEP + 1];
    uint8_t *fresh;
    size_t fresh_bytes;
} heap = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void *pages_new(size_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    (void)base_secret_guard(p, bytes);
    return p;
}

/*
 * Where a huge page fits, and one where the system has them: IKE SAs of a few KiB each are cut from it, and a
 * page that the system must bring amid a handshake costs more than what is written to it.
 */
static uint8_t *chunk_new(void)
{
    uint8_t *p = mmap(NULL, 2 * CHUNK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    const size_t before = (CHUNK_BYTES - (uintptr_t)p % CHUNK_BYTES) % CHUNK_BYTES;
    if (before)
        (void)munmap(p, before);
    p += before;
    (void)munmap(p + CHUNK_BYTES, CHUNK_BYTES - before);
    (void)madvise(p, CHUNK_BYTES, MADV_HUGEPAGE); /* advice: without them it is many small ones */
    (void)base_secret_guard(p, CHUNK_BYTES);
    return p;
}

/* From the chunk; what is left of the one before is too little for anybody and stays zeros. */
static struct block *block_cut(size_t bytes)
{
    if (heap.fresh_bytes < bytes) {
        heap.fresh = chunk_new();
        heap.fresh_bytes = heap.fresh ? CHUNK_BYTES : 0;
    }
    if (!heap.fresh)
        return NULL;
    struct block *b = (struct block *)(void *)heap.fresh;
    heap.fresh += bytes;
    heap.fresh_bytes -= bytes;
    return b;
}

static struct block *block_new(size_t bytes)
{
    if (bytes > SMALL_MAX)
        return pages_new(bytes);
    pthread_mutex_lock(&heap.lock);
    struct block **list = &heap.free[bytes / STEP], *b = *list;
    if (b)
        *list = b->next;
    else
        b = block_cut(bytes);
    pthread_mutex_unlock(&heap.lock);
    return b;
}

static void block_free(struct block *b)
{
    if (b->bytes > SMALL_MAX) {
        (void)munmap(b, b->bytes);
        return;
    }
    pthread_mutex_lock(&heap.lock);
    struct block **list = &heap.free[b->bytes / STEP];
    b->next = *list;
    *list = b;
    pthread_mutex_unlock(&heap.lock);
}
#endif

void *base_secret_new(size_t bytes)
{
    if (bytes > SIZE_MAX / 2)
        return NULL;
    size_t all = (sizeof(struct block) + bytes + STEP - 1) / STEP * STEP;
    if (all > SMALL_MAX)
        all = (all + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    struct block *b = block_new(all);
    if (!b)
        return NULL;
    b->bytes = all;
    b->next = NULL;
    return b->room;
}

void base_secret_free(void *p)
{
    if (!p)
        return;
    struct block *b = (struct block *)(void *)((uint8_t *)p - offsetof(struct block, room));
    base_wipe(b->room, b->bytes - sizeof *b);
    block_free(b);
}
