/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The heap of deadlines. Knows nothing of what its timers are for.
 *
 * A place has the deadline beside the timer, and four places below it, side by side: with thousands of
 * timers a step down reads a line or two of the heap, and of the owners only the one that moves.
 */
#include "ike_timer.h"

#include <errno.h>
#include <stdlib.h>
#include "base_time.h"

#define WAYS 4

static void timer_place(struct ike_timers *ts, size_t i, struct ike_timer_place p)
{
    ts->heap[i] = p;
    p.timer->pos = i + 1;
}

static void sift_up(struct ike_timers *ts, size_t i, struct ike_timer_place p)
{
    while (i > 0) {
        const size_t up = (i - 1) / WAYS;
        if (ts->heap[up].at.ns <= p.at.ns)
            break;
        timer_place(ts, i, ts->heap[up]);
        i = up;
    }
    timer_place(ts, i, p);
}

static void sift_down(struct ike_timers *ts, size_t i, struct ike_timer_place p)
{
    for (;;) {
        const size_t first = WAYS * i + 1, end = first + WAYS < ts->count ? first + WAYS : ts->count;
        if (first >= ts->count)
            break;
        size_t down = first;
        for (size_t k = first + 1; k < end; k++)
            if (ts->heap[k].at.ns < ts->heap[down].at.ns)
                down = k;
        if (p.at.ns <= ts->heap[down].at.ns)
            break;
        timer_place(ts, i, ts->heap[down]);
        i = down;
    }
    timer_place(ts, i, p);
}

int ike_timer_reserve(struct ike_timers *ts, size_t count)
{
    if (count <= ts->cap)
        return 0;
    size_t cap = ts->cap ? ts->cap : 64;
    while (cap < count)
        cap *= 2;
    struct ike_timer_place *heap = realloc(ts->heap, cap * sizeof(*heap));
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
    const struct ike_timer_place p = {at, t};
    t->at = at;
    if (t->pos == 0)
        sift_up(ts, ts->count++, p);
    else if (at.ns < before.ns)
        sift_up(ts, t->pos - 1, p);
    else
        sift_down(ts, t->pos - 1, p);
}

void ike_timer_clear(struct ike_timers *ts, struct ike_timer *t)
{
    if (t->pos == 0)
        return;
    const size_t hole = t->pos - 1;
    const struct ike_timer_place last = ts->heap[--ts->count];
    t->pos = 0;
    if (last.timer == t)
        return;
    if (hole > 0 && ts->heap[(hole - 1) / WAYS].at.ns > last.at.ns)
        sift_up(ts, hole, last);
    else
        sift_down(ts, hole, last);
}

struct ike_timer *ike_timer_first(const struct ike_timers *ts)
{
    return ts->count ? ts->heap[0].timer : NULL;
}

void ike_timer_fini(struct ike_timers *ts)
{
    free(ts->heap);
    *ts = (struct ike_timers){0};
}
