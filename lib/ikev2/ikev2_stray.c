/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages and ESP packets without an SA, told and heard of (RFC 7296 1.5, 2.21.4). */
#include "ikev2_stray.h"

#include <string.h>
#include "base_addr.h"
#include "base_span.h"
#include "base_time.h"
#include "ike_act.h"
#include "ike_action.h"
#include "ike_core.h"
#include "ike_path.h"
#include "ikev2_children.h"
#include "ikev2_msg.h"
#include "ikev2_sa.h"
#include "ikev2_tables.h"
#include "wire_ike.h"

#define TOLD_PER_SECOND 200u /* in all */
#define SHARE           4u   /* of it, to one network: an IPv4 /24, an IPv6 /64 */
#define PAUSE_S         5 /* between two liveness checks that strays ask for, and a child's first seconds */
#define REPEAT_MS       1000u
#define UDP_BYTES       8 /* before a message that answers ESP without UDP */
#define MARKER_BYTES    4 /* before one that answers ESP in UDP */

/* ---- told ---- */

static uint8_t *stray_share(struct ike *ike, const struct base_addr *from)
{
    uint8_t key[9] = {from->family};
    memcpy(key + 1, from->bytes, from->family == BASE_AF_IP6 ? 8 : 3);
    return &ike->v2->strays.shares[ike_hash(ike, key, sizeof key) % IKEV2_STRAY_SHARES];
}

static bool stray_is_within_limits(struct ike *ike, const struct base_addr *from)
{
    struct ikev2_strays *s = &ike->v2->strays;
    if (base_time_since(ike->now, s->since) >= BASE_NS_PER_S)
        *s = (struct ikev2_strays){.since = ike->now};
    uint8_t *share = stray_share(ike, from);
    if (s->told >= TOLD_PER_SECOND || *share >= SHARE)
        return false;
    s->told++;
    ++*share;
    return true;
}

/* One notify in clear, in at most so many bytes. */
static void stray_tell(struct ike *ike, const struct ike_path *path, const struct wire_ike_hdr *hdr,
                       uint16_t notify, struct base_span data, size_t most)
{
    struct wire_ike_builder b = wire_ike_build(ike->v2->wire, sizeof ike->v2->wire, hdr);
    ikev2_msg_put_notify(&b, notify, data);
    const struct base_span bytes = wire_ike_finish(&b);
    if (bytes.len > most || !stray_is_within_limits(ike, &path->remote.addr))
        return;
    ike->stats.strays_told++;
    ike_act_send(ike, path, bytes);
}

/* SPIs, message id and exchange are the request's. */
static void stray_answer(struct ike *ike, const struct ikev2_msg *msg, uint16_t notify, struct base_span data)
{
    struct wire_ike_hdr hdr = msg->hdr;
    if (hdr.flags & WIRE_IKE_F_RESPONSE)
        return;
    hdr.version = WIRE_IKE_MAJOR << 4;
    hdr.flags = (uint8_t)(WIRE_IKE_F_RESPONSE | (~hdr.flags & WIRE_IKE_F_INITIATOR));
    stray_tell(ike, msg->path, &hdr, notify, data, msg->raw.len);
}

void ikev2_stray_answer(struct ike *ike, const struct ikev2_msg *msg)
{
    stray_answer(ike, msg, WIRE_IKE_N_INVALID_IKE_SPI, BASE_SPAN_NONE);
}

void ikev2_stray_answer_version(struct ike *ike, const struct ikev2_msg *msg)
{
    stray_answer(ike, msg, WIRE_IKE_N_INVALID_MAJOR_VERSION, BASE_SPAN_NONE);
}

void ikev2_stray_answer_critical(struct ike *ike, const struct ikev2_msg *msg)
{
    stray_answer(ike, msg, WIRE_IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD, base_span(&msg->plds.critical_type, 1));
}

/* A liveness check, but not often. True: now. */
static bool stray_check(struct ike *ike, struct ikev2_sa *sa)
{
    if (!base_time_reached(sa->life.stray_at, ike->now))
        return false;
    sa->life.stray_at = base_time_add(ike->now, PAUSE_S * BASE_NS_PER_S);
    sa->want.dpd = true;
    ikev2_sa_touch(ike, sa);
    return true;
}

/* Some SA with the peer at this place. ESP without UDP has no port, and IKE beside it lives on 500 or 4500.
 */
static struct ikev2_sa *stray_sa_at(struct ike *ike, const struct ike_path *path)
{
    struct base_endpoint remote = path->remote;
    struct ikev2_sa *sa = ikev2_sa_at(ike, &remote, NULL);
    if (sa || path->natt)
        return sa;
    remote.port = IKE_PORT_NATT;
    return ikev2_sa_at(ike, &remote, NULL);
}

void ikev2_stray_on_esp(struct ike *ike, const struct ike_event *ev)
{
    const struct ike_path *path = &ev->path;
    struct ikev2_sa *sa = stray_sa_at(ike, path);
    if (ikev2_child_by_spi(ike, ev->spi_in) || ike->shutting_down)
        return;
    if (sa) {
        if (stray_check(ike, sa))
            sa->want.stray_spi = ev->spi_in;
        return;
    }
    /* No IKE SPI would mean anything to the peer; zeros are allowed here alone. */
    const struct wire_ike_hdr hdr = {
        .version = WIRE_IKE_MAJOR << 4, .exchange = WIRE_IKE_INFORMATIONAL, .flags = WIRE_IKE_F_INITIATOR};
    const size_t head = path->natt ? MARKER_BYTES : UDP_BYTES;
    uint8_t spi[4];
    struct base_writer w = base_writer(spi, sizeof spi);
    base_write_u32(&w, ev->spi_in);
    stray_tell(ike, path, &hdr, WIRE_IKE_N_INVALID_SPI, base_writer_span(&w),
               ev->len > head ? ev->len - head : 0);
}

/* ---- heard ---- */

/* The ESP SPI that an INVALID_SPI is about; 0: none. */
static uint32_t stray_spi_of(const struct ikev2_msg *msg)
{
    struct wire_ike_notification n;
    if (!ikev2_msg_notify(msg, WIRE_IKE_N_INVALID_SPI, &n) || n.data.len != 4)
        return 0;
    struct base_reader r = base_reader(n.data);
    return base_read_u32(&r);
}

/* The SA of the peer's rekeying, of which it has not used anything: our answer may have been lost until now.
 */
static bool stray_is_unknown_yet(const struct ike *ike, const struct ikev2_sa *sa)
{
    return !sa->is_initiator && sa->seq.peer == 0 &&
           base_time_since(ike->now, sa->life.created_at) < IKEV2_GONE_S * BASE_NS_PER_S;
}

/*
 * The peer denies this very request: it is sent again soon, and given up sooner (ikev2_due.c); not as long
 * as the peer may still come to know the SA.
 */
static void stray_denied(struct ike *ike, struct ikev2_sa *sa)
{
    if (sa->req.is_probe)
        return;
    if (stray_is_unknown_yet(ike, sa))
        sa->req.tries = sa->req.tries ? 1 : 0;
    else if (sa->req.denied <= sa->req.tries)
        sa->req.denied++;
    sa->req.at = base_time_min(sa->req.at, base_time_add(ike->now, REPEAT_MS * BASE_NS_PER_MS));
    ikev2_sa_touch(ike, sa);
}

static void stray_hint(struct ike *ike, struct ikev2_sa *sa)
{
    if (stray_check(ike, sa))
        ike->stats.hints_taken++;
}

static bool stray_hint_of_ike(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct wire_ike_notification n;
    if (sa->state != IKEV2_ST_UP || !msg->is_response ||
        !base_endpoint_equal(&msg->path->remote, &sa->path.remote) ||
        !ikev2_msg_notify(msg, WIRE_IKE_N_INVALID_IKE_SPI, &n))
        return false;
    if (sa->req.dgrams.count && msg->hdr.msgid == sa->seq.own && msg->hdr.exchange == sa->req.exchange)
        stray_denied(ike, sa);
    else
        stray_hint(ike, sa);
    return true;
}

static struct ikev2_sa *stray_sa_of(struct ike *ike, struct base_endpoint remote, uint32_t spi)
{
    const struct ikev2_child *c;
    for (struct ikev2_sa *sa = NULL; (sa = ikev2_sa_at(ike, &remote, sa)) != NULL;)
        if ((c = ikev2_child_by_spi_out(sa, spi)) != NULL && c->state == IKEV2_CHILD_UP)
            return sa;
    return NULL;
}

/* ESP without UDP is answered from port 500, wherever its IKE SA lives. */
static bool stray_hint_of_esp(struct ike *ike, const struct ikev2_msg *msg)
{
    const uint32_t spi = stray_spi_of(msg);
    struct base_endpoint remote = msg->path->remote;
    if (msg->is_response || msg->hdr.exchange != WIRE_IKE_INFORMATIONAL || !spi)
        return false;
    struct ikev2_sa *sa = stray_sa_of(ike, remote, spi);
    if (!sa && remote.port == IKE_PORT) {
        remote.port = IKE_PORT_NATT;
        sa = stray_sa_of(ike, remote, spi);
    }
    if (sa)
        stray_hint(ike, sa);
    return sa != NULL;
}

bool ikev2_stray_take_hint(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    struct ikev2_msg clear = *msg;
    struct base_reader r = base_reader(msg->raw);
    if (msg->hdr.next != WIRE_IKE_P_NOTIFY)
        return false;
    base_read_span(&r, WIRE_IKE_HDR_BYTES);
    if (wire_ike_plds_parse(msg->hdr.next, base_read_rest(&r), &clear.plds) != WIRE_IKE_OK)
        return false;
    return sa ? stray_hint_of_ike(ike, sa, &clear) : stray_hint_of_esp(ike, &clear);
}

void ikev2_stray_take_proof(struct ike *ike, struct ikev2_sa *sa, const struct ikev2_msg *msg)
{
    const uint32_t spi = stray_spi_of(msg);
    struct ikev2_child *c = spi ? ikev2_child_by_spi_out(sa, spi) : NULL;
    /* Packets may overtake the answer that makes their pair, and come behind the DELETE that ends it. */
    if (!c || sa->state != IKEV2_ST_UP || c->state != IKEV2_CHILD_UP || c->is_rekeyed || c->replaced_by ||
        base_time_since(ike->now, c->installed_at) < PAUSE_S * BASE_NS_PER_S)
        return;
    c->state = IKEV2_CHILD_DELETING;
    ikev2_child_want_again(ike, c, 0, IKE_END_DEAD);
    ikev2_sa_touch(ike, sa);
}
