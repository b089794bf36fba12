/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Watches the links of ports: when one goes or comes, the engine looks which of its SAs are better off with
 * another address of ours (RFC 4555). Thread: control.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base_time.h"

struct ctl;

struct ctl_places {
    base_time look_at; /* when to look next */
    uint64_t links;    /* at the last look: node_view_links() */
    bool has_looked;
};

/* Looks when it is time; call it in each turn of the loop. */
void ctl_places_turn(struct ctl *ctl, base_time now);
