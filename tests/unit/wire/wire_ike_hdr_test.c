/* SPDX-License-Identifier: BSD-3-Clause */
/* The IKE header: fields, length and version rules. */
#include "wire_test_bytes.h"
#include "wire_ike.h"

static struct base_span make(uint8_t *buf, size_t cap, uint8_t version)
{
    const struct wire_ike_hdr hdr = {
        .spi_i = 0x0102030405060708,
        .spi_r = 0x1112131415161718,
        .version = version,
        .exchange = WIRE_IKE_AUTH,
        .flags = WIRE_IKE_F_INITIATOR,
        .msgid = 0xa1b2c3d4,
    };
    struct wire_ike_builder b = wire_ike_build(buf, cap, &hdr);
    return wire_ike_finish(&b);
}

static bool accepts_hdr(struct base_span bytes)
{
    struct wire_ike_hdr hdr;
    return wire_ike_hdr_parse(bytes, &hdr) == WIRE_IKE_OK;
}

static void all_fields_are_read_in_network_order(void **state)
{
    uint8_t buf[64];
    struct wire_ike_hdr hdr;
    assert_int_equal(wire_ike_hdr_parse(make(buf, sizeof buf, 0x20), &hdr), WIRE_IKE_OK);
    assert_true(hdr.spi_i == 0x0102030405060708 && hdr.spi_r == 0x1112131415161718);
    assert_int_equal(hdr.next, WIRE_IKE_P_NONE);
    assert_int_equal(hdr.version, 0x20);
    assert_int_equal(hdr.exchange, WIRE_IKE_AUTH);
    assert_int_equal(hdr.flags, WIRE_IKE_F_INITIATOR);
    assert_int_equal(hdr.msgid, 0xa1b2c3d4);
    assert_int_equal(hdr.length, WIRE_IKE_HDR_BYTES);
}

static void a_truncated_header_is_refused_at_every_byte(void **state)
{
    uint8_t buf[64];
    assert_only_whole_accepted(accepts_hdr, make(buf, sizeof buf, 0x20));
}

static void only_flips_in_major_version_and_length_are_refused(void **state)
{
    uint8_t buf[64];
    const struct base_span msg = make(buf, sizeof buf, 0x20);
    assert_int_equal(count_accepted_flips(accepts_hdr, msg), msg.len * 8 - 4 - 32);
}

static void a_minor_version_is_accepted(void **state)
{
    uint8_t buf[64];
    assert_true(accepts_hdr(make(buf, sizeof buf, 0x27)));
}

static void another_major_version_is_told_before_length_and_fills_the_fields(void **state)
{
    uint8_t buf[64];
    struct wire_ike_hdr hdr;
    const struct base_span msg = make(buf, sizeof buf, 0x30);
    buf[27] = 99;
    assert_int_equal(wire_ike_hdr_parse(msg, &hdr), WIRE_IKE_BAD_VERSION);
    assert_true(hdr.spi_i == 0x0102030405060708);
    assert_int_equal(hdr.msgid, 0xa1b2c3d4);
}

static void a_length_that_differs_from_the_datagram_is_refused(void **state)
{
    uint8_t buf[64];
    struct wire_ike_hdr hdr;
    const struct base_span msg = make(buf, sizeof buf, 0x20);
    buf[27]++;
    assert_int_equal(wire_ike_hdr_parse(msg, &hdr), WIRE_IKE_BAD_LENGTH);
    assert_int_equal(wire_ike_hdr_parse(base_span(buf, msg.len + 1), &hdr), WIRE_IKE_OK);
}

static void a_message_over_the_cap_is_refused(void **state)
{
    static uint8_t buf[WIRE_IKE_MSG_MAX + 1];
    struct wire_ike_hdr hdr;
    make(buf, sizeof buf, 0x20);
    struct base_writer w = {buf, sizeof buf, sizeof buf, false};
    base_patch_u32(&w, 24, WIRE_IKE_MSG_MAX);
    assert_int_equal(wire_ike_hdr_parse(base_span(buf, WIRE_IKE_MSG_MAX), &hdr), WIRE_IKE_OK);
    base_patch_u32(&w, 24, WIRE_IKE_MSG_MAX + 1);
    assert_int_equal(wire_ike_hdr_parse(base_span(buf, sizeof buf), &hdr), WIRE_IKE_TOO_MANY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_fields_are_read_in_network_order),
        cmocka_unit_test(a_truncated_header_is_refused_at_every_byte),
        cmocka_unit_test(only_flips_in_major_version_and_length_are_refused),
        cmocka_unit_test(a_minor_version_is_accepted),
        cmocka_unit_test(another_major_version_is_told_before_length_and_fills_the_fields),
        cmocka_unit_test(a_length_that_differs_from_the_datagram_is_refused),
        cmocka_unit_test(a_message_over_the_cap_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
