/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * IKE and ESP in a stream of bytes (RFC 9329): a prefix once, from who opened the stream, then messages, each
 * behind its length. Pure functions over what has come so far. Thread: any.
 */
#include <stddef.h>
#include <stdint.h>
#include "base_span.h"

#define WIRE_STREAM_PREFIX       "IKETCP" /* RFC 9329 4 */
#define WIRE_STREAM_PREFIX_BYTES 6
#define WIRE_STREAM_LEN_BYTES    2
#define WIRE_STREAM_MSG_MAX      (UINT16_MAX - WIRE_STREAM_LEN_BYTES)

enum wire_stream_kind {
    WIRE_STREAM_MORE,         /* not all of it has come yet */
    WIRE_STREAM_PREFIX_WRONG, /* no stream of IKE: close it */
    WIRE_STREAM_BAD,          /* a length of 0 or 1: close it (RFC 9329 3.1) */
    WIRE_STREAM_IGNORE,       /* nothing in it, or a NAT keepalive (RFC 9329 3, 6.6) */
    WIRE_STREAM_SHORT,        /* too short for either of these: */
    WIRE_STREAM_IKE,          /* message without its non-ESP marker */
    WIRE_STREAM_ESP,          /* packet from its SPI on */
};

/* Takes the prefix from the front of *in. IGNORE: done; MORE and PREFIX_WRONG leave *in as it is. */
enum wire_stream_kind wire_stream_take_prefix(struct base_span *in);

/*
 * Takes the next message from the front of *in; *msg borrows from it. MORE leaves *in as it is, and *msg says
 * how many bytes the message will have (0: not even its length has come); BAD leaves it, too.
 */
enum wire_stream_kind wire_stream_take(struct base_span *in, struct base_span *msg);

/* Bytes that go before a message: its length, and of IKE the non-ESP marker. */
#define WIRE_STREAM_HEAD_MAX 6

/* Writes them; returns how many. len: of the message without them, so that all is WIRE_STREAM_MSG_MAX at
 * most. */
size_t wire_stream_head(uint8_t head[WIRE_STREAM_HEAD_MAX], enum wire_stream_kind kind, size_t len);
