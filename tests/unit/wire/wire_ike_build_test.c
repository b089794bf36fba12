/* SPDX-License-Identifier: BSD-3-Clause */
/* Building whole messages, inner chains and the SK frame. */
#include "wire_test_bytes.h"
#include "wire_ike.h"

static const struct wire_ike_hdr HDR = {
    .spi_i = 1, .next = 99, .version = 0x20, .exchange = WIRE_IKE_SA_INIT, .flags = 8, .length = 12345};

static struct wire_ike_plds plds;

static struct base_span behind_header(struct base_span msg)
{
    struct base_reader r = base_reader(msg);
    base_read_span(&r, WIRE_IKE_HDR_BYTES);
    return base_read_rest(&r);
}

static void payloads_are_linked_and_the_length_is_final(void **state)
{
    uint8_t buf[256];
    struct wire_ike_hdr hdr;
    struct wire_ike_builder b = wire_ike_build(buf, sizeof buf, &HDR);
    wire_ike_put_ke(&b, 31, base_span("0123456789abcdef0123456789abcdef", 32));
    wire_ike_put_nonce(&b, base_span("nonce nonce nonce", 16));
    wire_ike_put_raw(&b, WIRE_IKE_P_VENDOR, base_span("v", 1));
    wire_ike_put_auth(&b, WIRE_IKE_AUTH_PSK, base_span("auth", 4));
    const struct base_span msg = wire_ike_finish(&b);
    assert_int_equal(msg.len, 28 + 40 + 20 + 5 + 12);
    assert_int_equal(wire_ike_hdr_parse(msg, &hdr), WIRE_IKE_OK);
    assert_int_equal(hdr.next, WIRE_IKE_P_KE);
    assert_int_equal(wire_ike_plds_parse(hdr.next, behind_header(msg), &plds), WIRE_IKE_OK);
    assert_int_equal(plds.count, 4);
    assert_int_equal(plds.list[1].type, WIRE_IKE_P_NONCE);
    assert_int_equal(plds.list[2].type, WIRE_IKE_P_VENDOR);
    assert_true(base_span_equal(plds.list[3].body, BYTES(2, 0, 0, 0, 'a', 'u', 't', 'h')));
}

static void a_message_without_payloads_is_its_header(void **state)
{
    uint8_t buf[WIRE_IKE_HDR_BYTES];
    struct wire_ike_hdr hdr;
    struct wire_ike_builder b = wire_ike_build(buf, sizeof buf, &HDR);
    assert_int_equal(wire_ike_hdr_parse(wire_ike_finish(&b), &hdr), WIRE_IKE_OK);
    assert_int_equal(hdr.next, WIRE_IKE_P_NONE);
}

static void a_chain_keeps_its_first_type_before_its_bytes(void **state)
{
    uint8_t buf[64];
    struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
    assert_int_equal(wire_ike_chain_first(&b), WIRE_IKE_P_NONE);
    assert_int_equal(wire_ike_chain_bytes(&b).len, 0);
    wire_ike_put_raw(&b, WIRE_IKE_P_IDI, base_span("i", 1));
    wire_ike_put_raw(&b, WIRE_IKE_P_AUTH, base_span("a", 1));
    assert_int_equal(wire_ike_chain_first(&b), WIRE_IKE_P_IDI);
    assert_true(
        base_span_equal(wire_ike_chain_bytes(&b), BYTES(WIRE_IKE_P_AUTH, 0, 0, 5, 'i', 0, 0, 0, 5, 'a')));
}

static void sk_leaves_room_and_points_at_the_inner_chain(void **state)
{
    uint8_t buf[128];
    struct wire_ike_hdr hdr;
    struct wire_ike_builder b = wire_ike_build(buf, sizeof buf, &HDR);
    wire_ike_put_raw(&b, WIRE_IKE_P_NOTIFY, base_span("nnnn", 4));
    uint8_t *iv = wire_ike_put_sk(&b, WIRE_IKE_P_IDI, 8, 20, 16);
    const struct base_span msg = wire_ike_finish(&b);
    assert_ptr_equal(iv, buf + 28 + 8 + 4);
    assert_int_equal(msg.len, 28 + 8 + 4 + 44);
    memset(iv, 0xee, 44);
    assert_int_equal(wire_ike_hdr_parse(msg, &hdr), WIRE_IKE_OK);
    assert_int_equal(wire_ike_plds_parse(hdr.next, behind_header(msg), &plds), WIRE_IKE_OK);
    assert_int_equal(plds.count, 2);
    assert_int_equal(plds.sk_first, WIRE_IKE_P_IDI);
    assert_int_equal(plds.list[1].body.len, 44);
}

static void skf_carries_its_number_before_the_room(void **state)
{
    uint8_t buf[128];
    struct wire_ike_hdr hdr;
    struct wire_ike_skf skf;
    struct wire_ike_builder b = wire_ike_build(buf, sizeof buf, &HDR);
    uint8_t *iv = wire_ike_put_skf(&b, WIRE_IKE_P_IDI, 2, 0x103, 8, 20, 16);
    const struct base_span msg = wire_ike_finish(&b);
    assert_ptr_equal(iv, buf + 28 + 4 + WIRE_IKE_SKF_BYTES);
    assert_int_equal(msg.len, 28 + 4 + 4 + 44);
    memset(iv, 0xee, 44);
    assert_int_equal(wire_ike_hdr_parse(msg, &hdr), WIRE_IKE_OK);
    assert_int_equal(hdr.next, WIRE_IKE_P_SKF);
    assert_int_equal(wire_ike_plds_parse(hdr.next, behind_header(msg), &plds), WIRE_IKE_OK);
    assert_int_equal(plds.sk_first, WIRE_IKE_P_IDI);
    assert_int_equal(wire_ike_skf_parse(plds.list[0].body, &skf), WIRE_IKE_OK);
    assert_int_equal(skf.number, 2);
    assert_int_equal(skf.total, 0x103);
    assert_int_equal(skf.body.len, 44);
    wire_ike_put_nonce(&b, base_span("nonce nonce nonce", 16));
    assert_int_equal(wire_ike_finish(&b).len, 0);
}

static void nothing_can_follow_sk(void **state)
{
    uint8_t buf[128];
    struct wire_ike_builder b = wire_ike_build(buf, sizeof buf, &HDR);
    assert_non_null(wire_ike_put_sk(&b, WIRE_IKE_P_NONE, 8, 4, 16));
    wire_ike_put_nonce(&b, base_span("nonce nonce nonce", 16));
    assert_int_equal(wire_ike_finish(&b).len, 0);
}

static void a_message_that_does_not_fit_is_empty_at_every_capacity(void **state)
{
    const size_t want = 28 + 20 + 4 + 16;
    for (size_t cap = 0; cap <= want; cap++) {
        uint8_t *buf = malloc(cap);
        struct wire_ike_builder b = wire_ike_build(buf, cap, &HDR);
        wire_ike_put_nonce(&b, base_span("nonce nonce nonce", 16));
        const uint8_t *iv = wire_ike_put_sk(&b, 0, 4, 4, 8);
        assert_true((iv != NULL) == (cap == want));
        assert_int_equal(wire_ike_finish(&b).len, cap == want ? want : 0);
        free(buf);
    }
}

static void a_chain_that_does_not_fit_is_empty_at_every_capacity(void **state)
{
    for (size_t cap = 0; cap <= 21; cap++) {
        uint8_t *buf = malloc(cap);
        struct wire_ike_builder b = wire_ike_build_chain(buf, cap);
        wire_ike_put_nonce(&b, base_span("nonce nonce nonce", 16));
        assert_int_equal(b.w.failed, cap < 21);
        assert_int_equal(wire_ike_chain_bytes(&b).len, cap < 21 ? 0 : 20);
        free(buf);
    }
}

static void messages_and_payloads_over_their_caps_are_not_built(void **state)
{
    static uint8_t buf[80000], body[UINT16_MAX];
    struct wire_ike_builder b = wire_ike_build(buf, sizeof buf, &HDR);
    wire_ike_put_raw(&b, WIRE_IKE_P_VENDOR, base_span(body, WIRE_IKE_MSG_MAX - 28 - 4));
    assert_int_equal(wire_ike_finish(&b).len, WIRE_IKE_MSG_MAX);
    b = wire_ike_build(buf, sizeof buf, &HDR);
    wire_ike_put_raw(&b, WIRE_IKE_P_VENDOR, base_span(body, WIRE_IKE_MSG_MAX - 28 - 3));
    assert_int_equal(wire_ike_finish(&b).len, 0);
    b = wire_ike_build_chain(buf, sizeof buf);
    wire_ike_put_raw(&b, WIRE_IKE_P_VENDOR, base_span(body, sizeof body));
    assert_true(b.w.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(payloads_are_linked_and_the_length_is_final),
        cmocka_unit_test(a_message_without_payloads_is_its_header),
        cmocka_unit_test(a_chain_keeps_its_first_type_before_its_bytes),
        cmocka_unit_test(sk_leaves_room_and_points_at_the_inner_chain),
        cmocka_unit_test(skf_carries_its_number_before_the_room),
        cmocka_unit_test(nothing_can_follow_sk),
        cmocka_unit_test(a_message_that_does_not_fit_is_empty_at_every_capacity),
        cmocka_unit_test(a_chain_that_does_not_fit_is_empty_at_every_capacity),
        cmocka_unit_test(messages_and_payloads_over_their_caps_are_not_built),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
