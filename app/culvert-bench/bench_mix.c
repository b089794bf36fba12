/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sizes and the IMIX of 7:4:1. The sequence interleaves sizes, as a wire does, so that no burst holds only
 * one of them; its period is 12 packets.
 */
#include "bench_mix.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

static const uint16_t imix[12] = {64, 570, 64, 64, 570, 64, 1420, 64, 570, 64, 570, 64};

uint32_t bench_mix_frame(uint32_t size, uint32_t i)
{
    return size == BENCH_IMIX ? imix[i % 12] : size;
}

uint32_t bench_mix_sealed(uint32_t frame_bytes)
{
    return (frame_bytes - 14 + 2 + 3) & ~3u;
}

double bench_mix_frame_mean(uint32_t size)
{
    double sum = 0;
    for (uint32_t i = 0; i < 12; i++)
        sum += bench_mix_frame(size, i);
    return sum / 12;
}

const char *bench_mix_name(uint32_t size, char *buf)
{
    if (size == BENCH_IMIX)
        snprintf(buf, 12, "IMIX");
    else
        snprintf(buf, 12, "%u", size);
    return buf;
}

const char *bench_mix_cell(uint32_t size, char *buf)
{
    bench_mix_name(size, buf);
    if (size == BENCH_IMIX)
        snprintf(buf, 12, "imix");
    return buf;
}

uint32_t bench_mix_parse(const char *text, uint32_t *sizes)
{
    uint32_t n = 0;
    while (*text && n < BENCH_SIZES) {
        char *end;
        if (!strncasecmp(text, "imix", 4)) {
            sizes[n++] = BENCH_IMIX;
            end = (char *)text + 4;
        } else {
            unsigned long v = strtoul(text, &end, 10);
            if (end == text || v < BENCH_FRAME_MIN || v > BENCH_FRAME_MAX)
                return 0;
            sizes[n++] = (uint32_t)v;
        }
        if (*end && *end != ',')
            return 0;
        text = *end ? end + 1 : end;
    }
    return *text ? 0 : n;
}
