/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What the CPU that this runs on can do, and what it lacks. */
#include "about_wanted.h"

struct guard_cpu {
    uint32_t words[ABOUT_WORDS]; /* by enum about_word */
    uint32_t xcr0;               /* register state that the kernel keeps */
};

/* Asks the CPU. Thread: any. */
void guard_cpu_read(struct guard_cpu *out);

/*
 * Writes the names of those of `count` wanted features that cpu lacks into text, with a blank between two;
 * what does not fit is left out. Returns how many are missing. Thread: any.
 */
size_t guard_cpu_missing(const struct guard_cpu *cpu, const struct about_feature *wanted, size_t count,
                         char *text, size_t size);
