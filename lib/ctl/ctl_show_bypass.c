/* SPDX-License-Identifier: BSD-3-Clause */
/* What travels in clear beside the tunnels, by the configuration's rows. */
#include "ctl_api_cmd.h"

#include <string.h>

#include "ctl_json.h"
#include "node_view.h"

static uint64_t bypassed(const struct ctl *ctl)
{
    const struct telem_rows *rows = node_rows(NODE_ROWS_WORKER);
    struct node_view v;
    node_view(ctl->node, &v);
    for (const struct telem_row *r = rows->list; r < rows->list + rows->count; r++)
        if (strcmp(r->name, "bypassed") == 0)
            return telem_value(r, &v.counters);
    return 0;
}

static void bypass_add_counts(const struct ctl *ctl, size_t i, json_t *o)
{
    struct node_row_view v;
    node_view_row(ctl->node, ctl->bypasses.list[i].row, &v);
    ctl_json_num(o, "pkts", v.pkts - ctl->bypasses.list[i].pkts);
    ctl_json_num(o, "bytes", v.bytes - ctl->bypasses.list[i].bytes);
}

json_t *ctl_show_bypass(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    json_t *document = json_object(), *list = json_array();
    (void)args;
    (void)refusal;
    for (size_t i = 0; i < ctl->conf->n_bypasses; i++) {
        json_t *o = json_object();
        ctl_json_set(o, "local", ctl_json_selectors(ctl->conf->bypasses[i].local_ts));
        ctl_json_set(o, "remote", ctl_json_selectors(ctl->conf->bypasses[i].remote_ts));
        bypass_add_counts(ctl, i, o);
        json_array_append_new(list, o);
    }
    ctl_json_set(document, "bypass", list);
    ctl_json_num(document, "bypassed", bypassed(ctl));
    return document;
}
