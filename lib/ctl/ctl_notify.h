/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What the service manager hears of the daemon (host_notify.h): that it is ready, reloads or stops, one line
 * of status, and a sign of life as long as the loop turns and every worker does (ctl_watch.h). Thread:
 * control.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_time.h"
#include "conf.h"
#include "host_notify.h"

struct ctl;

struct ctl_notify {
    struct host_notify to;
    base_time watch_at, status_at; /* when to look next */
    size_t refused;                /* errors of the last reload; 0: it was taken */
    char status[160];              /* as it was told last */
};

/* Reads the environment; before there are threads. */
void ctl_notify_open(struct ctl_notify *n);

/* Packets flow and the control socket answers. */
void ctl_notify_ready(struct ctl *ctl, base_time now);

/* A reload begins, and ended; errors: why it was refused, 0: the new configuration is in force. */
void ctl_notify_reloading(struct ctl *ctl, base_time now);
void ctl_notify_reloaded(struct ctl *ctl, size_t errors);

/* Peers are being told goodbye. */
void ctl_notify_stopping(struct ctl *ctl);

/* In each turn of the loop: the sign of life at half of the time that it is waited for, and a changed status.
 */
void ctl_notify_turn(struct ctl *ctl, base_time now);

void ctl_notify_close(struct ctl_notify *n);
