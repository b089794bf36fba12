/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Our request in flight: repeated byte by byte with growing pauses until it is answered or given up
 * (RFC 7296 2.1, 2.4). Answers are never repeated unasked.
 */
#include "ike_sa.h"

#define GROWTH_PER_MILLE 1800u
#define PAUSE_MAX_MS     60000u

static uint64_t request_pause_ns(const struct ike_conn_conf *conn, uint32_t tries)
{
    uint64_t ms = conn->retransmit_ms;
    for (uint32_t i = 0; i < tries && ms < PAUSE_MAX_MS; i++)
        ms = ms * GROWTH_PER_MILLE / 1000;
    return (ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS) * BASE_NS_PER_MS;
}

void ike_request_arm(struct ike *ike, struct ike_sa *sa, struct base_span bytes, uint8_t exchange)
{
    /* Sealing fails only when the crypto library or memory does; the exchange then runs into its timeout. */
    if (bytes.len == 0 || ike_blob_set(&sa->req.bytes, bytes) < 0) {
        sa->req.at = ike->now;
        sa->req.tries = UINT32_MAX;
        sa->req.exchange = exchange;
        return;
    }
    sa->req.tries = 0;
    sa->req.exchange = exchange;
    sa->req.sent_at = ike->now;
    sa->req.at = base_time_add(ike->now, request_pause_ns(sa->conn, 0));
    sa->life.last_out = ike->now;
    ike_act_send(ike, &sa->path, bytes);
}

void ike_request_clear(struct ike_sa *sa)
{
    ike_blob_free(&sa->req.bytes);
    sa->req.at = BASE_TIME_NEVER;
    sa->req.tries = 0;
}

void ike_request_repeat(struct ike *ike, struct ike_sa *sa)
{
    sa->req.tries++;
    sa->req.at = base_time_add(ike->now, request_pause_ns(sa->conn, sa->req.tries));
    sa->life.last_out = ike->now;
    ike->stats.retransmits_out++;
    ike_act_send(ike, &sa->path, ike_blob_span(&sa->req.bytes));
}
