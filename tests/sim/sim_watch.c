/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One row per (SPI of the initiator, SPI of the responder) that a host has spoken under. Only the clear
 * header is read; unprotected messages outside of IKE_SA_INIT (stateless error replies) are not followed.
 */
#include "sim_watch.h"
#include <stdlib.h>
#include "base_span.h"
#include "ike_dgrams.h"
#include "sim_world.h"
#include "wire_ike.h"

/* A message as it went out: its parts by number, part 0 for one that is whole. */
struct sim_watch_cut {
    uint16_t total;
    uint64_t hash[IKE_DGRAMS_MAX + 1];
};

struct sim_watch_row {
    struct sim_watch_row *next;
    uint64_t spi_i, spi_r;
    bool has_request, has_response, is_answered;
    uint32_t request_id, response_id;
    struct sim_watch_cut request, response;
    uint64_t request_hash; /* IKE_SA_INIT */
    uint64_t parts_in;     /* bits: fragments of the answer that came */
    bool showed_cookie;
    uint64_t init_bytes_in, init_bytes_out;
};

struct head {
    uint64_t spi_i, spi_r;
    uint8_t next, exchange, flags;
    uint32_t msgid;
    uint16_t number, total; /* of a fragment */
    bool has_all;           /* fields, whatever they say */
    bool ok;
};

uint64_t sim_hash(uint64_t hash, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;
    if (!hash)
        hash = 0xcbf29ce484222325ull;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ p[i]) * 0x100000001b3ull;
    return hash;
}

static struct head read_head(struct base_span msg)
{
    struct base_reader r = base_reader(msg);
    struct head h;
    h.spi_i = base_read_u64(&r);
    h.spi_r = base_read_u64(&r);
    h.next = base_read_u8(&r);
    base_read_u8(&r);
    h.exchange = base_read_u8(&r);
    h.flags = base_read_u8(&r);
    h.msgid = base_read_u32(&r);
    h.ok = base_read_u32(&r) == msg.len && !r.failed;
    h.has_all = !r.failed;
    base_read_u32(&r);
    h.number = h.next == WIRE_IKE_P_SKF ? base_read_u16(&r) : 0;
    h.total = h.next == WIRE_IKE_P_SKF ? base_read_u16(&r) : 0;
    return h;
}

static struct sim_watch_row *row_for(struct sim_watch *watch, uint64_t spi_i, uint64_t spi_r)
{
    struct sim_watch_row **at = &watch->rows[(spi_i ^ spi_r) % SIM_WATCH_BUCKETS];
    for (struct sim_watch_row *row = *at; row; row = row->next)
        if (row->spi_i == spi_i && row->spi_r == spi_r)
            return row;
    struct sim_watch_row *row = calloc(1, sizeof *row);
    if (!row)
        abort();
    row->spi_i = spi_i;
    row->spi_r = spi_r;
    row->next = *at;
    return *at = row;
}

static const struct sim_watch_row *find_row(const struct sim_watch *watch, uint64_t spi_i, uint64_t spi_r)
{
    const struct sim_watch_row *row = watch->rows[(spi_i ^ spi_r) % SIM_WATCH_BUCKETS];
    while (row && (row->spi_i != spi_i || row->spi_r != spi_r))
        row = row->next;
    return row;
}

static bool is_protected(const struct head *m)
{
    return m->next == WIRE_IKE_P_SK || m->next == WIRE_IKE_P_SKF;
}

static bool begins_with_cookie(const struct head *m, struct base_span msg)
{
    struct base_reader r = base_reader(msg);
    base_read_span(&r, WIRE_IKE_HDR_BYTES + 6);
    return m->next == WIRE_IKE_P_NOTIFY && base_read_u16(&r) == WIRE_IKE_N_COOKIE;
}

void sim_watch_in(struct sim_host *h, struct base_span msg)
{
    struct head m = read_head(msg);
    if (!m.has_all)
        return;
    bool is_response = m.flags & WIRE_IKE_F_RESPONSE;
    struct sim_watch_row *row = row_for(&h->watch, m.spi_i, m.exchange == WIRE_IKE_SA_INIT ? 0 : m.spi_r);
    if (m.exchange == WIRE_IKE_SA_INIT && !is_response) {
        row->init_bytes_in += msg.len;
        row->showed_cookie |= begins_with_cookie(&m, msg);
    }
    if (!m.ok || !is_response || !(m.exchange == WIRE_IKE_SA_INIT || is_protected(&m)) || !row->has_request ||
        m.msgid != row->request_id)
        return;
    if (m.number)
        row->parts_in |= 1ull << (m.number - 1) % 64;
    row->is_answered |= !m.number || __builtin_popcountll(row->parts_in) >= m.total;
}

/* False: this part went out before, and with other bytes. A message may be cut anew into more parts. */
static bool is_same_part(struct sim_watch_cut *cut, const struct head *m, uint64_t hash, bool is_new)
{
    if (m->number > IKE_DGRAMS_MAX)
        return false;
    if (is_new || m->total > cut->total)
        *cut = (struct sim_watch_cut){.total = m->total};
    uint64_t *before = &cut->hash[m->number];
    const bool is_same = m->total == cut->total && (!*before || *before == hash);
    *before = hash;
    return is_same;
}

static void init_out(struct sim_host *h, const struct head *m, struct base_span msg)
{
    struct sim_watch_row *row = row_for(&h->watch, m->spi_i, 0);
    uint64_t hash = sim_hash(0, msg.ptr, msg.len);
    if (m->msgid)
        sim_fail(h->world, "%s: IKE_SA_INIT with message id %u", h->name, m->msgid);
    if (m->flags & WIRE_IKE_F_RESPONSE) {
        row->init_bytes_out += msg.len;
        if (!row->showed_cookie && row->init_bytes_out > row->init_bytes_in)
            sim_fail(h->world, "%s: IKE_SA_INIT answered with %lu bytes, %lu came", h->name,
                     (unsigned long)row->init_bytes_out, (unsigned long)row->init_bytes_in);
        return;
    }
    /* The first request changes only because an answer told to (cookie, another group). */
    if (row->has_request && row->request_hash != hash && !row->is_answered)
        sim_fail(h->world, "%s: IKE_SA_INIT request changed without an answer", h->name);
    row->is_answered = row->is_answered && row->request_hash == hash;
    row->has_request = true;
    row->request_hash = hash;
}

static void request_out(struct sim_host *h, struct sim_watch_row *row, const struct head *m, uint64_t hash)
{
    if (row->has_request && m->msgid == row->request_id) {
        /* A probe of the path goes again without what filled it. */
        const bool may_differ = h->port_mtu && m->exchange == WIRE_IKE_INFORMATIONAL;
        if (!may_differ && !is_same_part(&row->request, m, hash, false))
            sim_fail(h->world, "%s: request %u retransmitted with other bytes", h->name, m->msgid);
        return;
    }
    uint32_t want = row->request_id + 1;
    if (row->has_request ? m->msgid != want : m->msgid > 1)
        sim_fail(h->world, "%s: request id %u after %d", h->name, m->msgid,
                 row->has_request ? (int)row->request_id : -1);
    if (row->has_request && !row->is_answered)
        sim_fail(h->world, "%s: request %u sent before %u was answered", h->name, m->msgid, row->request_id);
    row->has_request = true;
    row->is_answered = false;
    row->request_id = m->msgid;
    row->parts_in = 0;
    is_same_part(&row->request, m, hash, true);
}

static void response_out(struct sim_host *h, struct sim_watch_row *row, const struct head *m, uint64_t hash)
{
    const bool is_new = !row->has_response || m->msgid != row->response_id;
    if (!is_same_part(&row->response, m, hash, is_new))
        sim_fail(h->world, "%s: response %u repeated with other bytes", h->name, m->msgid);
    bool follows = m->msgid == row->response_id || m->msgid == row->response_id + 1;
    if (row->has_response ? !follows : m->msgid > 1)
        sim_fail(h->world, "%s: response id %u after %d", h->name, m->msgid,
                 row->has_response ? (int)row->response_id : -1);
    row->has_response = true;
    row->response_id = m->msgid;
}

void sim_watch_out(struct sim_host *h, struct base_span msg)
{
    struct head m = read_head(msg);
    if (!m.ok) {
        sim_fail(h->world, "%s: sends a message with a wrong length field", h->name);
        return;
    }
    if (m.exchange == WIRE_IKE_SA_INIT) {
        init_out(h, &m, msg);
        return;
    }
    if (!is_protected(&m))
        return;
    struct sim_watch_row *row = row_for(&h->watch, m.spi_i, m.spi_r);
    uint64_t hash = sim_hash(0, msg.ptr, msg.len);
    if (m.flags & WIRE_IKE_F_RESPONSE)
        response_out(h, row, &m, hash);
    else
        request_out(h, row, &m, hash);
}

bool sim_watch_is_done(const struct sim_host *h, struct base_span msg)
{
    struct head m = read_head(msg);
    if (!m.ok || m.exchange == WIRE_IKE_SA_INIT || !is_protected(&m))
        return true;
    const struct sim_watch_row *row = find_row(&h->watch, m.spi_i, m.spi_r);
    /* A fragment of an answer may still wait for others, whatever has come. */
    if (m.flags & WIRE_IKE_F_RESPONSE)
        return row && row->has_request && (row->request_id > m.msgid || (row->is_answered && !m.number));
    return row && row->has_response && row->response_id >= m.msgid;
}

void sim_watch_free(struct sim_watch *watch)
{
    for (size_t i = 0; i < SIM_WATCH_BUCKETS; i++) {
        struct sim_watch_row *row = watch->rows[i];
        while (row) {
            struct sim_watch_row *next = row->next;
            free(row);
            row = next;
        }
        watch->rows[i] = NULL;
    }
}
