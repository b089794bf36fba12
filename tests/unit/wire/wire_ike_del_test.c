/* SPDX-License-Identifier: BSD-3-Clause */
/* Delete payloads. */
#include "wire_test_bytes.h"
#include "wire_ike.h"

static struct wire_ike_delete d;

static bool accepts_delete(struct base_span bytes)
{
    return wire_ike_delete_parse(bytes, &d) == WIRE_IKE_OK;
}

static void esp_spis_are_read(void **state)
{
    assert_true(accepts_delete(BYTES(3, 4, 0, 2, 0xc1, 2, 3, 4, 0xc1, 2, 3, 5)));
    assert_int_equal(d.protocol, WIRE_IKE_PROTO_ESP);
    assert_int_equal(d.count, 2);
    assert_int_equal(wire_ike_delete_spi(&d, 0), 0xc1020304);
    assert_int_equal(wire_ike_delete_spi(&d, 1), 0xc1020305);
}

static void the_ike_sa_is_deleted_without_spis(void **state)
{
    assert_true(accepts_delete(BYTES(1, 0, 0, 0)));
    assert_int_equal(d.count, 0);
    assert_true(accepts_delete(BYTES(1, 0, 0, 1)));
    assert_int_equal(d.count, 0);
    assert_false(accepts_delete(BYTES(1, 0, 0, 0, 1, 2, 3, 4)));
}

static void widths_that_contradict_the_protocol_are_refused(void **state)
{
    assert_int_equal(wire_ike_delete_parse(BYTES(3, 0, 0, 0), &d), WIRE_IKE_BAD_FIELD);
    assert_int_equal(wire_ike_delete_parse(BYTES(2, 8, 0, 0), &d), WIRE_IKE_BAD_FIELD);
    assert_int_equal(wire_ike_delete_parse(BYTES(1, 8, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8), &d),
                     WIRE_IKE_BAD_FIELD);
    assert_int_equal(wire_ike_delete_parse(BYTES(0, 0, 0, 0), &d), WIRE_IKE_BAD_FIELD);
    assert_int_equal(wire_ike_delete_parse(BYTES(4, 4, 0, 0), &d), WIRE_IKE_BAD_FIELD);
}

static void counts_must_agree_with_bytes(void **state)
{
    static uint8_t body[4 + 4 * 16000] = {3, 4};
    const size_t count = (sizeof body - 4) / 4;
    body[2] = (uint8_t)(count >> 8);
    body[3] = (uint8_t)count;
    body[sizeof body - 1] = 9;
    assert_int_equal(wire_ike_delete_parse(base_span(body, sizeof body), &d), WIRE_IKE_OK);
    assert_int_equal(d.count, count);
    assert_int_equal(wire_ike_delete_spi(&d, count - 1), 9);
    assert_int_equal(wire_ike_delete_parse(base_span(body, sizeof body - 4), &d), WIRE_IKE_SHORT);
    body[3]--;
    assert_int_equal(wire_ike_delete_parse(base_span(body, sizeof body), &d), WIRE_IKE_BAD_LENGTH);
    body[2] = 255;
    assert_int_equal(wire_ike_delete_parse(base_span(body, sizeof body), &d), WIRE_IKE_SHORT);
}

static void a_truncated_delete_is_refused_at_every_byte(void **state)
{
    assert_only_whole_accepted(accepts_delete, BYTES(3, 4, 0, 2, 0xc1, 2, 3, 4, 0xc1, 2, 3, 5));
}

static void flips_do_no_harm(void **state)
{
    const struct base_span body = BYTES(3, 4, 0, 2, 0xc1, 2, 3, 4, 0xc1, 2, 3, 5);
    assert_in_range(count_accepted_flips(accepts_delete, body), 64, 12 * 8 - 1);
}

static void a_delete_survives_a_round_trip(void **state)
{
    uint8_t buf[64];
    struct wire_ike_delete in = {.protocol = WIRE_IKE_PROTO_ESP,
                                 .spi_len = 4,
                                 .count = 3,
                                 .spis = BYTES(0, 0, 0, 1, 255, 255, 255, 255, 0xc1, 2, 3, 4)};
    struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
    wire_ike_put_delete(&b, &in);
    const struct base_span bytes = wire_ike_chain_bytes(&b);
    assert_true(accepts_delete(base_span(bytes.ptr + 4, bytes.len - 4)));
    assert_int_equal(d.count, 3);
    assert_true(base_span_equal(d.spis, in.spis));
    in.count = 2; /* which is not what its bytes say */
    wire_ike_put_delete(&b, &in);
    assert_true(b.w.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(esp_spis_are_read),
        cmocka_unit_test(the_ike_sa_is_deleted_without_spis),
        cmocka_unit_test(widths_that_contradict_the_protocol_are_refused),
        cmocka_unit_test(counts_must_agree_with_bytes),
        cmocka_unit_test(a_truncated_delete_is_refused_at_every_byte),
        cmocka_unit_test(flips_do_no_harm),
        cmocka_unit_test(a_delete_survives_a_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
