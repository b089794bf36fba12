/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Names by pattern: one text for thousands of callers, each with its number in the place of "%u". */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOAD_NAME_MAX 200 /* with NUL */

/*
 * Whether a pattern is one: no "%", or "%u" or "%05u" (up to nine digits) once, and short enough that every
 * number fits LOAD_NAME_MAX.
 */
bool load_name_is_pattern(const char *pattern);

/* Fills the pattern, which is one. Without "%" all numbers have the same name. Returns out. */
const char *load_name_fill(const char *pattern, uint32_t number, char out[LOAD_NAME_MAX]);

/* What a name's files are called by: the name up to its first "." or "@". Returns out. */
const char *load_name_file(const char *pattern, uint32_t number, char out[LOAD_NAME_MAX]);
