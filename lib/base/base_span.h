/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Bounds-checked views of bytes: the only pointer arithmetic on bytes that a peer sent.
 *
 * A reader that ran past its end returns zeros and stays failed; a writer that ran past its end writes
 * nothing more and stays failed. So a parser may read a whole structure and ask once, at the end.
 * Multi-byte integers are big-endian, as on the wire.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Borrowed read-only bytes. ptr may be NULL when len is 0. */
struct base_span {
    const uint8_t *ptr;
    size_t len;
};

#define BASE_SPAN_NONE ((struct base_span){NULL, 0})

static inline struct base_span base_span(const void *ptr, size_t len)
{
    return (struct base_span){ptr, len};
}

/* Compares contents. Not for secrets: see base_equal_secret() in base_wipe.h. */
static inline bool base_span_equal(struct base_span a, struct base_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* A cursor over borrowed bytes. */
struct base_reader {
    const uint8_t *pos;
    const uint8_t *end;
    bool failed; /* a read went past the end; all later reads give zeros */
};

static inline struct base_reader base_reader(struct base_span s)
{
    return (struct base_reader){s.ptr, s.len ? s.ptr + s.len : s.ptr, false};
}

static inline size_t base_reader_left(const struct base_reader *r)
{
    return (size_t)(r->end - r->pos);
}

/* Takes the next n bytes, or an empty span and failure. */
static inline struct base_span base_read_span(struct base_reader *r, size_t n)
{
    if (r->failed || base_reader_left(r) < n) {
        r->failed = true;
        return BASE_SPAN_NONE;
    }
    struct base_span s = {r->pos, n};
    if (n)
        r->pos += n;
    return s;
}

/* Takes all that is left. */
static inline struct base_span base_read_rest(struct base_reader *r)
{
    return base_read_span(r, base_reader_left(r));
}

/* Takes the next line, without its end; the last one may have none. */
static inline struct base_span base_read_line(struct base_reader *r)
{
    const size_t left = base_reader_left(r);
    const uint8_t *end = left ? memchr(r->pos, '\n', left) : NULL;
    const struct base_span line = base_read_span(r, end ? (size_t)(end - r->pos) : left);
    if (end)
        base_read_span(r, 1);
    return line;
}

static inline uint8_t base_read_u8(struct base_reader *r)
{
    struct base_span s = base_read_span(r, 1);
    return s.len ? s.ptr[0] : 0;
}

static inline uint16_t base_read_u16(struct base_reader *r)
{
    struct base_span s = base_read_span(r, 2);
    return s.len ? (uint16_t)(s.ptr[0] << 8 | s.ptr[1]) : 0;
}

static inline uint32_t base_read_u32(struct base_reader *r)
{
    uint32_t hi = base_read_u16(r);
    return hi << 16 | base_read_u16(r);
}

static inline uint64_t base_read_u64(struct base_reader *r)
{
    uint64_t hi = base_read_u32(r);
    return hi << 32 | base_read_u32(r);
}

/* A cursor over a caller's buffer. pos is the number of bytes written so far. */
struct base_writer {
    uint8_t *buf;
    size_t cap;
    size_t pos;
    bool failed; /* a write did not fit; nothing more is written */
};

static inline struct base_writer base_writer(void *buf, size_t cap)
{
    return (struct base_writer){buf, cap, 0, false};
}

static inline struct base_span base_writer_span(const struct base_writer *w)
{
    return base_span(w->buf, w->pos);
}

/* Reserves n bytes and returns where to write them, or NULL and failure. */
static inline uint8_t *base_write_room(struct base_writer *w, size_t n)
{
    if (w->failed || w->cap - w->pos < n) {
        w->failed = true;
        return NULL;
    }
    uint8_t *p = w->buf ? w->buf + w->pos : NULL;
    w->pos += n;
    return p;
}

static inline void base_write(struct base_writer *w, const void *src, size_t n)
{
    uint8_t *p = base_write_room(w, n);
    if (p && n)
        memcpy(p, src, n);
}

static inline void base_write_span(struct base_writer *w, struct base_span s)
{
    base_write(w, s.ptr, s.len);
}

static inline void base_write_u8(struct base_writer *w, uint8_t v)
{
    base_write(w, &v, 1);
}

static inline void base_write_u16(struct base_writer *w, uint16_t v)
{
    const uint8_t b[2] = {(uint8_t)(v >> 8), (uint8_t)v};
    base_write(w, b, sizeof b);
}

static inline void base_write_u32(struct base_writer *w, uint32_t v)
{
    base_write_u16(w, (uint16_t)(v >> 16));
    base_write_u16(w, (uint16_t)v);
}

static inline void base_write_u64(struct base_writer *w, uint64_t v)
{
    base_write_u32(w, (uint32_t)(v >> 32));
    base_write_u32(w, (uint32_t)v);
}

/* Whether n bytes at this offset were written before, so that they may be overwritten. */
static inline bool base_patch_fits(const struct base_writer *w, size_t at, size_t n)
{
    return !w->failed && at <= w->pos && w->pos - at >= n;
}

/* Overwrites two bytes written before (a length known only afterwards). Nothing happens beyond pos. */
static inline void base_patch_u16(struct base_writer *w, size_t at, uint16_t v)
{
    if (!base_patch_fits(w, at, 2))
        return;
    w->buf[at] = (uint8_t)(v >> 8);
    w->buf[at + 1] = (uint8_t)v;
}

/* Overwrites four bytes written before, or none. */
static inline void base_patch_u32(struct base_writer *w, size_t at, uint32_t v)
{
    if (!base_patch_fits(w, at, 4))
        return;
    base_patch_u16(w, at, (uint16_t)(v >> 16));
    base_patch_u16(w, at + 2, (uint16_t)v);
}

/* Overwrites one byte written before. */
static inline void base_patch_u8(struct base_writer *w, size_t at, uint8_t v)
{
    if (base_patch_fits(w, at, 1))
        w->buf[at] = v;
}
