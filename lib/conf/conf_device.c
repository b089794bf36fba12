/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What ports.NAME.device names: an interface of the kernel, a PCI address, or a device in DPDK's notation,
 * which is told by its first letters. Reads the text alone; what there is on the machine is the node's.
 */
#include "conf_int.h"

#include <string.h>

#define VDEV_PREFIX "net_" /* of every driver of DPDK's that makes an Ethernet device out of arguments */
#define HOST_PREFIX "culvert-"
#define MTU_DEFAULT 1500

/* "0000:01:00.0" or "01:00.0". */
static bool is_pci_address(const char *device)
{
    unsigned domain, bus, dev, function;
    int used = 0;
    const bool has_domain = sscanf(device, "%4x:%2x:%2x.%1u%n", &domain, &bus, &dev, &function, &used) == 4;
    if (!has_domain && sscanf(device, "%2x:%2x.%1u%n", &bus, &dev, &function, &used) != 3)
        return false;
    return device[used] == '\0' || device[used] == ',';
}

static enum conf_device device_kind(const char *device)
{
    if (is_pci_address(device))
        return CONF_DEVICE_PCI;
    const bool is_vdev = strncmp(device, VDEV_PREFIX, strlen(VDEV_PREFIX)) == 0 || strchr(device, ',');
    return is_vdev ? CONF_DEVICE_VDEV : CONF_DEVICE_INTERFACE;
}

/* Drivers that sit on an interface of the kernel; to others "iface" is something else (net_tap makes it). */
static bool is_over_interface(const char *device)
{
    static const char *const drivers[] = {"net_af_packet", "net_af_xdp", "net_pcap"};
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++)
        if (strncmp(device, drivers[i], strlen(drivers[i])) == 0)
            return true;
    return false;
}

/* The interface into out, as far as it is one; "" otherwise. */
static void device_interface(const struct conf_port *port, char out[CONF_IFNAME_MAX])
{
    const char *name = port->device;
    out[0] = '\0';
    if (port->kind == CONF_DEVICE_VDEV) {
        const char *at = is_over_interface(port->device) ? strstr(port->device, ",iface=") : NULL;
        name = at ? at + strlen(",iface=") : "";
    }
    const size_t len = port->kind == CONF_DEVICE_PCI ? 0 : strcspn(name, ",");
    if (len < CONF_IFNAME_MAX) {
        memcpy(out, name, len);
        out[len] = '\0';
    }
}

/* Of a long name the end, which is where the names of a machine's interfaces differ. */
static void device_host(struct conf_port *port)
{
    const size_t room = sizeof port->host - sizeof HOST_PREFIX, len = strlen(port->interface);
    if (strcmp(port->host, "none") == 0)
        port->host[0] = '\0';
    else if (!port->host[0] && len > 0)
        snprintf(port->host, sizeof port->host, HOST_PREFIX "%.7s",
                 port->interface + (len > room ? len - room : 0));
}

void conf_device_settle(struct conf_port *port)
{
    port->kind = device_kind(port->device);
    device_interface(port, port->interface);
    device_host(port);
    if (port->mtu == 0 && port->kind != CONF_DEVICE_INTERFACE)
        port->mtu = MTU_DEFAULT;
}

bool conf_is_interface_name(const char *name)
{
    for (const char *c = name; *c; c++)
        if (*c <= ' ' || *c > '~' || *c == '/' || *c == ':' || *c == '%')
            return false;
    return name[0] && strlen(name) < CONF_IFNAME_MAX && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}
