/* SPDX-License-Identifier: BSD-3-Clause */
/* Finds sockets among the descriptors of the process, and asks them (XDP_STATISTICS). */
#include "afpkt_xsk.h"

#include <dirent.h>
#include <linux/if_xdp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

static bool is_xsk(int fd)
{
    int domain = 0;
    socklen_t len = sizeof domain;
    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 && domain == AF_XDP;
}

void afpkt_xsks_find(struct afpkt_xsks *out)
{
    DIR *d = opendir("/proc/self/fd");
    struct dirent *e;
    out->count = 0;
    while (d && out->count < AFPKT_XSKS_MAX && (e = readdir(d))) {
        const int fd = atoi(e->d_name);
        if (e->d_name[0] != '.' && is_xsk(fd))
            out->fds[out->count++] = fd;
    }
    if (d)
        closedir(d);
}

static bool xsks_have(const struct afpkt_xsks *list, int fd)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->fds[i] == fd)
            return true;
    return false;
}

void afpkt_xsks_subtract(struct afpkt_xsks *list, const struct afpkt_xsks *known)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (!xsks_have(known, list->fds[i]))
            list->fds[kept++] = list->fds[i];
    list->count = kept;
}

uint64_t afpkt_xsks_full(const struct afpkt_xsks *list)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct xdp_statistics s = {0};
        socklen_t len = sizeof s;
        if (getsockopt(list->fds[i], SOL_XDP, XDP_STATISTICS, &s, &len) == 0)
            sum += s.rx_ring_full;
    }
    return sum;
}
