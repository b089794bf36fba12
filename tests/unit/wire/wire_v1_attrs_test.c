/* SPDX-License-Identifier: BSD-3-Clause */
/* Attributes payloads: XAUTH and mode-config. */
#include "wire_test_bytes.h"
#include "wire_v1.h"
#include "wire_v1_attrs.h"

static struct wire_v1_attrs a;

static bool accepts_attrs(struct base_span bytes)
{
    return wire_v1_attrs_parse(bytes, &a) == WIRE_IKE_OK;
}

static void a_login_is_asked_for_and_answered(void **state)
{
    uint8_t buf[128];
    struct wire_v1_plds plds;
    (void)state;
    assert_false(accepts_attrs(BYTES(1, 0, 0x12)));
    assert_false(accepts_attrs(BYTES(1, 0, 0x12, 0x34, 0x40, 0x89, 0)));
    assert_false(accepts_attrs(BYTES(1, 0, 0x12, 0x34, 0x40, 0x8a, 0, 2, 'x')));
    /* strongSwan asks for a name and a password */
    assert_true(accepts_attrs(BYTES(1, 0, 0x12, 0x34, 0x40, 0x89, 0, 0, 0x40, 0x8a, 0, 0)));
    assert_int_equal(a.kind, WIRE_V1_ATTRS_REQUEST);
    assert_int_equal(a.id, 0x1234);
    assert_int_equal(a.count, 2);
    assert_true(wire_v1_attrs_is_xauth(&a));
    assert_non_null(wire_v1_attrs_find(&a, WIRE_V1_ATTR_XAUTH_PASSWORD));
    assert_null(wire_v1_attrs_find(&a, WIRE_V1_ATTR_XAUTH_STATUS));
    struct wire_v1_attrs reply = {.kind = WIRE_V1_ATTRS_REPLY, .id = a.id};
    wire_v1_attrs_add_short(&reply, WIRE_V1_ATTR_XAUTH_TYPE, 0);
    wire_v1_attrs_add_long(&reply, WIRE_V1_ATTR_XAUTH_USER, BYTES('a', 'n', 'n'));
    struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
    wire_v1_put_attrs(&b, &reply);
    assert_int_equal(wire_v1_plds_parse(14, wire_ike_chain_bytes(&b), false, &plds), WIRE_IKE_OK);
    assert_true(base_span_equal(plds.list[0].body,
                                BYTES(2, 0, 0x12, 0x34, 0xc0, 0x88, 0, 0, 0x40, 0x89, 0, 3, 'a', 'n', 'n')));
}

static void a_number_is_short_or_of_up_to_four_bytes(void **state)
{
    uint32_t n;
    (void)state;
    assert_true(accepts_attrs(BYTES(3, 0, 0, 0, 0xc0, 0x8f, 0, 1, 0x40, 0x8f, 0, 4, 0, 0, 0, 9)));
    assert_true(wire_v1_attr_number(&a.list[0], &n));
    assert_int_equal(n, 1);
    assert_true(wire_v1_attr_number(&a.list[1], &n));
    assert_int_equal(n, 9);
    assert_true(accepts_attrs(BYTES(3, 0, 0, 0, 0x40, 0x8f, 0, 5, 0, 0, 0, 0, 9, 0x40, 0x8f, 0, 0)));
    assert_false(wire_v1_attr_number(&a.list[0], &n));
    assert_false(wire_v1_attr_number(&a.list[1], &n));
}

static void inner_addresses_are_read_as_ikev2s(void **state)
{
    static struct wire_ike_cfg c;
    const struct base_addr want = base_addr_ip4(0x0a090001);
    (void)state;
    assert_true(
        accepts_attrs(BYTES(2, 0, 0, 7, 0, 1, 0, 4, 10, 9, 0, 1, 0, 3, 0, 0, 0x70, 4, 0, 14, 10, 1, 0, 0, 255,
                            255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 3, 1, 2, 3, 0x80, 1, 0, 0)));
    assert_false(wire_v1_attrs_is_xauth(&a));
    wire_v1_attrs_to_cfg(&a, &c);
    assert_int_equal(c.kind, WIRE_IKE_CFG_REPLY);
    assert_int_equal(c.count, 2);
    assert_true(base_addr_equal(&c.list[0].addr, &want));
    assert_int_equal(c.list[1].type, WIRE_IKE_CFG_IP4_DNS);
    assert_int_equal(c.list[1].addr.family, BASE_AF_NONE);
    assert_int_equal(c.skipped, 3); /* Unity's, a name server of three bytes, and an address of two */
}

static void more_than_the_cap_is_skipped(void **state)
{
    static uint8_t body[4 + 4 * (WIRE_V1_ATTRS_MAX + 9)] = {1};
    (void)state;
    assert_true(accepts_attrs(base_span(body, sizeof body)));
    assert_int_equal(a.count, WIRE_V1_ATTRS_MAX);
    assert_int_equal(a.skipped, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_login_is_asked_for_and_answered),
        cmocka_unit_test(a_number_is_short_or_of_up_to_four_bytes),
        cmocka_unit_test(inner_addresses_are_read_as_ikev2s),
        cmocka_unit_test(more_than_the_cap_is_skipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
