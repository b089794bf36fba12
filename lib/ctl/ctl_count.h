/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Counters of any room as JSON, by their rows. Thread: any. */
#include <jansson.h>
#include "node_rows.h"
#include "telem.h"

struct ctl;

/* Sets a member of object for each row: its name and its value in counters. */
void ctl_count_set(json_t *object, const struct telem_rows *rows, const void *counters);

/* Sets the members of a counter of what was lost, as it stands in a list: name, count, help. */
void ctl_count_drop(json_t *object, const struct telem_row *row, const void *counters);

/*
 * What rows mean, for a reader that knows none of them: {group, title, counters: [ {name, unit, kind, help}
 * ]}. group is the document's member that has the values, title is for people. Owned by the caller; NULL: no
 * memory.
 */
json_t *ctl_count_about(const char *group, const char *title, const struct telem_rows *rows);

/* node_view_conn(), with turns of the loop where it takes long. 0, or -ENOENT. Thread: control. */
int ctl_count_conn(struct ctl *ctl, uint32_t number, struct node_counters *out);
