/* SPDX-License-Identifier: BSD-3-Clause */
/* Cross-field rules: each is broken once, and the finding names the path and the cure. */
#include "conf_test_help.h"

#define OUT_PRIVATE                                                                \
    "'out':{'device':'net_af_packet0','role':'outside','addresses':['172.31.0.10/" \
    "24'],'gateway':'172.31.0.1'},"                                                \
    "'in':{'device':'net_tap1','role':'inside','addresses':['10.1.0.1/24']}"

static void conn(const char *local, const char *remote, const char *extra, char out[1024])
{
    snprintf(out, 1024,
             "'foo':{'local':{%s,'subnets':['10.1.0.0/24']},'remote':{%s,'subnets':['10.2.0.0/24']}%s}",
             local, remote, extra);
}

static void secret(const char *local, const char *remote, char out[512])
{
    snprintf(out, 512, "{'local':'%s','remote':'%s','psk':'0x000102030405060708090a0b0c0d0e0f10111213'}",
             local, remote);
}

static void a_private_identity_of_a_public_peer_is_warned_of(void **state)
{
    char c[1024], s[512];
    conn("'id':'@gw'", "'address':'198.51.100.2','id':'172.16.0.1'", "", c);
    secret("@gw", "172.16.0.1", s);
    warned(GOOD_PORTS, s, c, "", "connections.foo.remote.id",
           "\"172.16.0.1\" is the peer's private address behind the NAT at 198.51.100.2");
    conn("'id':'@gw'", "'id':'172.16.0.1'", "", c);
    warned(GOOD_PORTS, s, c, "", "connections.foo.remote.id", "another site may have the same one");
}

static void a_peer_on_a_private_network_may_have_its_private_address_as_identity(void **state)
{
    char c[1024], s[512];
    conn("'id':'@gw'", "'address':'172.16.0.1','id':'172.16.0.1'", "", c);
    secret("@gw", "172.16.0.1", s);
    struct conf *conf = load_parts(GOOD_PORTS, s, c, "");
    assert_non_null(conf);
    assert_false(has_issue(true, "connections.foo.remote.id", ""));
    conf_free(conf);
}

static void our_private_address_as_identity_is_warned_of(void **state)
{
    char c[1024], s[512];
    conn("'id':'172.31.0.10'", "'address':'198.51.100.7','id':'@foo'", "", c);
    secret("172.31.0.10", "@foo", s);
    warned(OUT_PRIVATE, s, c, ",'nat':{'public_addresses':['198.51.100.2']}", "connections.foo.local.id",
           "Write \"198.51.100.2\"");
    warned(OUT_PRIVATE, s, c, "", "connections.foo.local.id", "the public one of our NAT");
}

static void a_public_identity_on_no_port_asks_for_public_addresses(void **state)
{
    char c[1024], s[512];
    conn("'id':'198.51.100.2'", "'id':'@foo'", "", c);
    secret("198.51.100.2", "@foo", s);
    warned(OUT_PRIVATE, s, c, "", "connections.foo.local.id", "nat.public_addresses");
    struct conf *conf = load_parts(OUT_PRIVATE, s, c, ",'nat':{'public_addresses':['198.51.100.2']}");
    assert_non_null(conf);
    assert_false(has_issue(true, "connections.foo.local.id", ""));
    conf_free(conf);
}

static void a_connection_without_its_secret_is_refused(void **state)
{
    char s[512];
    refused(GOOD_PORTS, "", GOOD_CONN, "", "connections.foo",
            "no secret for the pair local @gw, remote @foo; add");
    secret("@other", "@foo", s);
    refused(GOOD_PORTS, s, GOOD_CONN, "", "connections.foo", "secrets[0] has this remote, but local @other");
    secret("@GW", "@Foo", s); /* names know no case */
    struct conf *conf = load_parts(GOOD_PORTS, s, GOOD_CONN, "");
    assert_non_null(conf);
    conf_free(conf);
}

static void a_broken_secret_does_not_also_count_as_missing(void **state)
{
    refused(GOOD_PORTS, "{'local':'@gw','remote':7,'psk':'x'}", GOOD_CONN, "", "secrets[0].remote",
            "is a number");
    assert_int_equal(report.n_errors, 1);
}

static void two_secrets_for_one_pair_are_refused(void **state)
{
    refused(GOOD_PORTS, GOOD_SECRET "," GOOD_SECRET, GOOD_CONN, "", "secrets[1]",
            "secrets[0] is for the same pair");
}

static void two_connections_with_one_pair_are_warned_of(void **state)
{
    warned(GOOD_PORTS, GOOD_SECRET,
           GOOD_CONN ",'bar':{'local':{'id':'@gw','subnets':['10.1.0.0/24']},"
                     "'remote':{'id':'@foo','subnets':['10.3.0.0/24']}}",
           "", "connections.bar", "same pair of identities as connection \"foo\"");
}

static void overlapping_remote_subnets_are_warned_of_once_per_pair(void **state)
{
    char s[1024], t[512];
    secret("@gw", "@bar", t);
    snprintf(s, sizeof s, "%s,%s", GOOD_SECRET, t);
    warned(GOOD_PORTS, s,
           GOOD_CONN ",'bar':{'local':{'id':'@gw','subnets':['10.1.0.0/24']},"
                     "'remote':{'id':'@bar','subnets':['10.2.0.128/25']}}",
           "", "connections.bar", "10.2.0.128-10.2.0.255 overlaps 10.2.0.0-10.2.0.255 of connection \"foo\"");
}

static void subnets_of_different_ports_do_not_overlap(void **state)
{
    char s[1024], t[512];
    secret("@gw", "@bar", t);
    snprintf(s, sizeof s, "%s,%s", GOOD_SECRET, t);
    struct conf *conf =
        load_parts(GOOD_PORTS, s,
                   "'foo':{" GOOD_LOCAL ",'remote':{'id':'@foo','subnets':['10.2.0.0/24[tcp/80]']}},"
                   "'bar':{" GOOD_LOCAL ",'remote':{'id':'@bar','subnets':['10.2.0.0/24[tcp/81]']}}",
                   "");
    assert_non_null(conf);
    assert_int_equal(report.n_warnings, 2); /* the two inline keys */
    conf_free(conf);
}

static void impossible_connections_are_refused(void **state)
{
    char c[1024], s[512];
    conn("'id':'@gw'", "'id':'@foo'", ",'start':true", c);
    refused(GOOD_PORTS, GOOD_SECRET, c, "", "connections.foo", "start needs remote.address");
    conn("'id':'@gw'", "'id':'@gw'", "", c);
    secret("@gw", "@gw", s);
    refused(GOOD_PORTS, s, c, "", "connections.foo", "local.id and remote.id are the same");
    conn("'id':'@gw'", "'id':'@foo','port':501", "", c);
    refused(GOOD_PORTS, GOOD_SECRET, c, "", "connections.foo", "500 and 4500 only");
    conn("'id':'@gw','address':'192.0.2.77'", "'id':'@foo'", "", c);
    refused(GOOD_PORTS, GOOD_SECRET, c, "", "connections.foo.local.address", "no address of an outside port");
    conn("'id':'@gw','address':'198.51.100.2'", "'id':'@foo'", "", c);
    refused(OUT_PRIVATE, GOOD_SECRET, c, ",'nat':{'public_addresses':['198.51.100.2']}",
            "connections.foo.local.address", "NAT's address, not ours");
    conn("'id':'@gw'", "'id':'@foo','address':'192.0.2.1'", "", c);
    refused(GOOD_PORTS, GOOD_SECRET, c, "", "connections.foo.remote.address", "our own address");
    conn("'id':'@gw'", "'id':'@foo'", ",'child':{'rekey_s':60,'life_s':60}", c);
    refused(GOOD_PORTS, GOOD_SECRET, c, "", "connections.foo", "must be more than rekey_s");
    conn("'id':'@gw'", "'id':'@foo'", ",'child':{'rekey_bytes':60,'life_bytes':60}", c);
    refused(GOOD_PORTS, GOOD_SECRET, c, "", "connections.foo", "must be more than rekey_bytes");
    conn("'id':'@gw'", "'id':'@foo'", ",'child':{'rekey_pkts':60,'life_pkts':59}", c);
    refused(GOOD_PORTS, GOOD_SECRET, c, "", "connections.foo", "must be more than rekey_pkts");
}

static void esp_without_encryption_is_warned_of(void **state)
{
    char c[1024];
    conn("'id':'@gw'", "'id':'@foo'", ",'esp_proposals':['aes128gcm16','null-sha256']", c);
    warned(GOOD_PORTS, GOOD_SECRET, c, "", "connections.foo", "not encrypted");
}

static void never_behind_a_known_nat_is_warned_of(void **state)
{
    warned(OUT_PRIVATE, GOOD_SECRET, GOOD_CONN,
           ",'nat':{'public_addresses':['198.51.100.2'],'encapsulation':'never'}", "connections.foo",
           "drops plain ESP");
}

static void ports_that_cannot_work_are_refused(void **state)
{
    const char *s = GOOD_SECRET, *c = GOOD_CONN;
    refused("'a':{'device':'x','role':'inside','addresses':['10.1.0.1/24']}", s, c, "", "ports",
            "no peer can be");
    refused("'a':{'device':'x','role':'outside','addresses':['10.1.0.1/24']}", s, c, "", "ports",
            "write \"both\"");
    refused("'a':{'device':'x','addresses':['10.1.0.1/"
            "24']},'b':{'device':'y','role':'inside','addresses':['10.2.0.1/"
            "24']}",
            s, c, "", "ports.a.role", "with several ports");
    refused("'a':{'device':'x','role':'both','addresses':['10.1.0.1/24']},'b':{'device':'x','role':'inside',"
            "'addresses':['10.2.0.1/24']}",
            s, c, "", "ports.b", "same device as port \"a\"");
    refused("'a':{'device':'x','role':'both','addresses':['10.1.0.1/24']},'b':{'device':'y','role':'inside',"
            "'addresses':['10.1.0.1/24']}",
            s, c, "", "ports.b", "which port \"a\" has too");
    refused("'a':{'device':'x','addresses':['10.1.0.1/24'],'gateway':'10.2.0.1'}", s, c, "",
            "ports.a.gateway", "none of this port's networks");
    refused("'a':{'device':'x','addresses':['10.1.0.1/24'],'gateway':'10.1.0.1'}", s, c, "",
            "ports.a.gateway", "own address");
    refused(GOOD_PORTS, s, c, ",'routes':[{'to':'10.9.0.0/16','via':'10.7.0.1','port':'in'}]",
            "routes[0].via", "none of the networks of port \"in\"");
    refused(GOOD_PORTS, s, c, ",'workers':{'cores':[1,1]}", "workers.cores", "core 1 stands here twice");
    warned(GOOD_PORTS, s, c, ",'workers':{'cores':[1],'control_core':1,'poll':'busy'}", "workers.cores",
           "leaves it no time");
    warned("'a':{'device':'x','role':'both','addresses':['10.1.0.1/24']},'b':{'device':'y','role':'inside',"
           "'addresses':['10.1.0.9/25']}",
           s, c, "", "ports.b", "overlaps one of port \"a\"");
}

#define HOST_PORT(host) \
    "'a':{'device':'net_af_packet0,iface=eth0,qpairs=1','addresses':['10.1.0.1/24'],'host':'" host "'}"

static void a_host_interface_has_a_name_that_the_kernel_takes(void **state)
{
    const char *s = GOOD_SECRET, *c = GOOD_CONN;
    struct conf *conf = load_parts(HOST_PORT("culvert0"), s, c, "");
    assert_non_null(conf);
    assert_string_equal(conf->ports[0].host, "culvert0");
    conf_free(conf);
    refused(HOST_PORT(".."), s, c, "", "ports.a.host", "no name of an interface");
    refused(HOST_PORT("a b"), s, c, "", "ports.a.host", "no name of an interface");
    refused(HOST_PORT("culvert%d"), s, c, "", "ports.a.host", "no name of an interface");
    refused(HOST_PORT("sixteen-letters-"), s, c, "", "ports.a.host", "15");
    refused(HOST_PORT(""), s, c, "", "ports.a.host", "is empty");
    refused(HOST_PORT("eth0"), s, c, "", "ports.a.host", "port \"a\" is made over");
    refused(HOST_PORT("h0") ",'b':{'device':'x','role':'inside','addresses':['10.2.0.1/24'],'host':'h0'}", s,
            c, "", "ports.b.host", "one of its own");
    conf = load_parts(HOST_PORT("eth"), s, c, "");
    assert_non_null(conf);
    conf_free(conf);
}

static void a_cloud_gateway_outside_of_a_single_address_is_accepted(void **state)
{
    struct conf *conf = load_parts("'a':{'device':'x','addresses':['10.128.0.5/32'],'gateway':'10.128.0.1'}",
                                   GOOD_SECRET, GOOD_CONN, "");
    assert_non_null(conf);
    conf_free(conf);
}

static void a_link_local_gateway_is_on_link(void **state)
{
    struct conf *conf = load_parts("'a':{'device':'x','addresses':['2001:db8::2/64'],'gateway':'fe80::1'}",
                                   GOOD_SECRET, GOOD_CONN, "");
    assert_non_null(conf);
    assert_int_equal(conf->ports[0].gateway.family, BASE_AF_IP6);
    conf_free(conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_private_identity_of_a_public_peer_is_warned_of),
        cmocka_unit_test(a_peer_on_a_private_network_may_have_its_private_address_as_identity),
        cmocka_unit_test(our_private_address_as_identity_is_warned_of),
        cmocka_unit_test(a_public_identity_on_no_port_asks_for_public_addresses),
        cmocka_unit_test(a_connection_without_its_secret_is_refused),
        cmocka_unit_test(a_broken_secret_does_not_also_count_as_missing),
        cmocka_unit_test(two_secrets_for_one_pair_are_refused),
        cmocka_unit_test(two_connections_with_one_pair_are_warned_of),
        cmocka_unit_test(overlapping_remote_subnets_are_warned_of_once_per_pair),
        cmocka_unit_test(subnets_of_different_ports_do_not_overlap),
        cmocka_unit_test(impossible_connections_are_refused),
        cmocka_unit_test(esp_without_encryption_is_warned_of),
        cmocka_unit_test(never_behind_a_known_nat_is_warned_of),
        cmocka_unit_test(ports_that_cannot_work_are_refused),
        cmocka_unit_test(a_host_interface_has_a_name_that_the_kernel_takes),
        cmocka_unit_test(a_cloud_gateway_outside_of_a_single_address_is_accepted),
        cmocka_unit_test(a_link_local_gateway_is_on_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
