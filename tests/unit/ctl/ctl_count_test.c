/* SPDX-License-Identifier: BSD-3-Clause */
/* Counters as JSON, by rows that only this test knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "ctl.h"
#include "ctl_count.h"
#include "node_view.h"

struct counters {
    uint64_t a, b;
};

static const struct telem_row list[] = {TELEM_ROW(struct counters, a, PKTS, COUNTER, "all that came")
                                            TELEM_ROW(struct counters, b, COUNT, DROP, "all that went")};
static const struct telem_rows rows = TELEM_ROWS(list);
static const struct counters counters = {7, UINT32_MAX + 1ull};

static void is_json(json_t *value, const char *want)
{
    char *text = json_dumps(value, JSON_COMPACT);
    assert_non_null(text);
    assert_string_equal(text, want);
    free(text);
    json_decref(value);
}

static void each_row_is_a_member_with_its_value(void **state)
{
    json_t *o = json_object();
    ctl_count_set(o, &rows, &counters);
    is_json(o, "{\"a\":7,\"b\":4294967296}");
}

static void a_drop_has_its_help_beside_it(void **state)
{
    json_t *o = json_object();
    ctl_count_drop(o, &rows.list[1], &counters);
    is_json(o, "{\"name\":\"b\",\"count\":4294967296,\"help\":\"all that went\"}");
}

static void what_rows_mean_is_told_in_their_order(void **state)
{
    is_json(ctl_count_about("g", "the G", &rows),
            "{\"group\":\"g\",\"title\":\"the G\",\"counters\":["
            "{\"name\":\"a\",\"unit\":\"pkts\",\"kind\":\"counter\",\"help\":\"all that came\"},"
            "{\"name\":\"b\",\"unit\":\"count\",\"kind\":\"drop\",\"help\":\"all that went\"}]}");
}

static int parts, turns;

int node_view_conn(const struct node *node, uint32_t conn, struct node_counters *out)
{
    if (conn != 5)
        return -1;
    *out = (struct node_counters){.words = {9}};
    return parts-- > 0;
}

static void turn(struct ctl *ctl, bool waits)
{
    assert_false(waits); /* no command, which would begin another sum */
    turns++;
}

static void a_long_sum_has_turns_of_the_loop_in_it(void **state)
{
    struct ctl ctl = {.loop.turn = turn};
    struct node_counters c;
    assert_int_equal(ctl_count_conn(&ctl, 5, &c), 0);
    assert_int_equal(turns, 0);
    parts = 3;
    assert_int_equal(ctl_count_conn(&ctl, 5, &c), 0);
    assert_int_equal(turns, 3);
    assert_int_equal(c.words[0], 9);
    assert_int_equal(ctl_count_conn(&ctl, 6, &c), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_is_a_member_with_its_value),
        cmocka_unit_test(a_drop_has_its_help_beside_it),
        cmocka_unit_test(what_rows_mean_is_told_in_their_order),
        cmocka_unit_test(a_long_sum_has_turns_of_the_loop_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
