/* SPDX-License-Identifier: BSD-3-Clause */
/* Vendor IDs of IKEv1. */
#include "wire_test_bytes.h"
#include "wire_v1.h"

/* What is sent for it. */
static struct base_span sent(enum wire_v1_vendor v)
{
    static uint8_t buf[64];
    static struct wire_v1_plds plds;
    struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
    wire_v1_put_vendor(&b, v);
    assert_int_equal(wire_v1_plds_parse(WIRE_V1_P_VENDOR, wire_ike_chain_bytes(&b), false, &plds),
                     WIRE_IKE_OK);
    return plds.list[0].body;
}

static void each_is_found_by_what_is_sent_for_it(void **state)
{
    (void)state;
    for (enum wire_v1_vendor v = WIRE_V1_V_NONE + 1; v < WIRE_V1_V_COUNT; v++)
        assert_int_equal(wire_v1_vendor_find(sent(v)), v);
}

/* RFC 3947 3.1, RFC 3706 5.1 and draft-beaulieu-ike-xauth-02 5 write them out. */
static void they_are_those_of_the_documents(void **state)
{
    (void)state;
    assert_int_equal(wire_v1_vendor_find(BYTES(0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45, 0x5c, 0x57,
                                               0x28, 0xf2, 0x0e, 0x95, 0x45, 0x2f)),
                     WIRE_V1_V_NATT_RFC);
    assert_int_equal(wire_v1_vendor_find(BYTES(0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9, 0x6b, 0x86,
                                               0x96, 0xfc, 0x77, 0x57, 0x01, 0x00)),
                     WIRE_V1_V_DPD);
    assert_int_equal(wire_v1_vendor_find(BYTES(0x09, 0x00, 0x26, 0x89, 0xdf, 0xd6, 0xb7, 0x12)),
                     WIRE_V1_V_XAUTH);
}

static void versions_and_capabilities_behind_them_are_not_compared(void **state)
{
    uint8_t frag[21];
    (void)state;
    memcpy(frag, sent(WIRE_V1_V_FRAGMENTATION).ptr, 20);
    assert_int_equal(wire_v1_vendor_find(base_span(frag, 16)), WIRE_V1_V_FRAGMENTATION); /* Windows */
    frag[16] = 0xc0;
    assert_int_equal(wire_v1_vendor_find(base_span(frag, 20)), WIRE_V1_V_FRAGMENTATION); /* Cisco */
    assert_int_equal(wire_v1_vendor_find(base_span(frag, 21)), WIRE_V1_V_NONE);
    assert_int_equal(wire_v1_vendor_find(base_span(frag, 15)), WIRE_V1_V_NONE);
    frag[3] ^= 1;
    assert_int_equal(wire_v1_vendor_find(base_span(frag, 20)), WIRE_V1_V_NONE);
    assert_int_equal(wire_v1_vendor_find(BASE_SPAN_NONE), WIRE_V1_V_NONE);
}

static void none_is_not_sent(void **state)
{
    uint8_t buf[64];
    (void)state;
    struct wire_ike_builder b = wire_ike_build_chain(buf, sizeof buf);
    wire_v1_put_vendor(&b, WIRE_V1_V_DPD);
    assert_int_equal(wire_ike_chain_bytes(&b).len, 20);
    wire_v1_put_vendor(&b, WIRE_V1_V_NONE);
    assert_true(b.w.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_found_by_what_is_sent_for_it),
        cmocka_unit_test(they_are_those_of_the_documents),
        cmocka_unit_test(versions_and_capabilities_behind_them_are_not_compared),
        cmocka_unit_test(none_is_not_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
