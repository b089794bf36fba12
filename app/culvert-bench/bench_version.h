/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Versions of this program and of the libraries that it runs with, for --version and the report. Thread: any.
 */
#include <intel-ipsec-mb.h>
#include <rte_version.h>
#include <string.h>

#include "about_version.h"

static inline struct about_running bench_version_running(void)
{
    return (struct about_running){.dpdk = rte_version() + strlen("DPDK "), .ipsec_mb = imb_get_version_str()};
}
