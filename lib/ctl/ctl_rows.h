/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Rows of the counters that are kept here or by a port's device (telem.h). Thread: any. */
#include "telem.h"

extern const struct telem_rows ctl_rows;      /* of struct ctl */
extern const struct telem_rows ctl_host_rows; /* of struct ctl_host */
extern const struct telem_rows
    ctl_device_rows; /* of struct rte_eth_stats; what a driver does not count stays 0 */
