/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A device of the PCI bus, as sysfs shows it: who has it, and what must be done before DPDK can. Thread:
 * control. */
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

struct host_pci {
    char address[16];         /* "0000:01:00.0" */
    char driver[32];          /* "ixgbe", "vfio-pci"; empty: bound to none */
    char interface[IFNAMSIZ]; /* the kernel's, in this network namespace; empty: none */
    bool is_userspace;        /* bound to vfio-pci, uio_pci_generic or igb_uio: DPDK can have it */
    bool has_iommu;           /* it is in an IOMMU group, which vfio-pci wants */
};

/*
 * Looks up "0000:01:00.0" or "01:00.0". sysfs: where it is mounted, NULL: "/sys". 0; -EINVAL: no PCI address;
 * -ENODEV: no such device, and why lists the network devices that there are.
 */
int host_pci_look(const char *sysfs, const char *address, struct host_pci *out, char *why, size_t size);

/* Whether DPDK can have it. 0, or -EBUSY and why tells how to bind it, or which interface to write instead.
 */
int host_pci_check(const struct host_pci *pci, char *why, size_t size);
