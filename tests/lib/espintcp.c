/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For libreswan under a kernel that has neither ESP nor its framing in TCP (CONFIG_INET_ESP,
 * CONFIG_INET_ESPINTCP): preloaded, it plays the kernel's part as far as IKE needs it. Messages get and lose
 * their lengths (RFC 9329 3) here, and SAs that are installed are said to be. ESP comes from nowhere and goes
 * nowhere.
 */
#include <dlfcn.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FDS 1024

static struct {
    bool is_framed;
    size_t have;
    uint8_t bytes[65536];
} streams[FDS];

static void *next_of(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

static bool is_framed(int fd)
{
    return fd >= 0 && fd < FDS && streams[fd].is_framed;
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
    int (*real)(int, int, int, const void *, socklen_t) = next_of("setsockopt");
    if (level != IPPROTO_TCP || name != TCP_ULP || fd < 0 || fd >= FDS)
        return real(fd, level, name, value, len);
    streams[fd].is_framed = true;
    streams[fd].have = 0;
    return 0;
}

int close(int fd)
{
    int (*real)(int) = next_of("close");
    if (is_framed(fd))
        streams[fd].is_framed = false;
    return real(fd);
}

/* One message of IKE, without its length; ESP is thrown away. */
static ssize_t frame_read(int fd, void *out, size_t room)
{
    ssize_t (*real)(int, void *, size_t) = next_of("read");
    for (;;) {
        uint8_t *b = streams[fd].bytes;
        const size_t len = (size_t)(b[0] << 8 | b[1]);
        if (streams[fd].have >= 2 && len >= 2 && streams[fd].have >= len) {
            const size_t n = len - 2 < room ? len - 2 : room;
            const bool is_ike = n > 4 && !(b[2] | b[3] | b[4] | b[5]);
            memcpy(out, b + 2, n);
            streams[fd].have -= len;
            memmove(b, b + len, streams[fd].have);
            if (is_ike)
                return (ssize_t)n;
            continue;
        }
        const ssize_t n = real(fd, b + streams[fd].have, sizeof streams[fd].bytes - streams[fd].have);
        if (n <= 0)
            return n;
        streams[fd].have += (size_t)n;
    }
}

ssize_t read(int fd, void *out, size_t room)
{
    ssize_t (*real)(int, void *, size_t) = next_of("read");
    return is_framed(fd) ? frame_read(fd, out, room) : real(fd, out, room);
}

static bool is_netlink(int fd)
{
    int domain = 0;
    socklen_t len = sizeof domain;
    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 && domain == AF_NETLINK;
}

/* What the kernel says to an SA that it took, until it is asked for. */
static struct {
    bool is_there;
    struct nlmsghdr head;
    struct nlmsgerr error;
} answer;

/* Whether the message makes, changes or removes an SA, which is answered here. */
static bool sa_take(int fd, const void *message, size_t size)
{
    struct nlmsghdr h;
    if (size < sizeof h || !is_netlink(fd))
        return false;
    memcpy(&h, message, sizeof h);
    if (h.nlmsg_type != XFRM_MSG_NEWSA && h.nlmsg_type != XFRM_MSG_UPDSA && h.nlmsg_type != XFRM_MSG_DELSA)
        return false;
    memset(&answer, 0, sizeof answer);
    answer.is_there = true;
    answer.head = (struct nlmsghdr){.nlmsg_len = NLMSG_LENGTH(sizeof(struct nlmsgerr)),
                                    .nlmsg_type = NLMSG_ERROR,
                                    .nlmsg_seq = h.nlmsg_seq,
                                    .nlmsg_pid = h.nlmsg_pid};
    answer.error.msg = h;
    return true;
}

static ssize_t answer_read(void *out, size_t room, struct sockaddr *from, socklen_t *len)
{
    const size_t n = answer.head.nlmsg_len < room ? answer.head.nlmsg_len : room;
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    memcpy(out, &answer.head, n);
    if (from && len && *len >= sizeof kernel) {
        memcpy(from, &kernel, sizeof kernel);
        *len = sizeof kernel;
    }
    answer.is_there = false;
    return (ssize_t)n;
}

static ssize_t frame_write(int fd, const void *bytes, size_t len)
{
    ssize_t (*real)(int, const void *, size_t) = next_of("write");
    uint8_t frame[65536];
    if (len > sizeof frame - 2) {
        errno = EMSGSIZE;
        return -1;
    }
    frame[0] = (uint8_t)((len + 2) >> 8);
    frame[1] = (uint8_t)(len + 2);
    memcpy(frame + 2, bytes, len);
    const ssize_t n = real(fd, frame, len + 2);
    return n < 0 ? n : (ssize_t)len;
}

ssize_t recvfrom(int fd, void *out, size_t room, int flags, struct sockaddr *from, socklen_t *len)
{
    ssize_t (*real)(int, void *, size_t, int, struct sockaddr *, socklen_t *) = next_of("recvfrom");
    if (answer.is_there && is_netlink(fd))
        return answer_read(out, room, from, len);
    return is_framed(fd) ? frame_read(fd, out, room) : real(fd, out, room, flags, from, len);
}

ssize_t write(int fd, const void *bytes, size_t len)
{
    ssize_t (*real)(int, const void *, size_t) = next_of("write");
    if (sa_take(fd, bytes, len))
        return (ssize_t)len;
    return is_framed(fd) ? frame_write(fd, bytes, len) : real(fd, bytes, len);
}

ssize_t sendto(int fd, const void *bytes, size_t len, int flags, const struct sockaddr *to, socklen_t to_len)
{
    ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *, socklen_t) = next_of("sendto");
    if (sa_take(fd, bytes, len))
        return (ssize_t)len;
    return is_framed(fd) ? frame_write(fd, bytes, len) : real(fd, bytes, len, flags, to, to_len);
}

ssize_t send(int fd, const void *bytes, size_t len, int flags)
{
    ssize_t (*real)(int, const void *, size_t, int) = next_of("send");
    return is_framed(fd) ? frame_write(fd, bytes, len) : real(fd, bytes, len, flags);
}
