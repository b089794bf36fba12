/* SPDX-License-Identifier: BSD-3-Clause */
/* Traffic selectors: both address families, OPAQUE, unknown types, caps, round trip. */
#include "wire_test_bytes.h"
#include "wire_ike.h"

/* One IPv4 selector 10.0.0.0-10.0.0.255, TCP, ports 80 to 443; one of an unknown type with 4 octets. */
static const uint8_t TWO[] = {
    2,  0, 0, 0,                                              /* 0 */
    7,  6, 0, 16, 0, 80, 1, 0xbb, 10, 0, 0, 0, 10, 0, 0, 255, /* 4 */
    10, 0, 0, 8,  1, 2,  3, 4,                                /* 20 */
};

static struct base_ts_list list;

static bool accepts_ts(struct base_span bytes)
{
    return wire_ike_ts_parse(bytes, &list) == WIRE_IKE_OK;
}

static enum wire_ike_err with(size_t at, uint8_t value)
{
    uint8_t bytes[sizeof TWO];
    memcpy(bytes, TWO, sizeof TWO);
    bytes[at] = value;
    return wire_ike_ts_parse(base_span(bytes, sizeof bytes), &list);
}

static void a_range_is_read_and_an_unknown_type_is_counted(void **state)
{
    char text[BASE_ADDR_TEXT_MAX];
    assert_true(accepts_ts(base_span(TWO, sizeof TWO)));
    assert_int_equal(list.count, 1);
    assert_int_equal(list.skipped, 1);
    assert_int_equal(list.list[0].protocol, 6);
    assert_int_equal(list.list[0].port_lo, 80);
    assert_int_equal(list.list[0].port_hi, 443);
    assert_string_equal(base_addr_text(&list.list[0].lo, text), "10.0.0.0");
    assert_string_equal(base_addr_text(&list.list[0].hi, text), "10.0.0.255");
}

static void a_truncated_list_is_refused_at_every_byte(void **state)
{
    assert_only_whole_accepted(accepts_ts, base_span(TWO, sizeof TWO));
}

static void flips_do_no_harm(void **state)
{
    const size_t accepted = count_accepted_flips(accepts_ts, base_span(TWO, sizeof TWO));
    assert_in_range(accepted, 1, sizeof TWO * 8 - 1);
}

static void an_empty_list_is_refused(void **state)
{
    assert_int_equal(wire_ike_ts_parse(BYTES(0, 0, 0, 0), &list), WIRE_IKE_BAD_FIELD);
    assert_int_equal(wire_ike_ts_parse(BASE_SPAN_NONE, &list), WIRE_IKE_SHORT);
}

static void counts_and_lengths_must_agree(void **state)
{
    assert_int_equal(with(0, 1), WIRE_IKE_BAD_LENGTH);
    assert_int_equal(with(0, 3), WIRE_IKE_SHORT);
    assert_int_equal(with(7, 15), WIRE_IKE_BAD_LENGTH); /* cuts the last address */
    assert_int_equal(with(7, 24), WIRE_IKE_BAD_LENGTH); /* swallows the next selector */
    assert_int_equal(with(7, 3), WIRE_IKE_BAD_LENGTH);
    assert_int_equal(with(23, 3), WIRE_IKE_BAD_LENGTH); /* below what any selector has */
    assert_int_equal(with(4, 8), WIRE_IKE_BAD_LENGTH);  /* IPv6 type with IPv4 length */
}

static void reversed_ranges_are_refused(void **state)
{
    assert_int_equal(with(12, 11), WIRE_IKE_BAD_FIELD); /* 11.0.0.0 to 10.0.0.255 */
    assert_int_equal(with(8, 2), WIRE_IKE_BAD_FIELD);   /* port 592 to 443 */
}

static void opaque_ports_are_kept(void **state)
{
    assert_true(accepts_ts(BYTES(1, 0, 0, 0, 7, 0, 0, 16, 255, 255, 0, 0, 10, 0, 0, 1, 10, 0, 0, 1)));
    assert_int_equal(list.list[0].port_lo, 65535);
    assert_int_equal(list.list[0].port_hi, 0);
}

static void as_many_selectors_as_a_payload_counts_are_read(void **state)
{
    uint8_t buf[4 + 16 * UINT8_MAX] = {UINT8_MAX};
    for (size_t i = 0; i < UINT8_MAX; i++)
        memcpy(buf + 4 + 16 * i,
               (const uint8_t[]){7, 0, 0, 16, 0, 0, 255, 255, 10, (uint8_t)i, 0, 0, 10, (uint8_t)i, 0, 255},
               16);
    assert_int_equal(wire_ike_ts_parse(base_span(buf, sizeof buf), &list), WIRE_IKE_OK);
    assert_int_equal(list.count, UINT8_MAX);
    assert_int_equal(list.list[UINT8_MAX - 1].hi.bytes[1], UINT8_MAX - 1);
    assert_int_equal(wire_ike_ts_parse(base_span(buf, sizeof buf - 16), &list), WIRE_IKE_SHORT);
}

static void as_many_of_unknown_types_are_left_out(void **state)
{
    uint8_t buf[4 + 4 * BASE_TS_MAX] = {BASE_TS_MAX};
    for (size_t i = 4; i < sizeof buf; i += 4)
        memcpy(buf + i, (const uint8_t[]){99, 0, 0, 4}, 4);
    assert_int_equal(wire_ike_ts_parse(base_span(buf, sizeof buf), &list), WIRE_IKE_OK);
    assert_int_equal(list.count, 0);
    assert_int_equal(list.skipped, BASE_TS_MAX);
}

static void both_families_survive_a_round_trip(void **state)
{
    uint8_t buf[256];
    struct base_ts_list in = {.count = 2}, out;
    in.list[0] = (struct base_ts){17, 4500, 4500, base_addr_ip4(0xc0000201), base_addr_ip4(0xc00002ff)};
    in.list[1] = (struct base_ts){.port_hi = 65535};
    assert_int_equal(base_addr_parse("2001:db8::", &in.list[1].lo), 0);
    assert_int_equal(base_addr_parse("2001:db8::ffff", &in.list[1].hi), 0);
    struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
    wire_ike_put_ts(&b, WIRE_IKE_P_TSR, &in);
    const struct base_span bytes = wire_ike_chain_bytes(&b);
    assert_int_equal(wire_ike_chain_first(&b), WIRE_IKE_P_TSR);
    assert_int_equal(bytes.len, 4 + 4 + 16 + 40);
    assert_int_equal(wire_ike_ts_parse(base_span(bytes.ptr + 4, bytes.len - 4), &out), WIRE_IKE_OK);
    assert_int_equal(out.count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(out.list[i].protocol, in.list[i].protocol);
        assert_int_equal(out.list[i].port_lo, in.list[i].port_lo);
        assert_int_equal(out.list[i].port_hi, in.list[i].port_hi);
        assert_true(base_addr_equal(&out.list[i].lo, &in.list[i].lo));
        assert_true(base_addr_equal(&out.list[i].hi, &in.list[i].hi));
    }
}

static void lists_that_could_not_be_parsed_back_are_not_built(void **state)
{
    uint8_t buf[256];
    struct base_ts_list none = {.count = 0}, mixed = {.count = 1}, any = {.count = 1};
    mixed.list[0].lo = base_addr_ip4(1);
    mixed.list[0].hi.family = BASE_AF_IP6;
    const struct base_ts_list *const bad[] = {&none, &mixed, &any};
    for (size_t i = 0; i < 3; i++) {
        struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
        wire_ike_put_ts(&b, WIRE_IKE_P_TSI, bad[i]);
        assert_true(b.w.failed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_range_is_read_and_an_unknown_type_is_counted),
        cmocka_unit_test(a_truncated_list_is_refused_at_every_byte),
        cmocka_unit_test(flips_do_no_harm),
        cmocka_unit_test(an_empty_list_is_refused),
        cmocka_unit_test(counts_and_lengths_must_agree),
        cmocka_unit_test(reversed_ranges_are_refused),
        cmocka_unit_test(opaque_ports_are_kept),
        cmocka_unit_test(as_many_selectors_as_a_payload_counts_are_read),
        cmocka_unit_test(as_many_of_unknown_types_are_left_out),
        cmocka_unit_test(both_families_survive_a_round_trip),
        cmocka_unit_test(lists_that_could_not_be_parsed_back_are_not_built),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
