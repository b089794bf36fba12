/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The payload chain, RFC 7296 3.2: splits a message body into payloads and applies the rules that need no
 * knowledge of a payload's inside, that is lengths, the critical bit and single occurrence. Payloads whose
 * body is one number and the rest (KE, AUTH, nonce) are read here as well; others have files of their own.
 */
#include "wire_ike.h"

#define CRITICAL_BIT 0x80
#define NONCE_MIN    16
#define NONCE_MAX    256

/* Types of RFC 7296 and RFC 7383. The critical bit means nothing on them (RFC 7296 2.5). */
static bool is_known(uint8_t type)
{
    return (type >= WIRE_IKE_P_SA && type <= WIRE_IKE_P_EAP) || type == WIRE_IKE_P_SKF;
}

static bool is_repeatable(uint8_t type)
{
    switch (type) {
    case WIRE_IKE_P_NOTIFY:
    case WIRE_IKE_P_DELETE:
    case WIRE_IKE_P_VENDOR:
    case WIRE_IKE_P_CERT:
    case WIRE_IKE_P_CERTREQ:
    case WIRE_IKE_P_CP:
        return true;
    default:
        return !is_known(type);
    }
}

/* Reads one payload of a given type; *next gets its next-payload octet. */
static enum wire_ike_err read_payload(struct base_reader *r, uint8_t type, struct wire_ike_pld *out,
                                      uint8_t *next)
{
    struct base_reader head = *r;
    *next = base_read_u8(&head);
    out->type = type;
    out->critical = (base_read_u8(&head) & CRITICAL_BIT) != 0;
    const uint16_t length = base_read_u16(&head);
    if (head.failed)
        return WIRE_IKE_SHORT;
    if (length < 4)
        return WIRE_IKE_BAD_LENGTH;
    out->body = base_read_span(&head, length - 4u);
    out->whole = base_read_span(r, length);
    return r->failed ? WIRE_IKE_SHORT : WIRE_IKE_OK;
}

static enum wire_ike_err check_payload(const struct wire_ike_plds *plds, const struct wire_ike_pld *p)
{
    if (p->critical && !is_known(p->type))
        return WIRE_IKE_CRITICAL;
    if (!is_repeatable(p->type) && wire_ike_plds_find(plds, p->type, 0))
        return WIRE_IKE_DUPLICATE;
    return plds->count == WIRE_IKE_PLDS_MAX ? WIRE_IKE_TOO_MANY : WIRE_IKE_OK;
}

enum wire_ike_err wire_ike_plds_parse(uint8_t first, struct base_span chain, struct wire_ike_plds *out)
{
    struct base_reader r = base_reader(chain);
    out->count = 0;
    out->critical_type = 0;
    out->sk_first = 0;
    for (uint8_t type = first; type != WIRE_IKE_P_NONE;) {
        struct wire_ike_pld p;
        uint8_t next;
        enum wire_ike_err e = read_payload(&r, type, &p, &next);
        if (e == WIRE_IKE_OK)
            e = check_payload(out, &p);
        if (e == WIRE_IKE_CRITICAL)
            out->critical_type = type;
        if (e != WIRE_IKE_OK)
            return e;
        out->list[out->count++] = p;
        if (type == WIRE_IKE_P_SK || type == WIRE_IKE_P_SKF) {
            out->sk_first = next;
            next = WIRE_IKE_P_NONE;
        }
        type = next;
    }
    return base_reader_left(&r) ? WIRE_IKE_BAD_LENGTH : WIRE_IKE_OK;
}

const struct wire_ike_pld *wire_ike_plds_find(const struct wire_ike_plds *plds, uint8_t type, size_t n)
{
    for (size_t i = 0; i < plds->count; i++)
        if (plds->list[i].type == type && n-- == 0)
            return &plds->list[i];
    return NULL;
}

enum wire_ike_err wire_ike_ke_parse(struct base_span body, struct wire_ike_ke *out)
{
    struct base_reader r = base_reader(body);
    out->group = base_read_u16(&r);
    base_read_u16(&r); /* reserved */
    out->value = base_read_rest(&r);
    return r.failed ? WIRE_IKE_SHORT : WIRE_IKE_OK;
}

enum wire_ike_err wire_ike_skf_parse(struct base_span body, struct wire_ike_skf *out)
{
    struct base_reader r = base_reader(body);
    out->number = base_read_u16(&r);
    out->total = base_read_u16(&r);
    out->body = base_read_rest(&r);
    if (r.failed)
        return WIRE_IKE_SHORT;
    return out->number == 0 || out->number > out->total ? WIRE_IKE_BAD_FIELD : WIRE_IKE_OK;
}

enum wire_ike_err wire_ike_auth_parse(struct base_span body, struct wire_ike_auth *out)
{
    struct base_reader r = base_reader(body);
    out->method = base_read_u8(&r);
    base_read_span(&r, 3); /* reserved */
    out->data = base_read_rest(&r);
    return r.failed ? WIRE_IKE_SHORT : WIRE_IKE_OK;
}

enum wire_ike_err wire_ike_nonce_parse(struct base_span body, struct base_span *out)
{
    *out = body;
    return body.len < NONCE_MIN || body.len > NONCE_MAX ? WIRE_IKE_BAD_LENGTH : WIRE_IKE_OK;
}
