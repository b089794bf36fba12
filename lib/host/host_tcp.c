/* SPDX-License-Identifier: BSD-3-Clause */
/* Sockets of TCP: made, set up, asked who they are. What goes over them is nothing of theirs. */
#include "host_tcp.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG      64
#define UNSENT_BYTES 65536 /* that the kernel keeps unsent: what waits longer waits where it is counted */
#define SILENT_MS_OURS \
    20000 /* unacknowledged before a connection counts as broken: its end is ours to renew, */
#define SILENT_MS_ACCEPTED 60000 /* or the peer's */

union tcp_address {
    struct sockaddr any;
    struct sockaddr_in ip4;
    struct sockaddr_in6 ip6;
    struct sockaddr_storage room;
};

static socklen_t address_set(union tcp_address *a, const struct base_endpoint *at)
{
    memset(a, 0, sizeof *a);
    if (at->addr.family == BASE_AF_IP6) {
        a->ip6.sin6_family = AF_INET6;
        a->ip6.sin6_port = htons(at->port);
        memcpy(&a->ip6.sin6_addr, at->addr.bytes, 16);
        return sizeof a->ip6;
    }
    a->ip4.sin_family = AF_INET;
    a->ip4.sin_port = htons(at->port);
    memcpy(&a->ip4.sin_addr, at->addr.bytes, 4);
    return sizeof a->ip4;
}

static struct base_endpoint address_get(const union tcp_address *a)
{
    if (a->any.sa_family == AF_INET6)
        return (struct base_endpoint){base_addr_from_bytes(BASE_AF_IP6, &a->ip6.sin6_addr),
                                      ntohs(a->ip6.sin6_port)};
    return (struct base_endpoint){base_addr_from_bytes(BASE_AF_IP4, &a->ip4.sin_addr),
                                  ntohs(a->ip4.sin_port)};
}

static int socket_open(uint8_t family)
{
    const int fd = socket(family == BASE_AF_IP6 ? AF_INET6 : AF_INET,
                          SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    return fd < 0 ? -errno : fd;
}

/* None of these is worth a connection: without them it only is slower to notice and to send. */
static void socket_tune(int fd, unsigned silent_ms)
{
    const int on = 1, unsent = UNSENT_BYTES;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silent_ms, sizeof silent_ms);
}

int host_tcp_listen(const struct base_endpoint *at)
{
    union tcp_address a;
    const socklen_t len = address_set(&a, at);
    const bool is6 = at->addr.family == BASE_AF_IP6;
    const int on = 1, fd = socket_open(at->addr.family);
    if (fd < 0)
        return fd;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        setsockopt(fd, is6 ? IPPROTO_IPV6 : IPPROTO_IP, is6 ? IPV6_FREEBIND : IP_FREEBIND, &on, sizeof on) <
            0 ||
        (is6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0) || bind(fd, &a.any, len) < 0 ||
        listen(fd, BACKLOG) < 0) {
        const int rc = -errno;
        close(fd);
        return rc;
    }
    return fd;
}

int host_tcp_accept(int listener, struct host_ends *ends)
{
    union tcp_address local = {0}, remote = {0};
    socklen_t len = sizeof remote;
    const int fd = accept4(listener, &remote.any, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return -errno;
    len = sizeof local;
    if (getsockname(fd, &local.any, &len) < 0) {
        const int rc = -errno;
        close(fd);
        return rc;
    }
    *ends = (struct host_ends){address_get(&local), address_get(&remote)};
    socket_tune(fd, SILENT_MS_ACCEPTED);
    return fd;
}

int host_tcp_connect(struct host_ends *ends)
{
    union tcp_address a;
    const int fd = socket_open(ends->remote.addr.family);
    if (fd < 0)
        return fd;
    socket_tune(fd, SILENT_MS_OURS);
    ends->local.port = 0;
    socklen_t len = address_set(&a, &ends->local);
    if (bind(fd, &a.any, len) == 0 && getsockname(fd, &a.any, &len) == 0) {
        ends->local = address_get(&a);
        len = address_set(&a, &ends->remote);
        if (connect(fd, &a.any, len) == 0 || errno == EINPROGRESS)
            return fd;
    }
    const int rc = -errno;
    close(fd);
    return rc;
}

int host_tcp_result(int fd)
{
    int error = 0;
    socklen_t len = sizeof error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0 ? -errno : -error;
}
