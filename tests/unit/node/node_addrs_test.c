/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses of ports that a commit replaces, or that it refuses; whose host interface was heard of. */
#include "node_addrs.h"

#include "node_rig.h"

static struct base_prefix net(const char *text)
{
    struct base_prefix p;
    assert_int_equal(base_prefix_parse_host(text, &p), 0);
    return p;
}

static int add(uint16_t port, const char *text)
{
    struct node_request r = {.type = NODE_ADDR_ADD, .addr = {port, net(text)}};
    return rig_ask(&r);
}

static bool has(size_t port, const char *text)
{
    const struct base_prefix want = net(text);
    struct node_addrs addrs;
    node_view_addrs(rig_node, port, &addrs);
    for (size_t i = 0; i < addrs.n; i++)
        if (addrs.list[i].len == want.len && base_addr_equal(&addrs.list[i].addr, &want.addr))
            return true;
    return false;
}

static size_t count(size_t port)
{
    struct node_addrs addrs;
    node_view_addrs(rig_node, port, &addrs);
    return addrs.n;
}

static void begin(void)
{
    struct node_request r = {.type = NODE_TABLES_BEGIN};
    assert_int_equal(rig_ask(&r), 0);
}

static void a_port_has_what_was_added_and_nothing_else(void **state)
{
    const struct base_addr peer = rig_ip("203.0.113.9"), was = rig_ip("192.0.2.1"),
                           is = rig_ip("203.0.113.1");
    struct base_addr local, outside[4];
    assert_true(has(RIG_OUTSIDE, "192.0.2.1/24"));
    const size_t inside = count(RIG_INSIDE);
    begin();
    assert_int_equal(add(RIG_OUTSIDE, "203.0.113.1/24"), 0);
    assert_int_equal(add(RIG_OUTSIDE, "203.0.113.2/24"), 0);
    assert_int_equal(add(RIG_INSIDE, "10.1.0.1/24"), 0);
    assert_true(has(RIG_OUTSIDE, "192.0.2.1/24")); /* until the commit */
    assert_int_equal(rig_ask_of_spi(NODE_ROUTES_COMMIT, 0), 0);
    assert_true(has(RIG_OUTSIDE, "203.0.113.1/24") && has(RIG_OUTSIDE, "203.0.113.2/24"));
    assert_false(has(RIG_OUTSIDE, "192.0.2.1/24"));
    assert_int_equal(count(RIG_INSIDE), inside);
    assert_int_equal(node_view_local(rig_node, &peer, &local), 0);
    assert_true(base_addr_equal(&local, &is));
    assert_true(node_view_is_usable(rig_node, &is, &peer));
    assert_false(node_view_is_usable(rig_node, &was, &peer));
    assert_int_equal(node_view_outside(rig_node, outside, 4), 2);
    begin(); /* and a port may lose all */
    assert_int_equal(add(RIG_INSIDE, "10.1.0.1/24"), 0);
    assert_int_equal(rig_ask_of_spi(NODE_ROUTES_COMMIT, 0), 0);
    assert_int_equal(count(RIG_OUTSIDE), 0);
    assert_int_equal(node_view_local(rig_node, &peer, &local), -ENETUNREACH);
    begin();
    assert_int_equal(add(RIG_OUTSIDE, "192.0.2.1/24"), 0);
    assert_int_equal(add(RIG_INSIDE, "10.1.0.1/24"), 0);
    assert_int_equal(rig_ask_of_spi(NODE_ROUTES_COMMIT, 0), 0);
}

static void what_is_refused_leaves_all_addresses(void **state)
{
    const struct base_addr own = rig_ip("192.0.2.1");
    struct node_request r = {.type = NODE_ROUTE_ADD, .route = {{rig_ip("0.0.0.0"), 0}, 9, {0}}};
    begin();
    assert_int_equal(add(RIG_OUTSIDE, "203.0.113.1/24"), 0);
    assert_int_equal(rig_ask(&r), 0);
    assert_int_equal(rig_ask_of_spi(NODE_ROUTES_COMMIT, 0), -EINVAL); /* a route of no port */
    assert_true(has(RIG_OUTSIDE, "192.0.2.1/24"));
    assert_true(dp_addr_is_own(rig_node->dp, &own));
    begin();
    for (unsigned i = 0; i < NODE_PORT_ADDRS_MAX; i++)
        assert_int_equal(add(RIG_OUTSIDE, "203.0.113.1/24"), 0);
    assert_int_equal(add(RIG_OUTSIDE, "203.0.113.1/24"), -EINVAL);
    assert_int_equal(add(NODE_PORTS_MAX, "203.0.113.1/24"), -EINVAL);
    r = (struct node_request){.type = NODE_ADDR_ADD, .addr = {RIG_INSIDE, {rig_ip("192.0.2.1"), 33}}};
    assert_int_equal(rig_ask(&r), -EINVAL);
    begin();
    assert_true(has(RIG_OUTSIDE, "192.0.2.1/24"));
}

static void each_host_interface_that_was_heard_of_is_told_once(void **state)
{
    struct node_event ev;
    struct node_addrs addrs;
    assert_false(node_addrs_event(rig_node, &ev));
    rig_node->heard = 1 << RIG_OUTSIDE | 1 << RIG_INSIDE;
    for (uint16_t port = 0; port < 2; port++) {
        assert_true(node_addrs_event(rig_node, &ev));
        assert_int_equal(ev.type, NODE_EV_HOST_ADDRS);
        assert_int_equal(ev.port, port);
    }
    assert_false(node_addrs_event(rig_node, &ev));
    assert_int_equal(node_view_host_addrs(rig_node, RIG_OUTSIDE, &addrs), -ENODEV); /* it has none here */
    assert_int_equal(node_view_host_addrs(rig_node, NODE_PORTS_MAX, &addrs), -ENODEV);
}

static void a_port_without_addresses_needs_an_interface_that_has_some(void **state)
{
    char why[300] = "";
    struct node_port_params *port = &rig_node->params.ports[RIG_INSIDE];
    const struct node_port_params before = *port;
    assert_int_equal(node_addrs_find(rig_node, RIG_INSIDE, why, sizeof why), 0); /* it has its own */
    port->n_addrs = 0;
    strcpy(port->interface, "no-such-one");
    assert_int_equal(node_addrs_find(rig_node, RIG_INSIDE, why, sizeof why), -1);
    assert_non_null(strstr(why, ".addresses: no-such-one has none to take over (No such device)"));
    strcpy(port->interface, "lo");
    if (node_addrs_find(rig_node, RIG_INSIDE, why, sizeof why) == 0) /* where it is up */
        assert_true(has(RIG_INSIDE, "127.0.0.1/8"));
    *port = before;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_port_has_what_was_added_and_nothing_else),
        cmocka_unit_test(what_is_refused_leaves_all_addresses),
        cmocka_unit_test(each_host_interface_that_was_heard_of_is_told_once),
        cmocka_unit_test(a_port_without_addresses_needs_an_interface_that_has_some),
    };
    return cmocka_run_group_tests(tests, rig_start, rig_stop);
}
