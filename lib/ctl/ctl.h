/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The control core: the one place where IKE engine, SA tables, data path, configuration and operator meet.
 * Every side effect of the daemon is here. All functions: thread control, unless said otherwise.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_time.h"
#include "conf.h"
#include "ctl_audit.h"
#include "ctl_eal.h"
#include "ctl_host.h"
#include "ctl_port.h"
#include "dp.h"
#include "ike.h"
#include "sad.h"
#include "telem.h"

struct ctl_api;
struct ctl_jobs;

/* The daemon's state. Handlers of the control socket read it; they change it by the functions below only. */
struct ctl {
    const char *conf_file;
    struct conf *conf; /* owned; replaced as a whole by ctl_reload() */
    /* What ports (same index as in dp), workers, eal, control and tunnel run with; no routes, no ike. */
    struct conf in_force;
    struct ctl_cores cores;
    size_t n_ports;
    struct ctl_port ports[CONF_PORTS_MAX]; /* same index as in_force.ports */
    struct ctl_host hosts[CONF_PORTS_MAX]; /* same index */
    enum dp_poll poll;                     /* what workers.poll came to */
    bool hugepages;                        /* EAL runs on hugepages */
    struct rte_mempool *pool;
    struct sad *sad;
    struct dp *dp;
    struct ike *ike;
    struct ctl_jobs *jobs;
    uint32_t job_threads; /* what workers.crypto_threads came to */
    struct ctl_api *api;
    struct ctl_failures failures;
    uint64_t tsc_hz;
    uint64_t traffic_tsc; /* TSC of the last look for traffic */
    base_time traffic_at; /* when to look next */
    uint64_t home_handed; /* packets that workers had handed over at the last look for strays */
    base_time home_at;    /* when to look next */
    base_time started_at;
    base_time busy_at;     /* last turn of the loop that had work */
    base_time stop_by;     /* stopping: when to give up waiting for peers */
    base_time pmtu_window; /* ICMP errors are counted per second from here */
    uint32_t pmtu_errors;
    base_time pmtu_restore_at; /* when lowered MTUs are tried in full again */
    bool stopping;
    int signal_fd;
    int epoll_fd;
#define TELEM TELEM_FIELD
#include "ctl.def"
#undef TELEM
};

/*
 * Starts everything: EAL, ports, tables, workers, engine, control socket. Takes conf. 0, or -1 with a
 * sentence in why; then all is undone and conf freed.
 */
int ctl_start(struct ctl *ctl, const char *conf_file, struct conf *conf, char *why, size_t why_size);

/* Runs until SIGTERM or SIGINT, then says goodbye to the peers. SIGHUP reloads. */
void ctl_run(struct ctl *ctl);

/* Stops the workers and undoes ctl_start(). */
void ctl_stop(struct ctl *ctl);

/* The monotonic clock, read once per turn by whoever needs it. Thread: any. */
base_time ctl_now(void);

/* A worker's time stamp as monotonic time; 0 stays 0 ("never"). */
base_time ctl_time_of_tsc(const struct ctl *ctl, uint64_t tsc);

/* Hands an event to the engine and carries out what it asks for. Returns what ike_on_event() returned. */
int ctl_event(struct ctl *ctl, const struct ike_event *ev);

/*
 * Reads the configuration file again and applies what changed; a bad file changes nothing. 0, with the
 * operations in *diff (the caller frees it with conf_diff_free) and warnings in *report; or -EINVAL with the
 * errors in *report and *diff empty; or -ENOMEM.
 */
int ctl_reload(struct ctl *ctl, struct conf_report *report, struct conf_diff *diff);
