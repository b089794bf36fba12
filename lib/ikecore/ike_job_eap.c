/* SPDX-License-Identifier: BSD-3-Clause */
/* An EAP step may be one of TLS, which signs and verifies: never on the control core. */
#include "ike_job_eap.h"

#include <stdlib.h>
#include <string.h>

static int eap_run(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    struct ike_job_eap *j = (struct ike_job_eap *)job;
    (void)ops;
    j->step = eap_take(j->eap, base_span(j->packet, j->packet_len));
    return 0;
}

static void eap_drop(const struct crypt_ike_ops *ops, struct ike_job *job)
{
    struct ike_job_eap *j = (struct ike_job_eap *)job;
    (void)ops;
    eap_free(j->eap);
    free(j->packet);
    j->eap = NULL;
    j->packet = NULL;
}

static const struct ike_job_kind eap_kind = {"eap", sizeof(struct ike_job_eap), eap_run, eap_drop};

struct ike_job_eap *ike_job_eap_new(struct eap *eap, struct base_span packet)
{
    uint8_t *copy = malloc(packet.len + 1);
    struct ike_job_eap *j = copy ? (struct ike_job_eap *)ike_job_new(&eap_kind) : NULL;
    if (!j) {
        free(copy);
        return NULL;
    }
    if (packet.len)
        memcpy(copy, packet.ptr, packet.len);
    j->eap = eap;
    j->packet = copy;
    j->packet_len = packet.len;
    return j;
}

struct eap *ike_job_eap_take(struct ike_job_eap *j)
{
    struct eap *e = j->eap;
    j->eap = NULL;
    return e;
}
