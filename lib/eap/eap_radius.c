/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests, answers and their authenticators; keys of an accepted login (RFC 2548 2.4). */
#include "eap_radius.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base_text.h"
#include "base_wipe.h"
#include "eap_method.h"
#include "wire_eap.h"

#define FRAMED_MTU          1200 /* EAP packets of a server's TLS stay below it */
#define SERVICE_FRAMED      2
#define PORT_VIRTUAL        5
#define AUTHENTICATOR_BYTES 16
#define SPAN(array)         base_span((array), sizeof(array))

/* Message-Authenticator: first, so that what stands behind cannot be cut off unseen. Its place in w. */
static size_t radius_put_place(struct base_writer *w)
{
    static const uint8_t zeros[AUTHENTICATOR_BYTES];
    wire_radius_put(w, WIRE_RADIUS_MESSAGE_AUTHENTICATOR, SPAN(zeros));
    return w->pos - AUTHENTICATOR_BYTES;
}

static void radius_put_text(struct base_writer *w, uint8_t type, const char *text)
{
    if (text && text[0])
        wire_radius_put(w, type, base_span(text, strlen(text)));
}

static void radius_put_nas(struct base_writer *w, const struct eap_radius_ask *ask)
{
    radius_put_text(w, WIRE_RADIUS_NAS_ID, ask->nas_id);
    wire_radius_put_u32(w, WIRE_RADIUS_NAS_PORT_TYPE, PORT_VIRTUAL);
    radius_put_text(w, WIRE_RADIUS_CALLING_STATION, ask->calling);
    radius_put_text(w, WIRE_RADIUS_CALLED_STATION, ask->called);
}

int eap_radius_request(struct eap *e, struct base_span packet, const struct eap_radius_ask *ask,
                       uint8_t out[WIRE_RADIUS_MAX], size_t *len)
{
    struct wire_eap p;
    struct base_writer w = base_writer(out, WIRE_RADIUS_MAX);
    const bool is_response = wire_eap_parse(packet, &p) && p.code == WIRE_EAP_RESPONSE && p.id == e->id;
    if (!is_response || (e->at == EAP_AT_IDENTITY && p.type != WIRE_EAP_IDENTITY) ||
        (p.type == WIRE_EAP_IDENTITY && !eap_name_set(&e->identity, p.data)))
        return -EINVAL;
    e->at = EAP_AT_METHOD;
    wire_radius_begin(&w, WIRE_RADIUS_REQUEST, ask->id, ask->authenticator);
    const size_t place = radius_put_place(&w);
    if (e->identity.len)
        wire_radius_put(&w, WIRE_RADIUS_USER_NAME, eap_name_span(&e->identity));
    wire_radius_put_u32(&w, WIRE_RADIUS_SERVICE_TYPE, SERVICE_FRAMED);
    wire_radius_put_u32(&w, WIRE_RADIUS_FRAMED_MTU, FRAMED_MTU);
    radius_put_nas(&w, ask);
    wire_radius_put(&w, WIRE_RADIUS_EAP_MESSAGE, packet);
    if (e->radius_state_len)
        wire_radius_put(&w, WIRE_RADIUS_STATE, base_span(e->radius_state, e->radius_state_len));
    wire_radius_end(&w);
    if (w.failed)
        return -EINVAL;
    const struct base_span all = base_writer_span(&w);
    *len = w.pos;
    return ask->ops->hmac_md5(ask->secret, &all, 1, out + place);
}

/* ---- answers ---- */

/* MD5 over the packet with the request's authenticator in the place of its own, and the secret. */
static bool radius_is_signed(const struct wire_radius *p, const struct eap_radius_ask *ask)
{
    uint8_t want[16];
    const struct base_span parts[] = {base_span(p->packet.ptr, 4), SPAN(ask->authenticator), p->attributes,
                                      ask->secret};
    return ask->ops->md5(parts, 4, want) == 0 && base_equal_secret(want, p->authenticator, sizeof want);
}

static bool radius_has_authenticator(const struct wire_radius *p, const struct eap_radius_ask *ask)
{
    static const uint8_t zeros[AUTHENTICATOR_BYTES];
    struct base_span got, second;
    uint8_t want[16];
    if (!wire_radius_find(p, WIRE_RADIUS_MESSAGE_AUTHENTICATOR, 0, &got) || got.len != sizeof zeros ||
        wire_radius_find(p, WIRE_RADIUS_MESSAGE_AUTHENTICATOR, 1, &second))
        return false;
    const uint8_t *end = got.ptr + got.len;
    const struct base_span parts[] = {base_span(p->packet.ptr, 4), SPAN(ask->authenticator),
                                      base_span(p->attributes.ptr, (size_t)(got.ptr - p->attributes.ptr)),
                                      SPAN(zeros),
                                      base_span(end, (size_t)(p->attributes.ptr + p->attributes.len - end))};
    return ask->ops->hmac_md5(ask->secret, parts, 5, want) == 0 &&
           base_equal_secret(want, got.ptr, sizeof want);
}

/* The EAP packet that an answer carries into e->out; none: out_len 0. False: it is too long. */
static bool radius_take_packet(struct eap *e, const struct wire_radius *p)
{
    struct base_span part;
    struct base_writer w = base_writer(e->out, sizeof e->out);
    for (size_t n = 0; wire_radius_find(p, WIRE_RADIUS_EAP_MESSAGE, n, &part); n++)
        base_write_span(&w, part);
    e->out_len = w.failed ? 0 : w.pos;
    return !w.failed;
}

/* One of the keys of RFC 2548 2.4.2 into out. Its length, or 0. */
static size_t radius_key(const struct wire_radius *p, const struct eap_radius_ask *ask, uint8_t type,
                         uint8_t out[32])
{
    struct base_span value;
    uint8_t plain[64], mask[16];
    if (!wire_radius_find_ms(p, type, &value) || value.len < 18 || (value.len - 2) % 16 ||
        value.len - 2 > sizeof plain)
        return 0;
    const struct base_span salt = base_span(value.ptr, 2);
    const struct base_span cipher = base_span(value.ptr + 2, value.len - 2);
    for (size_t at = 0; at < cipher.len; at += 16) {
        const struct base_span first[] = {ask->secret, SPAN(ask->authenticator), salt};
        const struct base_span next[] = {ask->secret, base_span(cipher.ptr + at - (at ? 16 : 0), 16)};
        if (ask->ops->md5(at ? next : first, at ? 2 : 3, mask) < 0)
            return 0;
        for (size_t i = 0; i < 16; i++)
            plain[at + i] = cipher.ptr[at + i] ^ mask[i];
    }
    const size_t len = plain[0] <= 32 && plain[0] < cipher.len ? plain[0] : 0;
    memcpy(out, plain + 1, len);
    base_wipe(plain, sizeof plain);
    base_wipe(mask, sizeof mask);
    return len;
}

/* MSK = Recv-Key | Send-Key; zeros behind a shorter one count for nothing in HMAC. */
static void radius_take_keys(struct eap *e, const struct wire_radius *p, const struct eap_radius_ask *ask)
{
    uint8_t recv[32], send[32];
    const size_t n_recv = radius_key(p, ask, WIRE_RADIUS_MS_RECV_KEY, recv);
    const size_t n_send = radius_key(p, ask, WIRE_RADIUS_MS_SEND_KEY, send);
    memset(e->msk, 0, sizeof e->msk);
    memcpy(e->msk, recv, n_recv);
    memcpy(e->msk + n_recv, send, n_send);
    e->has_msk = n_recv && n_send;
    base_wipe(recv, sizeof recv);
    base_wipe(send, sizeof send);
}

static uint32_t radius_u32(const struct wire_radius *p, uint8_t type)
{
    struct base_span value;
    wire_radius_find(p, type, 0, &value);
    struct base_reader r = base_reader(value);
    return value.len == 4 ? base_read_u32(&r) : 0;
}

static void radius_take_groups(struct eap *e, const struct wire_radius *p)
{
    static const uint8_t types[] = {WIRE_RADIUS_CLASS, WIRE_RADIUS_FILTER_ID};
    struct base_span value;
    e->groups_len = 0;
    for (size_t i = 0; i < sizeof types; i++)
        for (size_t n = 0; wire_radius_find(p, types[i], n, &value); n++) {
            if (value.len == 0 || e->groups_len + 1 + value.len > sizeof e->groups)
                continue;
            e->groups[e->groups_len] = (uint8_t)value.len;
            memcpy(e->groups + e->groups_len + 1, value.ptr, value.len);
            e->groups_len = (uint16_t)(e->groups_len + 1 + value.len);
        }
}

/* The next of the groups behind *at. False: there is none. */
static bool radius_next_group(const struct eap *e, size_t *at, struct base_span *group)
{
    if (*at >= e->groups_len)
        return false;
    *group = base_span(e->groups + *at + 1, e->groups[*at]);
    *at += 1 + group->len;
    return true;
}

bool eap_radius_is_of(const struct eap *e, struct base_span group)
{
    struct base_span one;
    for (size_t at = 0; radius_next_group(e, &at, &one);)
        if (base_span_equal(one, group))
            return true;
    return false;
}

void eap_radius_add_groups(const struct eap *e, struct base_text *t)
{
    struct base_span one;
    for (size_t at = 0; radius_next_group(e, &at, &one);) {
        base_text_add(t, at == 1 + one.len ? "\"" : ", \"");
        base_text_add_escaped(t, one);
        base_text_add(t, "\"");
    }
}

static void radius_take_grant(struct eap *e, const struct wire_radius *p)
{
    struct base_span value;
    const uint32_t ip = radius_u32(p, WIRE_RADIUS_FRAMED_IP);
    e->grant = (struct eap_grant){.session_s = radius_u32(p, WIRE_RADIUS_SESSION_TIMEOUT),
                                  .interim_s = radius_u32(p, WIRE_RADIUS_ACCT_INTERIM_INTERVAL)};
    /* Both ends of the range say that somebody else chooses (RFC 2865 5.8). */
    if (ip != 0 && ip < 0xfffffffe)
        e->grant.ip4 = ip;
    if (wire_radius_find(p, WIRE_RADIUS_CLASS, 0, &value)) {
        e->grant.class_len = (uint8_t)value.len;
        memcpy(e->grant.class_bytes, value.ptr, value.len);
    }
    const bool is_named = wire_radius_find(p, WIRE_RADIUS_USER_NAME, 0, &value) && value.len;
    if (!is_named || !eap_name_set(&e->user, value))
        e->user = e->identity;
}

static enum eap_step radius_accept(struct eap *e, const struct wire_radius *p,
                                   const struct eap_radius_ask *ask)
{
    struct wire_eap inner;
    if (!wire_eap_parse(eap_packet(e), &inner) || inner.code != WIRE_EAP_SUCCESS)
        return eap_fail(e, EAP_FAULT_MALFORMED);
    radius_take_keys(e, p, ask);
    radius_take_grant(e, p);
    radius_take_groups(e, p);
    e->at = EAP_AT_END;
    return EAP_SUCCEEDS;
}

static enum eap_step radius_challenge(struct eap *e, const struct wire_radius *p)
{
    struct wire_eap inner;
    struct base_span state;
    if (!wire_eap_parse(eap_packet(e), &inner) || inner.code != WIRE_EAP_REQUEST)
        return eap_fail(e, EAP_FAULT_MALFORMED);
    e->id = inner.id;
    wire_radius_find(p, WIRE_RADIUS_STATE, 0, &state);
    e->radius_state_len = (uint8_t)state.len;
    if (state.len)
        memcpy(e->radius_state, state.ptr, state.len);
    return EAP_SENDS;
}

static void radius_put_failure(struct eap *e)
{
    struct base_writer w = base_writer(e->out, sizeof e->out);
    wire_eap_begin(&w, WIRE_EAP_FAILURE, e->id, 0);
    wire_eap_end(&w);
    e->out_len = w.pos;
}

void eap_radius_refuse(struct eap *e, enum eap_fault fault)
{
    base_wipe(e->msk, sizeof e->msk);
    e->has_msk = false;
    radius_put_failure(e);
    eap_fail(e, fault);
}

static enum eap_step radius_reject(struct eap *e, const struct wire_radius *p)
{
    struct base_span text;
    struct wire_eap inner;
    struct base_text words = base_text(e->words, sizeof e->words);
    if (wire_radius_find(p, WIRE_RADIUS_REPLY_MESSAGE, 0, &text))
        base_text_add_escaped(&words, text);
    e->at = EAP_AT_END;
    e->user = e->identity;
    if (wire_eap_parse(eap_packet(e), &inner) && inner.code == WIRE_EAP_FAILURE)
        return eap_fail(e, EAP_FAULT_RADIUS);
    radius_put_failure(e);
    return eap_fail(e, EAP_FAULT_RADIUS);
}

int eap_radius_take(struct eap *e, struct base_span answer, const struct eap_radius_ask *ask,
                    enum eap_step *step)
{
    struct wire_radius p;
    if (!wire_radius_parse(answer, &p) || p.id != ask->id || !radius_is_signed(&p, ask) ||
        !radius_has_authenticator(&p, ask) || !radius_take_packet(e, &p))
        return -EBADMSG;
    if (p.code == WIRE_RADIUS_ACCEPT)
        *step = radius_accept(e, &p, ask);
    else if (p.code == WIRE_RADIUS_CHALLENGE)
        *step = radius_challenge(e, &p);
    else if (p.code == WIRE_RADIUS_REJECT)
        *step = radius_reject(e, &p);
    else
        return -EBADMSG;
    return 0;
}

/* ---- accounting ---- */

/* Packets of a session beyond 32 bits have no attribute: they stop at the largest number. */
static uint32_t radius_most(uint64_t n)
{
    return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

static void radius_put_usage(struct base_writer *w, const struct eap_radius_session *s)
{
    wire_radius_put_u32(w, WIRE_RADIUS_ACCT_SESSION_TIME, s->seconds);
    wire_radius_put_u32(w, WIRE_RADIUS_ACCT_INPUT_OCTETS, (uint32_t)s->in.bytes);
    wire_radius_put_u32(w, WIRE_RADIUS_ACCT_OUTPUT_OCTETS, (uint32_t)s->out.bytes);
    wire_radius_put_u32(w, WIRE_RADIUS_ACCT_INPUT_GIGAWORDS, (uint32_t)(s->in.bytes >> 32));
    wire_radius_put_u32(w, WIRE_RADIUS_ACCT_OUTPUT_GIGAWORDS, (uint32_t)(s->out.bytes >> 32));
    wire_radius_put_u32(w, WIRE_RADIUS_ACCT_INPUT_PACKETS, radius_most(s->in.pkts));
    wire_radius_put_u32(w, WIRE_RADIUS_ACCT_OUTPUT_PACKETS, radius_most(s->out.pkts));
}

int eap_radius_account(const struct eap_radius_session *s, struct eap_radius_ask *ask,
                       uint8_t out[WIRE_RADIUS_MAX], size_t *len)
{
    static const uint8_t zeros[16];
    struct base_writer w = base_writer(out, WIRE_RADIUS_MAX);
    wire_radius_begin(&w, WIRE_RADIUS_ACCT_REQUEST, ask->id, zeros);
    wire_radius_put_u32(&w, WIRE_RADIUS_ACCT_STATUS, s->status);
    radius_put_text(&w, WIRE_RADIUS_ACCT_SESSION_ID, s->id);
    if (s->user.len)
        wire_radius_put(&w, WIRE_RADIUS_USER_NAME, eap_name_span(&s->user));
    if (s->grant.ip4)
        wire_radius_put_u32(&w, WIRE_RADIUS_FRAMED_IP, s->grant.ip4);
    if (s->grant.class_len)
        wire_radius_put(&w, WIRE_RADIUS_CLASS, base_span(s->grant.class_bytes, s->grant.class_len));
    if (s->status != EAP_RADIUS_START)
        radius_put_usage(&w, s);
    radius_put_nas(&w, ask);
    wire_radius_end(&w);
    if (w.failed)
        return -EINVAL;
    const struct base_span parts[] = {base_writer_span(&w), ask->secret};
    const int rc = ask->ops->md5(parts, 2, ask->authenticator);
    memcpy(out + 4, ask->authenticator, sizeof ask->authenticator);
    *len = w.pos;
    return rc;
}

int eap_radius_accounted(struct base_span answer, const struct eap_radius_ask *ask)
{
    struct wire_radius p;
    const bool is_good = wire_radius_parse(answer, &p) && p.code == WIRE_RADIUS_ACCT_RESPONSE &&
                         p.id == ask->id && radius_is_signed(&p, ask);
    return is_good ? 0 : -EBADMSG;
}
