/* SPDX-License-Identifier: BSD-3-Clause */
/* Packets and attributes of RADIUS; what they mean is known elsewhere. */
#include "wire_radius.h"

#define LENGTH_AT 2

/* The next attribute. False: the end, or one that is cut. */
static bool radius_next(struct base_reader *r, uint8_t *type, struct base_span *value)
{
    *type = base_read_u8(r);
    const uint8_t len = base_read_u8(r);
    *value = base_read_span(r, len >= 2 ? len - 2u : SIZE_MAX);
    return !r->failed;
}

bool wire_radius_parse(struct base_span bytes, struct wire_radius *out)
{
    struct base_reader r = base_reader(bytes);
    *out = (struct wire_radius){.code = base_read_u8(&r), .id = base_read_u8(&r)};
    const uint16_t len = base_read_u16(&r);
    out->authenticator = base_read_span(&r, 16).ptr;
    if (r.failed || len < WIRE_RADIUS_HDR_BYTES || len > bytes.len || len > WIRE_RADIUS_MAX)
        return false;
    out->packet = base_span(bytes.ptr, len);
    out->attributes = base_read_span(&r, len - (size_t)WIRE_RADIUS_HDR_BYTES);
    struct base_reader all = base_reader(out->attributes);
    while (base_reader_left(&all)) {
        uint8_t type;
        struct base_span value;
        if (!radius_next(&all, &type, &value))
            return false;
    }
    return true;
}

bool wire_radius_find(const struct wire_radius *p, uint8_t type, size_t n, struct base_span *value)
{
    struct base_reader r = base_reader(p->attributes);
    uint8_t got;
    while (base_reader_left(&r) && radius_next(&r, &got, value))
        if (got == type && n-- == 0)
            return true;
    *value = BASE_SPAN_NONE;
    return false;
}

bool wire_radius_find_ms(const struct wire_radius *p, uint8_t type, struct base_span *value)
{
    struct base_span vendor;
    for (size_t n = 0; wire_radius_find(p, WIRE_RADIUS_VENDOR, n, &vendor); n++) {
        struct base_reader r = base_reader(vendor);
        uint8_t got;
        if (base_read_u32(&r) != WIRE_RADIUS_VENDOR_MS)
            continue;
        while (base_reader_left(&r) && radius_next(&r, &got, value))
            if (got == type)
                return true;
    }
    *value = BASE_SPAN_NONE;
    return false;
}

void wire_radius_begin(struct base_writer *w, uint8_t code, uint8_t id, const uint8_t authenticator[16])
{
    base_write_u8(w, code);
    base_write_u8(w, id);
    base_write_u16(w, 0);
    base_write(w, authenticator, 16);
}

void wire_radius_put(struct base_writer *w, uint8_t type, struct base_span value)
{
    struct base_reader r = base_reader(value);
    do {
        const size_t left = base_reader_left(&r);
        const size_t len = left < WIRE_RADIUS_VALUE_MAX ? left : WIRE_RADIUS_VALUE_MAX;
        base_write_u8(w, type);
        base_write_u8(w, (uint8_t)(len + 2));
        base_write_span(w, base_read_span(&r, len));
    } while (base_reader_left(&r));
}

void wire_radius_put_u32(struct base_writer *w, uint8_t type, uint32_t value)
{
    base_write_u8(w, type);
    base_write_u8(w, 6);
    base_write_u32(w, value);
}

void wire_radius_end(struct base_writer *w)
{
    if (w->pos > WIRE_RADIUS_MAX)
        w->failed = true;
    base_patch_u16(w, LENGTH_AT, (uint16_t)w->pos);
}
