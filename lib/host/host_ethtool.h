/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What the driver of an interface says of itself, and its offloads ("features" in ethtool's words), by name.
 * Asked by ioctl (linux/ethtool.h), which each kernel knows. All functions: 0, or -errno as the kernel says:
 * -ENODEV no such interface, -EOPNOTSUPP the driver does not tell. Thread: control.
 */
#include <stdbool.h>
#include <stdint.h>

#define HOST_ETHTOOL_TEXT 32

struct host_ethtool_driver {
    char name[HOST_ETHTOOL_TEXT]; /* "ixgbe", "veth" */
    char bus[HOST_ETHTOOL_TEXT];  /* "0000:01:00.0"; empty when it is on no bus */
};

/* Queues now and at most. A driver has either combined ones or rx and tx. */
struct host_ethtool_channels {
    uint32_t rx, tx, combined;
    uint32_t max_rx, max_tx, max_combined;
};

struct host_ethtool_feature {
    bool is_on;     /* it works now */
    bool is_wanted; /* somebody asked for it; what it needs may be missing */
    bool is_fixed;  /* cannot be changed */
};

int host_ethtool_driver(const char *interface, struct host_ethtool_driver *out);

int host_ethtool_channels(const char *interface, struct host_ethtool_channels *out);

/* -ENOENT: this kernel knows no such feature. */
int host_ethtool_feature(const char *interface, const char *feature, struct host_ethtool_feature *out);

/* Needs CAP_NET_ADMIN. -EBUSY: the kernel took it and yet the feature did not follow. */
int host_ethtool_feature_set(const char *interface, const char *feature, bool is_wanted);
