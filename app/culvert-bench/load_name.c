/* SPDX-License-Identifier: BSD-3-Clause */
/* Patterns are read here rather than by printf, which would read whatever an operator's text asks it to. */
#include "load_name.h"

#include <stdio.h>
#include <string.h>

#define DIGITS_MAX 10 /* of a number */

/* What stands behind "%" as far as "u"; 0: that is no place for a number. *width: its least digits. */
static size_t place_parse(const char *at, int *width)
{
    const bool is_wide = at[1] == '0' && at[2] >= '1' && at[2] <= '9' && at[3] == 'u';
    *width = is_wide ? at[2] - '0' : 1;
    return is_wide ? 4 : at[1] == 'u' ? 2 : 0;
}

bool load_name_is_pattern(const char *pattern)
{
    const char *at = strchr(pattern, '%');
    int width;
    const size_t place = at ? place_parse(at, &width) : 0;
    return *pattern && (!at || (place && !strchr(at + place, '%'))) &&
           strlen(pattern) + DIGITS_MAX < LOAD_NAME_MAX;
}

const char *load_name_fill(const char *pattern, uint32_t number, char out[LOAD_NAME_MAX])
{
    const char *at = strchr(pattern, '%');
    int width;
    if (!at) {
        snprintf(out, LOAD_NAME_MAX, "%s", pattern);
        return out;
    }
    const size_t place = place_parse(at, &width);
    snprintf(out, LOAD_NAME_MAX, "%.*s%0*u%s", (int)(at - pattern), pattern, width, number, at + place);
    return out;
}

const char *load_name_file(const char *pattern, uint32_t number, char out[LOAD_NAME_MAX])
{
    load_name_fill(pattern, number, out);
    out[strcspn(out, ".@")] = '\0';
    return out;
}
