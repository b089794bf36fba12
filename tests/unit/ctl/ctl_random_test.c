/* SPDX-License-Identifier: BSD-3-Clause */
/* Random bytes out of a store: never the same again, and wiped where they lay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "ctl_random.h"
#include "ossl_ops.h"

static void no_bytes_come_twice(void **state)
{
    static uint64_t got[3000]; /* over many fillings; by chance two are the same once in 10^12 runs */
    struct ctl_random r = {0};
    for (size_t i = 0; i < 3000; i++) {
        assert_int_equal(ctl_random_take(&r, &got[i], sizeof got[i]), 0);
        for (size_t k = 0; k < i; k++)
            assert_true(got[k] != got[i]);
    }
}

static void what_was_given_is_wiped_and_the_rest_is_not(void **state)
{
    static const uint8_t zeros[32];
    struct ctl_random r = {0};
    uint8_t out[32];
    assert_int_equal(ctl_random_take(&r, out, sizeof out), 0);
    assert_memory_not_equal(out, zeros, sizeof out);
    assert_int_equal(r.left, CTL_RANDOM_BYTES - sizeof out);
    assert_memory_equal(r.bytes + r.left, zeros, sizeof out);
    for (size_t at = 0; at < r.left; at += sizeof zeros)
        assert_memory_not_equal(r.bytes + at, zeros, sizeof zeros);
}

static void any_length_is_filled(void **state)
{
    static const uint8_t zeros[16];
    static uint8_t out[3 * CTL_RANDOM_BYTES + 16];
    struct ctl_random r = {0};
    for (size_t len = 16; len < sizeof out - 16; len = len * 3 / 2) {
        memset(out, 0, sizeof out);
        assert_int_equal(ctl_random_take(&r, out, len), 0);
        for (size_t at = 0; at + 16 <= len; at += 16)
            assert_memory_not_equal(out + at, zeros, 16);
        assert_memory_equal(out + len, zeros, 16);
    }
    assert_int_equal(ctl_random_take(&r, out, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_bytes_come_twice),
        cmocka_unit_test(what_was_given_is_wiped_and_the_rest_is_not),
        cmocka_unit_test(any_length_is_filled),
    };
    const int rc = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return rc;
}
