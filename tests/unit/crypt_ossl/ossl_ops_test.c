/* SPDX-License-Identifier: BSD-3-Clause */
/* The table has no gap, and random bytes are random enough to tell. */
#include "ossl_ops.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void the_table_has_no_gap(void **state)
{
    void *const *ops = (void *const *)&ossl_ike_ops;
    for (size_t i = 0; i < sizeof ossl_ike_ops / sizeof *ops; i++)
        assert_non_null(ops[i]);
}

static void random_bytes_differ_each_time(void **state)
{
    uint8_t a[32] = {0}, b[32] = {0}, c[32] = {0};
    assert_int_equal(ossl_random(a, sizeof a), 0);
    assert_int_equal(ossl_random(b, sizeof b), 0);
    assert_int_equal(ossl_random_secret(c, sizeof c), 0);
    assert_memory_not_equal(a, b, sizeof a);
    assert_memory_not_equal(a, c, sizeof a);
    assert_memory_not_equal(b, c, sizeof a);
}

static void no_byte_behind_the_buffer_is_written(void **state)
{
    uint8_t buf[48];
    memset(buf, 0x5a, sizeof buf);
    assert_int_equal(ossl_random(buf, 16), 0);
    assert_int_equal(ossl_random_secret(buf + 32, 8), 0);
    for (size_t i = 16; i < 32; i++)
        assert_int_equal(buf[i], 0x5a);
    for (size_t i = 40; i < 48; i++)
        assert_int_equal(buf[i], 0x5a);
    assert_int_equal(ossl_random(buf, 0), 0);
}

/* Each of 256 byte values comes about 256 times in 64 KiB; one that never comes has a chance of e^-256. */
static void each_byte_value_comes(void **state)
{
    static uint8_t buf[65536];
    bool seen[256] = {false};
    assert_int_equal(ossl_random_secret(buf, sizeof buf), 0);
    for (size_t i = 0; i < sizeof buf; i++)
        seen[buf[i]] = true;
    for (size_t i = 0; i < 256; i++)
        assert_true(seen[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_has_no_gap),
        cmocka_unit_test(random_bytes_differ_each_time),
        cmocka_unit_test(no_byte_behind_the_buffer_is_written),
        cmocka_unit_test(each_byte_value_comes),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    ossl_fini();
    return failed;
}
