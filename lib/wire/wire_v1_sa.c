/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IKEv1's SA payload: proposals, transforms, and attributes short (TV) or long (TLV) (RFC 2408 3.3 to 3.6,
 * RFC 2407 4.5, RFC 2409 appendix A). Checks that the levels agree with one another. Algorithms and whether a
 * proposal makes sense are not judged: what is not read makes a transform that matches nothing.
 */
#include "wire_v1.h"
#include "wire_ike_int.h"

#define V1_DOI_IPSEC    1
#define V1_SIT_IDENTITY 1
#define V1_FORMAT_SHORT 0x8000
#define V1_SPI_MAX      16

/* Next-payload octets inside an SA payload (RFC 2408 3.1). */
enum { V1_LAST = 0, V1_PROPOSAL = 2, V1_TRANSFORM = 3 };

/* Heads of a proposal and of a transform, with the generic header. */
#define V1_SUB_HEAD 8

enum v1_life { V1_LIFE_SECONDS = 1, V1_LIFE_KILOBYTES = 2 };

/* Classes that are not one field each: what a duration is of, and the duration. */
struct v1_classes {
    uint16_t life_type;
    uint16_t life_duration;
    size_t count;
    struct {
        uint16_t class;
        size_t at; /* of a uint16_t in struct wire_v1_transform */
    } fields[8];
};

#define V1_FIELD(name) offsetof(struct wire_v1_transform, name)

static const struct v1_classes phase1_classes = {
    11,
    12,
    6,
    {{1, V1_FIELD(encr)},
     {2, V1_FIELD(hash)},
     {3, V1_FIELD(auth)},
     {4, V1_FIELD(group)},
     {13, V1_FIELD(prf)},
     {14, V1_FIELD(key_bits)}},
};

static const struct v1_classes phase2_classes = {
    1,
    2,
    5,
    {{4, V1_FIELD(encap)},
     {5, V1_FIELD(integ)},
     {3, V1_FIELD(group)},
     {6, V1_FIELD(key_bits)},
     {11, V1_FIELD(esn)}},
};

static uint16_t *v1_field(struct wire_v1_transform *t, const struct v1_classes *c, size_t i)
{
    return (uint16_t *)(void *)((char *)t + c->fields[i].at);
}

/* A value of up to four bytes, from its right end; more than fits is the most there is. */
static uint32_t v1_number(struct base_span value)
{
    struct base_reader r = base_reader(value);
    uint64_t n = 0;
    while (base_reader_left(&r)) {
        const uint8_t byte = base_read_u8(&r);
        n = n > UINT32_MAX ? n : n << 8 | byte;
    }
    return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

/* Sets a field once; a second value makes the transform one that nobody can mean. */
static void v1_set(struct wire_v1_transform *t, uint16_t *field, uint32_t value)
{
    if (value == 0 || value > UINT16_MAX || (*field && *field != value))
        t->is_unknown = true;
    else
        *field = (uint16_t)value;
}

/* A duration is of the type that stands before it (RFC 2407 4.5). */
static void v1_set_life(struct wire_v1_transform *t, uint16_t *type, uint32_t value)
{
    if (*type == V1_LIFE_SECONDS)
        t->life_s = value;
    else if (*type == V1_LIFE_KILOBYTES)
        t->life_kb = value;
    else
        t->is_unknown = true;
    *type = 0;
}

static void v1_take_attribute(struct wire_v1_transform *t, const struct v1_classes *c, uint16_t *life_type,
                              uint16_t class, uint32_t value)
{
    if (class == c->life_type) {
        *life_type = value > UINT16_MAX ? 0 : (uint16_t)value;
        return;
    }
    if (class == c->life_duration) {
        v1_set_life(t, life_type, value);
        return;
    }
    for (size_t i = 0; i < c->count; i++)
        if (c->fields[i].class == class) {
            v1_set(t, v1_field(t, c, i), value);
            return;
        }
    t->is_unknown = true;
}

static enum wire_ike_err v1_read_attributes(struct base_span attrs, const struct v1_classes *c,
                                            struct wire_v1_transform *t)
{
    struct base_reader r = base_reader(attrs);
    uint16_t life_type = 0;
    while (base_reader_left(&r)) {
        const uint16_t type = base_read_u16(&r);
        const uint16_t word = base_read_u16(&r); /* of a long one: length */
        const bool is_short = type & V1_FORMAT_SHORT;
        const struct base_span value = is_short ? BASE_SPAN_NONE : base_read_span(&r, word);
        if (r.failed)
            return WIRE_IKE_SHORT;
        v1_take_attribute(t, c, &life_type, type & (V1_FORMAT_SHORT - 1), is_short ? word : v1_number(value));
    }
    return WIRE_IKE_OK;
}

/*
 * Takes a proposal or a transform off r: `follows` is what its first octet says when another one comes, and
 * only then. Gives what is behind its length field.
 */
static enum wire_ike_err v1_read_sub(struct base_reader *r, uint8_t follows, bool is_last,
                                     struct base_reader *body)
{
    const uint8_t next = base_read_u8(r);
    base_read_u8(r); /* reserved */
    const uint16_t length = base_read_u16(r);
    if (r->failed)
        return WIRE_IKE_SHORT;
    if (length < V1_SUB_HEAD)
        return WIRE_IKE_BAD_LENGTH;
    *body = base_reader(base_read_span(r, (size_t)length - WIRE_IKE_GENERIC_BYTES));
    if (r->failed)
        return WIRE_IKE_SHORT;
    if (next != V1_LAST && next != follows)
        return WIRE_IKE_BAD_FIELD;
    return (next == V1_LAST) == (is_last || base_reader_left(r) == 0) ? WIRE_IKE_OK : WIRE_IKE_BAD_LENGTH;
}

static enum wire_ike_err v1_read_transform(struct base_reader *r, bool is_last, const struct v1_classes *c,
                                           struct wire_v1_transform *out)
{
    struct base_reader body;
    const enum wire_ike_err e = v1_read_sub(r, V1_TRANSFORM, is_last, &body);
    if (e != WIRE_IKE_OK)
        return e;
    *out = (struct wire_v1_transform){.number = base_read_u8(&body)};
    out->id = base_read_u8(&body);
    base_read_u16(&body); /* reserved */
    out->attrs = base_read_rest(&body);
    return v1_read_attributes(out->attrs, c, out);
}

static uint64_t v1_read_spi(struct base_reader *r, uint8_t len)
{
    const struct base_span spi = base_read_span(r, len);
    struct base_reader bytes = base_reader(spi);
    uint64_t n = 0;
    while (spi.len <= sizeof n && base_reader_left(&bytes))
        n = n << 8 | base_read_u8(&bytes);
    return n;
}

static enum wire_ike_err v1_read_proposal(struct base_reader *r, const struct v1_classes *c,
                                          struct wire_v1_proposal *out)
{
    struct base_reader body;
    const enum wire_ike_err e = v1_read_sub(r, V1_PROPOSAL, false, &body);
    if (e != WIRE_IKE_OK)
        return e;
    out->number = base_read_u8(&body);
    out->protocol = base_read_u8(&body);
    out->spi_len = base_read_u8(&body);
    const uint8_t transforms = base_read_u8(&body);
    if (out->spi_len > V1_SPI_MAX || transforms == 0)
        return WIRE_IKE_BAD_FIELD;
    if (transforms > WIRE_V1_TRANS_MAX)
        return WIRE_IKE_TOO_MANY;
    out->spi = v1_read_spi(&body, out->spi_len);
    for (out->count = 0; out->count < transforms; out->count++) {
        const bool is_last = out->count + 1u == transforms;
        const enum wire_ike_err et = v1_read_transform(&body, is_last, c, &out->list[out->count]);
        if (et != WIRE_IKE_OK)
            return et;
    }
    return base_reader_left(&body) ? WIRE_IKE_BAD_LENGTH : WIRE_IKE_OK;
}

enum wire_ike_err wire_v1_sa_parse(struct base_span body, bool is_phase2, struct wire_v1_sa *out)
{
    struct base_reader r = base_reader(body);
    out->count = 0;
    const uint32_t doi = base_read_u32(&r), situation = base_read_u32(&r);
    if (r.failed)
        return WIRE_IKE_SHORT;
    if (doi != V1_DOI_IPSEC || situation != V1_SIT_IDENTITY)
        return WIRE_IKE_BAD_FIELD;
    do {
        if (out->count == WIRE_V1_PROPS_MAX)
            return WIRE_IKE_TOO_MANY;
        const enum wire_ike_err e =
            v1_read_proposal(&r, is_phase2 ? &phase2_classes : &phase1_classes, &out->list[out->count]);
        if (e != WIRE_IKE_OK)
            return e;
        out->count++;
    } while (base_reader_left(&r));
    return WIRE_IKE_OK;
}

static void v1_write_short(struct base_writer *w, uint16_t class, uint16_t value)
{
    base_write_u16(w, V1_FORMAT_SHORT | class);
    base_write_u16(w, value);
}

/* Durations beyond 16 bits are long. */
static void v1_write_life(struct base_writer *w, const struct v1_classes *c, enum v1_life type,
                          uint32_t value)
{
    if (value == 0)
        return;
    v1_write_short(w, c->life_type, type);
    if (value <= UINT16_MAX) {
        v1_write_short(w, c->life_duration, (uint16_t)value);
        return;
    }
    base_write_u16(w, c->life_duration);
    base_write_u16(w, sizeof value);
    base_write_u32(w, value);
}

static void v1_write_attributes(struct base_writer *w, const struct v1_classes *c,
                                const struct wire_v1_transform *t)
{
    struct wire_v1_transform copy = *t;
    for (size_t i = 0; i < c->count; i++)
        if (*v1_field(&copy, c, i))
            v1_write_short(w, c->fields[i].class, *v1_field(&copy, c, i));
    v1_write_life(w, c, V1_LIFE_SECONDS, t->life_s);
    v1_write_life(w, c, V1_LIFE_KILOBYTES, t->life_kb);
    if (t->is_unknown) /* its attributes were not kept: what we would write is another transform */
        w->failed = true;
}

static void v1_write_transform(struct base_writer *w, const struct v1_classes *c,
                               const struct wire_v1_transform *t, bool is_last)
{
    const size_t at = w->pos;
    base_write_u8(w, is_last ? V1_LAST : V1_TRANSFORM);
    base_write_u8(w, 0);
    base_write_u16(w, 0); /* length, below */
    base_write_u8(w, t->number);
    base_write_u8(w, t->id);
    base_write_u16(w, 0);
    if (t->attrs.len)
        base_write_span(w, t->attrs);
    else
        v1_write_attributes(w, c, t);
    base_patch_u16(w, at + 2, (uint16_t)(w->pos - at));
}

static void v1_write_spi(struct base_writer *w, uint64_t spi, uint8_t len)
{
    if (len > sizeof spi)
        w->failed = true;
    for (size_t i = len; i-- > 0 && !w->failed;)
        base_write_u8(w, (uint8_t)(spi >> 8 * i));
}

static void v1_write_proposal(struct base_writer *w, const struct v1_classes *c,
                              const struct wire_v1_proposal *p, bool is_last)
{
    const size_t at = w->pos;
    base_write_u8(w, is_last ? V1_LAST : V1_PROPOSAL);
    base_write_u8(w, 0);
    base_write_u16(w, 0); /* length, below */
    base_write_u8(w, p->number);
    base_write_u8(w, p->protocol);
    base_write_u8(w, p->spi_len);
    base_write_u8(w, (uint8_t)p->count);
    v1_write_spi(w, p->spi, p->spi_len);
    for (size_t i = 0; i < p->count; i++)
        v1_write_transform(w, c, &p->list[i], i + 1 == p->count);
    if (p->count == 0)
        w->failed = true;
    base_patch_u16(w, at + 2, (uint16_t)(w->pos - at));
}

void wire_v1_put_sa(struct wire_ike_builder *b, const struct wire_v1_sa *sa, bool is_phase2)
{
    const size_t at = wire_ike_pld_begin(b, WIRE_V1_P_SA);
    const struct v1_classes *c = is_phase2 ? &phase2_classes : &phase1_classes;
    base_write_u32(&b->w, V1_DOI_IPSEC);
    base_write_u32(&b->w, V1_SIT_IDENTITY);
    for (size_t i = 0; i < sa->count; i++)
        v1_write_proposal(&b->w, c, &sa->list[i], i + 1 == sa->count);
    if (sa->count == 0)
        b->w.failed = true;
    wire_ike_pld_end(b, at);
}
