/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of versions: whole, each at its number, and a connection goes by the one that it says. */
#include "ike_version.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "ike_run.h"

static void each_row_has_all_its_functions(void **state)
{
    const struct ike_version *v;
    (void)state;
    for (size_t i = 0; (v = ike_version_at(i)) != NULL; i++) {
        assert_ptr_equal(ike_version_of(v->major), v);
        assert_true(v->start && v->stop && v->on_packet && v->on_timer && v->on_event && v->settle &&
                    v->shut_down);
        assert_true(v->has_live && v->call && v->make_children && v->terminate_child && v->terminate &&
                    v->rekey);
        assert_true(v->reauthenticate && v->hand_over);
        assert_true(v->show_next && v->show_presence && v->show_child);
    }
}

static void a_connection_goes_by_the_version_that_it_says(void **state)
{
    struct ike_conn_conf c = {.version = 1};
    const struct ike_run run = {.conn = &c};
    (void)state;
    assert_int_equal(ike_version_run(&run)->major, ike_version_of(1) ? 1 : 2);
    c.version = 2;
    assert_int_equal(ike_version_run(&run)->major, 2);
    assert_null(ike_version_of(3));
    assert_null(ike_version_of(0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_has_all_its_functions),
        cmocka_unit_test(a_connection_goes_by_the_version_that_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
