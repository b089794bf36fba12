/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses of Ethernet. */
#include "wire_test_bytes.h"
#include "wire_eth.h"

static void hosts_own_neither_group_nor_zero_addresses(void **state)
{
    assert_true(wire_mac_is_unicast((const uint8_t[]){2, 0, 0, 0, 0, 1}));
    assert_false(wire_mac_is_unicast((const uint8_t[]){0, 0, 0, 0, 0, 0}));
    assert_false(wire_mac_is_unicast((const uint8_t[]){0x33, 0x33, 0, 0, 0, 1}));
    assert_false(wire_mac_is_unicast((const uint8_t[]){255, 255, 255, 255, 255, 255}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_own_neither_group_nor_zero_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
