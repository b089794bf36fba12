/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Rows of the counters that control keeps itself (telem.h). Thread: any. */
#include "telem.h"

extern const struct telem_rows ctl_rows; /* of struct ctl_tally */
