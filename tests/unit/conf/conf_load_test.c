/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading: values arrive in the snapshot, defaults hold, and each kind of mistake is told with path and cure.
 */
#include "conf_test_help.h"
#include <unistd.h>

#include "ike_conf.h"

static void a_small_configuration_gets_all_defaults(void **state)
{
    struct conf *conf = load_good(NULL);
    assert_int_equal(report.n_warnings, 1); /* the key in the file */
    assert_int_equal(conf->n_ports, 2);
    assert_string_equal(conf->ports[0].name, "out");
    assert_int_equal(conf->ports[0].kind, CONF_DEVICE_VDEV);
    assert_int_equal(conf->ports[1].kind, CONF_DEVICE_PCI);
    assert_string_equal(conf->ports[0].host, "culvert-wan");
    assert_string_equal(conf->ports[1].host, "");
    assert_int_equal(conf->ports[0].role, CONF_ROLE_OUTSIDE);
    assert_int_equal(conf->ports[1].role, CONF_ROLE_INSIDE);
    assert_int_equal(conf->ports[0].mtu, 1500);
    assert_int_equal(conf->ports[0].vlan, 0);
    assert_int_equal(conf->ports[0].addresses[0].len, 24);
    assert_int_equal(conf->workers.n_cores, 0);
    assert_int_equal(conf->workers.control_core, CONF_CORE_AUTO);
    assert_int_equal(conf->workers.poll, CONF_POLL_AUTO);
    assert_int_equal(conf->workers.crypto_threads, 0);
    assert_int_equal(conf->eal.memory_mb, 256);
    assert_string_equal(conf->control.socket, "/run/culvert/culvertd.sock");
    assert_false(conf->control.telemetry);
    assert_true(conf->control.seccomp);
    assert_true(conf->tunnel.mss_clamp);
    assert_true(conf->tunnel.copy_df);
    assert_int_equal(conf->tcp.n_listen, 0);
    assert_int_equal(conf->tcp.connections, 1000);
    assert_int_equal(conf->ike->conns[0].tcp, IKE_TCP_OFF);
    assert_int_equal(conf->ike->conns[0].tcp_port, 4500);
    assert_false(conf->ike->conns[0].frag_after);
    assert_int_equal(conf->ike->n_secrets, 1);
    assert_int_equal(conf->ike->secrets[0].psk_len, 20);
    assert_int_equal(conf->ike->secrets[0].psk[19], 0x13);
    conf_free(conf);
}

static void presets_of_the_table_are_those_of_the_engine(void **state)
{
    struct conf *conf = load_good(NULL);
    struct ike_conf *plain = ike_conf_new();
    struct ike_conn_conf c;
    struct ike_child_conf child;
    ike_conn_conf_defaults(&c);
    ike_child_conf_defaults(&child);
    const struct ike_conn_conf *is = &conf->ike->conns[0];
    assert_int_equal(is->rekey_s, c.rekey_s);
    assert_int_equal(is->childless_s, c.childless_s);
    assert_int_equal(is->dpd_s, c.dpd_s);
    assert_int_equal(is->keepalive_s, c.keepalive_s);
    assert_int_equal(is->keepalive, IKE_KEEPALIVE_AUTO);
    assert_int_equal(is->retransmit_ms, c.retransmit_ms);
    assert_int_equal(is->retransmit_tries, c.retransmit_tries);
    assert_int_equal(is->remote_port, c.remote_port);
    assert_int_equal(is->frag_after, c.frag_after);
    assert_int_equal(is->icmp_errors, c.icmp_errors);
    assert_int_equal(is->n_proposals, c.n_proposals);
    assert_int_equal(is->children[0].rekey_s, child.rekey_s);
    assert_int_equal(is->children[0].replay_window, child.replay_window);
    assert_int_equal(is->children[0].n_proposals, child.n_proposals);
    assert_int_equal(conf->ike->half_open_max, plain->half_open_max);
    assert_int_equal(conf->ike->half_open_per_endpoint, plain->half_open_per_endpoint);
    assert_int_equal(conf->ike->cookie_threshold, plain->cookie_threshold);
    assert_int_equal(conf->ike->half_open_timeout_s, plain->half_open_timeout_s);
    assert_int_equal(conf->ike->sas_max, plain->sas_max);
    assert_int_equal(conf->ike->children_max, plain->children_max);
    ike_conn_conf_clear(&c);
    ike_conf_put(plain);
    conf_free(conf);
}

/* Keys of a connection, beside those that it must have. */
static const char every_key[] =
    "'ike_proposals':['aes128gcm16-prfsha256-x25519'],'esp_proposals':['aes128gcm16-noesn'],"
    "'encapsulation':'force','fragmentation':'after','icmp_errors':true,'start':'trap','childless':'prefer','"
    "rekey_s':100,'"
    "childless_s':17,"
    "'reauth_s':90,'dpd_s':7,'keepalive_s':9,'keepalive':'fixed','retransmit_ms':500,'retransmit_tries':3";
static const char every_child_key[] =
    "'rekey_s':50,'life_s':60,'rekey_bytes':5000000000,'rekey_pkts':77,'life_bytes':6000000000,"
    "'life_pkts':78,'replay_window':64,'start':'none','dpd_action':'restart','close_action':'trap','"
    "inactivity_s':60,'worker_sas':4";
static const char every_root_key[] =
    ",'nat':{'public_addresses':'198.51.100.9','encapsulation':'never','keepalive_s':5},"
    "'limits':{'sas':10},'workers':{'cores':[1,2],'control_core':0,'poll':'busy','crypto_threads':16},"
    "'eal':{'hugepages':'never','memory_mb':128,'args':['-d','x.so']},"
    "'control':{'socket':'/tmp/x.sock','telemetry':true,'seccomp':false},"
    "'tunnel':{'mss_clamp':false,'copy_df':false,'spi_node_bits':3,'spi_node':5},"
    "'routes':[{'to':'10.9.0.0/16','via':'10.1.0.254','port':'in'},{'to':'10.8.0.0/16','port':'in'}]";

static struct conf *load_every_key(void)
{
    char conns[2000];
    snprintf(
        conns, sizeof conns,
        "'foo':{'local':{'address':['192.0.2.1'],'id':'@gw','rsa_pss':'never','subnets':'10.1.0.0/24'},"
        "'remote':{'address':'198.51.100.2','port':4500,'from':['198.51.100.0/24'],'id':'@foo','auth':'psk',"
        "'subnets':['10.2.0.0/24[tcp/443]']},%s,'child':{%s}}",
        every_key, every_child_key);
    struct conf *conf = load_parts(GOOD_PORTS, GOOD_SECRET, conns, every_root_key);
    if (!conf)
        conf_report_print(&report, "culvert.json", stderr);
    assert_non_null(conf);
    return conf;
}

static void every_value_of_a_connection_arrives(void **state)
{
    struct conf *conf = load_every_key();
    const struct ike_conn_conf *c = ike_conf_conn(conf->ike, "foo");
    assert_non_null(c);
    assert_ptr_equal(c->conf, conf->ike);
    assert_int_equal(c->n_local_addrs, 1);
    assert_int_equal(c->remote_addr.bytes[0], 198);
    assert_int_equal(c->remote_port, 4500);
    assert_int_equal(c->n_remote_from, 1);
    assert_int_equal(c->encap, IKE_ENCAP_FORCE);
    assert_int_equal(c->rsa_pss, IKE_RSA_PSS_NEVER);
    assert_true(c->frag_after);
    assert_true(c->icmp_errors);
    assert_int_equal(c->start, IKE_START_TRAP);
    assert_int_equal(c->childless, IKE_CHILDLESS_PREFER);
    assert_int_equal(c->rekey_s, 100);
    assert_int_equal(c->childless_s, 17);
    assert_int_equal(c->reauth_s, 90);
    assert_int_equal(c->dpd_s, 7);
    assert_int_equal(c->keepalive_s, 9);
    assert_int_equal(c->keepalive, IKE_KEEPALIVE_FIXED);
    assert_int_equal(c->retransmit_ms, 500);
    assert_int_equal(c->retransmit_tries, 3);
    assert_int_equal(c->n_proposals, 1);
    conf_free(conf);
    (void)state;
}

static void every_value_of_a_child_arrives(void **state)
{
    struct conf *conf = load_every_key();
    const struct ike_conn_conf *c = ike_conf_conn(conf->ike, "foo");
    assert_int_equal(c->n_children, 1);
    assert_string_equal(c->children[0].name, "foo");
    assert_int_equal(c->children[0].rekey_s, 50);
    assert_int_equal(c->children[0].life_s, 60);
    assert_int_equal(c->children[0].rekey_bytes, 5000000000);
    assert_int_equal(c->children[0].rekey_pkts, 77);
    assert_int_equal(c->children[0].life_bytes, 6000000000);
    assert_int_equal(c->children[0].life_pkts, 78);
    assert_int_equal(c->children[0].replay_window, 64);
    assert_int_equal(c->children[0].start, IKE_START_NONE);
    assert_int_equal(c->children[0].on_dead, IKE_START_START);
    assert_int_equal(c->children[0].on_close, IKE_START_TRAP);
    assert_int_equal(c->children[0].inactivity_s, 60);
    assert_int_equal(c->children[0].worker_sas, 4);
    assert_int_equal(c->children[0].remote_ts->list[0].protocol, 6);
    assert_int_equal(c->children[0].remote_ts->list[0].port_lo, 443);
    conf_free(conf);
    (void)state;
}

static void every_value_of_the_root_arrives(void **state)
{
    struct conf *conf = load_every_key();
    assert_int_equal(conf->ike->n_public_addrs, 1);
    assert_int_equal(conf->ike->sas_max, 10);
    assert_int_equal(conf->workers.n_cores, 2);
    assert_int_equal(conf->workers.cores[1], 2);
    assert_int_equal(conf->workers.poll, CONF_POLL_BUSY);
    assert_int_equal(conf->workers.crypto_threads, 16);
    assert_int_equal(conf->eal.hugepages, CONF_HUGEPAGES_NEVER);
    assert_string_equal(conf->eal.args[1], "x.so");
    assert_true(conf->control.telemetry && !conf->control.seccomp);
    assert_false(conf->tunnel.mss_clamp);
    assert_false(conf->tunnel.copy_df);
    assert_true(conf->tunnel.spi_node_bits == 3 && conf->tunnel.spi_node == 5);
    assert_int_equal(conf->n_routes, 2);
    assert_int_equal(conf->routes[0].port, 1);
    assert_int_equal(conf->routes[1].via.family, BASE_AF_NONE);
    conf_free(conf);
    (void)state;
}

static void an_only_port_is_one_armed(void **state)
{
    struct conf *conf =
        load_parts("'eth0':{'device':'net_tap0','addresses':['192.0.2.1/24']}", GOOD_SECRET, GOOD_CONN, "");
    assert_non_null(conf);
    assert_int_equal(conf->ports[0].role, CONF_ROLE_BOTH);
    conf_free(conf);
}

static void broken_json_is_told_with_line_and_column(void **state)
{
    assert_null(load("{\n  'ports': {\n    oops\n"));
    expect_error("", "line 3, column");
    assert_null(load("{'ports':{},'ports':{}}"));
    expect_error("", "duplicate");
    assert_null(load(""));
    assert_int_equal(report.n_errors, 1);
    assert_null(load("[]"));
    expect_error("", "is a list");
}

static void all_errors_are_told_in_one_run(void **state)
{
    struct conf *conf = load_parts(GOOD_PORTS ",'x':{}", "{'local':'@gw'}", "'foo':{'locl':{}}",
                                   ",'eal':{'memory_mb':1},'routes':[7]");
    assert_null(conf);
    expect_error("eal.memory_mb", "out of range");
    expect_error("ports.x.device", "missing");
    expect_error("routes[0]", "is a number");
    expect_error("secrets[0].remote", "missing");
    expect_error("connections.foo.locl", "did you mean \"local\"?");
    expect_error("connections.foo.remote", "missing");
}

/* What is wrong near the end of a long file is not found any more. */
static void a_reading_that_nobody_wants_any_more_stops_before_the_end(void **state)
{
    char path[] = "/tmp/conf_load.XXXXXX";
    atomic_bool stops = false;
    (void)state;
    FILE *f = fdopen(mkstemp(path), "w");
    assert_non_null(f);
    fputs("{\"connections\": {", f);
    for (int i = 0; i < 1000; i++)
        fprintf(f, "\"c%d\": {}, ", i);
    fputs("\"unfinished", f);
    fclose(f);
    assert_null(conf_load_after(path, NULL, &report, &stops));
    expect_error("", "not JSON");
    stops = true;
    assert_null(conf_load_after(path, NULL, &report, &stops));
    assert_int_equal(report.n_errors, 1);
    expect_error("", "not read to its end: the daemon stops");
    unlink(path);
}

static void a_file_that_cannot_be_read_is_told(void **state)
{
    assert_null(conf_load("/nonexistent/culvert.json", &report));
    expect_error("", "cannot be read: No such file");
    assert_null(conf_load("/", &report));
    assert_int_equal(report.n_errors, 1);
}

static void a_peer_may_have_a_host_name(void **state)
{
    static const struct {
        const char *text, *name;
    } rows[] = {{"gw.example.org", "gw.example.org"},
                {"gw", "gw"},
                {"198.51.100.2", ""},
                {"2001:db8::1", ""},
                {"any", ""},
                {"gw-1.x.", "gw-1.x."}};
    static const char *const refused[] = {"198.51.100.300", "gw..org", "-gw", "gw/24", "", "a b"};
    char connection[512];
    const char *form =
        "'foo':{'local':{'id':'@gw','subnets':'10.1.0.0/24'},'remote':{'address':'%s','id':'@foo',"
        "'subnets':['10.2.0.0/24']}}";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(connection, sizeof connection, form, rows[i].text);
        struct conf *conf = load_parts(GOOD_PORTS, GOOD_SECRET, connection, "");
        assert_non_null(conf);
        const struct ike_conn_conf *c = ike_conf_conn(conf->ike, "foo");
        assert_string_equal(c->remote_name, rows[i].name);
        assert_int_equal(ike_conn_conf_calls(c), strcmp(rows[i].text, "any") != 0);
        conf_free(conf);
    }
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        snprintf(connection, sizeof connection, form, refused[i]);
        assert_null(load_parts(GOOD_PORTS, GOOD_SECRET, connection, ""));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_configuration_gets_all_defaults),
        cmocka_unit_test(presets_of_the_table_are_those_of_the_engine),
        cmocka_unit_test(every_value_of_a_connection_arrives),
        cmocka_unit_test(every_value_of_a_child_arrives),
        cmocka_unit_test(every_value_of_the_root_arrives),
        cmocka_unit_test(a_peer_may_have_a_host_name),
        cmocka_unit_test(an_only_port_is_one_armed),
        cmocka_unit_test(broken_json_is_told_with_line_and_column),
        cmocka_unit_test(all_errors_are_told_in_one_run),
        cmocka_unit_test(a_reading_that_nobody_wants_any_more_stops_before_the_end),
        cmocka_unit_test(a_file_that_cannot_be_read_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
