/* SPDX-License-Identifier: BSD-3-Clause */
/* Objects against the table of keys: unknown, missing and refused keys, types and ranges. */
#include "conf_test_help.h"

static void an_unknown_key_is_told_with_the_nearest_one(void **state)
{
    refused(GOOD_PORTS, GOOD_SECRET, "'foo':{" GOOD_LOCAL "," GOOD_REMOTE ",'encapsulaton':'auto'}", "",
            "connections.foo.encapsulaton", "did you mean \"encapsulation\"?");
    refused(GOOD_PORTS, GOOD_SECRET, "'foo':{" GOOD_LOCAL "," GOOD_REMOTE ",'public_addresses':[]}", "",
            "connections.foo.public_addresses", "belongs into nat");
    refused(GOOD_PORTS, GOOD_SECRET, GOOD_CONN, ",'zebra':1", "zebra", "take it out");
}

static void a_value_of_the_wrong_type_or_range_is_told(void **state)
{
    const char *c = GOOD_CONN;
    refused(GOOD_PORTS, GOOD_SECRET, c, ",'eal':{'memory_mb':'much'}", "eal.memory_mb",
            "is a text; write a whole");
    refused(GOOD_PORTS, GOOD_SECRET, c, ",'eal':{'memory_mb':1}", "eal.memory_mb", "write 64 to");
    refused(GOOD_PORTS, GOOD_SECRET, c, ",'eal':{'memory_mb':64.5}", "eal.memory_mb", "write a whole number");
    refused(GOOD_PORTS, GOOD_SECRET, c, ",'eal':{'hugepages':'alwys'}", "eal.hugepages", "is none of");
    refused(GOOD_PORTS, GOOD_SECRET, c, ",'workers':{'crypto_threads':0}", "workers.crypto_threads", "1");
    refused(GOOD_PORTS, GOOD_SECRET, c, ",'workers':{'crypto_threads':17}", "workers.crypto_threads", "16");
    refused(GOOD_PORTS, GOOD_SECRET, c, ",'workers':{'poll':'bussy'}", "workers.poll",
            "did you mean \"busy\"");
    refused(GOOD_PORTS, GOOD_SECRET, c, ",'workers':{'cores':[1,'x']}", "workers.cores[1]", "is a text");
    refused(GOOD_PORTS, GOOD_SECRET, c, ",'control':{'telemetry':1}", "control.telemetry", "true or false");
    refused(GOOD_PORTS, GOOD_SECRET, c, ",'control':{'socket':'x.sock'}", "control.socket", "begin with");
    refused(GOOD_PORTS, GOOD_SECRET, c, ",'control':{'state':'leases'}", "control.state", "begin with");
    refused(GOOD_PORTS, GOOD_SECRET, c, ",'control':null", "control", "is null");
    refused(GOOD_PORTS, GOOD_SECRET, c, ",'nat':{'public_addresses':['nat.example.org']}",
            "nat.public_addresses[0]", "names are not resolved");
    refused(GOOD_PORTS, GOOD_SECRET, c, ",'routes':[{'to':'10.0.0.1/8','port':'in'}]", "routes[0].to",
            "bits set behind");
    refused(GOOD_PORTS, GOOD_SECRET, c, ",'routes':[{'to':'10.0.0.0/8','port':'nil'}]", "routes[0].port",
            "no port \"nil\"");
    refused(GOOD_PORTS, GOOD_SECRET, c, ",'routes':[{'to':'10.0.0.0/8[tcp]','port':'in'}]", "routes[0].to",
            "no protocol or port");
    refused("'out':{'device':'x','addresses':['192.0.2.1']}", GOOD_SECRET, c, "", "ports.out.addresses[0]",
            "192.0.2.1/24");
    refused("'out port':{'device':'x','addresses':['192.0.2.1/24']}", GOOD_SECRET, c, "", "ports.out port",
            "not a name");
    /* culvertctl would take it for an option */
    refused("'-out':{'device':'x','addresses':['192.0.2.1/24']}", GOOD_SECRET, c, "", "ports.-out",
            "begins with \"-\"");
    refused(GOOD_PORTS, GOOD_SECRET, "'--all':{" GOOD_LOCAL "," GOOD_REMOTE "}", "", "connections.--all",
            "begins with \"-\"");
    refused(GOOD_PORTS, GOOD_SECRET,
            "'foo':{'local':{'id':'@foo'},'remote':{'id':'@gw'},'children':{'-c':{'local_subnets':['10.1.0.0/"
            "24'],"
            "'remote_subnets':['10.2.0.0/24']}}}",
            "", "connections.foo.children.-c", "begins with \"-\"");
}

static void missing_identities_are_explained(void **state)
{
    refused(GOOD_PORTS, GOOD_SECRET, "'foo':{'local':{'subnets':['10.1.0.0/24']}," GOOD_REMOTE "}", "",
            "connections.foo.local.id", "NAT changes addresses");
    refused(GOOD_PORTS, GOOD_SECRET, "'foo':{" GOOD_LOCAL ",'remote':{'subnets':['10.1.0.0/24']}}", "",
            "connections.foo.remote.id", "NAT changes addresses");
    refused(GOOD_PORTS, GOOD_SECRET,
            "'foo':{'local':{'id':'%any','subnets':['10.1.0.0/24']}," GOOD_REMOTE "}", "",
            "connections.foo.local.id", "stands for many");
}

static void an_identity_has_no_blank_at_its_end_and_no_type_in_front(void **state)
{
    static const char *const rows[][2] = {
        {" @foo", "begins or ends with a blank"},        {"@foo ", "begins or ends with a blank"},
        {"any\\t", "begins or ends with a blank"},       {"email:ann@example.org", "leave \"email:\" out"},
        {"FQDN:foo.example.org", "leave \"fqdn:\" out"}, {"asn1dn:C=NZ, O=Lab", "leave \"asn1dn:\" out"}};
    char conn[256];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        snprintf(conn, sizeof conn, "'foo':{" GOOD_LOCAL ",'remote':{'id':'%s','subnets':['10.1.0.0/24']}}",
                 rows[i][0]);
        refused(GOOD_PORTS, GOOD_SECRET, conn, "", "connections.foo.remote.id", rows[i][1]);
    }
}

static void nobody_is_called_at_no_address(void **state)
{
    static const char *const texts[] = {"0.0.0.0", "::"};
    char conn[256];
    for (size_t i = 0; i < 2; i++) {
        snprintf(conn, sizeof conn,
                 "'foo':{" GOOD_LOCAL ",'remote':{'id':'@foo','address':'%s','subnets':['10.1.0.0/24']}}",
                 texts[i]);
        refused(GOOD_PORTS, GOOD_SECRET, conn, "", "connections.foo.remote.address", "write any for a peer");
    }
}

static void ah_is_refused_with_the_reason(void **state)
{
    refused(GOOD_PORTS, GOOD_SECRET, "'foo':{" GOOD_LOCAL "," GOOD_REMOTE ",'ah_proposals':['sha256']}", "",
            "connections.foo.ah_proposals", "every NAT on the way breaks it");
    refused(GOOD_PORTS, GOOD_SECRET, "'foo':{" GOOD_LOCAL "," GOOD_REMOTE ",'esp_proposals':['ah-sha256']}",
            "", "connections.foo.esp_proposals[0]", "NAT");
}

static void lists_have_as_many_entries_as_fit(void **state)
{
    refused(
        GOOD_PORTS, GOOD_SECRET, GOOD_CONN,
        ",'nat':{'public_addresses':['1.1.1.1','1.1.1.2','1.1.1.3','1.1.1.4','1.1.1.5','1.1.1.6','1.1.1.7',"
        "'1.1.1.8','1.1.1.9']}",
        "nat.public_addresses", "at most 8");
    refused("'p':{'device':'x','addresses':[]}", GOOD_SECRET, GOOD_CONN, "", "ports.p.addresses",
            "at least one");
    refused("", GOOD_SECRET, GOOD_CONN, "", "ports", "1 to 16");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_key_is_told_with_the_nearest_one),
        cmocka_unit_test(a_value_of_the_wrong_type_or_range_is_told),
        cmocka_unit_test(missing_identities_are_explained),
        cmocka_unit_test(an_identity_has_no_blank_at_its_end_and_no_type_in_front),
        cmocka_unit_test(nobody_is_called_at_no_address),
        cmocka_unit_test(ah_is_refused_with_the_reason),
        cmocka_unit_test(lists_have_as_many_entries_as_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
