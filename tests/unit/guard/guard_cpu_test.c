/* SPDX-License-Identifier: BSD-3-Clause */
/* A CPU is judged by what it says about itself. */
#include "guard_cpu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const struct about_feature some[] = {
    {"ssse3", ABOUT_1_ECX, 9, 0},
    {"avx2", ABOUT_7_EBX, 5, 0x06},
    {"avx512f", ABOUT_7_EBX, 16, 0xe6},
    {"abm", ABOUT_81_ECX, 5, 0},
};
#define COUNT (sizeof some / sizeof *some)

static char text[64];

static struct guard_cpu all(void)
{
    return (struct guard_cpu){
        .words = {[ABOUT_1_ECX] = 1u << 9, [ABOUT_7_EBX] = 1u << 5 | 1u << 16, [ABOUT_81_ECX] = 1u << 5},
        .xcr0 = 0xe7,
    };
}

static void a_cpu_with_all_that_is_wanted_lacks_nothing(void **state)
{
    struct guard_cpu cpu = all();
    strcpy(text, "x");
    assert_int_equal(guard_cpu_missing(&cpu, some, COUNT, text, sizeof text), 0);
    assert_string_equal(text, "");
}

static void what_is_missing_is_named(void **state)
{
    struct guard_cpu cpu = all();
    cpu.words[ABOUT_1_ECX] = 0;
    assert_int_equal(guard_cpu_missing(&cpu, some, COUNT, text, sizeof text), 1);
    assert_string_equal(text, "ssse3");
    cpu.words[ABOUT_81_ECX] = ~(1u << 5);
    assert_int_equal(guard_cpu_missing(&cpu, some, COUNT, text, sizeof text), 2);
    assert_string_equal(text, "ssse3 abm");
    assert_int_equal(guard_cpu_missing(&(struct guard_cpu){0}, some, COUNT, text, sizeof text), 4);
    assert_string_equal(text, "ssse3 avx2 avx512f abm");
}

static void a_kernel_that_does_not_keep_the_registers_takes_the_feature_away(void **state)
{
    struct guard_cpu cpu = all();
    cpu.xcr0 = 0x07;
    assert_int_equal(guard_cpu_missing(&cpu, some, COUNT, text, sizeof text), 1);
    assert_string_equal(text, "avx512f");
    cpu.xcr0 = 0x03;
    assert_int_equal(guard_cpu_missing(&cpu, some, COUNT, text, sizeof text), 2);
    assert_string_equal(text, "avx2 avx512f");
}

static void names_that_do_not_fit_are_left_out_whole(void **state)
{
    struct guard_cpu cpu = {0};
    assert_int_equal(guard_cpu_missing(&cpu, some, COUNT, text, sizeof "ssse3 avx2"), 4);
    assert_string_equal(text, "ssse3 avx2");
    assert_int_equal(guard_cpu_missing(&cpu, some, COUNT, text, sizeof "ssse3 av"), 4);
    assert_string_equal(text, "ssse3");
}

static void this_cpu_has_what_this_build_uses(void **state)
{
    struct guard_cpu cpu;
    guard_cpu_read(&cpu);
    assert_int_equal(guard_cpu_missing(&cpu, about_wanted, about_wanted_count, text, sizeof text), 0);
    assert_true(about_wanted_count > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cpu_with_all_that_is_wanted_lacks_nothing),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(a_kernel_that_does_not_keep_the_registers_takes_the_feature_away),
        cmocka_unit_test(names_that_do_not_fit_are_left_out_whole),
        cmocka_unit_test(this_cpu_has_what_this_build_uses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
