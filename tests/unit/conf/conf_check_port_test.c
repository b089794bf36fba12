/* SPDX-License-Identifier: BSD-3-Clause */
/* Rules over ports, routes and cores: each is broken once, and the finding names the path and the cure. */
#include "conf_test_help.h"

#define HOST_PORT(host) \
    "'a':{'device':'net_af_packet0,iface=eth0,qpairs=1','addresses':['10.1.0.1/24'],'host':'" host "'}"

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

static void addresses_can_be_left_to_a_host_that_has_an_interface_for_them(void **state)
{
    const char *s = GOOD_SECRET;
    refused("'a':{'device':'0000:01:00.1'}", s, GOOD_CONN, "", "ports.a", "addresses: is missing");
    refused("'a':{'device':'0000:01:00.1','host':'culvert0'}", s, GOOD_CONN, "", "ports.a",
            "addresses: is missing");
    refused("'a':{'device':'eth0','host':'none'}", s, GOOD_CONN, "", "ports.a",
            "can leave its addresses to the host");
    /* What they are is not known yet, so nothing is held against them. */
    struct conf *conf = load_parts("'a':{'device':'eth0','gateway':'10.1.0.2'}", s,
                                   "'foo':{'local':{'id':'@gw','address':'10.1.0.1','subnets':'10.1.0.0/24'},"
                                   "'remote':{'id':'@foo','subnets':'10.2.0.0/24'}}",
                                   ",'routes':[{'to':'10.9.0.0/16','via':'10.7.0.1','port':'a'}]");
    assert_non_null(conf);
    assert_int_equal(conf->ports[0].n_addresses, 0);
    conf_free(conf);
}

static void a_device_is_named_so_that_it_can_be_found(void **state)
{
    const char *s = GOOD_SECRET, *c = GOOD_CONN;
    struct conf *conf =
        load_parts("'a':{'device':'eth0','driver':'af_xdp','addresses':['10.1.0.1/24']}", s, c, "");
    assert_non_null(conf);
    assert_int_equal(conf->ports[0].driver, CONF_DRIVER_AF_XDP);
    conf_free(conf);
    refused("'a':{'device':'0000:01:00','addresses':['10.1.0.1/24']}", s, c, "", "ports.a.device",
            "\"0000:01:00\" is neither the name of an interface (eth0; at most 15 bytes), nor a PCI address");
    refused("'a':{'device':'sixteen-letters-','addresses':['10.1.0.1/24']}", s, c, "", "ports.a.device",
            "at most 15 bytes");
    refused("'a':{'device':'01:00.0','driver':'af_packet','addresses':['10.1.0.1/24']}", s, c, "",
            "ports.a.driver", "is for a device that is an interface by its name");
    refused("'a':{'device':'net_tap0','driver':'af_packet','addresses':['10.1.0.1/24']}", s, c, "",
            "ports.a.driver", "\"net_tap0\" says itself what drives it");
    refused("'a':{'device':'eth0','driver':'dpdk','addresses':['10.1.0.1/24']}", s, c, "", "ports.a.driver",
            "\"auto\", \"af_packet\", \"af_xdp\"");
    refused("'a':{'device':'eth0','role':'both','addresses':['10.1.0.1/24']},'b':{'device':"
            "'net_af_xdp0,iface=eth0','role':'inside','addresses':['10.2.0.1/24']}",
            s, c, "", "ports.b", "same device as port \"a\"");
    refused("'a':{'device':'eth0','role':'both','addresses':['10.1.0.1/24']},'b':{'device':'eth1','role':"
            "'inside','addresses':['10.2.0.1/24'],'host':'eth0'}",
            s, c, "", "ports.b.host", "the interface that port \"a\" is made over");
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

static void tcp_needs_the_host_behind_an_outside_port(void **state)
{
    const char *s = GOOD_SECRET, *c = GOOD_CONN,
               *none = "'a':{'device':'eth0','addresses':['10.1.0.1/24'],'host':'none'}";
    const char *calls = "'foo':{" GOOD_LOCAL ",'remote':{'address':'198.51.100.7','id':'@foo','tcp_port':443,"
                        "'subnets':['10.2.0.0/24']},'tcp':'fallback'}";
    const char *waits = "'foo':{" GOOD_LOCAL "," GOOD_REMOTE ",'tcp':'always'}";
    refused(none, s, c, ",'tcp':{'listen':[4500]}", "tcp.listen", "no outside port has a host interface");
    refused(none, s, calls, "", "connections.foo", "write ports.NAME.host");
    warned(none, s, waits, "", "connections.foo", "where tcp.listen says");
    refused(HOST_PORT("culvert0"), s, c, ",'tcp':{'listen':[4500,443,4500]}", "tcp.listen",
            "4500 stands here twice");
    struct conf *conf =
        load_parts(HOST_PORT("culvert0"), s, calls, ",'tcp':{'listen':[4500,443],'connections':9}");
    assert_non_null(conf);
    assert_int_equal(conf->tcp.n_listen, 2);
    assert_int_equal(conf->tcp.listen[1], 443);
    assert_int_equal(conf->tcp.connections, 9);
    assert_int_equal(conf->tcp.connections_per_address, 100);
    assert_int_equal(conf->ike->conns[0].tcp, IKE_TCP_FALLBACK);
    assert_int_equal(conf->ike->conns[0].tcp_port, 443);
    conf_free(conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ports_that_cannot_work_are_refused),
        cmocka_unit_test(a_host_interface_has_a_name_that_the_kernel_takes),
        cmocka_unit_test(addresses_can_be_left_to_a_host_that_has_an_interface_for_them),
        cmocka_unit_test(a_device_is_named_so_that_it_can_be_found),
        cmocka_unit_test(a_cloud_gateway_outside_of_a_single_address_is_accepted),
        cmocka_unit_test(a_link_local_gateway_is_on_link),
        cmocka_unit_test(tcp_needs_the_host_behind_an_outside_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
