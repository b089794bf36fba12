/* SPDX-License-Identifier: BSD-3-Clause */
/* Traffic selectors as sets. */
#include "ike_pair.h"
#include "ike_sa.h"

static struct wire_ike_ts_list list(const char *prefix, uint8_t protocol, uint16_t port_lo, uint16_t port_hi)
{
    struct wire_ike_ts_list l = {0};
    pair_ts(&l, prefix);
    l.list[0].protocol = protocol;
    l.list[0].port_lo = port_lo;
    l.list[0].port_hi = port_hi;
    return l;
}

static const char *text(const struct wire_ike_ts_list *l)
{
    static char buf[400];
    struct base_text t = base_text(buf, sizeof buf);
    ike_ts_text(&t, l);
    return buf;
}

static void narrowing_takes_what_both_have(void **state)
{
    (void)state;
    const struct wire_ike_ts_list policy = list("10.0.0.0/8", 0, 0, 65535);
    struct wire_ike_ts_list out, want = list("10.1.0.0/16", 6, 443, 443);
    assert_true(ike_ts_narrow(&policy, &want, &out));
    assert_string_equal(text(&out), "10.1.0.0/16[6/443]");
    want = list("0.0.0.0/0", 0, 0, 65535);
    assert_true(ike_ts_narrow(&policy, &want, &out));
    assert_string_equal(text(&out), "10.0.0.0/8");
    want = list("11.0.0.0/8", 0, 0, 65535);
    assert_false(ike_ts_narrow(&policy, &want, &out));
    want = list("::/0", 0, 0, 65535);
    assert_false(ike_ts_narrow(&policy, &want, &out));
}

static void protocols_and_ports_must_meet_too(void **state)
{
    (void)state;
    const struct wire_ike_ts_list tcp = list("10.0.0.0/8", 6, 0, 65535),
                                  udp = list("10.0.0.0/8", 17, 0, 65535);
    const struct wire_ike_ts_list low = list("10.0.0.0/8", 6, 0, 1023),
                                  high = list("10.0.0.0/8", 6, 1024, 65535);
    assert_false(ike_ts_overlap(&tcp, &udp));
    assert_false(ike_ts_overlap(&low, &high));
    assert_true(ike_ts_overlap(&tcp, &low));
    assert_true(ike_ts_within(&low, &tcp));
    assert_false(ike_ts_within(&tcp, &low));
}

static void opaque_ports_meet_opaque_and_any_only(void **state)
{
    (void)state;
    const struct wire_ike_ts_list opaque = list("10.0.0.0/8", 6, 65535, 0),
                                  any = list("10.0.0.0/8", 6, 0, 65535);
    const struct wire_ike_ts_list some = list("10.0.0.0/8", 6, 1, 65535);
    assert_true(ike_ts_overlap(&opaque, &any));
    assert_true(ike_ts_overlap(&opaque, &opaque));
    assert_false(ike_ts_overlap(&opaque, &some));
    assert_string_equal(text(&opaque), "10.0.0.0/8[6/opaque]");
}

static void a_full_list_is_cut_and_never_overrun(void **state)
{
    (void)state;
    struct wire_ike_ts_list a = {0}, b = {0}, out;
    for (unsigned i = 0; i < WIRE_IKE_TS_MAX; i++) {
        a.list[i] =
            (struct wire_ike_ts){.lo = base_addr_ip4(i), .hi = base_addr_ip4(i + 100), .port_hi = 65535};
        b.list[i] =
            (struct wire_ike_ts){.lo = base_addr_ip4(2 * i), .hi = base_addr_ip4(90 + i), .port_hi = 65535};
    }
    a.count = b.count = WIRE_IKE_TS_MAX;
    assert_true(ike_ts_narrow(&a, &b, &out));
    assert_true(out.count <= WIRE_IKE_TS_MAX);
    assert_true(ike_ts_within(&out, &a) && ike_ts_within(&out, &b));
}

static void ranges_that_are_no_prefix_are_written_as_ranges(void **state)
{
    (void)state;
    struct wire_ike_ts_list l = list("10.0.0.0/24", 0, 0, 65535);
    l.list[0].hi = pair_addr("10.0.0.9");
    assert_string_equal(text(&l), "10.0.0.0-10.0.0.9");
    l.count = 0;
    assert_string_equal(text(&l), "(none)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(narrowing_takes_what_both_have),
        cmocka_unit_test(protocols_and_ports_must_meet_too),
        cmocka_unit_test(opaque_ports_meet_opaque_and_any_only),
        cmocka_unit_test(a_full_list_is_cut_and_never_overrun),
        cmocka_unit_test(ranges_that_are_no_prefix_are_written_as_ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
