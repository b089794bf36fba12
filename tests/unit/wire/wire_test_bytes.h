/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What the wire tests share: parsers are run on heap copies of exact size, so that the sanitizers see a read
 * past the end, over every truncation and every single-bit change of a valid input.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base_span.h"

#define BYTES(...) base_span((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

/* A parser under test: whether it accepts the bytes. */
typedef bool accepts_fn(struct base_span bytes);

static inline bool accepts_copy(accepts_fn *accepts, const uint8_t *bytes, size_t len)
{
    /* Read through a volatile, so that no compiler inlines the parser and warns of the length it refuses. */
    accepts_fn *volatile parser = accepts;
    uint8_t *copy = malloc(len);
    if (len)
        memcpy(copy, bytes, len);
    const bool is_accepted = parser(base_span(copy, len));
    free(copy);
    return is_accepted;
}

/* The whole is accepted; no prefix of it is. */
static inline void assert_only_whole_accepted(accepts_fn *accepts, struct base_span whole)
{
    assert_true(accepts_copy(accepts, whole.ptr, whole.len));
    for (size_t len = 0; len < whole.len; len++)
        assert_false(accepts_copy(accepts, whole.ptr, len));
}

/* Runs the parser over each single-bit change; the sanitizers judge. Returns how many were accepted. */
static inline size_t count_accepted_flips(accepts_fn *accepts, struct base_span whole)
{
    size_t accepted = 0;
    uint8_t *copy = malloc(whole.len);
    for (size_t bit = 0; bit < whole.len * 8; bit++) {
        memcpy(copy, whole.ptr, whole.len);
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        accepted += accepts(base_span(copy, whole.len));
    }
    free(copy);
    return accepted;
}
