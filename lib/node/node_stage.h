/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Addresses, routes and policies that were added and wait for their commit. Thread: control. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "node_request.h"
#include "node_view.h"

/* Zero-initialised is empty. */
struct node_list {
    void *items; /* struct dp_route; struct sad_policy, whose selectors are the list's too */
    size_t count, room;
};

struct node_stage {
    struct node_addrs addrs[NODE_PORTS_MAX];
    struct node_list routes, policies;
    bool has_served; /* the policies are in the tables, and the rest of the list is to be freed */
};

/* Adds a copy in the form that the tables take. 0, -ENOMEM, or -EINVAL: lengths, families or numbers make no
 * sense. */
int node_stage_add_addr(struct node_stage *stage, const struct node_addr *addr);
int node_stage_add_route(struct node_stage *stage, const struct node_route *route);
int node_stage_add_policy(struct node_stage *stage, const struct node_policy *policy);
int node_stage_add_bypass(struct node_stage *stage, const struct node_policy *policy);

/* Forgets what was added, and frees it; the addresses with the routes. */
void node_stage_clear_routes(struct node_stage *stage);
void node_stage_clear_policies(struct node_stage *stage);

/* The same for at most so many of the policies, the last ones first; whether any are left. */
bool node_stage_drop_policies(struct node_stage *stage, size_t most);
