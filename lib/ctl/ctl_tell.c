/* SPDX-License-Identifier: BSD-3-Clause */
/* The socket is the data side's, so what it says of IKE and control is sent there, group by group. */
#include "ctl_tell.h"

#include <stdio.h>

#include "ctl_rows.h"
#include "node_request.h"

#define TELL_NS BASE_NS_PER_S

static void tell_group(struct ctl *ctl, const char *group, const struct telem_rows *rows,
                       const void *counters)
{
    struct node_request r;
    r.type = NODE_COUNTERS_TELL;
    r.told = (struct node_told){0};
    snprintf(r.told.group, sizeof r.told.group, "%s", group);
    for (size_t i = 0; i < rows->count && i < NODE_TOLD_MAX; i++) {
        struct node_told_row *row = &r.told.rows[r.told.count++];
        snprintf(row->name, sizeof row->name, "%s", rows->list[i].name);
        row->value = telem_value(&rows->list[i], counters);
    }
    node_do(ctl->node, &r);
}

void ctl_tell(struct ctl *ctl, base_time now)
{
    struct ike_stats s;
    if (!ctl->in_force.control.telemetry || !base_time_reached(ctl->loop.tell_at, now))
        return;
    ctl->loop.tell_at = base_time_add(now, TELL_NS);
    ike_stats(ctl->ike, &s);
    tell_group(ctl, "ike", &ike_stats_rows, &s);
    tell_group(ctl, "control", &ctl_rows, &ctl->tally);
}
