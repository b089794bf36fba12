/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What the service manager that started the daemon is told: datagrams to the socket that it names in the
 * environment (systemd, sd_notify(3)). Without one nothing is sent, and nothing is amiss. Thread: control.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/un.h>
#include <sys/socket.h>

struct host_notify {
    int fd;
    struct sockaddr_un addr;
    socklen_t addr_len;   /* 0: nobody wants to know, and there is no fd */
    uint64_t watchdog_ns; /* the longest time between two "WATCHDOG=1"; 0: nobody waits for them */
};

/*
 * Reads NOTIFY_SOCKET (a path, or @ and a name without a file), WATCHDOG_USEC and WATCHDOG_PID, and takes
 * them out of the environment, so that no child answers for us. What makes no sense counts as not there.
 */
void host_notify_open(struct host_notify *n);

/*
 * Sends one datagram: lines NAME=VALUE. Never waits. False: it did not go, which only the service manager
 * can mind; say it again when there is something new.
 */
__attribute__((format(printf, 2, 3))) bool host_notify(const struct host_notify *n, const char *format, ...);

void host_notify_close(struct host_notify *n);
