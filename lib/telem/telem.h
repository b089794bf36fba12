/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Counters as rows. A room that counts writes one row per counter into a .def file of its own,
 *
 *   TELEM(rx_pkts, PKTS, COUNTER, "frames that were received")
 *
 * and includes that file twice: in a struct, with TELEM_FIELD, which makes the field that is counted in, and
 * in a table, with TELEM_ROW, which makes the row that says what the field means:
 *
 *   struct dp_port_counters {
 *   #define TELEM TELEM_FIELD
 *   #include "dp_port.def"
 *   #undef TELEM
 *   };
 *   static const struct telem_row list[] = {
 *   #define TELEM(...) TELEM_ROW(struct dp_port_counters, __VA_ARGS__)
 *   #include "dp_port.def"
 *   #undef TELEM
 *   };
 *   const struct telem_rows dp_port_rows = TELEM_ROWS(list);
 *
 * Sums, documents and tables go by rows and know no counter by its name. A counter has one writer, which adds
 * to the plain field. Whoever reads in another thread goes through the functions below: each value is then a
 * true one of some moment, several values are not of the same moment.
 */
#include <stddef.h>
#include <stdint.h>

enum telem_unit {
    TELEM_COUNT, /* of events or things */
    TELEM_PKTS,
    TELEM_BYTES,
    TELEM_CYCLES, /* of the time stamp counter */
};

enum telem_kind {
    TELEM_COUNTER, /* only grows, from 0 at the start */
    TELEM_GAUGE,   /* a state: goes up and down */
    TELEM_DROP,    /* a counter of what was thrown away or went wrong */
};

struct telem_row {
    const char *name; /* [a-z0-9_]+, the same wherever it is shown */
    const char *help; /* a phrase for people */
    uint32_t offset;  /* of a uint64_t in the struct that is counted in */
    uint8_t unit;     /* enum telem_unit */
    uint8_t kind;     /* enum telem_kind */
};

/* All rows of one struct, in the order in which they are shown. */
struct telem_rows {
    const struct telem_row *list;
    size_t count;
};

/* clang-format off */
#define TELEM_FIELD(name, unit, kind, help) uint64_t name;
#define TELEM_ROW(type, name, unit, kind, help) TELEM_ROW_AT(type, name, #name, unit, kind, help)
/* A row whose field is called otherwise. */
#define TELEM_ROW_AT(type, field, name, unit, kind, help)                                                    \
    {name, help, (uint32_t)offsetof(type, field), TELEM_##unit, TELEM_##kind},
#define TELEM_ROWS(list) {list, sizeof(list) / sizeof *(list)}
/* clang-format on */

/* "pkts", "counter". Static storage. Thread: any. */
const char *telem_unit_name(enum telem_unit unit);
const char *telem_kind_name(enum telem_kind kind);

/* The value of a row in the struct that it is about. Thread: any, also while the writer counts. */
static inline uint64_t telem_value(const struct telem_row *row, const void *counters)
{
    return __atomic_load_n((const uint64_t *)((const char *)counters + row->offset), __ATOMIC_RELAXED);
}

/* Adds each value of counters to that in sum, a struct of the caller's own. Thread: any, as above. */
void telem_add(const struct telem_rows *rows, void *sum, const void *counters);
