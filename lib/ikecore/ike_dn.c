/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hash of a distinguished name. Its structure is walked flat: what only holds other things is entered, an
 * object identifier begins an attribute, and anything else is the attribute's value, read as characters.
 */
#include "ike_dn.h"

#include <stdbool.h>

enum {
    TAG_OID = 0x06,
    TAG_UTF8 = 0x0c,
    TAG_UNIVERSAL = 0x1c, /* four bytes a character */
    TAG_BMP = 0x1e,       /* two bytes a character */
    TAG_SEQUENCE = 0x30,
    TAG_SET = 0x31,
};

static uint32_t dn_mix(uint32_t h, uint32_t word)
{
    return (h ^ word) * 16777619u;
}

/* A length of DER: short, or in up to two bytes; a longer one is of no name that is taken. */
static size_t dn_read_len(struct base_reader *r)
{
    const uint8_t first = base_read_u8(r);
    if (first == 0x81)
        return base_read_u8(r);
    if (first == 0x82)
        return base_read_u16(r);
    r->failed |= first >= 0x80;
    return first;
}

/* One character of UTF-8; a byte that is none stands for itself. */
static uint32_t dn_read_utf8(struct base_reader *r)
{
    const uint8_t first = base_read_u8(r);
    const unsigned more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
    uint32_t c = more ? first & (0x3fu >> more) : first;
    for (unsigned i = 0; i < more; i++)
        c = c << 6 | (base_read_u8(r) & 0x3f);
    return c;
}

static uint32_t dn_read_char(struct base_reader *r, uint8_t tag)
{
    switch (tag) {
    case TAG_UTF8:
        return dn_read_utf8(r);
    case TAG_BMP:
        return base_read_u16(r);
    case TAG_UNIVERSAL:
        return base_read_u32(r);
    default:
        return base_read_u8(r);
    }
}

static bool dn_is_blank(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static uint32_t dn_type(struct base_span oid)
{
    struct base_reader r = base_reader(oid);
    uint32_t h = 2166136261u;
    while (base_reader_left(&r) > 0)
        h = dn_mix(h, base_read_u8(&r));
    return h;
}

static uint32_t dn_mix_value(uint32_t h, uint8_t tag, struct base_span value)
{
    struct base_reader r = base_reader(value);
    while (base_reader_left(&r) > 0 && !r.failed) {
        const uint32_t c = dn_read_char(&r, tag);
        if (!dn_is_blank(c))
            h = dn_mix(h, c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    return h;
}

uint32_t ike_dn_hash(uint32_t h, struct base_span der)
{
    struct base_reader r = base_reader(der);
    uint32_t sum = 0, attribute = 0;
    while (base_reader_left(&r) > 0 && !r.failed) {
        const uint8_t tag = base_read_u8(&r);
        const size_t len = dn_read_len(&r);
        if (tag == TAG_SEQUENCE || tag == TAG_SET)
            continue;
        const struct base_span bytes = base_read_span(&r, len);
        if (tag == TAG_OID)
            attribute = dn_type(bytes);
        else
            sum += dn_mix_value(attribute, tag, bytes);
    }
    return dn_mix(h, sum);
}
