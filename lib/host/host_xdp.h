/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* XDP on an interface: what its driver can do, and which program is attached. Thread: control. */
#include <stdint.h>
#include <libmnl/libmnl.h>

enum host_xdp_can {
    HOST_XDP_UNKNOWN,  /* the kernel does not tell and the driver is none that is known to have it */
    HOST_XDP_NO,       /* only the kernel's generic way, which copies each frame */
    HOST_XDP_NATIVE,   /* in the driver, with redirection to AF_XDP sockets */
    HOST_XDP_ZEROCOPY, /* and without a copy */
};

/*
 * What the driver can do: asked of the kernel (netlink family "netdev", from Linux 6.3 on), else looked up by
 * the driver's name among those that had XDP by Linux 6.1.
 */
enum host_xdp_can host_xdp_can(unsigned ifindex, const char *driver);

/* The id of the program that an answer to RTM_GETLINK names; 0: none. */
uint32_t host_xdp_prog(const struct nlmsghdr *link);

/* Takes away whatever program is attached. Borrows a route socket. 0, or -errno as the kernel says. */
int host_xdp_detach(int route_fd, unsigned ifindex);
