/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * RADIUS servers that did not answer of late: they are asked last for a while, so that only the first login
 * waits for one that is down. Known by address and port, so that a reload forgets nothing. All zeros: none.
 * Pure. Thread: any, one at a time.
 */
#include <stdbool.h>
#include "base_addr.h"
#include "base_time.h"

#define CTL_RADIUS_SILENT_S   60
#define CTL_RADIUS_SILENT_MAX 8 /* the one whose while ends first is forgotten for another */

struct ctl_radius_silent {
    struct {
        struct base_endpoint server;
        base_time until;
    } list[CTL_RADIUS_SILENT_MAX];
};

/* It got all its tries and did not answer. */
void ctl_radius_silent_add(struct ctl_radius_silent *s, const struct base_endpoint *server, base_time now);
/* It answers. One that is not known is fine. */
void ctl_radius_silent_remove(struct ctl_radius_silent *s, const struct base_endpoint *server);
/* Whether others are to be asked before it. */
bool ctl_radius_silent_has(const struct ctl_radius_silent *s, const struct base_endpoint *server,
                           base_time now);
