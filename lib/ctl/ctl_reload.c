/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reload: load and check first, then apply. What is protected stays protected throughout: policies of the new
 * snapshot are set before connections of the old one are closed. None of it holds up the loop: what needs the
 * two snapshots alone is done beside it, the rest in parts.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "ctl_aside.h"
#include "ctl_former.h"
#include "host_log.h"
#include "ctl_node.h"
#include "ike_heirs.h"
#include "ctl_notify.h"
#include "pool_book.h"

static void log_report(const struct ctl *ctl, const struct conf_report *report)
{
    for (size_t i = 0; i < report->n_issues; i++)
        host_log(report->issues[i].is_warning ? HOST_WARN : HOST_ERR,
                 "event=config file=\"%s\" path=\"%s\" text=\"%s\"", ctl->conf_file, report->issues[i].path,
                 report->issues[i].text);
}

#define LINES_AT_ONCE 200

static void log_plan(struct ctl *ctl, const struct conf_diff *diff)
{
    for (size_t i = 0, n = 0; i < diff->n_ops; i++) {
        if (diff->ops[i].type == CONF_OP_UNCHANGED)
            continue;
        host_log(HOST_NOTICE, "event=reload change=%s name=%s", conf_op_name(diff->ops[i].type),
                 diff->ops[i].name);
        if (++n % LINES_AT_ONCE == 0)
            ctl_aside_turn(ctl);
    }
    host_log(HOST_NOTICE, "event=reloaded");
}

/* What is read beside the loop: the file, and what it changes. */
struct reload_next {
    const struct ctl *ctl;
    struct conf_report *report;
    struct conf_diff *diff;
    bool is_plan;
    int rc;
    struct conf *conf;       /* NULL: rc tells why */
    struct ike_heirs *heirs; /* NULL: the engine makes them */
};

static void reload_read(void *arg)
{
    struct reload_next *n = arg;
    const struct conf *from = n->ctl->conf;
    memset(n->diff, 0, sizeof *n->diff);
    n->conf = conf_load_after(n->ctl->conf_file, from, n->report, &n->ctl->loop.stops_reading);
    n->rc = n->conf ? conf_diff_make(&n->ctl->in_force, from, n->conf, n->diff) : -EINVAL;
    if (n->rc == 0 && !n->is_plan)
        n->heirs = ike_heirs_new(from->ike, n->conf->ike);
}

static void reload_free(void *conf)
{
    conf_free(conf);
}

/* One at a time. False: there is one. */
static bool reload_begin(struct ctl *ctl, struct conf_report *report, struct conf_diff *diff)
{
    if (ctl->loop.is_reloading)
        return false;
    *report = (struct conf_report){0};
    *diff = (struct conf_diff){0};
    return ctl->loop.is_reloading = true;
}

int ctl_reload_plan(struct ctl *ctl, struct conf_report *report, struct conf_diff *diff)
{
    struct reload_next next = {.ctl = ctl, .report = report, .diff = diff, .is_plan = true};
    if (!reload_begin(ctl, report, diff))
        return -EALREADY;
    ctl_aside_run(ctl, reload_read, &next);
    ctl_aside_run(ctl, reload_free, next.conf);
    ctl->loop.is_reloading = false;
    return next.rc;
}

/* The engine goes over to what is read, connection by connection. */
static void reload_swap(struct ctl *ctl, const struct reload_next *next)
{
    struct ike_event ev = {.type = IKE_EV_CONF_SWAP, .conf = next->conf->ike, .heirs = next->heirs};
    while (ctl_event(ctl, &ev) > 0) {
        ctl_aside_turn_sent(ctl);
        ev = (struct ike_event){.type = IKE_EV_CONF_MORE};
    }
    ctl_event(ctl, &(struct ike_event){.type = ctl_places_news(&ctl->places)}); /* routes are others */
    for (uint16_t i = 0; i < ctl->in_force.n_ports; i++) /* which may be the host's from now on */
        ctl_places_heard(&ctl->places, i, ctl_now());
}

static void reload_give_up(struct ctl *ctl, struct reload_next *next)
{
    conf_diff_free(next->diff);
    memset(next->diff, 0, sizeof *next->diff);
    ike_heirs_free(next->heirs);
    ctl_aside_run(ctl, reload_free, next->conf);
}

/* Addresses in use that no pool has any more go on, each until its peer does. */
static void log_stray_leases(const struct ctl *ctl)
{
    struct pool_view v;
    if (pool_view(ike_pools(ctl->ike), ctl->conf->ike->n_pools, &v) && v.held)
        host_log(
            HOST_NOTICE,
            "event=leases_outside count=%u effect=\"peers keep addresses that no pool has any more until "
            "they go\" show=\"culvertctl show pools\"",
            v.held);
}

/* Loads, checks and applies. As ctl_reload(). */
static int reload(struct ctl *ctl, struct conf_report *report, struct conf_diff *diff)
{
    struct reload_next next = {.ctl = ctl, .report = report, .diff = diff};
    ctl_aside_run(ctl, reload_read, &next);
    const bool is_told = !ctl->loop.is_stopping; /* what was wrong with a part is of no use then */
    if (is_told)
        log_report(ctl, report);
    if (!next.conf && is_told)
        host_log(HOST_ERR, "event=reload_refused errors=%zu effect=\"the running configuration stays\"",
                 report->n_errors);
    if (ctl->loop.is_stopping)
        next.rc = -ECANCELED;
    if (next.rc == 0)
        next.rc = ctl_node_apply(ctl, next.conf);
    if (next.rc < 0) {
        reload_give_up(ctl, &next);
        return next.rc;
    }
    struct conf *former = ctl->conf;
    ctl->conf = next.conf;
    reload_swap(ctl, &next);
    ctl_manual_swap(ctl, former);
    conf_manuals_free(former); /* the rest of it stays for SAs of IKE, which may live for days */
    ctl_former_add(ctl, former);
    ctl->tally.reloads++;
    log_plan(ctl, diff);
    log_stray_leases(ctl);
    return 0;
}

int ctl_reload(struct ctl *ctl, struct conf_report *report, struct conf_diff *diff)
{
    if (!reload_begin(ctl, report, diff))
        return -EALREADY;
    ctl_notify_reloading(ctl, ctl_now());
    const int rc = reload(ctl, report, diff);
    ctl->loop.is_reloading = false;
    if (!ctl->loop.is_stopping)
        ctl_notify_reloaded(ctl, rc == 0 ? 0 : report->n_errors ? report->n_errors : 1);
    return rc;
}
