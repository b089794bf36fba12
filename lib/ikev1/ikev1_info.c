/* SPDX-License-Identifier: BSD-3-Clause */
/* Notifications and deletes, each under a message id and an IV of its own. */
#include "ikev1_info.h"

#include "base_span.h"
#include "ikev1_msg.h"
#include "ikev1_sa.h"
#include "ikev1_xchg.h"
#include "wire_v1.h"

static void info_cookies(const struct ikev1_sa *sa, uint8_t out[WIRE_V1_COOKIES_BYTES])
{
    struct base_writer w = base_writer(out, WIRE_V1_COOKIES_BYTES);
    base_write_u64(&w, sa->spi_i);
    base_write_u64(&w, sa->spi_r);
}

/* One or the other, protected. */
static void info_send(struct ike *ike, struct ikev1_sa *sa, const struct wire_v1_notification *n,
                      const struct wire_v1_delete *d)
{
    const struct ikev1_keymat_algs algs = ikev1_msg_algs(sa);
    const uint32_t msgid = ikev1_xchg_msgid(ike, sa);
    uint8_t iv[IKEV1_IV_MAX], *room;
    if (ikev1_keymat_iv(ike->env.crypto, &algs, &sa->keys, msgid, iv) != 0)
        return;
    struct wire_ike_builder b = ikev1_msg_begin_2(ike, sa, WIRE_V1_INFO, msgid, &room);
    if (n)
        wire_v1_put_notify(&b, n);
    if (d)
        wire_v1_put_delete(&b, d);
    ikev1_msg_send(ike, sa, &sa->path, ikev1_msg_seal_2(ike, sa, &b, room, msgid, BASE_SPAN_NONE, iv));
}

static struct base_span info_u32(uint8_t out[4], uint32_t v)
{
    struct base_writer w = base_writer(out, 4);
    base_write_u32(&w, v);
    return base_span(out, 4);
}

void ikev1_info_delete_child(struct ike *ike, struct ikev1_sa *sa, uint32_t spi_in)
{
    uint8_t spi[4];
    const struct wire_v1_delete d = {WIRE_V1_PROTO_ESP, sizeof spi, 1, info_u32(spi, spi_in)};
    info_send(ike, sa, NULL, &d);
}

void ikev1_info_delete_sa(struct ike *ike, struct ikev1_sa *sa)
{
    uint8_t cookies[WIRE_V1_COOKIES_BYTES];
    info_cookies(sa, cookies);
    const struct wire_v1_delete d = {WIRE_V1_PROTO_ISAKMP, sizeof cookies, 1,
                                     base_span(cookies, sizeof cookies)};
    info_send(ike, sa, NULL, &d);
}

void ikev1_info_dpd(struct ike *ike, struct ikev1_sa *sa, bool is_ack, uint32_t seq)
{
    uint8_t cookies[WIRE_V1_COOKIES_BYTES], bytes[4];
    info_cookies(sa, cookies);
    const struct wire_v1_notification n = {.protocol = WIRE_V1_PROTO_ISAKMP,
                                           .type = is_ack ? WIRE_V1_N_DPD_ACK : WIRE_V1_N_DPD_ASK,
                                           .spi = base_span(cookies, sizeof cookies),
                                           .data = info_u32(bytes, seq)};
    info_send(ike, sa, &n, NULL);
}

void ikev1_info_refuse(struct ike *ike, struct ikev1_sa *sa, uint16_t notify)
{
    const struct wire_v1_notification n = {.protocol = WIRE_V1_PROTO_ISAKMP, .type = notify};
    struct wire_ike_builder b = ikev1_msg_begin(ike, sa, WIRE_V1_INFO, ikev1_xchg_msgid(ike, sa), false);
    wire_v1_put_notify(&b, &n);
    ikev1_msg_send(ike, sa, sa->hs && sa->hs->path.remote.addr.family ? &sa->hs->path : &sa->path,
                   ikev1_msg_end(&b));
}

void ikev1_info_refuse_quick(struct ike *ike, struct ikev1_sa *sa, uint16_t notify, uint32_t spi)
{
    uint8_t bytes[4];
    const struct wire_v1_notification n = {
        .protocol = WIRE_V1_PROTO_ESP, .type = notify, .spi = info_u32(bytes, spi)};
    info_send(ike, sa, &n, NULL);
}
