/* SPDX-License-Identifier: BSD-3-Clause */
/* Status, of all versions. */
#include "ike.h"

#include "ike_core.h"
#include "ikev2.h"

bool ike_show_next(const struct ike *ike, uint64_t after_id, struct ike_sa_view *out)
{
    return ikev2_show_next(ike, after_id, out);
}

bool ike_show_child(const struct ike *ike, uint64_t id, size_t n, struct ike_child_view *out)
{
    return ikev2_show_child(ike, id, n, out);
}

void ike_stats(const struct ike *ike, struct ike_stats *out)
{
    *out = (struct ike_stats){0};
    telem_add(&ike_stats_rows, out, &ike->stats);
}
