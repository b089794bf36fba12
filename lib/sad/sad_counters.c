/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of what is counted of a pair. */
#include "sad_conn.h"

static const struct telem_row list[] = {
#define TELEM(...) TELEM_ROW(struct sad_counters, __VA_ARGS__)
#include "sad_counters.def"
#undef TELEM
};
const struct telem_rows sad_rows = TELEM_ROWS(list);
