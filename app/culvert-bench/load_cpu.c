/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads task/TID/comm and task/TID/schedstat, "ran waited slices". */
#include "load_cpu.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_BYTES 400
#define TEXT_BYTES 200

static bool task_read(const char *task, const char *tid, const char *file, char text[TEXT_BYTES])
{
    char path[PATH_BYTES];
    snprintf(path, sizeof(path), "%.100s/%.200s/%s", task, tid, file);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t n = fd < 0 ? -1 : read(fd, text, TEXT_BYTES - 1);
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    return n > 0;
}

/* Whether a thread is one of those that count; comm ends with a newline. */
static bool task_is_named(const char *comm, const char *names)
{
    const size_t len = strcspn(comm, "\n");
    for (const char *p = names; p && *p; p += strcspn(p, ","), p += *p == ',')
        if (strcspn(p, ",") == len && strncmp(p, comm, len) == 0)
            return true;
    return !names;
}

static bool task_add(const char *text, struct load_cpu *out)
{
    char *end, *last;
    const uint64_t ran = strtoull(text, &end, 10);
    const uint64_t waited = strtoull(end, &last, 10);
    if (end == text || last == end)
        return false;
    out->ran_ns += ran;
    out->wait_ns += waited;
    return true;
}

int load_cpu_read(const char *proc, uint32_t pid, const char *names, struct load_cpu *out)
{
    char task[PATH_BYTES], text[TEXT_BYTES];
    int rc = -ENOENT;
    *out = (struct load_cpu){0};
    snprintf(task, sizeof(task), "%.80s/%u/task", proc, pid);
    DIR *dir = opendir(task);
    if (!dir)
        return -ESRCH;
    for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
        if (e->d_name[0] == '.' || !task_read(task, e->d_name, "comm", text) || !task_is_named(text, names))
            continue;
        if (task_read(task, e->d_name, "schedstat", text) && task_add(text, out))
            rc = 0;
        else if (rc == -ENOENT)
            rc = -ENODATA;
    }
    closedir(dir);
    return rc;
}
