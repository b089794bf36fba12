/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * A table of datagrams that are being put together, of IPv4 and IPv6 alike: bytes and places, no headers.
 * What it may hold is fixed when it is made, so pieces that never become whole take no more than that, from
 * nobody more than a share, and not for long (dp_pieces.c has the caps). Thread: the owner's.
 */
#include <stdbool.h>
#include <stdint.h>

#define DP_PIECES_HEAD_MAX 96    /* bytes of headers before a datagram */
#define DP_PIECES_DATA_MAX 65535 /* of the rest */

struct dp_pieces;

/* What pieces of one datagram have alike; all of it is compared. */
struct dp_pieces_key {
    uint64_t words[5];
};

struct dp_piece {
    struct dp_pieces_key key;
    uint64_t source;     /* whose share it is on: the same number for all datagrams of one source */
    const uint8_t *head; /* of the piece at 0: the headers that the whole will have */
    uint32_t head_len;   /* at most DP_PIECES_HEAD_MAX */
    const uint8_t *data;
    uint32_t at;  /* its place behind the headers */
    uint32_t len; /* at least 1; a multiple of 8 when more follow */
    bool has_more;
    bool is_marked; /* congestion experienced: then the whole is (RFC 3168 5.3) */
};

/* A datagram in one piece; valid until the table is used again. */
struct dp_whole {
    uint8_t *head; /* headers, and behind them at once the data */
    uint32_t head_len, len;
    bool is_marked;
};

/* Pieces that came to nothing. */
struct dp_pieces_lost {
    uint64_t refused; /* they contradict others of their datagram, or are copies */
    uint64_t capped;  /* their others did not come in time, or had to make room */
};

/* seed: random, decides on places in the table. Owned by the caller. NULL: no memory. Thread: control. */
struct dp_pieces *dp_pieces_create(uint64_t tsc_hz, uint64_t seed);
void dp_pieces_free(struct dp_pieces *t); /* NULL is fine. Thread: control. */

/*
 * Takes a copy of a piece. True: it was the last missing one, the datagram is in *out and forgotten here.
 * Pieces that overlap others spoil their datagram, with all that come later (RFC 5722 4); copies of a piece
 * do not.
 */
bool dp_pieces_put(struct dp_pieces *t, const struct dp_piece *piece, uint64_t now_tsc, struct dp_whole *out);

/* What was lost since the last call. */
struct dp_pieces_lost dp_pieces_lost_take(struct dp_pieces *t);
