/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The CPU that this runs on, and what it lacks. This file is compiled for every x86-64: it runs before it is
 * known what the CPU can do.
 */
#include "guard_cpu.h"

#include <cpuid.h>
#include <stdio.h>
#include <string.h>

#define OSXSAVE (1u << 27) /* leaf 1, ECX: the kernel tells by XGETBV what it keeps */

static uint32_t xcr0_read(void)
{
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

void guard_cpu_read(struct guard_cpu *out)
{
    uint32_t a, b, c, d;
    memset(out, 0, sizeof *out);
    if (__get_cpuid(1, &a, &b, &c, &d))
        out->words[ABOUT_1_ECX] = c;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
        out->words[ABOUT_7_EBX] = b;
        out->words[ABOUT_7_ECX] = c;
    }
    if (__get_cpuid(0x80000001, &a, &b, &c, &d))
        out->words[ABOUT_81_ECX] = c;
    if (out->words[ABOUT_1_ECX] & OSXSAVE)
        out->xcr0 = xcr0_read();
}

size_t guard_cpu_missing(const struct guard_cpu *cpu, const struct about_feature *wanted, size_t count,
                         char *text, size_t size)
{
    size_t missing = 0, used = 0;
    text[0] = 0;
    for (size_t i = 0; i < count; i++) {
        const struct about_feature *f = &wanted[i];
        if (cpu->words[f->word] >> f->bit & 1 && (cpu->xcr0 & f->xcr0) == f->xcr0)
            continue;
        int n = snprintf(text + used, size - used, "%s%s", missing++ ? " " : "", f->name);
        if ((size_t)n < size - used)
            used += (size_t)n;
        else
            text[used] = 0;
    }
    return missing;
}
