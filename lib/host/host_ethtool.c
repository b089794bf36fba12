/* SPDX-License-Identifier: BSD-3-Clause */
/* Features are bits whose places the kernel tells by a list of names; the list is asked anew each time. */
#include "host_ethtool.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define BLOCKS_MAX 8 /* of 32 features each; kernels have two */

/* The kernel's commands of an open length, with room behind them. */
struct features {
    uint32_t cmd, size; /* as struct ethtool_gfeatures */
    struct ethtool_get_features_block blocks[BLOCKS_MAX];
};
struct features_wanted {
    uint32_t cmd, size; /* as struct ethtool_sfeatures */
    struct ethtool_set_features_block blocks[BLOCKS_MAX];
};
struct features_count {
    uint32_t cmd, reserved; /* as struct ethtool_sset_info */
    uint64_t sets;
    uint32_t n;
};
_Static_assert(offsetof(struct features, blocks) == sizeof(struct ethtool_gfeatures), "as the kernel's");
_Static_assert(offsetof(struct features_wanted, blocks) == sizeof(struct ethtool_sfeatures),
               "as the kernel's");
_Static_assert(offsetof(struct features_count, n) == sizeof(struct ethtool_sset_info), "as the kernel's");

static int ethtool_ioctl(const char *interface, void *command)
{
    struct ifreq ifr = {.ifr_data = command};
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    snprintf(ifr.ifr_name, sizeof ifr.ifr_name, "%s", interface);
    const int rc = ioctl(fd, SIOCETHTOOL, &ifr) < 0 ? -errno : 0;
    close(fd);
    return rc;
}

int host_ethtool_driver(const char *interface, struct host_ethtool_driver *out)
{
    struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
    const int rc = ethtool_ioctl(interface, &info);
    *out = (struct host_ethtool_driver){0};
    if (rc == 0) {
        snprintf(out->name, sizeof out->name, "%s", info.driver);
        if (strcmp(info.bus_info, "N/A") != 0)
            snprintf(out->bus, sizeof out->bus, "%s", info.bus_info);
    }
    return rc;
}

int host_ethtool_channels(const char *interface, struct host_ethtool_channels *out)
{
    struct ethtool_channels c = {.cmd = ETHTOOL_GCHANNELS};
    const int rc = ethtool_ioctl(interface, &c);
    *out = (struct host_ethtool_channels){c.rx_count, c.tx_count, c.combined_count,
                                          c.max_rx,   c.max_tx,   c.max_combined};
    return rc;
}

/* The place of a feature's bit. */
static int feature_place(const char *interface, const char *feature, uint32_t *place)
{
    struct features_count set = {.cmd = ETHTOOL_GSSET_INFO, .sets = 1ULL << ETH_SS_FEATURES};
    int rc = ethtool_ioctl(interface, &set);
    if (rc < 0)
        return rc;
    struct ethtool_gstrings *names = calloc(1, sizeof *names + (size_t)set.n * ETH_GSTRING_LEN);
    if (!names)
        return -ENOMEM;
    names->cmd = ETHTOOL_GSTRINGS;
    names->string_set = ETH_SS_FEATURES;
    names->len = set.n;
    rc = ethtool_ioctl(interface, names);
    if (rc == 0)
        rc = -ENOENT;
    for (uint32_t i = 0; rc == -ENOENT && i < names->len && i < 32 * BLOCKS_MAX; i++)
        if (strncmp((const char *)names->data + (size_t)i * ETH_GSTRING_LEN, feature, ETH_GSTRING_LEN) == 0) {
            *place = i;
            rc = 0;
        }
    free(names);
    return rc;
}

static int features_read(const char *interface, struct features *out)
{
    *out = (struct features){.cmd = ETHTOOL_GFEATURES, .size = BLOCKS_MAX};
    return ethtool_ioctl(interface, out);
}

static struct host_ethtool_feature feature_at(const struct features *all, uint32_t place)
{
    const struct ethtool_get_features_block *b = &all->blocks[place / 32];
    const uint32_t bit = 1U << place % 32;
    return (struct host_ethtool_feature){
        .is_on = b->active & bit,
        .is_wanted = b->requested & bit,
        .is_fixed = !(b->available & bit) || b->never_changed & bit,
    };
}

int host_ethtool_feature(const char *interface, const char *feature, struct host_ethtool_feature *out)
{
    struct features all;
    uint32_t place = 0;
    int rc = feature_place(interface, feature, &place);
    if (rc == 0)
        rc = features_read(interface, &all);
    if (rc == 0)
        *out = feature_at(&all, place);
    return rc;
}

int host_ethtool_feature_set(const char *interface, const char *feature, bool is_wanted)
{
    struct features_wanted set = {.cmd = ETHTOOL_SFEATURES};
    struct features all;
    uint32_t place = 0;
    int rc = feature_place(interface, feature, &place);
    if (rc == 0)
        rc = features_read(interface, &all);
    if (rc < 0)
        return rc;
    set.size = all.size; /* the kernel wants all its blocks */
    set.blocks[place / 32].valid = 1U << place % 32;
    set.blocks[place / 32].requested = is_wanted ? 1U << place % 32 : 0;
    rc = ethtool_ioctl(interface, &set);
    if (rc == 0)
        rc = features_read(interface, &all);
    if (rc < 0)
        return rc;
    return feature_at(&all, place).is_wanted == is_wanted ? 0 : -EBUSY;
}
