/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A route's message goes back to the kernel nearly as it came: without what only tells (cache, dead legs). A
 * route by nexthop object names the object instead of where that leads.
 */
#include "host_routes.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base_addr.h"
#include "base_text.h"

#define LEGS_MAX     (16 * HOST_NETLINK_MAX) /* bytes of a request with many legs */
#define TOLD_HZ      100U                    /* of the lifetime that the kernel tells: its USER_HZ */
#define LEG_SETTABLE (RTNH_F_ONLINK | RTNH_F_PERVASIVE)

static const struct rtmsg *routes_head(const struct nlmsghdr *msg)
{
    return mnl_nlmsg_get_payload(msg);
}

static const struct nlattr *routes_attr(const struct nlmsghdr *msg, uint16_t type, size_t min)
{
    return host_netlink_attr(msg, sizeof(struct rtmsg), type, min);
}

struct legs {
    size_t ours, others;
};

/* The leg that begins here, or NULL at the end. */
static const struct rtnexthop *routes_leg_at(const struct rtnexthop *leg, int left)
{
    return left >= (int)sizeof *leg && RTNH_OK(leg, left) ? leg : NULL;
}

static const struct rtnexthop *routes_leg_first(const struct nlattr *many, int *left)
{
    *left = mnl_attr_get_payload_len(many);
    return routes_leg_at(mnl_attr_get_payload(many), *left);
}

static const struct rtnexthop *routes_leg_next(const struct rtnexthop *leg, int *left)
{
    *left -= RTNH_ALIGN(leg->rtnh_len);
    return routes_leg_at(RTNH_NEXT(leg), *left);
}

static struct legs routes_legs(const struct nlmsghdr *msg, unsigned ifindex)
{
    struct legs legs = {0};
    const struct nlattr *many = routes_attr(msg, RTA_MULTIPATH, 0);
    const uint32_t oif = host_netlink_u32(routes_attr(msg, RTA_OIF, 4), 0);
    if (!many) {
        *(oif == ifindex ? &legs.ours : &legs.others) = 1;
        return legs;
    }
    int left;
    for (const struct rtnexthop *leg = routes_leg_first(many, &left); leg; leg = routes_leg_next(leg, &left))
        *(leg->rtnh_ifindex == (int)ifindex ? &legs.ours : &legs.others) += 1;
    return legs;
}

static bool routes_wants(const struct nlmsghdr *msg, const void *index)
{
    return !(routes_head(msg)->rtm_flags & RTM_F_CLONED) &&
           routes_legs(msg, *(const unsigned *)index).ours > 0;
}

int host_routes_list(int fd, unsigned ifindex, struct host_netlink_list *out)
{
    char buf[HOST_NETLINK_MAX];
    return host_netlink_list(fd, host_netlink_put(buf, RTM_GETROUTE, NLM_F_DUMP, sizeof(struct rtmsg)),
                             sizeof(struct rtmsg), routes_wants, &ifindex, out);
}

static uint32_t routes_table(const struct nlmsghdr *msg)
{
    return host_netlink_u32(routes_attr(msg, RTA_TABLE, 4), routes_head(msg)->rtm_table);
}

bool host_routes_is_local(const struct nlmsghdr *msg)
{
    return routes_table(msg) == RT_TABLE_LOCAL;
}

bool host_routes_is_default(const struct nlmsghdr *msg)
{
    const struct rtmsg *r = routes_head(msg);
    return r->rtm_dst_len == 0 && r->rtm_type == RTN_UNICAST;
}

const char *host_routes_text(const struct nlmsghdr *msg, char out[HOST_ROUTES_TEXT])
{
    const struct rtmsg *r = routes_head(msg);
    const enum base_family family = r->rtm_family == AF_INET6 ? BASE_AF_IP6 : BASE_AF_IP4;
    const size_t size = base_addr_size(family);
    const struct nlattr *dst = routes_attr(msg, RTA_DST, size), *via = routes_attr(msg, RTA_GATEWAY, size);
    char text[BASE_ADDR_TEXT_MAX];
    struct base_text t = base_text(out, HOST_ROUTES_TEXT);
    struct base_addr addr;
    if (dst) {
        addr = base_addr_from_bytes(family, mnl_attr_get_payload(dst));
        base_text_add(&t, "%s/%u", base_addr_text(&addr, text), r->rtm_dst_len);
    } else {
        base_text_add(&t, "%s default", family == BASE_AF_IP6 ? "IPv6" : "IPv4");
    }
    if (via) {
        addr = base_addr_from_bytes(family, mnl_attr_get_payload(via));
        base_text_add(&t, " via %s", base_addr_text(&addr, text));
    }
    if (routes_table(msg) != RT_TABLE_MAIN)
        base_text_add(&t, " table %u", routes_table(msg));
    return out;
}

/* ------------------------------------------------------------------------------------------- requests */

/* The legs that are to stay: all, or those of others when only_others. */
static void routes_put_legs(struct nlmsghdr *request, const struct nlattr *many, unsigned ifindex,
                            bool only_others)
{
    struct nlattr *nest = mnl_attr_nest_start(request, RTA_MULTIPATH);
    int left;
    for (const struct rtnexthop *leg = routes_leg_first(many, &left); leg;
         leg = routes_leg_next(leg, &left)) {
        if (only_others && leg->rtnh_ifindex == (int)ifindex)
            continue;
        struct rtnexthop *copy = mnl_nlmsg_get_payload_tail(request);
        memcpy(copy, leg, leg->rtnh_len);
        copy->rtnh_flags &= LEG_SETTABLE;
        request->nlmsg_len += RTNH_ALIGN(leg->rtnh_len);
    }
    mnl_attr_nest_end(request, nest);
}

/* What the kernel tells and does not take. */
static bool routes_only_tells(uint16_t type, bool is_by_object)
{
    const bool is_way = type == RTA_OIF || type == RTA_GATEWAY || type == RTA_VIA || type == RTA_MULTIPATH ||
                        type == RTA_ENCAP || type == RTA_ENCAP_TYPE;
    return type == RTA_CACHEINFO || (is_by_object && is_way);
}

/* -ETIME when an IPv6 route's lifetime ended; else what is left of it goes into the request. */
static int routes_put_life(struct nlmsghdr *request, const struct nlmsghdr *msg, uint32_t age_s)
{
    const struct nlattr *cache = routes_attr(msg, RTA_CACHEINFO, sizeof(struct rta_cacheinfo));
    struct rta_cacheinfo life = {0};
    if (cache)
        memcpy(&life, mnl_attr_get_payload(cache), sizeof life);
    if (life.rta_expires == 0)
        return 0;
    const int32_t left = life.rta_expires / (int32_t)TOLD_HZ - (int32_t)age_s;
    if (left <= 0)
        return -ETIME;
    mnl_attr_put_u32(request, RTA_EXPIRES, (uint32_t)left);
    return 0;
}

/* A request about the route of a message. buf has LEGS_MAX bytes. -EMSGSIZE: more legs than fit. */
static int routes_put(void *buf, uint16_t type, uint16_t flags, const struct nlmsghdr *msg, unsigned ifindex,
                      bool only_others)
{
    struct nlmsghdr *request = host_netlink_put(buf, type, flags, sizeof(struct rtmsg));
    struct rtmsg *r = mnl_nlmsg_get_payload(request);
    const bool is_by_object = routes_attr(msg, RTA_NH_ID, 4) != NULL;
    const struct nlattr *a;
    if (msg->nlmsg_len > LEGS_MAX - 64)
        return -EMSGSIZE;
    *r = *routes_head(msg);
    r->rtm_flags &= LEG_SETTABLE;
    mnl_attr_for_each(a, msg, sizeof *r)
    {
        const uint16_t is = mnl_attr_get_type(a);
        if (routes_only_tells(is, is_by_object))
            continue;
        if (is == RTA_MULTIPATH)
            routes_put_legs(request, a, ifindex, only_others);
        else
            mnl_attr_put(request, is, mnl_attr_get_payload_len(a), mnl_attr_get_payload(a));
    }
    return 0;
}

/* *left counts what cannot be changed. */
static int routes_remove_one(int fd, const struct nlmsghdr *msg, unsigned ifindex, size_t *left)
{
    char buf[LEGS_MAX];
    const bool is_shared = routes_legs(msg, ifindex).others > 0;
    int rc;
    if (is_shared && routes_attr(msg, RTA_NH_ID, 4)) {
        *left += 1;
        return 0;
    }
    if (is_shared)
        rc = routes_put(buf, RTM_NEWROUTE, NLM_F_REPLACE, msg, ifindex, true);
    else
        rc = routes_put(buf, RTM_DELROUTE, 0, msg, ifindex, false);
    if (rc == 0)
        rc = host_netlink_ask(fd, (struct nlmsghdr *)buf);
    return rc == -ESRCH || rc == -ENOENT ? 0 : rc; /* gone with an address, or by another hand */
}

int host_routes_remove(int fd, unsigned ifindex, size_t *left)
{
    struct host_netlink_list all;
    int rc = host_routes_list(fd, ifindex, &all);
    *left = 0;
    for (size_t i = 0; i < all.n && rc == 0; i++)
        rc = routes_remove_one(fd, all.msgs[i], ifindex, left);
    host_netlink_free(&all);
    return rc;
}

/* IPv6: the kernel makes it with its address, and would take a second one from us. */
static bool routes_is_kernels(const struct nlmsghdr *msg)
{
    const struct rtmsg *r = routes_head(msg);
    return r->rtm_family == AF_INET6 && r->rtm_protocol == RTPROT_KERNEL &&
           (r->rtm_type == RTN_LOCAL || r->rtm_type == RTN_ANYCAST);
}

int host_routes_add(int fd, const struct nlmsghdr *msg, unsigned ifindex, uint32_t age_s)
{
    char buf[LEGS_MAX];
    const bool is_shared = routes_legs(msg, ifindex).others > 0;
    if (routes_is_kernels(msg))
        return 0;
    int rc = routes_put(buf, RTM_NEWROUTE, NLM_F_CREATE | (is_shared ? NLM_F_REPLACE : NLM_F_APPEND), msg,
                        ifindex, false);
    if (rc == 0)
        rc = routes_put_life((struct nlmsghdr *)buf, msg, age_s);
    if (rc == 0)
        rc = host_netlink_ask(fd, (struct nlmsghdr *)buf);
    return rc == -EEXIST ? 0 : rc;
}
