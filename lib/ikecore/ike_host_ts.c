/* SPDX-License-Identifier: BSD-3-Clause */
/* Networks of a configuration come down to the one address that a host has. */
#include "ike_host_ts.h"

void ike_host_ts(const struct base_ts_list *l, const struct base_addr *host, struct base_ts_list *out)
{
    size_t n = 0;
    base_ts_fill(out, l, host, 1);
    for (size_t i = 0; i < out->count; i++) {
        struct base_ts t = out->list[i];
        if (t.lo.family != host->family || base_addr_compare(&t.lo, host) > 0 ||
            base_addr_compare(host, &t.hi) > 0)
            continue;
        t.lo = t.hi = *host;
        out->list[n++] = t;
    }
    out->count = n;
}
