/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Views of a node that has nothing to show, for tests of documents that are about something else. */
#include "node_view.h"

bool node_view_inner(const struct node *node, const struct base_addr *addr, char out[NODE_VIEW_INTERFACE_MAX])
{
    (void)node;
    (void)addr;
    out[0] = '\0';
    return false;
}
