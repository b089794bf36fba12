/* SPDX-License-Identifier: BSD-3-Clause */
/* A PCI address and DPDK's own notation are taken as they are; an interface is looked at. */
#include "node_device.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Of an interface. -errno: there is none of that name. */
static int device_mtu(const char *interface)
{
    struct ifreq r = {0};
    snprintf(r.ifr_name, sizeof r.ifr_name, "%s", interface);
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int rc = fd < 0 || ioctl(fd, SIOCGIFMTU, &r) < 0 ? -errno : r.ifr_mtu;
    if (fd >= 0)
        close(fd);
    return rc;
}

int node_device_choose(const struct node_port_params *port, struct node_device *out, char *why,
                       size_t why_size)
{
    *out = (struct node_device){.is_pci = port->kind == NODE_DEVICE_PCI, .mtu = port->mtu};
    snprintf(out->args, sizeof out->args, "%s", port->device);
    if (port->kind != NODE_DEVICE_INTERFACE)
        return 0;
    const int mtu = device_mtu(port->interface);
    if (mtu < 0) {
        snprintf(why, why_size, "ports.%s.device: interface %s: %s; `ip link` lists those that exist",
                 port->name, port->interface, strerror(-mtu));
        return -1;
    }
    out->mtu = port->mtu ? port->mtu : (uint16_t)mtu;
    snprintf(out->args, sizeof out->args, "net_%s_%s,iface=%s",
             port->driver == NODE_DRIVER_AF_XDP ? "af_xdp" : "af_packet", port->interface, port->interface);
    return 0;
}
