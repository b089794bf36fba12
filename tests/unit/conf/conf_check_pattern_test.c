/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections for many peers: what may be written, and what would leave it to chance. */
#include "conf_test_help.h"

#define CONN(name, id, more) \
    "'" name "':{" GOOD_LOCAL more ",'remote':{'id':'" id "','subnets':['10.2.0.0/24']}}"

static struct conf *load_conns(const char *conns)
{
    return load_parts(GOOD_PORTS, GOOD_SECRET, conns, "");
}

static void each_form_of_a_pattern_is_taken(void **state)
{
    (void)state;
    struct conf *conf = load_conns(CONN("a", "*@example.org", "") "," CONN(
        "b", "*.branch.example.org", "") "," CONN("c", "O=Lab, CN=*", "") "," CONN("d", "any", ""));
    assert_non_null(conf);
    static const enum ike_id_pattern want[] = {IKE_ID_SUFFIX, IKE_ID_SUFFIX, IKE_ID_DN_PARTS, IKE_ID_ANY};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(conf->ike->conns[i].remote_id.pattern, want[i]);
    conf_free(conf);
}

static void two_that_are_equal_are_refused(void **state)
{
    (void)state;
    assert_null(load_conns(CONN("a", "any", "") "," CONN("b", "any", "")));
    expect_error("connections.b", "same identities and auth as connection \"a\"");
    assert_null(load_conns(CONN("a", "O=Lab, CN=*", "") "," CONN("b", "O=Lab, CN=*", "")));
    expect_error("connections.b", "same identities and auth as connection \"a\"");
}

static void ourselves_and_a_secret_are_of_one_identity(void **state)
{
    (void)state;
    refused(GOOD_PORTS,
            "{'local':'@gw','remote':'*@example.org','psk':'0x000102030405060708090a0b0c0d0e0f10111213'}",
            GOOD_CONN, "", "secrets[0].remote", "must be exact here");
    refused(GOOD_PORTS, GOOD_SECRET, "'foo':{'local':{'id':'any','subnets':['10.1.0.0/24']}," GOOD_REMOTE "}",
            "", "connections.foo.local.id", "must be exact here");
}

static void who_is_called_with_a_secret_must_be_known(void **state)
{
    (void)state;
    refused(GOOD_PORTS, GOOD_SECRET,
            "'foo':{" GOOD_LOCAL ",'remote':{'id':'any','address':'198.51.100.7','subnets':['10.2.0.0/24']}}",
            "", "connections.foo.remote.id", "must be named exactly");
}

static void what_is_looked_at_one_by_one_is_not_much(void **state)
{
    (void)state;
    static char conns[1 << 15];
    size_t n = 0;
    for (int i = 0; i <= 64; i++)
        n += (size_t)snprintf(conns + n, sizeof conns - n,
                              "%s'c%d':{'local':{'id':'@g%d','subnets':['10.1.0.0/24']},'remote':{'id':'any',"
                              "'subnets':['10.2.0.0/24']}}",
                              i ? "," : "", i, i);
    assert_null(load_conns(conns));
    expect_error("connections.c64.remote.id", "more than 64");
    n = 0;
    for (int i = 0; i <= 16; i++) {
        n += (size_t)snprintf(conns + n, sizeof conns - n,
                              "%s'c%d':{" GOOD_LOCAL ",'remote':{'subnets':['10.2.0.0/24'],'id':'CN=*",
                              i ? "," : "", i);
        for (int k = 0; k < i; k++)
            n += (size_t)snprintf(conns + n, sizeof conns - n, ", OU=x");
        n += (size_t)snprintf(conns + n, sizeof conns - n, "'}}");
    }
    assert_null(load_conns(conns));
    expect_error("connections.c16.remote.id", "one shape of names");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_of_a_pattern_is_taken),
        cmocka_unit_test(two_that_are_equal_are_refused),
        cmocka_unit_test(ourselves_and_a_secret_are_of_one_identity),
        cmocka_unit_test(who_is_called_with_a_secret_must_be_known),
        cmocka_unit_test(what_is_looked_at_one_by_one_is_not_much),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
