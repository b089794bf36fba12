/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The SA payload: proposals, their transforms, and the attributes of those (RFC 7296 3.3). Checks that the
 * three levels of nesting agree with one another. Algorithms, protocols and whether a proposal makes
 * sense are not judged: an unknown number is a transform that matches nothing.
 */
#include "wire_ike.h"
#include "wire_ike_int.h"

#define LAST              0
#define MORE_PROPOSALS    2
#define MORE_TRANSFORMS   3
#define PROPOSAL_HEAD     8
#define TRANSFORM_HEAD    8
#define ATTR_FORMAT_TV    0x8000
#define ATTR_KEY_LENGTH   14
#define ATTR_KEY_LENGTH_1 (ATTR_FORMAT_TV | ATTR_KEY_LENGTH) /* as its two octets appear on the wire */

/* A second or zero key length, and a key length that is not TV, count as attributes that we do not know. */
static enum wire_ike_err read_attributes(struct base_reader *r, struct wire_ike_transform *out)
{
    while (base_reader_left(r) > 0) {
        const uint16_t type = base_read_u16(r);
        const uint16_t value = base_read_u16(r); /* of TLV: length */
        if (!(type & ATTR_FORMAT_TV))
            base_read_span(r, value);
        if (r->failed)
            return WIRE_IKE_SHORT;
        if (type == ATTR_KEY_LENGTH_1 && value != 0 && out->key_bits == 0)
            out->key_bits = value;
        else
            out->is_unknown = true;
    }
    return WIRE_IKE_OK;
}

/*
 * Takes a substructure of `head` bytes or more off r: checks the octet that says whether another follows
 * against what the surroundings say, and gives what is behind the length field.
 */
static enum wire_ike_err read_substructure(struct base_reader *r, size_t head, struct base_reader *body,
                                           uint8_t *more)
{
    *more = base_read_u8(r);
    base_read_u8(r); /* reserved */
    const uint16_t length = base_read_u16(r);
    if (r->failed)
        return WIRE_IKE_SHORT;
    if (length < head)
        return WIRE_IKE_BAD_LENGTH;
    *body = base_reader(base_read_span(r, length - 4u));
    return r->failed ? WIRE_IKE_SHORT : WIRE_IKE_OK;
}

static enum wire_ike_err read_transform(struct base_reader *r, bool is_last, struct wire_ike_transform *out)
{
    struct base_reader body;
    uint8_t more;
    const enum wire_ike_err e = read_substructure(r, TRANSFORM_HEAD, &body, &more);
    if (e != WIRE_IKE_OK)
        return e;
    if (more != LAST && more != MORE_TRANSFORMS)
        return WIRE_IKE_BAD_FIELD;
    if ((more == LAST) != is_last)
        return WIRE_IKE_BAD_LENGTH;
    *out = (struct wire_ike_transform){.type = base_read_u8(&body)};
    base_read_u8(&body); /* reserved */
    out->id = base_read_u16(&body);
    return read_attributes(&body, out);
}

static enum wire_ike_err read_proposal(struct base_reader *r, struct wire_ike_proposal *out)
{
    struct base_reader body;
    uint8_t more;
    const enum wire_ike_err e = read_substructure(r, PROPOSAL_HEAD, &body, &more);
    if (e != WIRE_IKE_OK)
        return e;
    out->number = base_read_u8(&body);
    out->protocol = base_read_u8(&body);
    out->spi_len = base_read_u8(&body);
    const uint8_t transforms = base_read_u8(&body);
    if ((more != LAST && more != MORE_PROPOSALS) || out->number == 0 || !wire_ike_spi_len_ok(out->spi_len))
        return WIRE_IKE_BAD_FIELD;
    if ((more == LAST) != (base_reader_left(r) == 0))
        return WIRE_IKE_BAD_LENGTH;
    if (transforms > WIRE_IKE_TRANS_MAX)
        return WIRE_IKE_TOO_MANY;
    out->spi = wire_ike_read_spi(&body, out->spi_len);
    for (out->count = 0; out->count < transforms; out->count++) {
        const enum wire_ike_err et =
            read_transform(&body, out->count + 1 == transforms, &out->list[out->count]);
        if (et != WIRE_IKE_OK)
            return et;
    }
    if (body.failed)
        return WIRE_IKE_SHORT;
    return base_reader_left(&body) ? WIRE_IKE_BAD_LENGTH : WIRE_IKE_OK;
}

enum wire_ike_err wire_ike_sa_parse(struct base_span body, struct wire_ike_sa *out)
{
    struct base_reader r = base_reader(body);
    out->count = 0;
    do {
        if (out->count == WIRE_IKE_PROPS_MAX)
            return WIRE_IKE_TOO_MANY;
        const enum wire_ike_err e = read_proposal(&r, &out->list[out->count]);
        if (e != WIRE_IKE_OK)
            return e;
        out->count++;
    } while (base_reader_left(&r) > 0);
    return WIRE_IKE_OK;
}

static void write_transform(struct base_writer *w, const struct wire_ike_transform *t, bool is_last)
{
    base_write_u8(w, is_last ? LAST : MORE_TRANSFORMS);
    base_write_u8(w, 0);
    base_write_u16(w, t->key_bits ? TRANSFORM_HEAD + 4 : TRANSFORM_HEAD);
    base_write_u8(w, t->type);
    base_write_u8(w, 0);
    base_write_u16(w, t->id);
    if (t->key_bits) {
        base_write_u16(w, ATTR_KEY_LENGTH_1);
        base_write_u16(w, t->key_bits);
    }
    if (t->is_unknown) /* its attributes were not kept: what we would write is another transform */
        w->failed = true;
}

static void write_proposal(struct base_writer *w, const struct wire_ike_proposal *p, bool is_last)
{
    const size_t at = w->pos;
    base_write_u8(w, is_last ? LAST : MORE_PROPOSALS);
    base_write_u8(w, 0);
    base_write_u16(w, 0); /* length, below */
    base_write_u8(w, p->number);
    base_write_u8(w, p->protocol);
    base_write_u8(w, p->spi_len);
    base_write_u8(w, (uint8_t)p->count);
    wire_ike_write_spi(w, p->spi, p->spi_len);
    for (size_t i = 0; i < p->count; i++)
        write_transform(w, &p->list[i], i + 1 == p->count);
    base_patch_u16(w, at + 2, (uint16_t)(w->pos - at));
}

void wire_ike_put_sa(struct wire_ike_builder *b, const struct wire_ike_sa *sa)
{
    const size_t at = wire_ike_pld_begin(b, WIRE_IKE_P_SA);
    for (size_t i = 0; i < sa->count; i++)
        write_proposal(&b->w, &sa->list[i], i + 1 == sa->count);
    if (sa->count == 0)
        b->w.failed = true;
    wire_ike_pld_end(b, at);
}
