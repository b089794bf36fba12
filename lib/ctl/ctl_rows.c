/* SPDX-License-Identifier: BSD-3-Clause */
/* The table of rows of control's counters. */
#include "ctl_rows.h"

#include "ctl.h"

static const struct telem_row list[] = {
#define TELEM(...) TELEM_ROW(struct ctl_tally, __VA_ARGS__)
#include "ctl.def"
#undef TELEM
};
const struct telem_rows ctl_rows = TELEM_ROWS(list);
