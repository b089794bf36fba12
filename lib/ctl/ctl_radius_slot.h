/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A request to a RADIUS server that is under way: which server, which try, and what its answer is held
 * against. Pure but for randomness: time is told, bytes go in and out. Thread: any, one at a time.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_time.h"
#include "ctl_radius_silent.h"
#include "ike_job_radius.h"
#include "ike_radius_conf.h"

struct ctl_radius_slot {
    struct ike_job_radius *job;
    struct ctl_radius_silent *silent; /* of all requests */
    struct eap_radius_ask ask;
    size_t server;   /* of the job's configuration */
    uint32_t passed; /* servers that had their turn, a bit each */
    uint32_t tries;  /* of this server so far */
    base_time due;   /* when it is sent again, or to the next */
    bool is_failed;  /* job->job.status tells */
    char calling[BASE_ENDPOINT_TEXT_MAX], called[BASE_ENDPOINT_TEXT_MAX];
    size_t len;
    uint8_t bytes[WIRE_RADIUS_MAX];
};

/*
 * Begins at time now with the server that has begun the login, else the first that takes such requests; those
 * of `silent`, which the slot borrows and keeps up to date, come behind the others. id is what its answer
 * carries.
 */
void ctl_radius_slot_begin(struct ctl_radius_slot *s, struct ike_job_radius *job, uint8_t id,
                           struct ctl_radius_silent *silent, base_time now);
/*
 * What is to be done at time now: true: send bytes to *to (again). False: nothing yet, or it is over
 * (is_failed).
 */
bool ctl_radius_slot_due(struct ctl_radius_slot *s, base_time now, struct base_endpoint *to);
/* A datagram came from there with this slot's id. True: it answers, and the job is done. */
bool ctl_radius_slot_take(struct ctl_radius_slot *s, const struct base_endpoint *from,
                          struct base_span bytes);
