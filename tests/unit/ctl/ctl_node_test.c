/* SPDX-License-Identifier: BSD-3-Clause */
/* What a configuration becomes for the data side. The node is replaced by a list of what it was asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <cmocka.h>
#include "ctl.h"
#include "ctl_node.h"
#include "ike_grant.h"
#include "node_request.h"
#include "node_view.h"

#define ASKED_MAX 32

static struct ctl ctl;
static struct conf conf;
static struct conf_route routes[1];
static struct ike_conf ike_conf;
static struct ike_conn_conf conns[2];
static struct ike_child_conf children[3];
static struct node_request asked[ASKED_MAX];
static size_t n_asked;
static enum node_request_type refused;
static int refusal;

int node_do(struct node *node, struct node_request *r)
{
    assert_true(n_asked < ASKED_MAX);
    memcpy(&asked[n_asked++], r, sizeof *r);
    return refusal && r->type == refused ? refusal : 0;
}

void node_view_row(const struct node *node, uint16_t row, struct node_row_view *out)
{
    (void)node;
    *out = (struct node_row_view){100u + row, 200u + row};
}

static struct base_ts_list lists[3] = {{.count = 1}, {.count = 2}, {.count = 3}};

static int setup(void **state)
{
    memset(&ctl, 0, sizeof ctl);
    conf = (struct conf){.n_ports = 2, .n_routes = 1, .routes = routes, .ike = &ike_conf};
    for (size_t i = 0; i < 2; i++)
        snprintf(conf.ports[i].name, sizeof conf.ports[i].name, "p%zu", i);
    conf.ports[1].gateway = base_addr_ip4(0xc0000202);
    routes[0] = (struct conf_route){{base_addr_ip4(0x0a000000), 8}, base_addr_ip4(0xc0000209), 0};
    ike_conf = (struct ike_conf){.n_conns = 2, .conns = conns};
    conns[0] = (struct ike_conn_conf){.n_children = 1, .children = children};
    conns[1] = (struct ike_conn_conf){.n_children = 2, .children = children + 1};
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < lists[i].count; k++)
            lists[i].list[k].lo = lists[i].list[k].hi = base_addr_ip4(0x0a020000 + (uint32_t)k);
    for (size_t i = 0; i < 3; i++)
        children[i] = (struct ike_child_conf){.local_ts = &lists[i], .remote_ts = &lists[i]};
    memcpy(&ctl.in_force, &conf, sizeof ctl.in_force);
    n_asked = 0;
    refusal = 0;
    return 0;
}

static const struct node_request *nth(enum node_request_type type, size_t n)
{
    for (size_t i = 0; i < n_asked; i++)
        if (asked[i].type == type && n-- == 0)
            return &asked[i];
    return NULL;
}

static void parameters_say_what_the_configuration_says(void **state)
{
    static struct node_params p;
    conf.ports[0] = (struct conf_port){.name = "in",
                                       .device = "eth0",
                                       .kind = CONF_DEVICE_INTERFACE,
                                       .interface = "eth0",
                                       .driver = CONF_DRIVER_AF_XDP,
                                       .role = CONF_ROLE_INSIDE,
                                       .n_addresses = 1,
                                       .addresses = {{base_addr_ip4(0x0a010001), 24}},
                                       .mtu = 9000,
                                       .queues = 2,
                                       .host = "tun0",
                                       .vlan = 7};
    conf.ports[1].role = CONF_ROLE_BOTH;
    conf.ports[1].kind = CONF_DEVICE_PCI;
    conf.workers = (struct conf_workers){
        .n_cores = 2, .cores = {3, 4}, .control_core = CONF_CORE_AUTO, .poll = CONF_POLL_ADAPTIVE};
    conf.eal = (struct conf_eal){
        .hugepages = CONF_HUGEPAGES_REQUIRE, .memory_mb = 512, .n_args = 1, .args = {"--log-level=8"}};
    conf.control.telemetry = conf.tunnel.copy_df = true;
    conf.tunnel.spi_node_bits = 3;
    conf.tunnel.spi_node = 5;
    conf.tcp = (struct conf_tcp){1, {443}, 7, 5};
    ctl_node_params(&conf, &p);
    assert_int_equal(p.n_ports, 2);
    assert_string_equal(p.ports[0].name, "in");
    assert_string_equal(p.ports[0].device, "eth0");
    assert_string_equal(p.ports[0].host, "tun0");
    assert_int_equal(p.ports[0].role, NODE_ROLE_INSIDE);
    assert_int_equal(p.ports[0].mtu, 9000);
    assert_int_equal(p.ports[0].queues, 2);
    assert_int_equal(p.ports[0].vlan, 7);
    assert_int_equal(p.ports[0].n_addrs, 1);
    assert_true(base_addr_equal(&p.ports[0].addrs[0].addr, &conf.ports[0].addresses[0].addr));
    assert_int_equal(p.ports[0].gateway_family, BASE_AF_NONE);
    assert_int_equal(p.ports[1].gateway_family, BASE_AF_IP4);
    assert_int_equal(p.ports[1].role, NODE_ROLE_BOTH);
    assert_int_equal(p.ports[0].kind, NODE_DEVICE_INTERFACE);
    assert_string_equal(p.ports[0].interface, "eth0");
    assert_int_equal(p.ports[0].driver, NODE_DRIVER_AF_XDP);
    assert_int_equal(p.ports[1].kind, NODE_DEVICE_PCI);
    assert_int_equal(p.n_cores, 2);
    assert_int_equal(p.cores[1], 4);
    assert_int_equal(p.control_core, NODE_CORE_AUTO);
    assert_int_equal(p.poll, NODE_POLL_ADAPTIVE);
    assert_int_equal(p.hugepages, NODE_HUGEPAGES_REQUIRE);
    assert_int_equal(p.memory_mb, 512);
    assert_string_equal(p.args[0], "--log-level=8");
    assert_true(p.spi_node_bits == 3 && p.spi_node == 5);
    assert_true(p.telemetry && p.copy_df && !p.mss_clamp);
    assert_true(p.n_tcp_listen == 1 && p.tcp_listen[0] == 443);
    assert_true(p.tcp_connections == 7 && p.tcp_connections_per_address == 5);
}

static void bypasses_are_added_beside_the_policies(void **state)
{
    static struct conf_bypass rows[2] = {{&lists[0], &lists[1]}, {&lists[1], &lists[2]}};
    conf.n_bypasses = 2;
    conf.bypasses = rows;
    assert_int_equal(ctl_node_apply(&ctl, &conf), 0);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(nth(NODE_BYPASS_ADD, i)->policy.local_ts.count, 1 + i);
        assert_int_equal(nth(NODE_BYPASS_ADD, i)->policy.remote_ts.count, 2 + i);
    }
    assert_null(nth(NODE_BYPASS_ADD, 2));
    assert_int_equal(nth(NODE_BYPASS_ADD, 1)->policy.row, 1);
    assert_int_equal(ctl.bypasses.n, 2);
    assert_null(nth(NODE_POLICY_ADD, 3)); /* one for each child, as ever */
    assert_int_equal(asked[n_asked - 2].type, NODE_POLICIES_COMMIT);
}

static void routes_and_policies_are_added_and_then_committed(void **state)
{
    children[1].dscp = 1;
    children[2].dscp = UINT64_C(1) << 46;
    assert_int_equal(ctl_node_apply(&ctl, &conf), 0);
    assert_int_equal(asked[0].type, NODE_TABLES_BEGIN);
    assert_int_equal(nth(NODE_ROUTE_ADD, 0)->route.port, 0);
    assert_int_equal(nth(NODE_ROUTE_ADD, 0)->route.prefix.len, 8);
    const struct node_route *gateway = &nth(NODE_ROUTE_ADD, 1)->route;
    assert_int_equal(gateway->port, 1);
    assert_int_equal(gateway->prefix.len, 0);
    assert_int_equal(gateway->prefix.addr.family, BASE_AF_IP4);
    assert_true(base_addr_equal(&gateway->next_hop, &conf.ports[1].gateway));
    assert_null(nth(NODE_ROUTE_ADD, 2));
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(nth(NODE_POLICY_ADD, i)->policy.local_ts.count, 1 + i);
        assert_int_equal(nth(NODE_POLICY_ADD, i)->policy.trap, 0);
        assert_int_equal(nth(NODE_POLICY_ADD, i)->policy.dscp, children[i].dscp);
    }
    assert_int_equal(asked[n_asked - 2].type, NODE_POLICIES_COMMIT); /* protection comes first */
    assert_int_equal(asked[n_asked - 1].type, NODE_ROUTES_COMMIT);
}

static void networks_of_keys_made_by_hand_are_protected_whether_they_are_up_or_not(void **state)
{
    children[2].dscp = 1;
    struct conf_manual m = {.local_ts = &lists[1], .remote = {base_addr_ip4(0x0a080000), 32}, .count = 300};
    const struct base_addr last = base_addr_ip4(0x0a08012b);
    conf.n_manuals = 1;
    conf.manuals = &m;
    assert_int_equal(ctl_node_apply(&ctl, &conf), 0);
    const struct node_policy *p = &nth(NODE_POLICY_ADD, 3)->policy;
    assert_int_equal(p->local_ts.count, 2);
    assert_int_equal(p->remote_ts.count, 1);
    assert_int_equal(p->trap, 0);
    assert_int_equal(p->dscp, 0);
    assert_true(base_addr_equal(&p->remote_ts.list[0].lo, &m.remote.addr));
    assert_true(base_addr_equal(&p->remote_ts.list[0].hi, &last));
}

static void addresses_of_pools_are_protected_whoever_has_them(void **state)
{
    struct base_ts_list mixed = {.count = 2}, dynamic = {.count = 1};
    struct ike_pool_conf pool = {.ranges = &lists[1]};
    mixed.list[1] = lists[0].list[0];
    children[1].remote_ts = &mixed;
    children[2].remote_ts = &dynamic;
    ike_conf.n_pools = 1;
    ike_conf.pools = &pool;
    assert_int_equal(ctl_node_apply(&ctl, &conf), 0);
    assert_int_equal(nth(NODE_POLICY_ADD, 1)->policy.remote_ts.count, 1);
    const struct node_policy *p = &nth(NODE_POLICY_ADD, 2)->policy;
    assert_int_equal(p->local_ts.count, 1);
    assert_int_equal(p->local_ts.list[0].lo.family, BASE_AF_IP4);
    assert_int_equal(p->local_ts.list[0].hi.bytes[0], 255);
    assert_int_equal(p->remote_ts.count, 2);
    assert_null(nth(NODE_POLICY_ADD, 3));
}

static void networks_of_single_peers_are_protected(void **state)
{
    struct base_ts_list mixed = {.count = 2}; /* "dynamic" first */
    struct ike_grant rows[3] = {
        {.line = 1}, {.remote_ts = &lists[1]}, {.remote_ts = &mixed, .local_ts = &lists[2]}};
    struct ike_grants grants = {.n = 3, .list = rows};
    mixed.list[1] = lists[0].list[0];
    ike_conf.grants = &grants;
    conns[0].n_grants = 3;
    conns[0].conf = &ike_conf;
    children[0].dscp = 4;
    assert_int_equal(ctl_node_apply(&ctl, &conf), 0);
    const struct node_policy *one = &nth(NODE_POLICY_ADD, 1)->policy, *two = &nth(NODE_POLICY_ADD, 2)->policy;
    assert_int_equal(one->remote_ts.count, 2);
    assert_int_equal(one->local_ts.count, 1); /* its child's */
    assert_int_equal(two->remote_ts.count, 1);
    assert_int_equal(two->local_ts.count, 3);
    assert_true(one->dscp == 4 && two->dscp == 4); /* likewise */
    assert_non_null(nth(NODE_POLICY_ADD, 4));
    assert_null(nth(NODE_POLICY_ADD, 5));
}

static void assert_range(const struct base_ts *t, const char *lo, const char *hi)
{
    char a[BASE_ADDR_TEXT_MAX], b[BASE_ADDR_TEXT_MAX];
    assert_string_equal(base_addr_text(&t->lo, a), lo);
    assert_string_equal(base_addr_text(&t->hi, b), hi);
}

/* Of hosts that are not known yet nothing is taken in clear that a child is for, if that is of some protocol.
 */
static void what_hosts_protect_is_taken_in_clear_from_nobody(void **state)
{
    (void)state;
    struct base_ts_list l2tp = {.count = 1, .list = {{.protocol = 17, .port_lo = 1701, .port_hi = 1701}}};
    struct base_ts_list all = {.count = 1, .list = {{.port_hi = UINT16_MAX}}};
    for (size_t i = 0; i < 3; i++)
        children[i].mode = ESP_MODE_TRANSPORT;
    children[0].local_ts = &l2tp;
    children[0].remote_ts = children[1].local_ts = children[1].remote_ts = children[2].local_ts = &all;
    children[2].remote_ts = &l2tp;
    assert_int_equal(ctl_node_apply(&ctl, &conf), 0);
    const struct node_policy *p = &nth(NODE_POLICY_ADD, 0)->policy;
    assert_int_equal(p->local_ts.count, 2);
    assert_int_equal(p->remote_ts.count, 2);
    assert_range(&p->local_ts.list[0], "0.0.0.0", "255.255.255.255");
    assert_int_equal(p->local_ts.list[0].port_hi, 1701);
    assert_range(&p->remote_ts.list[1], "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    assert_int_equal(nth(NODE_POLICY_ADD, 1)->policy.remote_ts.list[0].protocol,
                     17); /* of child 2: 1 has none */
    assert_null(nth(NODE_POLICY_ADD, 2));
    /* A peer that is called is known. */
    struct base_addr here = base_addr_ip4(0xc0000201);
    n_asked = 0;
    conns[1].remote_addr = base_addr_ip4(0xc0000207);
    conns[1].n_local_addrs = 1;
    conns[1].local_addrs = &here;
    assert_int_equal(ctl_node_apply(&ctl, &conf), 0);
    p = &nth(NODE_POLICY_ADD, 1)->policy;
    assert_range(&p->local_ts.list[0], "192.0.2.1", "192.0.2.1");
    assert_range(&p->remote_ts.list[0], "192.0.2.7", "192.0.2.7");
    assert_int_equal(p->remote_ts.count, 1);
    assert_non_null(nth(NODE_POLICY_ADD, 2));
}

static void children_that_packets_call_for_are_numbered(void **state)
{
    const char *conn, *child;
    snprintf(conns[1].name, sizeof conns[1].name, "bar");
    snprintf(children[2].name, sizeof children[2].name, "voice");
    conns[0].conf = conns[1].conf = &ike_conf;
    children[1].on_dead = children[2].start = IKE_START_TRAP;
    ctl.conf = &conf;
    assert_int_equal(ctl_node_apply(&ctl, &conf), 0);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(nth(NODE_POLICY_ADD, i)->policy.trap, i);
    assert_true(ctl_node_trap(&ctl, 2, &conn, &child));
    assert_string_equal(conn, "bar");
    assert_string_equal(child, "voice");
    assert_false(ctl_node_trap(&ctl, 0, &conn, &child));
    assert_false(ctl_node_trap(&ctl, 3, &conn, &child));
    /* A set that is refused does not change what the numbers mean. */
    children[1].on_dead = IKE_START_UNSET;
    refused = NODE_POLICIES_COMMIT;
    refusal = -ENOMEM;
    assert_int_equal(ctl_node_apply(&ctl, &conf), -ENOMEM);
    assert_true(ctl_node_trap(&ctl, 2, &conn, &child));
    refusal = 0;
    assert_int_equal(ctl_node_apply(&ctl, &conf), 0);
    assert_false(ctl_node_trap(&ctl, 2, &conn, &child));
    free(ctl.traps.list);
    children[2].start = IKE_START_UNSET;
}

static void routes_of_other_ports_wait_for_the_restart(void **state)
{
    snprintf(conf.ports[1].name, sizeof conf.ports[1].name, "other");
    conf.ports[1].gateway = base_addr_ip4(0xc0000203);
    assert_int_equal(ctl_node_apply(&ctl, &conf), 0);
    assert_non_null(nth(NODE_POLICIES_COMMIT, 0));
    assert_null(nth(NODE_ROUTES_COMMIT, 0));
    assert_false(base_addr_equal(&ctl.in_force.ports[1].gateway, &conf.ports[1].gateway));
}

static void a_gateway_that_is_committed_is_in_force(void **state)
{
    conf.ports[1].gateway = base_addr_ip4(0xc0000203);
    refused = NODE_ROUTES_COMMIT;
    refusal = -ENOMEM;
    assert_int_equal(ctl_node_apply(&ctl, &conf), -ENOMEM);
    assert_false(base_addr_equal(&ctl.in_force.ports[1].gateway, &conf.ports[1].gateway));
    refusal = 0;
    assert_int_equal(ctl_node_apply(&ctl, &conf), 0);
    assert_true(base_addr_equal(&ctl.in_force.ports[1].gateway, &conf.ports[1].gateway));
}

static struct base_prefix addr_of(uint32_t host_order)
{
    return (struct base_prefix){base_addr_ip4(host_order), 24};
}

static void assert_added(size_t n, uint16_t port, uint32_t host_order)
{
    const struct base_addr want = base_addr_ip4(host_order);
    assert_non_null(nth(NODE_ADDR_ADD, n));
    assert_int_equal(nth(NODE_ADDR_ADD, n)->addr.port, port);
    assert_true(base_addr_equal(&nth(NODE_ADDR_ADD, n)->addr.addr.addr, &want));
}

static void addresses_are_the_configured_ones_or_where_there_are_none_those_in_force(void **state)
{
    conf.ports[0].n_addresses = 2;
    conf.ports[0].addresses[0] = addr_of(0xc0000201);
    conf.ports[0].addresses[1] = addr_of(0xc0000202);
    ctl.in_force.ports[0].n_addresses = ctl.in_force.ports[1].n_addresses = 1;
    ctl.in_force.ports[0].addresses[0] = addr_of(0xc0000207);
    ctl.in_force.ports[1].addresses[0] = addr_of(0x0a010001);
    assert_int_equal(ctl_node_apply(&ctl, &conf), 0);
    assert_added(0, 0, 0xc0000201);
    assert_added(1, 0, 0xc0000202);
    assert_added(2, 1, 0x0a010001);
    assert_null(nth(NODE_ADDR_ADD, 3));
    assert_int_equal(ctl.in_force.ports[0].n_addresses, 2);
    assert_int_equal(ctl.in_force.ports[1].n_addresses, 1);
    assert_int_equal(ctl_places_news(&ctl.places), IKE_EV_ADDRS);
    n_asked = 0;
    assert_int_equal(ctl_node_apply(&ctl, &conf), 0); /* the same again is no news */
    assert_int_equal(ctl_places_news(&ctl.places), IKE_EV_PLACES);
}

static void new_addresses_alone_touch_no_policy(void **state)
{
    ctl.conf = &conf;
    ctl.in_force.ports[1].n_addresses = 1;
    ctl.in_force.ports[1].addresses[0] = addr_of(0x0a010002);
    assert_int_equal(ctl_node_readdress(&ctl), 0);
    assert_int_equal(asked[0].type, NODE_TABLES_BEGIN);
    assert_added(0, 1, 0x0a010002);
    assert_non_null(nth(NODE_ROUTE_ADD, 1)); /* the static one, and the gateway */
    assert_int_equal(asked[n_asked - 1].type, NODE_ROUTES_COMMIT);
    assert_null(nth(NODE_POLICY_ADD, 0));
    assert_null(nth(NODE_POLICIES_COMMIT, 0));
    refused = NODE_ROUTES_COMMIT;
    refusal = -ENOSPC;
    assert_int_equal(ctl_node_readdress(&ctl), -ENOSPC);
    refusal = 0;
    n_asked = 0;
    strcpy(conf.ports[1].name, "other"); /* which waits for a restart */
    assert_int_equal(ctl_node_readdress(&ctl), -EBUSY);
    assert_int_equal(n_asked, 0);
}

static void after_a_refusal_nothing_is_committed(void **state)
{
    static const enum node_request_type types[] = {NODE_TABLES_BEGIN, NODE_ROUTE_ADD, NODE_POLICY_ADD};
    for (size_t i = 0; i < 3; i++) {
        n_asked = 0;
        refused = types[i];
        refusal = -ENOMEM;
        assert_int_equal(ctl_node_apply(&ctl, &conf), -ENOMEM);
        assert_null(nth(NODE_POLICIES_COMMIT, 0));
        assert_null(nth(NODE_ROUTES_COMMIT, 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(parameters_say_what_the_configuration_says, setup),
        cmocka_unit_test_setup(bypasses_are_added_beside_the_policies, setup),
        cmocka_unit_test_setup(routes_and_policies_are_added_and_then_committed, setup),
        cmocka_unit_test_setup(networks_of_keys_made_by_hand_are_protected_whether_they_are_up_or_not, setup),
        cmocka_unit_test_setup(addresses_of_pools_are_protected_whoever_has_them, setup),
        cmocka_unit_test_setup(networks_of_single_peers_are_protected, setup),
        cmocka_unit_test_setup(what_hosts_protect_is_taken_in_clear_from_nobody, setup),
        cmocka_unit_test_setup(children_that_packets_call_for_are_numbered, setup),
        cmocka_unit_test_setup(routes_of_other_ports_wait_for_the_restart, setup),
        cmocka_unit_test_setup(a_gateway_that_is_committed_is_in_force, setup),
        cmocka_unit_test_setup(after_a_refusal_nothing_is_committed, setup),
        cmocka_unit_test_setup(addresses_are_the_configured_ones_or_where_there_are_none_those_in_force,
                               setup),
        cmocka_unit_test_setup(new_addresses_alone_touch_no_policy, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
