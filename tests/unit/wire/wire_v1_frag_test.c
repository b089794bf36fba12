/* SPDX-License-Identifier: BSD-3-Clause */
/* Fragments of IKEv1 messages. */
#include "wire_test_bytes.h"
#include "wire_v1.h"

static struct wire_v1_fragment f;

static bool accepts_fragment(struct base_span bytes)
{
    return wire_v1_fragment_parse(bytes, &f) == WIRE_IKE_OK;
}

static void a_fragment_has_a_number_and_data(void **state)
{
    (void)state;
    assert_only_whole_accepted(accepts_fragment, BYTES(0, 1, 2, 1, 0xaa));
    assert_true(accepts_fragment(BYTES(0x12, 0x34, 2, 1, 0xaa, 0xbb)));
    assert_int_equal(f.id, 0x1234);
    assert_int_equal(f.number, 2);
    assert_true(f.is_last);
    assert_true(base_span_equal(f.data, BYTES(0xaa, 0xbb)));
    assert_true(accepts_fragment(BYTES(0, 1, 255, 0, 0xaa)));
    assert_false(f.is_last);
    assert_int_equal(wire_v1_fragment_parse(BYTES(0, 1, 0, 1, 0xaa), &f), WIRE_IKE_BAD_FIELD);
    assert_int_equal(wire_v1_fragment_parse(BYTES(0, 1, 1, 1), &f), WIRE_IKE_BAD_FIELD);
}

static void a_datagram_with_one_is_so_many_bytes_longer(void **state)
{
    uint8_t buf[64];
    struct wire_ike_hdr hdr = {.spi_i = 1, .version = WIRE_V1_VERSION, .exchange = WIRE_V1_MAIN};
    struct wire_v1_plds plds;
    const struct wire_v1_fragment out = {.id = 7, .number = 1, .is_last = true, .data = BYTES(1, 2, 3)};
    (void)state;
    struct wire_ike_builder b = wire_ike_build(buf, sizeof buf, &hdr);
    wire_v1_put_fragment(&b, &out);
    const struct base_span msg = wire_ike_finish(&b);
    assert_int_equal(msg.len, WIRE_V1_FRAGMENT_BYTES + 3);
    assert_int_equal(wire_v1_hdr_parse(msg, &hdr), WIRE_IKE_OK);
    assert_int_equal(wire_v1_plds_parse(hdr.next, base_span(msg.ptr + 28, msg.len - 28), false, &plds),
                     WIRE_IKE_OK);
    assert_true(accepts_fragment(plds.list[0].body));
    assert_int_equal(f.id, 7);
    assert_true(f.is_last);
    assert_true(base_span_equal(f.data, out.data));
    wire_v1_put_fragment(&b, &(struct wire_v1_fragment){.number = 1});
    assert_true(b.w.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fragment_has_a_number_and_data),
        cmocka_unit_test(a_datagram_with_one_is_so_many_bytes_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
