/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kernel lists IPv4 addresses in the order in which they came, and of IPv6 addresses of one scope the
 * last first; and it takes secondary addresses away with their primary. So IPv4 goes from the end and comes
 * from the start, and IPv6 comes from the end.
 */
#include "host_addrs.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FOREVER 0xffffffffU /* a lifetime */

static const struct ifaddrmsg *addrs_head(const struct nlmsghdr *msg)
{
    return mnl_nlmsg_get_payload(msg);
}

static const struct nlattr *addrs_attr(const struct nlmsghdr *msg, uint16_t type, size_t min)
{
    return host_netlink_attr(msg, sizeof(struct ifaddrmsg), type, min);
}

static bool addrs_wants(const struct nlmsghdr *msg, const void *index)
{
    const struct ifaddrmsg *a = addrs_head(msg);
    const bool is_temporary = a->ifa_family == AF_INET6 && a->ifa_flags & IFA_F_TEMPORARY;
    return a->ifa_index == *(const unsigned *)index && !is_temporary;
}

static bool addrs_wants_any(const struct nlmsghdr *msg, const void *index)
{
    return addrs_head(msg)->ifa_index == *(const unsigned *)index;
}

int host_addrs_list(int fd, unsigned ifindex, struct host_netlink_list *out)
{
    char buf[HOST_NETLINK_MAX];
    return host_netlink_list(fd, host_netlink_put(buf, RTM_GETADDR, NLM_F_DUMP, sizeof(struct ifaddrmsg)),
                             sizeof(struct ifaddrmsg), addrs_wants, &ifindex, out);
}

void host_addrs_prefix(const struct nlmsghdr *msg, struct base_prefix *out)
{
    const struct ifaddrmsg *a = addrs_head(msg);
    const enum base_family family = a->ifa_family == AF_INET6 ? BASE_AF_IP6 : BASE_AF_IP4;
    const size_t size = base_addr_size(family);
    const struct nlattr *own = addrs_attr(msg, IFA_LOCAL, size);
    if (!own)
        own = addrs_attr(msg, IFA_ADDRESS, size);
    *out = (struct base_prefix){.len = a->ifa_prefixlen};
    if (own)
        out->addr = base_addr_from_bytes(family, mnl_attr_get_payload(own));
}

const struct nlmsghdr *host_addrs_in_order(const struct host_netlink_list *list, size_t i)
{
    size_t n4 = 0;
    while (n4 < list->n && addrs_head(list->msgs[n4])->ifa_family == AF_INET)
        n4++;
    return list->msgs[i < n4 ? i : list->n - 1 - (i - n4)];
}

int host_addrs_of(const char *name, struct base_prefix *out, size_t max)
{
    struct host_netlink_list all = {0};
    const unsigned index = if_nametoindex(name);
    const int fd = index ? host_netlink_open(NETLINK_ROUTE) : -ENODEV;
    size_t n = 0;
    if (fd < 0)
        return fd;
    const int rc = host_addrs_list(fd, index, &all);
    for (size_t i = 0; i < all.n && n < max; i++) {
        const struct nlmsghdr *msg = host_addrs_in_order(&all, i);
        if (addrs_head(msg)->ifa_family == AF_INET6 && addrs_head(msg)->ifa_scope == RT_SCOPE_LINK)
            continue;
        host_addrs_prefix(msg, &out[n]);
        n += out[n].addr.family != BASE_AF_NONE;
    }
    host_netlink_free(&all);
    close(fd);
    return rc < 0 ? rc : (int)n;
}

static int addrs_remove_one(int fd, const struct nlmsghdr *msg)
{
    char buf[HOST_NETLINK_MAX];
    struct nlmsghdr *request = host_netlink_put(buf, RTM_DELADDR, 0, sizeof(struct ifaddrmsg));
    const uint16_t types[] = {IFA_LOCAL, IFA_ADDRESS};
    memcpy(mnl_nlmsg_get_payload(request), addrs_head(msg), sizeof(struct ifaddrmsg));
    for (size_t i = 0; i < 2; i++) {
        const struct nlattr *a = addrs_attr(msg, types[i], 4);
        if (a)
            mnl_attr_put(request, types[i], mnl_attr_get_payload_len(a), mnl_attr_get_payload(a));
    }
    const int rc = host_netlink_ask(fd, request);
    return rc == -EADDRNOTAVAIL ? 0 : rc; /* gone with its primary, or by another hand */
}

int host_addrs_remove(int fd, unsigned ifindex)
{
    char buf[HOST_NETLINK_MAX];
    struct host_netlink_list all;
    int rc = host_netlink_list(fd, host_netlink_put(buf, RTM_GETADDR, NLM_F_DUMP, sizeof(struct ifaddrmsg)),
                               sizeof(struct ifaddrmsg), addrs_wants_any, &ifindex, &all);
    if (rc < 0)
        return rc;
    for (size_t i = all.n; i > 0 && rc == 0; i--)
        rc = addrs_remove_one(fd, all.msgs[i - 1]);
    host_netlink_free(&all);
    return rc;
}

/* What is left of a lifetime. */
static uint32_t addrs_left(uint32_t was, uint32_t age_s)
{
    if (was == FOREVER)
        return FOREVER;
    return was > age_s ? was - age_s : 0;
}

int host_addrs_add(int fd, const struct nlmsghdr *msg, const char *name, uint32_t age_s)
{
    char buf[HOST_NETLINK_MAX];
    struct nlmsghdr *request =
        host_netlink_put(buf, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifaddrmsg));
    const struct nlattr *a;
    memcpy(mnl_nlmsg_get_payload(request), addrs_head(msg), sizeof(struct ifaddrmsg));
    mnl_attr_for_each(a, msg, sizeof(struct ifaddrmsg))
    {
        const uint16_t type = mnl_attr_get_type(a), len = mnl_attr_get_payload_len(a);
        struct ifa_cacheinfo life;
        if (type == IFA_LABEL && strncmp(mnl_attr_get_payload(a), name, len) == 0)
            continue; /* the kernel's own choice, which is another when the interface was renamed */
        if (type == IFA_CACHEINFO && len >= sizeof life) {
            memcpy(&life, mnl_attr_get_payload(a), sizeof life);
            life.ifa_prefered = addrs_left(life.ifa_prefered, age_s);
            life.ifa_valid = addrs_left(life.ifa_valid, age_s);
            if (life.ifa_valid == 0)
                return -ETIME;
            mnl_attr_put(request, type, sizeof life, &life);
        } else if (!mnl_attr_put_check(request, sizeof buf, type, len, mnl_attr_get_payload(a))) {
            return -EMSGSIZE;
        }
    }
    const int rc = host_netlink_ask(fd, request);
    return rc == -EEXIST ? 0 : rc;
}
