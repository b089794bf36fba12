/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Asks RADIUS servers, on a thread with sockets of its own: a server that does not answer holds up nothing
 * else. A request is sent again after the configured time, and goes to the next server after the configured
 * tries; a server that did not answer is asked last for a while (ctl_radius_silent.h). Thread: control, for
 * all functions.
 */
#include "ctl_job.h"
#include "ike_job.h"

struct ctl_radius;

/* Jobs come back by `jobs`, as those of its own threads do. NULL with errno: the thread cannot be had. */
struct ctl_radius *ctl_radius_new(struct ctl_jobs *jobs);
/* Ends the thread and frees what is not answered. NULL is fine. */
void ctl_radius_free(struct ctl_radius *r);

/* Takes a job of ike_job_radius.h. Too many of them come back at once with the status -EAGAIN. */
void ctl_radius_submit(struct ctl_radius *r, struct ike_job *job);
