/* SPDX-License-Identifier: BSD-3-Clause */
/* Readers and writers: byte order, failure that stays, bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base_span.h"

static const uint8_t COUNTING[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

static void integers_are_read_in_network_order(void **state)
{
    struct base_reader r = base_reader(base_span(COUNTING, sizeof COUNTING));
    assert_int_equal(base_read_u8(&r), 0x01);
    assert_int_equal(base_read_u16(&r), 0x0203);
    assert_int_equal(base_read_u32(&r), 0x04050607);
    assert_true(base_read_u64(&r) == 0x08090a0b0c0d0e0f);
    assert_int_equal(base_reader_left(&r), 0);
    assert_false(r.failed);
}

static void a_read_past_the_end_gives_zeros_and_stays_failed(void **state)
{
    uint8_t *bytes = malloc(3); /* exact size: a stray read is seen */
    memcpy(bytes, COUNTING, 3);
    struct base_reader r = base_reader(base_span(bytes, 3));
    assert_int_equal(base_read_u32(&r), 0x01020000);
    assert_true(r.failed);
    assert_int_equal(base_read_u8(&r), 0);
    assert_int_equal(base_read_span(&r, 0).len, 0);
    assert_null(base_read_span(&r, 1).ptr);
    assert_int_equal(base_read_rest(&r).len, 0);
    assert_true(r.failed);
    free(bytes);
}

static void every_read_that_is_too_long_fails(void **state)
{
    volatile size_t far_past = SIZE_MAX; /* hidden from the compiler, as a peer's length is */
    for (size_t left = 0; left < 8; left++) {
        struct base_reader r8 = base_reader(base_span(COUNTING, left));
        struct base_reader r4 = r8, r2 = r8, r1 = r8, huge = r8;
        base_read_u64(&r8);
        base_read_u32(&r4);
        base_read_u16(&r2);
        base_read_u8(&r1);
        base_read_span(&huge, far_past);
        assert_true(r8.failed);
        assert_int_equal(r4.failed, left < 4);
        assert_int_equal(r2.failed, left < 2);
        assert_int_equal(r1.failed, left < 1);
        assert_true(huge.failed);
    }
}

static void an_empty_span_may_be_null(void **state)
{
    struct base_reader r = base_reader(BASE_SPAN_NONE);
    assert_int_equal(base_reader_left(&r), 0);
    assert_int_equal(base_read_rest(&r).len, 0);
    assert_false(r.failed);
    assert_true(base_span_equal(BASE_SPAN_NONE, base_span(COUNTING, 0)));
}

static void spans_are_equal_by_content(void **state)
{
    const uint8_t copy[] = {1, 2, 3};
    assert_true(base_span_equal(base_span(COUNTING, 3), base_span(copy, 3)));
    assert_false(base_span_equal(base_span(COUNTING, 2), base_span(copy, 3)));
    assert_false(base_span_equal(base_span(COUNTING + 1, 3), base_span(copy, 3)));
}

static void what_is_written_is_read_back(void **state)
{
    uint8_t buf[15];
    struct base_writer w = base_writer(buf, sizeof buf);
    base_write_u8(&w, 0x01);
    base_write_u16(&w, 0x0203);
    base_write_u32(&w, 0x04050607);
    base_write_u64(&w, 0x08090a0b0c0d0e0f);
    assert_false(w.failed);
    assert_true(base_span_equal(base_writer_span(&w), base_span(COUNTING, sizeof COUNTING)));
}

static void a_write_that_does_not_fit_leaves_the_rest_untouched(void **state)
{
    uint8_t buf[4] = {0, 0, 0xee, 0xee};
    struct base_writer w = base_writer(buf, 3);
    base_write_u16(&w, 0x0102);
    base_write(&w, COUNTING, 2);
    assert_true(w.failed);
    base_write_u8(&w, 9);
    base_write_span(&w, base_span(COUNTING, 1));
    assert_null(base_write_room(&w, 1));
    assert_int_equal(w.pos, 2);
    assert_int_equal(buf[2], 0xee);
    assert_int_equal(buf[3], 0xee);
}

static void nothing_can_be_written_into_nothing(void **state)
{
    struct base_writer w = base_writer(NULL, 0);
    base_write(&w, NULL, 0);
    base_write_span(&w, BASE_SPAN_NONE);
    assert_false(w.failed);
    base_write_u8(&w, 1);
    assert_true(w.failed);
    assert_int_equal(base_writer_span(&w).len, 0);
}

static void patches_reach_written_bytes_only(void **state)
{
    uint8_t buf[8] = {0};
    static const size_t far[] = {4, 5, SIZE_MAX - 3, SIZE_MAX - 2, SIZE_MAX - 1, SIZE_MAX};
    struct base_writer w = base_writer(buf, sizeof buf);
    base_write_u32(&w, 0);
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
        base_patch_u8(&w, far[i], 0xff);
        base_patch_u16(&w, far[i], 0xffff);
        base_patch_u32(&w, far[i], 0xffffffff);
    }
    base_patch_u16(&w, 3, 0xffff);
    base_patch_u32(&w, 1, 0xffffffff);
    assert_memory_equal(buf, ((uint8_t[8]){0}), 8);
    base_patch_u32(&w, 0, 0x01020304);
    base_patch_u16(&w, 2, 0x0506);
    base_patch_u8(&w, 3, 7);
    assert_memory_equal(buf, ((uint8_t[8]){1, 2, 5, 7}), 8);
}

static void a_failed_writer_patches_nothing(void **state)
{
    uint8_t buf[4] = {0};
    struct base_writer w = base_writer(buf, sizeof buf);
    base_write_u32(&w, 0);
    base_write_u8(&w, 0);
    base_patch_u8(&w, 0, 1);
    base_patch_u16(&w, 0, 1);
    base_patch_u32(&w, 0, 1);
    assert_memory_equal(buf, ((uint8_t[4]){0}), 4);
}

static void lines_are_read_without_their_ends(void **state)
{
    static const char *const lines[] = {"one", "", "three", "last"};
    struct base_reader r = base_reader(base_span("one\n\nthree\nlast", 15));
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_true(base_span_equal(base_read_line(&r), base_span(lines[i], strlen(lines[i]))));
    assert_int_equal(base_reader_left(&r), 0);
    r = base_reader(base_span("one\n", 4));
    assert_int_equal(base_read_line(&r).len, 3);
    assert_int_equal(base_reader_left(&r), 0);
    assert_int_equal(base_read_line(&r).len, 0);
    assert_false(r.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_read_in_network_order),
        cmocka_unit_test(a_read_past_the_end_gives_zeros_and_stays_failed),
        cmocka_unit_test(every_read_that_is_too_long_fails),
        cmocka_unit_test(an_empty_span_may_be_null),
        cmocka_unit_test(spans_are_equal_by_content),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(a_write_that_does_not_fit_leaves_the_rest_untouched),
        cmocka_unit_test(nothing_can_be_written_into_nothing),
        cmocka_unit_test(patches_reach_written_bytes_only),
        cmocka_unit_test(a_failed_writer_patches_nothing),
        cmocka_unit_test(lines_are_read_without_their_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
