/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory for keys: zeros, apart from each other, wiped, used again, and neither dumped nor swapped. */
#include "base_secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#define PAGE 4096u

static bool is_zero(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i])
            return false;
    return true;
}

static void blocks_of_all_sizes_are_zeros_and_apart(void **state)
{
    static const size_t sizes[] = {1, 48, 64, 100, 3000, 16000, 16384, 20000, 70000};
    enum { SIZES = sizeof sizes / sizeof *sizes, EACH = 50 };
    static uint8_t *blocks[SIZES][EACH];
    for (int round = 0; round < 3; round++) {
        for (size_t s = 0; s < SIZES; s++)
            for (size_t i = 0; i < EACH; i++) {
                uint8_t *p = blocks[s][i] = base_secret_new(sizes[s]);
                assert_non_null(p);
                assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
                assert_true(is_zero(p, sizes[s]));
                memset(p, (int)(s * EACH + i) | 1, sizes[s]);
            }
        for (size_t s = 0; s < SIZES; s++)
            for (size_t i = 0; i < EACH; i++) {
                for (size_t k = 0; k < sizes[s]; k++)
                    assert_int_equal(blocks[s][i][k], (uint8_t)((s * EACH + i) | 1));
                base_secret_free(blocks[s][i]);
            }
    }
    base_secret_free(NULL);
    assert_null(base_secret_new(SIZE_MAX - 10));
}

#ifndef CULVERT_SANITIZED
static void what_is_freed_is_wiped_and_used_again(void **state)
{
    uint8_t *p = base_secret_new(500);
    memset(p, 0xaa, 500);
    base_secret_free(p);
    assert_true(is_zero(p, 500));
    assert_ptr_equal(base_secret_new(505), p);
    base_secret_free(p);
}

/* Whether the kernel knows the pages at p by a flag of smaps: "dd" no dump, "dc" no copy, "lo" locked. */
static bool has_flag(const void *p, const char *flag)
{
    FILE *f = fopen("/proc/self/smaps", "r");
    char line[512];
    bool is_here = false, has = false;
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        uintptr_t from, to;
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &from, &to) == 2)
            is_here = from <= (uintptr_t)p && (uintptr_t)p < to;
        else if (is_here && strncmp(line, "VmFlags:", 8) == 0)
            has = strstr(line, flag) != NULL;
    }
    fclose(f);
    return has;
}

static void small_blocks_are_cut_from_huge_pages(void **state)
{
    (void)state;
    enum { N = 2000, BYTES = 3000, HUGE = 2 << 20 };
    static uint8_t *blocks[N];
    for (size_t i = 0; i < N; i++) {
        blocks[i] = base_secret_new(BYTES);
        assert_non_null(blocks[i]);
        /* none lies across two of them */
        assert_int_equal((uintptr_t)blocks[i] / HUGE, ((uintptr_t)blocks[i] + BYTES - 1) / HUGE);
    }
    if (access("/sys/kernel/mm/transparent_hugepage/enabled", F_OK) == 0)
        assert_true(has_flag(blocks[N - 1], " hg"));
    for (size_t i = 0; i < N; i++)
        base_secret_free(blocks[i]);
}

static void small_and_large_blocks_are_in_no_dump_and_stay_in_memory(void **state)
{
    static const size_t sizes[] = {32, 3000, 100000};
    void *other = malloc(3000);
    assert_false(has_flag(other, " dd"));
    free(other);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        void *p = base_secret_new(sizes[i]);
        assert_true(has_flag(p, " dd"));
        assert_true(has_flag(p, " dc"));
        assert_true(has_flag(p, " lo"));
        base_secret_free(p);
    }
}
#endif

static void pages_of_others_are_guarded(void **state)
{
    void *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(p, MAP_FAILED);
    assert_true(base_secret_guard(p, 4 * PAGE));
    munmap(p, 4 * PAGE);
    assert_false(base_secret_guard(p, 4 * PAGE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_of_all_sizes_are_zeros_and_apart),
#ifndef CULVERT_SANITIZED
        cmocka_unit_test(what_is_freed_is_wiped_and_used_again),
        cmocka_unit_test(small_blocks_are_cut_from_huge_pages),
        cmocka_unit_test(small_and_large_blocks_are_in_no_dump_and_stay_in_memory),
#endif
        cmocka_unit_test(pages_of_others_are_guarded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
