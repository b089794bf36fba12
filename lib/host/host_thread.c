/* SPDX-License-Identifier: BSD-3-Clause */
/* Threads as /proc shows them (proc(5), stat and wchan). */
#include "host_thread.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The beginning of a file of the thread. Its length; 0: there is none. */
static size_t thread_file(int32_t tid, const char *name, char *out, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%" PRId32 "/%s", tid, name);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t got = fd < 0 ? -1 : read(fd, out, size - 1);
    if (fd >= 0)
        close(fd);
    out[got > 0 ? got : 0] = '\0';
    return got > 0 ? (size_t)got : 0;
}

bool host_thread_look(int32_t tid, struct host_thread *out)
{
    char text[512];
    uint64_t user = 0, kernel = 0;
    *out = (struct host_thread){0};
    if (!thread_file(tid, "stat", text, sizeof text))
        return false;
    /* The name stands in brackets and may hold any character, brackets too. */
    const char *behind = strrchr(text, ')');
    if (!behind || sscanf(behind, ") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64,
                          &out->state, &user, &kernel) != 3)
        return false;
    out->cpu_ticks = user + kernel;
    if (thread_file(tid, "wchan", out->wchan, sizeof out->wchan) == 1 && out->wchan[0] == '0')
        out->wchan[0] = '\0';
    return true;
}
