/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The daemon's log: one line per event, `key=value` pairs, on standard error, where a service manager
 * collects it. Never used by a worker. Thread: control, and job threads for nothing.
 */
enum host_level {
    HOST_ERR,    /* the operator must act */
    HOST_WARN,   /* degraded */
    HOST_NOTICE, /* the life of tunnels and of the daemon */
    HOST_DEBUG,
};

/* Lines below this level are dropped. Default HOST_NOTICE. */
void host_log_set_level(enum host_level level);

/* Writes one line: time, level, then the text as given. */
__attribute__((format(printf, 2, 3))) void host_log(enum host_level level, const char *format, ...);
