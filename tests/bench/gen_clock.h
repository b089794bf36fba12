/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Included before all else by the generator's sources under test: their clock is the rig's (gen_rig.h). */
#include <stdint.h>
#include <rte_cycles.h>

uint64_t rig_clock(void);
#define rte_rdtsc rig_clock
