/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Requests to the kernel's routing socket. Each is built in a small buffer, sent, and its acknowledgement
 * read; nothing is listened to and nothing is cached.
 */
#include "host_rtnl.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BODY_MAX 256

struct request {
    struct nlmsghdr head;
    uint8_t body[BODY_MAX]; /* the family's header, then attributes */
};

static struct request request(uint16_t type, uint16_t flags, const void *header, size_t size)
{
    struct request r = {
        .head = {.nlmsg_len = (uint32_t)NLMSG_LENGTH(size),
                 .nlmsg_type = type,
                 .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags)},
    };
    memcpy(r.body, header, size);
    return r;
}

/* What the callers put in is far below BODY_MAX: a header and at most four numbers or addresses. */
static struct rtattr *put(struct request *r, uint16_t type, const void *data, size_t size)
{
    const size_t at = NLMSG_ALIGN(r->head.nlmsg_len) - sizeof r->head;
    struct rtattr *a = (struct rtattr *)(void *)(r->body + at);
    a->rta_type = type;
    a->rta_len = (uint16_t)RTA_LENGTH(size);
    if (size)
        memcpy(RTA_DATA(a), data, size);
    r->head.nlmsg_len = (uint32_t)(sizeof r->head + at + RTA_ALIGN(a->rta_len));
    return a;
}

static void put_u32(struct request *r, uint16_t type, uint32_t value)
{
    put(r, type, &value, sizeof value);
}

static void put_end(const struct request *r, struct rtattr *nest)
{
    nest->rta_len = (uint16_t)((const uint8_t *)r + r->head.nlmsg_len - (const uint8_t *)nest);
}

static int ask(int fd, const struct request *r)
{
    struct {
        struct nlmsghdr head;
        struct nlmsgerr error;
        uint8_t quote[sizeof(struct request)];
    } answer;
    if (send(fd, r, r->head.nlmsg_len, 0) < 0)
        return -errno;
    const ssize_t n = recv(fd, &answer, sizeof answer, 0);
    if (n < 0)
        return -errno;
    if ((size_t)n < NLMSG_LENGTH(sizeof answer.error) || answer.head.nlmsg_type != NLMSG_ERROR)
        return -EPROTO;
    return answer.error.error;
}

static uint8_t family_of(uint8_t family)
{
    return family == BASE_AF_IP6 ? AF_INET6 : AF_INET;
}

int host_rtnl_open(void)
{
    const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0)
        return -errno;
    if (connect(fd, (const struct sockaddr *)&kernel, sizeof kernel) == 0)
        return fd;
    const int err = errno;
    close(fd);
    return -err;
}

int host_rtnl_link_up(int fd, unsigned ifindex, uint16_t mtu)
{
    const struct ifinfomsg i = {.ifi_index = (int)ifindex, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
    struct request r = request(RTM_NEWLINK, 0, &i, sizeof i);
    put_u32(&r, IFLA_MTU, mtu);
    return ask(fd, &r);
}

int host_rtnl_no_link_local(int fd, unsigned ifindex)
{
    const struct ifinfomsg i = {.ifi_index = (int)ifindex};
    const uint8_t none = IN6_ADDR_GEN_MODE_NONE;
    struct request r = request(RTM_NEWLINK, 0, &i, sizeof i);
    struct rtattr *spec = put(&r, IFLA_AF_SPEC, NULL, 0), *inet6 = put(&r, AF_INET6, NULL, 0);
    put(&r, IFLA_INET6_ADDR_GEN_MODE, &none, sizeof none);
    put_end(&r, inet6);
    put_end(&r, spec);
    return ask(fd, &r);
}

int host_rtnl_addr_add(int fd, unsigned ifindex, const struct base_prefix *addr)
{
    const size_t size = base_addr_size(addr->addr.family);
    const struct ifaddrmsg i = {
        .ifa_family = family_of(addr->addr.family),
        .ifa_prefixlen = addr->len,
        .ifa_index = ifindex,
        .ifa_flags = IFA_F_NODAD,
    };
    struct request r = request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &i, sizeof i);
    put(&r, IFA_LOCAL, addr->addr.bytes, size);
    put(&r, IFA_ADDRESS, addr->addr.bytes, size);
    return ask(fd, &r);
}

int host_rtnl_default_add(int fd, unsigned ifindex, uint8_t family, uint32_t table, uint32_t metric)
{
    const struct rtmsg i = {
        .rtm_family = family_of(family),
        .rtm_table = RT_TABLE_UNSPEC,
        .rtm_protocol = RTPROT_STATIC,
        .rtm_scope = family == BASE_AF_IP6 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
        .rtm_type = RTN_UNICAST,
    };
    struct request r = request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &i, sizeof i);
    put_u32(&r, RTA_TABLE, table);
    put_u32(&r, RTA_OIF, ifindex);
    put_u32(&r, RTA_PRIORITY, metric);
    return ask(fd, &r);
}

static int rule(int fd, uint16_t type, uint16_t flags, const struct base_addr *from, uint32_t table,
                uint32_t priority)
{
    const size_t size = base_addr_size(from->family);
    const struct fib_rule_hdr h = {
        .family = family_of(from->family),
        .src_len = (uint8_t)(8 * size),
        .table = RT_TABLE_UNSPEC,
        .action = FR_ACT_TO_TBL,
    };
    struct request r = request(type, flags, &h, sizeof h);
    put(&r, FRA_SRC, from->bytes, size);
    put_u32(&r, FRA_TABLE, table);
    put_u32(&r, FRA_PRIORITY, priority);
    return ask(fd, &r);
}

int host_rtnl_rule_add(int fd, const struct base_addr *from, uint32_t table, uint32_t priority)
{
    return rule(fd, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, from, table, priority);
}

int host_rtnl_rule_remove(int fd, const struct base_addr *from, uint32_t table, uint32_t priority)
{
    return rule(fd, RTM_DELRULE, 0, from, table, priority);
}
