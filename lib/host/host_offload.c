/* SPDX-License-Identifier: BSD-3-Clause */
/* A table of names and one loop. */
#include "host_offload.h"

#include "base_text.h"
#include "host_ethtool.h"

const struct host_offload host_offloads[HOST_OFFLOADS] = {
    {"rx-gro"},
    {"rx-lro"},
    {"rx-gro-hw"},
    {"rx-gro-list"},
    {"rx-udp-gro-forwarding"},
    {"rx-vlan-filter"},
    {"rx-vlan-hw-parse", true},
};

static bool offload_must_go(const char *interface, const struct host_offload *o, bool is_xdp)
{
    struct host_ethtool_feature is;
    if (o->is_xdp_only && !is_xdp)
        return false;
    return host_ethtool_feature(interface, o->name, &is) == 0 && !is.is_fixed && (is.is_on || is.is_wanted);
}

void host_offload_text(const char *interface, bool is_xdp, char *out, size_t size)
{
    struct base_text t = base_text(out, size);
    for (size_t i = 0; i < HOST_OFFLOADS; i++)
        if (offload_must_go(interface, &host_offloads[i], is_xdp))
            base_text_add(&t, "%s%s", t.len ? " " : "", host_offloads[i].name);
}

int host_offload_off(const char *interface, bool is_xdp, const char **failed)
{
    for (size_t i = 0; i < HOST_OFFLOADS; i++) {
        const struct host_offload *o = &host_offloads[i];
        const int rc =
            offload_must_go(interface, o, is_xdp) ? host_ethtool_feature_set(interface, o->name, false) : 0;
        if (rc < 0) {
            *failed = o->name;
            return rc;
        }
    }
    return 0;
}
