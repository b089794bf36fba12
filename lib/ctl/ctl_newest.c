/* SPDX-License-Identifier: BSD-3-Clause */
/* A walk over SAs by ascending id, so that a later one is a newer one. */
#include "ctl_newest.h"

#include "ctl_aside.h"
#include "ctl_page.h"

void ctl_newest(struct ctl *ctl, const char *connection, struct ctl_newest *out)
{
    const struct ctl_filter filter = {.connection = connection};
    struct ctl_page page = {0};
    struct ike_sa_view v;
    *out = (struct ctl_newest){0};
    for (;; page = (struct ctl_page){.after = page.after}) {
        while (ctl_page_next(ctl, &page, &filter, &v)) {
            const bool is_up = v.state == IKE_VIEW_ESTABLISHED;
            out->up += is_up;
            out->connecting += v.state == IKE_VIEW_CONNECTING;
            if (out->has_sa && out->sa.state == IKE_VIEW_ESTABLISHED && !is_up)
                continue;
            out->sa = v;
            out->has_sa = true;
        }
        if (!page.is_full)
            return;
        ctl_aside_turn(ctl);
    }
}
