/* SPDX-License-Identifier: BSD-3-Clause */
/* Subnets with protocol and ports, and identities, as text. */
#include "conf_test_help.h"

#include <errno.h>

#include "conf_int.h"

static struct base_ts subnet(const char *text)
{
    char remote[512];
    snprintf(remote, sizeof remote, "'foo':{" GOOD_LOCAL ",'remote':{'id':'@foo','subnets':'%s'}}", text);
    struct conf *conf = load_parts(GOOD_PORTS, GOOD_SECRET, remote, "");
    if (!conf)
        conf_report_print(&report, "culvert.json", stderr);
    assert_non_null(conf);
    const struct base_ts ts = conf->ike->conns[0].children[0].remote_ts->list[0];
    conf_free(conf);
    return ts;
}

static void bad_subnet(const char *text, const char *part)
{
    char remote[512];
    snprintf(remote, sizeof remote, "'foo':{" GOOD_LOCAL ",'remote':{'id':'@foo','subnets':['%s']}}", text);
    refused(GOOD_PORTS, GOOD_SECRET, remote, "", "connections.foo.remote.subnets[0]", part);
}

static void a_plain_subnet_means_all_protocols_and_ports(void **state)
{
    const struct base_ts ts = subnet("10.2.0.0/16");
    assert_int_equal(ts.protocol, 0);
    assert_int_equal(ts.port_lo, 0);
    assert_int_equal(ts.port_hi, 65535);
    assert_int_equal(ts.lo.bytes[2], 0);
    assert_int_equal(ts.hi.bytes[2], 255);
    const struct base_ts six = subnet("2001:db8::/32");
    assert_int_equal(six.lo.family, BASE_AF_IP6);
    assert_int_equal(six.hi.bytes[15], 255);
    const struct base_ts host = subnet("10.2.0.7");
    assert_int_equal(base_addr_compare(&host.lo, &host.hi), 0);
}

static void brackets_narrow_it_to_protocol_and_ports(void **state)
{
    struct base_ts ts = subnet("10.2.0.0/16[tcp/443]");
    assert_int_equal(ts.protocol, 6);
    assert_int_equal(ts.port_lo, 443);
    assert_int_equal(ts.port_hi, 443);
    ts = subnet("10.2.0.0/16[UDP/1000-2000]");
    assert_int_equal(ts.protocol, 17);
    assert_int_equal(ts.port_lo, 1000);
    assert_int_equal(ts.port_hi, 2000);
    ts = subnet("10.2.0.0/16[icmp]");
    assert_int_equal(ts.protocol, 1);
    assert_int_equal(ts.port_hi, 65535);
    ts = subnet("10.2.0.0/16[47]");
    assert_int_equal(ts.protocol, 47);
}

static void subnets_that_mean_nothing_are_refused(void **state)
{
    bad_subnet("10.2.0.1/16", "bits set behind");
    bad_subnet("10.2.0.0/33", "is no network");
    bad_subnet("branch", "is no network");
    bad_subnet("", "is no network");
    bad_subnet("10.2.0.0/16[tcp/443", "part in brackets");
    bad_subnet("10.2.0.0/16[tcp/]", "part in brackets");
    bad_subnet("10.2.0.0/16[tcp/9-8]", "part in brackets");
    bad_subnet("10.2.0.0/16[tcp/65536]", "part in brackets");
    bad_subnet("10.2.0.0/16[icmp/8]", "part in brackets");
    bad_subnet("10.2.0.0/16[]", "part in brackets");
    bad_subnet("10.2.0.0/16[0]", "part in brackets");
    bad_subnet("10.2.0.0/16[256]", "part in brackets");
    bad_subnet("10.2.0.0/16[tcp] ", "part in brackets");
}

static void dynamic_is_a_subnet_without_addresses(void **state)
{
    struct base_ts ts;
    char why[200];
    (void)state;
    assert_int_equal(conf_subnet_parse("dynamic[tcp/443]", &ts, why, sizeof why), 0);
    assert_true(base_ts_is_dynamic(&ts));
    assert_int_equal(ts.port_lo, 443);
    assert_int_equal(conf_subnet_parse("dynamics", &ts, why, sizeof why), -EINVAL);
}

static void range_is(const char *text, const char *want)
{
    struct base_ts_list l = {.count = 1};
    char why[200], buf[200];
    struct base_text t = base_text(buf, sizeof buf);
    assert_int_equal(conf_range_parse(text, &l.list[0], why, sizeof why), 0);
    base_ts_text(&t, &l);
    assert_string_equal(buf, want);
}

static void ranges_of_addresses_leave_out_what_is_no_hosts(void **state)
{
    static const char *const bad[] = {"",
                                      "10.9.0.0/33",
                                      "10.9.0.9-",
                                      "-10.9.0.9",
                                      "10.9.0.1/24",
                                      "10.9.0.9-10.9.0.8",
                                      "10.9.0.9-fd00::1",
                                      "dynamic"};
    (void)state;
    range_is("10.9.0.0/24", "10.9.0.1-10.9.0.254");
    range_is("10.9.0.0/30", "10.9.0.1-10.9.0.2");
    range_is("10.9.0.0/31", "10.9.0.0/31");
    range_is("10.9.0.7", "10.9.0.7/32");
    range_is("10.9.0.5-10.9.1.6", "10.9.0.5-10.9.1.6");
    range_is("fd00::/126", "fd00::1-fd00::3");
    range_is("fd00::6/127", "fd00::6/127");
    range_is("fd00::7/128", "fd00::7/128");
    range_is("fd00::5-fd00::5", "fd00::5/128");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct base_ts ts;
        char why[200] = "";
        assert_int_equal(conf_range_parse(bad[i], &ts, why, sizeof why), -EINVAL);
        assert_true(why[0]);
    }
}

static void identity(const char *text, uint8_t type, const void *bytes, size_t len)
{
    char s[512], remote[512];
    snprintf(s, sizeof s, "{'local':'@gw','remote':'%s','psk':'0x000102030405060708090a0b0c0d0e0f10111213'}",
             text);
    snprintf(remote, sizeof remote, "'foo':{" GOOD_LOCAL ",'remote':{'id':'%s','subnets':'10.2.0.0/16'}}",
             text);
    struct conf *conf = load_parts(GOOD_PORTS, s, remote, "");
    if (!conf)
        conf_report_print(&report, "culvert.json", stderr);
    assert_non_null(conf);
    const struct ike_id *id = &conf->ike->conns[0].remote_id;
    assert_int_equal(id->type, type);
    assert_int_equal(id->len, len);
    assert_memory_equal(id->bytes, bytes, len);
    conf_free(conf);
}

static void identities_are_read_as_operators_write_them(void **state)
{
    identity("@foo", WIRE_IKE_ID_FQDN, "foo", 3);
    identity("gw.example.org", WIRE_IKE_ID_FQDN, "gw.example.org", 14);
    identity("anna@example.org", WIRE_IKE_ID_EMAIL, "anna@example.org", 16);
    identity("203.0.113.1", WIRE_IKE_ID_IP4, "\xcb\x00\x71\x01", 4);
    identity("keyid:meter", WIRE_IKE_ID_KEY, "meter", 5);
    identity("0x00ff", WIRE_IKE_ID_KEY, "\x00\xff", 2);
    identity("CN=x", WIRE_IKE_ID_DN, "\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x13\x01x", 14);
}

static void identities_that_mean_nothing_are_refused(void **state)
{
    static const char *const bad[] = {"", "foo", "@", "0x", "0x1", "keyid:", "C=", "=x", "CN=x,"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char remote[256];
        snprintf(remote, sizeof remote, "'foo':{" GOOD_LOCAL ",'remote':{'id':'%s','subnets':'10.2.0.0/16'}}",
                 bad[i]);
        refused(GOOD_PORTS, GOOD_SECRET, remote, "", "connections.foo.remote.id", "");
    }
}

static void expect_hex(const char *text, size_t want, const char *bytes)
{
    uint8_t out[4];
    size_t len = 9;
    assert_int_equal(conf_hex_parse(base_span(text, strlen(text)), out, sizeof out, &len), want > 0);
    assert_int_equal(len, want);
    assert_memory_equal(out, bytes, want);
}

static void bytes_are_read_from_hexadecimal_digits(void **state)
{
    static const char *const bad[] = {"",   "0x",         "0",        "0x0",  "0g",
                                      "g0", "0102030405", "\x10\x11", "0x 1", "@A"};
    expect_hex("0x00fF", 2, "\x00\xff");
    expect_hex("09aAFf10", 4, "\x09\xaa\xff\x10");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect_hex(bad[i], 0, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_subnet_means_all_protocols_and_ports),
        cmocka_unit_test(brackets_narrow_it_to_protocol_and_ports),
        cmocka_unit_test(subnets_that_mean_nothing_are_refused),
        cmocka_unit_test(dynamic_is_a_subnet_without_addresses),
        cmocka_unit_test(ranges_of_addresses_leave_out_what_is_no_hosts),
        cmocka_unit_test(identities_are_read_as_operators_write_them),
        cmocka_unit_test(bytes_are_read_from_hexadecimal_digits),
        cmocka_unit_test(identities_that_mean_nothing_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
