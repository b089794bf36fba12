/* SPDX-License-Identifier: BSD-3-Clause */
/* What a reload does, told by comparing two snapshots. */
#include "conf_test_help.h"

static struct conf_diff diff;

static void compare(struct conf *from, struct conf *to)
{
    assert_non_null(from);
    assert_non_null(to);
    assert_int_equal(conf_diff_make(from, to, &diff), 0);
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
    assert_true(has_op(CONF_OP_CONN_UNCHANGED, "foo"));
    assert_false(diff.needs_restart);
    conf_diff_free(&diff);
}

static void connections_are_added_removed_and_changed(void **state)
{
    compare(with("'a':{" GOOD_LOCAL "," GOOD_REMOTE "},'b':{" GOOD_LOCAL "," GOOD_REMOTE "}", ""),
            with("'b':{" GOOD_LOCAL "," GOOD_REMOTE ",'dpd_s':5},'c':{" GOOD_LOCAL "," GOOD_REMOTE "}", ""));
    assert_int_equal(diff.n_ops, 3);
    assert_true(has_op(CONF_OP_CONN_REMOVED, "a"));
    assert_true(has_op(CONF_OP_CONN_CHANGED, "b"));
    assert_true(has_op(CONF_OP_CONN_ADDED, "c"));
    assert_false(diff.needs_restart);
    conf_diff_free(&diff);
}

static void a_new_key_changes_its_connection(void **state)
{
    compare(load_good(NULL),
            load_parts(GOOD_PORTS,
                       "{'local':'@gw','remote':'@foo','psk':'0xff0102030405060708090a0b0c0d0e0f10111213'}",
                       GOOD_CONN, ""));
    assert_true(has_op(CONF_OP_CONN_CHANGED, "foo"));
    conf_diff_free(&diff);
}

static void routes_and_nat_change_live(void **state)
{
    compare(load_good(NULL),
            with(GOOD_CONN, ",'routes':[{'to':'10.9.0.0/16','port':'in'}],'limits':{'sas':7}"));
    assert_true(has_op(CONF_OP_ROUTES, "routes"));
    assert_true(has_op(CONF_OP_NAT, "nat"));
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
    assert_true(has_op(CONF_OP_ROUTES, "routes")); /* the gateway of a port that stays */
    assert_false(has_op(CONF_OP_RESTART, "ports.out"));
    assert_true(has_op(CONF_OP_RESTART, "ports.in"));
    assert_true(has_op(CONF_OP_RESTART, "ports.in2"));
    assert_true(has_op(CONF_OP_RESTART, "workers"));
    assert_true(has_op(CONF_OP_RESTART, "eal"));
    assert_true(has_op(CONF_OP_RESTART, "control"));
    conf_diff_free(&diff);
}

static void a_host_interface_needs_a_restart(void **state)
{
    compare(load_parts("'a':{'device':'x','addresses':['10.1.0.1/24']}", GOOD_SECRET, GOOD_CONN, ""),
            load_parts("'a':{'device':'x','addresses':['10.1.0.1/24'],'host':'culvert0'}", GOOD_SECRET,
                       GOOD_CONN, ""));
    assert_true(diff.needs_restart);
    assert_true(has_op(CONF_OP_RESTART, "ports.a"));
    conf_diff_free(&diff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_file_changes_nothing),
        cmocka_unit_test(connections_are_added_removed_and_changed),
        cmocka_unit_test(a_new_key_changes_its_connection),
        cmocka_unit_test(routes_and_nat_change_live),
        cmocka_unit_test(ports_workers_eal_and_socket_need_a_restart),
        cmocka_unit_test(a_host_interface_needs_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
