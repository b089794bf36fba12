/* SPDX-License-Identifier: BSD-3-Clause */
/* Links and folders of sysfs: driver, net/<interface>, iommu_group; class 02 is a network device. */
#include "host_pci.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base_text.h"

#define PATH 256

static const char *const userspace[] = {"vfio-pci", "uio_pci_generic", "igb_uio"};

/* "0000:01:00.0", also from "01:00.0". */
static bool pci_normalize(const char *address, char out[16])
{
    unsigned domain = 0, bus, device, function;
    int end = 0;
    if (sscanf(address, "%4x:%2x:%2x.%1x%n", &domain, &bus, &device, &function, &end) != 4 || address[end]) {
        domain = 0;
        end = 0;
        if (sscanf(address, "%2x:%2x.%1x%n", &bus, &device, &function, &end) != 3 || address[end])
            return false;
    }
    snprintf(out, 16, "%04x:%02x:%02x.%x", domain & 0xffff, bus & 0xff, device & 0xff, function & 0xf);
    return true;
}

/* The last part of what a link leads to; "" when there is none. */
static void pci_link(const char *device, const char *name, char *out, size_t size)
{
    char path[PATH + 32], to[PATH];
    snprintf(path, sizeof path, "%s/%s", device, name);
    const ssize_t n = readlink(path, to, sizeof to - 1);
    to[n > 0 ? n : 0] = '\0';
    const char *last = strrchr(to, '/');
    snprintf(out, size, "%.*s", (int)size - 1, last ? last + 1 : to);
}

/* The first name in a folder; "" when there is none. */
static void pci_first(const char *device, const char *name, char *out, size_t size)
{
    char path[PATH + 32];
    const struct dirent *entry;
    snprintf(path, sizeof path, "%s/%s", device, name);
    DIR *dir = opendir(path);
    *out = '\0';
    while (dir && (entry = readdir(dir)) && !*out)
        if (entry->d_name[0] != '.')
            snprintf(out, size, "%.*s", (int)size - 1, entry->d_name);
    if (dir)
        closedir(dir);
}

static bool pci_is_network(const char *devices, const char *address)
{
    char path[2 * PATH], class[16] = "";
    snprintf(path, sizeof path, "%s/%.15s/class", devices, address);
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    const bool is_read = fgets(class, sizeof class, f);
    fclose(f);
    return is_read && strncmp(class, "0x02", 4) == 0;
}

static void pci_names(const char *devices, struct base_text *t)
{
    const struct dirent *entry;
    size_t n = 0;
    DIR *dir = opendir(devices);
    while (dir && (entry = readdir(dir)))
        if (pci_is_network(devices, entry->d_name))
            base_text_add(t, "%s%s", n++ ? ", " : "; network devices here: ", entry->d_name);
    if (dir)
        closedir(dir);
    if (n == 0)
        base_text_add(t, "; this machine shows no network device on it");
}

int host_pci_look(const char *sysfs, const char *address, struct host_pci *out, char *why, size_t size)
{
    char devices[PATH / 2], device[PATH], group[32];
    struct base_text t = base_text(why, size);
    *out = (struct host_pci){0};
    if (!pci_normalize(address, out->address)) {
        base_text_add(&t, "%.64s is no PCI address, which looks like 0000:01:00.0", address);
        return -EINVAL;
    }
    snprintf(devices, sizeof devices, "%.80s/bus/pci/devices", sysfs ? sysfs : "/sys");
    snprintf(device, sizeof device, "%s/%s", devices, out->address);
    if (access(device, F_OK) < 0) {
        base_text_add(&t, "%s: there is no such device on the PCI bus", out->address);
        pci_names(devices, &t);
        return -ENODEV;
    }
    pci_link(device, "driver", out->driver, sizeof out->driver);
    pci_link(device, "iommu_group", group, sizeof group);
    pci_first(device, "net", out->interface, sizeof out->interface);
    out->has_iommu = *group;
    for (size_t i = 0; i < sizeof userspace / sizeof *userspace; i++)
        out->is_userspace |= strcmp(out->driver, userspace[i]) == 0;
    return 0;
}

int host_pci_check(const struct host_pci *pci, char *why, size_t size)
{
    struct base_text t = base_text(why, size);
    if (pci->is_userspace)
        return 0;
    base_text_add(&t, "%s is bound to %s", pci->address, *pci->driver ? pci->driver : "no driver");
    if (*pci->interface)
        base_text_add(&t, " and is interface %s", pci->interface);
    base_text_add(&t, ": bind it to vfio-pci (dpdk-devbind.py -b vfio-pci %s)", pci->address);
    if (*pci->interface)
        base_text_add(&t, ", or write \"device\": \"%s\"", pci->interface);
    if (!pci->has_iommu)
        base_text_add(&t, "; it has no IOMMU, so vfio-pci wants enable_unsafe_noiommu_mode");
    return -EBUSY;
}
