/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests about links, and the few IPv6 settings that only files of /proc can change. */
#include "host_link.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base_text.h"

static struct nlmsghdr *link_request(void *buf, uint16_t type, uint16_t flags, unsigned index)
{
    struct nlmsghdr *request = host_netlink_put(buf, type, flags, sizeof(struct ifinfomsg));
    ((struct ifinfomsg *)mnl_nlmsg_get_payload(request))->ifi_index = (int)index;
    return request;
}

int host_link_get(int fd, const char *name, unsigned index, struct host_netlink_list *out)
{
    char buf[HOST_NETLINK_MAX];
    struct nlmsghdr *request = link_request(buf, RTM_GETLINK, 0, name ? 0 : index);
    *out = (struct host_netlink_list){0};
    if (name && (!*name || strlen(name) >= IFNAMSIZ))
        return -ENODEV;
    if (name)
        mnl_attr_put_strz(request, IFLA_IFNAME, name);
    const int rc = host_netlink_list(fd, request, sizeof(struct ifinfomsg), NULL, NULL, out);
    return rc < 0 ? rc : out->n ? 0 : -EPROTO;
}

const struct nlattr *host_link_attr(const struct nlmsghdr *link, uint16_t type, size_t min)
{
    return host_netlink_attr(link, sizeof(struct ifinfomsg), type, min);
}

void host_link_text(char *out, size_t size, const struct nlattr *attr)
{
    snprintf(out, size, "%.*s", attr ? (int)mnl_attr_get_payload_len(attr) : 0,
             attr ? mnl_attr_get_str(attr) : "");
}

static const struct nlattr *link_ip6(const struct nlmsghdr *link, uint16_t type, size_t min)
{
    const struct nlattr *inet6 = host_netlink_inner(host_link_attr(link, IFLA_AF_SPEC, 0), AF_INET6, 0);
    return host_netlink_inner(inet6, type, min);
}

int host_link_gen_mode(const struct nlmsghdr *link)
{
    const struct nlattr *mode = link_ip6(link, IFLA_INET6_ADDR_GEN_MODE, 1);
    return mode ? mnl_attr_get_u8(mode) : HOST_LINK_NO_IP6;
}

int host_link_ip6_off(const struct nlmsghdr *link)
{
    const struct nlattr *conf = link_ip6(link, IFLA_INET6_CONF, (DEVCONF_DISABLE_IPV6 + 1) * sizeof(int32_t));
    return conf ? ((const int32_t *)mnl_attr_get_payload(conf))[DEVCONF_DISABLE_IPV6] != 0 : HOST_LINK_NO_IP6;
}

void host_link_names(int fd, char *out, size_t size)
{
    char buf[HOST_NETLINK_MAX], name[IFNAMSIZ];
    struct base_text t = base_text(out, size);
    struct host_netlink_list all;
    if (host_netlink_list(fd, link_request(buf, RTM_GETLINK, NLM_F_DUMP, 0), sizeof(struct ifinfomsg), NULL,
                          NULL, &all) < 0)
        return;
    for (size_t i = 0; i < all.n; i++) {
        const struct ifinfomsg *link = mnl_nlmsg_get_payload(all.msgs[i]);
        host_link_text(name, sizeof name, host_link_attr(all.msgs[i], IFLA_IFNAME, 1));
        if (!(link->ifi_flags & IFF_LOOPBACK))
            base_text_add(&t, "%s%s", t.len ? ", " : "; there are: ", name);
    }
    host_netlink_free(&all);
    if (!t.len)
        base_text_add(&t, "; there is none but the loopback");
}

static bool link_is_upper(const struct nlmsghdr *link, const void *index)
{
    char kind[16];
    host_link_text(kind, sizeof kind,
                   host_netlink_inner(host_link_attr(link, IFLA_LINKINFO, 0), IFLA_INFO_KIND, 1));
    return host_netlink_u32(host_link_attr(link, IFLA_LINK, 4), 0) == *(const unsigned *)index &&
           !host_link_attr(link, IFLA_LINK_NETNSID, 4) && strcmp(kind, "veth") != 0; /* its other end */
}

void host_link_uppers(int fd, unsigned index, char *out, size_t size)
{
    char buf[HOST_NETLINK_MAX], name[IFNAMSIZ];
    struct base_text t = base_text(out, size);
    struct host_netlink_list all;
    host_netlink_list(fd, link_request(buf, RTM_GETLINK, NLM_F_DUMP, 0), sizeof(struct ifinfomsg),
                      link_is_upper, &index, &all);
    for (size_t i = 0; i < all.n; i++) {
        host_link_text(name, sizeof name, host_link_attr(all.msgs[i], IFLA_IFNAME, 1));
        base_text_add(&t, "%s%s", t.len ? ", " : "", name);
    }
    host_netlink_free(&all);
}

int host_link_set_flags(int fd, unsigned index, unsigned flags, unsigned mask)
{
    char buf[HOST_NETLINK_MAX];
    struct nlmsghdr *request = link_request(buf, RTM_NEWLINK, 0, index);
    struct ifinfomsg *link = mnl_nlmsg_get_payload(request);
    link->ifi_flags = flags & mask;
    link->ifi_change = mask;
    return host_netlink_ask(fd, request);
}

int host_link_set_mtu(int fd, unsigned index, uint32_t mtu)
{
    char buf[HOST_NETLINK_MAX];
    struct nlmsghdr *request = link_request(buf, RTM_NEWLINK, 0, index);
    mnl_attr_put_u32(request, IFLA_MTU, mtu);
    return host_netlink_ask(fd, request);
}

int host_link_set_gen_mode(int fd, unsigned index, uint8_t mode)
{
    char buf[HOST_NETLINK_MAX];
    struct nlmsghdr *request = link_request(buf, RTM_NEWLINK, 0, index);
    struct nlattr *spec = mnl_attr_nest_start(request, IFLA_AF_SPEC);
    struct nlattr *inet6 = mnl_attr_nest_start(request, AF_INET6);
    mnl_attr_put_u8(request, IFLA_INET6_ADDR_GEN_MODE, mode);
    mnl_attr_nest_end(request, inet6);
    mnl_attr_nest_end(request, spec);
    return host_netlink_ask(fd, request);
}

static int ip6_open(const char *name, const char *key, int flags)
{
    char path[128];
    snprintf(path, sizeof path, "/proc/sys/net/ipv6/conf/%s/%s", name, key);
    const int fd = open(path, flags | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int host_link_set_ip6(const char *name, const char *key, int value)
{
    char text[16];
    const int fd = ip6_open(name, key, O_WRONLY);
    if (fd < 0)
        return fd;
    const int len = snprintf(text, sizeof text, "%d\n", value);
    const int rc = write(fd, text, (size_t)len) == len ? 0 : -errno;
    close(fd);
    return rc;
}

int host_link_get_ip6(const char *name, const char *key)
{
    char text[16] = "";
    const int fd = ip6_open(name, key, O_RDONLY);
    if (fd < 0)
        return fd;
    const ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    return n > 0 ? atoi(text) : -EIO;
}
