/* SPDX-License-Identifier: BSD-3-Clause */
/* What a datagram on the NAT-T port is (RFC 3948 section 2). */
#include "wire_test_bytes.h"
#include "wire_natt.h"

static enum wire_natt_kind kind(struct base_span bytes)
{
    uint8_t *copy = malloc(bytes.len);
    if (bytes.len)
        memcpy(copy, bytes.ptr, bytes.len);
    const enum wire_natt_kind k = wire_natt_kind(copy, bytes.len);
    free(copy);
    return k;
}

static void a_single_ff_is_a_keepalive_and_other_shorts_are_not(void **state)
{
    assert_int_equal(kind(BYTES(0xff)), WIRE_NATT_KEEPALIVE);
    assert_int_equal(kind(BASE_SPAN_NONE), WIRE_NATT_SHORT);
    assert_int_equal(kind(BYTES(0)), WIRE_NATT_SHORT);
    assert_int_equal(kind(BYTES(0xfe)), WIRE_NATT_SHORT);
    assert_int_equal(kind(BYTES(0xff, 0xff)), WIRE_NATT_SHORT);
    assert_int_equal(kind(BYTES(0, 0, 0)), WIRE_NATT_SHORT);
}

static void four_zeros_mark_ike_and_any_other_bit_is_esp(void **state)
{
    assert_int_equal(kind(BYTES(0, 0, 0, 0)), WIRE_NATT_IKE);
    assert_int_equal(kind(BYTES(0, 0, 0, 0, 1)), WIRE_NATT_IKE);
    for (unsigned bit = 0; bit < 32; bit++) {
        uint8_t spi[4] = {0};
        spi[bit / 8] = (uint8_t)(1u << bit % 8);
        assert_int_equal(kind(base_span(spi, 4)), WIRE_NATT_ESP);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_single_ff_is_a_keepalive_and_other_shorts_are_not),
        cmocka_unit_test(four_zeros_mark_ike_and_any_other_bit_is_esp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
