/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The way back has an order: what was attached goes first, since drivers change offloads with it; then the
 * link, since addresses make routes only where it is up; then addresses, then routes, of which those that
 * lead to gateways wait for those that lead to the gateways' networks.
 */
#include "host_before.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host_addrs.h"
#include "host_ethtool.h"
#include "host_guard.h"
#include "host_link.h"
#include "host_routes.h"
#include "host_xdp.h"

#define FLAGS       (IFF_UP | IFF_PROMISC | IFF_ALLMULTI)
#define ROUTE_TRIES 3 /* a route by a gateway that is itself behind a route by a gateway */

static uint64_t before_now_s(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_BOOTTIME, &ts);
    return (uint64_t)ts.tv_sec;
}

static void before_read(const struct nlmsghdr *link, struct host_before *out)
{
    const struct ifinfomsg *i = mnl_nlmsg_get_payload(link);
    *out = (struct host_before){
        .index = (unsigned)i->ifi_index,
        .flags = i->ifi_flags & FLAGS,
        .mtu = host_netlink_u32(host_link_attr(link, IFLA_MTU, 4), 0),
        .xdp_prog = host_xdp_prog(link),
        .gen_mode = host_link_gen_mode(link),
        .ip6_off = host_link_ip6_off(link),
        .when_s = before_now_s(),
    };
    host_link_text(out->name, sizeof out->name, host_link_attr(link, IFLA_IFNAME, 1));
}

static void before_offloads(struct host_before *out)
{
    for (size_t i = 0; i < HOST_OFFLOADS; i++) {
        struct host_ethtool_feature is;
        if (host_ethtool_feature(out->name, host_offloads[i].name, &is) < 0 || is.is_fixed)
            continue;
        out->offloads[i].is_known = true;
        out->offloads[i].is_wanted = is.is_wanted;
    }
}

int host_before_look(int fd, unsigned index, struct host_before *out)
{
    struct host_netlink_list link;
    int rc = host_link_get(fd, NULL, index, &link);
    *out = (struct host_before){0};
    if (rc < 0)
        return rc;
    before_read(link.msgs[0], out);
    host_netlink_free(&link);
    out->accept_dad = host_link_get_ip6(out->name, "accept_dad");
    before_offloads(out);
    host_guard_tc_look(fd, index, &out->has_qdisc); /* a kernel without qdiscs has none */
    rc = host_addrs_list(fd, index, &out->addrs);
    if (rc == 0)
        rc = host_routes_list(fd, index, &out->routes);
    if (rc < 0)
        host_before_free(out);
    return rc;
}

/* ------------------------------------------------------------------------------------------- the way back */

struct back {
    int fd;
    const struct host_before *before;
    const struct host_before *now; /* name and link only */
    const struct host_tell *tell;
};

static void back_check(const struct back *b, int rc, const char *what)
{
    if (rc < 0)
        host_tell(b->tell, "%s: %s could not be given back, do it by hand: %s", b->now->name, what,
                  rc == -ETIME ? "its lifetime ended" : strerror(-rc));
}

static void back_link(const struct back *b)
{
    const struct host_before *was = b->before;
    if (b->now->xdp_prog && b->now->xdp_prog != was->xdp_prog)
        back_check(b, host_xdp_detach(b->fd, was->index), "the place of its XDP program");
    for (size_t i = 0; i < HOST_OFFLOADS; i++)
        if (was->offloads[i].is_known) {
            const int rc =
                host_ethtool_feature_set(b->now->name, host_offloads[i].name, was->offloads[i].is_wanted);
            back_check(b, rc, host_offloads[i].name);
        }
    if (b->now->mtu != was->mtu)
        back_check(b, host_link_set_mtu(b->fd, was->index, was->mtu), "its MTU");
    if (was->gen_mode != HOST_LINK_NO_IP6) /* the addresses that are saved come back, and no others */
        host_link_set_gen_mode(b->fd, was->index, IN6_ADDR_GEN_MODE_NONE);
    if (b->now->flags != was->flags)
        back_check(b, host_link_set_flags(b->fd, was->index, was->flags, FLAGS), "up or down");
}

/* Whether all saved IPv6 addresses had passed duplicate address detection. */
static bool back_is_unique(const struct host_before *was)
{
    for (size_t i = 0; i < was->addrs.n; i++) {
        const struct ifaddrmsg *a = mnl_nlmsg_get_payload(was->addrs.msgs[i]);
        if (a->ifa_flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED))
            return false;
    }
    return true;
}

static void back_addrs(const struct back *b, uint32_t age_s)
{
    for (size_t i = 0; i < b->before->addrs.n; i++) {
        const struct nlmsghdr *msg = host_addrs_in_order(&b->before->addrs, i);
        struct base_prefix prefix;
        char text[BASE_PREFIX_TEXT_MAX];
        const int rc = host_addrs_add(b->fd, msg, b->before->name, age_s);
        host_addrs_prefix(msg, &prefix);
        back_check(b, rc, base_prefix_text(&prefix, text));
    }
}

/* Addresses were unique, and Culvert answered for them meanwhile: they need not prove themselves again. */
static void back_ip6_and_addrs(const struct back *b, uint32_t age_s)
{
    const char *name = b->now->name;
    const int dad = b->before->accept_dad;
    if (dad > 0 && back_is_unique(b->before))
        host_link_set_ip6(name, "accept_dad", 0);
    if (b->before->ip6_off != HOST_LINK_NO_IP6 && b->before->ip6_off != b->now->ip6_off) {
        const int rc = host_link_set_ip6(name, "disable_ipv6", b->before->ip6_off);
        back_check(b, rc, "IPv6");
    }
    back_addrs(b, age_s);
    if (dad > 0)
        host_link_set_ip6(name, "accept_dad", dad);
    if (b->before->gen_mode != HOST_LINK_NO_IP6)
        host_link_set_gen_mode(b->fd, b->before->index, (uint8_t)b->before->gen_mode);
}

static void back_routes(const struct back *b, uint32_t age_s)
{
    const struct host_netlink_list *routes = &b->before->routes;
    int *rc = calloc(routes->n + 1, sizeof *rc);
    char text[HOST_ROUTES_TEXT];
    for (size_t i = 0; rc && i < routes->n; i++)
        rc[i] = -EAGAIN;
    for (int try = 0; rc && try < ROUTE_TRIES; try++)
        for (size_t i = 0; i < routes->n; i++)
            if (rc[i] < 0)
                rc[i] = host_routes_add(b->fd, routes->msgs[i], b->before->index, age_s);
    for (size_t i = 0; rc && i < routes->n; i++)
        back_check(b, rc[i], host_routes_text(routes->msgs[i], text));
    free(rc);
}

int host_before_restore(int fd, const struct host_before *before, const struct host_tell *tell)
{
    const uint32_t age_s = (uint32_t)(before_now_s() - before->when_s);
    struct host_before now;
    struct host_netlink_list link;
    int rc = host_link_set_flags(fd, before->index, 0, 0); /* no change, and yet the right to make one */
    if (rc == 0)
        rc = host_link_get(fd, NULL, before->index, &link);
    if (rc < 0)
        return rc;
    before_read(link.msgs[0], &now);
    host_netlink_free(&link);
    const struct back b = {fd, before, &now, tell};
    back_link(&b);
    back_ip6_and_addrs(&b, age_s);
    back_routes(&b, age_s);
    return 0;
}

void host_before_free(struct host_before *before)
{
    host_netlink_free(&before->addrs);
    host_netlink_free(&before->routes);
}
