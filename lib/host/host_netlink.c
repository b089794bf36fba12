/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sockets and lists of netlink. Requests ask for an acknowledgement, so that each answer has an end; what a
 * list's callback keeps is copied, since the socket's buffer is used again.
 */
#include "host_netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How often a list is read that changes meanwhile. */
#define ERRNO_MAX 4095 /* of the kernel */
#define TRIES     10

struct keeper {
    size_t head;
    bool (*wants)(const struct nlmsghdr *msg, const void *arg);
    const void *arg;
    struct host_netlink_list *out;
};

struct nlmsghdr *host_netlink_put(void *buf, uint16_t type, uint16_t flags, size_t size)
{
    struct nlmsghdr *request = mnl_nlmsg_put_header(buf);
    request->nlmsg_type = type;
    request->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
    mnl_nlmsg_put_extra_header(request, size);
    return request;
}

int host_netlink_open(int protocol)
{
    const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    if (fd < 0)
        return -errno;
    if (connect(fd, (const struct sockaddr *)&kernel, sizeof kernel) == 0)
        return fd;
    const int err = errno;
    close(fd);
    return -err;
}

int host_netlink_ask(int fd, const struct nlmsghdr *request)
{
    struct {
        struct nlmsghdr head;
        struct nlmsgerr error;
        uint8_t quote[HOST_NETLINK_MAX];
    } answer;
    if (send(fd, request, request->nlmsg_len, 0) < 0)
        return -errno;
    const ssize_t n = recv(fd, &answer, sizeof answer, 0);
    if (n < 0)
        return -errno;
    if ((size_t)n < NLMSG_LENGTH(sizeof answer.error) || answer.head.nlmsg_type != NLMSG_ERROR)
        return -EPROTO;
    return answer.error.error;
}

static int keeper_take(const struct nlmsghdr *msg, void *arg)
{
    struct keeper *k = arg;
    if (mnl_nlmsg_get_payload_len(msg) < k->head) /* too short to be one of the list */
        return MNL_CB_OK;
    if (k->wants && !k->wants(msg, k->arg))
        return MNL_CB_OK;
    /* Up to the border that libmnl takes for the end of the last attribute. */
    struct nlmsghdr *copy = calloc(1, MNL_ALIGN(msg->nlmsg_len));
    struct nlmsghdr **more = reallocarray(k->out->msgs, k->out->n + 1, sizeof *more);
    if (more)
        k->out->msgs = more;
    if (!copy || !more) {
        free(copy);
        errno = ENOMEM;
        return MNL_CB_ERROR;
    }
    memcpy(copy, msg, msg->nlmsg_len);
    k->out->msgs[k->out->n++] = copy;
    return MNL_CB_OK;
}

/*
 * Takes the kernel's marks off the messages of a datagram, since all must be read: *is_marked when there was
 * one, that is when the list changed while it was told. False: a message is longer than what is left; libmnl
 * takes a length above 2^31 for a negative one and would go backwards.
 */
static bool netlink_unmark(void *buf, size_t n, bool *is_marked)
{
    int left = (int)n;
    for (struct nlmsghdr *msg = buf; left >= (int)sizeof *msg; msg = mnl_nlmsg_next(msg, &left)) {
        if (msg->nlmsg_len < sizeof *msg || msg->nlmsg_len > (size_t)left)
            return false;
        *is_marked |= msg->nlmsg_flags & NLM_F_DUMP_INTR;
        msg->nlmsg_flags &= (uint16_t)~NLM_F_DUMP_INTR;
    }
    return true;
}

/* What a refusal says, which libmnl hands on as the kernel wrote it. */
static int netlink_refusal(int error)
{
    return error > 0 && error <= ERRNO_MAX ? -error : -EPROTO;
}

/* Reads one answer to its end. */
static int netlink_read(int fd, struct keeper *k)
{
    _Alignas(struct nlmsghdr) char buf[32768]; /* what the kernel puts into one message of a list at most */
    int more = MNL_CB_OK;
    bool is_changed = false;
    while (more == MNL_CB_OK) {
        const ssize_t n = recv(fd, buf, sizeof buf, 0);
        if (n < 0)
            return -errno;
        if (!netlink_unmark(buf, (size_t)n, &is_changed))
            return -EPROTO;
        more = mnl_cb_run(buf, (size_t)n, 0, 0, keeper_take, k);
    }
    return more < 0 ? netlink_refusal(errno) : is_changed ? -EINTR : 0;
}

int host_netlink_list(int fd, const struct nlmsghdr *request, size_t head,
                      bool (*wants)(const struct nlmsghdr *msg, const void *arg), const void *arg,
                      struct host_netlink_list *out)
{
    struct keeper k = {head, wants, arg, out};
    int rc = -EINTR;
    *out = (struct host_netlink_list){0};
    for (int i = 0; i < TRIES && rc == -EINTR; i++) {
        host_netlink_free(out);
        rc = send(fd, request, request->nlmsg_len, 0) < 0 ? -errno : netlink_read(fd, &k);
    }
    if (rc < 0)
        host_netlink_free(out);
    return rc;
}

void host_netlink_free(struct host_netlink_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        free(list->msgs[i]);
    free(list->msgs);
    *list = (struct host_netlink_list){0};
}

const struct nlattr *host_netlink_attr(const struct nlmsghdr *msg, size_t size, uint16_t type, size_t min)
{
    const struct nlattr *a;
    mnl_attr_for_each(a, msg, (unsigned)size) if (mnl_attr_get_type(a) == type &&
                                                  mnl_attr_get_payload_len(a) >= min) return a;
    return NULL;
}

const struct nlattr *host_netlink_inner(const struct nlattr *nest, uint16_t type, size_t min)
{
    const struct nlattr *a;
    if (!nest)
        return NULL;
    mnl_attr_for_each_nested(a, nest) if (mnl_attr_get_type(a) == type &&
                                          mnl_attr_get_payload_len(a) >= min) return a;
    return NULL;
}

uint32_t host_netlink_u32(const struct nlattr *attr, uint32_t otherwise)
{
    return attr && mnl_attr_get_payload_len(attr) >= 4 ? mnl_attr_get_u32(attr) : otherwise;
}
