/* SPDX-License-Identifier: BSD-3-Clause */
/* Erasing and comparing secrets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base_wipe.h"

static void a_wipe_erases_its_bytes_and_no_others(void **state)
{
    uint8_t bytes[8];
    memset(bytes, 0xaa, sizeof bytes);
    base_wipe(bytes + 1, 6);
    assert_memory_equal(bytes, ((const uint8_t[8]){0xaa, 0, 0, 0, 0, 0, 0, 0xaa}), 8);
    base_wipe(bytes, 0);
    assert_int_equal(bytes[0], 0xaa);
}

static void a_difference_in_any_bit_is_seen(void **state)
{
    uint8_t a[32], b[32];
    memset(a, 0x5a, sizeof a);
    memcpy(b, a, sizeof b);
    assert_true(base_equal_secret(a, b, sizeof a));
    for (size_t bit = 0; bit < sizeof a * 8; bit++) {
        b[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(base_equal_secret(a, b, sizeof a));
        b[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_true(base_equal_secret(a, "", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wipe_erases_its_bytes_and_no_others),
        cmocka_unit_test(a_difference_in_any_bit_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
