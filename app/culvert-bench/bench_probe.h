/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What a core is like at this moment, by two known pieces of arithmetic. A chain of multiplications, each of
 * which needs the one before, takes three core clocks a link on every x86-64 core since Sandy Bridge and Zen,
 * whatever else the core does: its TSC cycles tell the core's frequency. Independent increments take a
 * quarter of a clock each on a core of four or more ALUs (Haswell, Zen and later), and up to twice as much
 * while another thread works on the core's other half. Their ratio therefore knows a busy core by itself,
 * without a quiet moment to compare with. Thread: any; the calling one's core is probed. */
#include <stdint.h>
#include <x86intrin.h>

#define BENCH_PROBE_LINKS  256 /* of the chain */
#define BENCH_PROBE_CLOCKS 3   /* core clocks of a link */
#define BENCH_PROBE_ADDS   4096
#define BENCH_PROBE_ALUS   4

struct bench_probe {
    double crowd; /* core clocks of the increments, against what they take on four ALUs: about 1, or 2 */
    double clock; /* core clocks per TSC cycle */
};

/* TSC cycles of the chain. */
static inline uint64_t bench_probe_chain(void)
{
    unsigned aux;
    uint64_t from = __rdtscp(&aux), link = 3;
    for (int i = 0; i < BENCH_PROBE_LINKS / 32; i++)
        __asm__ volatile(".rept 32\n\timulq %0, %0\n\t.endr" : "+r"(link)::"cc");
    return __rdtscp(&aux) - from;
}

/* Work that looks at no clock: a chain of so many links, begun when all before it is done. */
static inline void bench_probe_work(uint32_t links)
{
    uint64_t link = 3;
    __asm__ volatile("lfence" ::: "memory");
    for (uint32_t i = 0; i < links; i++)
        __asm__ volatile("imulq %0, %0" : "+r"(link)::"cc");
}

/* TSC cycles of the increments. */
static inline uint64_t bench_probe_width(void)
{
    unsigned aux;
    uint64_t from = __rdtscp(&aux);
    for (int i = 0; i < BENCH_PROBE_ADDS / 64; i++)
        __asm__ volatile(".rept 8\n\t"
                         "incq %%rax\n\tincq %%rcx\n\tincq %%rdx\n\tincq %%rsi\n\t"
                         "incq %%rdi\n\tincq %%r8\n\tincq %%r9\n\tincq %%r10\n\t"
                         ".endr" ::
                             : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "cc");
    return __rdtscp(&aux) - from;
}

/* Both, in about 2,000 cycles. A moment in which the CPU was taken away shows as a crowd or as a low clock.
 */
static inline struct bench_probe bench_probe_core(void)
{
    struct bench_probe p;
    double chain = (double)bench_probe_chain(), width = (double)bench_probe_width();
    p.clock = BENCH_PROBE_LINKS * BENCH_PROBE_CLOCKS / chain;
    p.crowd = width * p.clock * BENCH_PROBE_ALUS / BENCH_PROBE_ADDS;
    return p;
}

/* What stood around a window: the core after it, with the greater crowd of before and after. */
static inline struct bench_probe bench_probe_around(struct bench_probe before, struct bench_probe after)
{
    after.crowd = before.crowd > after.crowd ? before.crowd : after.crowd;
    return after;
}
