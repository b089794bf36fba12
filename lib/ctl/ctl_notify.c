/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages to the service manager. A worker that hangs cannot be mended here: silence makes the manager start
 * anew. */
#include "ctl_notify.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "host_log.h"

#define STATUS_NS BASE_NS_PER_S

void ctl_notify_open(struct ctl_notify *n)
{
    *n = (struct ctl_notify){0};
    host_notify_open(&n->to);
}

void ctl_notify_close(struct ctl_notify *n)
{
    host_notify_close(&n->to);
}

/* The status of now. True: it is another one than was told last. */
static bool status_make(struct ctl *ctl)
{
    struct ctl_notify *n = &ctl->notify;
    struct ike_stats s;
    char text[sizeof n->status], refused[64] = "";
    ike_stats(ctl->ike, &s);
    if (n->refused)
        snprintf(refused, sizeof refused, "; the last reload was refused: %zu error%s", n->refused,
                 n->refused == 1 ? "" : "s");
    snprintf(text, sizeof text,
             "%zu connections, %" PRIu64 " IKE SAs (%" PRIu64 " half open), %" PRIu64 " child SAs%s",
             ctl->conf->ike->n_conns, (uint64_t)s.ike_sas, (uint64_t)s.half_open, (uint64_t)s.children,
             refused);
    if (strcmp(text, n->status) == 0)
        return false;
    memcpy(n->status, text, sizeof text);
    return true;
}

void ctl_notify_ready(struct ctl *ctl, base_time now)
{
    struct ctl_notify *n = &ctl->notify;
    if (!n->to.addr_len)
        return;
    status_make(ctl);
    host_notify(&n->to, "READY=1\nSTATUS=%s", n->status);
    n->watch_at = base_time_add(now, n->to.watchdog_ns / 2);
    n->status_at = base_time_add(now, STATUS_NS);
}

void ctl_notify_reloading(struct ctl *ctl, base_time now)
{
    host_notify(&ctl->notify.to, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64, now.ns / 1000);
}

void ctl_notify_reloaded(struct ctl *ctl, size_t errors)
{
    ctl->notify.refused = errors;
    if (!ctl->notify.to.addr_len)
        return;
    status_make(ctl);
    host_notify(&ctl->notify.to, "READY=1\nSTATUS=%s", ctl->notify.status);
}

void ctl_notify_stopping(struct ctl *ctl)
{
    host_notify(&ctl->notify.to, "STOPPING=1\nSTATUS=telling %zu peers goodbye", ctl->conf->ike->n_conns);
}

void ctl_notify_turn(struct ctl *ctl, base_time now)
{
    struct ctl_notify *n = &ctl->notify;
    if (!n->to.addr_len)
        return;
    if (n->to.watchdog_ns && base_time_reached(n->watch_at, now)) {
        n->watch_at = base_time_add(now, n->to.watchdog_ns / 2);
        if (ctl->watch.n_stuck == 0)
            host_notify(&n->to, "WATCHDOG=1");
    }
    if (!ctl->loop.is_stopping && base_time_reached(n->status_at, now)) {
        n->status_at = base_time_add(now, STATUS_NS);
        if (status_make(ctl))
            host_notify(&n->to, "STATUS=%s", n->status);
    }
}
