/* SPDX-License-Identifier: BSD-3-Clause */
/* Names of DSCPs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base_dscp.h"

static void names_are_the_numbers_of_the_registry(void **state)
{
    char name[32];
    (void)state;
    for (int x = 0; x < 8; x++) {
        snprintf(name, sizeof name, "cs%d", x);
        assert_int_equal(base_dscp_find(name), 8 * x);
    }
    for (int x = 1; x < 5; x++)
        for (int y = 1; y < 4; y++) {
            snprintf(name, sizeof name, "af%d%d", x, y);
            assert_int_equal(base_dscp_find(name), 8 * x + 2 * y);
        }
    assert_int_equal(base_dscp_find("be"), 0);
    assert_int_equal(base_dscp_find("default"), 0);
    assert_int_equal(base_dscp_find("le"), 1);
    assert_int_equal(base_dscp_find("va"), 44);
    assert_int_equal(base_dscp_find("ef"), 46);
    static const char *const none[] = {"", "e", "efx", "cs8", "af14", "af51", "af1", "46"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(base_dscp_find(none[i]), -1);
}

static void a_dscp_is_written_by_its_name_or_its_number(void **state)
{
    char name[BASE_DSCP_NAME_MAX], text[BASE_DSCP_TEXT_MAX];
    struct base_text t = base_text(text, sizeof text);
    (void)state;
    for (unsigned i = 0; i < BASE_DSCPS; i++) {
        const int back = base_dscp_find(base_dscp_name(i, name));
        char digits[12];
        snprintf(digits, sizeof digits, "%u", i);
        if (back < 0)
            assert_string_equal(name, digits);
        else
            assert_int_equal(back, i);
    }
    base_dscp_text(&t, 0);
    assert_string_equal(text, "");
    base_dscp_text(&t, UINT64_C(1) | UINT64_C(1) << 7 | UINT64_C(1) << 34 | UINT64_C(1) << 63);
    assert_string_equal(text, "be, 7, af41, 63");
    t = base_text(text, sizeof text);
    base_dscp_text(&t, BASE_DSCP_ALL);
    assert_string_equal(text + strlen(text) - 4, ", 63");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_the_numbers_of_the_registry),
        cmocka_unit_test(a_dscp_is_written_by_its_name_or_its_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
