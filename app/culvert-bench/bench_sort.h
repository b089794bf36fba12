/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Figures in ascending order, which medians and percentiles begin with. Thread: any. */
#include <stdint.h>
#include <stdlib.h>

static inline int bench_sort_compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static inline void bench_sort(double *v, uint32_t n)
{
    qsort(v, n, sizeof(*v), bench_sort_compare);
}

/* Of n > 0 values in ascending order. */
static inline double bench_sorted_median(const double *v, uint32_t n)
{
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}
