/* SPDX-License-Identifier: BSD-3-Clause */
/* The SA of a connection that tells most, of an engine that is a list here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "ctl_newest.h"

static struct ike_sa_view sas[3000];
static size_t n_sas;
static unsigned turns;
static struct ctl ctl;
static struct ctl_newest newest;

bool ike_show_child(const struct ike *ike, uint64_t id, size_t n, struct ike_child_view *out)
{
    (void)ike, (void)id, (void)n, (void)out;
    return false;
}

bool ike_show_next(const struct ike *ike, uint64_t after_id, struct ike_sa_view *out)
{
    (void)ike;
    if (after_id >= n_sas)
        return false;
    *out = sas[after_id];
    return true;
}

static void turn(struct ctl *c, bool waits)
{
    (void)c;
    (void)waits;
    turns++;
}

static void add(const char *conn, enum ike_view_state state)
{
    sas[n_sas] = (struct ike_sa_view){.id = n_sas + 1, .state = state};
    strcpy(sas[n_sas++].conn, conn);
}

static int empty(void **state)
{
    (void)state;
    n_sas = 0;
    turns = 0;
    ctl.loop.turn = turn;
    return 0;
}

static void nothing_of_it(void **state)
{
    (void)state;
    add("bar", IKE_VIEW_ESTABLISHED);
    ctl_newest(&ctl, "foo", &newest);
    assert_false(newest.has_sa);
    assert_int_equal(newest.up + newest.connecting, 0);
}

static void what_is_up_goes_before_what_is_newer(void **state)
{
    (void)state;
    add("foo", IKE_VIEW_CONNECTING);
    add("foo", IKE_VIEW_ESTABLISHED);
    add("foo", IKE_VIEW_ESTABLISHED);
    add("bar", IKE_VIEW_ESTABLISHED);
    add("foo", IKE_VIEW_CONNECTING);
    ctl_newest(&ctl, "foo", &newest);
    assert_int_equal(newest.sa.id, 3);
    assert_int_equal(newest.up, 2);
    assert_int_equal(newest.connecting, 2);
}

static void many_others_are_passed_in_slices(void **state)
{
    (void)state;
    while (n_sas < sizeof sas / sizeof *sas - 1)
        add("bar", IKE_VIEW_ESTABLISHED);
    add("foo", IKE_VIEW_ESTABLISHED);
    ctl_newest(&ctl, "foo", &newest);
    assert_int_equal(newest.sa.id, sizeof sas / sizeof *sas);
    assert_true(turns > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_of_it, empty),
        cmocka_unit_test_setup(what_is_up_goes_before_what_is_newer, empty),
        cmocka_unit_test_setup(many_others_are_passed_in_slices, empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
