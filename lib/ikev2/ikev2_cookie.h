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
};

/* First secrets. */
void ikev2_cookie_init(struct ike *ike);

/* Whether calls are to prove their address before anything is spent on them. */
bool ikev2_cookie_wanted(const struct ike *ike);
/* Whether the message carries a COOKIE of ours that fits it. */
bool ikev2_cookie_is_good(struct ike *ike, const struct ikev2_msg *msg, struct base_span ni);
/* The same; false: a request for one has been sent. */
bool ikev2_cookie_check(struct ike *ike, const struct ikev2_msg *msg, struct base_span ni);
