/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The offloads that must be off on an interface that the kernel lets go of. What merges received segments
 * makes frames that were never on the wire; what takes the VLAN tag out of a frame hides it from AF_XDP; what
 * filters by VLAN drops those that only Culvert knows. Thread: control.
 */
#include <stdbool.h>
#include <stddef.h>

struct host_offload {
    const char *name; /* ethtool's, as in `ethtool --show-features` of the kernel's own list */
    bool is_xdp_only; /* AF_PACKET is told what it takes away, so it may stay there */
};

#define HOST_OFFLOADS 7
extern const struct host_offload host_offloads[HOST_OFFLOADS];

/*
 * Switches off on the interface what is on and can be changed. 0, or -errno of the first that the kernel
 * refuses, and *failed names it.
 */
int host_offload_off(const char *interface, bool is_xdp, const char **failed);

/* Writes the names of those that host_offload_off() would switch off, with spaces between; "" when none. */
void host_offload_text(const char *interface, bool is_xdp, char *out, size_t size);
