/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The order in which jobs run: the more urgent class first, and within a class one job of each prefix in
 * turn (/24 of IPv4, /64 of IPv6), and of its addresses in turn, so that a thousand jobs of one party delay
 * the single one of another by one job and no more, however many addresses it has. Without threads and locks;
 * whoever shares a queue guards it.
 *
 * Bound: the engine has at most two jobs out for an IKE SA (its own exchange and the peer's), of IKEv1 one
 * for each exchange of an SA, which has a cap; it caps IKE SAs (limits.sas), and it takes no new caller in
 * while half-open SAs, or jobs of ended SAs that still wait (which are void and take no time when their turn
 * comes), reach limits.half_open. So no peer makes a queue grow beyond what these caps allow.
 */
#include <stddef.h>
#include "ike_job.h"

struct ctl_job_queue;

/* An empty queue, or NULL without memory. */
struct ctl_job_queue *ctl_job_queue_new(void);

/* Frees a queue, which must be empty. NULL is fine. */
void ctl_job_queue_free(struct ctl_job_queue *q);

/* Takes the job. 0, or -ENOMEM: then it is still the caller's. */
int ctl_job_queue_push(struct ctl_job_queue *q, struct ike_job *job);

/* Gives the job whose turn it is to the caller. NULL: the queue is empty. */
struct ike_job *ctl_job_queue_pop(struct ctl_job_queue *q);
