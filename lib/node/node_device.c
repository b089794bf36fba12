/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An interface gets PCI where its driver shares the NIC with DPDK, AF_XDP where the whole interface can have
 * it, packet sockets else. A PCI address and DPDK's own notation are what they say.
 */
#include "node_device.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_build_config.h>

#include "host_iface.h"
#include "host_pci.h"

#define MTU_MIN     576
#define MTU_MAX     9216
/*
 * A frame of AF_XDP lies in one page of 4 KB: of it the kernel takes 256 bytes of headroom, 320 of what a
 * buffer becomes outside, Ethernet header and two tags.
 */
#define XDP_MTU_MAX (4096 - 256 - 320 - 22)

/* Drivers that leave the NIC to the kernel while DPDK works with it. */
static bool is_bifurcated(const char *driver)
{
    return strcmp(driver, "mlx5_core") == 0 || strcmp(driver, "mlx4_core") == 0;
}

/* Whether DPDK's folder of drivers holds one for a vdev of this name; also when there is no such folder. */
static bool has_driver(const char *args)
{
    char path[512], name[NODE_DEVICE_MAX];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(args, ","), args);
    if (access(RTE_EAL_PMD_PATH, R_OK) < 0)
        return true;
    for (size_t len = strlen(name); len > strlen("net_"); len--) {
        name[len] = '\0';
        snprintf(path, sizeof path, RTE_EAL_PMD_PATH "/librte_%s.so", name);
        if (access(path, F_OK) == 0)
            return true;
    }
    return false;
}

/* Queues that frames arrive on. Some drivers count those of both ways together, some do not. */
static uint32_t iface_queues(const struct host_iface *iface)
{
    const uint32_t n = iface->channels.combined ? iface->channels.combined : iface->channels.rx;
    return n ? n : 1;
}

/* What speaks against AF_XDP on the whole of an interface; "": nothing. */
static void iface_no_xdp(const struct node_port_params *port, const struct host_iface *iface,
                         char out[NODE_REASON_MAX])
{
    const uint32_t queues = iface_queues(iface), mtu = iface->mtu > port->mtu ? iface->mtu : port->mtu;
    out[0] = '\0';
    if (iface->xdp_prog)
        snprintf(out, NODE_REASON_MAX, "another XDP program (id %u) is attached to it", iface->xdp_prog);
    else if (iface->xdp_can < HOST_XDP_NATIVE)
        snprintf(out, NODE_REASON_MAX, "its driver%s%s has no XDP of its own",
                 iface->driver.name[0] ? " " : "", iface->driver.name);
    else if (mtu > XDP_MTU_MAX)
        snprintf(out, NODE_REASON_MAX, "its MTU is %u, and AF_XDP takes at most %u", mtu, XDP_MTU_MAX);
    else if (!iface->channels.combined && queues > 1)
        snprintf(out, NODE_REASON_MAX,
                 "its %u receive queues are apart from those to send, and DPDK has one of "
                 "such",
                 queues);
    else if (queues > NODE_CORES_MAX || (port->queues && port->queues != queues))
        snprintf(out, NODE_REASON_MAX,
                 "it has %u channels (`ethtool -L %s combined N`), each needs a queue, and "
                 "queues says %u",
                 queues, iface->name, port->queues);
}

static int look_mtu(const struct node_port_params *port, const struct host_iface *iface, uint16_t *mtu,
                    char *why, size_t why_size)
{
    *mtu = port->mtu ? port->mtu : iface->mtu > MTU_MAX ? MTU_MAX : (uint16_t)iface->mtu;
    if (*mtu >= MTU_MIN)
        return 0;
    snprintf(why, why_size, "ports.%s.mtu: interface %s has %u, and at least %u are needed: write it here",
             port->name, iface->name, iface->mtu, MTU_MIN);
    return -1;
}

static int look_interface(const struct node_port_params *port, struct node_device *out, char *why,
                          size_t why_size)
{
    char text[HOST_WHY_MAX];
    struct host_iface iface;
    int rc = host_iface_look(port->interface, &iface, text, sizeof text);
    if (rc == 0)
        rc = host_iface_check(&iface, text, sizeof text);
    if (rc < 0) {
        snprintf(why, why_size, "ports.%s.device: %s", port->name, text);
        return -1;
    }
    if (port->kind == NODE_DEVICE_VDEV)
        return 0;
    iface_no_xdp(port, &iface, out->no_xdp);
    out->queues = (uint16_t)iface_queues(&iface);
    if (is_bifurcated(iface.driver.name) && iface.driver.bus[0]) {
        out->is_shared = true;
        snprintf(out->args, sizeof out->args, "%s", iface.driver.bus);
        snprintf(out->reason, sizeof out->reason, "its driver %s shares the NIC with DPDK",
                 iface.driver.name);
    }
    return look_mtu(port, &iface, &out->mtu, why, why_size);
}

static int look_pci(const struct node_port_params *port, char *why, size_t why_size)
{
    char text[HOST_WHY_MAX], address[NODE_DEVICE_MAX];
    struct host_pci pci;
    snprintf(address, sizeof address, "%.*s", (int)strcspn(port->device, ","), port->device);
    int rc = host_pci_look(NULL, address, &pci, text, sizeof text);
    if (rc == 0 && !is_bifurcated(pci.driver))
        rc = host_pci_check(&pci, text, sizeof text);
    if (rc < 0)
        snprintf(why, why_size, "ports.%s.device: %s", port->name, text);
    return rc < 0 ? -1 : 0;
}

static int look_vdev(const struct node_port_params *port, struct node_device *out, char *why, size_t why_size)
{
    out->driver = strncmp(port->device, "net_af_packet", 13) == 0 ? NODE_DRIVER_AF_PACKET
                  : strncmp(port->device, "net_af_xdp", 10) == 0  ? NODE_DRIVER_AF_XDP
                                                                  : NODE_DRIVER_AUTO;
    if (!has_driver(port->device)) {
        snprintf(why, why_size,
                 "ports.%s.device: DPDK has no driver for %s. Correct the name before the first comma "
                 "(net_memif0, "
                 "net_tap0; the number is free), or name the kernel's interface instead: \"eth0\"",
                 port->name, port->device);
        return -1;
    }
    return port->interface[0] ? look_interface(port, out, why, why_size) : 0;
}

int node_device_look(const struct node_port_params *port, struct node_device *out, char *why, size_t why_size)
{
    *out = (struct node_device){.is_pci = port->kind == NODE_DEVICE_PCI, .mtu = port->mtu};
    snprintf(out->args, sizeof out->args, "%s", port->device);
    if (port->kind == NODE_DEVICE_PCI)
        return look_pci(port, why, why_size);
    return port->kind == NODE_DEVICE_VDEV ? look_vdev(port, out, why, why_size)
                                          : look_interface(port, out, why, why_size);
}

static void take_sockets(const struct node_port_params *port, size_t n_workers, struct node_device *d)
{
    d->driver = NODE_DRIVER_AF_PACKET;
    d->is_pci = d->is_shared = false;
    d->queues = 0;
    snprintf(d->args, sizeof d->args, "net_af_packet_%s,iface=%s,qpairs=%zu", port->interface,
             port->interface, n_workers);
}

static void take_xdp(const struct node_port_params *port, struct node_device *d)
{
    d->driver = NODE_DRIVER_AF_XDP;
    snprintf(d->args, sizeof d->args, "net_af_xdp_%s,iface=%s,start_queue=0,queue_count=%u", port->interface,
             port->interface, d->queues);
}

int node_device_choose(const struct node_port_params *port, uint16_t largest_mtu, size_t n_workers,
                       struct node_device *device, char *why, size_t why_size)
{
    if (port->kind != NODE_DEVICE_INTERFACE)
        return 0;
    if (!device->no_xdp[0] && largest_mtu > XDP_MTU_MAX)
        snprintf(device->no_xdp, sizeof device->no_xdp,
                 "another port has an MTU of %u, all share their buffers, and AF_XDP takes at most %u",
                 largest_mtu, XDP_MTU_MAX);
    if (port->driver == NODE_DRIVER_AF_XDP && device->no_xdp[0]) {
        snprintf(why, why_size,
                 "ports.%s.driver: \"af_xdp\" cannot have interface %s: %s; \"auto\" takes what it can",
                 port->name, port->interface, device->no_xdp);
        return -1;
    }
    if (port->driver == NODE_DRIVER_AUTO && device->is_shared) {
        device->is_pci = true;
        device->queues = 0;
    } else if (port->driver == NODE_DRIVER_AF_PACKET || device->no_xdp[0]) {
        take_sockets(port, n_workers, device);
        snprintf(device->reason, sizeof device->reason, "%s",
                 port->driver == NODE_DRIVER_AF_PACKET ? "" : device->no_xdp);
    } else {
        take_xdp(port, device);
        snprintf(device->reason, sizeof device->reason, "%s",
                 port->driver == NODE_DRIVER_AF_XDP ? ""
                                                    : "its driver has XDP, and each channel gets a queue");
    }
    return 0;
}

void node_device_fall_back(const struct node_port_params *port, size_t n_workers, const char *why,
                           struct node_device *device)
{
    snprintf(device->reason, sizeof device->reason, "%s did not come up: %.120s",
             device->is_pci ? "PCI" : "AF_XDP", why);
    take_sockets(port, n_workers, device);
}
