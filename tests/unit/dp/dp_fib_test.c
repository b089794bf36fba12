/* SPDX-License-Identifier: BSD-3-Clause */
/* Routes: which adjacency an address leads to, before and after what control changes. */
#include "dp_way.h"

#include <errno.h>
#include "dp_adj.h"
#include "dp_core.h"
#include "dp_fib.h"

static struct dp_fib *fib_of(const struct rig *r)
{
    return atomic_load(&r->a.dp->fib);
}

static const struct dp_adj *adj_for(const struct rig *r, const char *to)
{
    const struct base_addr a = rig_ip(to);
    return &r->a.dp->adjs[dp_fib_find(fib_of(r), a.family == BASE_AF_IP6, a.bytes)];
}

static struct dp_route route(const char *prefix, uint16_t port, const char *next_hop)
{
    struct dp_route out = {.port = port};
    assert_int_equal(base_prefix_parse(prefix, &out.prefix), 0);
    if (next_hop)
        out.next_hop = rig_ip(next_hop);
    return out;
}

static void own_addresses_neighbours_and_links_are_there_without_routes(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    assert_int_equal(adj_for(&r, "10.1.0.1")->kind, DP_ADJ_LOCAL);
    assert_int_equal(adj_for(&r, "fd00:1::1")->kind, DP_ADJ_LOCAL);
    assert_int_equal(adj_for(&r, "10.1.0.9")->kind, DP_ADJ_NEIGH);
    assert_int_equal(adj_for(&r, "10.1.0.10")->kind, DP_ADJ_ONLINK);
    assert_int_equal(adj_for(&r, "10.1.0.10")->port, RIG_INSIDE);
    assert_int_equal(adj_for(&r, "2001:db8::77")->port, RIG_OUTSIDE);
    assert_int_equal(adj_for(&r, "203.0.113.1")->kind, DP_ADJ_NONE);
    rig_free(&r);
}

static void the_longest_prefix_wins_and_of_two_alike_the_later(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const struct dp_route routes[] = {
        route("0.0.0.0/0", RIG_OUTSIDE, "192.0.2.2"), route("203.0.113.0/24", RIG_INSIDE, "10.1.0.9"),
        route("203.0.113.128/25", RIG_OUTSIDE, NULL), route("203.0.113.0/24", RIG_INSIDE, "10.1.0.8"),
        route("::/0", RIG_OUTSIDE, "2001:db8::2")};
    assert_int_equal(dp_routes_set(r.a.dp, routes, 5), 0);
    const struct base_addr later = rig_ip("10.1.0.8"), gateway = rig_ip("192.0.2.2"),
                           six = rig_ip("2001:db8::2");
    assert_true(base_addr_equal(&adj_for(&r, "203.0.113.1")->next_hop, &later));
    assert_int_equal(adj_for(&r, "203.0.113.129")->kind, DP_ADJ_ONLINK);
    assert_true(base_addr_equal(&adj_for(&r, "8.8.8.8")->next_hop, &gateway));
    assert_true(base_addr_equal(&adj_for(&r, "2001:db9::1")->next_hop, &six));
    assert_int_equal(adj_for(&r, "10.1.0.1")->kind, DP_ADJ_LOCAL);
    rig_free(&r);
}

static void new_routes_take_the_place_of_all_old_ones(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const struct dp_route one = route("203.0.113.0/24", RIG_OUTSIDE, NULL),
                          two = route("198.51.100.0/24", RIG_INSIDE, NULL);
    assert_int_equal(dp_routes_set(r.a.dp, &one, 1), 0);
    const uint32_t before = atomic_load(&fib_of(&r)->generation);
    assert_int_equal(dp_routes_set(r.a.dp, &two, 1), 0);
    assert_int_equal(adj_for(&r, "203.0.113.1")->kind, DP_ADJ_NONE);
    assert_int_equal(adj_for(&r, "198.51.100.1")->kind, DP_ADJ_ONLINK);
    assert_int_equal(adj_for(&r, "10.1.0.9")->kind, DP_ADJ_NEIGH); /* neighbours are kept */
    assert_int_not_equal(atomic_load(&fib_of(&r)->generation), before);
    rig_free(&r);
}

static void a_route_to_no_port_changes_nothing(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const struct dp_route good = route("203.0.113.0/24", RIG_OUTSIDE, NULL);
    const struct dp_route bad[] = {route("198.51.100.0/24", RIG_INSIDE, NULL), route("10.9.0.0/16", 2, NULL)};
    assert_int_equal(dp_routes_set(r.a.dp, &good, 1), 0);
    assert_int_equal(dp_routes_set(r.a.dp, bad, 2), -EINVAL);
    assert_int_equal(adj_for(&r, "203.0.113.1")->kind, DP_ADJ_ONLINK);
    assert_int_equal(adj_for(&r, "198.51.100.1")->kind, DP_ADJ_NONE);
    rig_free(&r);
}

static void a_known_neighbour_does_not_hide_an_own_address(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const struct base_addr own = rig_ip("10.1.0.1");
    assert_int_equal(dp_fib_host_set(r.a.dp, fib_of(&r), &own, 1), -EINVAL);
    assert_int_equal(adj_for(&r, "10.1.0.1")->kind, DP_ADJ_LOCAL);
    rig_free(&r);
}

static void when_a_neighbour_goes_what_stood_behind_it_is_back(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    const struct dp_route host = route("10.1.0.9/32", RIG_OUTSIDE, "192.0.2.2");
    const struct base_addr known = rig_ip("10.1.0.9"), gateway = rig_ip("192.0.2.2");
    dp_neigh_remove(r.a.dp, RIG_INSIDE, &known);
    assert_int_equal(adj_for(&r, "10.1.0.9")->kind, DP_ADJ_ONLINK);
    rig_neighbour(r.a.dp, RIG_INSIDE, "10.1.0.9", 0x31);
    assert_int_equal(dp_routes_set(r.a.dp, &host, 1), 0);
    assert_int_equal(adj_for(&r, "10.1.0.9")->port, RIG_INSIDE);
    dp_neigh_remove(r.a.dp, RIG_INSIDE, &known);
    assert_true(base_addr_equal(&adj_for(&r, "10.1.0.9")->next_hop, &gateway));
    rig_free(&r);
}

/* A gives 10.1.0.1/24 and its IPv6 up for an address that a neighbour had, and one of another network. */
static void a_port_gets_other_addresses_with_their_links_and_loses_those_it_had(void **state)
{
    struct rig r = rig_make(&rig_gcm128, NULL, true, true, 1500);
    struct base_prefix now[2];
    const struct base_addr was = rig_ip("10.1.0.1"), is = rig_ip("10.1.0.9");
    assert_int_equal(base_prefix_parse_host("10.1.0.9/24", &now[0]), 0);
    assert_int_equal(base_prefix_parse_host("10.77.0.1/16", &now[1]), 0);
    assert_int_equal(adj_for(&r, "10.1.0.9")->kind, DP_ADJ_NEIGH);
    assert_int_equal(dp_addrs_set(r.a.dp, RIG_INSIDE, 2, now), 0);
    assert_int_equal(dp_routes_set(r.a.dp, NULL, 0), 0);
    assert_int_equal(adj_for(&r, "10.1.0.9")->kind, DP_ADJ_LOCAL);
    assert_int_equal(adj_for(&r, "10.77.0.1")->kind, DP_ADJ_LOCAL);
    assert_int_equal(adj_for(&r, "10.77.9.9")->kind, DP_ADJ_ONLINK);
    assert_int_equal(adj_for(&r, "10.1.0.1")->kind, DP_ADJ_ONLINK);
    assert_int_equal(adj_for(&r, "fd00:1::1")->kind, DP_ADJ_NONE);
    assert_true(dp_addr_is_own(r.a.dp, &is));
    assert_false(dp_addr_is_own(r.a.dp, &was));
    dp_neigh_remove(r.a.dp, RIG_INSIDE, &is); /* what was known of the neighbour ends later */
    assert_int_equal(adj_for(&r, "10.1.0.9")->kind, DP_ADJ_LOCAL);
    assert_int_equal(dp_addrs_set(r.a.dp, DP_PORTS_MAX, 2, now), -EINVAL);
    assert_int_equal(dp_addrs_set(r.a.dp, RIG_INSIDE, DP_PORT_ADDRS_MAX + 1, now), -EINVAL);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_addresses_neighbours_and_links_are_there_without_routes),
        cmocka_unit_test(the_longest_prefix_wins_and_of_two_alike_the_later),
        cmocka_unit_test(new_routes_take_the_place_of_all_old_ones),
        cmocka_unit_test(a_route_to_no_port_changes_nothing),
        cmocka_unit_test(a_known_neighbour_does_not_hide_an_own_address),
        cmocka_unit_test(when_a_neighbour_goes_what_stood_behind_it_is_back),
        cmocka_unit_test(a_port_gets_other_addresses_with_their_links_and_loses_those_it_had),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
