/* SPDX-License-Identifier: BSD-3-Clause */
/* What the telemetry socket is told, and how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "ctl_rows.h"
#include "ctl_tell.h"
#include "node_request.h"

static struct ctl ctl;
static struct node_request asked[8];
static size_t n_asked;

int node_do(struct node *node, struct node_request *r)
{
    assert_true(n_asked < 8);
    assert_int_equal(r->type, NODE_COUNTERS_TELL);
    memcpy(&asked[n_asked++], r, sizeof *r);
    return 0;
}

void ike_stats(const struct ike *ike, struct ike_stats *out)
{
    *out = (struct ike_stats){.packets_in = 7};
}

static uint64_t told(const struct node_told *t, const char *name)
{
    for (uint32_t i = 0; i < t->count; i++)
        if (strcmp(t->rows[i].name, name) == 0)
            return t->rows[i].value;
    return UINT64_MAX;
}

static void both_groups_are_told_once_a_second_whole(void **state)
{
    ctl.in_force.control.telemetry = true;
    ctl.tally.reloads = 3;
    for (unsigned ms = 0; ms < 2000; ms += 100)
        ctl_tell(&ctl, (base_time){(1000000 + ms) * BASE_NS_PER_MS});
    assert_int_equal(n_asked, 4);
    assert_string_equal(asked[0].told.group, "ike");
    assert_int_equal(asked[0].told.count, ike_stats_rows.count);
    assert_int_equal(told(&asked[0].told, "packets_in"), 7);
    assert_string_equal(asked[1].told.group, "control");
    assert_int_equal(asked[1].told.count, ctl_rows.count);
    assert_int_equal(told(&asked[1].told, "reloads"), 3);
}

static void without_the_socket_nothing_is_told(void **state)
{
    ctl = (struct ctl){0};
    n_asked = 0;
    ctl_tell(&ctl, (base_time){1000 * BASE_NS_PER_S});
    assert_int_equal(n_asked, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_groups_are_told_once_a_second_whole),
        cmocka_unit_test(without_the_socket_nothing_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
