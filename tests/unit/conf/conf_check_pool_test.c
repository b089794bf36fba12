/* SPDX-License-Identifier: BSD-3-Clause */
/* Pools that cannot work, and connections that use them wrongly. */
#include "conf_test_help.h"
#include "conf_int.h"

#define POOL(name, addresses) "'" name "':{'addresses':[" addresses "]}"
#define RW                    "'foo':{" GOOD_LOCAL ",'remote':{'id':'@foo','pools':['staff']}}"

static void pool_refused(const char *pools, const char *conn, const char *path, const char *part)
{
    char extra[1024];
    snprintf(extra, sizeof extra, ",'pools':{%s}", pools);
    refused(GOOD_PORTS, GOOD_SECRET, conn, extra, path, part);
}

static void pool_warned(const char *pools, const char *conn, const char *path, const char *part)
{
    char extra[1024];
    snprintf(extra, sizeof extra, ",'pools':{%s}", pools);
    warned(GOOD_PORTS, GOOD_SECRET, conn, extra, path, part);
}

static void addresses_are_given_once(void **state)
{
    (void)state;
    pool_refused(POOL("staff", "'10.9.0.0/24'") "," POOL("guests", "'10.9.0.200-10.9.1.20'"), RW,
                 "pools.guests.addresses",
                 "10.9.0.200-10.9.1.20 overlaps 10.9.0.1-10.9.0.254 of pool \"staff\"");
    pool_refused(POOL("staff", "'10.9.0.0/24','10.9.0.9-10.9.0.9'"), RW, "pools.staff.addresses",
                 "10.9.0.9-10.9.0.9 overlaps");
}

static void a_pool_has_one_family(void **state)
{
    (void)state;
    pool_refused(POOL("staff", "'10.9.0.0/24','2001:db8:9::/64'"), RW, "pools.staff.addresses",
                 "has IPv4 and IPv6 addresses");
    pool_refused("'staff':{'addresses':'10.9.0.0/24','server':'fd00::1'}", RW, "pools.staff",
                 "server: is of another family");
    pool_refused("'staff':{'addresses':'10.9.0.0/24','nbns':'fd00::1'}", RW, "pools.staff",
                 "nbns: WINS servers have IPv4 addresses");
}

static void a_ports_network_is_no_place_for_a_pool(void **state)
{
    (void)state;
    pool_refused(POOL("staff", "'10.1.0.64/26'"), RW, "pools.staff.addresses",
                 "10.1.0.65-10.1.0.126 lies in the network 10.1.0.1/24 of port \"in\"");
}

static void a_peers_own_networks_are_no_pool(void **state)
{
    (void)state;
    pool_refused(POOL("staff", "'10.9.0.0/24'"),
                 "'foo':{" GOOD_LOCAL ",'remote':{'id':'@foo','pools':['staff'],'subnets':['10.9.0.0/24']}}",
                 "connections.foo", "whose addresses are each one peer's; write \"dynamic\"");
}

#define FOUR_POOLS                 \
    POOL("d", "'2001:db8:9::/64'") \
    "," POOL("c", "'10.9.9.0/24'") "," POOL("b", "'10.9.5.0/24'") "," POOL("staff", "'10.9.1.0/24'")
#define OWN(net) "'foo':{" GOOD_LOCAL ",'remote':{'id':'@foo','pools':['staff'],'subnets':[" net "]}}"

static void a_network_is_held_against_the_pools_that_it_meets_alone(void **state)
{
    (void)state;
    pool_refused(FOUR_POOLS, OWN("'10.9.1.254/32'"), "connections.foo", "of pool \"staff\"");
    pool_refused(FOUR_POOLS, OWN("'10.9.4.0/23'"), "connections.foo", "of pool \"b\"");
    pool_refused(FOUR_POOLS, OWN("'10.9.8.0/21'"), "connections.foo", "of pool \"c\"");
    pool_refused(FOUR_POOLS, OWN("'2001:db8:9::77/128'"), "connections.foo", "of pool \"d\"");
    pool_refused(FOUR_POOLS, OWN("'10.9.4.0/22','10.9.9.7/32'"), "connections.foo", "of pool \"c\"");
    pool_warned(FOUR_POOLS, OWN("'10.9.0.0/24','10.9.2.0/23','10.9.10.0/23','2001:db8:8::/64'"),
                "connections.foo", "no child has \"dynamic\"");
}

static void a_domain_is_one(void **state)
{
    (void)state;
    pool_refused("'staff':{'addresses':'10.9.0.0/24','domains':['not a name']}", RW, "pools.staff",
                 "\"not a name\" is no domain");
}

static void names_of_pools_must_be_there(void **state)
{
    (void)state;
    pool_refused(POOL("other", "'10.9.0.0/24'"), RW, "connections.foo", "there is no pool \"staff\"");
    pool_refused(POOL("staff", "'10.9.0.0/24'"),
                 "'foo':{" GOOD_LOCAL ",'remote':{'id':'@foo','subnets':'dynamic'}}", "connections.foo",
                 "name pools in remote.pools");
    pool_refused(POOL("staff", "'10.9.0.0/24'"),
                 "'foo':{" GOOD_LOCAL
                 ",'remote':{'id':'@foo','address_required':true,'subnets':'10.2.0.0/24'}}",
                 "connections.foo", "there is no address to give");
}

static void pools_that_no_child_has_are_warned_of(void **state)
{
    (void)state;
    pool_warned(POOL("staff", "'10.9.0.0/24'"),
                "'foo':{" GOOD_LOCAL ",'remote':{'id':'@foo','pools':['staff'],'subnets':['10.2.0.0/24']}}",
                "connections.foo", "no child has \"dynamic\" among its remote subnets");
}

static void addresses_are_asked_for_by_who_calls(void **state)
{
    (void)state;
    refused(GOOD_PORTS, GOOD_SECRET,
            "'foo':{'local':{'id':'@gw','virtual_addresses':'0.0.0.0'}," GOOD_REMOTE "}", "",
            "connections.foo", "only who calls can ask");
    refused(GOOD_PORTS, GOOD_SECRET, "'foo':{'local':{'id':'@gw','subnets':'dynamic'}," GOOD_REMOTE "}", "",
            "connections.foo", "ask for it with \"virtual_addresses\"");
    refused(GOOD_PORTS, GOOD_SECRET,
            "'foo':{'local':{'id':'@gw','virtual_addresses':['0.0.0.0','10.9.0.1']},'remote':{'id':'@foo',"
            "'address':'203.0.113.1','subnets':'10.2.0.0/24'}}",
            "", "connections.foo", "one of each family");
}

static void without_subnets_a_side_is_the_addresses_that_it_gets(void **state)
{
    (void)state;
    struct conf *conf = load_parts(
        GOOD_PORTS, GOOD_SECRET,
        "'foo':{'local':{'id':'@gw','virtual_addresses':['0.0.0.0','::']},'remote':{'id':'@foo','address':"
        "'203.0.113.1','pools':['staff','six']}}",
        ",'pools':{'staff':{'addresses':['10.9.0.0/24','10.9.1.5-10.9.1.6','10.9.2.0/31'],'dns':'10.1.0.53',"
        "'domains':['corp.example'],'subnets':['10.1.0.0/16']}," POOL("six", "'2001:db8:9::/64'") "}");
    if (!conf)
        conf_report_print(&report, "culvert.json", stderr);
    assert_non_null(conf);
    const struct ike_conn_conf *c = &conf->ike->conns[0];
    assert_int_equal(c->n_virtual_addrs, 2);
    assert_true(base_ts_has_dynamic(c->children[0].local_ts));
    assert_true(base_ts_has_dynamic(c->children[0].remote_ts));
    assert_int_equal(c->n_pools, 2);
    assert_int_equal(c->pool_numbers[1], 1);
    const struct ike_pool_conf *p = &conf->ike->pools[0];
    assert_string_equal(p->name, "staff");
    assert_int_equal(p->lease_s, 604800);
    char buf[200];
    struct base_text t = base_text(buf, sizeof buf);
    base_ts_text(&t, p->ranges);
    assert_string_equal(buf, "10.9.0.1-10.9.0.254, 10.9.1.5-10.9.1.6, 10.9.2.0/31");
    assert_int_equal(p->n_dns, 1);
    assert_string_equal(p->domains[0], "corp.example");
    assert_int_equal(base_ts_count(p->subnets), 1);
    conf_free(conf);
}

#define REMAPPED(name) \
    "'foo':{" GOOD_LOCAL ",'remote':{'id':'@foo','subnets':['10.2.0.7/32']},'child':{'remap':'" name "'}}"

static void addresses_that_stand_for_others_are_nobodys_own(void **state)
{
    pool_refused(POOL("staff", "'10.9.0.0/24'"), REMAPPED("stuff"), "connections.foo",
                 "there is no pool \"stuff\"");
    refused(GOOD_PORTS,
            GOOD_SECRET ",{'local':'@gw','remote':'@bar','psk':'another-secret-of-32-characters1'}",
            REMAPPED("staff") ",'bar':{" GOOD_LOCAL ",'remote':{'id':'@bar','pools':['staff']}}",
            ",'pools':{" POOL("staff", "'10.9.0.0/24'") "}", "connections.foo",
            "connection bar gives addresses of pool \"staff\" to its peers");
    struct conf *conf = load_parts(GOOD_PORTS, GOOD_SECRET, REMAPPED("staff"),
                                   ",'pools':{" POOL("staff", "'10.9.0.0/24'") "}");
    assert_non_null(conf);
    assert_string_equal(conf->ike->conns[0].children[0].remap, "staff");
    conf_free(conf);
}

/* Then the sides are the two hosts, whatever addresses they have: no pool gives those. */
static void transport_mode_needs_neither_networks_nor_pools(void **state)
{
    for (int i = 0; i < 2; i++) {
        char conn[400];
        snprintf(conn, sizeof conn,
                 "'foo':{'local':{'id':'@gw'%s},'remote':{'id':'@foo'%s},'child':{'mode':'transport'}}",
                 i ? ",'subnets':['dynamic[udp/1701]']" : "", i ? ",'subnets':['dynamic[udp]']" : "");
        struct conf *conf = load_parts(GOOD_PORTS, GOOD_SECRET, conn, "");
        if (!conf)
            conf_report_print(&report, "culvert.json", stderr);
        assert_non_null(conf);
        const struct ike_child_conf *c = &conf->ike->conns[0].children[0];
        assert_int_equal(c->mode, ESP_MODE_TRANSPORT);
        assert_true(base_ts_is_dynamic(&c->local_ts->list[0]) && base_ts_is_dynamic(&c->remote_ts->list[0]));
        assert_int_equal(c->local_ts->list[0].port_hi, i ? 1701 : UINT16_MAX);
        assert_int_equal(c->remote_ts->list[0].protocol, i ? 17 : 0);
        conf_free(conf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_given_once),
        cmocka_unit_test(a_pool_has_one_family),
        cmocka_unit_test(a_ports_network_is_no_place_for_a_pool),
        cmocka_unit_test(a_peers_own_networks_are_no_pool),
        cmocka_unit_test(a_network_is_held_against_the_pools_that_it_meets_alone),
        cmocka_unit_test(a_domain_is_one),
        cmocka_unit_test(names_of_pools_must_be_there),
        cmocka_unit_test(pools_that_no_child_has_are_warned_of),
        cmocka_unit_test(addresses_are_asked_for_by_who_calls),
        cmocka_unit_test(without_subnets_a_side_is_the_addresses_that_it_gets),
        cmocka_unit_test(addresses_that_stand_for_others_are_nobodys_own),
        cmocka_unit_test(transport_mode_needs_neither_networks_nor_pools),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
