/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The daemon's log: one line per event, `key=value` pairs, on standard error, where a service manager
 * collects it. Never used by a worker. Thread: control, and job threads for nothing.
 */
enum ctl_level {
    CTL_ERR,    /* the operator must act */
    CTL_WARN,   /* degraded */
    CTL_NOTICE, /* the life of tunnels and of the daemon */
    CTL_DEBUG,
};

/* Lines below this level are dropped. Default CTL_NOTICE. */
void ctl_log_set_level(enum ctl_level level);

/* Writes one line: time, level, then the text as given. */
__attribute__((format(printf, 2, 3))) void ctl_log(enum ctl_level level, const char *format, ...);
