/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The cookie challenge (RFC 7296 2.6): before state or a key exchange is spent on a request, its sender
 * proves that it receives at its address. Nothing is remembered per sender: the cookie is a keyed hash of
 * what the repeated request carries again. Decided per datagram on arrival.
 */
#include "ikev2_cookie.h"

#include "base_addr.h"
#include "base_span.h"
#include "base_time.h"
#include "base_wipe.h"
#include "crypt_alg.h"
#include "ike_act.h"
#include "ike_core.h"
#include "ike_env.h"
#include "ikev2_msg.h"
#include "ikev2_tables.h"
#include "wire_ike.h"

#define SECRET_S     120
#define COOKIE_BYTES (4 + 32)

void ikev2_cookie_init(struct ike *ike)
{
    struct ikev2_cookies *c = &ike->v2->cookie;
    ike->env.rng(ike->env.ctx, IKE_RNG_COOKIE, c->secret, sizeof c->secret);
    c->until = base_time_add(ike->now, SECRET_S * BASE_NS_PER_S);
}

static uint32_t cookie_refused(const struct ike *ike)
{
    const uint64_t halvings = base_time_since(ike->now, ike->v2->cookie.refused_at) / BASE_NS_PER_S;
    return halvings < 32 ? ike->v2->cookie.refused >> halvings : 0;
}

bool ikev2_cookie_wanted(const struct ike *ike)
{
    return ike->stats.half_open + cookie_refused(ike) >= ike->conf->cookie_threshold;
}

void ikev2_cookie_count_refusal(struct ike *ike)
{
    struct ikev2_cookies *c = &ike->v2->cookie;
    const uint32_t left = cookie_refused(ike);
    if (left < c->refused || !left)
        c->refused_at = ike->now;
    c->refused = left < UINT32_MAX ? left + 1 : left;
}

/* Two secrets: the current one, and the one before for cookies that are on their way. */
static void cookie_rotate(struct ike *ike)
{
    if (!base_time_reached(ike->v2->cookie.until, ike->now))
        return;
    const bool both =
        base_time_reached(base_time_add(ike->v2->cookie.until, SECRET_S * BASE_NS_PER_S), ike->now);
    ike->v2->cookie.version++;
    ike->env.rng(ike->env.ctx, IKE_RNG_COOKIE, ike->v2->cookie.secret[ike->v2->cookie.version & 1], 32);
    if (both)
        ike->env.rng(ike->env.ctx, IKE_RNG_COOKIE, ike->v2->cookie.secret[~ike->v2->cookie.version & 1], 32);
    ike->v2->cookie.until = base_time_add(ike->now, SECRET_S * BASE_NS_PER_S);
}

static bool cookie_make(struct ike *ike, const struct ikev2_msg *msg, struct base_span ni, uint32_t version,
                        uint8_t out[COOKIE_BYTES])
{
    uint8_t fixed[32], mac[CRYPT_PRF_MAX];
    struct base_writer w = base_writer(fixed, sizeof fixed);
    const struct base_endpoint *from = &msg->path->remote;
    base_write_u8(&w, from->addr.family);
    base_write(&w, from->addr.bytes, sizeof from->addr.bytes);
    base_write_u16(&w, from->port);
    base_write_u64(&w, msg->hdr.spi_i);
    base_write_u32(&w, version);
    const struct base_span parts[] = {ni, base_writer_span(&w)};
    if (ike->env.crypto->prf(CRYPT_PRF_HMAC_SHA2_256, base_span(ike->v2->cookie.secret[version & 1], 32),
                             parts, 2, mac))
        return false;
    w = base_writer(out, COOKIE_BYTES);
    base_write_u32(&w, version);
    base_write(&w, mac, COOKIE_BYTES - 4);
    return true;
}

static void cookie_demand(struct ike *ike, const struct ikev2_msg *msg, struct base_span ni)
{
    uint8_t cookie[COOKIE_BYTES];
    const struct wire_ike_hdr hdr = {.spi_i = msg->hdr.spi_i,
                                     .version = WIRE_IKE_MAJOR << 4,
                                     .exchange = WIRE_IKE_SA_INIT,
                                     .flags = WIRE_IKE_F_RESPONSE};
    if (!cookie_make(ike, msg, ni, ike->v2->cookie.version, cookie))
        return;
    struct wire_ike_builder b = wire_ike_build(ike->v2->wire, sizeof ike->v2->wire, &hdr);
    ikev2_msg_put_notify(&b, WIRE_IKE_N_COOKIE, base_span(cookie, sizeof cookie));
    ike->stats.cookies_sent++;
    ike_act_send(ike, msg->path, wire_ike_finish(&b));
}

bool ikev2_cookie_is_good(struct ike *ike, const struct ikev2_msg *msg, struct base_span ni)
{
    struct wire_ike_notification n;
    uint8_t want[COOKIE_BYTES];
    cookie_rotate(ike);
    if (!ikev2_msg_notify(msg, WIRE_IKE_N_COOKIE, &n) || n.data.len != COOKIE_BYTES)
        return false;
    struct base_reader r = base_reader(n.data);
    const uint32_t version = base_read_u32(&r);
    return ike->v2->cookie.version - version <= 1 && cookie_make(ike, msg, ni, version, want) &&
           base_equal_secret(want, n.data.ptr, COOKIE_BYTES);
}

bool ikev2_cookie_check(struct ike *ike, const struct ikev2_msg *msg, struct base_span ni)
{
    if (ikev2_cookie_is_good(ike, msg, ni))
        return true;
    cookie_demand(ike, msg, ni);
    return false;
}
