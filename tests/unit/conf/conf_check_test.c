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

static void impossible_connections_are_refused(void **state)
{
    char c[1024], s[512];
    conn("'id':'@gw'", "'id':'@foo'", ",'start':true", c);
    refused(GOOD_PORTS, GOOD_SECRET, c, "", "connections.foo", "start needs remote.address");
    static const char *const begins[] = {"'start':'trap'", "'dpd_action':'restart'", "'close_action':'trap'"};
    for (size_t i = 0; i < 3; i++) {
        char child[100];
        snprintf(child, sizeof child, ",'child':{%s}", begins[i]);
        conn("'id':'@gw'", "'id':'@foo'", child, c);
        refused(GOOD_PORTS, GOOD_SECRET, c, "", "connections.foo", "start needs remote.address");
    }
    conn("'id':'@gw'", "'id':'@gw'", "", c);
    secret("@gw", "@gw", s);
    refused(GOOD_PORTS, s, c, "", "connections.foo", "local.id and remote.id are the same");
    conn("'id':'@gw'", "'id':'@foo','port':501", "", c);
    refused(GOOD_PORTS, GOOD_SECRET, c, "", "connections.foo", "500 and 4500 only");
    conn("'id':'@gw'", "'id':'@foo'", ",'redirect_to':'gw 2'", c);
    refused(GOOD_PORTS, GOOD_SECRET, c, "", "connections.foo", "neither an address nor a host name");
    conn("'id':'@gw'", "'id':'@foo'", ",'redirect_to':'gw2.example.org'", c);
    refused(GOOD_PORTS, GOOD_SECRET, c, ",'limits':{'redirect_all_to':'gw/2'}", "limits.redirect_all_to",
            "neither an address nor a host name");
    refused(GOOD_PORTS, GOOD_SECRET, c, ",'tunnel':{'spi_node_bits':3,'spi_node':8}", "tunnel.spi_node",
            "8 does not fit 3 bits: tunnel.spi_node_bits says how many SPIs have for it");
    refused(GOOD_PORTS, GOOD_SECRET, c, ",'tunnel':{'spi_node':1}", "tunnel.spi_node",
            "1 does not fit 0 bits");
    refused(GOOD_PORTS, GOOD_SECRET, c, ",'limits':{'redirect_all_to':'192.0.2.1'}", "limits.redirect_all_to",
            "in a circle");
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

static void a_life_that_ends_amid_retransmissions_is_warned_of(void **state)
{
    char c[1024];
    conn("'id':'@gw'", "'id':'@foo'", ",'child':{'rekey_s':12,'life_s':60}", c);
    warned(GOOD_PORTS, GOOD_SECRET, c, "", "connections.foo",
           "life_s 60 may end it while it is replaced: a request is repeated for up to 83 s (retransmit_ms "
           "2000, "
           "retransmit_tries 5); write at least 95, or leave life_s out");
    conn("'id':'@gw'", "'id':'@foo'", ",'child':{'rekey_s':12,'life_s':95}", c);
    conf_free(load_parts(GOOD_PORTS, GOOD_SECRET, c, ""));
    assert_false(has_issue(true, "connections.foo", "while it is replaced"));
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

static void more_children_than_an_sa_may_have_are_refused(void **state)
{
    refused(GOOD_PORTS, GOOD_SECRET,
            "'foo':{'local':{'id':'@gw'},'remote':{'id':'@foo'},'children':{"
            "'a':{'local':['10.1.0.0/24'],'remote':['10.2.0.0/24']},"
            "'b':{'local':['10.1.0.0/24'],'remote':['10.3.0.0/24']}}}",
            ",'limits':{'children':1}", "connections.foo", "limits.children allows 1");
}

static void sas_of_workers_want_workers_and_room(void **state)
{
#define WORKER_SAS(n)                                                                         \
    "'foo':{'local':{'id':'@gw','subnets':['10.1.0.0/24']},'remote':{'id':'@foo','subnets':[" \
    "'10.2.0.0/24']},'child':{'worker_sas':" n "}}"
    warned(GOOD_PORTS, GOOD_SECRET, WORKER_SAS("2"), "", "connections.foo",
           "name more cores in workers.cores");
    refused(GOOD_PORTS, GOOD_SECRET, WORKER_SAS("8"), ",'limits':{'children':7},'workers':{'cores':[1,2]}",
            "connections.foo", "worker_sas 8, but limits.children allows 7");
    refused(GOOD_PORTS, GOOD_SECRET, WORKER_SAS("65"), "", "connections.foo.child.worker_sas", "64");
    struct conf *conf = load_parts(GOOD_PORTS, GOOD_SECRET, WORKER_SAS("8"), ",'workers':{'cores':[1,2]}");
    assert_non_null(conf);
    assert_false(has_issue(true, "connections.foo", "worker_sas"));
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
        cmocka_unit_test(impossible_connections_are_refused),
        cmocka_unit_test(a_life_that_ends_amid_retransmissions_is_warned_of),
        cmocka_unit_test(esp_without_encryption_is_warned_of),
        cmocka_unit_test(never_behind_a_known_nat_is_warned_of),
        cmocka_unit_test(more_children_than_an_sa_may_have_are_refused),
        cmocka_unit_test(sas_of_workers_want_workers_and_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
