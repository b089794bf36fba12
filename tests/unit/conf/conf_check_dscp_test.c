/* SPDX-License-Identifier: BSD-3-Clause */
/* Children of the same networks that part their traffic by DSCP. */
#include "conf_test_help.h"

#define NETS "'local':'10.1.0.0/24','remote':'10.2.0.0/24'"
/* A connection of two children with these further keys. */
#define TWO(A, B, EXTRA)                                                                                    \
    "'foo':{'local':{'id':'@gw'},'remote':{'id':'@foo'},'children':{'first':{" NETS A "},'second':{" NETS B \
    "}}" EXTRA "}"

static void each_takes_its_own(void **state)
{
    (void)state;
    struct conf *conf = load_parts(GOOD_PORTS, GOOD_SECRET, TWO("", ",'dscp':['ef',7,'af41','ef']", ""), "");
    assert_non_null(conf);
    const struct ike_child_conf *c = conf->ike->conns[0].children;
    assert_true(c[0].dscp == 0);
    assert_true(c[1].dscp == (UINT64_C(1) << 46 | UINT64_C(1) << 7 | UINT64_C(1) << 34));
    conf_free(conf);
    conf = load_parts(GOOD_PORTS, GOOD_SECRET, TWO("", ",'dscp':'be'", ",'child':{'dscp':63}"), "");
    assert_non_null(conf);
    c = conf->ike->conns[0].children;
    assert_true(c[0].dscp == UINT64_C(1) << 63); /* what the connection says, and its own in place of that */
    assert_true(c[1].dscp == 1);
    conf_free(conf);
}

static void a_dscp_of_two_is_refused_by_name(void **state)
{
    (void)state;
    refused(GOOD_PORTS, GOOD_SECRET, TWO(",'dscp':['be','ef','va']", ",'dscp':[46,'va',10]", ""), "",
            "connections.foo",
            "child \"second\": its dscp has va, ef, which child \"first\" with the same networks has as "
            "well; leave it to one of them");
    /* Other networks are no matter. */
    struct conf *conf = load_parts(
        GOOD_PORTS, GOOD_SECRET,
        "'foo':{'local':{'id':'@gw'},'remote':{'id':'@foo'},'children':{'first':{" NETS ",'dscp':'ef'},"
        "'second':{'local':'10.1.0.0/24','remote':'10.3.0.0/24','dscp':'ef'}}}",
        "");
    assert_non_null(conf);
    conf_free(conf);
}

static void what_is_no_dscp_is_refused_with_those_that_are(void **state)
{
    (void)state;
    static const struct {
        const char *value, *at, *says;
    } rows[] = {
        {"'EF'", "",
         "\"EF\" is no DSCP; write a number from 0 to 63, or be, le, ef, va, cs1 to cs7, af11 to "
         "af43"},
        {"['ef','af44']", "[1]", "\"af44\" is no DSCP"},
        {"64", "", "64 is no DSCP"},
        {"[-1]", "[0]", "-1 is no DSCP"},
        {"true", "", "is no DSCP"},
        {"[]", "", "is empty"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char conn[512], path[64];
        snprintf(conn, sizeof conn, "'foo':{" GOOD_LOCAL "," GOOD_REMOTE ",'child':{'dscp':%s}}",
                 rows[i].value);
        snprintf(path, sizeof path, "connections.foo.child.dscp%s", rows[i].at);
        refused(GOOD_PORTS, GOOD_SECRET, conn, "", path, rows[i].says);
    }
}

static void sas_by_worker_are_refused_beside_it(void **state)
{
    (void)state;
    static const char *const two[] = {TWO(",'worker_sas':2", ",'dscp':'ef'", ""),
                                      TWO(",'worker_sas':2,'dscp':'be'", "", "")};
    for (size_t i = 0; i < 2; i++)
        refused(
            GOOD_PORTS, GOOD_SECRET, two[i], "", "connections.foo",
            "child \"first\": SAs by worker (worker_sas) and by DSCP (dscp) do not go together for the same "
            "networks: take worker_sas out");
}

static void ikev1_wants_a_connection_for_each(void **state)
{
    (void)state;
    needs_ikev1();
    refused(
        GOOD_PORTS, GOOD_SECRET, TWO("", ",'dscp':'ef'", ",'version':1"), "", "connections.foo",
        "children \"first\" and \"second\" have the same networks, which IKEv1 does not tell apart when it "
        "rekeys them: write a connection for each");
    struct conf *conf =
        load_parts(GOOD_PORTS, GOOD_SECRET,
                   "'foo':{'version':1," GOOD_LOCAL "," GOOD_REMOTE ",'child':{'dscp':'ef'}}", "");
    assert_non_null(conf);
    conf_free(conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_takes_its_own),
        cmocka_unit_test(a_dscp_of_two_is_refused_by_name),
        cmocka_unit_test(what_is_no_dscp_is_refused_with_those_that_are),
        cmocka_unit_test(sas_by_worker_are_refused_beside_it),
        cmocka_unit_test(ikev1_wants_a_connection_for_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
