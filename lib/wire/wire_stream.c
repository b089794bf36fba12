/* SPDX-License-Identifier: BSD-3-Clause */
/* The framing of RFC 9329, which knows nothing of sockets. */
#include "wire_stream.h"

#include "wire_natt.h"

enum wire_stream_kind wire_stream_take_prefix(struct base_span *in)
{
    const size_t have = in->len < WIRE_STREAM_PREFIX_BYTES ? in->len : WIRE_STREAM_PREFIX_BYTES;
    if (!base_span_equal(base_span(in->ptr, have), base_span(WIRE_STREAM_PREFIX, have)))
        return WIRE_STREAM_PREFIX_WRONG;
    struct base_reader r = base_reader(*in);
    base_read_span(&r, WIRE_STREAM_PREFIX_BYTES);
    if (r.failed)
        return WIRE_STREAM_MORE;
    *in = base_read_rest(&r);
    return WIRE_STREAM_IGNORE;
}

/* As in UDP on port 4500 (RFC 9329 3). */
static enum wire_stream_kind stream_kind(struct base_span *msg)
{
    struct base_reader r = base_reader(*msg);
    switch (msg->len ? wire_natt_kind(msg->ptr, msg->len) : WIRE_NATT_KEEPALIVE) {
    case WIRE_NATT_KEEPALIVE:
        return WIRE_STREAM_IGNORE;
    case WIRE_NATT_IKE:
        base_read_span(&r, WIRE_NATT_MARKER_BYTES);
        *msg = base_read_rest(&r);
        return msg->len ? WIRE_STREAM_IKE : WIRE_STREAM_SHORT;
    case WIRE_NATT_ESP:
        return WIRE_STREAM_ESP;
    case WIRE_NATT_SHORT:
        break;
    }
    return WIRE_STREAM_SHORT;
}

enum wire_stream_kind wire_stream_take(struct base_span *in, struct base_span *msg)
{
    struct base_reader r = base_reader(*in);
    const uint16_t len = base_read_u16(&r);
    *msg = BASE_SPAN_NONE;
    if (r.failed)
        return WIRE_STREAM_MORE;
    if (len < WIRE_STREAM_LEN_BYTES)
        return WIRE_STREAM_BAD;
    *msg = base_read_span(&r, len - WIRE_STREAM_LEN_BYTES);
    if (r.failed) {
        msg->len = len - WIRE_STREAM_LEN_BYTES;
        return WIRE_STREAM_MORE;
    }
    *in = base_read_rest(&r);
    return stream_kind(msg);
}

size_t wire_stream_head(uint8_t head[WIRE_STREAM_HEAD_MAX], enum wire_stream_kind kind, size_t len)
{
    struct base_writer w = base_writer(head, WIRE_STREAM_HEAD_MAX);
    const size_t marker = kind == WIRE_STREAM_IKE ? WIRE_NATT_MARKER_BYTES : 0;
    base_write_u16(&w, (uint16_t)(WIRE_STREAM_LEN_BYTES + marker + len));
    if (marker)
        base_write_u32(&w, 0);
    return w.pos;
}
