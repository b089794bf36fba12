/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of DSCPs, as IANA's registry has them, in lower case. Knows nothing of what a packet carries. */
#include "base_dscp.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* RFC 2474, 2597, 3246, 5865, 8622. Of several names of a number the first one is written. */
static const struct dscp_name {
    char name[BASE_DSCP_NAME_MAX];
    uint8_t dscp;
} names[] = {
    {"be", 0},    {"default", 0}, {"le", 1},    {"ef", 46},   {"va", 44},   {"cs0", 0},   {"cs1", 8},
    {"cs2", 16},  {"cs3", 24},    {"cs4", 32},  {"cs5", 40},  {"cs6", 48},  {"cs7", 56},  {"af11", 10},
    {"af12", 12}, {"af13", 14},   {"af21", 18}, {"af22", 20}, {"af23", 22}, {"af31", 26}, {"af32", 28},
    {"af33", 30}, {"af41", 34},   {"af42", 36}, {"af43", 38},
};

#define NAMES (sizeof names / sizeof *names)

int base_dscp_find(const char *name)
{
    for (size_t i = 0; i < NAMES; i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].dscp;
    return -1;
}

const char *base_dscp_name(unsigned dscp, char out[BASE_DSCP_NAME_MAX])
{
    size_t i = 0;
    while (i < NAMES && names[i].dscp != dscp)
        i++;
    if (i < NAMES)
        memcpy(out, names[i].name, BASE_DSCP_NAME_MAX);
    else
        snprintf(out, BASE_DSCP_NAME_MAX, "%u", dscp % BASE_DSCPS);
    return out;
}

void base_dscp_text(struct base_text *t, uint64_t set)
{
    char name[BASE_DSCP_NAME_MAX];
    const char *comma = "";
    for (unsigned i = 0; i < BASE_DSCPS; i++) {
        if (!(set >> i & 1))
            continue;
        base_text_add(t, "%s%s", comma, base_dscp_name(i, name));
        comma = ", ";
    }
}
