/* SPDX-License-Identifier: BSD-3-Clause */
/* Each request is a header and at most four numbers or addresses. */
#include "host_rtnl.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "host_netlink.h"

static struct nlmsghdr *rtnl_request(void *buf, uint16_t type, uint16_t flags, const void *header,
                                     size_t size)
{
    struct nlmsghdr *r = host_netlink_put(buf, type, flags, size);
    memcpy(mnl_nlmsg_get_payload(r), header, size);
    return r;
}

static uint8_t rtnl_family(uint8_t family)
{
    return family == BASE_AF_IP6 ? AF_INET6 : AF_INET;
}

static int rtnl_addr(int fd, uint16_t type, uint16_t flags, unsigned ifindex, const struct base_prefix *addr)
{
    const size_t size = base_addr_size(addr->addr.family);
    const struct ifaddrmsg i = {
        .ifa_family = rtnl_family(addr->addr.family),
        .ifa_prefixlen = addr->len,
        .ifa_index = ifindex,
        .ifa_flags = IFA_F_NODAD,
    };
    char buf[HOST_NETLINK_MAX];
    struct nlmsghdr *r = rtnl_request(buf, type, flags, &i, sizeof i);
    mnl_attr_put(r, IFA_LOCAL, size, addr->addr.bytes);
    mnl_attr_put(r, IFA_ADDRESS, size, addr->addr.bytes);
    return host_netlink_ask(fd, r);
}

int host_rtnl_addr_add(int fd, unsigned ifindex, const struct base_prefix *addr)
{
    return rtnl_addr(fd, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, ifindex, addr);
}

int host_rtnl_addr_remove(int fd, unsigned ifindex, const struct base_prefix *addr)
{
    return rtnl_addr(fd, RTM_DELADDR, 0, ifindex, addr);
}

/* from NULL: whatever its source. */
static int rtnl_route(int fd, uint16_t type, uint16_t flags, unsigned ifindex, const struct base_prefix *to,
                      const struct base_addr *from, uint32_t metric)
{
    const uint8_t family = to->addr.family;
    const struct rtmsg i = {
        .rtm_family = rtnl_family(family),
        .rtm_dst_len = to->len,
        .rtm_table = RT_TABLE_MAIN,
        .rtm_protocol = RTPROT_STATIC,
        .rtm_scope = family == BASE_AF_IP6 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
        .rtm_type = RTN_UNICAST,
    };
    char buf[HOST_NETLINK_MAX];
    struct nlmsghdr *r = rtnl_request(buf, type, flags, &i, sizeof i);
    mnl_attr_put(r, RTA_DST, base_addr_size(family), to->addr.bytes);
    mnl_attr_put_u32(r, RTA_OIF, ifindex);
    mnl_attr_put_u32(r, RTA_PRIORITY, metric);
    if (from)
        mnl_attr_put(r, RTA_PREFSRC, base_addr_size(from->family), from->bytes);
    return host_netlink_ask(fd, r);
}

int host_rtnl_route_add(int fd, unsigned ifindex, const struct base_prefix *to, const struct base_addr *from,
                        uint32_t metric)
{
    return rtnl_route(fd, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, ifindex, to, from, metric);
}

int host_rtnl_route_remove(int fd, unsigned ifindex, const struct base_prefix *to, uint32_t metric)
{
    return rtnl_route(fd, RTM_DELROUTE, 0, ifindex, to, NULL, metric);
}

int host_rtnl_default_add(int fd, unsigned ifindex, uint8_t family, uint32_t table, uint32_t metric)
{
    const struct rtmsg i = {
        .rtm_family = rtnl_family(family),
        .rtm_table = RT_TABLE_UNSPEC,
        .rtm_protocol = RTPROT_STATIC,
        .rtm_scope = family == BASE_AF_IP6 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
        .rtm_type = RTN_UNICAST,
    };
    char buf[HOST_NETLINK_MAX];
    struct nlmsghdr *r = rtnl_request(buf, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &i, sizeof i);
    mnl_attr_put_u32(r, RTA_TABLE, table);
    mnl_attr_put_u32(r, RTA_OIF, ifindex);
    mnl_attr_put_u32(r, RTA_PRIORITY, metric);
    return host_netlink_ask(fd, r);
}

static int rtnl_rule(int fd, uint16_t type, uint16_t flags, const struct base_addr *from, uint32_t table,
                     uint32_t priority)
{
    const size_t size = base_addr_size(from->family);
    const struct fib_rule_hdr h = {
        .family = rtnl_family(from->family),
        .src_len = (uint8_t)(8 * size),
        .table = RT_TABLE_UNSPEC,
        .action = FR_ACT_TO_TBL,
    };
    char buf[HOST_NETLINK_MAX];
    struct nlmsghdr *r = rtnl_request(buf, type, flags, &h, sizeof h);
    mnl_attr_put(r, FRA_SRC, size, from->bytes);
    mnl_attr_put_u32(r, FRA_TABLE, table);
    mnl_attr_put_u32(r, FRA_PRIORITY, priority);
    return host_netlink_ask(fd, r);
}

int host_rtnl_rule_add(int fd, const struct base_addr *from, uint32_t table, uint32_t priority)
{
    return rtnl_rule(fd, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, from, table, priority);
}

int host_rtnl_rule_remove(int fd, const struct base_addr *from, uint32_t table, uint32_t priority)
{
    return rtnl_rule(fd, RTM_DELRULE, 0, from, table, priority);
}
