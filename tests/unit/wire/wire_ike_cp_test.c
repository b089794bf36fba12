/* SPDX-License-Identifier: BSD-3-Clause */
/* Configuration payloads. */
#include "wire_test_bytes.h"
#include "wire_ike_cp.h"

static struct wire_ike_cfg c;

static bool accepts_cfg(struct base_span bytes)
{
    return wire_ike_cfg_parse(bytes, &c) == WIRE_IKE_OK;
}

static struct base_addr ip4(uint8_t last)
{
    return base_addr_ip4(0x0a010200u | last);
}

/* As Windows 10 asks: ADDR DNS NBNS 23456 ADDR6 DNS6 23457. */
static void what_windows_asks_is_read(void **state)
{
    assert_true(accepts_cfg(BYTES(1, 0, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0x5b, 0xa0, 0, 0, 0, 8, 0,
                                  0, 0, 10, 0, 0, 0x5b, 0xa1, 0, 0)));
    static const uint16_t asked[] = {1, 3, 4, 23456, 8, 10, 23457};
    assert_int_equal(c.kind, WIRE_IKE_CFG_REQUEST);
    assert_int_equal(c.count, 7);
    assert_int_equal(c.skipped, 0);
    for (size_t i = 0; i < c.count; i++) {
        assert_int_equal(c.list[i].type, asked[i]);
        assert_int_equal(c.list[i].addr.family, BASE_AF_NONE);
    }
}

static void values_are_read_by_their_type(void **state)
{
    const struct base_addr a4 = ip4(9), net4 = base_addr_ip4(0x0a010000);
    assert_true(
        accepts_cfg(BYTES(2, 9, 9, 9, 0x80, 1, 0, 4, 10, 1, 2, 9,   /* the reserved bit is set */
                          0, 13, 0, 8, 10, 1, 0, 0, 255, 255, 0, 0, /* 10.1.0.0/16 */
                          0, 8, 0, 17, 0x20, 1, 13, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 64, /* */
                          0, 25, 0, 3, 'a', '.', 'b')));
    assert_int_equal(c.count, 4);
    assert_int_equal(c.list[0].type, WIRE_IKE_CFG_IP4_ADDRESS);
    assert_true(base_addr_equal(&c.list[0].addr, &a4));
    assert_int_equal(c.list[0].len, 32);
    assert_true(base_addr_equal(&c.list[1].addr, &net4));
    assert_int_equal(c.list[1].len, 16);
    assert_int_equal(c.list[2].addr.family, BASE_AF_IP6);
    assert_int_equal(c.list[2].addr.bytes[15], 7);
    assert_int_equal(c.list[2].len, 64);
    assert_true(base_span_equal(c.list[3].text, base_span("a.b", 3)));
}

static void an_ipv6_address_may_lack_its_prefix_and_a_subnet_may_not(void **state)
{
    uint8_t body[] = {1, 0, 0, 0, 0, 8, 0, 16, 0x20, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    assert_true(accepts_cfg(base_span(body, sizeof body)));
    assert_int_equal(c.list[0].len, 128);
    body[5] = WIRE_IKE_CFG_IP6_SUBNET;
    assert_int_equal(wire_ike_cfg_parse(base_span(body, sizeof body), &c), WIRE_IKE_BAD_LENGTH);
}

/* RFC 7296 3.15.1: unknown attributes do not make a request fail, however many there are. */
static void unknown_attributes_are_skipped_and_counted(void **state)
{
    static uint8_t body[4 + 400 * 4 + 4] = {1};
    for (size_t i = 0; i < 400; i++)
        body[4 + 4 * i] = 0x7f;
    body[4 + 400 * 4 + 1] = WIRE_IKE_CFG_IP4_ADDRESS;
    assert_true(accepts_cfg(base_span(body, sizeof body)));
    assert_int_equal(c.skipped, 400);
    assert_int_equal(c.count, 1);
    assert_true(accepts_cfg(BYTES(1, 0, 0, 0, 0x70, 2, 0, 3, 1, 2, 3)));
    assert_int_equal(c.skipped, 1);
}

static void more_than_the_cap_is_skipped(void **state)
{
    static uint8_t body[4 + 4 * (WIRE_IKE_CFG_MAX + 9)] = {1};
    for (size_t i = 0; i < WIRE_IKE_CFG_MAX + 9; i++)
        body[4 + 4 * i + 1] = WIRE_IKE_CFG_IP4_DNS;
    assert_true(accepts_cfg(base_span(body, sizeof body)));
    assert_int_equal(c.count, WIRE_IKE_CFG_MAX);
    assert_int_equal(c.skipped, 9);
}

static void a_mask_with_holes_and_a_prefix_beyond_the_address_are_skipped(void **state)
{
    assert_true(
        accepts_cfg(BYTES(2, 0, 0, 0, 0, 13, 0, 8, 10, 1, 0, 0, 255, 0, 255, 0, /* */
                          0, 13, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 13, 0, 8, 1, 2, 3, 4, 255, 255, 255, 255)));
    assert_int_equal(c.skipped, 1);
    assert_int_equal(c.count, 2);
    assert_int_equal(c.list[0].len, 0);
    assert_int_equal(c.list[1].len, 32);
    assert_true(accepts_cfg(
        BYTES(2, 0, 0, 0, 0, 8, 0, 17, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 129)));
    assert_int_equal(c.skipped, 1);
}

static void known_attributes_have_the_size_that_they_must_have(void **state)
{
    assert_int_equal(wire_ike_cfg_parse(BYTES(1, 0, 0, 0, 0, 1, 0, 3, 1, 2, 3), &c), WIRE_IKE_BAD_LENGTH);
    assert_int_equal(wire_ike_cfg_parse(BYTES(1, 0, 0, 0, 0, 1, 0, 5, 1, 2, 3, 4, 5), &c),
                     WIRE_IKE_BAD_LENGTH);
    assert_int_equal(wire_ike_cfg_parse(BYTES(1, 0, 0, 0, 0, 10, 0, 4, 1, 2, 3, 4), &c), WIRE_IKE_BAD_LENGTH);
    assert_int_equal(wire_ike_cfg_parse(BYTES(1, 0, 0, 0, 0, 13, 0, 4, 1, 2, 3, 4), &c), WIRE_IKE_BAD_LENGTH);
    assert_int_equal(wire_ike_cfg_parse(BYTES(1, 0, 0, 0, 0, 1, 0, 9, 1, 2, 3, 4), &c), WIRE_IKE_SHORT);
    assert_int_equal(wire_ike_cfg_parse(BYTES(1, 0, 0), &c), WIRE_IKE_SHORT);
}

static void truncation_and_flips_do_no_harm(void **state)
{
    const struct base_span body = BYTES(1, 0, 0, 0, 0, 13, 0, 8, 10, 1, 0, 0, 255, 255, 0, 0);
    assert_true(accepts_copy(accepts_cfg, body.ptr, body.len));
    for (size_t len = 0; len < body.len; len++)
        assert_true(accepts_copy(accepts_cfg, body.ptr, len) == (len == 4));
    count_accepted_flips(accepts_cfg, body);
}

static void a_reply_survives_a_round_trip(void **state)
{
    uint8_t buf[256];
    struct wire_ike_cfg in = {.kind = WIRE_IKE_CFG_REPLY};
    struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
    wire_ike_cfg_add(&in, &(struct wire_ike_cfg_attr){.type = WIRE_IKE_CFG_IP4_ADDRESS, .addr = ip4(7)});
    wire_ike_cfg_add(&in, &(struct wire_ike_cfg_attr){WIRE_IKE_CFG_IP4_SUBNET, 23, ip4(0), BASE_SPAN_NONE});
    wire_ike_cfg_add(
        &in, &(struct wire_ike_cfg_attr){
                 WIRE_IKE_CFG_IP6_SUBNET, 56, {.family = BASE_AF_IP6, .bytes = {0x20, 1}}, BASE_SPAN_NONE});
    wire_ike_cfg_add(&in, &(struct wire_ike_cfg_attr){.type = WIRE_IKE_CFG_IP6_DNS});
    wire_ike_cfg_add(&in, &(struct wire_ike_cfg_attr){.type = WIRE_IKE_CFG_DNS_DOMAIN,
                                                      .text = base_span("corp.example", 12)});
    wire_ike_put_cfg(&b, &in);
    const struct base_span bytes = wire_ike_chain_bytes(&b);
    assert_true(accepts_cfg(base_span(bytes.ptr + 4, bytes.len - 4)));
    assert_int_equal(c.kind, WIRE_IKE_CFG_REPLY);
    assert_int_equal(c.count, in.count);
    assert_int_equal(c.list[1].len, 23);
    assert_int_equal(c.list[2].len, 56);
    assert_int_equal(c.list[3].addr.family, BASE_AF_NONE);
    assert_true(base_span_equal(c.list[4].text, base_span("corp.example", 12)));
    assert_ptr_equal(wire_ike_cfg_find(&c, WIRE_IKE_CFG_DNS_DOMAIN, 0), &c.list[4]);
    assert_null(wire_ike_cfg_find(&c, WIRE_IKE_CFG_DNS_DOMAIN, 1));
}

static void what_no_parser_would_take_fails_the_writer(void **state)
{
    uint8_t buf[64];
    struct wire_ike_cfg in = {.kind = WIRE_IKE_CFG_REPLY};
    wire_ike_cfg_add(&in, &(struct wire_ike_cfg_attr){.type = WIRE_IKE_CFG_IP6_DNS, .addr = ip4(1)});
    struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
    wire_ike_put_cfg(&b, &in);
    assert_true(b.w.failed);
    in.list[0].type = 999;
    b = wire_ike_build_chain(buf, sizeof buf);
    wire_ike_put_cfg(&b, &in);
    assert_true(b.w.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_windows_asks_is_read),
        cmocka_unit_test(values_are_read_by_their_type),
        cmocka_unit_test(an_ipv6_address_may_lack_its_prefix_and_a_subnet_may_not),
        cmocka_unit_test(unknown_attributes_are_skipped_and_counted),
        cmocka_unit_test(more_than_the_cap_is_skipped),
        cmocka_unit_test(a_mask_with_holes_and_a_prefix_beyond_the_address_are_skipped),
        cmocka_unit_test(known_attributes_have_the_size_that_they_must_have),
        cmocka_unit_test(truncation_and_flips_do_no_harm),
        cmocka_unit_test(a_reply_survives_a_round_trip),
        cmocka_unit_test(what_no_parser_would_take_fails_the_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
