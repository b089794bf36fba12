/* SPDX-License-Identifier: BSD-3-Clause */
/* RADIUS packets and attributes. */
#include "wire_test_bytes.h"
#include "wire_radius.h"

static const uint8_t authenticator[16] = {1, 2, 3};
static struct wire_radius p;

static bool accepts_packet(struct base_span bytes)
{
    return wire_radius_parse(bytes, &p);
}

static struct base_span build(uint8_t *buf, size_t cap)
{
    struct base_writer w = base_writer(buf, cap);
    wire_radius_begin(&w, WIRE_RADIUS_ACCEPT, 7, authenticator);
    wire_radius_put(&w, WIRE_RADIUS_USER_NAME, base_span("ann", 3));
    wire_radius_put_u32(&w, WIRE_RADIUS_FRAMED_IP, 0x0a4d0005);
    wire_radius_put(&w, WIRE_RADIUS_VENDOR, BYTES(0, 0, 1, 0x37, 16, 4, 9, 8, 17, 3, 7));
    wire_radius_end(&w);
    return base_writer_span(&w);
}

static void a_packet_is_read_back(void **state)
{
    (void)state;
    uint8_t buf[200];
    struct base_span value;
    const struct base_span all = build(buf, sizeof buf);
    assert_only_whole_accepted(accepts_packet, all);
    assert_true(accepts_packet(all));
    assert_int_equal(p.code, WIRE_RADIUS_ACCEPT);
    assert_int_equal(p.id, 7);
    assert_memory_equal(p.authenticator, authenticator, 16);
    assert_true(wire_radius_find(&p, WIRE_RADIUS_USER_NAME, 0, &value));
    assert_true(base_span_equal(value, base_span("ann", 3)));
    assert_false(wire_radius_find(&p, WIRE_RADIUS_USER_NAME, 1, &value));
    assert_int_equal(value.len, 0);
    assert_true(wire_radius_find(&p, WIRE_RADIUS_FRAMED_IP, 0, &value));
    assert_true(base_span_equal(value, BYTES(0x0a, 0x4d, 0, 5)));
    assert_true(wire_radius_find_ms(&p, WIRE_RADIUS_MS_RECV_KEY, &value));
    assert_true(base_span_equal(value, BYTES(7)));
    assert_false(wire_radius_find_ms(&p, 99, &value));
    count_accepted_flips(accepts_packet, all);
}

static void bytes_behind_the_length_are_padding(void **state)
{
    (void)state;
    uint8_t buf[200];
    const struct base_span all = build(buf, sizeof buf);
    assert_true(accepts_packet(base_span(buf, all.len + 3)));
    assert_int_equal(p.packet.len, all.len);
}

static void a_long_value_takes_several_attributes(void **state)
{
    (void)state;
    uint8_t buf[700], long_value[300];
    struct base_span value;
    struct base_writer w = base_writer(buf, sizeof buf);
    memset(long_value, 5, sizeof long_value);
    wire_radius_begin(&w, WIRE_RADIUS_REQUEST, 1, authenticator);
    wire_radius_put(&w, WIRE_RADIUS_EAP_MESSAGE, base_span(long_value, sizeof long_value));
    wire_radius_put(&w, WIRE_RADIUS_STATE, BASE_SPAN_NONE);
    wire_radius_end(&w);
    assert_true(accepts_packet(base_writer_span(&w)));
    assert_true(wire_radius_find(&p, WIRE_RADIUS_EAP_MESSAGE, 0, &value));
    assert_int_equal(value.len, 253);
    assert_true(wire_radius_find(&p, WIRE_RADIUS_EAP_MESSAGE, 1, &value));
    assert_int_equal(value.len, 47);
    assert_true(wire_radius_find(&p, WIRE_RADIUS_STATE, 0, &value));
}

static void an_attribute_that_is_cut_is_no_packet(void **state)
{
    (void)state;
    uint8_t buf[24] = {2, 1, 0, 22};
    buf[20] = WIRE_RADIUS_CLASS;
    buf[21] = 1; /* shorter than its own head */
    assert_false(accepts_packet(base_span(buf, 22)));
    buf[21] = 3;
    assert_false(accepts_packet(base_span(buf, 22)));
    buf[21] = 2;
    assert_true(accepts_packet(base_span(buf, 22)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packet_is_read_back),
        cmocka_unit_test(bytes_behind_the_length_are_padding),
        cmocka_unit_test(a_long_value_takes_several_attributes),
        cmocka_unit_test(an_attribute_that_is_cut_is_no_packet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
