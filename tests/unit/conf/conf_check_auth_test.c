/* SPDX-License-Identifier: BSD-3-Clause */
/* Which methods fit together, and what each needs. */
#include "conf_test_help.h"

#define CONN(LOCAL, REMOTE, EXTRA)                                    \
    "'foo':{'local':{'id':'@gw','subnets':['10.1.0.0/24']" LOCAL "}," \
    "'remote':{'id':'@foo','subnets':['10.2.0.0/24']" REMOTE "}" EXTRA "}"

static void who_serves_logins_needs_users_and_does_not_call(void **state)
{
    (void)state;
    refused(GOOD_PORTS, GOOD_SECRET, CONN("", ",'auth':'eap-mschapv2'", ""), "",
            "connections.foo.remote.auth", "culvertctl user add --file users.txt NAME");
    refused(GOOD_PORTS, GOOD_SECRET,
            CONN("", ",'auth':'eap-mschapv2','address':'192.0.2.7'", ",'start':true"), "",
            "connections.foo.remote.auth", "take \"start\" out");
}

static void who_logs_in_needs_a_name_and_whom_to_call(void **state)
{
    (void)state;
    refused(GOOD_PORTS, GOOD_SECRET, CONN(",'auth':'eap-mschapv2'", ",'address':'192.0.2.7'", ""), "",
            "connections.foo.local.auth", "local.user and local.password_file");
    refused(GOOD_PORTS, GOOD_SECRET, CONN(",'auth':'eap-mschapv2'", "", ""), "", "connections.foo.local.auth",
            "remote.address must say whom");
}

static void tls_wants_a_certificate_on_both_sides(void **state)
{
    (void)state;
    refused(GOOD_PORTS, GOOD_SECRET, CONN("", ",'auth':'eap-tls'", ""), "", "connections.foo.remote.auth",
            "shows our certificate too");
    refused(GOOD_PORTS, GOOD_SECRET, CONN(",'auth':'eap-tls'", ",'address':'192.0.2.7'", ""), "",
            "connections.foo.local.auth", "whom to trust");
}

static void both_sides_cannot_log_in(void **state)
{
    (void)state;
    refused(GOOD_PORTS, GOOD_SECRET, CONN(",'auth':'eap-mschapv2'", ",'auth':'eap-mschapv2'", ""), "",
            "connections.foo", "more than one EAP");
}

static void eap_only_without_eap_means_nothing(void **state)
{
    (void)state;
    warned(GOOD_PORTS, GOOD_SECRET, CONN("", "", ",'eap_only':true"), "", "connections.foo",
           "neither side logs in");
}

static void groups_are_a_radius_servers(void **state)
{
    (void)state;
    refused(GOOD_PORTS, GOOD_SECRET, CONN("", ",'groups':['staff']", ""), "", "connections.foo",
            "remote.groups: groups are named by a RADIUS server");
}

/* A peer that shows how it proves itself has told which of two connections it means. */
static void one_pair_may_have_a_connection_for_each_method(void **state)
{
    (void)state;
    assert_null(load_parts(GOOD_PORTS, GOOD_SECRET,
                           GOOD_CONN
                           ",'bar':{'local':{'id':'@gw','subnets':['10.1.0.0/24']},'remote':{'id':'@foo',"
                           "'auth':'eap-mschapv2','subnets':['10.3.0.0/24']}}",
                           ""));
    expect_error("connections.bar.remote.auth", "culvertctl user add");
    assert_false(has_issue(true, "connections.bar", "same pair of identities"));
}

/* Nor is it told apart by a group of its login, which comes later. */
static void connections_of_several_groups_may_be_for_the_same_peers(void **state)
{
    (void)state;
#define OF_GROUP(name, methods, groups)                                                          \
    "'" name "':{'local':{'id':'@gw','subnets':['10.1.0.0/24']},'remote':{'id':'*@example.org'," \
    "'auth':" methods groups ",'subnets':['10.3.0.0/24']}}"
#define STAFF_FIRST(methods) \
    OF_GROUP("staff", methods, ",'groups':['staff']") "," OF_GROUP("rest", methods, "")
    assert_null(load_parts(GOOD_PORTS, GOOD_SECRET, STAFF_FIRST("'eap-radius'"), ""));
    assert_false(has_issue(false, "connections.rest", "same identities and auth"));
    assert_null(load_parts(GOOD_PORTS, GOOD_SECRET, STAFF_FIRST("['psk','eap-radius']"), ""));
    assert_false(has_issue(false, "connections.rest", "same identities and auth"));
    assert_null(load_parts(
        GOOD_PORTS, GOOD_SECRET,
        OF_GROUP("rest", "'eap-radius'", "") "," OF_GROUP("staff", "'eap-radius'", ",'groups':['staff']"),
        ""));
    expect_error("connections.staff", "same identities and auth");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_serves_logins_needs_users_and_does_not_call),
        cmocka_unit_test(who_logs_in_needs_a_name_and_whom_to_call),
        cmocka_unit_test(tls_wants_a_certificate_on_both_sides),
        cmocka_unit_test(both_sides_cannot_log_in),
        cmocka_unit_test(eap_only_without_eap_means_nothing),
        cmocka_unit_test(groups_are_a_radius_servers),
        cmocka_unit_test(one_pair_may_have_a_connection_for_each_method),
        cmocka_unit_test(connections_of_several_groups_may_be_for_the_same_peers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
