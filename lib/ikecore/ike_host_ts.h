/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Selectors of a child in transport mode, whose sides are hosts (RFC 4301 4.4.1.1). Thread: any. */
#include "base_addr.h"
#include "base_ts.h"

/* Of a configuration's selectors those that have the host, which is also what "dynamic" is, for it alone. */
void ike_host_ts(const struct base_ts_list *l, const struct base_addr *host, struct base_ts_list *out);
