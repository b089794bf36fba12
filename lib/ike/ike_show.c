/* SPDX-License-Identifier: BSD-3-Clause */
/* Status, of all versions: their SAs have numbers of one sequence. */
#include "ike.h"

#include "ike_core.h"
#include "ike_version.h"

bool ike_show_next(const struct ike *ike, uint64_t after_id, struct ike_sa_view *out)
{
    const struct ike_version *v, *first = NULL;
    uint64_t id = 0;
    for (size_t i = 0; (v = ike_version_at(i)) != NULL; i++) {
        if (!v->show_next(ike, after_id, out) || (first && out->id > id))
            continue;
        first = v;
        id = out->id;
    }
    return first && first->show_next(ike, after_id, out);
}

bool ike_show_child(const struct ike *ike, uint64_t id, size_t n, struct ike_child_view *out)
{
    const struct ike_version *v;
    for (size_t i = 0; (v = ike_version_at(i)) != NULL; i++)
        if (v->show_child(ike, id, n, out))
            return true;
    return false;
}

void ike_stats(const struct ike *ike, struct ike_stats *out)
{
    *out = (struct ike_stats){0};
    telem_add(&ike_stats_rows, out, &ike->stats);
}
