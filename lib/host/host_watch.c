/* SPDX-License-Identifier: BSD-3-Clause */
/* A route socket that has joined two groups. Of a message only the interface counts. */
#include "host_watch.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host_netlink.h"

#define READS_MAX 64 /* of one call */

int host_watch_open(void)
{
    const struct sockaddr_nl us = {.nl_family = AF_NETLINK,
                                   .nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR};
    const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (fd < 0)
        return -errno;
    if (bind(fd, (const struct sockaddr *)&us, sizeof us) == 0)
        return fd;
    const int err = errno;
    close(fd);
    return -err;
}

static uint64_t watch_bits(const struct nlmsghdr *msg, const unsigned *ifindexes, size_t n)
{
    const struct ifaddrmsg *a = mnl_nlmsg_get_payload(msg);
    uint64_t bits = 0;
    if ((msg->nlmsg_type != RTM_NEWADDR && msg->nlmsg_type != RTM_DELADDR) ||
        mnl_nlmsg_get_payload_len(msg) < sizeof *a)
        return 0;
    for (size_t i = 0; i < n; i++)
        bits |= (uint64_t)(ifindexes[i] == a->ifa_index) << i;
    return bits;
}

uint64_t host_watch_hear(int fd, const unsigned *ifindexes, size_t n)
{
    _Alignas(struct nlmsghdr) char buf[8192];
    const uint64_t all = n < HOST_WATCH_MAX ? ((uint64_t)1 << n) - 1 : UINT64_MAX;
    uint64_t bits = 0;
    for (int i = 0; i < READS_MAX; i++) {
        const ssize_t got = recv(fd, buf, sizeof buf, MSG_DONTWAIT | MSG_TRUNC);
        int left = got < (ssize_t)sizeof buf ? (int)got : (int)sizeof buf;
        if (got < 0 && errno == ENOBUFS) /* once for all that is lost */
            bits |= all;
        else if (got < 0)
            break;
        if (got > (ssize_t)sizeof buf)
            bits |= all;
        for (const struct nlmsghdr *msg = (void *)buf; mnl_nlmsg_ok(msg, left);
             msg = mnl_nlmsg_next(msg, &left))
            bits |= watch_bits(msg, ifindexes, n);
    }
    return bits;
}
