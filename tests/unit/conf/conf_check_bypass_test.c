/* SPDX-License-Identifier: BSD-3-Clause */
/* What a row of bypass may let by: each rule is broken once, and the finding names the place and the cure. */
#include "conf_test_help.h"

static const char *row(const char *local, const char *remote)
{
    static char text[512];
    snprintf(text, sizeof text, ",'bypass':[{'local':%s,'remote':%s}]", local, remote);
    return text;
}

static void bad(const char *local, const char *remote, const char *path, const char *part)
{
    refused(GOOD_PORTS, GOOD_SECRET, GOOD_CONN, row(local, remote), path, part);
}

/* Its warnings; the row itself is good. */
static size_t warnings(const char *conns, const char *extra, const char *local, const char *remote)
{
    char text[1024];
    size_t n = 0;
    snprintf(text, sizeof text, "%s%s", row(local, remote), extra);
    struct conf *conf = load_parts(GOOD_PORTS, GOOD_SECRET, conns, text);
    if (!conf)
        conf_report_print(&report, "culvert.json", stderr);
    assert_non_null(conf);
    conf_free(conf);
    for (size_t i = 0; i < report.n_issues; i++)
        n += strcmp(report.issues[i].path, "bypass[0]") == 0;
    return n;
}

static void all_on_both_sides_is_refused(void **state)
{
    (void)state;
    bad("'0.0.0.0/0'", "'0.0.0.0/0'", "bypass[0]",
        "0.0.0.0/0 on both sides would make everything travel in clear");
    bad("['10.1.0.0/25','::/0']", "['10.9.0.0/24','::/0']", "bypass[0]", "::/0 on both sides");
    bad("'0.0.0.0/0[udp]'", "'0.0.0.0/0[udp/53]'", "bypass[0]", "name the networks of one side");
    /* Of one side it is for the other one to say. */
    assert_int_equal(warnings(GOOD_CONN, "", "'0.0.0.0/0'", "'10.2.0.0/25'"), 0);
    assert_int_equal(warnings(GOOD_CONN, "", "'10.1.0.7/32'", "'0.0.0.0/0'"), 0);
}

static void sides_that_no_packet_has_are_refused(void **state)
{
    (void)state;
    bad("'10.1.0.0/25'", "'fd00:9::/64'", "bypass[0].local", "has a network of IPv4, and remote has none");
    bad("'10.1.0.0/25'", "['10.9.0.0/24','fd00:9::/64']", "bypass[0].remote",
        "has a network of IPv6, and local has none");
    bad("'10.1.0.0/25[tcp]'", "'10.9.0.0/24[udp/161]'", "bypass[0]", "exclude each other");
    bad("'dynamic'", "'10.9.0.0/24'", "bypass[0].local", "\"dynamic\" is the address that an SA brings");
    bad("'10.1.0.0/25'", "'dynamic[tcp]'", "bypass[0].remote", "write the network");
}

static void what_leaves_a_child_nothing_is_refused(void **state)
{
    static const char narrow[] =
        "'foo':{" GOOD_LOCAL ",'remote':{'id':'@foo','subnets':['10.2.0.0/24[tcp/22]']}}";
    (void)state;
    bad("'10.1.0.0/24'", "'10.2.0.0/23'", "bypass[0]",
        "overlaps all of connection \"foo\", child \"foo\", so nothing would go into its tunnel");
    bad("'0.0.0.0/0'", "'10.2.0.0/24'", "bypass[0]", "take the child out");
    refused(GOOD_PORTS, GOOD_SECRET, narrow, row("'10.1.0.0/24'", "'10.2.0.0/24[tcp]'"), "bypass[0]",
            "connection \"foo\"");
}

static void a_row_for_nobodys_networks_or_for_a_pools_is_warned_of(void **state)
{
    (void)state;
    assert_int_equal(warnings(GOOD_CONN, "", "'10.1.0.0/24'", "'10.9.0.0/24'"), 1);
    expect_warning("bypass[0]", "overlaps no connection's networks");
    assert_int_equal(warnings(GOOD_CONN, "", "'10.1.0.0/24'", "'10.2.0.0/25'"), 0);
    assert_int_equal(warnings(GOOD_CONN, "", "'10.8.0.0/24'", "'10.2.0.0/25'"), 1);
    assert_int_equal(warnings(GOOD_CONN, ",'pools':{'staff':{'addresses':'10.9.0.0/25'}}", "'10.1.0.0/24'",
                              "'10.9.0.0/24'"),
                     1);
    expect_warning("bypass[0]", "remote overlaps pool \"staff\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_on_both_sides_is_refused),
        cmocka_unit_test(sides_that_no_packet_has_are_refused),
        cmocka_unit_test(what_leaves_a_child_nothing_is_refused),
        cmocka_unit_test(a_row_for_nobodys_networks_or_for_a_pools_is_warned_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
