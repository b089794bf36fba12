/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The daemon's log: one line per event, `key=value` pairs, on standard error, where a service manager
 * collects it. Nobody ever waits for its reader: a line that is not taken at once is dropped and counted, and
 * told when the reader is back. Never used by a worker. Thread: control, and job threads for nothing.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum host_level {
    HOST_ERR,    /* the operator must act */
    HOST_WARN,   /* degraded */
    HOST_NOTICE, /* the life of tunnels and of the daemon */
    HOST_DEBUG,
};

/* Lines below this level are dropped. Default HOST_NOTICE. */
void host_log_set_level(enum host_level level);

/* Writes one line: time, level, then the text as given, cut where a line would be longer than PIPE_BUF. */
__attribute__((format(printf, 2, 3))) void host_log(enum host_level level, const char *format, ...);

/* Writes lines of a library as they are. Thread: any. */
void host_log_text(const char *text, size_t len);

/* A stream for libraries that log to one; it is nobody's to close. NULL: no memory. Thread: control. */
FILE *host_log_stream(void);

/*
 * Whether lines are written together, when there is as much as one write may be, at an error, and by
 * host_log_catch_up(), which whoever holds them calls in each turn. At first each line is written at once.
 */
void host_log_hold(bool holds);

/* Writes what is held, and tells what was dropped when the reader is back. How many lines were dropped since
 * the start. Thread: any. */
uint64_t host_log_catch_up(void);
