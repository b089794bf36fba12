/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Routes and policies that were added and wait for their commit. Thread: control. */
#include <stddef.h>
#include "node_request.h"

/* Zero-initialised is empty. */
struct node_list {
    void *items; /* struct dp_route, struct sad_policy */
    size_t count, room;
};

struct node_stage {
    struct node_list routes, policies;
};

/* Adds a copy in the form that the tables take. 0, -ENOMEM, or -EINVAL: lengths or families make no sense. */
int node_stage_add_route(struct node_stage *stage, const struct node_route *route);
int node_stage_add_policy(struct node_stage *stage, const struct node_policy *policy);

/* Forgets what was added to a list, and frees it. */
void node_list_clear(struct node_list *list);
