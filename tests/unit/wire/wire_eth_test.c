/* SPDX-License-Identifier: BSD-3-Clause */
/* Ethernet frames, with and without a VLAN tag. */
#include "wire_test_bytes.h"
#include "wire_eth.h"

static struct wire_eth_view eth;

static bool accepts_eth(struct base_span bytes)
{
    return wire_eth_parse(bytes, &eth) == WIRE_PKT_OK;
}

static void an_untagged_frame_is_split(void **state)
{
    assert_true(accepts_eth(BYTES(2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0)));
    assert_int_equal(eth.type, WIRE_ETH_IP4);
    assert_false(eth.is_tagged);
    assert_int_equal(eth.vlan_id, 0);
    assert_int_equal(eth.payload.len, 2);
    assert_int_equal(eth.payload.ptr[0], 0x45);
}

static void a_tag_gives_its_vlan_without_priority(void **state)
{
    assert_true(
        accepts_eth(BYTES(2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0, 0xe1, 0x23, 0x86, 0xdd, 0x60)));
    assert_true(eth.is_tagged);
    assert_int_equal(eth.vlan_id, 0x123);
    assert_int_equal(eth.type, WIRE_ETH_IP6);
    assert_int_equal(eth.payload.len, 1);
}

static void a_second_tag_shows_as_type(void **state)
{
    assert_true(accepts_eth(BYTES(2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0, 0, 1, 0x81, 0, 0, 2, 8, 0)));
    assert_int_equal(eth.type, WIRE_ETH_VLAN);
}

static void truncated_headers_are_refused(void **state)
{
    assert_only_whole_accepted(accepts_eth, BYTES(2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0));
    const struct base_span tagged = BYTES(2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0, 0, 1, 8, 0);
    for (size_t len = 0; len < tagged.len; len++)
        assert_false(accepts_copy(accepts_eth, tagged.ptr, len));
}

static void a_built_header_is_read_back(void **state)
{
    uint8_t frame[WIRE_ETH_BYTES];
    const uint8_t dst[6] = {1, 2, 3, 4, 5, 6}, src[6] = {6, 5, 4, 3, 2, 1};
    wire_eth_build((struct wire_eth *)frame, dst, src, WIRE_ETH_ARP);
    assert_true(accepts_eth(base_span(frame, sizeof frame)));
    assert_int_equal(eth.type, WIRE_ETH_ARP);
    assert_memory_equal(eth.hdr->dst, dst, 6);
    assert_memory_equal(eth.hdr->src, src, 6);
}

static void hosts_own_neither_group_nor_zero_addresses(void **state)
{
    assert_true(wire_mac_is_unicast((const uint8_t[]){2, 0, 0, 0, 0, 1}));
    assert_false(wire_mac_is_unicast((const uint8_t[]){0, 0, 0, 0, 0, 0}));
    assert_false(wire_mac_is_unicast((const uint8_t[]){0x33, 0x33, 0, 0, 0, 1}));
    assert_true(wire_mac_is_group((const uint8_t[]){255, 255, 255, 255, 255, 255}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_untagged_frame_is_split),
        cmocka_unit_test(a_tag_gives_its_vlan_without_priority),
        cmocka_unit_test(a_second_tag_shows_as_type),
        cmocka_unit_test(truncated_headers_are_refused),
        cmocka_unit_test(a_built_header_is_read_back),
        cmocka_unit_test(hosts_own_neither_group_nor_zero_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
