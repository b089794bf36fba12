/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The configuration as the data path's tables: routes and policies. Thread: control. */
#include "ctl.h"

/*
 * Makes the routes of a configuration: static ones and each port's gateway. *out is owned by the caller
 * (free). 0 or -ENOMEM.
 */
int ctl_tables_routes(const struct conf *conf, struct dp_route **out, size_t *count);

/* Sets routes and policies from conf in the running data path. 0, or the error of the table that refused. */
int ctl_tables_apply(struct ctl *ctl, const struct conf *conf);

/* Sets the policies alone: one per child of each connection. 0, -ENOMEM, -E2BIG. */
int ctl_tables_policies(struct ctl *ctl, const struct conf *conf);
