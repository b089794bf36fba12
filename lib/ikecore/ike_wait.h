/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Jobs under way, and who waits for each, most often an SA, of whichever version of IKE. A job outlives its
 * SA: what comes back then is nobody's, and until it is back it counts like a half-open SA
 * (limits.half_open), so that callers who come and go do not fill the queue. Thread: control.
 */
#include <stddef.h>
#include <stdint.h>
#include "ike_conf.h"
#include "ike_job.h"

struct ike;
struct ike_wait;

/* A job of the SA with this number (0: of none) is back. Borrows the job, and may take out of it what it
 * owns. */
typedef void ike_wait_done_fn(struct ike *ike, uint64_t sa_id, struct ike_job *job);

struct ike_waits {
    struct ike_wait **by_job; /* hash by the job's id */
    size_t n_slots;           /* a power of two */
    uint64_t last_id;         /* that a job got */
    uint32_t n_orphans;       /* jobs whose SA is gone */
};

/* The table, for a configuration's caps. 0, or -ENOMEM. */
int ike_wait_init(struct ike *ike, const struct ike_conf *conf);

/* Forgets who waits. Jobs that are out stay with whoever holds them. */
void ike_wait_fini(struct ike *ike);

/*
 * Gives the job an id and hands it out, with its urgency and the peer's address set; done gets it when it
 * comes back. The id; 0: no memory, and the job is freed.
 */
uint64_t ike_wait_for(struct ike *ike, struct ike_job *job, uint64_t sa_id, ike_wait_done_fn *done);

/*
 * Nobody waits for this job any more: it becomes void, so that it costs nothing when its turn comes. One that
 * is not out is ignored.
 */
void ike_wait_disown(struct ike *ike, uint64_t id);

/* A job is back, run or not: whoever waits for it gets it, then it is freed. */
void ike_wait_over(struct ike *ike, struct ike_job *job);
