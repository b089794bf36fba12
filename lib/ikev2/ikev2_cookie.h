/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The cookie challenge (RFC 7296 2.6). */
#include <stdbool.h>
#include <stdint.h>
#include "base_span.h"
#include "base_time.h"

struct ike;
struct ikev2_msg;

/* Two secrets, the current one and the one before, by the lowest bit of their version. */
struct ikev2_cookies {
    uint8_t secret[2][32];
    uint32_t version;
    base_time until; /* then comes the next one */
    /* Callers that were refused in clear without having proved their address; half of them are forgotten each
     * second. */
    uint32_t refused;
    base_time refused_at;
};

/* First secrets. */
void ikev2_cookie_init(struct ike *ike);

/*
 * Whether calls are to prove their address before anything is spent on them: there are as many half-open SAs
 * and fresh refusals as limits.cookie_threshold says.
 */
bool ikev2_cookie_wanted(const struct ike *ike);
/* A caller without a proved address was refused: that cost work, and left no half-open SA to be counted. */
void ikev2_cookie_count_refusal(struct ike *ike);
/* Whether the message carries a COOKIE of ours that fits it. */
bool ikev2_cookie_is_good(struct ike *ike, const struct ikev2_msg *msg, struct base_span ni);
/* The same; false: a request for one has been sent. */
bool ikev2_cookie_check(struct ike *ike, const struct ikev2_msg *msg, struct base_span ni);
