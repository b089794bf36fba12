/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Feeds bytes to the parsers of IKEv1 messages: header, payload chain, each payload. Whatever parses is built
 * again and must parse to the same; any difference aborts. An input is a message; its length and version
 * fields are corrected so that mutations reach the payloads.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire_v1.h"
#include "wire_v1_attrs.h"

#define OUT_MAX   65536
#define LENGTH_AT 24
#define VERSION   17

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t out_buf[OUT_MAX];

static void require(bool ok)
{
    if (!ok)
        abort();
}

static struct wire_ike_builder start(void)
{
    return wire_ike_build_chain(out_buf, sizeof out_buf);
}

/* The body of the only payload that was built. */
static struct base_span only_body(struct wire_ike_builder *b, uint8_t type)
{
    static struct wire_v1_plds plds;
    require(!b->w.failed);
    require(wire_v1_plds_parse(type, wire_ike_chain_bytes(b), false, &plds) == WIRE_IKE_OK);
    require(plds.count == 1 && plds.list[0].type == type);
    return plds.list[0].body;
}

static void require_same_transform(const struct wire_v1_transform *x, const struct wire_v1_transform *y)
{
    require(x->number == y->number && x->id == y->id && x->encr == y->encr && x->hash == y->hash);
    require(x->auth == y->auth && x->prf == y->prf && x->group == y->group && x->key_bits == y->key_bits);
    require(x->encap == y->encap && x->integ == y->integ && x->esn == y->esn && x->life_s == y->life_s);
    require(x->life_kb == y->life_kb && x->is_unknown == y->is_unknown);
}

/* Takes out what a builder refuses: SPIs that were not kept; from fields also what it would not write back.
 */
static void prepare_sa(struct wire_v1_sa *sa, bool from_fields)
{
    for (size_t i = 0; i < sa->count; i++) {
        struct wire_v1_proposal *p = &sa->list[i];
        if (p->spi_len > 8)
            p->spi_len = 0;
        for (size_t j = 0; from_fields && j < p->count; j++) {
            p->list[j].is_unknown = false;
            p->list[j].attrs = BASE_SPAN_NONE;
        }
    }
}

static void try_sa(struct base_span body, bool is_phase2, bool from_fields)
{
    static struct wire_v1_sa sa, again;
    if (wire_v1_sa_parse(body, is_phase2, &sa) != WIRE_IKE_OK)
        return;
    prepare_sa(&sa, from_fields);
    struct wire_ike_builder b = start();
    wire_v1_put_sa(&b, &sa, is_phase2);
    require(wire_v1_sa_parse(only_body(&b, WIRE_V1_P_SA), is_phase2, &again) == WIRE_IKE_OK);
    require(sa.count == again.count);
    for (size_t i = 0; i < sa.count; i++) {
        require(sa.list[i].spi == again.list[i].spi && sa.list[i].count == again.list[i].count);
        require(sa.list[i].number == again.list[i].number && sa.list[i].protocol == again.list[i].protocol);
        for (size_t j = 0; j < sa.list[i].count; j++)
            require_same_transform(&sa.list[i].list[j], &again.list[i].list[j]);
    }
}

static void try_selector(const struct wire_v1_id *id)
{
    uint8_t data[WIRE_V1_TS_BYTES];
    struct wire_v1_id as;
    struct base_ts ts, again;
    if (!wire_v1_id_to_ts(id, &ts))
        return;
    require(base_addr_compare(&ts.lo, &ts.hi) <= 0);
    require(wire_v1_id_from_ts(&ts, data, &as));
    require(wire_v1_id_to_ts(&as, &again));
    require(ts.protocol == again.protocol && ts.port_lo == again.port_lo && ts.port_hi == again.port_hi);
    require(base_addr_equal(&ts.lo, &again.lo) && base_addr_equal(&ts.hi, &again.hi));
}

static void try_id(struct base_span body)
{
    struct wire_v1_id id, again;
    if (wire_v1_id_parse(body, &id) != WIRE_IKE_OK)
        return;
    struct wire_ike_builder b = start();
    wire_v1_put_id(&b, &id);
    require(wire_v1_id_parse(only_body(&b, WIRE_V1_P_ID), &again) == WIRE_IKE_OK);
    require(id.type == again.type && id.protocol == again.protocol && id.port == again.port);
    require(base_span_equal(id.data, again.data));
    try_selector(&id);
}

static void try_natoa(const struct wire_v1_pld *p)
{
    struct base_addr addr, again;
    if (wire_v1_natoa_parse(p->body, &addr) != WIRE_IKE_OK)
        return;
    struct wire_ike_builder b = start();
    wire_v1_put_natoa(&b, p->type, &addr);
    require(wire_v1_natoa_parse(only_body(&b, p->type), &again) == WIRE_IKE_OK);
    require(base_addr_equal(&addr, &again));
}

static void try_notify(struct base_span body)
{
    struct wire_v1_notification n, again;
    if (wire_v1_notify_parse(body, &n) != WIRE_IKE_OK)
        return;
    require(strlen(wire_v1_notify_name(n.type)) > 0);
    struct wire_ike_builder b = start();
    wire_v1_put_notify(&b, &n);
    require(wire_v1_notify_parse(only_body(&b, WIRE_V1_P_NOTIFY), &again) == WIRE_IKE_OK);
    require(n.protocol == again.protocol && n.type == again.type && base_span_equal(n.spi, again.spi));
    require(base_span_equal(n.data, again.data));
}

static void try_delete(struct base_span body)
{
    struct wire_v1_delete d, again;
    if (wire_v1_delete_parse(body, &d) != WIRE_IKE_OK)
        return;
    struct wire_ike_builder b = start();
    wire_v1_put_delete(&b, &d);
    require(wire_v1_delete_parse(only_body(&b, WIRE_V1_P_DELETE), &again) == WIRE_IKE_OK);
    require(d.protocol == again.protocol && d.count == again.count && base_span_equal(d.spis, again.spis));
    for (size_t i = 0; i < d.count; i++)
        require(wire_v1_delete_spi(&d, i).len == d.spi_len);
}

static void try_fragment(struct base_span body)
{
    struct wire_v1_fragment f, again;
    if (wire_v1_fragment_parse(body, &f) != WIRE_IKE_OK)
        return;
    struct wire_ike_builder b = start();
    wire_v1_put_fragment(&b, &f);
    require(wire_v1_fragment_parse(only_body(&b, WIRE_V1_P_FRAGMENT), &again) == WIRE_IKE_OK);
    require(f.id == again.id && f.number == again.number && f.is_last == again.is_last);
    require(base_span_equal(f.data, again.data));
}

static void try_attrs(struct base_span body)
{
    static struct wire_v1_attrs a, again;
    static struct wire_ike_cfg cfg;
    uint32_t number;
    if (wire_v1_attrs_parse(body, &a) != WIRE_IKE_OK)
        return;
    struct wire_ike_builder b = start();
    wire_v1_put_attrs(&b, &a);
    require(wire_v1_attrs_parse(only_body(&b, WIRE_V1_P_CONFIG), &again) == WIRE_IKE_OK);
    require(a.kind == again.kind && a.id == again.id && a.count == again.count && again.skipped == 0);
    for (size_t i = 0; i < a.count; i++) {
        require(a.list[i].type == again.list[i].type && a.list[i].is_short == again.list[i].is_short);
        require(a.list[i].number == again.list[i].number &&
                base_span_equal(a.list[i].data, again.list[i].data));
        wire_v1_attr_number(&a.list[i], &number);
    }
    wire_v1_attrs_to_cfg(&a, &cfg);
    require(cfg.count + cfg.skipped == a.count + a.skipped);
}

static void try_payload(const struct wire_v1_pld *p)
{
    struct wire_ike_cert cert;
    require(p->whole.len == p->body.len + 4);
    switch (p->type) {
    case WIRE_V1_P_SA:
        for (unsigned i = 0; i < 4; i++)
            try_sa(p->body, i & 1, i & 2);
        break;
    case WIRE_V1_P_ID:
        try_id(p->body);
        break;
    case WIRE_V1_P_NATOA:
    case WIRE_V1_P_NATOA_DRAFT:
        try_natoa(p);
        break;
    case WIRE_V1_P_CERT:
    case WIRE_V1_P_CR:
        wire_ike_cert_parse(p->body, &cert);
        break;
    case WIRE_V1_P_NOTIFY:
        try_notify(p->body);
        break;
    case WIRE_V1_P_DELETE:
        try_delete(p->body);
        break;
    case WIRE_V1_P_VENDOR:
        require(wire_v1_vendor_find(p->body) < WIRE_V1_V_COUNT);
        break;
    case WIRE_V1_P_CONFIG:
        try_attrs(p->body);
        break;
    case WIRE_V1_P_FRAGMENT:
        try_fragment(p->body);
        break;
    default:
        break;
    }
}

static void try_message(struct base_span msg)
{
    static struct wire_v1_plds plds;
    struct wire_ike_hdr hdr;
    if (wire_v1_hdr_parse(msg, &hdr) != WIRE_IKE_OK)
        return;
    struct base_reader r = base_reader(msg);
    base_read_span(&r, WIRE_IKE_HDR_BYTES);
    if (wire_v1_plds_parse(hdr.next, base_read_rest(&r), hdr.flags & WIRE_V1_F_ENCRYPTED, &plds) !=
        WIRE_IKE_OK)
        return;
    size_t all = 0;
    for (size_t i = 0; i < plds.count; i++) {
        try_payload(&plds.list[i]);
        all += plds.list[i].whole.len;
        require(wire_v1_plds_behind(&plds, i).len + all == plds.used.len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_message(base_span(data, size));
    if (size < WIRE_IKE_HDR_BYTES)
        return 0;
    uint8_t *fixed = malloc(size); /* of exact size, so that a read past the end is seen */
    if (!fixed)
        return 0;
    struct base_writer w = base_writer(fixed, size);
    base_write(&w, data, size);
    base_patch_u8(&w, VERSION, WIRE_V1_VERSION);
    base_patch_u32(&w, LENGTH_AT, (uint32_t)size);
    try_message(base_span(fixed, size));
    free(fixed);
    return 0;
}
