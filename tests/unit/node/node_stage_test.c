/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of routes and policies: order, content, growth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <cmocka.h>
#include "dp.h"
#include "node_stage.h"
#include "sad.h"

static void routes_and_policies_stay_in_order_however_many_there_are(void **state)
{
    struct node_stage stage = {0};
    struct node_route route = {.next_hop = base_addr_ip4(0xc0000202)};
    const struct base_ts box = {.lo = base_addr_ip4(1), .hi = base_addr_ip4(2)};
    struct node_policy policy = {.local_ts = {.count = 1, .list = {box}},
                                 .remote_ts = {.count = 2, .list = {box, box}}};
    for (uint16_t i = 0; i < 1000; i++) {
        route.port = i;
        route.prefix = (struct base_prefix){base_addr_ip4(i), 32};
        policy.trap = i;
        policy.dscp = i * UINT64_C(3);
        assert_int_equal(node_stage_add_route(&stage, &route), 0);
        assert_int_equal(node_stage_add_policy(&stage, &policy), 0);
    }
    assert_int_equal(stage.routes.count, 1000);
    assert_int_equal(stage.policies.count, 1000);
    const struct dp_route *routes = stage.routes.items;
    const struct sad_policy *policies = stage.policies.items;
    for (uint16_t i = 0; i < 1000; i++) {
        const struct base_addr to = base_addr_ip4(i);
        assert_int_equal(routes[i].port, i);
        assert_true(base_addr_equal(&routes[i].prefix.addr, &to));
        assert_true(base_addr_equal(&routes[i].next_hop, &route.next_hop));
        assert_int_equal(policies[i].trap, i);
        assert_int_equal(policies[i].dscp, i * UINT64_C(3));
        assert_int_equal(policies[i].local_ts->count, 1);
        assert_int_equal(policies[i].remote_ts->count, 2);
    }
    node_stage_clear_routes(&stage);
    assert_int_equal(stage.routes.count, 0);
    assert_int_equal(node_stage_add_route(&stage, &route), 0);
    assert_int_equal(stage.routes.count, 1);
    node_stage_clear_routes(&stage);
    node_stage_clear_policies(&stage);
}

/* Only what is added as such goes in clear, whatever else the bytes of the request say. */
static void a_bypass_is_told_from_a_policy_by_how_it_was_added(void **state)
{
    struct node_stage stage = {0};
    const struct base_ts box = {.lo = base_addr_ip4(1), .hi = base_addr_ip4(2)};
    struct node_policy policy;
    memset(&policy, 0xff, sizeof policy);
    policy.trap = SAD_TRAP_MAX;
    policy.row = NODE_ROWS_MAX;
    base_ts_set_one(&policy.local_ts, &box);
    base_ts_set_one(&policy.remote_ts, &box);
    assert_int_equal(node_stage_add_policy(&stage, &policy), 0);
    assert_int_equal(node_stage_add_bypass(&stage, &policy), -EINVAL);
    policy.row = NODE_ROWS_MAX - 1;
    assert_int_equal(node_stage_add_bypass(&stage, &policy), 0);
    const struct sad_policy *policies = stage.policies.items;
    assert_false(policies[0].is_bypass);
    assert_int_equal(policies[0].trap, SAD_TRAP_MAX);
    assert_true(policies[1].is_bypass);
    assert_int_equal(policies[1].trap, 0);
    assert_int_equal(policies[1].row, NODE_ROWS_MAX - 1);
    node_stage_clear_policies(&stage);
}

/* Freeing 100,000 at once would hold whoever waits for the commit. */
static void policies_are_dropped_so_many_at_a_time(void **state)
{
    struct node_stage stage = {0};
    const struct base_ts box = {.lo = base_addr_ip4(1), .hi = base_addr_ip4(2)};
    const struct node_policy policy = {.local_ts = {.count = 1, .list = {box}},
                                       .remote_ts = {.count = 1, .list = {box}}};
    for (int i = 0; i < 25; i++)
        assert_int_equal(node_stage_add_policy(&stage, &policy), 0);
    stage.has_served = true;
    assert_true(node_stage_drop_policies(&stage, 10));
    assert_int_equal(stage.policies.count, 15);
    assert_true(node_stage_drop_policies(&stage, 10));
    assert_true(stage.has_served);
    assert_false(node_stage_drop_policies(&stage, 10));
    assert_int_equal(stage.policies.count, 0);
    assert_false(stage.has_served);
    assert_int_equal(node_stage_add_policy(&stage, &policy), 0);
    node_stage_clear_policies(&stage);
    assert_null(stage.policies.items);
}

static void what_makes_no_sense_is_not_added(void **state)
{
    struct node_stage stage = {0};
    const struct base_addr ip4 = base_addr_ip4(1), ip6 = {.family = BASE_AF_IP6}, other = {.family = 9};
    const struct node_route routes[] = {
        {.prefix = {ip4, 33}},
        {.prefix = {ip6, 129}},
        {.prefix = {other, 0}},
        {.prefix = {{0}, 0}},
        {.prefix = {ip4, 24}, .next_hop = ip6},
    };
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
        assert_int_equal(node_stage_add_route(&stage, &routes[i]), -EINVAL);
    struct node_policy policy = {.local_ts = {.count = BASE_TS_MAX + 1}};
    assert_int_equal(node_stage_add_policy(&stage, &policy), -EINVAL);
    policy = (struct node_policy){.remote_ts = {.count = 1, .list = {{.lo = ip4, .hi = ip6}}}};
    assert_int_equal(node_stage_add_policy(&stage, &policy), -EINVAL);
    policy.remote_ts.list[0].hi = ip4;
    policy.trap = SAD_TRAP_MAX + 1;
    assert_int_equal(node_stage_add_policy(&stage, &policy), -EINVAL);
    policy.trap = SAD_TRAP_MAX;
    assert_int_equal(node_stage_add_policy(&stage, &policy), 0);
    assert_int_equal(stage.routes.count, 0);
    assert_int_equal(stage.policies.count, 1);
    node_stage_clear_policies(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(routes_and_policies_stay_in_order_however_many_there_are),
        cmocka_unit_test(a_bypass_is_told_from_a_policy_by_how_it_was_added),
        cmocka_unit_test(policies_are_dropped_so_many_at_a_time),
        cmocka_unit_test(what_makes_no_sense_is_not_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
