/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hash of a distinguished name. Its structure is walked flat: what only holds other things is entered, an
 * object identifier begins an attribute, and anything else is the attribute's value, read as characters.
 */
#include "ike_dn.h"

#include <string.h>

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

/* The parts of a name. False: it is none. */
static bool dn_parts(struct base_span der, struct base_reader *parts)
{
    struct base_reader r = base_reader(der);
    if (base_read_u8(&r) != TAG_SEQUENCE)
        return false;
    const size_t len = dn_read_len(&r);
    *parts = base_reader(base_read_span(&r, len));
    return !r.failed && base_reader_left(&r) == 0;
}

/* The next part: the whole of it, and type and value of its only attribute (oid.len 0: it has several). */
struct dn_part {
    struct base_span whole, oid, value;
};

static bool dn_read_part(struct base_reader *parts, struct dn_part *out)
{
    const struct base_reader start = *parts;
    *out = (struct dn_part){0};
    if (base_read_u8(parts) != TAG_SET)
        return false;
    const size_t set_len = dn_read_len(parts);
    struct base_reader r = base_reader(base_read_span(parts, set_len));
    if (parts->failed)
        return false;
    out->whole = base_span(start.pos, (size_t)(parts->pos - start.pos));
    if (base_read_u8(&r) != TAG_SEQUENCE)
        return false;
    const size_t pair_len = dn_read_len(&r);
    struct base_reader pair = base_reader(base_read_span(&r, pair_len));
    const bool is_only = base_reader_left(&r) == 0;
    if (r.failed || base_read_u8(&pair) != TAG_OID)
        return false;
    const size_t oid_len = dn_read_len(&pair);
    out->oid = base_read_span(&pair, oid_len);
    base_read_u8(&pair);
    const size_t value_len = dn_read_len(&pair);
    out->value = base_read_span(&pair, value_len);
    if (!is_only)
        out->oid = BASE_SPAN_NONE;
    return !pair.failed;
}

bool ike_dn_shape(struct base_span der, struct ike_dn_shape *out)
{
    struct base_reader parts;
    struct dn_part p;
    *out = (struct ike_dn_shape){0};
    if (!dn_parts(der, &parts))
        return false;
    while (base_reader_left(&parts) > 0) {
        if (out->n == IKE_DN_RDNS_MAX || !dn_read_part(&parts, &p))
            return false;
        if (p.oid.len && p.value.len == 1 && p.value.ptr[0] == '*')
            out->wild |= 1u << out->n;
        out->n++;
    }
    return true;
}

static void dn_write_wild(struct base_writer *w, struct base_span oid)
{
    const uint8_t pair = (uint8_t)(2 + oid.len + 3);
    const uint8_t head[] = {TAG_SET, (uint8_t)(2 + pair), TAG_SEQUENCE, pair, TAG_OID, (uint8_t)oid.len};
    const uint8_t star[] = {TAG_UTF8, 1, '*'};
    w->failed |= oid.len == 0 || oid.len > 100;
    base_write(w, head, sizeof head);
    base_write_span(w, oid);
    base_write(w, star, sizeof star);
}

bool ike_dn_mask(struct base_span der, const struct ike_dn_shape *shape, uint8_t *out, size_t cap,
                 size_t *len)
{
    struct base_reader parts;
    struct dn_part p;
    uint8_t n = 0;
    *len = 0;
    if (cap < 3 || !dn_parts(der, &parts))
        return false;
    /* Room for a length in two bytes; a shorter one is moved up. */
    struct base_writer w = base_writer(out + 3, cap - 3);
    for (; base_reader_left(&parts) > 0; n++) {
        if (n == shape->n || !dn_read_part(&parts, &p))
            return false;
        if (shape->wild & (1u << n))
            dn_write_wild(&w, p.oid);
        else
            base_write_span(&w, p.whole);
    }
    if (n != shape->n || w.failed || w.pos > 0xff)
        return false;
    const size_t head = w.pos < 0x80 ? 2 : 3;
    memmove(out + head, out + 3, w.pos);
    out[0] = TAG_SEQUENCE;
    out[1] = head == 2 ? (uint8_t)w.pos : 0x81;
    if (head == 3)
        out[2] = (uint8_t)w.pos;
    *len = head + w.pos;
    return true;
}

static unsigned dn_wilds(const struct ike_dn_shape *s)
{
    return (unsigned)__builtin_popcount(s->wild);
}

bool ike_dn_shapes_add(struct ike_dn_shapes *all, const struct ike_dn_shape *shape)
{
    size_t at = 0;
    for (size_t i = 0; i < all->n; i++)
        if (all->list[i].n == shape->n && all->list[i].wild == shape->wild)
            return true;
    if (all->n == IKE_DN_SHAPES_MAX)
        return false;
    while (at < all->n && dn_wilds(&all->list[at]) <= dn_wilds(shape))
        at++;
    memmove(&all->list[at + 1], &all->list[at], (all->n - at) * sizeof *all->list);
    all->list[at] = *shape;
    all->n++;
    return true;
}
