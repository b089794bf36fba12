/* SPDX-License-Identifier: BSD-3-Clause */
/* Remembered failures as documents, newest first. */
#include "ctl_api_cmd.h"

#include <stdlib.h>
#include <string.h>

#include "ctl_filter.h"
#include "ctl_json.h"

static json_t *when(time_t t)
{
    struct tm tm;
    char text[32];
    if (!gmtime_r(&t, &tm) || strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        return NULL;
    return json_string(text);
}

static json_t *failure(const struct ctl_failure *f)
{
    const struct ike_audit *a = &f->audit;
    json_t *o = json_object();
    ctl_json_set(o, "kind", json_string(ike_audit_kind_name(a->kind)));
    ctl_json_set(o, "first", when(f->first));
    ctl_json_set(o, "last", when(f->last));
    ctl_json_num(o, "count", f->count);
    ctl_json_set_text(o, "connection", a->conn);
    ctl_json_set_text(o, "child", a->child);
    if (a->path.local.addr.family != BASE_AF_NONE)
        ctl_json_set(o, "local", ctl_json_endpoint(&a->path.local));
    if (a->path.remote.addr.family != BASE_AF_NONE)
        ctl_json_set(o, "remote", ctl_json_endpoint(&a->path.remote));
    if (a->local_id.type)
        ctl_json_set(o, "local_id", ctl_json_id(&a->local_id));
    if (a->remote_id.type)
        ctl_json_set(o, "remote_id", ctl_json_id(&a->remote_id));
    if (a->notify)
        ctl_json_set(o, "notify", json_string(wire_ike_notify_name(a->notify)));
    ctl_json_set_text(o, "what", a->what);
    ctl_json_set_text(o, "nearest", a->nearest);
    ctl_json_set_text(o, "why", a->why);
    ctl_json_set_text(o, "fix_here", a->fix_here);
    ctl_json_set_text(o, "fix_peer", a->fix_peer);
    return o;
}

static int newest_first(const void *a, const void *b)
{
    const struct ctl_failure *const *x = a, *const *y = b;
    return (*x)->last < (*y)->last ? 1 : (*x)->last > (*y)->last ? -1 : 0;
}

json_t *ctl_show_failures(struct ctl *ctl, const json_t *args, struct ctl_refusal *refusal)
{
    const struct ctl_failures *f = &ctl->failures;
    const struct ctl_failure *order[CTL_FAILURES_MAX];
    struct ctl_filter filter;
    if (!ctl_filter_read(&filter, CTL_BY_CONNECTION | CTL_BY_NAME | CTL_BY_PEER, ctl->conf->ike, args,
                         refusal))
        return NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < f->count; i++)
        order[i] = &f->ring[i];
    qsort(order, f->count, sizeof *order, newest_first);
    for (size_t i = 0; i < f->count; i++)
        if (ctl_filter_failure(&filter, &order[i]->audit))
            json_array_append_new(list, failure(order[i]));
    json_t *doc = json_pack("{s:I, s:o}", "total", (json_int_t)f->total, "failures", list);
    if (filter.connection)
        ctl_json_set_text(doc, "connection", filter.connection);
    return doc;
}
