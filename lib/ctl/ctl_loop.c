/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control loop. It sleeps in epoll: signals, the control socket, finished jobs and what workers hand up
 * wake it at once. What has no descriptor (timers, what the SA tables report, upkeep) is looked at in each
 * turn: five hundred times a second while there is work, else fifty times and when the engine has a deadline.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "ctl.h"
#include "ctl_api.h"
#include "ctl_former.h"
#include "ctl_harden.h"
#include "ctl_ike.h"
#include "ctl_job.h"
#include "ctl_leases.h"
#include "ctl_notify.h"
#include "ctl_tell.h"
#include "host_log.h"
#include "node.h"

#define WAIT_BUSY_MS     2
#define WAIT_IDLE_MS     20
#define IDLE_AFTER_NS    (2 * BASE_NS_PER_S)
#define GOODBYE_NS       (2 * BASE_NS_PER_S)  /* for the next answer, when all peers were told */
#define GOODBYES_NS      BASE_NS_PER_MS       /* between some who are told and the next ones */
#define GOODBYE_MAX_NS   (12 * BASE_NS_PER_S) /* for all of it: less than TimeoutStopSec of the unit */
#define ASIDE_NAP_MS     1
#define EPOLL_EVENTS_MAX 16

/*
 * Some peers at a time, so that their DELETEs find room in the send queue: the worker that empties it may
 * have to wait for a core longer than they take to fill it.
 */
static void loop_tell_peers(struct ctl *ctl, base_time now)
{
    if (!ctl->loop.is_telling || !base_time_reached(ctl->loop.tell_peers_at, now) ||
        node_is_behind(ctl->node))
        return;
    ctl->loop.is_telling = ctl_event(ctl, &(struct ike_event){.type = IKE_EV_SHUTDOWN}) > 0;
    ctl->loop.tell_peers_at = base_time_add(now, GOODBYES_NS);
    ctl->loop.stop_by = ctl->loop.stop_at_last;
    if (!ctl->loop.is_telling)
        ctl->loop.stop_by = base_time_min(base_time_add(now, GOODBYE_NS), ctl->loop.stop_at_last);
}

static void loop_say_goodbye(struct ctl *ctl, base_time now)
{
    if (ctl->loop.is_stopping)
        return;
    host_log(HOST_NOTICE, "event=stopping");
    ctl->loop.is_stopping = ctl->loop.is_telling = true;
    atomic_store_explicit(&ctl->loop.stops_reading, true, memory_order_relaxed); /* with conf_is_unwanted() */
    ctl_notify_stopping(ctl);
    ctl->loop.stop_by = ctl->loop.stop_at_last = base_time_add(now, GOODBYE_MAX_NS);
    loop_tell_peers(ctl, now);
}

static void loop_reload(struct ctl *ctl)
{
    struct conf_report *report = calloc(1, sizeof *report);
    struct conf_diff diff;
    const int rc = report ? ctl_reload(ctl, report, &diff) : -ENOMEM;
    if (rc == 0)
        conf_diff_free(&diff);
    ctl->loop.wants_reload = rc == -EALREADY; /* what is read now may be older than the signal */
    free(report);
}

static void loop_on_signals(struct ctl *ctl, base_time now)
{
    struct signalfd_siginfo si;
    while (read(ctl->loop.signal_fd, &si, sizeof si) == (ssize_t)sizeof si) {
        if (si.ssi_signo == SIGHUP)
            loop_reload(ctl);
        else
            loop_say_goodbye(ctl, now);
    }
}

/* All that does not come through epoll. True when there was work. */
static bool loop_turn(struct ctl *ctl, base_time now)
{
    bool busy = node_turn(ctl->node, now);
    busy |= ctl_ike_events(ctl);
    busy |= ctl_ike_own_jobs(ctl);
    busy |= ctl_ike_names(ctl);
    ctl_ike_timer(ctl, now);
    ctl_leases_turn(ctl->leases, now);
    loop_tell_peers(ctl, now);
    ctl_harden_turn(ctl);
    ctl_tell(ctl, now);
    ctl_watch_turn(ctl, now);
    ctl_places_turn(ctl, now);
    ctl_notify_turn(ctl, now);
    ctl_former_turn(ctl);
    ctl->tally.log_lines_dropped = host_log_catch_up();
    return busy;
}

static void loop_ready(struct ctl *ctl, int fd, base_time now)
{
    if (fd == ctl->loop.signal_fd)
        loop_on_signals(ctl, now);
    else if (fd == ctl_jobs_fd(ctl->jobs))
        ctl_ike_jobs(ctl);
    else if (fd == node_fd(ctl->node))
        node_ready(ctl->node);
    else
        ctl_api_ready(ctl->api);
}

/*
 * For whoever is in a command or a signal that takes long. While it waits for work beside the loop, further
 * ones are taken; one of those that takes long as well has turns in which they wait.
 */
static void loop_turn_aside(struct ctl *ctl, bool waits)
{
    struct pollfd fds[] = {{.fd = ctl_jobs_fd(ctl->jobs), .events = POLLIN},
                           {.fd = node_fd(ctl->node), .events = POLLIN},
                           {.fd = ctl->loop.signal_fd, .events = POLLIN},
                           {.fd = ctl_api_fd(ctl->api), .events = POLLIN}};
    const size_t n = waits && ctl->loop.depth == 0 ? 4 : 2;
    const bool may_sleep = waits && !ctl_jobs_has_own(ctl->jobs) && node_may_sleep(ctl->node);
    ctl->loop.depth++;
    poll(fds, n, may_sleep ? ASIDE_NAP_MS : 0);
    if (may_sleep)
        node_awake(ctl->node);
    const base_time now = ctl_now();
    for (size_t i = 0; i < n; i++)
        if (fds[i].revents)
            loop_ready(ctl, fds[i].fd, now);
    loop_turn(ctl, now);
    ctl->loop.depth--;
    ctl->loop.busy_at = now;
}

static bool loop_is_done(struct ctl *ctl, base_time now)
{
    struct ike_stats s;
    if (!ctl->loop.is_stopping)
        return false;
    ike_stats(ctl->ike, &s);
    if (s.ike_sas < ctl->loop.sas_left && !ctl->loop.is_telling)
        ctl->loop.stop_by = base_time_min(base_time_add(now, GOODBYE_NS), ctl->loop.stop_at_last);
    ctl->loop.sas_left = s.ike_sas;
    return (s.ike_sas == 0 && !ctl->loop.is_telling) || base_time_reached(ctl->loop.stop_by, now);
}

/*
 * While there is work one tick takes all deadlines that have passed since the last one: with thousands of
 * tunnels a turn for each costs more than what it does. Else until the next one, if it is near.
 */
static int loop_wait_ms(const struct ctl *ctl, base_time now)
{
    if (ctl->loop.is_telling)
        return 1;
    if (base_time_since(now, ctl->loop.busy_at) <= IDLE_AFTER_NS)
        return WAIT_BUSY_MS;
    const uint64_t ms = base_time_since(ike_deadline(ctl->ike), now) / BASE_NS_PER_MS + 1;
    return ms < WAIT_BUSY_MS ? WAIT_BUSY_MS : ms < WAIT_IDLE_MS ? (int)ms : WAIT_IDLE_MS;
}

/* Sleeps until there is something to do, or not at all. Returns how many events there are. */
static int loop_wait(struct ctl *ctl, base_time now, struct epoll_event events[EPOLL_EVENTS_MAX])
{
    const int wait_ms = loop_wait_ms(ctl, now);
    if (ctl_jobs_has_own(ctl->jobs) || !node_may_sleep(ctl->node))
        return epoll_wait(ctl->loop.epoll_fd, events, EPOLL_EVENTS_MAX, 0);
    const int n = epoll_wait(ctl->loop.epoll_fd, events, EPOLL_EVENTS_MAX, wait_ms);
    node_awake(ctl->node);
    return n;
}

void ctl_run(struct ctl *ctl)
{
    struct epoll_event events[EPOLL_EVENTS_MAX];
    base_time now = ctl_now();
    ctl->loop.busy_at = now;
    ctl->loop.turn = loop_turn_aside;
    ctl_ike_actions(ctl);
    ctl_notify_ready(ctl, now);
    host_log_hold(true);
    while (!loop_is_done(ctl, now)) {
        const int n = loop_wait(ctl, now, events);
        now = ctl_now();
        for (int i = 0; i < n; i++)
            loop_ready(ctl, events[i].data.fd, now);
        if (ctl->loop.wants_reload && !ctl->loop.is_stopping)
            loop_reload(ctl);
        if (loop_turn(ctl, now) || n > 0)
            ctl->loop.busy_at = now;
    }
    host_log_hold(false);
}
