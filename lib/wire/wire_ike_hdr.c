/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The IKE header, RFC 7296 3.1 and RFC 2408 3.1: one form in both versions. Says whether a datagram is one
 * whole message of the version that is asked for. Exchange type, flags, SPIs and message ID are handed on
 * unjudged: they mean something only to an engine that has state.
 */
#include "wire_ike.h"
#include "wire_v1.h"

static enum wire_ike_err hdr_read(struct base_span msg, uint8_t major, struct wire_ike_hdr *out)
{
    struct base_reader r = base_reader(msg);
    out->spi_i = base_read_u64(&r);
    out->spi_r = base_read_u64(&r);
    out->next = base_read_u8(&r);
    out->version = base_read_u8(&r);
    out->exchange = base_read_u8(&r);
    out->flags = base_read_u8(&r);
    out->msgid = base_read_u32(&r);
    out->length = base_read_u32(&r);
    if (r.failed)
        return WIRE_IKE_SHORT;
    /* Before the length: the answer INVALID_MAJOR_VERSION is owed to any later version (RFC 7296 2.5). */
    if (out->version >> 4 != major)
        return WIRE_IKE_BAD_VERSION;
    if (out->length != msg.len)
        return WIRE_IKE_BAD_LENGTH;
    return msg.len > WIRE_IKE_MSG_MAX ? WIRE_IKE_TOO_MANY : WIRE_IKE_OK;
}

enum wire_ike_err wire_ike_hdr_parse(struct base_span msg, struct wire_ike_hdr *out)
{
    return hdr_read(msg, WIRE_IKE_MAJOR, out);
}

enum wire_ike_err wire_v1_hdr_parse(struct base_span msg, struct wire_ike_hdr *out)
{
    const enum wire_ike_err e = hdr_read(msg, WIRE_IKE_V1_MAJOR, out);
    return e == WIRE_IKE_OK && out->spi_i == 0 ? WIRE_IKE_BAD_FIELD : e;
}
