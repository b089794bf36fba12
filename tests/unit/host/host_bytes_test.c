/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes that grow up to a limit. */
#include "host_bytes.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void they_keep_their_order_and_stop_at_the_limit(void **state)
{
    static uint8_t chunk[1000];
    struct host_bytes b = {0};
    for (uint8_t i = 0; i < 20; i++) {
        memset(chunk, i, sizeof chunk);
        assert_int_equal(host_bytes_add(&b, base_span(chunk, sizeof chunk), 20500), 0);
    }
    assert_int_equal(host_bytes_add(&b, base_span(chunk, sizeof chunk), 20500), -ENOBUFS);
    assert_int_equal(host_bytes_add(&b, base_span(chunk, SIZE_MAX), 20500), -ENOBUFS);
    assert_int_equal(b.len, 20000);
    for (size_t i = 0; i < b.len; i++)
        assert_int_equal(b.ptr[i], i / 1000);
    assert_int_equal(host_bytes_add(&b, BASE_SPAN_NONE, 20000), 0);
    host_bytes_free(&b);
    assert_true(!b.ptr && b.len == 0 && b.room == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(they_keep_their_order_and_stop_at_the_limit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
