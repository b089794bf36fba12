/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of what status shows. */
#include "ike_view.h"

static const char *const view_state_names[] = {
    [IKE_VIEW_CONNECTING] = "connecting",
    [IKE_VIEW_ESTABLISHED] = "established",
    [IKE_VIEW_CLOSING] = "closing",
};

const char *ike_view_state_name(enum ike_view_state state)
{
    return (size_t)state < sizeof view_state_names / sizeof *view_state_names ? view_state_names[state]
                                                                              : "unknown";
}

const char *ike_mtu_by_name(enum ike_mtu_by by)
{
    return by == IKE_MTU_BY_PROBE ? "probe" : by == IKE_MTU_BY_ICMP ? "icmp" : "port";
}
