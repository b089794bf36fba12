/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Traffic selector payloads TSi and TSr, RFC 7296 3.13. Reads and writes IPv4 and IPv6 address ranges;
 * selectors of other types are counted, because a responder may narrow to the ones it knows (2.9).
 */
#include "wire_ike.h"
#include "wire_ike_int.h"

#define TS_IP4_RANGE   7
#define TS_IP6_RANGE   8
#define SELECTOR_HEAD  8
#define SELECTOR_MIN   4 /* of types that we do not know: type, one octet, length */
#define OPAQUE_PORT_LO 65535
#define OPAQUE_PORT_HI 0

static enum wire_ike_err read_range(struct base_reader *r, enum base_family family, struct base_ts *out)
{
    const size_t size = base_addr_size(family);
    out->port_lo = base_read_u16(r);
    out->port_hi = base_read_u16(r);
    const struct base_span lo = base_read_span(r, size);
    const struct base_span hi = base_read_span(r, size);
    if (r->failed || base_reader_left(r) > 0)
        return WIRE_IKE_BAD_LENGTH;
    out->lo = base_addr_from_bytes(family, lo.ptr);
    out->hi = base_addr_from_bytes(family, hi.ptr);
    const bool is_opaque = out->port_lo == OPAQUE_PORT_LO && out->port_hi == OPAQUE_PORT_HI;
    if (out->port_lo > out->port_hi && !is_opaque)
        return WIRE_IKE_BAD_FIELD;
    return base_addr_compare(&out->lo, &out->hi) > 0 ? WIRE_IKE_BAD_FIELD : WIRE_IKE_OK;
}

static enum wire_ike_err read_selector(struct base_reader *r, struct base_ts_list *out)
{
    struct base_ts ts = {0};
    const uint8_t type = base_read_u8(r);
    ts.protocol = base_read_u8(r);
    const uint16_t length = base_read_u16(r);
    if (r->failed)
        return WIRE_IKE_SHORT;
    if (length < SELECTOR_MIN)
        return WIRE_IKE_BAD_LENGTH;
    struct base_reader body = base_reader(base_read_span(r, length - 4u));
    if (r->failed)
        return WIRE_IKE_SHORT;
    if (type != TS_IP4_RANGE && type != TS_IP6_RANGE) {
        out->skipped++;
        return WIRE_IKE_OK;
    }
    const enum wire_ike_err e = read_range(&body, type == TS_IP4_RANGE ? BASE_AF_IP4 : BASE_AF_IP6, &ts);
    if (e == WIRE_IKE_OK)
        out->list[out->count++] = ts;
    return e;
}

enum wire_ike_err wire_ike_ts_parse(struct base_span body, struct base_ts_list *out)
{
    struct base_reader r = base_reader(body);
    out->count = 0;
    out->skipped = 0;
    const uint8_t selectors = base_read_u8(&r);
    base_read_span(&r, 3); /* reserved */
    if (r.failed)
        return WIRE_IKE_SHORT;
    if (selectors == 0)
        return WIRE_IKE_BAD_FIELD;
    for (unsigned i = 0; i < selectors; i++) {
        const enum wire_ike_err e = read_selector(&r, out);
        if (e != WIRE_IKE_OK)
            return e;
    }
    return base_reader_left(&r) ? WIRE_IKE_BAD_LENGTH : WIRE_IKE_OK;
}

static void write_selector(struct base_writer *w, const struct base_ts *ts)
{
    const size_t size = base_addr_size(ts->lo.family);
    if (size == 0 || ts->hi.family != ts->lo.family) {
        w->failed = true;
        return;
    }
    base_write_u8(w, ts->lo.family == BASE_AF_IP4 ? TS_IP4_RANGE : TS_IP6_RANGE);
    base_write_u8(w, ts->protocol);
    base_write_u16(w, (uint16_t)(SELECTOR_HEAD + 2 * size));
    base_write_u16(w, ts->port_lo);
    base_write_u16(w, ts->port_hi);
    base_write(w, ts->lo.bytes, size);
    base_write(w, ts->hi.bytes, size);
}

void wire_ike_put_ts(struct wire_ike_builder *b, uint8_t payload, const struct base_ts_list *ts)
{
    const size_t at = wire_ike_pld_begin(b, payload);
    base_write_u8(&b->w, (uint8_t)ts->count);
    base_write_u8(&b->w, 0);
    base_write_u16(&b->w, 0);
    for (size_t i = 0; i < ts->count; i++)
        write_selector(&b->w, &ts->list[i]);
    if (ts->count == 0)
        b->w.failed = true;
    wire_ike_pld_end(b, at);
}
