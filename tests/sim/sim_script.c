/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The recorder of fuzzer seeds. Encryption in simulations is the identity, so the chain inside SK can be
 * cut out of the message; only AEAD messages are understood, others are left out.
 */
#include "sim_script.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ike_script.h"
#include "wire_ike.h"

struct sim_script *sim_script_new(base_time now)
{
    struct sim_script *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->w = base_writer(s->bytes, sizeof s->bytes);
    s->last = now;
    return s;
}

void sim_script_spi(struct sim_script *s, const void *spi)
{
    if (s && s->n_spis < SIM_SCRIPT_SPIS)
        memcpy(&s->spis[s->n_spis++], spi, 8); /* the engine draws it as a number */
}

static uint8_t own_number(const struct sim_script *s, uint64_t spi)
{
    for (size_t i = 0; i < s->n_spis; i++)
        if (s->spis[i] == spi)
            return (uint8_t)i;
    return IKE_SCRIPT_NO_SPI;
}

static uint8_t where(struct sim_script *s, const struct ike_path *path)
{
    uint8_t i = 0;
    while (i < 3 && s->peers[i].port && !base_endpoint_equal(&s->peers[i], &path->remote))
        i++;
    s->peers[i] = path->remote;
    return (uint8_t)(i | (path->natt ? IKE_SCRIPT_NATT : 0));
}

static void pass_time(struct sim_script *s, base_time now)
{
    uint64_t ms = base_time_since(now, s->last) / BASE_NS_PER_MS;
    s->last = now;
    if (ms < 100)
        return;
    base_write_u8(&s->w, IKE_SCRIPT_TIME);
    base_write_u8(&s->w, (uint8_t)(63 - __builtin_clzll(ms)));
}

/* Zeros the data of an AUTH payload in a chain. */
static void blank_auth(uint8_t first, uint8_t *chain, size_t len)
{
    for (size_t at = 0; at + 4 <= len;) {
        size_t n = (size_t)chain[at + 2] << 8 | chain[at + 3];
        if (n < 4 || n > len - at)
            return;
        if (first == WIRE_IKE_P_AUTH && n > 8)
            memset(chain + at + 8, 0, n - 8);
        first = chain[at];
        at += n;
    }
}

static void sealed(struct sim_script *s, const struct ike_path *path, const struct wire_ike_hdr *hdr,
                   const struct wire_ike_plds *plds)
{
    struct base_span body = plds->list[plds->count - 1].body;
    const size_t around = IKE_SCRIPT_IV_BYTES + IKE_SCRIPT_ICV_BYTES + 1;
    if (body.len < around)
        return;
    size_t pad = body.ptr[body.len - IKE_SCRIPT_ICV_BYTES - 1];
    if (body.len < around + pad)
        return;
    bool from_initiator = hdr->flags & WIRE_IKE_F_INITIATOR;
    base_write_u8(&s->w, IKE_SCRIPT_SEALED);
    base_write_u8(&s->w, own_number(s, from_initiator ? hdr->spi_r : hdr->spi_i));
    base_write_u8(&s->w, where(s, path));
    base_write_u8(&s->w, hdr->flags);
    base_write_u8(&s->w, hdr->exchange);
    base_write_u8(&s->w, IKE_SCRIPT_ID_AUTO);
    base_write_u8(&s->w, plds->sk_first);
    base_write_u64(&s->w, from_initiator ? hdr->spi_i : hdr->spi_r);
    size_t len = body.len - around - pad;
    base_write_u16(&s->w, (uint16_t)len);
    uint8_t *chain = base_write_room(&s->w, len);
    if (!chain)
        return;
    memcpy(chain, body.ptr + IKE_SCRIPT_IV_BYTES, len);
    blank_auth(plds->sk_first, chain, len);
}

static void raw(struct sim_script *s, const struct ike_path *path, const struct wire_ike_hdr *hdr,
                struct base_span msg)
{
    bool from_initiator = hdr->flags & WIRE_IKE_F_INITIATOR;
    base_write_u8(&s->w, IKE_SCRIPT_RAW);
    base_write_u8(&s->w, own_number(s, from_initiator ? hdr->spi_r : hdr->spi_i));
    base_write_u8(&s->w, where(s, path));
    base_write_u16(&s->w, (uint16_t)msg.len);
    base_write_span(&s->w, msg);
}

/* Takes back a step that did not fit. */
static void close_step(struct sim_script *s, size_t from)
{
    if (s->w.failed)
        s->w.pos = from;
}

void sim_script_message(struct sim_script *s, base_time now, const struct ike_path *path,
                        struct base_span msg)
{
    struct wire_ike_hdr hdr;
    static struct wire_ike_plds plds;
    if (!s || s->w.failed || wire_ike_hdr_parse(msg, &hdr) != WIRE_IKE_OK)
        return;
    struct base_span chain = base_span(msg.ptr + WIRE_IKE_HDR_BYTES, msg.len - WIRE_IKE_HDR_BYTES);
    if (wire_ike_plds_parse(hdr.next, chain, &plds) != WIRE_IKE_OK)
        return;
    size_t from = s->w.pos;
    pass_time(s, now);
    if (wire_ike_plds_find(&plds, WIRE_IKE_P_SK, 0))
        sealed(s, path, &hdr, &plds);
    else
        raw(s, path, &hdr, msg);
    close_step(s, from);
}

void sim_script_event(struct sim_script *s, base_time now, const struct ike_event *ev)
{
    if (!s || s->w.failed || ev->type == IKE_EV_JOB_DONE || ev->type == IKE_EV_TRAFFIC)
        return;
    size_t from = s->w.pos;
    pass_time(s, now);
    base_write_u8(&s->w, IKE_SCRIPT_EVENT);
    base_write_u8(&s->w, (uint8_t)ev->type);
    base_write_u8(&s->w, ev->rekey_ike);
    close_step(s, from);
}

void sim_script_save(const struct sim_script *s, const char *dir, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(s->bytes, 1, s->w.pos, f) != s->w.pos || fclose(f))
        fprintf(stderr, "cannot write %s\n", path);
}
