/* SPDX-License-Identifier: BSD-3-Clause */
/* A number for each row, and its counters at that moment. */
#include "ctl_bypass.h"

#include "node_request.h"
#include "node_view.h"

_Static_assert(NODE_ROWS_MAX >= 2 * CONF_BYPASS_MAX, "the rows before a reload and after it have numbers");

static bool row_is_of(const struct ctl_bypasses *b, uint16_t row)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->list[i].row == row)
            return true;
    return false;
}

/* Gives the row behind the last one of `next` a number that none of both has. */
static void row_add(const struct node *node, const struct ctl_bypasses *now, struct ctl_bypasses *next)
{
    struct node_row_view counted;
    uint16_t row = 0;
    while (row_is_of(now, row) || row_is_of(next, row))
        row++;
    node_view_row(node, row, &counted);
    next->list[next->n].row = row;
    next->list[next->n].pkts = counted.pkts;
    next->list[next->n++].bytes = counted.bytes;
}

struct ctl_bypasses ctl_bypasses_next(const struct node *node, const struct conf *before,
                                      const struct ctl_bypasses *now, const struct conf *conf)
{
    struct ctl_bypasses next = {0};
    for (size_t i = 0; i < conf->n_bypasses; i++) {
        const struct conf_bypass *old = now->n ? conf_bypass_find(before, &conf->bypasses[i]) : NULL;
        if (old)
            next.list[next.n++] = now->list[old - before->bypasses];
        else
            row_add(node, now, &next);
    }
    return next;
}
