/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* One step of an EAP conversation as a job: it has the conversation while it is out, and the packet. */
#include "base_span.h"
#include "eap.h"
#include "ike_job.h"

struct ike_job_eap {
    struct ike_job job;
    struct eap *eap; /* the job's, until whoever gets it back takes it out */
    uint8_t *packet; /* of the peer; the job's */
    size_t packet_len;
    enum eap_step step; /* with status 0 */
};

/* Takes the conversation, and a copy of the packet. NULL: no memory, and the conversation stays the caller's.
 */
struct ike_job_eap *ike_job_eap_new(struct eap *eap, struct base_span packet);

/* Gives the conversation to the caller; the job has it no more. NULL: it is gone already. */
struct eap *ike_job_eap_take(struct ike_job_eap *j);
