/* SPDX-License-Identifier: BSD-3-Clause */
/* Turns of the workers, counted five times a second. Looks count, not time: when this thread stood, too,
 * nobody hangs. */
#include "ctl_watch.h"

#include <inttypes.h>
#include <stdio.h>

#include "ctl.h"
#include "host_log.h"
#include "host_thread.h"
#include "node_view.h"

#define LOOK_NS     (200 * BASE_NS_PER_MS)
#define LOOKS_STUCK 4 /* in a row: an alarm after 0.8 to 1 s */

static void watch_why(struct ctl_watch_worker *w, int32_t tid)
{
    struct host_thread t;
    if (!host_thread_look(tid, &t))
        snprintf(w->why, sizeof w->why, "the kernel does not show its thread");
    else if (t.state == 'T' || t.state == 't')
        snprintf(w->why, sizeof w->why, "stopped by a signal or a debugger");
    else if (t.state != 'R')
        snprintf(w->why, sizeof w->why, "waits in the kernel%s%s", t.wchan[0] ? ", at " : "", t.wchan);
    else if (t.cpu_ticks == w->cpu_ticks)
        snprintf(w->why, sizeof w->why, "gets no time on its CPU: something else runs there");
    else
        snprintf(w->why, sizeof w->why, "computes and ends no turn");
}

static void watch_alarm(struct ctl *ctl, struct ctl_watch_worker *w, size_t index,
                        const struct node_worker_view *v)
{
    w->is_stuck = true;
    ctl->watch.n_stuck++;
    ctl->tally.workers_stuck++;
    watch_why(w, v->tid);
    host_log(HOST_ERR,
             "event=worker_stuck worker=%zu core=%" PRIu32 " thread=%" PRId32
             " why=\"%s\" effect=\"packets of its queues wait or are lost; control goes on\"",
             index, v->cpu, v->tid, w->why);
}

/* It took a turn since the last look. */
static void watch_moved(struct ctl *ctl, struct ctl_watch_worker *w, size_t index,
                        const struct node_worker_view *v, base_time now)
{
    if (w->is_stuck) {
        ctl->watch.n_stuck--;
        host_log(HOST_WARN, "event=worker_back worker=%zu core=%" PRIu32 " stood_ms=%" PRIu64, index, v->cpu,
                 (uint64_t)(base_time_since(now, w->since) / BASE_NS_PER_MS));
    }
    *w = (struct ctl_watch_worker){.polls = v->polls, .since = now};
}

static void watch_look(struct ctl *ctl, struct ctl_watch_worker *w, size_t index,
                       const struct node_worker_view *v, base_time now)
{
    struct host_thread t;
    if (v->polls != w->polls || w->since.ns == 0) {
        watch_moved(ctl, w, index, v, now);
        return;
    }
    w->looks++;
    if (w->looks == 1 && host_thread_look(v->tid, &t))
        w->cpu_ticks = t.cpu_ticks;
    if (w->looks == LOOKS_STUCK)
        watch_alarm(ctl, w, index, v);
}

void ctl_watch_turn(struct ctl *ctl, base_time now)
{
    struct node_worker_view v;
    if (!base_time_reached(ctl->watch.look_at, now))
        return;
    ctl->watch.look_at = base_time_add(now, LOOK_NS);
    for (size_t i = 0; i < CONF_CORES_MAX && node_view_worker(ctl->node, i, &v); i++)
        watch_look(ctl, &ctl->watch.workers[i], i, &v, now);
}
