/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Attributes payloads (draft-ietf-ipsec-isakmp-mode-cfg-05 3.2): one reader and one writer for all
 * attributes, and mode-config's in the form of IKEv2's configuration payload, whose reader knows their
 * values.
 */
#include "wire_v1_attrs.h"
#include "wire_ike_int.h"
#include "wire_v1.h"

#define ATTRS_SHORT     0x8000
#define ATTRS_XAUTH_END (WIRE_V1_ATTR_XAUTH_STATUS + 2) /* NEXT_PIN and ANSWER are XAUTH's, too */

static void attrs_add(struct wire_v1_attrs *a, const struct wire_v1_attr *attr)
{
    if (a->count < WIRE_V1_ATTRS_MAX)
        a->list[a->count++] = *attr;
    else
        a->skipped++;
}

enum wire_ike_err wire_v1_attrs_parse(struct base_span body, struct wire_v1_attrs *out)
{
    struct base_reader r = base_reader(body);
    out->count = out->skipped = 0;
    out->kind = base_read_u8(&r);
    base_read_u8(&r); /* reserved */
    out->id = base_read_u16(&r);
    while (!r.failed && base_reader_left(&r)) {
        const uint16_t type = base_read_u16(&r);
        const uint16_t word = base_read_u16(&r);
        if (type & ATTRS_SHORT)
            wire_v1_attrs_add_short(out, type & (ATTRS_SHORT - 1), word);
        else
            wire_v1_attrs_add_long(out, type, base_read_span(&r, word));
    }
    return r.failed ? WIRE_IKE_SHORT : WIRE_IKE_OK;
}

void wire_v1_attrs_add_short(struct wire_v1_attrs *a, uint16_t type, uint16_t number)
{
    attrs_add(a, &(struct wire_v1_attr){.type = type, .is_short = true, .number = number});
}

void wire_v1_attrs_add_long(struct wire_v1_attrs *a, uint16_t type, struct base_span data)
{
    attrs_add(a, &(struct wire_v1_attr){.type = type, .data = data});
}

const struct wire_v1_attr *wire_v1_attrs_find(const struct wire_v1_attrs *a, uint16_t type)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->list[i].type == type)
            return &a->list[i];
    return NULL;
}

bool wire_v1_attrs_is_xauth(const struct wire_v1_attrs *a)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->list[i].type >= WIRE_V1_ATTR_XAUTH_TYPE && a->list[i].type <= ATTRS_XAUTH_END)
            return true;
    return false;
}

bool wire_v1_attr_number(const struct wire_v1_attr *attr, uint32_t *out)
{
    struct base_reader r = base_reader(attr->data);
    *out = attr->is_short ? attr->number : 0;
    if (!attr->is_short && (attr->data.len == 0 || attr->data.len > sizeof *out))
        return false;
    while (!attr->is_short && base_reader_left(&r))
        *out = *out << 8 | base_read_u8(&r);
    return true;
}

/* The bytes of an attribute, alone in a payload. */
static void attrs_write_one(struct base_writer *w, const struct wire_v1_attr *attr)
{
    base_write_u16(w, (uint16_t)(attr->type | (attr->is_short ? ATTRS_SHORT : 0)));
    base_write_u16(w, attr->is_short ? attr->number : (uint16_t)attr->data.len);
    base_write_span(w, attr->data);
    if (attr->type & ATTRS_SHORT || attr->data.len > UINT16_MAX || (attr->is_short && attr->data.len))
        w->failed = true;
}

/* A value whose text is borrowed must be the message's, and not of a buffer here: so it is read from there.
 */
static void attrs_take_cfg(const struct wire_v1_attr *attr, struct wire_ike_cfg *out)
{
    uint8_t body[4 + 4 + 32] = {WIRE_IKE_CFG_REPLY};
    struct base_writer w = base_writer(body, sizeof body);
    struct wire_ike_cfg one;
    base_write_u32(&w, WIRE_IKE_CFG_REPLY << 24);
    if (attr->type == WIRE_IKE_CFG_VERSION || attr->type == WIRE_IKE_CFG_DNS_DOMAIN) {
        wire_ike_cfg_add(out, &(struct wire_ike_cfg_attr){.type = attr->type, .text = attr->data});
        return;
    }
    attrs_write_one(&w, attr);
    if (w.failed || attr->is_short || wire_ike_cfg_parse(base_writer_span(&w), &one) != WIRE_IKE_OK ||
        one.count != 1)
        out->skipped++;
    else
        wire_ike_cfg_add(out, &one.list[0]);
}

void wire_v1_attrs_to_cfg(const struct wire_v1_attrs *a, struct wire_ike_cfg *out)
{
    out->kind = a->kind;
    out->count = 0;
    out->skipped = a->skipped;
    for (size_t i = 0; i < a->count; i++)
        attrs_take_cfg(&a->list[i], out);
}

void wire_v1_put_attrs(struct wire_ike_builder *b, const struct wire_v1_attrs *a)
{
    const size_t at = wire_ike_pld_begin(b, WIRE_V1_P_CONFIG);
    base_write_u8(&b->w, a->kind);
    base_write_u8(&b->w, 0);
    base_write_u16(&b->w, a->id);
    for (size_t i = 0; i < a->count; i++)
        attrs_write_one(&b->w, &a->list[i]);
    wire_ike_pld_end(b, at);
}
