/* SPDX-License-Identifier: BSD-3-Clause */
/* ARP messages. */
#include "wire_test_bytes.h"
#include "wire_arp.h"

/* Who has 192.0.2.2? Tell 192.0.2.1. */
static const uint8_t REQUEST[] = {0,   1, 8, 0, 6, 4, 0, 1, 2, 0, 0,   0, 0, 9,
                                  192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 192, 0, 2, 2};

static const struct wire_arp *arp;

static bool accepts_arp(struct base_span bytes)
{
    const struct wire_arp *a;
    return wire_arp_parse(bytes, &a) == WIRE_PKT_OK;
}

static enum wire_pkt_err with(size_t at, uint8_t value)
{
    static uint8_t bytes[sizeof REQUEST];
    memcpy(bytes, REQUEST, sizeof REQUEST);
    bytes[at] = value;
    return wire_arp_parse(base_span(bytes, sizeof bytes), &arp);
}

static void a_request_is_read_in_place(void **state)
{
    assert_int_equal(wire_arp_parse(base_span(REQUEST, sizeof REQUEST), &arp), WIRE_PKT_OK);
    assert_ptr_equal(arp, REQUEST);
    assert_int_equal(wire_be16(arp->op_be), WIRE_ARP_REQUEST);
    assert_int_equal(wire_be32(arp->sender_be), 0xc0000201);
    assert_int_equal(wire_be32(arp->target_be), 0xc0000202);
}

static void a_truncated_message_is_refused_and_padding_is_not(void **state)
{
    uint8_t padded[46] = {0};
    assert_only_whole_accepted(accepts_arp, base_span(REQUEST, sizeof REQUEST));
    memcpy(padded, REQUEST, sizeof REQUEST);
    assert_true(accepts_arp(base_span(padded, sizeof padded)));
}

static void other_hardware_protocols_and_operations_are_refused(void **state)
{
    assert_int_equal(with(1, 6), WIRE_PKT_BAD_FIELD);
    assert_int_equal(with(2, 0x86), WIRE_PKT_BAD_FIELD);
    assert_int_equal(with(4, 8), WIRE_PKT_BAD_FIELD);
    assert_int_equal(with(5, 16), WIRE_PKT_BAD_FIELD);
    assert_int_equal(with(7, 2), WIRE_PKT_OK);
    assert_int_equal(with(7, 3), WIRE_PKT_BAD_FIELD);
    assert_int_equal(with(7, 0), WIRE_PKT_BAD_FIELD);
}

static void a_sender_that_cannot_own_its_address_is_refused(void **state)
{
    assert_int_equal(with(8, 3), WIRE_PKT_BAD_FIELD);
}

static void built_messages_have_the_same_octets(void **state)
{
    struct wire_arp a;
    const uint8_t mac[6] = {2, 0, 0, 0, 0, 9};
    wire_arp_build(&a, WIRE_ARP_REQUEST, mac, wire_be32(0xc0000201), NULL, wire_be32(0xc0000202));
    assert_memory_equal(&a, REQUEST, sizeof REQUEST);
    wire_arp_build(&a, WIRE_ARP_REPLY, mac, wire_be32(0xc0000201), mac, wire_be32(0xc0000202));
    assert_int_equal(wire_be16(a.op_be), WIRE_ARP_REPLY);
    assert_memory_equal(a.target_mac, mac, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_read_in_place),
        cmocka_unit_test(a_truncated_message_is_refused_and_padding_is_not),
        cmocka_unit_test(other_hardware_protocols_and_operations_are_refused),
        cmocka_unit_test(a_sender_that_cannot_own_its_address_is_refused),
        cmocka_unit_test(built_messages_have_the_same_octets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
