/* SPDX-License-Identifier: BSD-3-Clause */
/* Two lists that grow: the tables take theirs as a whole, control sends it piece by piece. */
#include "node_stage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dp.h"
#include "sad.h"

#define ROOM_FIRST 64

static int list_add(struct node_list *list, const void *item, size_t size)
{
    if (list->count == list->room) {
        const size_t room = list->room ? 2 * list->room : ROOM_FIRST;
        void *items = reallocarray(list->items, room, size);
        if (!items)
            return -ENOMEM;
        list->items = items;
        list->room = room;
    }
    memcpy((char *)list->items + size * list->count++, item, size);
    return 0;
}

int node_stage_add_route(struct node_stage *stage, const struct node_route *route)
{
    const struct dp_route r = {route->prefix, route->port, route->next_hop};
    return list_add(&stage->routes, &r, sizeof r);
}

int node_stage_add_policy(struct node_stage *stage, const struct node_policy *policy)
{
    const struct sad_policy p = {policy->local_ts, policy->remote_ts, policy->conn};
    return list_add(&stage->policies, &p, sizeof p);
}

void node_list_clear(struct node_list *list)
{
    free(list->items);
    *list = (struct node_list){0};
}
