/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses, of which there are few, and two lists that grow: the tables take theirs as a whole, control
 * sends it piece by piece. */
#include "node_stage.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dp.h"
#include "sad.h"

#define ROOM_FIRST 64

_Static_assert(NODE_ROWS_MAX == SAD_ROWS_MAX, "a row has one number on both sides");

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

/* The data path believes these; a request may come from another process. */
static bool prefix_is_sane(const struct base_prefix *prefix)
{
    const size_t bits = 8 * base_addr_size(prefix->addr.family);
    return bits && prefix->len <= bits;
}

static bool route_is_sane(const struct node_route *route)
{
    return prefix_is_sane(&route->prefix) &&
           (route->next_hop.family == BASE_AF_NONE || route->next_hop.family == route->prefix.addr.family);
}

static bool list_is_sane(const struct base_ts_list *list)
{
    bool is_sane = list->count <= BASE_TS_MAX;
    for (size_t i = 0; is_sane && i < list->count; i++)
        is_sane =
            base_addr_size(list->list[i].lo.family) && list->list[i].lo.family == list->list[i].hi.family;
    return is_sane;
}

int node_stage_add_addr(struct node_stage *stage, const struct node_addr *addr)
{
    if (addr->port >= NODE_PORTS_MAX || !prefix_is_sane(&addr->addr))
        return -EINVAL;
    struct node_addrs *at = &stage->addrs[addr->port];
    if (at->n == NODE_PORT_ADDRS_MAX)
        return -EINVAL;
    at->list[at->n++] = addr->addr;
    return 0;
}

int node_stage_add_route(struct node_stage *stage, const struct node_route *route)
{
    if (!route_is_sane(route))
        return -EINVAL;
    const struct dp_route r = {route->prefix, route->port, route->next_hop};
    return list_add(&stage->routes, &r, sizeof r);
}

/* p: all but the selectors. */
static int stage_add(struct node_stage *stage, const struct node_policy *policy, struct sad_policy p)
{
    if (p.trap > SAD_TRAP_MAX || p.row >= SAD_ROWS_MAX || !list_is_sane(&policy->local_ts) ||
        !list_is_sane(&policy->remote_ts))
        return -EINVAL;
    struct base_ts_list *local = NULL, *remote = NULL;
    const bool is_kept = base_ts_set(&local, &policy->local_ts) && base_ts_set(&remote, &policy->remote_ts);
    p.local_ts = local;
    p.remote_ts = remote;
    const int rc = is_kept ? list_add(&stage->policies, &p, sizeof p) : -ENOMEM;
    if (rc < 0) {
        free(local);
        free(remote);
    }
    return rc;
}

int node_stage_add_policy(struct node_stage *stage, const struct node_policy *policy)
{
    return stage_add(stage, policy, (struct sad_policy){.trap = policy->trap, .dscp = policy->dscp});
}

int node_stage_add_bypass(struct node_stage *stage, const struct node_policy *policy)
{
    return stage_add(stage, policy, (struct sad_policy){.is_bypass = true, .row = policy->row});
}

static void list_clear(struct node_list *list)
{
    free(list->items);
    *list = (struct node_list){0};
}

void node_stage_clear_routes(struct node_stage *stage)
{
    list_clear(&stage->routes);
    for (size_t i = 0; i < NODE_PORTS_MAX; i++)
        stage->addrs[i].n = 0;
}

bool node_stage_drop_policies(struct node_stage *stage, size_t most)
{
    const struct sad_policy *policies = stage->policies.items;
    for (; stage->policies.count && most; most--) {
        const struct sad_policy *p = &policies[--stage->policies.count];
        free((void *)p->local_ts);
        free((void *)p->remote_ts);
    }
    if (stage->policies.count)
        return true;
    list_clear(&stage->policies);
    stage->has_served = false;
    return false;
}

void node_stage_clear_policies(struct node_stage *stage)
{
    (void)node_stage_drop_policies(stage, SIZE_MAX);
}
