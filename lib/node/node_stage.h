/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Routes and policies that were added and wait for their commit. Thread: control. */
#include <stddef.h>
#include "node_request.h"

/* Zero-initialised is empty. */
struct node_list {
    void *items; /* struct dp_route; struct sad_policy, whose selectors are the list's too */
    size_t count, room;
};

struct node_stage {
    struct node_list routes, policies;
};

/* Adds a copy in the form that the tables take. 0, -ENOMEM, or -EINVAL: lengths or families make no sense. */
int node_stage_add_route(struct node_stage *stage, const struct node_route *route);
int node_stage_add_policy(struct node_stage *stage, const struct node_policy *policy);

/* Forgets what was added, and frees it. */
void node_stage_clear_routes(struct node_stage *stage);
void node_stage_clear_policies(struct node_stage *stage);
