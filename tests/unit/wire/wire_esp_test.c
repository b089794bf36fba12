/* SPDX-License-Identifier: BSD-3-Clause */
/* ESP geometry for counter-mode and block ciphers, trailers, AAD. */
#include "wire_test_bytes.h"
#include "wire_esp.h"

static const struct wire_esp_geom GCM = {.iv_len = 8, .icv_len = 16, .block = 1};
static const struct wire_esp_geom CBC = {.iv_len = 16, .icv_len = 16, .block = 16};
static const struct wire_esp_geom *const GEOMS[] = {&GCM, &CBC};

static const struct wire_esp_geom *geom;
static struct wire_esp_view esp;

static bool accepts_esp(struct base_span bytes)
{
    return wire_esp_parse(geom, bytes, &esp) == WIRE_PKT_OK;
}

static void sizes_of_known_packets_are_right(void **state)
{
    /* 20-byte inner packet, AES-GCM: 8 + 8 + (20 + 2 pad + 2) + 16. */
    assert_int_equal(wire_esp_pad_len(&GCM, 20), 2);
    assert_int_equal(wire_esp_len(&GCM, 20), 56);
    /* The same with AES-CBC and a 16-byte ICV: 8 + 16 + 32 + 16. */
    assert_int_equal(wire_esp_pad_len(&CBC, 20), 10);
    assert_int_equal(wire_esp_len(&CBC, 20), 72);
    assert_int_equal(wire_esp_outer_len(BASE_AF_IP4, true), 28);
    assert_int_equal(wire_esp_outer_len(BASE_AF_IP4, false), 20);
    assert_int_equal(wire_esp_outer_len(BASE_AF_IP6, true), 48);
    /* 1500 - 20 - 8 - 8 - 8 - 16 = 1440, a multiple of 4, less the trailer. */
    assert_int_equal(wire_esp_max_inner(&GCM, 1500, BASE_AF_IP4, true), 1438);
    assert_int_equal(wire_esp_max_inner(&CBC, 1500, BASE_AF_IP4, true), 1422);
}

static void padding_is_the_least_that_aligns(void **state)
{
    for (size_t g = 0; g < 2; g++) {
        const size_t align = wire_esp_align(GEOMS[g]);
        for (size_t inner = 0; inner < 9001; inner++) {
            assert_true(wire_esp_pad_len(GEOMS[g], inner) < align);
            assert_int_equal(wire_esp_cipher_len(GEOMS[g], inner) % align, 0);
        }
    }
}

static void the_largest_inner_packet_fits_and_one_more_byte_does_not(void **state)
{
    for (size_t g = 0; g < 2; g++) {
        for (unsigned outer = 0; outer < 4; outer++) {
            const enum base_family family = outer & 1 ? BASE_AF_IP6 : BASE_AF_IP4;
            const bool encap = outer & 2;
            for (size_t mtu = 576; mtu <= 9000; mtu++) {
                const size_t inner = wire_esp_max_inner(GEOMS[g], mtu, family, encap);
                const size_t head = wire_esp_outer_len(family, encap);
                assert_true(head + wire_esp_len(GEOMS[g], inner) <= mtu);
                assert_true(head + wire_esp_len(GEOMS[g], inner + 1) > mtu);
            }
        }
    }
}

static void an_mtu_without_room_gives_zero(void **state)
{
    for (size_t mtu = 0; mtu < 20 + 8 + 8 + 8 + 16 + 4; mtu++)
        assert_int_equal(wire_esp_max_inner(&GCM, mtu, BASE_AF_IP4, true), 0);
}

static void a_packet_is_split_between_iv_and_icv(void **state)
{
    uint8_t bytes[8 + 8 + 4 + 16];
    for (uint8_t i = 0; i < sizeof bytes; i++)
        bytes[i] = i;
    geom = &GCM;
    assert_true(accepts_esp(base_span(bytes, sizeof bytes)));
    assert_int_equal(wire_be32(esp.hdr->spi_be), 0x00010203);
    assert_int_equal(wire_be32(esp.hdr->seq_be), 0x04050607);
    assert_ptr_equal(esp.iv.ptr, bytes + 8);
    assert_ptr_equal(esp.cipher.ptr, bytes + 16);
    assert_int_equal(esp.cipher.len, 4);
    assert_int_equal(esp.icv.len, 16);
    assert_only_whole_accepted(accepts_esp, base_span(bytes, sizeof bytes));
}

static void ciphertext_must_be_whole_blocks(void **state)
{
    static const uint8_t zero[8 + 16 + 64 + 16];
    for (size_t g = 0; g < 2; g++) {
        geom = GEOMS[g];
        const size_t fixed = 8u + geom->iv_len + geom->icv_len;
        for (size_t cipher = 2; cipher <= 64; cipher++)
            assert_int_equal(wire_esp_parse(geom, base_span(zero, fixed + cipher), &esp),
                             cipher % wire_esp_align(geom) ? WIRE_PKT_BAD_LENGTH : WIRE_PKT_OK);
    }
}

static void every_trailer_is_read_back(void **state)
{
    for (size_t pad = 0; pad <= 255; pad++) {
        uint8_t plain[3 + 255 + 2] = {1, 2, 3};
        struct base_span inner;
        uint8_t next;
        wire_esp_write_trailer(plain + 3, pad, WIRE_PROTO_IP4);
        assert_int_equal(wire_esp_read_trailer(base_span(plain, 3 + pad + 2), &inner, &next), WIRE_PKT_OK);
        assert_int_equal(next, WIRE_PROTO_IP4);
        assert_ptr_equal(inner.ptr, plain);
        assert_int_equal(inner.len, 3);
        for (size_t i = 0; i < pad; i++) {
            plain[3 + i] ^= 1;
            assert_int_equal(wire_esp_read_trailer(base_span(plain, 3 + pad + 2), &inner, &next),
                             WIRE_PKT_BAD_FIELD);
            plain[3 + i] ^= 1;
        }
    }
}

static void padding_longer_than_the_packet_is_refused(void **state)
{
    struct base_span inner;
    uint8_t next;
    assert_int_equal(wire_esp_read_trailer(BYTES(1, 3, 4), &inner, &next), WIRE_PKT_BAD_LENGTH);
    assert_int_equal(wire_esp_read_trailer(BYTES(1, 2, 2, 4), &inner, &next), WIRE_PKT_OK);
    assert_int_equal(inner.len, 0);
    assert_int_equal(wire_esp_read_trailer(BYTES(4), &inner, &next), WIRE_PKT_SHORT);
    assert_int_equal(wire_esp_read_trailer(BASE_SPAN_NONE, &inner, &next), WIRE_PKT_SHORT);
}

static void aad_holds_the_high_sequence_half_with_esn_only(void **state)
{
    uint8_t aad[WIRE_ESP_AAD_MAX];
    const uint32_t spi_be = wire_be32(0xc1020304);
    assert_int_equal(wire_esp_aad(aad, spi_be, 0x1112131421222324, false), 8);
    assert_true(base_span_equal(base_span(aad, 8), BYTES(0xc1, 2, 3, 4, 0x21, 0x22, 0x23, 0x24)));
    assert_int_equal(wire_esp_aad(aad, spi_be, 0x1112131421222324, true), 12);
    assert_true(base_span_equal(base_span(aad, 12),
                                BYTES(0xc1, 2, 3, 4, 0x11, 0x12, 0x13, 0x14, 0x21, 0x22, 0x23, 0x24)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_of_known_packets_are_right),
        cmocka_unit_test(padding_is_the_least_that_aligns),
        cmocka_unit_test(the_largest_inner_packet_fits_and_one_more_byte_does_not),
        cmocka_unit_test(an_mtu_without_room_gives_zero),
        cmocka_unit_test(a_packet_is_split_between_iv_and_icv),
        cmocka_unit_test(ciphertext_must_be_whole_blocks),
        cmocka_unit_test(every_trailer_is_read_back),
        cmocka_unit_test(padding_longer_than_the_packet_is_refused),
        cmocka_unit_test(aad_holds_the_high_sequence_half_with_esn_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
