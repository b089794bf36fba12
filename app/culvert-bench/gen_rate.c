/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads rates with their units.
 */
#include "gen_rate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct rate_unit {
    const char *word;
    double factor;
    bool is_bits;
} units[] = {
    {"", 1, false},       {"pps", 1, false},   {"k", 1e3, false},   {"kpps", 1e3, false}, {"M", 1e6, false},
    {"Mpps", 1e6, false}, {"kbit", 1e3, true}, {"Mbit", 1e6, true}, {"Gbit", 1e9, true},
};

/* One rate of `len` characters. */
static bool rate_read(const char *text, size_t len, struct gen_rate *r)
{
    char *end;
    if (!len || len >= sizeof(r->text))
        return false;
    *r = (struct gen_rate){0};
    memcpy(r->text, text, len);
    if (!strcmp(r->text, "max"))
        return true;
    double value = strtod(r->text, &end);
    if (end == r->text || !isfinite(value) || value <= 0)
        return false;
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
        if (strcmp(end, units[i].word))
            continue;
        r->value = value * units[i].factor;
        r->is_bits = units[i].is_bits;
        return r->value <= 1e12;
    }
    return false;
}

uint32_t gen_rate_parse(const char *text, struct gen_rate *out)
{
    uint32_t n = 0;
    for (;;) {
        size_t len = strcspn(text, ",");
        if (n == GEN_RATES || !rate_read(text, len, &out[n]))
            return 0;
        n++;
        if (!text[len])
            return n;
        text += len + 1;
    }
}

double gen_rate_pps(const struct gen_rate *r, double frame_bytes)
{
    return r->is_bits ? r->value / (8 * frame_bytes) : r->value;
}
