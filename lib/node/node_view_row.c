/* SPDX-License-Identifier: BSD-3-Clause */
/* A copy of what workers count of a row of bypass. */
#include "node_int.h"
#include "node_view.h"

void node_view_row(const struct node *node, uint16_t row, struct node_row_view *out)
{
    struct dp_row_counters c;
    dp_row_counters(node->dp, row, &c);
    *out = (struct node_row_view){.pkts = c.pkts, .bytes = c.bytes};
}
