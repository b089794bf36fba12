/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Questions to RADIUS servers as jobs (ike_job.h): they are asked by whoever owns the sockets, not by
 * run(). A login's has the conversation while it is out; an accounting record's goes out and comes back to
 * nobody.
 */
#include "base_addr.h"
#include "eap_radius.h"
#include "ike_conf.h"
#include "ike_job.h"
#include "ike_path.h"

struct ike_job_radius {
    struct ike_job
        job; /* status: 0, -EINVAL a packet that may not come, -ETIMEDOUT nobody answered, another errno */
    const struct ike_conf *conf; /* a reference: its servers are asked */
    struct base_endpoint local, remote;
    bool is_account;
    struct eap *eap; /* a login's; the job's, until whoever gets it back takes it out */
    uint8_t *packet; /* of the peer; the job's */
    size_t packet_len;
    enum eap_step step;                /* with status 0 */
    struct eap_radius_session session; /* an account's */
};

/* Whether a job is one of these. */
bool ike_job_is_radius(const struct ike_job *job);

/* A login's: takes the conversation, and a copy of the packet. NULL: no memory, and it stays the caller's. */
struct ike_job_radius *ike_job_radius_new(const struct ike_conf *conf, const struct ike_path *path,
                                          struct eap *eap, struct base_span packet);
/* An account's. NULL: no memory. */
struct ike_job_radius *ike_job_radius_account(const struct ike_conf *conf, const struct ike_path *path,
                                              const struct eap_radius_session *session);
/* Gives the conversation to the caller; the job has it no more. NULL: it is gone already. */
struct eap *ike_job_radius_take(struct ike_job_radius *j);
