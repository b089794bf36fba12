/* SPDX-License-Identifier: BSD-3-Clause */
/* Notify payloads. */
#include "wire_test_bytes.h"
#include "wire_ike.h"

static struct wire_ike_notification n;

static bool accepts_notify(struct base_span bytes)
{
    return wire_ike_notify_parse(bytes, &n) == WIRE_IKE_OK;
}

static void a_notify_without_spi_gives_the_rest_as_data(void **state)
{
    assert_true(accepts_notify(BYTES(0, 0, 0x40, 0x06, 1, 2, 3)));
    assert_int_equal(n.type, WIRE_IKE_N_COOKIE);
    assert_int_equal(n.spi_len, 0);
    assert_true(n.spi == 0);
    assert_true(base_span_equal(n.data, BYTES(1, 2, 3)));
}

static void spis_of_4_and_8_bytes_are_right_aligned(void **state)
{
    assert_true(accepts_notify(BYTES(3, 4, 0x40, 0x09, 0xc1, 2, 3, 4)));
    assert_true(n.spi == 0xc1020304);
    assert_int_equal(n.data.len, 0);
    assert_true(accepts_notify(BYTES(1, 8, 0, 4, 1, 2, 3, 4, 5, 6, 7, 8, 9)));
    assert_true(n.spi == 0x0102030405060708);
    assert_true(base_span_equal(n.data, BYTES(9)));
}

static void other_spi_widths_are_refused(void **state)
{
    static const uint8_t body[4 + 255] = {3};
    for (unsigned len = 0; len < 256; len++) {
        uint8_t copy[sizeof body];
        memcpy(copy, body, sizeof body);
        copy[1] = (uint8_t)len;
        const enum wire_ike_err want = len == 0 || len == 4 || len == 8 ? WIRE_IKE_OK : WIRE_IKE_BAD_FIELD;
        assert_int_equal(wire_ike_notify_parse(base_span(copy, sizeof copy), &n), want);
    }
}

static void a_truncated_notify_is_refused_up_to_its_data(void **state)
{
    assert_only_whole_accepted(accepts_notify, BYTES(3, 4, 0x40, 0x09, 0xc1, 2, 3, 4));
    assert_only_whole_accepted(accepts_notify, BYTES(0, 0, 0, 14));
}

static void flips_do_no_harm(void **state)
{
    const struct base_span body = BYTES(3, 4, 0x40, 0x09, 0xc1, 2, 3, 4);
    assert_in_range(count_accepted_flips(accepts_notify, body), 7 * 8, 8 * 8 - 1);
}

static void a_notify_survives_a_round_trip(void **state)
{
    static const uint8_t lens[] = {0, 4, 8};
    for (size_t i = 0; i < sizeof lens; i++) {
        uint8_t buf[64];
        const struct wire_ike_notification in = {
            .protocol = WIRE_IKE_PROTO_ESP,
            .spi_len = lens[i],
            .type = WIRE_IKE_N_REKEY_SA,
            .spi = lens[i] == 0   ? 0
                   : lens[i] == 4 ? 0xdeadbeef
                                  : 0x1122334455667788,
            .data = base_span("abc", i),
        };
        struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
        wire_ike_put_notify(&b, &in);
        const struct base_span bytes = wire_ike_chain_bytes(&b);
        assert_int_equal(bytes.len, 8 + lens[i] + i);
        assert_true(accepts_notify(base_span(bytes.ptr + 4, bytes.len - 4)));
        assert_int_equal(n.protocol, in.protocol);
        assert_int_equal(n.type, in.type);
        assert_int_equal(n.spi_len, in.spi_len);
        assert_true(n.spi == in.spi);
        assert_true(base_span_equal(n.data, in.data));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_notify_without_spi_gives_the_rest_as_data),
        cmocka_unit_test(spis_of_4_and_8_bytes_are_right_aligned),
        cmocka_unit_test(other_spi_widths_are_refused),
        cmocka_unit_test(a_truncated_notify_is_refused_up_to_its_data),
        cmocka_unit_test(flips_do_no_harm),
        cmocka_unit_test(a_notify_survives_a_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
