/* SPDX-License-Identifier: BSD-3-Clause */
/* A queue that goes through the leases themselves. */
#include "pool_change.h"

#include <stdlib.h>
#include "pool_leases.h"

void pool_record_of(const struct pool_lease *l, struct pool_record *out)
{
    *out = (struct pool_record){.addr = l->addr, .since = l->since};
    out->kind = l->is_gone ? POOL_RECORD_GONE : l->holder ? POOL_RECORD_HELD : POOL_RECORD_IDLE;
    if (l->who)
        out->id = l->who->id;
}

void pool_change_note(struct pool_changes *c, struct pool_lease *l)
{
    if (!c->is_kept || l->is_changed)
        return;
    l->is_changed = true;
    l->change_next = NULL;
    if (c->last)
        c->last->change_next = l;
    else
        c->first = l;
    c->last = l;
}

void pool_change_gone(struct pool_changes *c, struct pool_lease *l)
{
    l->is_gone = true;
    pool_change_note(c, l);
    if (!l->is_changed)
        free(l);
}

bool pool_change_next(struct pool_changes *c, struct pool_record *out)
{
    struct pool_lease *l = c->first;
    if (!l)
        return false;
    c->first = l->change_next;
    if (!c->first)
        c->last = NULL;
    l->is_changed = false;
    pool_record_of(l, out);
    if (l->is_gone)
        free(l);
    return true;
}

void pool_changes_fini(struct pool_changes *c)
{
    struct pool_record ignored;
    while (pool_change_next(c, &ignored))
        ;
}
