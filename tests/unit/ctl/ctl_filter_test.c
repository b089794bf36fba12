/* SPDX-License-Identifier: BSD-3-Clause */
/* What each argument lets through and what it makes no sense of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "api.h"
#include "ctl_filter.h"
#include "ike.h"

#define ALL (CTL_BY_CONNECTION | CTL_BY_NAME | CTL_BY_PEER | CTL_BY_SPI | CTL_BY_STATE)

static struct ike_conf conf;
static struct ike_sa_view view;
static struct ctl_filter filter;
static struct ctl_refusal refusal;
static json_t *args; /* the filter borrows from it */

bool ike_show_child(const struct ike *ike, uint64_t id, size_t n, struct ike_child_view *out)
{
    *out = (struct ike_child_view){.spi_in = 0x100, .spi_out = 0xc0ffee00};
    return n < view.n_children;
}

static struct ike_id id_of(const char *text)
{
    struct ike_id id;
    char why[160];
    assert_int_equal(ike_id_parse(text, &id, why, sizeof why), 0);
    return id;
}

static int setup(void **state)
{
    view = (struct ike_sa_view){.conn = "branch-7",
                                .state = IKE_VIEW_ESTABLISHED,
                                .spi_i = 0x1122334455667788,
                                .spi_r = 0x99,
                                .path.remote = {base_addr_ip4(0xc6336407), 1024},
                                .remote_id = id_of("@branch"),
                                .n_children = 1};
    refusal = (struct ctl_refusal){0};
    return 0;
}

static int teardown(void **state)
{
    json_decref(args);
    args = NULL;
    return 0;
}

static bool reads(unsigned can, const char *key, const char *value)
{
    json_decref(args);
    args = json_pack("{s:s}", key, value);
    return ctl_filter_read(&filter, can, &conf, args, &refusal);
}

/* Whether the SA of setup() passes. */
static bool passes(const char *key, const char *value)
{
    if (!reads(ALL, key, value))
        fail_msg("%s %s: %s", key, value, refusal.message);
    return ctl_filter_sa(&filter, NULL, &view);
}

static void without_arguments_all_pass(void **state)
{
    args = json_object();
    assert_true(ctl_filter_read(&filter, ALL, &conf, args, &refusal));
    assert_true(ctl_filter_sa(&filter, NULL, &view));
    view.state = IKE_VIEW_CLOSING;
    view.n_children = 0;
    assert_true(ctl_filter_sa(&filter, NULL, &view));
}

static void a_name_is_a_pattern(void **state)
{
    static const struct {
        const char *pattern;
        bool passes;
    } rows[] = {{"branch-7", true},
                {"branch-*", true},
                {"*-7", true},
                {"*", true},
                {"b*h-?", true},
                {"*a*c*7*", true},
                {"branch", false},
                {"branch-77", false},
                {"branch-7?", false},
                {"Branch-7", false},
                {"", false},
                {"*8", false},
                {"?*?*?*?*?*?*?*?*", true},
                {"?*?*?*?*?*?*?*?*?*", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(passes("name", rows[i].pattern), rows[i].passes);
}

static void a_pattern_of_many_stars_takes_no_time(void **state)
{
    memset(view.conn, 'a', sizeof view.conn - 1);
    for (int i = 0; i < 10000; i++)
        assert_false(passes("name", "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"));
}

static void a_peer_is_an_address_a_network_an_endpoint_or_an_identity(void **state)
{
    static const struct {
        const char *text;
        bool passes;
    } rows[] = {{"198.51.100.7", true},
                {"198.51.100.0/24", true},
                {"198.51.100.7:1024", true},
                {"@branch", true},
                {"@BRANCH", true},
                {"198.51.100.8", false},
                {"198.51.101.0/24", false},
                {"198.51.100.7:4500", false},
                {"@other", false},
                {"2001:db8::7", false},
                {"[2001:db8::7]:1024", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (passes("peer", rows[i].text) != rows[i].passes)
            fail_msg("%s", rows[i].text);
    assert_int_equal(base_addr_parse("2001:db8::7", &view.path.remote.addr), 0);
    assert_true(passes("peer", "2001:db8::7"));
    assert_true(passes("peer", "2001:db8::/32"));
    assert_true(passes("peer", "[2001:db8::7]:1024"));
    view.remote_id = id_of("192.0.2.9"); /* an address as identity */
    assert_true(passes("peer", "192.0.2.9"));
}

static void an_spi_is_of_an_ike_sa_or_of_a_child(void **state)
{
    static const char *const good[] = {"0x1122334455667788", "0x99",      "153", "0x100",
                                       "0xc0ffee00",         "0xC0FFEE00"};
    static const char *const bad[] = {"", "x", "0x", "0", "-1", "0x100 ", "0x11223344556677889"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(passes("spi", good[i]));
    assert_false(passes("spi", "0x101"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(reads(ALL, "spi", bad[i]));
        assert_string_equal(refusal.code, API_ERR_BAD_ARGUMENT);
    }
}

static void up_is_established_and_down_all_else(void **state)
{
    assert_true(passes("state", "up"));
    assert_false(passes("state", "down"));
    view.state = IKE_VIEW_CONNECTING;
    assert_false(passes("state", "up"));
    assert_true(passes("state", "down"));
    assert_false(reads(ALL, "state", "sideways"));
}

static void a_connection_is_judged_by_its_peer_or_by_its_configuration(void **state)
{
    struct ike_conn_conf c = {
        .name = "branch-7", .remote_id = id_of("@branch"), .remote_addr = base_addr_ip4(0xc0000201)};
    const struct base_endpoint peer = {base_addr_ip4(0xc6336407), 4500};
    assert_true(reads(ALL, "peer", "192.0.2.1"));
    assert_true(ctl_filter_conn(&filter, &c, NULL));
    assert_false(ctl_filter_conn(&filter, &c, &peer)); /* it is elsewhere now */
    c.remote_addr = (struct base_addr){0};
    assert_false(ctl_filter_conn(&filter, &c, NULL));
    assert_true(reads(ALL, "peer", "198.51.100.7:4500"));
    assert_true(ctl_filter_conn(&filter, &c, &peer));
    assert_true(reads(ALL, "peer", "@branch"));
    assert_true(ctl_filter_conn(&filter, &c, NULL));
    assert_true(reads(ALL, "state", "down"));
    assert_true(ctl_filter_conn(&filter, &c, NULL));
    assert_false(ctl_filter_conn(&filter, &c, &peer));
}

static void a_failure_is_judged_by_connection_and_peer(void **state)
{
    struct ike_audit a = {.path.remote = {base_addr_ip4(0xc6336407), 500}};
    assert_true(reads(ALL, "peer", "198.51.100.7"));
    assert_true(ctl_filter_failure(&filter, &a));
    assert_true(reads(ALL, "name", "branch-*"));
    assert_false(ctl_filter_failure(&filter, &a)); /* of no connection */
    memcpy(a.conn, "branch-7", 9);
    assert_true(ctl_filter_failure(&filter, &a));
}

static void what_does_not_narrow_a_list_is_refused(void **state)
{
    assert_false(reads(CTL_BY_NAME, "spi", "0x100"));
    assert_string_equal(refusal.message, "\"spi\" does not narrow this list");
    json_decref(args);
    args = json_pack("{s:i}", "spi", 256);
    assert_false(ctl_filter_read(&filter, ALL, &conf, args, &refusal));
    assert_string_equal(refusal.message, "\"spi\" must be a text");
    assert_false(reads(ALL, "peer", "C=NZ, CN=\x01"));
    assert_non_null(strstr(refusal.message, "\"peer\" is an address"));
    assert_false(
        reads(ALL, "name", "a-name-that-is-longer-than-any-name-of-a-connection-can-be-at-all-in-here"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_arguments_all_pass),
        TEST(a_name_is_a_pattern),
        TEST(a_pattern_of_many_stars_takes_no_time),
        TEST(a_peer_is_an_address_a_network_an_endpoint_or_an_identity),
        TEST(an_spi_is_of_an_ike_sa_or_of_a_child),
        TEST(up_is_established_and_down_all_else),
        TEST(a_connection_is_judged_by_its_peer_or_by_its_configuration),
        TEST(a_failure_is_judged_by_connection_and_peer),
        TEST(what_does_not_narrow_a_list_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
