/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What this build takes for granted of a CPU. */
#include <stddef.h>
#include <stdint.h>

/* The registers that CPUID answers with, as far as features are read here. */
enum about_word { ABOUT_1_ECX, ABOUT_7_EBX, ABOUT_7_ECX, ABOUT_81_ECX, ABOUT_WORDS };

/* A feature as /proc/cpuinfo spells it, and where a CPU says that it has it. */
struct about_feature {
    const char *name;
    enum about_word word;
    uint8_t bit;   /* of the word */
    uint32_t xcr0; /* register state that the kernel must keep for it: XMM 2, YMM 4, AVX-512's e0 */
};

/* What the compiler was allowed to use, which is then anywhere in this build. */
extern const struct about_feature about_wanted[];
extern const size_t about_wanted_count;
