/* SPDX-License-Identifier: BSD-3-Clause */
/* EAP packets. */
#include "wire_test_bytes.h"
#include "wire_eap.h"

static struct wire_eap p;

static bool accepts_packet(struct base_span bytes)
{
    return wire_eap_parse(bytes, &p);
}

static void a_response_is_taken_apart(void **state)
{
    (void)state;
    assert_only_whole_accepted(accepts_packet, BYTES(2, 7, 0, 7, 1, 'a', 'b'));
    assert_true(accepts_packet(BYTES(2, 7, 0, 7, 1, 'a', 'b')));
    assert_int_equal(p.code, WIRE_EAP_RESPONSE);
    assert_int_equal(p.id, 7);
    assert_int_equal(p.type, WIRE_EAP_IDENTITY);
    assert_true(base_span_equal(p.data, BYTES('a', 'b')));
    assert_true(accepts_packet(BYTES(1, 9, 0, 5, 1)));
    assert_int_equal(p.data.len, 0);
}

static void padding_behind_the_length_is_passed_over(void **state)
{
    (void)state;
    assert_true(accepts_packet(BYTES(2, 7, 0, 6, 26, 3, 0xff, 0xff)));
    assert_int_equal(p.data.len, 1);
    assert_true(accepts_packet(BYTES(3, 7, 0, 4, 0xff)));
    assert_int_equal(p.type, 0);
}

static void what_is_no_packet_is_refused(void **state)
{
    (void)state;
    assert_false(accepts_packet(BYTES(2, 7, 0, 4)));    /* a response without a type */
    assert_false(accepts_packet(BYTES(3, 7, 0, 5, 1))); /* a success with one */
    assert_false(accepts_packet(BYTES(0, 7, 0, 5, 1))); /* codes that are not there */
    assert_false(accepts_packet(BYTES(5, 7, 0, 5, 1)));
    assert_false(accepts_packet(BYTES(1, 7, 0, 3, 1))); /* shorter than a header */
    assert_false(accepts_packet(BYTES(1, 7, 1, 0, 1))); /* longer than what came */
    count_accepted_flips(accepts_packet, BYTES(1, 7, 0, 6, 26, 3));
}

static void a_packet_that_is_built_is_read_back(void **state)
{
    (void)state;
    uint8_t buf[16];
    struct base_writer w = base_writer(buf, sizeof buf);
    wire_eap_begin(&w, WIRE_EAP_REQUEST, 3, WIRE_EAP_MSCHAPV2);
    base_write_u8(&w, 9);
    wire_eap_end(&w);
    assert_true(base_span_equal(base_writer_span(&w), BYTES(1, 3, 0, 6, 26, 9)));
    w = base_writer(buf, 6);
    wire_eap_begin(&w, WIRE_EAP_SUCCESS, 3, 0);
    wire_eap_end(&w);
    assert_true(base_span_equal(base_writer_span(&w), BYTES(3, 3, 0, 4)));
}

static void types_have_names(void **state)
{
    (void)state;
    assert_string_equal(wire_eap_type_name(26), "MSCHAPv2");
    assert_null(wire_eap_type_name(99));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_response_is_taken_apart),
        cmocka_unit_test(padding_behind_the_length_is_passed_over),
        cmocka_unit_test(what_is_no_packet_is_refused),
        cmocka_unit_test(a_packet_that_is_built_is_read_back),
        cmocka_unit_test(types_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
