/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Each datagram has room for the largest there is, and a bit for each 8 bytes that are there: pieces are
 * copied to their place as they come, so it makes no difference how many they are, how large or in which
 * order.
 *
 * Caps, per table: DATAGRAMS_MAX are held, which is 17 MB when all of it was touched; SHARE_MAX of them from
 * one source, which beyond loses its own that waited longest for a piece. When none is free, the one that
 * waited longest goes, of sources first that no datagram was put together of for PROVED_S: a source of many
 * cannot displace others, and pieces under invented addresses, which never become whole, displace each other.
 * A datagram has PIECES_MAX pieces, and WAIT_S from the first to the last: less than RFC 8200 4.5 and RFC
 * 791 3.2 would wait (60 and 15 s), but 64 KB over 128 kbit/s.
 */
#include "dp_pieces.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#define DATAGRAMS_MAX 256
#define SHARE_MAX     64
#define PIECES_MAX    256 /* 64 KB in as many come by a path of 296 bytes */
#define WAIT_S        5
#define PROVED_S      60
#define SOURCES       1024 /* that are counted apart */
#define UNIT          8    /* bytes: pieces begin and, but for the last, end at multiples */
#define UNITS         ((DP_PIECES_DATA_MAX + UNIT - 1) / UNIT)
#define ROOM          (DP_PIECES_HEAD_MAX + UNITS * UNIT)

struct datagram {
    TAILQ_ENTRY(datagram) age; /* by its newest piece */
    LIST_ENTRY(datagram) bucket;
    struct dp_pieces_key key;
    uint64_t born_tsc, last_tsc;
    uint32_t total; /* bytes; 0: the last piece is missing */
    uint32_t end;   /* of what is there */
    uint32_t got;
    uint16_t head_len; /* 0: the first piece is missing */
    uint16_t pieces;
    uint16_t source;
    bool is_proved; /* of a source that was when it began: which list of held it is on */
    bool is_marked;
    bool is_spoilt; /* it stays, so that what comes late does not begin another */
    uint8_t *room;
    uint64_t there[UNITS / 64];
};
_Static_assert(UNITS % 64 == 0, "whole words");

TAILQ_HEAD(ages, datagram);
LIST_HEAD(bucket, datagram);

struct dp_pieces {
    uint64_t wait_tsc, proved_tsc, seed;
    uint8_t *rooms;
    struct ages held[2], idle; /* held: of others, of proved sources */
    struct bucket buckets[DATAGRAMS_MAX];
    uint16_t held_of[SOURCES];
    uint64_t whole_tsc[SOURCES]; /* when the last datagram was put together; 0: none was */
    struct dp_pieces_lost lost;
    struct datagram list[DATAGRAMS_MAX];
};

struct dp_pieces *dp_pieces_create(uint64_t tsc_hz, uint64_t seed)
{
    struct dp_pieces *t = calloc(1, sizeof *t);
    /* Page by page when touched: a worker would stand still while the kernel finds and clears a huge one. */
    uint8_t *rooms = calloc(DATAGRAMS_MAX, ROOM);
    if (!t || !rooms) {
        free(t);
        free(rooms);
        return NULL;
    }
    t->wait_tsc = WAIT_S * tsc_hz;
    t->proved_tsc = PROVED_S * tsc_hz;
    t->seed = seed;
    t->rooms = rooms;
    TAILQ_INIT(&t->held[0]);
    TAILQ_INIT(&t->held[1]);
    TAILQ_INIT(&t->idle);
    for (size_t i = 0; i < DATAGRAMS_MAX; i++) {
        t->list[i].room = rooms + i * ROOM;
        TAILQ_INSERT_TAIL(&t->idle, &t->list[i], age);
    }
    return t;
}

void dp_pieces_free(struct dp_pieces *t)
{
    if (!t)
        return;
    free(t->rooms);
    free(t);
}

struct dp_pieces_lost dp_pieces_lost_take(struct dp_pieces *t)
{
    const struct dp_pieces_lost lost = t->lost;
    t->lost = (struct dp_pieces_lost){0};
    return lost;
}

/* No cryptography: a stranger who does not know the seed cannot tell what meets whom. */
static uint64_t number_mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9e3779b97f4a7c15u;
    return h ^ h >> 29;
}

static struct bucket *bucket_of(struct dp_pieces *t, const struct dp_pieces_key *key)
{
    uint64_t h = t->seed;
    for (size_t i = 0; i < sizeof key->words / sizeof *key->words; i++)
        h = number_mix(h, key->words[i]);
    return &t->buckets[(h >> 32) % DATAGRAMS_MAX];
}

static void datagram_forget(struct dp_pieces *t, struct datagram *d)
{
    t->held_of[d->source]--;
    LIST_REMOVE(d, bucket);
    TAILQ_REMOVE(&t->held[d->is_proved], d, age);
    TAILQ_INSERT_HEAD(&t->idle, d, age);
}

static void datagram_lose(struct dp_pieces *t, struct datagram *d)
{
    t->lost.capped += d->pieces;
    datagram_forget(t, d);
}

static struct datagram *datagram_find(struct dp_pieces *t, const struct dp_piece *p, uint64_t now_tsc)
{
    struct datagram *d;
    for (int i = 0; i < 2; i++)
        while ((d = TAILQ_FIRST(&t->held[i])) && now_tsc - d->last_tsc > t->wait_tsc)
            datagram_lose(t, d);
    LIST_FOREACH (d, bucket_of(t, &p->key), bucket)
        if (memcmp(&d->key, &p->key, sizeof d->key) == 0)
            break;
    if (!d || now_tsc - d->born_tsc <= t->wait_tsc)
        return d;
    datagram_lose(t, d);
    return NULL;
}

/* A place for one more of this source. */
static struct datagram *datagram_room(struct dp_pieces *t, uint16_t source)
{
    struct datagram *d = NULL;
    if (t->held_of[source] < SHARE_MAX) {
        if (!TAILQ_EMPTY(&t->idle))
            return TAILQ_FIRST(&t->idle);
        d = TAILQ_FIRST(&t->held[TAILQ_EMPTY(&t->held[0])]);
    }
    for (int i = 0; !d; i++)
        for (d = TAILQ_FIRST(&t->held[i]); d && d->source != source;)
            d = TAILQ_NEXT(d, age);
    datagram_lose(t, d);
    return d;
}

static struct datagram *datagram_begin(struct dp_pieces *t, const struct dp_piece *p, uint64_t now_tsc)
{
    const uint16_t source = (uint16_t)(number_mix(t->seed, p->source) >> 32) % SOURCES;
    struct datagram *d = datagram_room(t, source);
    TAILQ_REMOVE(&t->idle, d, age);
    memset(d->there, 0, sizeof d->there);
    d->key = p->key;
    d->born_tsc = now_tsc;
    d->source = source;
    d->is_proved = t->whole_tsc[source] && now_tsc - t->whole_tsc[source] <= t->proved_tsc;
    d->total = d->end = d->got = d->pieces = d->head_len = 0;
    d->is_marked = d->is_spoilt = false;
    t->held_of[source]++;
    LIST_INSERT_HEAD(bucket_of(t, &p->key), d, bucket);
    TAILQ_INSERT_TAIL(&t->held[d->is_proved], d, age);
    return d;
}

/* How many of the n units from `at` on are there; they are afterwards. */
static uint32_t units_mark(struct datagram *d, uint32_t at, uint32_t n)
{
    uint32_t known = 0;
    while (n) {
        const uint32_t from = at % 64, here = n < 64 - from ? n : 64 - from;
        const uint64_t mask = UINT64_MAX >> (64 - here) << from;
        known += (uint32_t)__builtin_popcountll(d->there[at / 64] & mask);
        d->there[at / 64] |= mask;
        at += here;
        n -= here;
    }
    return known;
}

/* Whether its place is one that a piece of this datagram can have. */
static bool piece_fits(const struct datagram *d, const struct dp_piece *p)
{
    const uint32_t end = p->at + p->len;
    if (end > DP_PIECES_DATA_MAX || d->pieces == PIECES_MAX)
        return false;
    if (p->has_more)
        return !d->total || end < d->total;
    return d->total ? end == d->total : end >= d->end;
}

static void piece_copy(struct datagram *d, const struct dp_piece *p)
{
    memcpy(d->room + DP_PIECES_HEAD_MAX + p->at, p->data, p->len);
    if (p->at == 0) {
        memcpy(d->room + DP_PIECES_HEAD_MAX - p->head_len, p->head, p->head_len);
        d->head_len = (uint16_t)p->head_len;
    }
    if (!p->has_more)
        d->total = p->at + p->len;
    if (p->at + p->len > d->end)
        d->end = p->at + p->len;
    d->got += p->len;
    d->pieces++;
    d->is_marked |= p->is_marked;
}

/* Adds a piece; what contradicts others spoils the datagram. */
static void piece_add(struct dp_pieces *t, struct datagram *d, const struct dp_piece *p)
{
    const uint32_t units = (p->len + UNIT - 1) / UNIT;
    const bool fits = !d->is_spoilt && piece_fits(d, p);
    const uint32_t known = fits ? units_mark(d, p->at / UNIT, units) : 0;
    if (fits && known == 0) {
        piece_copy(d, p);
        return;
    }
    t->lost.refused++;
    if (fits && known == units && memcmp(d->room + DP_PIECES_HEAD_MAX + p->at, p->data, p->len) == 0)
        return;
    t->lost.refused += d->pieces;
    d->pieces = 0;
    d->is_spoilt = true;
}

bool dp_pieces_put(struct dp_pieces *t, const struct dp_piece *piece, uint64_t now_tsc, struct dp_whole *out)
{
    struct datagram *d = datagram_find(t, piece, now_tsc);
    if (!d)
        d = datagram_begin(t, piece, now_tsc);
    piece_add(t, d, piece);
    d->last_tsc = now_tsc;
    TAILQ_REMOVE(&t->held[d->is_proved], d, age);
    TAILQ_INSERT_TAIL(&t->held[d->is_proved], d, age);
    if (d->is_spoilt || !d->head_len || !d->total || d->got < d->total)
        return false;
    *out = (struct dp_whole){
        .head = d->room + DP_PIECES_HEAD_MAX - d->head_len,
        .head_len = d->head_len,
        .len = d->total,
        .is_marked = d->is_marked,
    };
    t->whole_tsc[d->source] = now_tsc;
    datagram_forget(t, d);
    return true;
}
