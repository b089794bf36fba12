/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A stream of RFC 9329 as a peer may send it. However it is cut into pieces, what is taken out of it is the
 * same; the first byte says how it is cut.
 */
#include <stdlib.h>
#include <string.h>
#include "wire_stream.h"

/* What came out, as one number. */
struct seen {
    uint64_t mix;
    size_t messages;
    enum wire_stream_kind last;
};

static void note(struct seen *s, enum wire_stream_kind kind, struct base_span msg)
{
    s->mix = s->mix * 31 + (unsigned)kind;
    for (size_t i = 0; i < msg.len; i++)
        s->mix = s->mix * 31 + msg.ptr[i];
    s->messages++;
    s->last = kind;
}

static bool is_end(enum wire_stream_kind kind)
{
    return kind == WIRE_STREAM_MORE || kind == WIRE_STREAM_BAD || kind == WIRE_STREAM_PREFIX_WRONG;
}

/* All that is in the buffer; returns what is left of it. */
static struct base_span take_all(struct seen *s, bool *has_prefix, struct base_span in)
{
    enum wire_stream_kind kind;
    do {
        struct base_span msg = BASE_SPAN_NONE;
        kind = *has_prefix ? wire_stream_take(&in, &msg) : wire_stream_take_prefix(&in);
        if (!is_end(kind)) {
            *has_prefix = true;
            note(s, kind, msg);
        }
    } while (!is_end(kind));
    s->last = kind;
    return in;
}

static struct seen run(const uint8_t *data, size_t size, size_t step)
{
    struct seen s = {0};
    uint8_t *have = malloc(size + 1);
    size_t n = 0;
    bool has_prefix = false;
    for (size_t at = 0; at < size && s.last != WIRE_STREAM_BAD && s.last != WIRE_STREAM_PREFIX_WRONG;) {
        const size_t part = size - at < step ? size - at : step;
        memcpy(have + n, data + at, part);
        at += part;
        n += part;
        const struct base_span left = take_all(&s, &has_prefix, base_span(have, n));
        memmove(have, left.ptr, left.len);
        n = left.len;
    }
    free(have);
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    const struct seen whole = run(data + 1, size - 1, size), cut = run(data + 1, size - 1, data[0] % 7u + 1);
    if (whole.mix != cut.mix || whole.messages != cut.messages || whole.last != cut.last)
        abort();
    return 0;
}
