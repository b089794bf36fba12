/* SPDX-License-Identifier: BSD-3-Clause */
/* Token buckets: what keeps a flood from costing others more than its share. */
#include "dp_bucket.h"

#define BURST_SHARE 10 /* a bucket holds a tenth of a second's worth, */
#define BURST_MIN   16 /* at least */

bool dp_bucket_take(struct dp_bucket *b, uint64_t now, uint64_t hz, uint64_t pps)
{
    uint64_t cap = pps / BURST_SHARE > BURST_MIN ? pps / BURST_SHARE : BURST_MIN;
    uint64_t per_token = hz / pps ? hz / pps : 1;
    if (b->tsc == 0) {
        b->tokens = cap;
        b->tsc = now;
    }
    uint64_t made = (now - b->tsc) / per_token;
    if (made) {
        b->tokens = b->tokens + made > cap ? cap : b->tokens + made;
        b->tsc += made * per_token;
    }
    if (b->tokens == 0)
        return false;
    b->tokens--;
    return true;
}
