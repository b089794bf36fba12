/* SPDX-License-Identifier: BSD-3-Clause */
/* Connections that one caller could mean and whose IKE proposals exclude each other. */
#include "conf_test_help.h"

static size_t warnings(const char *foo_from, const char *foo_ike, const char *bar_from, const char *bar_ike)
{
    char s[1024], t[512], conns[2048];
    size_t n = 0;
    secret("@gw", "@bar", t);
    snprintf(s, sizeof s, "%s,%s", GOOD_SECRET, t);
    snprintf(conns, sizeof conns,
             "'foo':{" GOOD_LOCAL ",'remote':{'id':'@foo','subnets':['10.2.0.0/24']%s},'ike_proposals':%s},"
             "'bar':{" GOOD_LOCAL ",'remote':{'id':'@bar','subnets':['10.3.0.0/24']%s},'ike_proposals':%s}",
             foo_from, foo_ike, bar_from, bar_ike);
    struct conf *conf = load_parts(GOOD_PORTS, s, conns, "");
    assert_non_null(conf);
    for (size_t i = 0; i < report.n_issues; i++)
        if (report.issues[i].is_warning &&
            strstr(report.issues[i].text, "exclude those of connection \"foo\"")) {
            assert_string_equal(report.issues[i].path, "connections.bar");
            n++;
        }
    conf_free(conf);
    return n;
}

static void sets_that_exclude_each_other_at_the_same_addresses_are_warned_of(void **state)
{
    (void)state;
    assert_int_equal(warnings("", "['aes256gcm16-prfsha256-x25519']", "", "['aes256-sha256-modp2048']"), 1);
    assert_int_equal(warnings("", "['aes256gcm16-prfsha256-x25519']", "", "['aes256gcm16-prfsha256-ecp256']"),
                     1);
    assert_int_equal(warnings(",'from':['192.0.2.0/25']", "['aes256gcm16-prfsha256-x25519']", "",
                              "['aes256-sha256-modp2048']"),
                     1);
}

static void sets_with_something_in_common_or_of_other_addresses_are_not(void **state)
{
    (void)state;
    assert_int_equal(warnings("", "['aes256gcm16-prfsha256-x25519']", "", "['aes256gcm16-prfsha256-x25519']"),
                     0);
    assert_int_equal(warnings("", "['aes256gcm16-prfsha256-x25519-ecp256']", "",
                              "['aes256-sha256-modp2048','aes128gcm16-aes256gcm16-prfsha256-ecp256']"),
                     0);
    assert_int_equal(warnings(",'from':['198.51.100.0/24']", "['aes256gcm16-prfsha256-x25519']",
                              ",'from':['203.0.113.0/24']", "['aes256-sha256-modp2048']"),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_that_exclude_each_other_at_the_same_addresses_are_warned_of),
        cmocka_unit_test(sets_with_something_in_common_or_of_other_addresses_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
