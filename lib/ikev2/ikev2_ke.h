/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Key exchange of a message (RFC 7296 3.4), and another group when the peer wants one (1.2, 1.3). */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"
#include "crypt_alg.h"
#include "crypt_proposal.h"
#include "wire_ike.h"

struct ike;
struct ike_job;
struct ikev2_job_row;
struct ikev2_sa;
struct ikev2_task;

/*
 * Whether the payload is of this group, which has a row, and as long as the values of the group's initiator,
 * or of who answers: of a KEM they differ. Thread: any.
 */
bool ikev2_ke_fits(const struct wire_ike_ke *ke, enum crypt_dh group);
bool ikev2_ke_fits_answer(const struct wire_ike_ke *ke, enum crypt_dh group);

/*
 * The group that an INVALID_KE_PAYLOAD with this data asks for, when it is one of ours, not the one that was
 * just refused, and not one too many: whoever sends such notifies makes us compute. NONE: the task gives up.
 */
enum crypt_dh ikev2_ke_other_group(struct ikev2_task *t, const struct crypt_proposal *ours, size_t n_ours,
                                   struct base_span data);

/*
 * A job of a key exchange of CREATE_CHILD_SA did not run well; explained. The notify for it: INVALID_SYNTAX
 * when the peer's public value is none, TEMPORARY_FAILURE when the fault is ours (RFC 7296 2.25).
 */
uint16_t ikev2_ke_fault(struct ike *ike, const struct ikev2_sa *sa, const struct ike_job *job);

/* Our exchange starts anew with a key in this group, which `row` gets when it is made. */
void ikev2_ke_renew(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t, enum crypt_dh group,
                    const struct ikev2_job_row *row);
