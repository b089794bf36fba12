/* SPDX-License-Identifier: BSD-3-Clause */
/* The features that this build takes for granted; the test is built with the same flags. */
#include "about_wanted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <cmocka.h>

static bool is_wanted(const char *name)
{
    for (size_t i = 0; i < about_wanted_count; i++)
        if (strcmp(about_wanted[i].name, name) == 0)
            return true;
    return false;
}

static void what_the_compiler_may_use_is_wanted(void **state)
{
#ifdef __SSE4_2__
    assert_true(is_wanted("sse4_2"));
#endif
#ifdef __AVX2__
    assert_true(is_wanted("avx2"));
#else
    assert_false(is_wanted("avx2"));
#endif
#ifdef __AVX512VL__
    assert_true(is_wanted("avx512vl"));
#else
    assert_false(is_wanted("avx512vl"));
#endif
}

static void each_feature_stands_once_and_where_cpuid_has_it(void **state)
{
    for (size_t i = 0; i < about_wanted_count; i++) {
        assert_true(about_wanted[i].bit < 32 && about_wanted[i].word < ABOUT_WORDS);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(about_wanted[i].name, about_wanted[j].name);
            assert_false(about_wanted[i].word == about_wanted[j].word &&
                         about_wanted[i].bit == about_wanted[j].bit);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_compiler_may_use_is_wanted),
        cmocka_unit_test(each_feature_stands_once_and_where_cpuid_has_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
