/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Keeps records of failures few, so that a flood does not fill a log. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_addr.h"
#include "base_time.h"
#include "ike_audit.h"

#define IKE_FAIL_BUCKETS 256

struct ike;

struct ike_fail {
    struct {
        uint64_t key;
        base_time until;
    } seen[IKE_FAIL_BUCKETS]; /* which failures were told, and until when they are not told again */
    base_time refill;
    base_time rare_at; /* no sooner comes the next of what strangers can cause by themselves */
    uint32_t tokens;   /* spent of the overall budget */
    uint32_t searches; /* out, of what is to be told */
    uint64_t looks;    /* at connections by searches, less what time has forgiven */
    base_time looks_at;
};

/*
 * Whether something that strangers can cause by themselves may be told now: once a second in all, so that
 * such records leave most of the budget to others. Ask ike_fail_is_news() behind it.
 */
bool ike_fail_is_rare(struct ike *ike);

/*
 * Whether a search over n connections may be made now, which is then counted: some ten thousand looks a
 * second in all, so that a failure costs the same in the mean however many connections there are. Beyond
 * that only some are told.
 */
bool ike_fail_may_search(struct ike *ike, size_t n);

/* Whether this failure is to be told, which is then counted. conn: the connection concerned, or NULL. */
bool ike_fail_is_news(struct ike *ike, enum ike_audit_kind kind, const struct base_endpoint *from,
                      const struct ike_conn_conf *conn);
