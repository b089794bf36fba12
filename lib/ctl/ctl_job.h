/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Runs the engine's slow work on a thread of its own, so that one MODP-8192 handshake does
 * not hold up the others. Jobs go in and results come out in order. Thread: control, for all functions.
 */
#include "crypt_ike_ops.h"
#include "ike_job.h"

struct ctl_jobs;

/* Starts the thread. NULL with errno when it cannot be had. */
struct ctl_jobs *ctl_jobs_new(const struct crypt_ike_ops *ops);

/* Finishes what is under way, drops the rest (keys freed, secrets wiped) and ends the thread. NULL is fine.
 */
void ctl_jobs_free(struct ctl_jobs *jobs);

/* Takes the job. */
void ctl_jobs_submit(struct ctl_jobs *jobs, struct ike_job *job);

/* A descriptor that polls readable while results wait. */
int ctl_jobs_fd(const struct ctl_jobs *jobs);

/* Gives the job that was done first to the caller. NULL: none left. */
struct ike_job *ctl_jobs_pop(struct ctl_jobs *jobs);
