/* SPDX-License-Identifier: BSD-3-Clause */
/* A row makes the field and says what it means; sums know no field by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "telem.h"

struct things {
    uint32_t before; /* fields beside the rows are nobody's business */
#define TELEM TELEM_FIELD
#include "telem_things.def"
#undef TELEM
    uint64_t named_otherwise;
};

static const struct telem_row list[] = {
#define TELEM(...) TELEM_ROW(struct things, __VA_ARGS__)
#include "telem_things.def"
#undef TELEM
    TELEM_ROW_AT(struct things, named_otherwise, "other", BYTES, COUNTER, "bytes of another field")};
static const struct telem_rows rows = TELEM_ROWS(list);

static void a_row_finds_its_field_and_says_what_it_means(void **state)
{
    const struct things t = {
        .before = 99, .seen = 1, .held = 2, .lost = UINT64_MAX, .spent = 4, .named_otherwise = 5};
    static const uint64_t want[] = {1, 2, UINT64_MAX, 4, 5};
    static const char *const names[] = {"seen", "held", "lost", "spent", "other"};
    static const char *const units[] = {"pkts", "count", "pkts", "cycles", "bytes"};
    static const char *const kinds[] = {"counter", "gauge", "drop", "counter", "counter"};
    assert_int_equal(rows.count, 5);
    for (size_t i = 0; i < rows.count; i++) {
        assert_string_equal(rows.list[i].name, names[i]);
        assert_string_equal(telem_unit_name(rows.list[i].unit), units[i]);
        assert_string_equal(telem_kind_name(rows.list[i].kind), kinds[i]);
        assert_true(strlen(rows.list[i].help) > 0);
        assert_int_equal(telem_value(&rows.list[i], &t), want[i]);
    }
}

static void sums_take_each_row_once_and_nothing_else(void **state)
{
    const struct things a = {.before = 7, .seen = 1, .held = 2, .lost = 3, .spent = 4, .named_otherwise = 5};
    const struct things b = {
        .before = 7, .seen = 10, .held = 20, .lost = 30, .spent = 40, .named_otherwise = 50};
    struct things sum = {.before = 1};
    telem_add(&rows, &sum, &a);
    telem_add(&rows, &sum, &b);
    assert_int_equal(sum.before, 1);
    assert_int_equal(sum.seen, 11);
    assert_int_equal(sum.held, 22);
    assert_int_equal(sum.lost, 33);
    assert_int_equal(sum.spent, 44);
    assert_int_equal(sum.named_otherwise, 55);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_finds_its_field_and_says_what_it_means),
        cmocka_unit_test(sums_take_each_row_once_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
