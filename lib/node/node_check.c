/* SPDX-License-Identifier: BSD-3-Clause */
/* Cores, memory and ports are looked at in the order of a start. */
#include "node_check.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base_addr.h"
#include "base_text.h"
#include "host_addrs.h"
#include "host_take.h"
#include "node_cores.h"
#include "node_device.h"
#include "node_pages.h"

__attribute__((format(printf, 4, 5))) static void finding_add(struct node_findings *f, uint8_t kind,
                                                              const char *path, const char *format, ...)
{
    va_list ap;
    f->n_obstacles += kind == NODE_FINDING_OBSTACLE;
    if (f->n == NODE_FINDINGS_MAX)
        return;
    struct node_finding *at = &f->list[f->n++];
    at->kind = kind;
    snprintf(at->path, sizeof at->path, "%s", path);
    va_start(ap, format);
    vsnprintf(at->text, sizeof at->text, format, ap);
    va_end(ap);
}

/* A sentence of the node's begins with its path, and a colon where that is not its first word. */
static void finding_obstacle(struct node_findings *f, const char *why)
{
    char path[NODE_FINDING_PATH];
    const size_t len = strcspn(why, " :");
    snprintf(path, sizeof path, "%.*s", (int)len, why);
    finding_add(f, NODE_FINDING_OBSTACLE, path, "%s", why + len + (why[len] == ':' ? 2 : why[len] == ' '));
}

static size_t check_cores(const struct node_params *params, struct node_findings *f)
{
    struct node_cores cores;
    char why[NODE_FINDING_TEXT];
    if (node_cores_find(params, &cores, why, sizeof why) < 0) {
        finding_obstacle(f, why);
        return params->n_cores ? params->n_cores : 1;
    }
    finding_add(f, NODE_FINDING_CHOICE, "workers", "control on core %u, %zu worker%s from core %u on",
                cores.control_cpu, cores.n_workers, cores.n_workers == 1 ? "" : "s", cores.worker_cpu[0]);
    return cores.n_workers;
}

/* A capability that is missing, as capabilities(7) numbers them. */
static bool lacks_right(unsigned number)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
    return syscall(SYS_capget, &head, sets) == 0 &&
           !(sets[CAP_TO_INDEX(number)].effective & CAP_TO_MASK(number));
}

static void check_rights(const struct node_port_params *port, const struct node_device *d, const char *path,
                         struct node_findings *f)
{
    const bool is_xdp = d->driver == NODE_DRIVER_AF_XDP;
    const char *right = lacks_right(CAP_NET_ADMIN)                                     ? "CAP_NET_ADMIN"
                        : lacks_right(CAP_NET_RAW)                                     ? "CAP_NET_RAW"
                        : is_xdp && lacks_right(CAP_BPF) && lacks_right(CAP_SYS_ADMIN) ? "CAP_BPF"
                                                                                       : NULL;
    if (right)
        finding_add(f, NODE_FINDING_OBSTACLE, path,
                    "%s: taking it needs the right %s: be root, or get it from the "
                    "service manager (AmbientCapabilities=)",
                    port->interface, right);
}

static void check_memory(const struct node_params *params, struct node_findings *f)
{
    struct node_pages pages;
    node_pages_read("", &pages);
    const bool is_short = pages.free_mb < params->memory_mb;
    const unsigned long long have = pages.free_mb, wanted = node_pages_wanted(&pages, params->memory_mb);
    if (params->hugepages == NODE_HUGEPAGES_NEVER)
        finding_add(f, NODE_FINDING_CHOICE, "eal", "%u MB in ordinary pages", params->memory_mb);
    else if (!is_short)
        finding_add(f, NODE_FINDING_CHOICE, "eal", "%u MB in hugepages, of which %llu MB are free",
                    params->memory_mb, have);
    else
        finding_add(
            f, params->hugepages == NODE_HUGEPAGES_REQUIRE ? NODE_FINDING_OBSTACLE : NODE_FINDING_NOTICE,
            "eal.hugepages",
            "%llu MB of hugepages are free and %u MB are asked for%s: run `sysctl vm.nr_hugepages=%llu`",
            have, params->memory_mb,
            params->hugepages == NODE_HUGEPAGES_REQUIRE ? "" : ", so ordinary pages serve, which is slower",
            wanted);
}

static const char *device_words(const struct node_device *d)
{
    return d->is_pci                            ? "PCI by DPDK"
           : d->driver == NODE_DRIVER_AF_XDP    ? "AF_XDP"
           : d->driver == NODE_DRIVER_AF_PACKET ? "AF_PACKET"
                                                : "DPDK's vdev";
}

static void check_taking(const struct node_port_params *port, const struct node_device *d, const char *path,
                         struct node_findings *f)
{
    char changes[NODE_FINDING_TEXT] = "", why[HOST_WHY_MAX];
    const struct host_take_params take = {
        .name = port->interface, .mtu = d->mtu, .is_xdp = d->driver == NODE_DRIVER_AF_XDP};
    if (host_take_plan(&take, changes, sizeof changes, why, sizeof why) < 0)
        finding_add(f, NODE_FINDING_OBSTACLE, path, "%s", why);
    else if (changes[0])
        finding_add(f, NODE_FINDING_CHANGE, path, "%s", changes);
}

/* Those that a start would take over. */
static void check_addrs(const struct node_port_params *port, const char *path, struct node_findings *f)
{
    struct base_prefix addrs[NODE_PORT_ADDRS_MAX];
    char list[NODE_PORT_ADDRS_MAX * BASE_PREFIX_TEXT_MAX], addr[BASE_PREFIX_TEXT_MAX];
    struct base_text t = base_text(list, sizeof list);
    const int n = port->n_addrs ? 0 : host_addrs_of(port->interface, addrs, NODE_PORT_ADDRS_MAX);
    for (int i = 0; i < n; i++)
        base_text_add(&t, "%s%s", i ? ", " : "", base_prefix_text(&addrs[i], addr));
    if (n > 0)
        finding_add(f, NODE_FINDING_CHOICE, path, "addresses %s of %s, and then those that %s has", list,
                    port->interface, port->host);
    else if (!port->n_addrs)
        finding_add(f, NODE_FINDING_OBSTACLE, path,
                    "addresses: %s has none to take over: give it one (ip address add), or write them",
                    port->interface);
}

static void check_host(const struct node_port_params *port, const char *path, struct node_findings *f)
{
    if (!port->host[0]) {
        if (port->interface[0])
            finding_add(f, NODE_FINDING_NOTICE, path,
                        "this machine is not reached at the port's addresses while "
                        "Culvert runs (host is \"none\")");
        return;
    }
    if (access("/dev/net/tun", R_OK | W_OK) < 0)
        finding_add(
            f, NODE_FINDING_OBSTACLE, path,
            "host: /dev/net/tun: %s; load the kernel's module (`modprobe tun`), be root, or write \"none\"",
            strerror(errno));
    else
        finding_add(f, NODE_FINDING_CHANGE, path,
                    "interface %s is made, by which this machine is reached at the port's "
                    "addresses",
                    port->host);
}

static void check_port(const struct node_port_params *port, const struct node_device *d,
                       struct node_findings *f)
{
    char path[NODE_FINDING_PATH];
    snprintf(path, sizeof path, "ports.%s", port->name);
    finding_add(f, NODE_FINDING_CHOICE, path, "%s on %s, MTU %u%s%s", device_words(d),
                port->interface[0] ? port->interface : port->device, d->mtu, d->reason[0] ? ": " : "",
                d->reason);
    if (port->interface[0]) {
        check_rights(port, d, path, f);
        check_taking(port, d, path, f);
    }
    check_addrs(port, path, f);
    check_host(port, path, f);
}

void node_check(const struct node_params *params, struct node_findings *out)
{
    struct node_device devices[NODE_PORTS_MAX];
    bool is_there[NODE_PORTS_MAX];
    char why[NODE_FINDING_TEXT];
    uint16_t largest = 0;
    *out = (struct node_findings){0};
    const size_t n_workers = check_cores(params, out);
    check_memory(params, out);
    for (size_t i = 0; i < params->n_ports; i++) {
        is_there[i] = node_device_look(&params->ports[i], &devices[i], why, sizeof why) == 0;
        if (!is_there[i])
            finding_obstacle(out, why);
        else if (devices[i].mtu > largest)
            largest = devices[i].mtu;
    }
    for (size_t i = 0; i < params->n_ports; i++) {
        if (!is_there[i])
            continue;
        if (node_device_choose(&params->ports[i], largest, n_workers, &devices[i], why, sizeof why) < 0)
            finding_obstacle(out, why);
        else
            check_port(&params->ports[i], &devices[i], out);
    }
}

const char *node_finding_name(uint8_t kind)
{
    static const char *const names[] = {"choice", "change", "notice", "obstacle"};
    return names[kind];
}
