/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The control side: the one place where IKE engine, configuration and operator meet, and where they reach the
 * data side (node.h). All functions: thread control, unless said otherwise.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_time.h"
#include "conf.h"
#include "ctl_audit.h"
#include "ctl_bypass.h"
#include "ctl_clock.h"
#include "ctl_manual.h"
#include "ctl_notify.h"
#include "ctl_places.h"
#include "ctl_random.h"
#include "ctl_watch.h"
#include "host_keep.h"
#include "ike.h"
#include "telem.h"

struct ctl;
struct ctl_api;
struct ctl_aside;
struct ctl_former;
struct ctl_jobs;
struct ctl_leases;
struct ctl_resolve;
struct node;

/* Of the loop. */
struct ctl_loop {
    /*
     * A turn for whoever takes long. waits: beside work on another thread, so it sleeps for a millisecond at
     * most, and commands and signals are taken; else without them. NULL: there is no loop.
     */
    void (*turn)(struct ctl *ctl, bool waits);
    unsigned depth; /* of such turns, one in another */
    int epoll_fd;
    int signal_fd;
    base_time busy_at; /* last turn that had work */
    bool is_stopping;
    atomic_bool stops_reading;       /* as is_stopping, for the thread that reads */
    bool is_reloading;               /* the file is read, or what is read is gone over to, */
    bool wants_reload;               /* and was to be read again meanwhile */
    bool is_telling;                 /* stopping: some peers were not told yet, */
    base_time tell_peers_at;         /* the next ones are then */
    base_time stop_by, stop_at_last; /* when to give up waiting for them */
    uint64_t sas_left;               /* stopping: at the last look */
    base_time tell_at;               /* when to tell the node what control counts */
};

/* Since the start. */
struct ctl_tally {
    base_time started_at;
#define TELEM TELEM_FIELD
#include "ctl.def"
#undef TELEM
};

/* The daemon's state. Handlers of the control socket read it; they change it by the functions below only. */
/* A child that packets may call for: its place in the configuration. */
struct ctl_trap {
    uint32_t conn, child;
};

/* By their numbers, from 1 on (node_policy.trap). */
struct ctl_traps {
    size_t n, room;
    struct ctl_trap *list; /* owned */
};

struct ctl {
    const char *conf_file;
    struct conf *conf; /* owned; replaced as a whole by ctl_reload() */
    /* What ports (same index as in the node), workers, eal, control and tunnel run with; no routes, no ike.
     */
    struct conf in_force;
    struct node *node;
    struct ike *ike;
    struct ctl_jobs *jobs;
    struct ctl_radius *radius;
    struct ctl_resolve *names;
    struct ctl_leases *leases;  /* NULL: a restart forgets them */
    struct ctl_aside *aside;    /* NULL: long work is done in the loop */
    struct ctl_former *formers; /* configurations of before that SAs still use */
    uint32_t job_threads;       /* what workers.crypto_threads came to */
    struct ctl_api *api;
    struct ctl_loop loop;
    struct ctl_tally tally;
    struct ctl_random random; /* of the engine */
    struct ctl_failures failures;
    struct ctl_notify notify;
    struct ctl_watch watch;
    struct ctl_places places;
    struct ctl_traps traps;       /* of the policies in force */
    struct ctl_bypasses bypasses; /* of conf */
    struct ctl_manuals manuals;
    enum host_swap swap; /* whether memory may be swapped out */
};

/*
 * Starts everything: node, engine, control socket. Takes conf. 0, or -1 with a sentence in why; then all is
 * undone and conf freed.
 */
int ctl_start(struct ctl *ctl, const char *conf_file, struct conf *conf, char *why, size_t why_size);

/* Runs until SIGTERM or SIGINT, then says goodbye to the peers. SIGHUP reloads. */
void ctl_run(struct ctl *ctl);

/* Stops the node and undoes ctl_start(). */
void ctl_stop(struct ctl *ctl);

/* Hands an event to the engine and carries out what it asks for. Returns what ike_on_event() returned. */
int ctl_event(struct ctl *ctl, const struct ike_event *ev);

/*
 * Reads the configuration file again and applies what changed; a bad file changes nothing. 0, with the
 * operations in *diff (the caller frees it with conf_diff_free) and warnings in *report; or -EINVAL with the
 * errors in *report and *diff empty; or -ENOMEM; -EALREADY: a reload is under way; -ECANCELED: the daemon
 * stops. Commands and signals are taken while the file is read.
 */
int ctl_reload(struct ctl *ctl, struct conf_report *report, struct conf_diff *diff);

/* The same, but only tells what it would do. */
int ctl_reload_plan(struct ctl *ctl, struct conf_report *report, struct conf_diff *diff);
