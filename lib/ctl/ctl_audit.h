/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What the engine tells an operator: every audit becomes one log line, and the failures among them are kept
 * for `culvertctl show failures`. Thread: control.
 */
#include <stdint.h>
#include <time.h>
#include "ike_action.h"

#define CTL_FAILURES_MAX 64

/* One remembered refusal; the same one again only counts up. */
struct ctl_failure {
    struct ike_audit audit;
    time_t first; /* wall clock, for people */
    time_t last;
    uint64_t count;
};

/* The newest CTL_FAILURES_MAX distinct failures. Zero-initialised is empty. */
struct ctl_failures {
    struct ctl_failure ring[CTL_FAILURES_MAX];
    size_t count; /* in use */
    uint64_t total;
};

/* Logs the audit and, when it is a failure, remembers it. */
void ctl_audit(struct ctl_failures *failures, const struct ike_audit *audit);
