/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Configuration payloads, RFC 7296 3.15: a table of the attributes that are known, one reader and one writer
 * for all of them. Whether a value makes sense is the engine's business.
 */
#include "wire_ike_cp.h"
#include "wire_ike_int.h"

#define TYPE_MASK 0x7fff /* the bit above is reserved */

/* How the value of an attribute is laid out. */
enum cfg_form {
    CFG_ADDR,   /* an address */
    CFG_PREFIX, /* an address and the length of its prefix, one byte */
    CFG_MASKED, /* an address and a mask */
    CFG_TEXT
};

static const struct cfg_row {
    uint16_t type;
    enum cfg_form form;
    enum base_family family;
} rows[] = {
    {WIRE_IKE_CFG_IP4_ADDRESS, CFG_ADDR, BASE_AF_IP4},  {WIRE_IKE_CFG_IP4_NETMASK, CFG_ADDR, BASE_AF_IP4},
    {WIRE_IKE_CFG_IP4_DNS, CFG_ADDR, BASE_AF_IP4},      {WIRE_IKE_CFG_IP4_NBNS, CFG_ADDR, BASE_AF_IP4},
    {WIRE_IKE_CFG_VERSION, CFG_TEXT, BASE_AF_NONE},     {WIRE_IKE_CFG_IP6_ADDRESS, CFG_PREFIX, BASE_AF_IP6},
    {WIRE_IKE_CFG_IP6_DNS, CFG_ADDR, BASE_AF_IP6},      {WIRE_IKE_CFG_IP4_SUBNET, CFG_MASKED, BASE_AF_IP4},
    {WIRE_IKE_CFG_IP6_SUBNET, CFG_PREFIX, BASE_AF_IP6}, {WIRE_IKE_CFG_DNS_DOMAIN, CFG_TEXT, BASE_AF_NONE},
    {WIRE_IKE_CFG_IP4_SERVER, CFG_ADDR, BASE_AF_IP4},   {WIRE_IKE_CFG_IP6_SERVER, CFG_ADDR, BASE_AF_IP6},
};

static const struct cfg_row *cfg_row_of(uint16_t type)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].type == type)
            return &rows[i];
    return NULL;
}

/* Bits of a mask, all of them from the left. False: it has others, too. */
static bool cfg_mask_take(struct base_reader *r, uint8_t *len)
{
    const uint32_t mask = base_read_u32(r);
    *len = (uint8_t)__builtin_popcount(mask);
    return mask == (*len ? UINT32_MAX << (32 - *len) : 0);
}

/* False: a mask that is none. The reader fails when the value is too short. */
static bool cfg_value_take(const struct cfg_row *row, struct base_reader *r, struct wire_ike_cfg_attr *a)
{
    if (row->form == CFG_TEXT) {
        a->text = base_read_rest(r);
        return true;
    }
    const size_t size = base_addr_size(row->family);
    const struct base_span bytes = base_read_span(r, size);
    if (r->failed)
        return true;
    a->addr = base_addr_from_bytes(row->family, bytes.ptr);
    a->len = (uint8_t)(8 * size);
    if (row->form == CFG_MASKED)
        return cfg_mask_take(r, &a->len);
    /* Clients of before RFC 5996 send an IPv6 address without the length of its prefix. */
    if (row->form == CFG_PREFIX && (row->type != WIRE_IKE_CFG_IP6_ADDRESS || base_reader_left(r)))
        a->len = base_read_u8(r);
    return a->len <= 8 * size;
}

static enum wire_ike_err cfg_attr_take(struct base_reader *r, struct wire_ike_cfg *out)
{
    struct wire_ike_cfg_attr a = {.type = base_read_u16(r) & TYPE_MASK};
    const uint16_t len = base_read_u16(r);
    struct base_reader value = base_reader(base_read_span(r, len));
    if (r->failed)
        return WIRE_IKE_SHORT;
    const struct cfg_row *row = cfg_row_of(a.type);
    const bool is_sane = !row || len == 0 || cfg_value_take(row, &value, &a);
    if (row && (value.failed || (is_sane && base_reader_left(&value))))
        return WIRE_IKE_BAD_LENGTH;
    if (row && is_sane)
        wire_ike_cfg_add(out, &a);
    else
        out->skipped++;
    return WIRE_IKE_OK;
}

enum wire_ike_err wire_ike_cfg_parse(struct base_span body, struct wire_ike_cfg *out)
{
    struct base_reader r = base_reader(body);
    out->count = out->skipped = 0;
    out->kind = base_read_u8(&r);
    base_read_span(&r, 3); /* reserved */
    if (r.failed)
        return WIRE_IKE_SHORT;
    while (base_reader_left(&r)) {
        const enum wire_ike_err e = cfg_attr_take(&r, out);
        if (e != WIRE_IKE_OK)
            return e;
    }
    return WIRE_IKE_OK;
}

void wire_ike_cfg_add(struct wire_ike_cfg *c, const struct wire_ike_cfg_attr *attr)
{
    if (c->count < WIRE_IKE_CFG_MAX)
        c->list[c->count++] = *attr;
    else
        c->skipped++;
}

const struct wire_ike_cfg_attr *wire_ike_cfg_find(const struct wire_ike_cfg *c, uint16_t type, size_t n)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->list[i].type == type && n-- == 0)
            return &c->list[i];
    return NULL;
}

static void cfg_value_put(struct base_writer *w, const struct cfg_row *row, const struct wire_ike_cfg_attr *a)
{
    if (row->form == CFG_TEXT) {
        base_write_span(w, a->text);
        return;
    }
    if (a->addr.family == BASE_AF_NONE)
        return;
    if (a->addr.family != row->family)
        w->failed = true;
    base_write(w, a->addr.bytes, base_addr_size(row->family));
    if (row->form == CFG_MASKED)
        base_write_u32(w, a->len ? UINT32_MAX << (32 - a->len) : 0);
    else if (row->form == CFG_PREFIX)
        base_write_u8(w, a->len);
}

void wire_ike_put_cfg(struct wire_ike_builder *b, const struct wire_ike_cfg *c)
{
    const size_t at = wire_ike_pld_begin(b, WIRE_IKE_P_CP);
    base_write_u8(&b->w, c->kind);
    base_write(&b->w, (const uint8_t[3]){0}, 3);
    for (size_t i = 0; i < c->count; i++) {
        const struct cfg_row *row = cfg_row_of(c->list[i].type);
        base_write_u16(&b->w, c->list[i].type);
        const size_t len_at = b->w.pos;
        base_write_u16(&b->w, 0);
        if (row)
            cfg_value_put(&b->w, row, &c->list[i]);
        else
            b->w.failed = true;
        const size_t len = b->w.pos - len_at - 2;
        base_patch_u16(&b->w, len_at, (uint16_t)len);
        if (len > UINT16_MAX)
            b->w.failed = true;
    }
    wire_ike_pld_end(b, at);
}
