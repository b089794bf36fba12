/* SPDX-License-Identifier: BSD-3-Clause */
/* Key exchange payloads that fit, and the way to another group. */
#include "ikev2_ke.h"

#include <errno.h>
#include "explain.h"
#include "ike_core.h"
#include "ike_job.h"
#include "ike_job_dh.h"
#include "ikev2_request.h"
#include "ikev2_sa.h"
#include "ikev2_select.h"
#include "ikev2_task.h"

bool ikev2_ke_fits(const struct wire_ike_ke *ke, enum crypt_dh group)
{
    return ke->group == (uint16_t)group &&
           ke->value.len == crypt_alg_find(CRYPT_TYPE_DH, ke->group, 0)->out_bytes;
}

bool ikev2_ke_fits_answer(const struct wire_ike_ke *ke, enum crypt_dh group)
{
    return ke->group == (uint16_t)group &&
           ke->value.len == crypt_alg_find(CRYPT_TYPE_DH, ke->group, 0)->answer_bytes;
}

enum crypt_dh ikev2_ke_other_group(struct ikev2_task *t, const struct crypt_proposal *ours, size_t n_ours,
                                   struct base_span data)
{
    struct base_reader r = base_reader(data);
    const enum crypt_dh group = (enum crypt_dh)base_read_u16(&r);
    if (r.failed || group == t->group || t->ke_retries >= IKEV2_KE_RETRIES ||
        !ikev2_select_has_group(ours, n_ours, group))
        return CRYPT_DH_NONE;
    t->ke_retries++;
    return group;
}

uint16_t ikev2_ke_fault(struct ike *ike, const struct ikev2_sa *sa, const struct ike_job *job)
{
    if (job->status == -EINVAL) {
        explain_malformed(ike, ikev2_sa_about(sa), "its public value of the key exchange");
        return WIRE_IKE_N_INVALID_SYNTAX;
    }
    explain_key_exchange(ike, ikev2_sa_about(sa), -job->status);
    return WIRE_IKE_N_TEMPORARY_FAILURE;
}

void ikev2_ke_renew(struct ike *ike, struct ikev2_sa *sa, struct ikev2_task *t, enum crypt_dh group,
                    const struct ikev2_job_row *row)
{
    ikev2_request_clear(sa);
    ike->env.crypto->dh_free(t->dh);
    t->dh = NULL;
    t->group = group;
    ikev2_task_dh(ike, sa, t, &ike_job_kind_dh_pair, BASE_SPAN_NONE, row);
}
