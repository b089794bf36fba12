/* SPDX-License-Identifier: BSD-3-Clause */
/* The heap of deadlines. Knows nothing of what its timers are for. */
#include "ike_timer.h"

#include <errno.h>
#include <stdlib.h>
#include "base_time.h"

static void timer_place(struct ike_timers *ts, size_t i, struct ike_timer *t)
{
    ts->heap[i] = t;
    t->pos = i + 1;
}

static void sift_up(struct ike_timers *ts, size_t i, struct ike_timer *t)
{
    while (i > 0) {
        const size_t up = (i - 1) / 2;
        if (ts->heap[up]->at.ns <= t->at.ns)
            break;
        timer_place(ts, i, ts->heap[up]);
        i = up;
    }
    timer_place(ts, i, t);
}

static void sift_down(struct ike_timers *ts, size_t i, struct ike_timer *t)
{
    for (;;) {
        size_t down = 2 * i + 1;
        if (down >= ts->count)
            break;
        if (down + 1 < ts->count && ts->heap[down + 1]->at.ns < ts->heap[down]->at.ns)
            down++;
        if (t->at.ns <= ts->heap[down]->at.ns)
            break;
        timer_place(ts, i, ts->heap[down]);
        i = down;
    }
    timer_place(ts, i, t);
}

int ike_timer_reserve(struct ike_timers *ts, size_t count)
{
    if (count <= ts->cap)
        return 0;
    size_t cap = ts->cap ? ts->cap : 64;
    while (cap < count)
        cap *= 2;
    struct ike_timer **heap = realloc(ts->heap, cap * sizeof(*heap));
    if (!heap)
        return -ENOMEM;
    ts->heap = heap;
    ts->cap = cap;
    return 0;
}

void ike_timer_set(struct ike_timers *ts, struct ike_timer *t, base_time at)
{
    if (base_time_is_never(at)) {
        ike_timer_clear(ts, t);
        return;
    }
    const base_time before = t->at;
    t->at = at;
    if (t->pos == 0)
        sift_up(ts, ts->count++, t);
    else if (at.ns < before.ns)
        sift_up(ts, t->pos - 1, t);
    else
        sift_down(ts, t->pos - 1, t);
}

void ike_timer_clear(struct ike_timers *ts, struct ike_timer *t)
{
    if (t->pos == 0)
        return;
    const size_t hole = t->pos - 1;
    struct ike_timer *last = ts->heap[--ts->count];
    t->pos = 0;
    if (last == t)
        return;
    if (hole > 0 && ts->heap[(hole - 1) / 2]->at.ns > last->at.ns)
        sift_up(ts, hole, last);
    else
        sift_down(ts, hole, last);
}

struct ike_timer *ike_timer_first(const struct ike_timers *ts)
{
    return ts->count ? ts->heap[0] : NULL;
}

void ike_timer_fini(struct ike_timers *ts)
{
    free(ts->heap);
    *ts = (struct ike_timers){0};
}
