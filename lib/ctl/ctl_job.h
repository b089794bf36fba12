/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Runs the engine's slow work on threads of their own, so that one MODP-8192 handshake does not hold up the
 * others. Jobs go in, are run in the order of ctl_job_queue.h, and come out as they get done. Thread:
 * control, for all functions.
 */
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include "crypt_ike_ops.h"
#include "ike_job.h"

#define CTL_JOBS_THREADS_MAX 16

struct ctl_jobs;

/*
 * How many threads there are to be: what is configured, or, with 0, one on a machine of one or two cores and
 * else one for each core that no worker has, up to four.
 */
uint32_t ctl_jobs_threads(uint32_t configured, uint32_t cores, uint32_t spare_cores);

/*
 * Starts 1 to CTL_JOBS_THREADS_MAX threads, which run on these cores only; NULL or an empty set: on those of
 * the caller. NULL with errno when they cannot be had.
 */
struct ctl_jobs *ctl_jobs_new(const struct crypt_ike_ops *ops, uint32_t threads, const cpu_set_t *cores);

/* Before the first job: key exchanges that run one after the other may share what a turn is for. */
void ctl_jobs_share(struct ctl_jobs *jobs);

/* Finishes what is under way, drops the rest (keys freed, secrets wiped) and ends the threads. NULL is fine.
 */
void ctl_jobs_free(struct ctl_jobs *jobs);

/*
 * Takes the job. Without memory to queue it, it comes out at once with the status -ENOMEM. A short one is
 * kept for control where threads only take its place on the core, or where few wait.
 */
void ctl_jobs_submit(struct ctl_jobs *jobs, struct ike_job *job);

/* Whether jobs were kept for control. */
bool ctl_jobs_has_own(const struct ctl_jobs *jobs);

/* The next of those, in the order of ctl_job_queue.h, for the caller to run. NULL: there is none. */
struct ike_job *ctl_jobs_pop_own(struct ctl_jobs *jobs);

/* Runs one of those; what they share is kept for the next until ctl_jobs_rest(). */
void ctl_jobs_run_own(struct ctl_jobs *jobs, struct ike_job *job);

/* No other one of those runs for now. */
void ctl_jobs_rest(struct ctl_jobs *jobs);

/* A job that somebody else did comes out as those of the threads do. Thread: any. */
void ctl_jobs_give_back(struct ctl_jobs *jobs, struct ike_job *job);

/* A descriptor that polls readable while results wait. */
int ctl_jobs_fd(const struct ctl_jobs *jobs);

/* Gives the job that was done first to the caller. NULL: none left. */
struct ike_job *ctl_jobs_pop(struct ctl_jobs *jobs);
