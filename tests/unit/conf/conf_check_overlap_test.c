/* SPDX-License-Identifier: BSD-3-Clause */
/* Remote subnets that two connections claim. */
#include "conf_test_help.h"
#include "conf_int.h"

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

/* Warnings about two peers with the same network, whose children have these priorities. */
static void with_priorities(const char *foo, const char *bar, const char *want)
{
    char s[1024], t[512], conns[2048];
    secret("@gw", "@bar", t);
    snprintf(s, sizeof s, "%s,%s", GOOD_SECRET, t);
    snprintf(conns, sizeof conns,
             "'foo':{" GOOD_LOCAL ",'remote':{'id':'@foo','subnets':['10.2.0.0/24']},'child':{%s}},"
             "'bar':{" GOOD_LOCAL ",'remote':{'id':'@bar','subnets':['10.2.0.0/24']},'child':{%s}}",
             foo, bar);
    if (want) {
        warned(GOOD_PORTS, s, conns, "", "connections.bar", want);
        return;
    }
    struct conf *conf = load_parts(GOOD_PORTS, s, conns, "");
    assert_non_null(conf);
    assert_int_equal(report.n_warnings, 2); /* the two inline keys */
    conf_free(conf);
}

static void a_priority_each_settles_who_sends(void **state)
{
    with_priorities("'priority':1", "'priority':2", NULL);
    with_priorities("'priority':2", "'priority':1", NULL);
    with_priorities("'priority':1", "'priority':1", "both have the same child.priority");
    with_priorities("'priority':1", "", "or give the child of each a priority");
    with_priorities("", "", "whoever comes second will be refused");
}

static void so_does_a_dscp_that_one_of_them_names(void **state)
{
    with_priorities("'dscp':'be'", "'dscp':'ef'", NULL);
    with_priorities("", "'dscp':'ef'", NULL);
    with_priorities("'dscp':['va','ef']", "'dscp':'ef'", "whoever comes second will be refused");
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

static void children_of_one_connection_may_overlap(void **state)
{
    struct conf *conf = load_parts(GOOD_PORTS, GOOD_SECRET,
                                   "'foo':{'local':{'id':'@gw'},'remote':{'id':'@foo'},'children':{"
                                   "'a':{'local':'10.1.0.0/24','remote':'10.2.0.0/16'},"
                                   "'b':{'local':'10.1.0.0/24','remote':'10.2.1.0/24'}}}",
                                   "");
    assert_non_null(conf);
    assert_int_equal(report.n_warnings, 1); /* the inline key */
    conf_free(conf);
}

/* Connections by the thousand that have one full list in common. */
static void more_networks_than_the_tables_hold_are_refused(void **state)
{
    enum { LISTS = CONF_NETWORKS_MAX / BASE_TS_MAX + 1 };
    static struct base_ts_list full = {.count = BASE_TS_MAX};
    for (size_t i = 0; i < BASE_TS_MAX; i++)
        full.list[i].lo = full.list[i].hi = base_addr_ip4(0x0a020000);
    struct ike_child_conf child = {.remote_ts = &full};
    struct ike_conn_conf *conns = calloc(LISTS, sizeof *conns);
    struct ike_conf ike = {.conns = conns};
    for (size_t i = 0; i < LISTS; i++)
        conns[i] = (struct ike_conn_conf){.n_children = 1, .children = &child};
    for (int over = 0; over < 2; over++) {
        struct conf_report r = {0};
        struct conf_reader reader = {.report = &r};
        ike.n_conns = LISTS - 1 + (size_t)over;
        conf_check_overlap(&reader, &ike);
        assert_int_equal(r.n_errors, over);
    }
    free(conns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overlapping_remote_subnets_are_warned_of_once_per_pair),
        cmocka_unit_test(a_priority_each_settles_who_sends),
        cmocka_unit_test(subnets_of_different_ports_do_not_overlap),
        cmocka_unit_test(so_does_a_dscp_that_one_of_them_names),
        cmocka_unit_test(children_of_one_connection_may_overlap),
        cmocka_unit_test(more_networks_than_the_tables_hold_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
