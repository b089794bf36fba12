/* SPDX-License-Identifier: BSD-3-Clause */
/* ESP geometry for counter-mode and block ciphers. */
#include "wire_test_bytes.h"
#include "wire_esp.h"

static const struct wire_esp_geom GCM = {.iv_len = 8, .icv_len = 16, .block = 1};
static const struct wire_esp_geom CBC = {.iv_len = 16, .icv_len = 16, .block = 16};
static const struct wire_esp_geom *const GEOMS[] = {&GCM, &CBC};

/* Of the whole ESP packet: header, IV, inner packet, padding, trailer, ICV (RFC 4303 2). */
static size_t esp_len(const struct wire_esp_geom *g, size_t inner)
{
    const size_t align = wire_esp_align(g),
                 sealed = (inner + WIRE_ESP_TRAILER_BYTES + align - 1) / align * align;
    return WIRE_ESP_BYTES + g->iv_len + sealed + g->icv_len;
}

static void sizes_of_known_packets_are_right(void **state)
{
    /* 20-byte inner packet, AES-GCM: 8 + 8 + (20 + 2 pad + 2) + 16. */
    assert_int_equal(esp_len(&GCM, 20), 56);
    /* The same with AES-CBC and a 16-byte ICV: 8 + 16 + 32 + 16. */
    assert_int_equal(esp_len(&CBC, 20), 72);
    assert_int_equal(wire_esp_outer_len(BASE_AF_IP4, true), 28);
    assert_int_equal(wire_esp_outer_len(BASE_AF_IP4, false), 20);
    assert_int_equal(wire_esp_outer_len(BASE_AF_IP6, true), 48);
    /* 1500 - 20 - 8 - 8 - 8 - 16 = 1440, a multiple of 4, less the trailer. */
    assert_int_equal(wire_esp_max_inner(&GCM, 1500, wire_esp_outer_len(BASE_AF_IP4, true)), 1438);
    assert_int_equal(wire_esp_max_inner(&CBC, 1500, wire_esp_outer_len(BASE_AF_IP4, true)), 1422);
}

static void the_largest_inner_packet_fits_and_one_more_byte_does_not(void **state)
{
    for (size_t g = 0; g < 2; g++) {
        for (unsigned outer = 0; outer < 4; outer++) {
            const enum base_family family = outer & 1 ? BASE_AF_IP6 : BASE_AF_IP4;
            const bool encap = outer & 2;
            for (size_t mtu = 576; mtu <= 9000; mtu++) {
                const size_t inner = wire_esp_max_inner(GEOMS[g], mtu, wire_esp_outer_len(family, encap));
                const size_t head = wire_esp_outer_len(family, encap);
                assert_true(head + esp_len(GEOMS[g], inner) <= mtu);
                assert_true(head + esp_len(GEOMS[g], inner + 1) > mtu);
            }
        }
    }
}

static void an_mtu_without_room_gives_zero(void **state)
{
    for (size_t mtu = 0; mtu < 20 + 8 + 8 + 8 + 16 + 4; mtu++)
        assert_int_equal(wire_esp_max_inner(&GCM, mtu, wire_esp_outer_len(BASE_AF_IP4, true)), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_of_known_packets_are_right),
        cmocka_unit_test(the_largest_inner_packet_fits_and_one_more_byte_does_not),
        cmocka_unit_test(an_mtu_without_room_gives_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
