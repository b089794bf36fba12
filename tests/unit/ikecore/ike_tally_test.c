/* SPDX-License-Identifier: BSD-3-Clause */
/* What a connection has is counted as it changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "ike_tally.h"

#define CHILDREN 3

static struct ike_presence show(const struct ike_tally *t)
{
    struct ike_presence now = {0};
    ike_tally_show(t, &now);
    return now;
}

static void an_sa_counts_as_what_it_is_now(void **state)
{
    (void)state;
    struct ike_tally t = {0};
    uint8_t a = IKE_TALLY_NOT, b = IKE_TALLY_NOT;
    ike_tally_sa(NULL, &a, IKE_TALLY_NOT);
    ike_tally_sa(&t, &a, IKE_VIEW_CONNECTING + 1);
    ike_tally_sa(&t, &b, IKE_VIEW_ESTABLISHED + 1);
    ike_tally_sa(&t, &b, IKE_VIEW_ESTABLISHED + 1);
    struct ike_presence now = show(&t);
    assert_true(now.sas == 2 && now.connecting == 1 && now.up == 1 && now.closing == 0);
    ike_tally_sa(&t, &a, IKE_VIEW_ESTABLISHED + 1);
    ike_tally_sa(&t, &b, IKE_VIEW_CLOSING + 1);
    now = show(&t);
    assert_true(now.sas == 2 && now.connecting == 0 && now.up == 1 && now.closing == 1);
    ike_tally_sa(&t, &a, IKE_TALLY_NOT);
    ike_tally_sa(&t, &b, IKE_TALLY_NOT);
    assert_int_equal(show(&t).sas, 0);
    ike_tally_fini(&t);
}

static void a_child_counts_under_its_number(void **state)
{
    (void)state;
    struct ike_tally t = {0};
    uint16_t marks[4] = {0};
    ike_tally_child(NULL, CHILDREN, &marks[0], IKE_TALLY_NOT);
    ike_tally_child(&t, CHILDREN, &marks[0], 1);
    ike_tally_child(&t, CHILDREN, &marks[1], 3);
    ike_tally_child(&t, CHILDREN, &marks[2], 3);
    ike_tally_child(&t, CHILDREN, &marks[3], IKE_TALLY_NOT);
    ike_tally_child(&t, CHILDREN, &marks[0], 2);
    ike_tally_child(&t, CHILDREN, &marks[1], IKE_TALLY_NOT);
    const struct ike_presence now = show(&t);
    assert_int_equal(now.children[0], 0);
    assert_int_equal(now.children[1], 1);
    assert_int_equal(now.children[2], 1);
    ike_tally_fini(&t);
}

/* Whatever number it says: there is room for those that the connection has, and for no other. */
static void a_number_beyond_the_list_counts_nowhere(void **state)
{
    (void)state;
    struct ike_tally t = {0};
    uint16_t first = IKE_TALLY_NOT, last = IKE_TALLY_NOT, none = IKE_TALLY_NOT;
    ike_tally_child(&t, 1, &first, 1);
    ike_tally_child(&t, CHILDREN, &last, CHILDREN);
    ike_tally_child(&t, CHILDREN, &none, CHILDREN + 1);
    assert_int_equal(none, IKE_TALLY_NOT);
    const struct ike_presence now = show(&t);
    assert_true(now.children[0] == 1 && now.children[CHILDREN - 1] == 1);
    ike_tally_fini(&t);
}

/* Or a child that goes when there is no memory would be counted for ever. */
static void what_goes_needs_no_room(void **state)
{
    (void)state;
    struct ike_tally t = {0};
    uint16_t mark = IKE_TALLY_NOT;
    ike_tally_child(&t, 1, &mark, 1);
    ike_tally_child(&t, CHILDREN, &mark, IKE_TALLY_NOT);
    assert_int_equal(t.n_children, 1);
    assert_int_equal(show(&t).children[0], 0);
    ike_tally_fini(&t);
}

/* As while SAs of a former configuration wait to be taken over. */
static void two_add_up(void **state)
{
    (void)state;
    struct ike_tally t = {0}, former = {0};
    struct ike_presence now = {0};
    uint8_t a = IKE_TALLY_NOT, b = IKE_TALLY_NOT;
    uint16_t child = IKE_TALLY_NOT;
    ike_tally_sa(&t, &a, IKE_VIEW_ESTABLISHED + 1);
    ike_tally_sa(&former, &b, IKE_VIEW_ESTABLISHED + 1);
    ike_tally_child(&former, CHILDREN, &child, 2);
    ike_tally_show(&t, &now);
    ike_tally_show(&former, &now);
    assert_true(now.sas == 2 && now.up == 2 && now.children[1] == 1);
    ike_tally_fini(&t);
    ike_tally_fini(&former);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_sa_counts_as_what_it_is_now),
        cmocka_unit_test(a_child_counts_under_its_number),
        cmocka_unit_test(a_number_beyond_the_list_counts_nowhere),
        cmocka_unit_test(what_goes_needs_no_room),
        cmocka_unit_test(two_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
