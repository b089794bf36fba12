/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Totals of connections. All pairs that were installed under a connection's number (esp_pair.conn) are
 * counted together: those that live, those that wait for the end of their grace period, and those that are
 * gone, whose last counts are added once, when no worker can count any more. So totals only grow, whatever is
 * rekeyed, removed or reclaimed between two looks. Thread: control.
 */
#include <stdint.h>
#include "telem.h"

struct sad;

#define SAD_CONN_NONE 0 /* pairs under it, or under a number that is not open, are counted for nobody */

struct sad_counters {
#define TELEM TELEM_FIELD
#include "sad_counters.def"
#undef TELEM
};

extern const struct telem_rows sad_rows; /* of struct sad_counters */

/* A number for a connection, with totals of 0. SAD_CONN_NONE: no memory; all but the totals works without. */
uint32_t sad_conn_open(struct sad *sad);

/*
 * The connection is no more: its totals are forgotten. Pairs that still live under the number count for
 * nobody, and the number is given out again when the last of them is gone. A number that is not open is
 * ignored.
 */
void sad_conn_close(struct sad *sad, uint32_t conn);

/*
 * Totals since sad_conn_open(): 0. Looks at up to `most` pairs; 1: there are more, and the next call for the
 * same connection goes on, whatever was installed or removed meanwhile. One is summed up at a time: a call
 * for another one begins anew. -ENOENT: not open.
 */
int sad_conn_counters(struct sad *sad, uint32_t conn, uint32_t most, struct sad_counters *out);

/*
 * Inside of sad: the pair in a slot counts for its connection from its installation to the end of its grace
 * period. No worker counts any more when it leaves: its last counts are added to the totals.
 */
void sad_conn_join(struct sad *sad, uint32_t slot);
void sad_conn_leave(struct sad *sad, uint32_t slot);
/* The last of all. */
void sad_conn_fini(struct sad *sad);
