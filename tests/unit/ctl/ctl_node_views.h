/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A node that has nothing to show and nothing to do, for tests of documents that are about something else. */
#include <errno.h>
#include "node_request.h"
#include "node_view.h"

int node_do(struct node *node, struct node_request *request)
{
    (void)node;
    (void)request;
    return -EINVAL;
}

int node_view_local(const struct node *node, const struct base_addr *to, struct base_addr *local)
{
    (void)node;
    (void)to;
    (void)local;
    return -ENETUNREACH;
}

bool node_view_inner(const struct node *node, const struct base_addr *addr, char out[NODE_VIEW_INTERFACE_MAX])
{
    (void)node;
    (void)addr;
    out[0] = '\0';
    return false;
}
