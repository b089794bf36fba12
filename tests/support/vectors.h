/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Known answers from public collections that are not in this tree: read where CULVERT_VECTORS points, and
 * the test is skipped, aloud, where nothing is there.
 */
#include <stddef.h>
#include <stdint.h>

/* The path of a file in the collection, in static storage; does not return (cmocka skip()) when missing. */
const char *vectors_path_or_skip(const char *relative);

/* Decodes hexadecimal; anything else, or more than cap bytes, fails the test. Returns the length. */
size_t vectors_hex(const char *hex, uint8_t *out, size_t cap);
