/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The netlink family "netdev" is younger than the kernel headers of Debian 12, so its few numbers are written
 * here, from Linux's Documentation/netlink/specs/netdev.yaml.
 */
#include "host_xdp.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <unistd.h>

#include "host_netlink.h"

#define NETDEV_DEV_GET      1
#define NETDEV_IFINDEX      1
#define NETDEV_XDP_FEATURES 3
#define FEATURE_BASIC       1U
#define FEATURE_REDIRECT    2U
#define FEATURE_ZEROCOPY    8U

/* Drivers with XDP and redirection to sockets in Linux 6.1. */
static const struct {
    const char *name;
    enum host_xdp_can can;
} drivers[] = {
    {"atlantic", HOST_XDP_NATIVE}, {"bnxt_en", HOST_XDP_NATIVE},   {"dpaa2_eth", HOST_XDP_ZEROCOPY},
    {"ena", HOST_XDP_NATIVE},      {"fsl_enetc", HOST_XDP_NATIVE}, {"hv_netvsc", HOST_XDP_NATIVE},
    {"i40e", HOST_XDP_ZEROCOPY},   {"ice", HOST_XDP_ZEROCOPY},     {"igb", HOST_XDP_NATIVE},
    {"igc", HOST_XDP_ZEROCOPY},    {"ixgbe", HOST_XDP_ZEROCOPY},   {"ixgbevf", HOST_XDP_NATIVE},
    {"mana", HOST_XDP_NATIVE},     {"mlx4_en", HOST_XDP_NATIVE},   {"mlx5_core", HOST_XDP_ZEROCOPY},
    {"mvneta", HOST_XDP_NATIVE},   {"mvpp2", HOST_XDP_NATIVE},     {"nfp", HOST_XDP_ZEROCOPY},
    {"qede", HOST_XDP_NATIVE},     {"sfc", HOST_XDP_NATIVE},       {"st_gmac", HOST_XDP_ZEROCOPY},
    {"tun", HOST_XDP_NATIVE},      {"veth", HOST_XDP_NATIVE},      {"virtio_net", HOST_XDP_NATIVE},
};

/* The number of the family "netdev", 0 when the kernel has none. */
static uint16_t netdev_family(int fd)
{
    char buf[HOST_NETLINK_MAX];
    struct host_netlink_list answer;
    struct nlmsghdr *request = host_netlink_put(buf, GENL_ID_CTRL, 0, sizeof(struct genlmsghdr));
    *(struct genlmsghdr *)mnl_nlmsg_get_payload(request) =
        (struct genlmsghdr){.cmd = CTRL_CMD_GETFAMILY, .version = 1};
    mnl_attr_put_strz(request, CTRL_ATTR_FAMILY_NAME, "netdev");
    if (host_netlink_list(fd, request, sizeof(struct genlmsghdr), NULL, NULL, &answer) < 0 || answer.n == 0)
        return 0;
    const struct nlattr *id =
        host_netlink_attr(answer.msgs[0], sizeof(struct genlmsghdr), CTRL_ATTR_FAMILY_ID, 2);
    const uint16_t family = id ? mnl_attr_get_u16(id) : 0;
    host_netlink_free(&answer);
    return family;
}

/* What the kernel says. -EOPNOTSUPP: nothing. */
static int netdev_features(unsigned ifindex, uint64_t *features)
{
    char buf[HOST_NETLINK_MAX];
    struct host_netlink_list answer = {0};
    const int fd = host_netlink_open(NETLINK_GENERIC);
    const uint16_t family = fd < 0 ? 0 : netdev_family(fd);
    const struct nlattr *is = NULL;
    if (family) {
        struct nlmsghdr *request = host_netlink_put(buf, family, 0, sizeof(struct genlmsghdr));
        *(struct genlmsghdr *)mnl_nlmsg_get_payload(request) =
            (struct genlmsghdr){.cmd = NETDEV_DEV_GET, .version = 1};
        mnl_attr_put_u32(request, NETDEV_IFINDEX, ifindex);
        if (host_netlink_list(fd, request, sizeof(struct genlmsghdr), NULL, NULL, &answer) == 0 &&
            answer.n > 0)
            is = host_netlink_attr(answer.msgs[0], sizeof(struct genlmsghdr), NETDEV_XDP_FEATURES, 8);
    }
    if (is)
        *features = mnl_attr_get_u64(is);
    host_netlink_free(&answer);
    if (fd >= 0)
        close(fd);
    return is ? 0 : -EOPNOTSUPP;
}

enum host_xdp_can host_xdp_can(unsigned ifindex, const char *driver)
{
    uint64_t features;
    if (netdev_features(ifindex, &features) == 0) {
        if ((features & (FEATURE_BASIC | FEATURE_REDIRECT)) != (FEATURE_BASIC | FEATURE_REDIRECT))
            return HOST_XDP_NO;
        return features & FEATURE_ZEROCOPY ? HOST_XDP_ZEROCOPY : HOST_XDP_NATIVE;
    }
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++)
        if (strcmp(drivers[i].name, driver) == 0)
            return drivers[i].can;
    return HOST_XDP_UNKNOWN;
}

uint32_t host_xdp_prog(const struct nlmsghdr *link)
{
    /* In the order in which they see a frame; the first is there when only one is attached. */
    static const uint16_t places[] = {IFLA_XDP_PROG_ID, IFLA_XDP_HW_PROG_ID, IFLA_XDP_DRV_PROG_ID,
                                      IFLA_XDP_SKB_PROG_ID};
    const struct nlattr *xdp = host_netlink_attr(link, sizeof(struct ifinfomsg), IFLA_XDP, 0);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const uint32_t id = host_netlink_u32(host_netlink_inner(xdp, places[i], 4), 0);
        if (id)
            return id;
    }
    return 0;
}

/* Takes away what is attached in one way; nothing there is no failure. */
static int xdp_detach_from(int route_fd, unsigned ifindex, uint32_t way)
{
    const int32_t none = -1;
    char buf[HOST_NETLINK_MAX];
    struct nlmsghdr *request = host_netlink_put(buf, RTM_SETLINK, 0, sizeof(struct ifinfomsg));
    ((struct ifinfomsg *)mnl_nlmsg_get_payload(request))->ifi_index = (int)ifindex;
    struct nlattr *nest = mnl_attr_nest_start(request, IFLA_XDP);
    mnl_attr_put(request, IFLA_XDP_FD, sizeof none, &none);
    mnl_attr_put_u32(request, IFLA_XDP_FLAGS, way);
    mnl_attr_nest_end(request, nest);
    return host_netlink_ask(route_fd, request);
}

int host_xdp_detach(int route_fd, unsigned ifindex)
{
    const int generic = xdp_detach_from(route_fd, ifindex, XDP_FLAGS_SKB_MODE);
    const int native = xdp_detach_from(route_fd, ifindex, XDP_FLAGS_DRV_MODE);
    return generic < 0 ? generic : native == -EOPNOTSUPP ? 0 : native;
}
