/* SPDX-License-Identifier: BSD-3-Clause */
/* One place that writes log lines; the prefix that journald understands (<3>…) only when not on a terminal.
 */
#include "host_log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static enum host_level threshold = HOST_NOTICE;

void host_log_set_level(enum host_level level)
{
    threshold = level;
}

void host_log(enum host_level level, const char *format, ...)
{
    static const char *const names[] = {"error", "warning", "notice", "debug"};
    static const int syslog_prio[] = {3, 4, 5, 7};
    char line[4096];
    char when[32];
    struct timespec ts;
    struct tm tm;
    if (level > threshold)
        return;
    clock_gettime(CLOCK_REALTIME, &ts);
    gmtime_r(&ts.tv_sec, &tm);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &tm);
    va_list ap;
    va_start(ap, format);
    vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "%s.%03ldZ %-7s %s\n", when, ts.tv_nsec / 1000000, names[level], line);
    else
        fprintf(stderr, "<%d>%s.%03ldZ %s\n", syslog_prio[level], when, ts.tv_nsec / 1000000, line);
}
