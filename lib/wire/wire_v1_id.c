/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IKEv1's identification payload (RFC 2407 4.6.2), which names a peer in phase 1 and the traffic of an SA in
 * quick mode, and NAT-OA, which has its form (RFC 3947 5.2). Names are raw bytes here.
 */
#include "wire_v1.h"
#include "wire_ike_int.h"

/* What an address type is made of. */
static const struct id_form {
    uint8_t type;
    enum base_family family;
    uint8_t addrs; /* one, or two of which the second is a mask or an end */
    bool is_mask;
} forms[] = {
    {WIRE_V1_ID_IP4, BASE_AF_IP4, 1, false},       {WIRE_V1_ID_IP4_SUBNET, BASE_AF_IP4, 2, true},
    {WIRE_V1_ID_IP4_RANGE, BASE_AF_IP4, 2, false}, {WIRE_V1_ID_IP6, BASE_AF_IP6, 1, false},
    {WIRE_V1_ID_IP6_SUBNET, BASE_AF_IP6, 2, true}, {WIRE_V1_ID_IP6_RANGE, BASE_AF_IP6, 2, false},
};

static const struct id_form *id_form_of(uint8_t type)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (forms[i].type == type)
            return &forms[i];
    return NULL;
}

enum wire_ike_err wire_v1_id_parse(struct base_span body, struct wire_v1_id *out)
{
    struct base_reader r = base_reader(body);
    out->type = base_read_u8(&r);
    out->protocol = base_read_u8(&r);
    out->port = base_read_u16(&r);
    out->data = base_read_rest(&r);
    if (r.failed)
        return WIRE_IKE_SHORT;
    const struct id_form *form = id_form_of(out->type);
    return form && out->data.len != form->addrs * base_addr_size(form->family) ? WIRE_IKE_BAD_LENGTH
                                                                               : WIRE_IKE_OK;
}

static void put_id_as(struct wire_ike_builder *b, uint8_t payload, const struct wire_v1_id *id)
{
    const size_t at = wire_ike_pld_begin(b, payload);
    base_write_u8(&b->w, id->type);
    base_write_u8(&b->w, id->protocol);
    base_write_u16(&b->w, id->port);
    base_write_span(&b->w, id->data);
    wire_ike_pld_end(b, at);
}

void wire_v1_put_id(struct wire_ike_builder *b, const struct wire_v1_id *id)
{
    put_id_as(b, WIRE_V1_P_ID, id);
}

enum wire_ike_err wire_v1_natoa_parse(struct base_span body, struct base_addr *out)
{
    struct wire_v1_id id;
    const enum wire_ike_err e = wire_v1_id_parse(body, &id);
    const struct id_form *form = e == WIRE_IKE_OK ? id_form_of(id.type) : NULL;
    if (!form || form->addrs != 1)
        return e == WIRE_IKE_OK ? WIRE_IKE_BAD_FIELD : e;
    *out = base_addr_from_bytes(form->family, id.data.ptr);
    return WIRE_IKE_OK;
}

void wire_v1_put_natoa(struct wire_ike_builder *b, uint8_t payload, const struct base_addr *addr)
{
    const struct wire_v1_id id = {.type = addr->family == BASE_AF_IP4 ? WIRE_V1_ID_IP4 : WIRE_V1_ID_IP6,
                                  .data = base_span(addr->bytes, base_addr_size(addr->family))};
    put_id_as(b, payload, &id);
}

/* The addresses that an address and a mask mean. False: the mask has a one behind a zero. */
static bool id_apply_mask(struct base_ts *ts, size_t size)
{
    bool is_over = false;
    for (size_t i = 0; i < size; i++) {
        const uint8_t mask = ts->hi.bytes[i];
        const uint8_t rest = (uint8_t)~mask;
        if ((is_over && mask) || (rest & (rest + 1)))
            return false;
        is_over = is_over || mask != 0xff;
        ts->lo.bytes[i] &= mask;
        ts->hi.bytes[i] = ts->lo.bytes[i] | rest;
    }
    return true;
}

bool wire_v1_id_to_ts(const struct wire_v1_id *id, struct base_ts *out)
{
    const struct id_form *form = id_form_of(id->type);
    const size_t size = form ? base_addr_size(form->family) : 0;
    struct base_reader r = base_reader(id->data);
    const struct base_span lo = base_read_span(&r, size);
    const struct base_span hi = form && form->addrs == 2 ? base_read_span(&r, size) : lo;
    if (!form || r.failed)
        return false;
    *out = (struct base_ts){.protocol = id->protocol,
                            .port_lo = id->port,
                            .port_hi = id->port ? id->port : UINT16_MAX,
                            .lo = base_addr_from_bytes(form->family, lo.ptr),
                            .hi = base_addr_from_bytes(form->family, hi.ptr)};
    if (form->is_mask)
        return id_apply_mask(out, size);
    return base_addr_compare(&out->lo, &out->hi) <= 0;
}

/* The mask of the subnet that is exactly lo to hi. False: there is none. */
static bool id_mask_of(const struct base_ts *ts, size_t size, uint8_t mask[16])
{
    struct base_ts copy = *ts;
    for (size_t i = 0; i < size; i++)
        copy.hi.bytes[i] = mask[i] = (uint8_t) ~(ts->lo.bytes[i] ^ ts->hi.bytes[i]);
    return id_apply_mask(&copy, size) && base_addr_equal(&copy.lo, &ts->lo) &&
           base_addr_equal(&copy.hi, &ts->hi);
}

bool wire_v1_id_from_ts(const struct base_ts *ts, uint8_t data[WIRE_V1_TS_BYTES], struct wire_v1_id *out)
{
    const bool is_all = ts->port_lo == 0 && ts->port_hi == UINT16_MAX;
    const bool is_ip4 = ts->lo.family == BASE_AF_IP4;
    const size_t size = base_addr_size(ts->lo.family);
    uint8_t second[16];
    struct base_writer w = base_writer(data, WIRE_V1_TS_BYTES);
    if (size == 0 || ts->hi.family != ts->lo.family || (!is_all && ts->port_lo != ts->port_hi))
        return false;
    *out = (struct wire_v1_id){.type = is_ip4 ? WIRE_V1_ID_IP4 : WIRE_V1_ID_IP6,
                               .protocol = ts->protocol,
                               .port = is_all ? 0 : ts->port_lo};
    base_write(&w, ts->lo.bytes, size);
    if (!base_addr_equal(&ts->lo, &ts->hi)) {
        const bool is_subnet = id_mask_of(ts, size, second);
        out->type = is_subnet ? (is_ip4 ? WIRE_V1_ID_IP4_SUBNET : WIRE_V1_ID_IP6_SUBNET)
                              : (is_ip4 ? WIRE_V1_ID_IP4_RANGE : WIRE_V1_ID_IP6_RANGE);
        base_write(&w, is_subnet ? second : ts->hi.bytes, size);
    }
    out->data = base_writer_span(&w);
    return true;
}
