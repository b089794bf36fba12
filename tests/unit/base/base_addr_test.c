/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses, endpoints and prefixes: text both ways, order, ranges. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base_addr.h"
#include "base_text.h"

static struct base_addr addr(const char *text)
{
    struct base_addr a;
    assert_int_equal(base_addr_parse(text, &a), 0);
    return a;
}

static struct base_prefix prefix(const char *text)
{
    struct base_prefix p;
    assert_int_equal(base_prefix_parse(text, &p), 0);
    return p;
}

static void addresses_survive_text_both_ways(void **state)
{
    static const char *const texts[] = {"0.0.0.0", "192.0.2.1",   "255.255.255.255",
                                        "::",      "2001:db8::1", "fe80::1:2:3:4"};
    char out[BASE_ADDR_TEXT_MAX];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct base_addr a = addr(texts[i]);
        assert_string_equal(base_addr_text(&a, out), texts[i]);
    }
}

static void the_longest_texts_fit_their_buffers(void **state)
{
    const struct base_addr a = addr("2001:1111:2222:3333:4444:5555:6666:7777");
    const struct base_endpoint e = {a, 65535};
    const struct base_prefix p = {a, 128};
    char at[BASE_ADDR_TEXT_MAX], et[BASE_ENDPOINT_TEXT_MAX], pt[BASE_PREFIX_TEXT_MAX];
    assert_string_equal(base_addr_text(&a, at), "2001:1111:2222:3333:4444:5555:6666:7777");
    assert_string_equal(base_endpoint_text(&e, et), "[2001:1111:2222:3333:4444:5555:6666:7777]:65535");
    assert_string_equal(base_prefix_text(&p, pt), "2001:1111:2222:3333:4444:5555:6666:7777/128");
}

static void endpoints_have_brackets_around_ip6_only(void **state)
{
    char out[BASE_ENDPOINT_TEXT_MAX];
    const struct base_endpoint four = {base_addr_ip4(0xc0000201), 4500};
    const struct base_endpoint none = {{0}, 500};
    assert_string_equal(base_endpoint_text(&four, out), "192.0.2.1:4500");
    assert_string_equal(base_endpoint_text(&none, out), "any:500");
}

static void text_that_is_no_address_leaves_the_result_alone(void **state)
{
    static const char *const bad[] = {"",          "1.2.3", "1.2.3.4.5", "256.1.1.1",
                                      "1.2.3.4/8", "::g",   " 1.2.3.4",  "host.example"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct base_addr a = base_addr_ip4(42);
        assert_int_equal(base_addr_parse(bad[i], &a), -EINVAL);
        const struct base_addr want = base_addr_ip4(42);
        assert_true(base_addr_equal(&a, &want));
    }
}

static void addresses_are_ordered_by_family_and_number(void **state)
{
    static const char *const ascending[] = {"0.0.0.0", "1.2.3.4", "1.2.4.3", "200.0.0.0",
                                            "::",      "::1",     "8000::"};
    const size_t n = sizeof ascending / sizeof *ascending;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            const struct base_addr a = addr(ascending[i]), b = addr(ascending[j]);
            const int order = base_addr_compare(&a, &b);
            assert_true(i < j ? order < 0 : i > j ? order > 0 : order == 0);
            assert_int_equal(base_addr_equal(&a, &b), i == j);
        }
    }
}

static void endpoints_differ_by_address_or_port(void **state)
{
    const struct base_endpoint a = {base_addr_ip4(1), 500}, b = {base_addr_ip4(1), 4500},
                               c = {base_addr_ip4(2), 500};
    assert_true(base_endpoint_equal(&a, &a));
    assert_false(base_endpoint_equal(&a, &b));
    assert_false(base_endpoint_equal(&a, &c));
}

static void unused_bytes_of_an_address_are_zero(void **state)
{
    const struct base_addr a = base_addr_ip4(0x01020304), b = addr("1.2.3.4");
    assert_memory_equal(&a, &b, sizeof a);
    assert_int_equal(base_addr_size(BASE_AF_IP4), 4);
    assert_int_equal(base_addr_size(BASE_AF_IP6), 16);
    assert_int_equal(base_addr_size(BASE_AF_NONE), 0);
}

static void prefixes_are_parsed_and_printed(void **state)
{
    static const char *const texts[] = {"10.0.0.0/8",    "0.0.0.0/0", "192.0.2.1/32",   "192.0.2.128/25",
                                        "2001:db8::/32", "::/0",      "2001:db8::1/128"};
    char out[BASE_PREFIX_TEXT_MAX];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct base_prefix p = prefix(texts[i]);
        assert_string_equal(base_prefix_text(&p, out), texts[i]);
    }
    assert_int_equal(prefix("192.0.2.1").len, 32);
    assert_int_equal(prefix("::1").len, 128);
}

static void bad_prefixes_are_refused(void **state)
{
    static const char *const bad[] = {"10.0.0.0/",
                                      "10.0.0.0/33",
                                      "10.0.0.0/-1",
                                      "10.0.0.0/+8",
                                      "10.0.0.0/8x",
                                      "10.0.0.0/ 8",
                                      "::/129",
                                      "10.0.0.0/18446744073709551617",
                                      "/8",
                                      "",
                                      "1111111111111111111111111111111111111111111111111111111111111/8"};
    struct base_prefix p;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(base_prefix_parse(bad[i], &p), -EINVAL);
}

static void host_bits_are_refused_or_kept_as_asked(void **state)
{
    struct base_prefix p;
    char out[BASE_PREFIX_TEXT_MAX];
    assert_int_equal(base_prefix_parse("10.1.2.3/8", &p), -ERANGE);
    assert_int_equal(base_prefix_parse("2001:db8::1/64", &p), -ERANGE);
    assert_int_equal(base_prefix_parse_host("10.1.2.3/8", &p), 0);
    assert_string_equal(base_prefix_text(&p, out), "10.1.2.3/8");
}

static void ranges_span_the_prefix_at_every_length(void **state)
{
    for (unsigned len = 0; len <= 32; len++) {
        const struct base_prefix p = {base_addr_ip4(0xc0a85aa5), (uint8_t)len};
        const uint32_t host = len == 32 ? 0 : 0xffffffffu >> len;
        struct base_addr lo, hi;
        base_prefix_range(&p, &lo, &hi);
        const struct base_addr want_lo = base_addr_ip4(0xc0a85aa5 & ~host);
        const struct base_addr want_hi = base_addr_ip4(0xc0a85aa5 | host);
        assert_true(base_addr_equal(&lo, &want_lo));
        assert_true(base_addr_equal(&hi, &want_hi));
    }
}

static void a_prefix_contains_its_ends_and_nothing_beyond(void **state)
{
    const struct base_prefix p = prefix("10.103.0.0/24"), six = prefix("2001:db8::/33");
    const struct base_addr first = addr("10.103.0.0"), last = addr("10.103.0.255"),
                           before = addr("10.102.255.255"), after = addr("10.103.1.0"),
                           six_in = addr("2001:db8:7fff::1"), six_out = addr("2001:db8:8000::");
    assert_true(base_prefix_contains(&p, &first));
    assert_true(base_prefix_contains(&p, &last));
    assert_false(base_prefix_contains(&p, &before));
    assert_false(base_prefix_contains(&p, &after));
    assert_false(base_prefix_contains(&p, &six_in));
    assert_true(base_prefix_contains(&six, &six_in));
    assert_false(base_prefix_contains(&six, &six_out));
}

static void private_ranges_end_where_their_rfcs_say(void **state)
{
    static const char *const yes[] = {"10.0.0.0",    "10.255.255.255", "172.16.0.0",      "172.31.255.255",
                                      "192.168.0.1", "100.64.0.0",     "100.127.255.255", "169.254.1.1",
                                      "fe80::1",     "febf::1",        "fc00::",          "fdff:ffff::"};
    static const char *const no[] = {"9.255.255.255", "11.0.0.0",       "172.15.255.255", "172.32.0.0",
                                     "192.169.0.0",   "100.63.255.255", "100.128.0.0",    "8.8.8.8",
                                     "2001:db8::1",   "fec0::1"};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        const struct base_addr a = addr(yes[i]);
        assert_true(base_addr_is_private(&a));
    }
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        const struct base_addr a = addr(no[i]);
        assert_false(base_addr_is_private(&a));
    }
}

static const char *prefixes_text(const char *lo, const char *hi, size_t max)
{
    static char text[2048];
    struct base_text t = base_text(text, sizeof text);
    struct base_prefix list[64];
    struct base_addr a, b, rest;
    char prefix[BASE_PREFIX_TEXT_MAX];
    assert_int_equal(base_addr_parse(lo, &a), 0);
    assert_int_equal(base_addr_parse(hi, &b), 0);
    text[0] = '\0';
    const size_t n = base_prefixes_of(&a, &b, list, max, &rest);
    for (size_t i = 0; i < n; i++)
        base_text_add(&t, "%s ", base_prefix_text(&list[i], prefix));
    if (rest.family)
        base_text_add(&t, "and from %s on", base_addr_text(&rest, prefix));
    return text;
}

static void a_range_is_prefixes(void **state)
{
    (void)state;
    assert_string_equal(prefixes_text("10.2.0.0", "10.2.0.255", 9), "10.2.0.0/24 ");
    assert_string_equal(prefixes_text("0.0.0.0", "255.255.255.255", 9), "0.0.0.0/0 ");
    assert_string_equal(prefixes_text("10.0.0.1", "10.0.0.6", 9),
                        "10.0.0.1/32 10.0.0.2/31 10.0.0.4/31 10.0.0.6/32 ");
    assert_string_equal(prefixes_text("255.255.255.254", "255.255.255.255", 9), "255.255.255.254/31 ");
    assert_string_equal(prefixes_text("10.0.0.1", "10.0.0.6", 2),
                        "10.0.0.1/32 10.0.0.2/31 and from 10.0.0.4 on");
    assert_string_equal(prefixes_text("fd02::", "fd02::1:ffff", 9), "fd02::/111 ");
    assert_string_equal(prefixes_text("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 9), "::/0 ");
}

static void prefixes_are_equal_in_all_bits_and_length(void **state)
{
    struct base_prefix list[3];
    assert_int_equal(base_prefix_parse_host("10.1.0.1/24", &list[0]), 0);
    assert_int_equal(base_prefix_parse_host("10.1.0.2/24", &list[1]), 0);
    assert_int_equal(base_prefix_parse_host("10.1.0.1/25", &list[2]), 0);
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < 3; k++)
            assert_int_equal(base_prefix_equal(&list[i], &list[k]), i == k);
    assert_true(base_prefix_is_among(&list[2], list, 3));
    assert_false(base_prefix_is_among(&list[2], list, 2));
    assert_false(base_prefix_is_among(&list[0], list, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_survive_text_both_ways),
        cmocka_unit_test(the_longest_texts_fit_their_buffers),
        cmocka_unit_test(endpoints_have_brackets_around_ip6_only),
        cmocka_unit_test(text_that_is_no_address_leaves_the_result_alone),
        cmocka_unit_test(addresses_are_ordered_by_family_and_number),
        cmocka_unit_test(endpoints_differ_by_address_or_port),
        cmocka_unit_test(unused_bytes_of_an_address_are_zero),
        cmocka_unit_test(prefixes_are_parsed_and_printed),
        cmocka_unit_test(prefixes_are_equal_in_all_bits_and_length),
        cmocka_unit_test(bad_prefixes_are_refused),
        cmocka_unit_test(host_bits_are_refused_or_kept_as_asked),
        cmocka_unit_test(ranges_span_the_prefix_at_every_length),
        cmocka_unit_test(a_prefix_contains_its_ends_and_nothing_beyond),
        cmocka_unit_test(private_ranges_end_where_their_rfcs_say),
        cmocka_unit_test(a_range_is_prefixes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
