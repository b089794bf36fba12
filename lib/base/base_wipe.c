/* SPDX-License-Identifier: BSD-3-Clause */
/* Erasing and comparing secrets. */
#include "base_wipe.h"

#include <stdint.h>
#include <string.h>

void base_wipe(void *p, size_t n)
{
    if (n)
        explicit_bzero(p, n);
}

bool base_equal_secret(const void *a, const void *b, size_t n)
{
    const volatile uint8_t *x = a, *y = b;
    uint8_t diff = 0;
    for (size_t i = 0; i < n; i++)
        diff |= (uint8_t)(x[i] ^ y[i]);
    return diff == 0;
}
