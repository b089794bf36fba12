/* SPDX-License-Identifier: BSD-3-Clause */
/* IKEv1's ID payloads, the selectors that they mean, and NAT-OA. */
#include "wire_test_bytes.h"
#include "wire_v1.h"

static struct wire_v1_id id;

static bool accepts_id(struct base_span bytes)
{
    return wire_v1_id_parse(bytes, &id) == WIRE_IKE_OK;
}

static void an_address_has_its_length(void **state)
{
    (void)state;
    assert_only_whole_accepted(accepts_id, BYTES(1, 17, 6, 165, 10, 1, 2, 3));
    assert_true(accepts_id(BYTES(1, 17, 6, 165, 10, 1, 2, 3)));
    assert_int_equal(id.protocol, 17);
    assert_int_equal(id.port, 1701);
    assert_int_equal(wire_v1_id_parse(BYTES(1, 0, 0, 0, 10, 1, 2, 3, 4), &id), WIRE_IKE_BAD_LENGTH);
    assert_int_equal(wire_v1_id_parse(BYTES(4, 0, 0, 0, 10, 1, 2, 3), &id), WIRE_IKE_BAD_LENGTH);
    assert_true(accepts_id(BYTES(2, 17, 1, 244, 'g', 'w')));
    assert_true(accepts_id(BYTES(11, 0, 0, 0)));
}

static struct base_ts ts_of(uint32_t lo, uint32_t hi)
{
    return (struct base_ts){.port_hi = 65535, .lo = base_addr_ip4(lo), .hi = base_addr_ip4(hi)};
}

static bool same_ts(const struct base_ts *a, const struct base_ts *b)
{
    return a->protocol == b->protocol && a->port_lo == b->port_lo && a->port_hi == b->port_hi &&
           base_addr_equal(&a->lo, &b->lo) && base_addr_equal(&a->hi, &b->hi);
}

/* Selector -> ID of this type -> bytes -> ID -> the same selector. */
static void expect_round(const struct base_ts *ts, uint8_t type)
{
    uint8_t data[WIRE_V1_TS_BYTES], buf[64];
    struct base_ts again;
    struct wire_v1_plds plds;
    assert_true(wire_v1_id_from_ts(ts, data, &id));
    assert_int_equal(id.type, type);
    struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
    wire_v1_put_id(&b, &id);
    assert_int_equal(wire_v1_plds_parse(5, wire_ike_chain_bytes(&b), false, &plds), WIRE_IKE_OK);
    assert_true(accepts_id(plds.list[0].body));
    assert_true(wire_v1_id_to_ts(&id, &again));
    assert_true(same_ts(ts, &again));
}

static void selectors_go_out_in_their_shortest_form_and_come_back(void **state)
{
    (void)state;
    struct base_ts t = ts_of(0x0a010203, 0x0a010203);
    expect_round(&t, WIRE_V1_ID_IP4);
    t = ts_of(0x0a010000, 0x0a01ffff);
    expect_round(&t, WIRE_V1_ID_IP4_SUBNET);
    t = ts_of(0, 0xffffffff);
    expect_round(&t, WIRE_V1_ID_IP4_SUBNET);
    t = ts_of(0x0a010001, 0x0a010002);
    expect_round(&t, WIRE_V1_ID_IP4_RANGE);
    t = ts_of(0x0a010203, 0x0a010203);
    t.protocol = 17, t.port_lo = t.port_hi = 1701;
    expect_round(&t, WIRE_V1_ID_IP4);
    struct base_prefix p;
    assert_int_equal(base_prefix_parse("2001:db8::/33", &p), 0);
    t = (struct base_ts){.port_hi = 65535};
    base_prefix_range(&p, &t.lo, &t.hi);
    expect_round(&t, WIRE_V1_ID_IP6_SUBNET);
    t.hi.bytes[15] = 0xfe;
    expect_round(&t, WIRE_V1_ID_IP6_RANGE);
}

static void what_ikev1_cannot_say_is_not_said(void **state)
{
    uint8_t data[WIRE_V1_TS_BYTES];
    struct base_ts t = ts_of(0x0a010203, 0x0a010203);
    (void)state;
    t.port_lo = 80, t.port_hi = 90;
    assert_false(wire_v1_id_from_ts(&t, data, &id));
    assert_false(wire_v1_id_from_ts(&(struct base_ts){.port_hi = 65535}, data, &id));
}

static void host_bits_of_a_subnet_are_cut_and_a_mask_with_holes_is_none(void **state)
{
    struct base_ts t;
    const struct base_ts want = ts_of(0x0a010000, 0x0a01ffff);
    (void)state;
    assert_true(accepts_id(BYTES(4, 0, 0, 0, 10, 1, 2, 3, 255, 255, 0, 0)));
    assert_true(wire_v1_id_to_ts(&id, &t));
    assert_true(same_ts(&t, &want));
    assert_true(accepts_id(BYTES(4, 0, 0, 0, 10, 1, 2, 3, 255, 0, 255, 0)));
    assert_false(wire_v1_id_to_ts(&id, &t));
    assert_true(accepts_id(BYTES(4, 0, 0, 0, 10, 1, 2, 3, 255, 253, 0, 0)));
    assert_false(wire_v1_id_to_ts(&id, &t));
    assert_true(accepts_id(BYTES(7, 0, 0, 0, 10, 1, 2, 3, 10, 1, 2, 2)));
    assert_false(wire_v1_id_to_ts(&id, &t));
    assert_true(accepts_id(BYTES(2, 0, 0, 0, 'x')));
    assert_false(wire_v1_id_to_ts(&id, &t));
}

/* What is reserved stands where an ID has protocol and port, and is not judged. */
static void an_original_address_is_one_address(void **state)
{
    const struct base_addr addrs[] = {base_addr_ip4(0xc0a8010a), {.family = BASE_AF_IP6, .bytes = {0x20, 1}}};
    static const uint8_t payloads[] = {WIRE_V1_P_NATOA, WIRE_V1_P_NATOA_DRAFT};
    struct base_addr a;
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        uint8_t buf[64];
        struct wire_v1_plds plds;
        struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
        wire_v1_put_natoa(&b, payloads[i / 2], &addrs[i % 2]);
        assert_int_equal(wire_v1_plds_parse(payloads[i / 2], wire_ike_chain_bytes(&b), false, &plds),
                         WIRE_IKE_OK);
        assert_int_equal(wire_v1_natoa_parse(plds.list[0].body, &a), WIRE_IKE_OK);
        assert_true(base_addr_equal(&a, &addrs[i % 2]));
    }
    assert_int_equal(wire_v1_natoa_parse(BYTES(1, 9, 9, 9, 10, 1, 2, 3), &a), WIRE_IKE_OK);
    assert_int_equal(wire_v1_natoa_parse(BYTES(1, 0, 0, 0, 10, 1, 2), &a), WIRE_IKE_BAD_LENGTH);
    assert_int_equal(wire_v1_natoa_parse(BYTES(1, 0, 0), &a), WIRE_IKE_SHORT);
    assert_int_equal(wire_v1_natoa_parse(BYTES(2, 0, 0, 0, 'g', 'w'), &a), WIRE_IKE_BAD_FIELD);
    assert_int_equal(wire_v1_natoa_parse(BYTES(4, 0, 0, 0, 10, 1, 2, 0, 255, 255, 255, 0), &a),
                     WIRE_IKE_BAD_FIELD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_has_its_length),
        cmocka_unit_test(selectors_go_out_in_their_shortest_form_and_come_back),
        cmocka_unit_test(what_ikev1_cannot_say_is_not_said),
        cmocka_unit_test(an_original_address_is_one_address),
        cmocka_unit_test(host_bits_of_a_subnet_are_cut_and_a_mask_with_holes_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
