/* SPDX-License-Identifier: BSD-3-Clause */
/* A short list, walked for each request. */
#include "ctl_radius_silent.h"

#include <stddef.h>

/* The place of a server, or the one to give up for it. */
static size_t silent_place(const struct ctl_radius_silent *s, const struct base_endpoint *server)
{
    size_t oldest = 0;
    for (size_t i = 0; i < CTL_RADIUS_SILENT_MAX; i++) {
        if (base_endpoint_equal(&s->list[i].server, server))
            return i;
        if (s->list[i].until.ns < s->list[oldest].until.ns)
            oldest = i;
    }
    return oldest;
}

void ctl_radius_silent_add(struct ctl_radius_silent *s, const struct base_endpoint *server, base_time now)
{
    const size_t i = silent_place(s, server);
    s->list[i].server = *server;
    s->list[i].until = base_time_add(now, CTL_RADIUS_SILENT_S * BASE_NS_PER_S);
}

void ctl_radius_silent_remove(struct ctl_radius_silent *s, const struct base_endpoint *server)
{
    const size_t i = silent_place(s, server);
    if (base_endpoint_equal(&s->list[i].server, server))
        s->list[i].until = (base_time){0};
}

bool ctl_radius_silent_has(const struct ctl_radius_silent *s, const struct base_endpoint *server,
                           base_time now)
{
    const size_t i = silent_place(s, server);
    return base_endpoint_equal(&s->list[i].server, server) && !base_time_reached(s->list[i].until, now);
}
