/* SPDX-License-Identifier: BSD-3-Clause */
/* Links, looked at twice a second. */
#include "ctl_places.h"

#include "ctl.h"
#include "host_log.h"
#include "node_view.h"

#define LOOK_NS (500 * BASE_NS_PER_MS)

static void places_log(const struct ctl *ctl, uint64_t before, uint64_t now)
{
    for (size_t i = 0; i < ctl->in_force.n_ports; i++)
        if ((before ^ now) >> i & 1)
            host_log(HOST_WARN, "event=link port=%s state=%s", ctl->in_force.ports[i].name,
                     now >> i & 1 ? "up" : "down");
}

void ctl_places_turn(struct ctl *ctl, base_time now)
{
    struct ctl_places *p = &ctl->places;
    if (!base_time_reached(p->look_at, now))
        return;
    p->look_at = base_time_add(now, LOOK_NS);
    const uint64_t links = node_view_links(ctl->node), before = p->links;
    const bool is_first = !p->has_looked;
    p->links = links;
    p->has_looked = true;
    if (is_first || links == before)
        return;
    places_log(ctl, before, links);
    ctl_event(ctl, &(struct ike_event){.type = IKE_EV_PLACES});
}
