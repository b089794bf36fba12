/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows, and which one something concerns. */
#include "ike_version.h"

#include "ike_core.h"
#include "ike_run.h"
#include "ikev2.h"
#include "wire_ike.h"
#ifdef CULVERT_IKEV1
#include "ikev1.h"
#endif

#define ROW(prefix, number, owner, spoken)                                                                   \
    {                                                                                                        \
        .major = (number), .timers = (owner), .is_spoken = (spoken), .start = prefix##_new,                  \
        .stop = prefix##_free, .on_packet = prefix##_on_packet, .on_timer = prefix##_on_timer,               \
        .on_event = prefix##_on_event, .settle = prefix##_settle, .shut_down = prefix##_shut_down,           \
        .has_live = prefix##_has_live, .call = prefix##_call, .make_children = prefix##_make_children,       \
        .terminate_child = prefix##_terminate_child, .terminate = prefix##_terminate,                        \
        .rekey = prefix##_rekey, .reauthenticate = prefix##_reauthenticate, .hand_over = prefix##_hand_over, \
        .show_next = prefix##_show_next, .show_presence = prefix##_show_presence,                            \
        .show_child = prefix##_show_child,                                                                   \
    }

static const struct ike_version versions[] = {
    ROW(ikev2, WIRE_IKE_MAJOR, IKE_TIMER_SA, NULL),
#ifdef CULVERT_IKEV1
    ROW(ikev1, WIRE_IKE_V1_MAJOR, IKE_TIMER_SA_V1, ikev1_is_spoken),
#endif
};

#define COUNT (sizeof versions / sizeof *versions)

const struct ike_version *ike_version_at(size_t i)
{
    return i < COUNT ? &versions[i] : NULL;
}

const struct ike_version *ike_version_of(uint8_t major)
{
    for (size_t i = 0; i < COUNT; i++)
        if (versions[i].major == major)
            return &versions[i];
    return NULL;
}

const struct ike_version *ike_version_run(const struct ike_run *run)
{
    const struct ike_version *v = ike_version_of(run->conn->version);
    return v ? v : &versions[0];
}
