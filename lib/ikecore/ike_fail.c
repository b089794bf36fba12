/* SPDX-License-Identifier: BSD-3-Clause */
/* Keeps records of failures few: per kind, endpoint and connection, and overall. */
#include "ike_fail.h"

#include <string.h>
#include "base_addr.h"
#include "base_time.h"
#include "ike_audit.h"
#include "ike_conf.h"
#include "ike_core.h"

#define QUIET_S          10 /* the same failure of the same endpoint is told again after that */
#define BURST            50u
#define PER_SECOND       10u

#define LOOKS_BURST      40000u
#define LOOKS_PER_SECOND 40000u

static bool fail_take_token(struct ike *ike)
{
    struct ike_fail *f = &ike->fail;
    const uint64_t n = base_time_since(ike->now, f->refill) * PER_SECOND / BASE_NS_PER_S;
    if (n > 0) {
        f->tokens = f->tokens > n ? f->tokens - (uint32_t)n : 0;
        f->refill = ike->now;
    }
    if (f->tokens >= BURST)
        return false;
    f->tokens++; /* spent ones are counted, so that zero is a full bucket */
    return true;
}

bool ike_fail_is_rare(struct ike *ike)
{
    if (!base_time_reached(ike->fail.rare_at, ike->now))
        return false;
    ike->fail.rare_at = base_time_add(ike->now, BASE_NS_PER_S);
    return true;
}

bool ike_fail_may_search(struct ike *ike, size_t n)
{
    struct ike_fail *f = &ike->fail;
    const uint64_t ms = base_time_since(ike->now, f->looks_at) / BASE_NS_PER_MS;
    const uint64_t forgiven = ms * (LOOKS_PER_SECOND / 1000);
    if (ms) {
        f->looks = f->looks > forgiven ? f->looks - forgiven : 0;
        f->looks_at = ike->now;
    }
    if (f->looks >= LOOKS_BURST)
        return false;
    f->looks += n;
    return true;
}

bool ike_fail_is_news(struct ike *ike, enum ike_audit_kind kind, const struct base_endpoint *from,
                      const struct ike_conn_conf *conn)
{
    struct ike_fail *f = &ike->fail;
    uint8_t key[24] = {(uint8_t)kind, (uint8_t)from->port, (uint8_t)(from->port >> 8)};
    memcpy(key + 4, from->addr.bytes, 16);
    uint64_t h = ike_hash(ike, key, sizeof key);
    if (conn)
        h ^= ike_hash(ike, conn->name, strlen(conn->name));
    const size_t slot = h % IKE_FAIL_BUCKETS;
    if (f->seen[slot].key == h && !base_time_reached(f->seen[slot].until, ike->now))
        return false;
    if (!fail_take_token(ike))
        return false;
    f->seen[slot].key = h;
    f->seen[slot].until = base_time_add(ike->now, QUIET_S * BASE_NS_PER_S);
    return true;
}
