/* SPDX-License-Identifier: BSD-3-Clause */
/* Own addresses and prefixes: what a packet to them or from them is judged by. */
#include "dp_own.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include "dp_bytes.h"

static struct dp *dp;

static struct base_addr ip(const char *text)
{
    struct base_addr a;
    assert_int_equal(base_addr_parse(text, &a), 0);
    return a;
}

static bool find(const char *text)
{
    const struct base_addr a = ip(text);
    return dp_own4_find(dp, dp_load32(a.bytes));
}

static void set(uint16_t port, size_t count, const struct base_prefix *addrs)
{
    struct dp_own *before = atomic_load(&dp->own);
    atomic_store(&dp->own, dp_own_with(before, port, count, addrs));
    assert_non_null(dp_own_now(dp));
    free(before);
}

static void port_set(uint16_t port, enum dp_role role, const char *a, const char *b)
{
    struct base_prefix addrs[2];
    size_t n = 0;
    assert_int_equal(base_prefix_parse_host(a, &addrs[n++]), 0);
    if (b)
        assert_int_equal(base_prefix_parse_host(b, &addrs[n++]), 0);
    dp->ports[port].params.role = role;
    dp->params.n_ports = port + 1u;
    set(port, n, addrs);
}

static int setup(void **state)
{
    dp = calloc(1, sizeof *dp);
    if (!dp)
        return -1;
    set(0, 0, NULL);
    return 0;
}

static int teardown(void **state)
{
    free(atomic_load(&dp->own));
    free(dp);
    return 0;
}

static void of_none_nothing_is_found(void **state)
{
    assert_false(find("192.0.2.1"));
    assert_false(find("0.0.0.0"));
    assert_false(find("255.255.255.255"));
}

static void one_is_found_and_its_neighbours_are_not(void **state)
{
    port_set(0, DP_ROLE_OUTSIDE, "192.0.2.1/24", "192.0.2.1/32");
    assert_true(find("192.0.2.1"));
    assert_false(find("192.0.2.0"));
    assert_false(find("192.0.2.2"));
    assert_false(find("192.0.3.1"));
    assert_false(find("0.0.0.0"));
}

static struct base_prefix many(unsigned i, unsigned last)
{
    char text[32];
    struct base_prefix p;
    snprintf(text, sizeof text, "10.%u.%u.%u/24", i * 7 % 256, i * 31 % 256, last);
    assert_int_equal(base_prefix_parse_host(text, &p), 0);
    return p;
}

static void as_many_as_fit_are_all_found_and_one_more_is_refused(void **state)
{
    struct base_prefix addrs[DP_OWN4_MAX];
    for (unsigned i = 0; i < DP_OWN4_MAX; i++)
        addrs[i] = many(i, i + 1);
    for (uint16_t port = 0; port < DP_OWN4_MAX / DP_PORT_ADDRS_MAX; port++)
        set(port, DP_PORT_ADDRS_MAX, addrs + port * DP_PORT_ADDRS_MAX);
    for (unsigned i = 0; i < DP_OWN4_MAX; i++) {
        const struct base_prefix other = many(i, i + 101);
        assert_true(dp_own4_find(dp, dp_load32(addrs[i].addr.bytes)));
        assert_false(dp_own4_find(dp, dp_load32(other.addr.bytes)));
    }
    assert_false(find("11.0.0.1"));
    assert_null(dp_own_with(dp_own_now(dp), DP_PORTS_MAX - 1, 1, addrs));
}

static void what_a_port_had_before_is_forgotten_and_other_ports_keep_theirs(void **state)
{
    port_set(0, DP_ROLE_OUTSIDE, "192.0.2.1/24", "198.51.100.1/24");
    port_set(1, DP_ROLE_INSIDE, "10.1.0.1/24", NULL);
    port_set(0, DP_ROLE_OUTSIDE, "203.0.113.1/24", NULL);
    dp->params.n_ports = 2;
    assert_true(find("203.0.113.1") && find("10.1.0.1"));
    assert_false(find("192.0.2.1") || find("198.51.100.1"));
    const struct base_addr gone = ip("192.0.2.1"), near = ip("192.0.2.9");
    assert_false(dp_addr_is_own(dp, &gone) || dp_is_onlink(dp, 0, &near));
    set(0, 0, NULL);
    assert_false(find("203.0.113.1"));
    assert_true(find("10.1.0.1"));
}

static void another_family_is_not_added(void **state)
{
    port_set(0, DP_ROLE_OUTSIDE, "2001:db8::1/64", NULL);
    assert_false(find("32.1.13.184")); /* the first four of its bytes */
    assert_int_equal(dp_own_now(dp)->one4, 0);
}

static void a_host_is_on_link_in_the_prefixes_of_its_port_only(void **state)
{
    port_set(0, DP_ROLE_INSIDE, "10.1.0.1/24", "fd00:1::1/64");
    port_set(1, DP_ROLE_OUTSIDE, "192.0.2.1/24", NULL);
    const struct base_addr inside = ip("10.1.0.255"), inside6 = ip("fd00:1::ffff"), next = ip("10.1.1.0");
    assert_true(dp_is_onlink(dp, 0, &inside));
    assert_true(dp_is_onlink(dp, 0, &inside6));
    assert_false(dp_is_onlink(dp, 0, &next));
    assert_false(dp_is_onlink(dp, 1, &inside));
}

static void an_inside_link_is_not_outside_and_is_a_port(void **state)
{
    port_set(0, DP_ROLE_INSIDE, "10.1.0.1/24", "fd00:1::1/64");
    port_set(1, DP_ROLE_OUTSIDE, "192.0.2.1/24", NULL);
    port_set(2, DP_ROLE_BOTH, "198.51.100.1/24", NULL);
    assert_true(dp_is_inside_link(dp, 0, ip("10.1.0.9").bytes, false));
    assert_true(dp_is_inside_link(dp, 0, ip("fd00:1::9").bytes, true));
    assert_false(dp_is_inside_link(dp, 0, ip("fd00:2::9").bytes, true));
    assert_false(dp_is_inside_link(dp, 1, ip("192.0.2.9").bytes, false));
    assert_true(dp_is_inside_link(dp, 2, ip("198.51.100.9").bytes, false));
    assert_false(dp_is_inside_link(dp, 3, ip("198.51.100.9").bytes, false));
    assert_false(dp_is_inside_link(dp, DP_PORT_NONE, ip("10.1.0.9").bytes, false));
    assert_false(dp_is_inside_link(dp, UINT16_MAX, ip("10.1.0.9").bytes, false));
}

static void towards_a_host_the_address_of_its_prefix_is_taken_else_the_first(void **state)
{
    port_set(0, DP_ROLE_BOTH, "192.0.2.1/24", "198.51.100.1/24");
    const struct base_addr first = ip("192.0.2.1"), second = ip("198.51.100.1");
    struct base_addr host = ip("198.51.100.9");
    assert_true(base_addr_equal(dp_own_towards(dp, 0, &host), &second));
    host = ip("192.0.2.9");
    assert_true(base_addr_equal(dp_own_towards(dp, 0, &host), &first));
    host = ip("203.0.113.9");
    assert_true(base_addr_equal(dp_own_towards(dp, 0, &host), &first));
    host = ip("2001:db8::9");
    assert_null(dp_own_towards(dp, 0, &host));
}

static void a_port_has_all_of_its_addresses_whatever_their_order(void **state)
{
    port_set(0, DP_ROLE_OUTSIDE, "192.0.2.1/24", "192.0.2.2/24");
    port_set(1, DP_ROLE_INSIDE, "fd00:1::1/64", "fd00:1::2/64");
    const struct base_addr first = ip("192.0.2.1"), second = ip("192.0.2.2"), second6 = ip("fd00:1::2");
    const struct base_addr neighbour = ip("192.0.2.3");
    assert_true(dp_own_has(dp, 0, &first) && dp_own_has(dp, 0, &second) && dp_own_has(dp, 1, &second6));
    assert_false(dp_own_has(dp, 1, &second));
    assert_false(dp_own_has(dp, 0, &neighbour));
}

static void the_longest_prefix_decides_from_where_a_host_is_spoken_to(void **state)
{
    port_set(0, DP_ROLE_BOTH, "10.0.0.1/8", "10.1.0.1/16");
    const struct base_addr host = ip("10.1.0.9"), near = ip("10.1.0.1");
    assert_true(base_addr_equal(dp_own_towards(dp, 0, &host), &near));
    port_set(0, DP_ROLE_BOTH, "10.1.0.1/16", "10.0.0.1/8");
    assert_true(base_addr_equal(dp_own_towards(dp, 0, &host), &near));
}

static void ends_of_a_prefix_are_no_host(void **state)
{
    port_set(0, DP_ROLE_BOTH, "10.1.0.1/16", "192.0.2.1/31");
    assert_true(dp_own_is_broadcast(dp, dp_load32(ip("10.1.255.255").bytes)));
    assert_true(dp_own_is_broadcast(dp, dp_load32(ip("10.1.0.0").bytes)));
    assert_false(dp_own_is_broadcast(dp, dp_load32(ip("10.1.0.255").bytes)));
    assert_false(dp_own_is_broadcast(dp, dp_load32(ip("192.0.2.0").bytes)));
    port_set(0, DP_ROLE_BOTH, "fd00:1::1/64", NULL);
    assert_false(dp_own_is_broadcast(dp, dp_load32(ip("fd00:1::").bytes)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(of_none_nothing_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(one_is_found_and_its_neighbours_are_not, setup, teardown),
        cmocka_unit_test_setup_teardown(as_many_as_fit_are_all_found_and_one_more_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_a_port_had_before_is_forgotten_and_other_ports_keep_theirs,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(another_family_is_not_added, setup, teardown),
        cmocka_unit_test_setup_teardown(a_host_is_on_link_in_the_prefixes_of_its_port_only, setup, teardown),
        cmocka_unit_test_setup_teardown(an_inside_link_is_not_outside_and_is_a_port, setup, teardown),
        cmocka_unit_test_setup_teardown(towards_a_host_the_address_of_its_prefix_is_taken_else_the_first,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_port_has_all_of_its_addresses_whatever_their_order, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_longest_prefix_decides_from_where_a_host_is_spoken_to, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(ends_of_a_prefix_are_no_host, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
