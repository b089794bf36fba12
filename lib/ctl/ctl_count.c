/* SPDX-License-Identifier: BSD-3-Clause */
/* Counters as documents. No counter is known by its name here: a new row shows everywhere by itself. */
#include "ctl_count.h"

#include "ctl.h"
#include "ctl_aside.h"
#include "ctl_json.h"
#include "node_view.h"

void ctl_count_set(json_t *object, const struct telem_rows *rows, const void *counters)
{
    for (size_t i = 0; i < rows->count; i++)
        ctl_json_num(object, rows->list[i].name, telem_value(&rows->list[i], counters));
}

void ctl_count_drop(json_t *object, const struct telem_row *row, const void *counters)
{
    ctl_json_set(object, "name", json_string(row->name));
    ctl_json_num(object, "count", telem_value(row, counters));
    ctl_json_set(object, "help", json_string(row->help));
}

json_t *ctl_count_about(const char *group, const char *title, const struct telem_rows *rows)
{
    json_t *list = json_array();
    for (size_t i = 0; i < rows->count; i++) {
        const struct telem_row *row = &rows->list[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "name", row->name, "unit",
                                              telem_unit_name(row->unit), "kind", telem_kind_name(row->kind),
                                              "help", row->help));
    }
    return json_pack("{s:s, s:s, s:o}", "group", group, "title", title, "counters", list);
}

int ctl_count_conn(struct ctl *ctl, uint32_t number, struct node_counters *out)
{
    int rc;
    while ((rc = node_view_conn(ctl->node, number, out)) > 0)
        ctl_aside_turn(ctl);
    return rc;
}
