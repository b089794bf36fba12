/* SPDX-License-Identifier: BSD-3-Clause */
/* Identification payloads. */
#include "wire_test_bytes.h"
#include "wire_ike.h"

static struct wire_ike_id id;

static bool accepts_id(struct base_span bytes)
{
    return wire_ike_id_parse(bytes, &id) == WIRE_IKE_OK;
}

static void names_are_raw_bytes_with_embedded_zeros(void **state)
{
    assert_true(accepts_id(BYTES(WIRE_IKE_ID_FQDN, 9, 9, 9, 'a', 0, 'b')));
    assert_int_equal(id.type, WIRE_IKE_ID_FQDN);
    assert_true(base_span_equal(id.data, BYTES('a', 0, 'b')));
    assert_true(accepts_id(BYTES(WIRE_IKE_ID_KEY, 0, 0, 0)));
    assert_int_equal(id.data.len, 0);
}

static void addresses_have_exactly_their_size(void **state)
{
    uint8_t body[4 + 17] = {0};
    for (size_t len = 0; len <= 17; len++) {
        body[0] = WIRE_IKE_ID_IP4;
        assert_int_equal(wire_ike_id_parse(base_span(body, 4 + len), &id),
                         len == 4 ? WIRE_IKE_OK : WIRE_IKE_BAD_LENGTH);
        body[0] = WIRE_IKE_ID_IP6;
        assert_int_equal(wire_ike_id_parse(base_span(body, 4 + len), &id),
                         len == 16 ? WIRE_IKE_OK : WIRE_IKE_BAD_LENGTH);
    }
}

static void a_truncated_identity_is_refused(void **state)
{
    assert_only_whole_accepted(accepts_id, BYTES(WIRE_IKE_ID_IP4, 0, 0, 0, 192, 0, 2, 1));
    assert_only_whole_accepted(accepts_id, BYTES(WIRE_IKE_ID_EMAIL, 0, 0, 0));
}

static void every_type_survives_a_round_trip(void **state)
{
    for (unsigned type = 0; type < 256; type++) {
        uint8_t buf[64];
        const size_t len = type == WIRE_IKE_ID_IP6 ? 16 : 4;
        const struct wire_ike_id in = {(uint8_t)type, base_span("0123456789abcdef", len)};
        struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
        wire_ike_put_id(&b, WIRE_IKE_P_IDR, &in);
        assert_int_equal(wire_ike_chain_first(&b), WIRE_IKE_P_IDR);
        const struct base_span bytes = wire_ike_chain_bytes(&b);
        assert_true(accepts_id(base_span(bytes.ptr + 4, bytes.len - 4)));
        assert_int_equal(id.type, type);
        assert_true(base_span_equal(id.data, in.data));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_raw_bytes_with_embedded_zeros),
        cmocka_unit_test(addresses_have_exactly_their_size),
        cmocka_unit_test(a_truncated_identity_is_refused),
        cmocka_unit_test(every_type_survives_a_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
