/* SPDX-License-Identifier: BSD-3-Clause */
/* Which number a row of bypass has, over reloads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "ctl_bypass.h"
#include "node_request.h"
#include "node_view.h"

/* What a number has counted when it is asked. */
void node_view_row(const struct node *node, uint16_t row, struct node_row_view *out)
{
    (void)node;
    assert_true(row < NODE_ROWS_MAX);
    *out = (struct node_row_view){1000u + row, 2000u + row};
}

static struct base_ts_list nets[600];
static struct conf_bypass rows[600];

/* Row i is for another network than all others. */
static struct conf rows_from(size_t first, size_t n)
{
    for (size_t i = 0; i < 600; i++) {
        nets[i] = (struct base_ts_list){.count = 1};
        nets[i].list[0].lo = nets[i].list[0].hi = base_addr_ip4((uint32_t)i);
        rows[i] = (struct conf_bypass){&nets[i], &nets[i]};
    }
    return (struct conf){.n_bypasses = n, .bypasses = rows + first};
}

static void a_row_keeps_its_number_and_a_new_one_begins_with_nothing(void **state)
{
    const struct conf first = rows_from(0, 3), second = rows_from(2, 2), third = rows_from(3, 2);
    const struct ctl_bypasses none = {0};
    (void)state;
    const struct ctl_bypasses a = ctl_bypasses_next(NULL, &first, &none, &first); /* as at the start */
    assert_int_equal(a.n, 3);
    for (uint16_t i = 0; i < 3; i++) {
        assert_int_equal(a.list[i].row, i);
        assert_int_equal(a.list[i].pkts, 1000 + i);
        assert_int_equal(a.list[i].bytes, 2000 + i);
    }
    struct ctl_bypasses b = ctl_bypasses_next(NULL, &first, &a, &second);
    assert_int_equal(b.n, 2);
    assert_memory_equal(&b.list[0], &a.list[2], sizeof b.list[0]);
    assert_int_equal(b.list[1].row, 3); /* none that is in force till then */
    b.list[1].pkts = 7;
    const struct ctl_bypasses c = ctl_bypasses_next(NULL, &second, &b, &third);
    assert_int_equal(c.list[0].row, 3);
    assert_int_equal(c.list[0].pkts, 7);
    assert_int_equal(c.list[1].row, 0);
    assert_int_equal(c.list[1].pkts, 1000);
}

static void as_many_as_there_may_be_have_numbers_and_others_after_them(void **state)
{
    const struct conf first = rows_from(0, CONF_BYPASS_MAX), second = rows_from(300, CONF_BYPASS_MAX);
    const struct ctl_bypasses none = {0};
    (void)state;
    const struct ctl_bypasses a = ctl_bypasses_next(NULL, &first, &none, &first);
    const struct ctl_bypasses b = ctl_bypasses_next(NULL, &first, &a, &second);
    assert_int_equal(a.list[CONF_BYPASS_MAX - 1].row, CONF_BYPASS_MAX - 1);
    assert_int_equal(b.list[CONF_BYPASS_MAX - 1].row, NODE_ROWS_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_keeps_its_number_and_a_new_one_begins_with_nothing),
        cmocka_unit_test(as_many_as_there_may_be_have_numbers_and_others_after_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
