/* SPDX-License-Identifier: BSD-3-Clause */
/* Finding and decoding known answers. */
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

const char *vectors_path_or_skip(const char *relative)
{
    static char path[4096];
    const char *folder = getenv("CULVERT_VECTORS");
    if (folder)
        snprintf(path, sizeof path, "%s/%s", folder, relative);
    if (!folder || access(path, R_OK) != 0) {
        printf("SKIPPED: no vectors %s (CULVERT_VECTORS is %s)\n", relative, folder ? folder : "not set");
        skip();
    }
    return path;
}

size_t vectors_hex(const char *hex, uint8_t *out, size_t cap)
{
    size_t n = 0;
    for (; hex[0] && hex[1]; hex += 2) {
        char *end;
        const char pair[3] = {hex[0], hex[1], '\0'};
        if (n == cap)
            fail_msg("vector longer than %zu bytes", cap);
        out[n++] = (uint8_t)strtoul(pair, &end, 16);
        if (*end)
            fail_msg("not hexadecimal: %s", pair);
    }
    assert_int_equal(hex[0], '\0');
    return n;
}
