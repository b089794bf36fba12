/* SPDX-License-Identifier: BSD-3-Clause */
/* What a child says of its beginning and end, and what its connection says for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "ike_conf.h"

static void a_child_says_it_or_its_connection_does(void **state)
{
    (void)state;
    static const struct {
        enum ike_start conn, start, dead, closed, want[3]; /* by enum ike_end */
    } rows[] = {
        {0, 0, 0, 0, {IKE_START_NONE, IKE_START_NONE, IKE_START_NONE}},
        {IKE_START_START, 0, 0, 0, {IKE_START_START, IKE_START_START, IKE_START_START}},
        {IKE_START_START, IKE_START_NONE, 0, 0, {IKE_START_NONE, IKE_START_NONE, IKE_START_NONE}},
        {IKE_START_TRAP,
         0,
         IKE_START_NONE,
         IKE_START_START,
         {IKE_START_TRAP, IKE_START_NONE, IKE_START_START}},
        {0, IKE_START_START, IKE_START_TRAP, 0, {IKE_START_START, IKE_START_TRAP, IKE_START_START}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ike_child_conf child = {
            .start = rows[i].start, .on_dead = rows[i].dead, .on_close = rows[i].closed};
        const struct ike_conn_conf c = {.start = rows[i].conn, .n_children = 1, .children = &child};
        assert_int_equal(ike_child_conf_start(&c, &child), rows[i].want[0]);
        for (enum ike_start how = IKE_START_START; how <= IKE_START_NONE; how++) {
            bool is_any = false;
            for (enum ike_end end = IKE_END_OWN; end <= IKE_END_CLOSED; end++) {
                assert_int_equal(ike_child_conf_after(&c, &child, end), rows[i].want[end]);
                is_any |= rows[i].want[end] == how;
            }
            assert_int_equal(ike_conn_conf_begins(&c, how), is_any);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_says_it_or_its_connection_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
