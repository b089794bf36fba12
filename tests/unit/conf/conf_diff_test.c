/* SPDX-License-Identifier: BSD-3-Clause */
/* What a reload does, told by comparing two snapshots. */
#include "conf_int.h"
#include "conf_test_help.h"
#include "base_secret.h"

static struct conf_diff diff;

static void compare(struct conf *from, struct conf *to)
{
    assert_non_null(from);
    assert_non_null(to);
    assert_int_equal(conf_diff_make(from, from, to, &diff), 0);
    conf_free(from);
    conf_free(to);
}

static bool has_op(enum conf_op_type type, const char *name)
{
    for (size_t i = 0; i < diff.n_ops; i++)
        if (diff.ops[i].type == type && strcmp(diff.ops[i].name, name) == 0)
            return true;
    return false;
}

static struct conf *with(const char *conns, const char *extra)
{
    return load_parts(GOOD_PORTS, GOOD_SECRET, conns, extra);
}

static void the_same_file_changes_nothing(void **state)
{
    compare(load_good(NULL), load_good(NULL));
    assert_int_equal(diff.n_ops, 1);
    assert_true(has_op(CONF_OP_UNCHANGED, "foo"));
    assert_false(diff.needs_restart);
    conf_diff_free(&diff);
}

static void connections_are_added_removed_and_changed(void **state)
{
    compare(with("'a':{" GOOD_LOCAL "," GOOD_REMOTE "},'b':{" GOOD_LOCAL "," GOOD_REMOTE "}", ""),
            with("'b':{" GOOD_LOCAL "," GOOD_REMOTE ",'dpd_s':5},'c':{" GOOD_LOCAL "," GOOD_REMOTE "}", ""));
    assert_int_equal(diff.n_ops, 3);
    assert_true(has_op(CONF_OP_REMOVED, "a"));
    assert_true(has_op(CONF_OP_IN_FORCE, "connections.b.dpd_s"));
    assert_true(has_op(CONF_OP_ADDED, "c"));
    assert_false(diff.needs_restart);
    conf_diff_free(&diff);
}

static void a_new_key_changes_its_connection(void **state)
{
    compare(load_good(NULL),
            load_parts(GOOD_PORTS,
                       "{'local':'@gw','remote':'@foo','psk':'0xff0102030405060708090a0b0c0d0e0f10111213'}",
                       GOOD_CONN, ""));
    assert_true(has_op(CONF_OP_NEW_SA, "secrets for connections.foo"));
    conf_diff_free(&diff);
}

static void rows_that_differ_are_counted(void **state)
{
    (void)state;
    static const char from[] = "'roads':{" GOOD_LOCAL ",'remote':{'id':'*.x.org','pools':'staff','peers':["
                               "{'id':'a.x.org','address':'10.9.0.1'},{'id':'b.x.org'}]}}",
                      to[] = "'roads':{" GOOD_LOCAL ",'remote':{'id':'*.x.org','pools':'staff','peers':["
                             "{'id':'a.x.org','address':'10.9.0.2'},{'id':'b.x.org'},{'id':'c.x.org'}]}}",
                      pools[] = ",'pools':{'staff':{'addresses':'10.9.0.0/24'}}";
    compare(with(from, pools), with(to, pools));
    assert_int_equal(diff.n_ops, 1);
    assert_true(has_op(CONF_OP_NEW_SA, "2 rows of connections.roads.remote"));
    conf_diff_free(&diff);
}

static void each_key_of_a_connection_is_told_with_what_it_asks(void **state)
{
    compare(with("'foo':{" GOOD_LOCAL "," GOOD_REMOTE "}", ""),
            with("'foo':{'local':{'id':'@gw','subnets':['10.1.0.0/25'],'address':'192.0.2.1'},"
                 "'remote':{'id':'@foo','subnets':['10.2.0.0/"
                 "24'],'port':4500},'child':{'replay_window':64,'rekey_s':9,'worker_sas':2},"
                 "'weak':true,'start':false,'retransmit_ms':200,'esp_proposals':['aes256gcm16']}",
                 ""));
    assert_int_equal(diff.n_ops, 9);
    assert_true(has_op(CONF_OP_NEW_CHILD, "connections.foo.child.worker_sas"));
    assert_true(has_op(CONF_OP_IN_FORCE, "connections.foo.retransmit_ms"));
    assert_true(has_op(CONF_OP_IN_FORCE, "connections.foo.weak"));
    assert_true(has_op(CONF_OP_IN_FORCE, "connections.foo.child.rekey_s"));
    assert_true(has_op(CONF_OP_NEW_CHILD, "connections.foo.child.replay_window"));
    assert_true(has_op(CONF_OP_NEW_CHILD, "connections.foo.esp_proposals"));
    assert_true(has_op(CONF_OP_NEW_CHILD, "connections.foo.local.subnets"));
    assert_true(has_op(CONF_OP_MOVE, "connections.foo.local.address"));
    assert_true(has_op(CONF_OP_NEW_SA, "connections.foo.remote.port"));
    conf_diff_free(&diff);
}

static void children_are_told_by_their_names(void **state)
{
#define IDS "'local':{'id':'@gw'},'remote':{'id':'@foo'}"
    compare(with("'foo':{" IDS ",'children':{'a':{'local':'10.1.0.0/24','remote':'10.2.0.0/24'},"
                 "'b':{'local':'10.1.0.0/24','remote':'10.3.0.0/24'}}}",
                 ""),
            with("'foo':{" IDS ",'children':{'c':{'local':'10.1.0.0/24','remote':'10.4.0.0/24'},"
                 "'a':{'local':'10.1.0.0/24','remote':'10.2.0.0/24','life_pkts':9}}}",
                 ""));
    assert_int_equal(diff.n_ops, 3);
    assert_true(has_op(CONF_OP_NEW_CHILD, "connections.foo.children.a.life_pkts"));
    assert_true(has_op(CONF_OP_REMOVED, "connections.foo.children.b"));
    assert_true(has_op(CONF_OP_ADDED, "connections.foo.children.c"));
    conf_diff_free(&diff);
}

/* A laboratory with keys made by hand of these names. They have no file here. */
static struct conf *lab(const char *const names[], size_t n, uint32_t count, uint8_t key)
{
    struct conf *conf = load_good(NULL);
    conf->is_lab = n > 0;
    conf->n_manuals = n;
    conf->manuals = n ? base_secret_new(n * sizeof *conf->manuals) : NULL;
    for (size_t i = 0; i < n; i++) {
        conf->manuals[i] = (struct conf_manual){.count = count, .key_len = 20, .key = {key}};
        snprintf(conf->manuals[i].name, sizeof conf->manuals[i].name, "%s", names[i]);
    }
    return conf;
}

static void keys_made_by_hand_are_told_by_name_and_key(void **state)
{
    static const char *const ab[] = {"a", "b"}, *const bc[] = {"b", "c"};
    (void)state;
    compare(lab(ab, 2, 1, 7), lab(bc, 2, 1, 7));
    assert_true(has_op(CONF_OP_REMOVED, "manual.a"));
    assert_true(has_op(CONF_OP_UNCHANGED, "manual.b"));
    assert_true(has_op(CONF_OP_ADDED, "manual.c"));
    assert_false(has_op(CONF_OP_IN_FORCE, "lab"));
    conf_diff_free(&diff);
    compare(lab(ab, 1, 1, 7), lab(ab, 1, 2, 8));
    assert_true(has_op(CONF_OP_NEW_CHILD, "manual.a.count"));
    assert_false(has_op(CONF_OP_UNCHANGED, "manual.a"));
    conf_diff_free(&diff);
    compare(lab(ab, 1, 1, 7), lab(ab, 1, 1, 8));
    assert_true(has_op(CONF_OP_NEW_CHILD, "key of manual.a"));
    conf_diff_free(&diff);
    compare(lab(ab, 1, 1, 7), lab(NULL, 0, 0, 0));
    assert_true(has_op(CONF_OP_IN_FORCE, "lab"));
    assert_false(diff.needs_restart);
    conf_diff_free(&diff);
}

static void each_operation_has_a_name_of_its_own(void **state)
{
    for (enum conf_op_type a = CONF_OP_ADDED; a <= CONF_OP_RESTART; a++) {
        assert_string_not_equal(conf_op_name(a), "unknown");
        for (enum conf_op_type b = CONF_OP_ADDED; b < a; b++)
            assert_string_not_equal(conf_op_name(a), conf_op_name(b));
    }
}

static void more_changes_than_fit_at_first_are_all_told(void **state)
{
    static char from[1 << 15], to[1 << 15];
    size_t a = 0, b = 0;
    for (int i = 0; i < 99; i++) {
        a += (size_t)snprintf(from + a, sizeof from - a, "%s'x%d':{" GOOD_LOCAL "," GOOD_REMOTE "}",
                              i ? "," : "", i);
        b += (size_t)snprintf(to + b, sizeof to - b,
                              "%s'x%d':{" GOOD_LOCAL "," GOOD_REMOTE ",'start':false,'dpd_s':1}",
                              i ? "," : "", i);
    }
    compare(with(from, ""), with(to, ""));
    assert_int_equal(diff.n_ops, 99);
    assert_true(has_op(CONF_OP_IN_FORCE, "connections.x98.dpd_s"));
    conf_diff_free(&diff);
}

static void rows_of_bypass_come_and_go_at_once(void **state)
{
    compare(with(GOOD_CONN, ",'bypass':[{'local':'10.1.0.0/24','remote':'10.2.0.0/25'},"
                            "{'local':'10.1.0.0/25','remote':'10.2.0.128/25'}]"),
            with(GOOD_CONN, ",'bypass':[{'local':'10.1.0.0/25','remote':'10.2.0.128/25'},"
                            "{'local':'10.1.0.0/24','remote':['10.2.0.0/25','10.9.0.0/24[tcp/22]']}]"));
    assert_true(has_op(CONF_OP_REMOVED, "bypass of 10.1.0.0/24 and 10.2.0.0/25"));
    assert_true(has_op(CONF_OP_ADDED, "bypass of 10.1.0.0/24 and 10.2.0.0/25, 10.9.0.0/24[6/22]"));
    assert_true(has_op(CONF_OP_UNCHANGED, "foo"));
    assert_int_equal(diff.n_ops, 3);
    assert_false(diff.needs_restart);
    conf_diff_free(&diff);
}

static void routes_and_nat_change_live(void **state)
{
    compare(load_good(NULL),
            with(GOOD_CONN, ",'routes':[{'to':'10.9.0.0/16','port':'in'}],'limits':{'sas':7},"
                            "'tunnel':{'ike_fragment_bytes':0}"));
    assert_true(has_op(CONF_OP_IN_FORCE, "routes"));
    assert_true(has_op(CONF_OP_IN_FORCE, "limits.sas"));
    assert_true(has_op(CONF_OP_IN_FORCE, "tunnel.ike_fragment_bytes"));
    assert_false(diff.needs_restart);
    conf_diff_free(&diff);
}

static void where_to_cut_changes_the_connections_that_take_it_from_tunnel(void **state)
{
    static const char conns[] = "'says':{" GOOD_LOCAL "," GOOD_REMOTE ",'fragmentation':'before'},"
                                "'takes':{" GOOD_LOCAL "," GOOD_REMOTE "}";
    compare(with(conns, ""), with(conns, ",'tunnel':{'fragmentation':'after'}"));
    assert_int_equal(diff.n_ops, 2);
    assert_true(has_op(CONF_OP_UNCHANGED, "says"));
    assert_true(has_op(CONF_OP_NEW_CHILD, "connections.takes.fragmentation"));
    assert_false(diff.needs_restart);
    conf_diff_free(&diff);
}

static void ports_workers_eal_and_socket_need_a_restart(void **state)
{
    compare(
        load_good(NULL),
        load_parts("'out':{'device':'net_af_packet0,iface=wan','role':'outside','addresses':['192.0.2.1/24'],"
                   "'gateway':'192.0.2.253'},"
                   "'in2':{'device':'0000:01:00.1','role':'inside','addresses':['10.1.0.1/24']}",
                   GOOD_SECRET, GOOD_CONN,
                   ",'workers':{'poll':'busy'},'eal':{'memory_mb':64},'control':{'telemetry':true}"));
    assert_true(diff.needs_restart);
    assert_true(has_op(CONF_OP_RESTART, "routes")); /* they name ports that are not there yet */
    assert_false(has_op(CONF_OP_IN_FORCE, "routes"));
    assert_false(has_op(CONF_OP_RESTART, "ports.out"));
    assert_true(has_op(CONF_OP_RESTART, "ports.in"));
    assert_true(has_op(CONF_OP_RESTART, "ports.in2"));
    assert_true(has_op(CONF_OP_RESTART, "workers.poll"));
    assert_true(has_op(CONF_OP_RESTART, "eal.memory_mb"));
    assert_true(has_op(CONF_OP_RESTART, "control.telemetry"));
    conf_diff_free(&diff);
}

static void new_addresses_are_applied_live(void **state)
{
    compare(load_good(NULL),
            load_parts("'out':{'device':'net_af_packet0,iface=wan','role':'outside','addresses':['192.0.2.7/"
                       "24'],'gateway':'192.0.2.254'},"
                       "'in':{'device':'0000:01:00.1','role':'inside','addresses':['10.1.0.1/24']}",
                       GOOD_SECRET, GOOD_CONN, ""));
    assert_true(has_op(CONF_OP_IN_FORCE, "ports.out.addresses"));
    assert_false(has_op(CONF_OP_IN_FORCE, "ports.in.addresses"));
    assert_false(diff.needs_restart);
    conf_diff_free(&diff);
}

static void a_new_gateway_is_applied_live(void **state)
{
    compare(load_good(NULL),
            load_parts("'out':{'device':'net_af_packet0,iface=wan','role':'outside','addresses':['192.0.2.1/"
                       "24'],'gateway':'192.0.2.253'},"
                       "'in':{'device':'0000:01:00.1','role':'inside','addresses':['10.1.0.1/24']}",
                       GOOD_SECRET, GOOD_CONN, ""));
    assert_true(has_op(CONF_OP_IN_FORCE, "ports.out.gateway"));
    assert_false(diff.needs_restart);
    conf_diff_free(&diff);
}

static void what_waits_for_a_restart_is_told_until_it_is_taken_back(void **state)
{
    struct conf *a = load_good(NULL), *b = with(GOOD_CONN, ",'workers':{'poll':'busy'}");
    assert_int_equal(conf_diff_make(a, a, b, &diff), 0);
    assert_true(has_op(CONF_OP_RESTART, "workers.poll"));
    conf_diff_free(&diff);
    assert_int_equal(conf_diff_make(a, b, b, &diff), 0); /* the same file again */
    assert_true(diff.needs_restart);
    assert_true(has_op(CONF_OP_RESTART, "workers.poll"));
    conf_diff_free(&diff);
    assert_int_equal(conf_diff_restart(a, b, &diff), 0);
    assert_int_equal(diff.n_ops, 1);
    assert_true(has_op(CONF_OP_RESTART, "workers.poll"));
    conf_diff_free(&diff);
    assert_int_equal(conf_diff_make(a, b, a, &diff), 0);
    assert_false(diff.needs_restart);
    conf_diff_free(&diff);
    conf_free(a);
    conf_free(b);
}

static void routes_that_waited_with_their_ports_are_applied_when_those_are_back(void **state)
{
    struct conf *a = load_good(NULL);
    struct conf *b = load_parts("'x':{'device':'x','addresses':['10.1.0.1/24']}", GOOD_SECRET, GOOD_CONN, "");
    assert_int_equal(conf_diff_make(a, b, a, &diff), 0);
    assert_true(has_op(CONF_OP_IN_FORCE, "routes"));
    assert_false(diff.needs_restart);
    conf_diff_free(&diff);
    conf_free(a);
    conf_free(b);
}

/* A key that is new in the schema must find its way into the comparison. */
static void each_key_that_holds_until_the_end_is_told_by_its_name(void **state)
{
    static const char *const places[CONF_SECTIONS] = {
        [CONF_S_PORT] = "ports.p.",    [CONF_S_WORKERS] = "workers.", [CONF_S_EAL] = "eal.",
        [CONF_S_CONTROL] = "control.", [CONF_S_TUNNEL] = "tunnel.",   [CONF_S_TCP] = "tcp."};
    size_t n, told = 0;
    const struct conf_key *k = conf_keys(&n);
    compare(
        load_parts("'p':{'device':'x','addresses':['10.1.0.1/24']}", GOOD_SECRET, GOOD_CONN, ""),
        load_parts("'p':{'device':'y','role':'outside','addresses':['10.1.0.1/24','10.3.0.1/24'],"
                   "'gateway':'10.1.0.2','mtu':1400,'vlan':7,'queues':2,'host':'culvert0','driver':'af_xdp'},"
                   "'q':{'device':'z','role':'inside','addresses':['10.2.0.1/24']}",
                   GOOD_SECRET, GOOD_CONN,
                   ",'workers':{'poll':'busy','cores':[3],'control_core':2,'crypto_threads':2,'shared_key_"
                   "pairs':true},"
                   "'eal':{'memory_mb':64,'hugepages':'never','args':['--log-level=8']},"
                   "'control':{'telemetry':true,'seccomp':false,'socket':'/x','state':'/s'},"
                   "'tunnel':{'mss_clamp':false,'copy_df':false,'spi_node_bits':3,'spi_node':5},"
                   "'tcp':{'listen':[4500],'connections':9,'connections_per_address':8}"));
    for (size_t i = 0; i < n; i++) {
        char name[128];
        const bool is_live = strcmp(k[i].name, "gateway") == 0 || strcmp(k[i].name, "addresses") == 0 ||
                             strcmp(k[i].name, "fragmentation") == 0 ||
                             strcmp(k[i].name, "ike_fragment_bytes") == 0 ||
                             strcmp(k[i].name, "probe_path_mtu") == 0;
        if (!places[k[i].in] || is_live)
            continue;
        snprintf(name, sizeof name, "%s%s", places[k[i].in], k[i].name);
        if (!has_op(CONF_OP_RESTART, name))
            fail_msg("%s is not compared", name);
        told++;
    }
    assert_int_equal(diff.n_ops, told + 3); /* and the connection, the new port, the routes */
    conf_diff_free(&diff);
}

static void a_host_interface_needs_a_restart(void **state)
{
    compare(load_parts("'a':{'device':'x','addresses':['10.1.0.1/24']}", GOOD_SECRET, GOOD_CONN, ""),
            load_parts("'a':{'device':'x','addresses':['10.1.0.1/24'],'host':'culvert0'}", GOOD_SECRET,
                       GOOD_CONN, ""));
    assert_true(diff.needs_restart);
    assert_true(has_op(CONF_OP_RESTART, "ports.a.host"));
    conf_diff_free(&diff);
}

static void pools_change_live(void **state)
{
    compare(load_parts(GOOD_PORTS, GOOD_SECRET, GOOD_CONN,
                       ",'pools':{'a':{'addresses':'10.9.0.0/24'},'b':{'addresses':'10.9.1.0/24'}}"),
            load_parts(GOOD_PORTS, GOOD_SECRET, GOOD_CONN,
                       ",'pools':{'a':{'addresses':'10.9.0.0/25'},'c':{'addresses':'10.9.1.0/24'}}"));
    assert_false(diff.needs_restart);
    assert_true(has_op(CONF_OP_IN_FORCE, "pools.a.addresses"));
    assert_true(has_op(CONF_OP_REMOVED, "pools.b"));
    assert_true(has_op(CONF_OP_ADDED, "pools.c"));
    conf_diff_free(&diff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_file_changes_nothing),
        cmocka_unit_test(connections_are_added_removed_and_changed),
        cmocka_unit_test(a_new_key_changes_its_connection),
        cmocka_unit_test(rows_that_differ_are_counted),
        cmocka_unit_test(each_key_of_a_connection_is_told_with_what_it_asks),
        cmocka_unit_test(children_are_told_by_their_names),
        cmocka_unit_test(keys_made_by_hand_are_told_by_name_and_key),
        cmocka_unit_test(each_operation_has_a_name_of_its_own),
        cmocka_unit_test(more_changes_than_fit_at_first_are_all_told),
        cmocka_unit_test(rows_of_bypass_come_and_go_at_once),
        cmocka_unit_test(routes_and_nat_change_live),
        cmocka_unit_test(where_to_cut_changes_the_connections_that_take_it_from_tunnel),
        cmocka_unit_test(ports_workers_eal_and_socket_need_a_restart),
        cmocka_unit_test(new_addresses_are_applied_live),
        cmocka_unit_test(a_new_gateway_is_applied_live),
        cmocka_unit_test(what_waits_for_a_restart_is_told_until_it_is_taken_back),
        cmocka_unit_test(routes_that_waited_with_their_ports_are_applied_when_those_are_back),
        cmocka_unit_test(each_key_that_holds_until_the_end_is_told_by_its_name),
        cmocka_unit_test(pools_change_live),
        cmocka_unit_test(a_host_interface_needs_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
