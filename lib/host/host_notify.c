/* SPDX-License-Identifier: BSD-3-Clause */
/* The service manager's socket: who it is by the environment, what it hears by datagrams. */
#include "host_notify.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A whole number; 0 when it is none. */
static uint64_t number_of(const char *text)
{
    char *end;
    const unsigned long long v = text && text[0] >= '0' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
    return v && *end == '\0' ? v : 0;
}

static void socket_open(struct host_notify *n, const char *path)
{
    const size_t len = path ? strlen(path) : 0;
    if (len < 2 || len >= sizeof n->addr.sun_path || (path[0] != '/' && path[0] != '@'))
        return;
    n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (n->fd < 0)
        return;
    n->addr = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(n->addr.sun_path, path, len);
    if (path[0] == '@')
        n->addr.sun_path[0] = '\0';
    n->addr_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

void host_notify_open(struct host_notify *n)
{
    const char *pid = getenv("WATCHDOG_PID");
    const uint64_t usec = number_of(getenv("WATCHDOG_USEC"));
    *n = (struct host_notify){0};
    socket_open(n, getenv("NOTIFY_SOCKET"));
    if (n->addr_len && usec < UINT64_MAX / 1000 && (!pid || number_of(pid) == (uint64_t)getpid()))
        n->watchdog_ns = usec * 1000;
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

bool host_notify(const struct host_notify *n, const char *format, ...)
{
    char text[1024];
    va_list args;
    if (!n->addr_len)
        return false;
    va_start(args, format);
    const int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return len > 0 && (size_t)len < sizeof text &&
           sendto(n->fd, text, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT, (const struct sockaddr *)&n->addr,
                  n->addr_len) == len;
}

void host_notify_close(struct host_notify *n)
{
    if (n->addr_len)
        close(n->fd);
    *n = (struct host_notify){0};
}
