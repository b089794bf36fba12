/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reload: load and check first, then apply. What is protected stays protected throughout: policies of the new
 * snapshot are set before connections of the old one are closed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "host_log.h"
#include "ctl_node.h"
#include "ctl_notify.h"

static void log_report(const struct ctl *ctl, const struct conf_report *report)
{
    for (size_t i = 0; i < report->n_issues; i++)
        host_log(report->issues[i].is_warning ? HOST_WARN : HOST_ERR,
                 "event=config file=\"%s\" path=\"%s\" text=\"%s\"", ctl->conf_file, report->issues[i].path,
                 report->issues[i].text);
}

static void log_plan(const struct conf_diff *diff)
{
    for (size_t i = 0; i < diff->n_ops; i++)
        if (diff->ops[i].type != CONF_OP_UNCHANGED)
            host_log(HOST_NOTICE, "event=reload change=%s name=%s", conf_op_name(diff->ops[i].type),
                     diff->ops[i].name);
    host_log(HOST_NOTICE, "event=reloaded");
}

int ctl_reload_plan(const struct ctl *ctl, struct conf_report *report, struct conf_diff *diff)
{
    memset(diff, 0, sizeof *diff);
    struct conf *next = conf_load(ctl->conf_file, report);
    const int rc = next ? conf_diff_make(&ctl->in_force, ctl->conf, next, diff) : -EINVAL;
    conf_free(next);
    return rc;
}

/* Loads, checks and applies. As ctl_reload(). */
static int reload(struct ctl *ctl, struct conf_report *report, struct conf_diff *diff)
{
    memset(diff, 0, sizeof *diff);
    struct conf *next = conf_load(ctl->conf_file, report);
    log_report(ctl, report);
    if (!next) {
        host_log(HOST_ERR, "event=reload_refused errors=%zu effect=\"the running configuration stays\"",
                 report->n_errors);
        return -EINVAL;
    }
    int rc = conf_diff_make(&ctl->in_force, ctl->conf, next, diff);
    if (rc == 0)
        rc = ctl_node_apply(ctl, next);
    if (rc < 0) {
        conf_diff_free(diff);
        memset(diff, 0, sizeof *diff);
        conf_free(next);
        return rc;
    }
    struct conf *old = ctl->conf;
    ctl->conf = next;
    ctl_event(ctl, &(struct ike_event){.type = IKE_EV_CONF_SWAP, .conf = next->ike});
    ctl_event(ctl, &(struct ike_event){.type = IKE_EV_PLACES}); /* routes are others */
    conf_free(old);
    ctl->tally.reloads++;
    log_plan(diff);
    return 0;
}

int ctl_reload(struct ctl *ctl, struct conf_report *report, struct conf_diff *diff)
{
    ctl_notify_reloading(ctl, ctl_now());
    const int rc = reload(ctl, report, diff);
    ctl_notify_reloaded(ctl, rc == 0 ? 0 : report->n_errors ? report->n_errors : 1);
    return rc;
}
