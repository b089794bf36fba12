/* SPDX-License-Identifier: BSD-3-Clause */
/* Owned bytes. */
#include "ike_pair.h"
#include "ike_blob.h"

static void bytes_are_copied_replaced_and_freed(void **state)
{
    (void)state;
    uint8_t bytes[] = {1, 2, 3};
    struct ike_blob b = {0};
    assert_int_equal(ike_blob_set(&b, base_span(bytes, 3)), 0);
    bytes[0] = 9;
    assert_int_equal(b.len, 3);
    assert_int_equal(b.ptr[0], 1);
    assert_int_equal(ike_blob_set(&b, base_span(bytes, 1)), 0);
    assert_int_equal(ike_blob_span(&b).len, 1);
    assert_int_equal(b.ptr[0], 9);
    ike_blob_free(&b);
    assert_null(b.ptr);
    ike_blob_free(&b); /* twice is once */
}

static void no_bytes_are_not_the_same_as_none(void **state)
{
    (void)state;
    struct ike_blob b = {0};
    assert_int_equal(ike_blob_set(&b, BASE_SPAN_NONE), 0);
    assert_non_null(b.ptr);
    assert_int_equal(b.len, 0);
    ike_blob_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_copied_replaced_and_freed),
        cmocka_unit_test(no_bytes_are_not_the_same_as_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
