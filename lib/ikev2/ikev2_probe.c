/* SPDX-License-Identifier: BSD-3-Clause */
/* Probes: made to measure, repeated, and ended. What their fate means is the business of ikev2_pmtu.c. */
#include "ikev2_probe.h"

#include "base_span.h"
#include "ike_core.h"
#include "ike_path.h"
#include "ikev2_msg.h"
#include "ikev2_pmtu.h"
#include "ikev2_request.h"
#include "ikev2_sa.h"
#include "ikev2_seal.h"
#include "ikev2_tables.h"
#include "ikev2_task.h"
#include "wire_ike.h"

#define PROBES       3     /* MAX_PROBES (RFC 8899 5.1.2) */
#define N_FILLING    40969 /* of private use: ignored by who does not know it (RFC 7296 3.10.1) */
#define NOTIFY_BYTES 8     /* of a notify payload without data */

void ikev2_probe_start(struct ike *ike, struct ikev2_sa *sa)
{
    static const uint8_t zeros[WIRE_IKE_MSG_MAX];
    const size_t headers = ike_path_header_bytes(&sa->path);
    const uint16_t size = ikev2_pmtu_take(ike, sa);
    const size_t room = size > headers ? ikev2_seal_room(sa, size - headers) : 0;
    if (room < NOTIFY_BYTES) {
        ikev2_task_done(ike, sa);
        return;
    }
    struct wire_ike_builder b = ikev2_msg_begin(ike);
    ikev2_msg_put_notify(&b, N_FILLING, base_span(zeros, room - NOTIFY_BYTES));
    ike->stats.probes_out++;
    ikev2_msg_probe(ike, sa, WIRE_IKE_INFORMATIONAL, &b);
}

void ikev2_probe_answered(struct ike *ike, struct ikev2_sa *sa)
{
    ikev2_pmtu_confirmed(ike, sa);
}

static void probe_lost(struct ike *ike, struct ikev2_sa *sa)
{
    ike->stats.probes_lost++;
    ikev2_msg_probe_over(ike, sa);
}

void ikev2_probe_on_silence(struct ike *ike, struct ikev2_sa *sa)
{
    if (sa->req.tries + 1 < PROBES) {
        ikev2_request_repeat(ike, sa);
        return;
    }
    ikev2_pmtu_lost(ike, sa);
    probe_lost(ike, sa);
}

void ikev2_probe_hurry(struct ike *ike, struct ikev2_sa *sa)
{
    if (!sa->req.is_probe)
        return;
    ikev2_pmtu_put_off(ike, sa);
    ikev2_msg_probe_over(ike, sa);
}

void ikev2_probe_told(struct ike *ike, struct ikev2_sa *sa, uint16_t mtu, bool is_sure)
{
    if (ikev2_pmtu_told(ike, sa, mtu, is_sure) && sa->req.is_probe)
        probe_lost(ike, sa);
}
