/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Feeds bytes to the IKE message parsers: header, payload chain, each payload, and the body of SK as if it
 * were clear text. Whatever parses is built again and must parse to the same; any difference aborts.
 * An input is a message; its length and version fields are corrected so that mutations reach the payloads.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire_ike.h"
#include "wire_ike_cp.h"

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

/* The body of the only payload that was built. */
static struct base_span only_body(struct wire_ike_builder *b, uint8_t type)
{
    static struct wire_ike_plds plds;
    require(!b->w.failed);
    require(wire_ike_chain_first(b) == type);
    require(wire_ike_plds_parse(type, wire_ike_chain_bytes(b), &plds) == WIRE_IKE_OK);
    require(plds.count == 1);
    return plds.list[0].body;
}

static bool is_same_transform(const struct wire_ike_transform *a, const struct wire_ike_transform *b)
{
    return a->type == b->type && a->id == b->id && a->key_bits == b->key_bits &&
           a->is_unknown == b->is_unknown;
}

static bool is_same_proposal(const struct wire_ike_proposal *a, const struct wire_ike_proposal *b)
{
    if (a->number != b->number || a->protocol != b->protocol || a->spi_len != b->spi_len ||
        a->spi != b->spi || a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!is_same_transform(&a->list[i], &b->list[i]))
            return false;
    return true;
}

/* Takes out what a builder refuses: transforms whose attributes were not kept. */
static void drop_unknown(struct wire_ike_sa *sa)
{
    for (size_t i = 0; i < sa->count; i++) {
        struct wire_ike_proposal *p = &sa->list[i];
        size_t kept = 0;
        for (size_t j = 0; j < p->count; j++)
            if (!p->list[j].is_unknown)
                p->list[kept++] = p->list[j];
        p->count = kept;
    }
}

static void try_sa(struct base_span body)
{
    static struct wire_ike_sa sa, again;
    if (wire_ike_sa_parse(body, &sa) != WIRE_IKE_OK)
        return;
    drop_unknown(&sa);
    struct wire_ike_builder b = wire_ike_build_chain(out_buf, sizeof out_buf);
    wire_ike_put_sa(&b, &sa);
    require(wire_ike_sa_parse(only_body(&b, WIRE_IKE_P_SA), &again) == WIRE_IKE_OK);
    require(sa.count == again.count);
    for (size_t i = 0; i < sa.count; i++)
        require(is_same_proposal(&sa.list[i], &again.list[i]));
}

static void try_ke(struct base_span body)
{
    struct wire_ike_ke ke, again;
    if (wire_ike_ke_parse(body, &ke) != WIRE_IKE_OK)
        return;
    struct wire_ike_builder b = wire_ike_build_chain(out_buf, sizeof out_buf);
    wire_ike_put_ke(&b, ke.group, ke.value);
    require(wire_ike_ke_parse(only_body(&b, WIRE_IKE_P_KE), &again) == WIRE_IKE_OK);
    require(ke.group == again.group && base_span_equal(ke.value, again.value));
}

static void try_id(uint8_t type, struct base_span body)
{
    struct wire_ike_id id, again;
    if (wire_ike_id_parse(body, &id) != WIRE_IKE_OK)
        return;
    struct wire_ike_builder b = wire_ike_build_chain(out_buf, sizeof out_buf);
    wire_ike_put_id(&b, type, &id);
    require(wire_ike_id_parse(only_body(&b, type), &again) == WIRE_IKE_OK);
    require(id.type == again.type && base_span_equal(id.data, again.data));
}

static void try_auth(struct base_span body)
{
    struct wire_ike_auth auth, again;
    if (wire_ike_auth_parse(body, &auth) != WIRE_IKE_OK)
        return;
    struct wire_ike_builder b = wire_ike_build_chain(out_buf, sizeof out_buf);
    wire_ike_put_auth(&b, auth.method, auth.data);
    require(wire_ike_auth_parse(only_body(&b, WIRE_IKE_P_AUTH), &again) == WIRE_IKE_OK);
    require(auth.method == again.method && base_span_equal(auth.data, again.data));
}

static void try_cert(uint8_t type, struct base_span body)
{
    struct wire_ike_cert cert, again;
    if (wire_ike_cert_parse(body, &cert) != WIRE_IKE_OK)
        return;
    struct wire_ike_builder b = wire_ike_build_chain(out_buf, sizeof out_buf);
    wire_ike_put_cert(&b, type, &cert);
    require(wire_ike_cert_parse(only_body(&b, type), &again) == WIRE_IKE_OK);
    require(cert.encoding == again.encoding && base_span_equal(cert.data, again.data));
    for (size_t i = 0; i < wire_ike_certreq_count(&cert); i++)
        require(wire_ike_certreq_hash(&cert, i).len == WIRE_IKE_CA_HASH_BYTES);
}

static void try_nonce(struct base_span body)
{
    struct base_span nonce, again;
    if (wire_ike_nonce_parse(body, &nonce) != WIRE_IKE_OK)
        return;
    struct wire_ike_builder b = wire_ike_build_chain(out_buf, sizeof out_buf);
    wire_ike_put_nonce(&b, nonce);
    require(wire_ike_nonce_parse(only_body(&b, WIRE_IKE_P_NONCE), &again) == WIRE_IKE_OK);
    require(base_span_equal(nonce, again));
}

static void try_notify(struct base_span body)
{
    struct wire_ike_notification n, again;
    if (wire_ike_notify_parse(body, &n) != WIRE_IKE_OK)
        return;
    require(strlen(wire_ike_notify_name(n.type)) > 0);
    struct wire_ike_builder b = wire_ike_build_chain(out_buf, sizeof out_buf);
    wire_ike_put_notify(&b, &n);
    require(wire_ike_notify_parse(only_body(&b, WIRE_IKE_P_NOTIFY), &again) == WIRE_IKE_OK);
    require(n.protocol == again.protocol && n.spi_len == again.spi_len && n.type == again.type);
    require(n.spi == again.spi && base_span_equal(n.data, again.data));
}

static void try_delete(struct base_span body)
{
    struct wire_ike_delete d, again;
    if (wire_ike_delete_parse(body, &d) != WIRE_IKE_OK)
        return;
    struct wire_ike_builder b = wire_ike_build_chain(out_buf, sizeof out_buf);
    wire_ike_put_delete(&b, &d);
    require(wire_ike_delete_parse(only_body(&b, WIRE_IKE_P_DELETE), &again) == WIRE_IKE_OK);
    require(d.protocol == again.protocol && d.spi_len == again.spi_len && d.count == again.count);
    require(base_span_equal(d.spis, again.spis));
}

static void try_ts(uint8_t type, struct base_span body)
{
    struct base_ts_list ts, again;
    if (wire_ike_ts_parse(body, &ts) != WIRE_IKE_OK || ts.count == 0)
        return;
    struct wire_ike_builder b = wire_ike_build_chain(out_buf, sizeof out_buf);
    wire_ike_put_ts(&b, type, &ts);
    require(wire_ike_ts_parse(only_body(&b, type), &again) == WIRE_IKE_OK);
    require(ts.count == again.count && again.skipped == 0);
    for (size_t i = 0; i < ts.count; i++) {
        const struct base_ts *x = &ts.list[i], *y = &again.list[i];
        require(x->protocol == y->protocol && x->port_lo == y->port_lo && x->port_hi == y->port_hi);
        require(base_addr_equal(&x->lo, &y->lo) && base_addr_equal(&x->hi, &y->hi));
    }
}

static void try_cfg(struct base_span body)
{
    static struct wire_ike_cfg c, again;
    if (wire_ike_cfg_parse(body, &c) != WIRE_IKE_OK)
        return;
    require(c.count <= WIRE_IKE_CFG_MAX);
    struct wire_ike_builder b = wire_ike_build_chain(out_buf, sizeof out_buf);
    wire_ike_put_cfg(&b, &c);
    require(wire_ike_cfg_parse(only_body(&b, WIRE_IKE_P_CP), &again) == WIRE_IKE_OK);
    require(c.kind == again.kind && c.count == again.count && again.skipped == 0);
    for (size_t i = 0; i < c.count; i++) {
        const struct wire_ike_cfg_attr *x = &c.list[i], *y = &again.list[i];
        require(x->type == y->type && x->len == y->len && base_addr_equal(&x->addr, &y->addr));
        require(base_span_equal(x->text, y->text));
    }
}

static void try_payload(const struct wire_ike_pld *p)
{
    require(p->whole.len == p->body.len + 4);
    switch (p->type) {
    case WIRE_IKE_P_SA:
        try_sa(p->body);
        break;
    case WIRE_IKE_P_KE:
        try_ke(p->body);
        break;
    case WIRE_IKE_P_IDI:
    case WIRE_IKE_P_IDR:
        try_id(p->type, p->body);
        break;
    case WIRE_IKE_P_AUTH:
        try_auth(p->body);
        break;
    case WIRE_IKE_P_CERT:
    case WIRE_IKE_P_CERTREQ:
        try_cert(p->type, p->body);
        break;
    case WIRE_IKE_P_NONCE:
        try_nonce(p->body);
        break;
    case WIRE_IKE_P_NOTIFY:
        try_notify(p->body);
        break;
    case WIRE_IKE_P_DELETE:
        try_delete(p->body);
        break;
    case WIRE_IKE_P_TSI:
    case WIRE_IKE_P_TSR:
        try_ts(p->type, p->body);
        break;
    case WIRE_IKE_P_CP:
        try_cfg(p->body);
        break;
    default:
        break;
    }
}

/* Splits a chain, tries each payload, and returns the body of SK with its first type, if there is one. */
static struct base_span try_chain(uint8_t first, struct base_span chain, uint8_t *inner_first)
{
    static struct wire_ike_plds plds;
    const enum wire_ike_err e = wire_ike_plds_parse(first, chain, &plds);
    require(strlen(wire_ike_err_name(e)) > 0);
    require((e == WIRE_IKE_CRITICAL) == (plds.critical_type != 0));
    if (e != WIRE_IKE_OK)
        return BASE_SPAN_NONE;
    for (size_t i = 0; i < plds.count; i++)
        try_payload(&plds.list[i]);
    const struct wire_ike_pld *sk = wire_ike_plds_find(&plds, WIRE_IKE_P_SK, 0);
    *inner_first = plds.sk_first;
    return sk ? sk->body : BASE_SPAN_NONE;
}

static void try_message(struct base_span msg)
{
    struct wire_ike_hdr hdr;
    if (wire_ike_hdr_parse(msg, &hdr) != WIRE_IKE_OK)
        return;
    require(strlen(wire_ike_exchange_name(hdr.exchange)) > 0);
    struct base_reader r = base_reader(msg);
    base_read_span(&r, WIRE_IKE_HDR_BYTES);
    uint8_t first = WIRE_IKE_P_NONE;
    const struct base_span inner = try_chain(hdr.next, base_read_rest(&r), &first);
    try_chain(first, inner, &first);
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
    base_patch_u8(&w, VERSION, WIRE_IKE_MAJOR << 4);
    base_patch_u32(&w, LENGTH_AT, (uint32_t)size);
    try_message(base_span(fixed, size));
    free(fixed);
    return 0;
}
