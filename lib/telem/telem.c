/* SPDX-License-Identifier: BSD-3-Clause */
/* What all rows have in common: their words, and sums over several structs of the same rows. */
#include "telem.h"

const char *telem_unit_name(enum telem_unit unit)
{
    static const char *const names[] = {
        [TELEM_COUNT] = "count", [TELEM_PKTS] = "pkts", [TELEM_BYTES] = "bytes", [TELEM_CYCLES] = "cycles"};
    return names[unit];
}

const char *telem_kind_name(enum telem_kind kind)
{
    static const char *const names[] = {
        [TELEM_COUNTER] = "counter", [TELEM_GAUGE] = "gauge", [TELEM_DROP] = "drop"};
    return names[kind];
}

void telem_add(const struct telem_rows *rows, void *sum, const void *counters)
{
    for (size_t i = 0; i < rows->count; i++) {
        const struct telem_row *row = &rows->list[i];
        *(uint64_t *)((char *)sum + row->offset) += telem_value(row, counters);
    }
}
