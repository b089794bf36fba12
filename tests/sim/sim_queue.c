/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A binary heap of events. It does not run them: sim_world does, so that engine timers and events are
 * merged in one place.
 */
#include "sim_queue.h"
#include <stdlib.h>

static bool before(const struct sim_event *a, const struct sim_event *b)
{
    return a->at.ns != b->at.ns ? a->at.ns < b->at.ns : a->order < b->order;
}

static void swap(struct sim_event *a, struct sim_event *b)
{
    struct sim_event t = *a;
    *a = *b;
    *b = t;
}

void sim_queue_push(struct sim_queue *q, struct sim_event ev)
{
    if (q->count == q->cap) {
        q->cap = q->cap ? 2 * q->cap : 64;
        q->heap = realloc(q->heap, q->cap * sizeof *q->heap);
        if (!q->heap)
            abort();
    }
    ev.order = q->next_order++;
    size_t i = q->count++;
    q->heap[i] = ev;
    while (i && before(&q->heap[i], &q->heap[(i - 1) / 2])) {
        swap(&q->heap[i], &q->heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
}

static void sift_down(struct sim_queue *q)
{
    size_t i = 0;
    for (;;) {
        size_t least = i;
        for (size_t c = 2 * i + 1; c <= 2 * i + 2 && c < q->count; c++)
            if (before(&q->heap[c], &q->heap[least]))
                least = c;
        if (least == i)
            return;
        swap(&q->heap[i], &q->heap[least]);
        i = least;
    }
}

bool sim_queue_pop(struct sim_queue *q, base_time until, struct sim_event *out)
{
    if (!q->count || q->heap[0].at.ns > until.ns)
        return false;
    *out = q->heap[0];
    q->heap[0] = q->heap[--q->count];
    sift_down(q);
    return true;
}

base_time sim_queue_next(const struct sim_queue *q)
{
    return q->count ? q->heap[0].at : BASE_TIME_NEVER;
}

void sim_queue_free(struct sim_queue *q)
{
    for (size_t i = 0; i < q->count; i++)
        if (q->heap[i].is_owned)
            free(q->heap[i].arg);
    free(q->heap);
    *q = (struct sim_queue){0};
}
