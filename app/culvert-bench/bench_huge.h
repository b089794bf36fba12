/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Huge pages of 2 MiB that nobody uses, in MiB; 0: there are none, or the kernel does not tell. Thread: any.
 */
#include <stdio.h>

static inline long bench_huge_free_mib(void)
{
    char line[128];
    long pages = 0;
    FILE *f = fopen("/proc/meminfo", "r");
    while (f && fgets(line, sizeof(line), f))
        sscanf(line, "HugePages_Free: %ld", &pages);
    if (f)
        fclose(f);
    return pages * 2;
}
