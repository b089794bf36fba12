/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IKEv1's payload chain (RFC 2408 3.2): splits a body into payloads by the rules that need no knowledge of a
 * payload's inside: lengths, numbers of this version, single occurrence, padding. And the parts of a message
 * that only this version has: a payload whose content comes later, and the padding itself.
 */
#include "wire_v1.h"
#include "wire_ike_int.h"

#define V1_IDS_MAX 2 /* quick mode has one for each side (RFC 2409 5.5) */
#define V1_OLD_FIRST                                                                       \
    15 /* numbers of drafts, which old gear still sends; who knows none of them skips them \
        */
#define V1_OLD_LAST      22
#define V1_PRIVATE_FIRST 128

/* Whether a message of this version may have it: those of IKEv2 (33 to 53) are none (CVE-2015-3991). */
static bool v1_is_type(uint8_t type)
{
    if (type == WIRE_V1_P_SA || type >= V1_PRIVATE_FIRST)
        return true;
    return type >= WIRE_V1_P_KE && type <= V1_OLD_LAST;
}

/* How many a chain may have. */
static size_t v1_most(uint8_t type)
{
    switch (type) {
    case WIRE_V1_P_SA:
    case WIRE_V1_P_KE:
    case WIRE_V1_P_HASH:
    case WIRE_V1_P_SIG:
    case WIRE_V1_P_NONCE:
    case WIRE_V1_P_CONFIG:
        return 1;
    case WIRE_V1_P_ID:
        return V1_IDS_MAX;
    default:
        return WIRE_V1_PLDS_MAX;
    }
}

/* Reads one payload of a given type; *next gets its next-payload octet. The reserved octet is not judged. */
static enum wire_ike_err v1_read_payload(struct base_reader *r, uint8_t type, struct wire_v1_pld *out,
                                         uint8_t *next)
{
    struct base_reader head = *r;
    *next = base_read_u8(&head);
    base_read_u8(&head);
    const uint16_t length = base_read_u16(&head);
    if (head.failed)
        return WIRE_IKE_SHORT;
    if (length < WIRE_IKE_GENERIC_BYTES)
        return WIRE_IKE_BAD_LENGTH;
    out->type = type;
    out->body = base_read_span(&head, (size_t)length - WIRE_IKE_GENERIC_BYTES);
    out->whole = base_read_span(r, length);
    return r->failed ? WIRE_IKE_SHORT : WIRE_IKE_OK;
}

enum wire_ike_err wire_v1_plds_parse(uint8_t first, struct base_span chain, bool may_pad,
                                     struct wire_v1_plds *out)
{
    struct base_reader r = base_reader(chain);
    out->count = 0;
    for (uint8_t type = first, next; type != WIRE_V1_P_NONE; type = next) {
        struct wire_v1_pld p;
        if (!v1_is_type(type))
            return WIRE_IKE_BAD_FIELD;
        const enum wire_ike_err e = v1_read_payload(&r, type, &p, &next);
        if (e != WIRE_IKE_OK)
            return e;
        if (out->count == WIRE_V1_PLDS_MAX)
            return WIRE_IKE_TOO_MANY;
        if (wire_v1_plds_find(out, type, v1_most(type) - 1))
            return WIRE_IKE_DUPLICATE;
        out->list[out->count++] = p;
    }
    const size_t left = base_reader_left(&r);
    out->used = base_span(chain.ptr, chain.len - left);
    return left && !may_pad ? WIRE_IKE_BAD_LENGTH : WIRE_IKE_OK;
}

const struct wire_v1_pld *wire_v1_plds_find(const struct wire_v1_plds *plds, uint8_t type, size_t n)
{
    for (size_t i = 0; i < plds->count; i++)
        if (plds->list[i].type == type && n-- == 0)
            return &plds->list[i];
    return NULL;
}

struct base_span wire_v1_plds_behind(const struct wire_v1_plds *plds, size_t i)
{
    struct base_reader r = base_reader(plds->used);
    for (size_t j = 0; j <= i && j < plds->count; j++)
        base_read_span(&r, plds->list[j].whole.len);
    return base_read_rest(&r);
}

uint8_t *wire_v1_put_room(struct wire_ike_builder *b, uint8_t type, size_t len)
{
    const size_t at = wire_ike_pld_begin(b, type);
    uint8_t *room = base_write_room(&b->w, len);
    if (room)
        memset(room, 0, len);
    wire_ike_pld_end(b, at);
    return b->w.failed ? NULL : room;
}

void wire_v1_pad(struct wire_ike_builder *b, size_t block)
{
    while (!b->w.failed && (b->w.pos - WIRE_IKE_HDR_BYTES) % block)
        base_write_u8(&b->w, 0);
}
