/* SPDX-License-Identifier: BSD-3-Clause */
/* Pauses between copies of a request. */
#include "ike_backoff.h"

#include "base_time.h"
#include "ike_conf.h"

#define GROWTH_PER_MILLE 1800u
#define PAUSE_MAX_MS     60000u

uint64_t ike_backoff_ns(const struct ike_conn_conf *conn, uint32_t tries)
{
    uint64_t ms = conn->retransmit_ms;
    for (uint32_t i = 0; i < tries && ms < PAUSE_MAX_MS; i++)
        ms = ms * GROWTH_PER_MILLE / 1000;
    return (ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS) * BASE_NS_PER_MS;
}

uint64_t ike_backoff_all_ns(const struct ike_conn_conf *conn)
{
    uint64_t ns = 0;
    for (uint32_t i = 0; i <= conn->retransmit_tries; i++)
        ns += ike_backoff_ns(conn, i);
    return ns;
}
