/* SPDX-License-Identifier: BSD-3-Clause */
/* Traffic selectors as sets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base_ts.h"

static struct base_ts_list list(const char *prefix, uint8_t protocol, uint16_t port_lo, uint16_t port_hi)
{
    struct base_prefix p;
    struct base_ts_list l = {.count = 1,
                             .list = {{.protocol = protocol, .port_lo = port_lo, .port_hi = port_hi}}};
    assert_int_equal(base_prefix_parse(prefix, &p), 0);
    base_prefix_range(&p, &l.list[0].lo, &l.list[0].hi);
    return l;
}

static const char *text(const struct base_ts_list *l)
{
    static char buf[400];
    struct base_text t = base_text(buf, sizeof buf);
    base_ts_text(&t, l);
    return buf;
}

static void narrowing_takes_what_both_have(void **state)
{
    (void)state;
    const struct base_ts_list policy = list("10.0.0.0/8", 0, 0, 65535);
    struct base_ts_list out, want = list("10.1.0.0/16", 6, 443, 443);
    assert_true(base_ts_narrow(&policy, &want, &out));
    assert_string_equal(text(&out), "10.1.0.0/16[6/443]");
    want = list("0.0.0.0/0", 0, 0, 65535);
    assert_true(base_ts_narrow(&policy, &want, &out));
    assert_string_equal(text(&out), "10.0.0.0/8");
    want = list("11.0.0.0/8", 0, 0, 65535);
    assert_false(base_ts_narrow(&policy, &want, &out));
    want = list("::/0", 0, 0, 65535);
    assert_false(base_ts_narrow(&policy, &want, &out));
}

static void protocols_and_ports_must_meet_too(void **state)
{
    (void)state;
    const struct base_ts_list tcp = list("10.0.0.0/8", 6, 0, 65535), udp = list("10.0.0.0/8", 17, 0, 65535);
    const struct base_ts_list low = list("10.0.0.0/8", 6, 0, 1023), high = list("10.0.0.0/8", 6, 1024, 65535);
    assert_false(base_ts_overlap(&tcp, &udp));
    assert_false(base_ts_overlap(&low, &high));
    assert_true(base_ts_overlap(&tcp, &low));
    assert_true(base_ts_within(&low, &tcp));
    assert_false(base_ts_within(&tcp, &low));
}

static void opaque_ports_meet_opaque_and_any_only(void **state)
{
    (void)state;
    const struct base_ts_list opaque = list("10.0.0.0/8", 6, 65535, 0), any = list("10.0.0.0/8", 6, 0, 65535);
    const struct base_ts_list some = list("10.0.0.0/8", 6, 1, 65535);
    assert_true(base_ts_overlap(&opaque, &any));
    assert_true(base_ts_overlap(&opaque, &opaque));
    assert_false(base_ts_overlap(&opaque, &some));
    assert_string_equal(text(&opaque), "10.0.0.0/8[6/opaque]");
}

static void a_full_list_is_cut_and_never_overrun(void **state)
{
    (void)state;
    struct base_ts_list a = {0}, b = {0}, out;
    for (unsigned i = 0; i < BASE_TS_MAX; i++) {
        a.list[i] = (struct base_ts){.lo = base_addr_ip4(i), .hi = base_addr_ip4(i + 100), .port_hi = 65535};
        b.list[i] =
            (struct base_ts){.lo = base_addr_ip4(2 * i), .hi = base_addr_ip4(90 + i), .port_hi = 65535};
    }
    a.count = b.count = BASE_TS_MAX;
    assert_true(base_ts_narrow(&a, &b, &out));
    assert_true(out.count <= BASE_TS_MAX);
    assert_true(base_ts_within(&out, &a) && base_ts_within(&out, &b));
}

static void ranges_that_are_no_prefix_are_written_as_ranges(void **state)
{
    (void)state;
    struct base_ts_list l = list("10.0.0.0/24", 0, 0, 65535);
    l.list[0].hi = base_addr_ip4(0x0a000009);
    assert_string_equal(text(&l), "10.0.0.0-10.0.0.9");
    l.count = 0;
    assert_string_equal(text(&l), "(none)");
}

static void add(struct base_ts_list *l, const char *prefix)
{
    const struct base_ts_list one = list(prefix, 0, 0, 65535);
    l->list[l->count++] = one.list[0];
}

static void what_was_offered_first_is_kept_first(void **state)
{
    (void)state;
    struct base_ts_list policy = {0}, offered = {0}, out;
    add(&policy, "10.1.0.0/16");
    add(&policy, "10.2.0.0/16");
    add(&policy, "10.3.0.0/16");
    add(&offered, "10.3.7.0/24");
    add(&offered, "10.1.7.0/24");
    assert_true(base_ts_narrow(&policy, &offered, &out));
    assert_string_equal(text(&out), "10.3.7.0/24, 10.1.7.0/24");
    assert_true(base_ts_narrow(&policy, &offered, &offered)); /* in place */
    assert_string_equal(text(&offered), "10.3.7.0/24, 10.1.7.0/24");
}

static void a_selector_that_lies_in_another_is_left_out(void **state)
{
    (void)state;
    const struct base_ts_list policy = list("10.0.0.0/8", 0, 0, 65535);
    struct base_ts_list offered = {0}, out;
    add(&offered, "10.1.0.5/32"); /* of a packet */
    add(&offered, "10.2.0.0/16");
    add(&offered, "10.1.0.0/16");
    add(&offered, "10.1.0.0/16");
    add(&offered, "10.2.3.0/24");
    assert_true(base_ts_narrow(&policy, &offered, &out));
    assert_string_equal(text(&out), "10.2.0.0/16, 10.1.0.0/16");
    assert_int_equal(out.skipped, 0);
}

static void the_first_of_too_many_are_kept_and_the_others_counted(void **state)
{
    (void)state;
    struct base_ts_list policy = {0}, offered = {0}, out;
    for (unsigned i = 0; i < 20; i++) { /* each meets each: 400 pieces */
        policy.list[policy.count++] = (struct base_ts){.lo = base_addr_ip4(0),
                                                       .hi = base_addr_ip4(UINT32_MAX),
                                                       .port_lo = (uint16_t)(10 * i),
                                                       .port_hi = (uint16_t)(10 * i + 9),
                                                       .protocol = 6};
        offered.list[offered.count++] = (struct base_ts){
            .lo = base_addr_ip4(i << 8), .hi = base_addr_ip4((i << 8) + 255), .port_hi = 65535};
    }
    assert_true(base_ts_narrow(&policy, &offered, &out));
    assert_int_equal(out.count, BASE_TS_MAX);
    assert_int_equal(out.skipped, 400 - BASE_TS_MAX);
    assert_int_equal(out.list[0].lo.bytes[2], 0);
}

static void kept_lists_have_room_for_what_is_in_them(void **state)
{
    (void)state;
    struct base_ts_list two = list("10.1.0.0/16", 0, 0, 65535), out = {0}, *kept = NULL;
    add(&two, "10.2.0.0/16");
    assert_int_equal(base_ts_count(kept), 0);
    assert_true(base_ts_set(&kept, &two));
    assert_int_equal(base_ts_count(kept), 2);
    base_ts_copy(&out, kept);
    assert_string_equal(text(&out), "10.1.0.0/16, 10.2.0.0/16");
    assert_true(base_ts_holds(kept, &two.list[1]));
    assert_true(base_ts_set(&kept, NULL));
    assert_null(kept);
}

static void dynamic_selectors_are_filled_with_addresses(void **state)
{
    (void)state;
    struct base_ts_list l = list("10.1.0.0/16", 0, 0, 65535), out = {0};
    struct base_addr addrs[2];
    assert_false(base_ts_has_dynamic(&l));
    assert_false(base_ts_has_dynamic(NULL));
    l.list[l.count++] = (struct base_ts){.protocol = 6, .port_lo = 443, .port_hi = 443};
    assert_true(base_ts_has_dynamic(&l));
    assert_string_equal(text(&l), "10.1.0.0/16, dynamic[6/443]");
    assert_int_equal(base_addr_parse("10.9.0.1", &addrs[0]), 0);
    assert_int_equal(base_addr_parse("2001:db8::9", &addrs[1]), 0);
    base_ts_fill(&out, &l, addrs, 2);
    assert_string_equal(text(&out), "10.1.0.0/16, 10.9.0.1/32[6/443], 2001:db8::9/128[6/443]");
    base_ts_fill(&out, &l, NULL, 0);
    assert_string_equal(text(&out), "10.1.0.0/16");
    base_ts_fill(&out, NULL, addrs, 2);
    assert_int_equal(out.count, 0);
    while (l.count < BASE_TS_MAX)
        l.list[l.count++] = l.list[1];
    base_ts_fill(&out, &l, addrs, 2);
    assert_int_equal(out.count, BASE_TS_MAX);
    assert_int_equal(out.skipped, BASE_TS_MAX - 1);
}

static void a_host_is_the_one_address_of_all(void **state)
{
    (void)state;
    static struct base_ts_list l = {.count = 2};
    struct base_addr a, b;
    assert_int_equal(base_addr_parse("10.1.2.3", &a), 0);
    assert_int_equal(base_addr_parse("10.1.2.4", &b), 0);
    base_ts_set_host(&l, &a);
    assert_true(base_addr_equal(base_ts_host(&l), &a));
    l.list[1].hi = b;
    assert_null(base_ts_host(&l));
    l.list[1].hi = a;
    l.skipped = 1;
    assert_null(base_ts_host(&l));
    l.skipped = l.count = 0;
    assert_null(base_ts_host(&l));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(narrowing_takes_what_both_have),
        cmocka_unit_test(protocols_and_ports_must_meet_too),
        cmocka_unit_test(opaque_ports_meet_opaque_and_any_only),
        cmocka_unit_test(a_full_list_is_cut_and_never_overrun),
        cmocka_unit_test(ranges_that_are_no_prefix_are_written_as_ranges),
        cmocka_unit_test(what_was_offered_first_is_kept_first),
        cmocka_unit_test(a_selector_that_lies_in_another_is_left_out),
        cmocka_unit_test(the_first_of_too_many_are_kept_and_the_others_counted),
        cmocka_unit_test(dynamic_selectors_are_filled_with_addresses),
        cmocka_unit_test(kept_lists_have_room_for_what_is_in_them),
        cmocka_unit_test(a_host_is_the_one_address_of_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
