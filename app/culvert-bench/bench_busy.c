/* SPDX-License-Identifier: BSD-3-Clause */
/* Load average and stolen time, sampled. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_facts.h"

enum { TICKS_ALL, TICKS_STOLEN, TICKS_IDLE };

/* "cpu user nice system idle iowait irq softirq steal ..." of proc_stat(5). */
static bool ticks_read(const char *root, uint64_t ticks[3])
{
    char line[256];
    unsigned long long v[8] = {0};
    bench_facts_file(root, "/proc/stat", line, sizeof(line));
    if (sscanf(line, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5],
               &v[6], &v[7]) != 8)
        return false;
    ticks[TICKS_ALL] = 0;
    for (int i = 0; i < 8; i++)
        ticks[TICKS_ALL] += v[i];
    ticks[TICKS_STOLEN] = v[7];
    ticks[TICKS_IDLE] = v[3] + v[4];
    return true;
}

void bench_busy_start(struct bench_busy *l, const char *root)
{
    l->count = 0;
    l->is_blind = !ticks_read(root, l->ticks);
}

void bench_busy_sample(struct bench_busy *l, const char *root)
{
    char line[64];
    uint64_t now[3];
    bench_facts_file(root, "/proc/loadavg", line, sizeof(line));
    if (l->is_blind || l->count == BENCH_BUSY_SAMPLES || !*line || !ticks_read(root, now))
        return;
    const double all = (double)(now[TICKS_ALL] - l->ticks[TICKS_ALL]);
    if (all <= 0)
        return;
    const double idle = (double)(now[TICKS_IDLE] - l->ticks[TICKS_IDLE]);
    const double stolen = (double)(now[TICKS_STOLEN] - l->ticks[TICKS_STOLEN]);
    l->loadavg[l->count] = strtof(line, NULL);
    l->steal[l->count] = (float)(100 * stolen / all);
    l->busy[l->count++] = (float)(100 * (all - idle - stolen) / all);
    memcpy(l->ticks, now, sizeof(now));
}

static int float_compare(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

struct bench_busy_three bench_busy_three(float *values, uint32_t count)
{
    if (!count)
        return (struct bench_busy_three){0};
    qsort(values, count, sizeof(*values), float_compare);
    return (struct bench_busy_three){(double)values[0], (double)values[count / 2], (double)values[count - 1]};
}
