/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Feeds pieces of many datagrams to the table in which they are put together. An input is a list of records
 * of nine bytes, a piece each. A datagram that comes out must end where one of its pieces said so, have a
 * piece for each of its bytes, and every byte must be as a piece of that very datagram had it; no piece may
 * be lost twice, or be lost and arrive.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base_span.h"
#include "dp_pieces.h"

#define HZ           UINT64_C(1000)
#define RECORD_BYTES 9
#define KEYS         512 /* twice as many datagrams as a table holds */
#define SOURCES      4
#define BYTES        (DP_PIECES_DATA_MAX + 9000 + 8)
#define HEAD         0x77

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was given of each datagram in this run. */
static struct given {
    uint8_t is_there[BYTES / 8 / 8 + 1]; /* a bit for each 8 bytes */
    uint8_t is_end[BYTES / 8 + 1];
    bool is_used;
} given[KEYS];

static void require(bool ok)
{
    if (!ok)
        abort();
}

static uint8_t byte_of(uint32_t key, uint32_t at, bool other)
{
    return (uint8_t)((at * 31 >> 3 ^ key * 13) ^ (other ? 0xff : 0));
}

static void bit_set(uint8_t *bits, uint32_t i)
{
    bits[i / 8] |= (uint8_t)(1 << i % 8);
}

static bool bit_is_set(const uint8_t *bits, uint32_t i)
{
    return bits[i / 8] >> i % 8 & 1;
}

static void whole_check(const struct dp_whole *whole, uint32_t key)
{
    const uint8_t *p = whole->head + whole->head_len;
    require(whole->len <= DP_PIECES_DATA_MAX && bit_is_set(given[key].is_end, whole->len));
    for (uint32_t i = 0; i < whole->head_len; i++)
        require(whole->head[i] == HEAD);
    for (uint32_t i = 0; i < whole->len; i++)
        require(bit_is_set(given[key].is_there, i / 8) &&
                (p[i] == byte_of(key, i, false) || p[i] == byte_of(key, i, true)));
}

/* The piece of a record. Its data is the caller's to free. */
static struct dp_piece piece_read(struct base_reader *r, uint64_t *now)
{
    static uint8_t head[DP_PIECES_HEAD_MAX];
    const uint8_t id = base_read_u8(r), flags = base_read_u8(r);
    const uint32_t key = (flags & 1) * 256u + id;
    const uint32_t at = base_read_u16(r) / 8 * 8, len = base_read_u16(r) % 9000 + 1;
    struct dp_piece p = {
        .key = {{key}},
        .source = key % SOURCES,
        .head = head,
        .head_len = 1 + base_read_u8(r) % DP_PIECES_HEAD_MAX,
        .at = at,
        .len = flags & 2 ? len : (len + 7) / 8 * 8,
        .has_more = !(flags & 2),
        .is_marked = flags & 4,
    };
    uint8_t *bytes = malloc(p.len); /* of exact size, so that a read past the end is seen */
    require(bytes);
    memset(head, HEAD, sizeof head);
    for (uint32_t i = 0; i < p.len; i++)
        bytes[i] = byte_of(key, at + i, flags & 8);
    p.data = bytes;
    *now += base_read_u16(r);
    return p;
}

static void given_note(const struct dp_piece *p)
{
    struct given *g = &given[p->key.words[0]];
    g->is_used = true;
    for (uint32_t i = p->at / 8; i <= (p->at + p->len - 1) / 8; i++)
        bit_set(g->is_there, i);
    if (!p->has_more)
        bit_set(g->is_end, p->at + p->len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct base_reader r = base_reader(base_span(data, size));
    struct dp_pieces *t = dp_pieces_create(HZ, 1);
    uint64_t now = HZ, put = 0, gone = 0;
    require(t);
    while (base_reader_left(&r) >= RECORD_BYTES) {
        const struct dp_piece p = piece_read(&r, &now);
        struct dp_whole whole;
        given_note(&p);
        put++;
        if (dp_pieces_put(t, &p, now, &whole)) {
            whole_check(&whole, (uint32_t)p.key.words[0]);
            gone++;
        }
        free((void *)(uintptr_t)p.data);
        const struct dp_pieces_lost l = dp_pieces_lost_take(t);
        gone += l.refused + l.capped;
        require(gone <= put);
    }
    dp_pieces_free(t);
    for (size_t i = 0; i < KEYS; i++)
        if (given[i].is_used)
            given[i] = (struct given){0};
    return 0;
}
