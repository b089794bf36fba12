/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Secrets: erased so that the compiler cannot drop it, compared in time that does not depend on content. */
#include <stdbool.h>
#include <stddef.h>

/* Writes zeros over n bytes. p may be NULL when n is 0. */
void base_wipe(void *p, size_t n);

/* Compares n bytes in constant time. */
bool base_equal_secret(const void *a, const void *b, size_t n);
