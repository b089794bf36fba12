/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows that no peer can meet, and addresses that cannot be kept for one. */
#include "conf_test_help.h"
#include "conf_int.h"

#define POOLS ",'pools':{'staff':{'addresses':['10.9.0.0/24']},'six':{'addresses':['fd09::/64']}}"
#define ROADS(rows) \
    "'roads':{" GOOD_LOCAL ",'remote':{'id':'*@example.org','pools':['staff','six'],'peers':[" rows "]}}"

static void row_refused(const char *conns, const char *path, const char *part)
{
    refused(GOOD_PORTS, "", conns, POOLS, path, part);
}

static void a_row_that_nobody_meets_is_refused(void **state)
{
    (void)state;
    row_refused(ROADS("{'id':'ann@example.com'}"), "connections.roads.remote.peers[0]",
                "id: ann@example.com is none of the identities that remote.id, *@example.org, takes");
    row_refused(ROADS("{'id':'ann.example.org'}"), "connections.roads.remote.peers[0]", "is none of");
    row_refused("'cert':{" GOOD_LOCAL ",'remote':{'id':'O=Lab, CN=*','pools':'staff',"
                "'peers':[{'id':'O=Lab, CN=a'},{'id':'O=Other, CN=a'}]}}",
                "connections.cert.remote.peers[1]", "is none of");
    row_refused(ROADS("{'id':'a@example.org'},{'id':'b@example.org'},{'id':'A@Example.org'}"),
                "connections.roads.remote.peers[2]", "has a row already, peers[0]; keep one");
}

static void a_list_of_nobody_is_told(void **state)
{
    (void)state;
    warned(GOOD_PORTS, "",
           "'roads':{" GOOD_LOCAL ",'remote':{'id':'*@example.org','pools':'staff','peers_only':true}}",
           POOLS, "connections.roads", "lets nobody in");
}

static void good_rows_are_taken(void **state)
{
    (void)state;
    struct conf *conf =
        load_parts(GOOD_PORTS, "",
                   ROADS("{'id':'a@example.org','address':['10.9.0.7','fd09::7']},"
                         "{'id':'b@example.org','address':'10.9.0.8','subnets':['dynamic','10.77.0.0/"
                         "24']}") ","
                                  "'any':{" GOOD_LOCAL
                                  ",'remote':{'id':'any','auth':'eap-radius','pools':'staff','peers':["
                                  "{'id':'a@example.org','address':'10.9.0.7'},{'id':'@host.example."
                                  "net'}]}}",
                   POOLS);
    for (size_t i = 0; i < report.n_issues; i++)
        assert_null(strstr(report.issues[i].path, "peers"));
    conf_free(conf);
}

static void an_address_lies_in_a_pool_of_its_peer(void **state)
{
    (void)state;
    row_refused(ROADS("{'id':'a@example.org','address':'10.3.0.7'}"),
                "connections.roads.remote.peers[0].address", "10.3.0.7 lies in no pool of this peer");
    row_refused(ROADS("{'id':'a@example.org','address':'10.9.0.7','pools':'six'}"),
                "connections.roads.remote.peers[0].address", "10.9.0.7 lies in no pool of this peer");
    row_refused(ROADS("{'id':'a@example.org','address':'10.9.0.0'}"),
                "connections.roads.remote.peers[0].address",
                "10.9.0.0 lies in no pool"); /* the network's own */
    row_refused(ROADS("{'id':'a@example.org','address':['10.9.0.7','10.9.0.8']}"),
                "connections.roads.remote.peers[0].address", "two addresses of one family");
}

static void an_address_is_one_peers(void **state)
{
    (void)state;
    row_refused(
        ROADS("{'id':'a@example.org','address':'10.9.0.7'},{'id':'b@example.org','address':'10.9.0.7'}"),
        "connections.roads.remote.peers[1].address",
        "10.9.0.7 is that of peers[0] of connection \"roads\", too; an address is one peer's");
    row_refused(ROADS("{'id':'a@example.org','address':'10.9.0.7'}") ",'x':{" GOOD_LOCAL
                                                                     ",'remote':{'id':'any','auth':'pubkey','"
                                                                     "pools':'staff',"
                                                                     "'peers':[{'id':'b@example.org','"
                                                                     "address':'10.9.0.7'}]}}",
                "connections.x.remote.peers[0].address", "connection \"roads\", too");
}

static void subnets_of_a_row_are_its_childs(void **state)
{
    (void)state;
    row_refused(ROADS("{'id':'a@example.org','subnets':'10.9.0.64/26'}"), "connections.roads.remote.peers[0]",
                "subnets: overlap pool \"staff\", whose addresses are each one peer's");
    row_refused(
        "'two':{'local':{'id':'@gw'},'remote':{'id':'*@example.org','pools':'staff',"
        "'peers':[{'id':'a@example.org','local_subnets':'10.1.0.0/24'}]},'children':{"
        "'x':{'local':'10.1.0.0/24','remote':'dynamic'},'y':{'local':'10.8.0.0/24','remote':'dynamic'}}}",
        "connections.two.remote.peers[0]", "its connection several children");
    row_refused("'site':{" GOOD_LOCAL ",'remote':{'id':'*.example.org','subnets':'10.70.0.0/24',"
                "'peers':[{'id':'@a.example.org','subnets':'dynamic'}]}}",
                "connections.site.remote.peers[0]", "name pools in \"pools\"");
    row_refused(ROADS("{'id':'a@example.org','local_subnets':'dynamic'}"),
                "connections.roads.remote.peers[0]",
                "local_subnets: \"dynamic\" is the address that the peer gives us");
}

static void networks_of_two_rows_overlap_with_a_warning(void **state)
{
    (void)state;
    warned(GOOD_PORTS, GOOD_SECRET,
           GOOD_CONN "," ROADS("{'id':'a@example.org','subnets':'10.70.0.0/24'},"
                               "{'id':'b@example.org','subnets':'10.70.0.128/25'}"),
           POOLS, "connections.roads", "overlaps 10.70.0.0-10.70.0.255 of connection \"roads\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_that_nobody_meets_is_refused),
        cmocka_unit_test(good_rows_are_taken),
        cmocka_unit_test(a_list_of_nobody_is_told),
        cmocka_unit_test(an_address_lies_in_a_pool_of_its_peer),
        cmocka_unit_test(an_address_is_one_peers),
        cmocka_unit_test(subnets_of_a_row_are_its_childs),
        cmocka_unit_test(networks_of_two_rows_overlap_with_a_warning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
