/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One place that writes log lines; the prefix that journald understands (<3>…) only when not on a terminal.
 *
 * Nothing here waits for a reader. Others share what standard error leads to, so its flags stay as they are:
 * a pipe or a terminal is opened once more, a socket is written with a flag of its own. A write is of whole
 * lines, and no longer than a pipe takes whole or not at all.
 */
#include "host_log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES PIPE_BUF

static enum host_level threshold = HOST_NOTICE;

/* What standard error leads to; lines of libraries come from other threads. */
static struct log_sink {
    pthread_mutex_t lock;
    dev_t dev;
    ino_t ino;
    mode_t mode;
    int fd; /* the same, opened without waiting; -1: could not be */
    bool is_tty;
    uint64_t dropped, told;
    bool holds; /* lines wait for more of them, here: */
    size_t held_bytes, held_lines;
    char held[LINE_MAX_BYTES];
} sink = {.lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1};

void host_log_set_level(enum host_level level)
{
    threshold = level;
}

/* Standard error may lead elsewhere than at the line before. */
static void sink_follow(void)
{
    struct stat st;
    if (fstat(STDERR_FILENO, &st) < 0 ||
        (st.st_dev == sink.dev && st.st_ino == sink.ino && st.st_mode == sink.mode))
        return;
    if (sink.fd >= 0)
        close(sink.fd);
    sink.dev = st.st_dev;
    sink.ino = st.st_ino;
    sink.mode = st.st_mode;
    sink.fd = -1;
    sink.is_tty = isatty(STDERR_FILENO);
    if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode))
        sink.fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static ssize_t sink_write_once(const char *bytes, size_t len)
{
    struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (S_ISSOCK(sink.mode))
        return send(STDERR_FILENO, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sink.fd >= 0)
        return write(sink.fd, bytes, len);
    if (S_ISREG(sink.mode) || poll(&p, 1, 0) > 0)
        return write(STDERR_FILENO, bytes, len);
    return -1;
}

static bool sink_write(const char *bytes, size_t len)
{
    ssize_t n;
    do
        n = sink_write_once(bytes, len);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)len;
}

/* "2026-01-31T10:20:30", made once a second. */
static const char *line_second(time_t second)
{
    static char text[32];
    static time_t of;
    struct tm tm;
    if (second != of || !text[0])
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", gmtime_r(&second, &tm));
    of = second;
    return text;
}

/* A whole line: time and level, the text, as much as one write may be, and the end. Under the lock. */
static size_t line_make(char line[LINE_MAX_BYTES], enum host_level level, const char *format, va_list ap)
{
    static const char *const names[] = {"error", "warning", "notice", "debug"};
    static const int syslog_prio[] = {3, 4, 5, 7};
    struct timespec ts;
    int n;
    clock_gettime(CLOCK_REALTIME, &ts);
    const char *when = line_second(ts.tv_sec);
    if (sink.is_tty)
        n = snprintf(line, LINE_MAX_BYTES, "%s.%03ldZ %-7s ", when, ts.tv_nsec / 1000000, names[level]);
    else
        n = snprintf(line, LINE_MAX_BYTES, "<%d>%s.%03ldZ ", syslog_prio[level], when, ts.tv_nsec / 1000000);
    const size_t head = n > 0 ? (size_t)n : 0, room = LINE_MAX_BYTES - head;
    n = vsnprintf(line + head, room, format, ap);
    const size_t text = n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
    line[head + text] = '\n';
    return head + text + 1;
}

__attribute__((format(printf, 2, 3))) static size_t line_of(char line[LINE_MAX_BYTES], const char *format,
                                                            ...)
{
    va_list ap;
    va_start(ap, format);
    const size_t len = line_make(line, HOST_WARN, format, ap);
    va_end(ap);
    return len;
}

/* What was dropped is told before the next line. False: the reader still does not read. */
static bool sink_catch_up(void)
{
    char line[LINE_MAX_BYTES];
    if (sink.dropped == sink.told)
        return true;
    const size_t len = line_of(line, "event=log_dropped lines=%llu why=\"nobody read the log\"",
                               (unsigned long long)(sink.dropped - sink.told));
    if (!sink_write(line, len))
        return false;
    sink.told = sink.dropped;
    return true;
}

static void sink_put(const char *bytes, size_t len, size_t lines)
{
    sink_follow();
    if (!sink_catch_up() || !sink_write(bytes, len))
        sink.dropped += lines;
}

/* Writes what waits. */
static void sink_flush(void)
{
    if (sink.held_lines)
        sink_put(sink.held, sink.held_bytes, sink.held_lines);
    sink.held_bytes = sink.held_lines = 0;
}

static void sink_hold(const char *line, size_t len)
{
    if (sink.held_bytes + len > sizeof sink.held)
        sink_flush();
    memcpy(sink.held + sink.held_bytes, line, len);
    sink.held_bytes += len;
    sink.held_lines++;
}

void host_log(enum host_level level, const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    va_list ap;
    if (level > threshold)
        return;
    pthread_mutex_lock(&sink.lock);
    if (!sink.held_lines)
        sink_follow();
    va_start(ap, format);
    sink_hold(line, line_make(line, level, format, ap));
    va_end(ap);
    if (!sink.holds || level == HOST_ERR)
        sink_flush();
    pthread_mutex_unlock(&sink.lock);
}

void host_log_hold(bool holds)
{
    pthread_mutex_lock(&sink.lock);
    sink.holds = holds;
    sink_flush();
    pthread_mutex_unlock(&sink.lock);
}

uint64_t host_log_catch_up(void)
{
    pthread_mutex_lock(&sink.lock);
    sink_flush();
    if (sink.dropped != sink.told) {
        sink_follow();
        sink_catch_up();
    }
    const uint64_t dropped = sink.dropped;
    pthread_mutex_unlock(&sink.lock);
    return dropped;
}

void host_log_text(const char *text, size_t len)
{
    while (len > 0) {
        const char *end = memchr(text, '\n', len);
        size_t line = end ? (size_t)(end - text) + 1 : len;
        line = line < LINE_MAX_BYTES ? line : LINE_MAX_BYTES;
        pthread_mutex_lock(&sink.lock);
        sink_flush();
        sink_put(text, line, 1);
        pthread_mutex_unlock(&sink.lock);
        text += line;
        len -= line;
    }
}

static ssize_t stream_write(void *cookie, const char *bytes, size_t len)
{
    (void)cookie;
    host_log_text(bytes, len);
    return (ssize_t)len;
}

FILE *host_log_stream(void)
{
    static FILE *stream;
    if (!stream) {
        stream = fopencookie(NULL, "w", (cookie_io_functions_t){.write = stream_write});
        if (stream)
            setvbuf(stream, NULL, _IOLBF, LINE_MAX_BYTES);
    }
    return stream;
}
