/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control loop. It sleeps in epoll: signals, the control socket and finished jobs wake it at once; what
 * workers hand up waits in rings, which a worker cannot ring a bell for without a system call, so the loop
 * looks at them every millisecond while there is work and every four when there is none.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_mbuf.h>

#include "ctl.h"
#include "ctl_api.h"
#include "ctl_ike.h"
#include "ctl_job.h"
#include "host_log.h"
#include "ctl_pmtu.h"

#define PUNTS_PER_TURN   256
#define WAIT_BUSY_MS     1
#define WAIT_IDLE_MS     4
#define IDLE_AFTER_NS    (2 * BASE_NS_PER_S)
#define GOODBYE_NS       (2 * BASE_NS_PER_S)
#define EPOLL_EVENTS_MAX 16

base_time ctl_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (base_time){(uint64_t)ts.tv_sec * BASE_NS_PER_S + (uint64_t)ts.tv_nsec};
}

base_time ctl_time_of_tsc(const struct ctl *ctl, uint64_t tsc)
{
    const base_time now = ctl_now();
    const uint64_t tsc_now = rte_rdtsc();
    if (tsc == 0)
        return (base_time){0};
    const double ago_ns = tsc_now > tsc ? (double)(tsc_now - tsc) * 1e9 / (double)ctl->tsc_hz : 0;
    return (base_time){ago_ns < (double)now.ns ? now.ns - (uint64_t)ago_ns : 1};
}

static bool take_punts(struct ctl *ctl, base_time now)
{
    struct dp_punt punt;
    int n = 0;
    while (n < PUNTS_PER_TURN && dp_punt_pop(ctl->dp, &punt)) {
        n++;
        switch (punt.reason) {
        case DP_PUNT_IKE:
            ctl_ike_packet(ctl, &punt);
            rte_pktmbuf_free(punt.mbuf);
            break;
        case DP_PUNT_ARP:
        case DP_PUNT_ND:
        case DP_PUNT_RESOLVE:
            dp_resolve_punt(ctl->dp, now, &punt);
            break;
        case DP_PUNT_ICMP_ERR:
            ctl_pmtu_error(ctl, now, &punt);
            ctl_host_error(ctl, &punt);
            rte_pktmbuf_free(punt.mbuf);
            break;
        }
    }
    return n > 0;
}

static void begin_goodbye(struct ctl *ctl, base_time now)
{
    if (ctl->stopping)
        return;
    host_log(HOST_NOTICE, "event=stopping");
    ctl->stopping = true;
    ctl->stop_by = base_time_add(now, GOODBYE_NS);
    ctl_event(ctl, &(struct ike_event){.type = IKE_EV_SHUTDOWN});
}

static void reload_by_signal(struct ctl *ctl)
{
    struct conf_report *report = calloc(1, sizeof *report);
    struct conf_diff diff;
    if (report && ctl_reload(ctl, report, &diff) == 0)
        conf_diff_free(&diff);
    free(report);
}

static void on_signal(struct ctl *ctl, base_time now)
{
    struct signalfd_siginfo si;
    while (read(ctl->signal_fd, &si, sizeof si) == (ssize_t)sizeof si) {
        if (si.ssi_signo == SIGHUP)
            reload_by_signal(ctl);
        else
            begin_goodbye(ctl, now);
    }
}

/* All that does not come through epoll. True when there was work. */
static bool turn(struct ctl *ctl, base_time now)
{
    bool busy = take_punts(ctl, now);
    busy |= ctl_ike_sad_events(ctl, now);
    busy |= ctl_host_feed(ctl);
    ctl_ike_timer(ctl, now);
    if (base_time_reached(dp_resolve_deadline(ctl->dp), now))
        dp_resolve_tick(ctl->dp, now);
    ctl_pmtu_tick(ctl, now);
    sad_reclaim(ctl->sad);
    return busy;
}

static bool is_done(struct ctl *ctl, base_time now)
{
    struct ike_stats s;
    if (!ctl->stopping)
        return false;
    ike_stats(ctl->ike, &s);
    return s.ike_sas == 0 || base_time_reached(ctl->stop_by, now);
}

void ctl_run(struct ctl *ctl)
{
    struct epoll_event events[EPOLL_EVENTS_MAX];
    base_time now = ctl_now();
    ctl->busy_at = now;
    ctl_ike_actions(ctl);
    while (!is_done(ctl, now)) {
        const bool idle = base_time_since(now, ctl->busy_at) > IDLE_AFTER_NS;
        const int n = epoll_wait(ctl->epoll_fd, events, EPOLL_EVENTS_MAX, idle ? WAIT_IDLE_MS : WAIT_BUSY_MS);
        now = ctl_now();
        for (int i = 0; i < n; i++) {
            if (events[i].data.fd == ctl->signal_fd)
                on_signal(ctl, now);
            else if (events[i].data.fd == ctl_jobs_fd(ctl->jobs))
                ctl_ike_jobs(ctl);
            else if (!ctl_host_ready(ctl, events[i].data.fd))
                ctl_api_ready(ctl->api);
        }
        if (turn(ctl, now) || n > 0)
            ctl->busy_at = now;
    }
}
