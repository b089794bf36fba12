/* SPDX-License-Identifier: BSD-3-Clause */
/* A table of nodes: what is in it is found by its key, the latest first, and is gone when it left. */
#include "ike_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <cmocka.h>

static void those_of_one_key_are_found_the_latest_first(void **state)
{
    struct ike_table t;
    struct ike_node n[3] = {0};
    int owners[3];
    (void)state;
    assert_int_equal(ike_table_init(&t, 4), 0);
    ike_table_add(&t, &n[0], 5, &owners[0]);
    ike_table_add(&t, &n[1], 9, &owners[1]); /* in the same slot */
    ike_table_add(&t, &n[2], 5, &owners[2]);
    const struct ike_node *found = ike_table_next(&t, 5, NULL);
    assert_ptr_equal(found->owner, &owners[2]);
    found = ike_table_next(&t, 5, found);
    assert_ptr_equal(found->owner, &owners[0]);
    assert_null(ike_table_next(&t, 5, found));
    assert_null(ike_table_next(&t, 13, NULL));
    ike_table_fini(&t);
}

static void what_left_is_not_found_and_may_leave_twice(void **state)
{
    struct ike_table t;
    struct ike_node n[2] = {0};
    int owners[2];
    (void)state;
    assert_int_equal(ike_table_init(&t, 1), 0);
    ike_table_remove(&t, &n[0]);
    ike_table_add(&t, &n[0], 1, &owners[0]);
    ike_table_add(&t, &n[1], 1, &owners[1]);
    ike_table_remove(&t, &n[0]);
    ike_table_remove(&t, &n[0]);
    assert_ptr_equal(ike_table_next(&t, 1, NULL)->owner, &owners[1]);
    assert_null(ike_table_next(&t, 1, &n[1]));
    ike_table_fini(&t);
}

static void one_that_is_added_again_moves_to_its_new_key(void **state)
{
    struct ike_table t;
    struct ike_node n = {0};
    int owner;
    (void)state;
    assert_int_equal(ike_table_init(&t, 8), 0);
    ike_table_add(&t, &n, 1, &owner);
    ike_table_add(&t, &n, UINT64_C(1) << 40, &owner);
    assert_null(ike_table_next(&t, 1, NULL));
    assert_ptr_equal(ike_table_next(&t, UINT64_C(1) << 40, NULL), &n);
    ike_table_fini(&t);
}

static void slots_are_zeros_in_pages_that_are_there(void **state)
{
    enum { PAGE = 4096, PAGES = 256 };
    unsigned char is_there[PAGES + 1];
    (void)state;
    uint64_t *slots = ike_table_slots(PAGES * PAGE / sizeof *slots, sizeof *slots);
    assert_non_null(slots);
    uint8_t *first = (uint8_t *)slots - (uintptr_t)slots % PAGE;
    assert_int_equal(mincore(first, PAGES * PAGE + (size_t)((uint8_t *)slots - first), is_there), 0);
    for (size_t i = 0; i < PAGES; i++)
        assert_true(is_there[i] & 1);
    for (size_t i = 0; i < PAGES * PAGE / sizeof *slots; i++)
        assert_int_equal(slots[i], 0);
    free(slots);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(those_of_one_key_are_found_the_latest_first),
        cmocka_unit_test(slots_are_zeros_in_pages_that_are_there),
        cmocka_unit_test(what_left_is_not_found_and_may_leave_twice),
        cmocka_unit_test(one_that_is_added_again_moves_to_its_new_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
