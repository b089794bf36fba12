/* SPDX-License-Identifier: BSD-3-Clause */
/* Checksums against a plain reading of RFC 1071, and incremental updates against recomputation. */
#include "wire_test_bytes.h"
#include "wire_csum.h"
#include "wire_ip.h"

/* One octet pair at a time, in host arithmetic. */
static uint16_t reference(struct base_span bytes)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < bytes.len; i++)
        sum += i % 2 ? bytes.ptr[i] : (uint32_t)bytes.ptr[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return wire_be16((uint16_t)~sum);
}

static void fill(uint8_t *bytes, size_t len, uint32_t seed)
{
    for (size_t i = 0; i < len; i++) {
        seed = seed * 1664525 + 1013904223;
        bytes[i] = (uint8_t)(seed >> 24);
    }
}

static void the_example_of_rfc_1071_sums_up(void **state)
{
    const struct base_span bytes = BYTES(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
    assert_int_equal(wire_csum(bytes), wire_be16((uint16_t)~0xddf2));
}

static void every_length_and_alignment_equals_the_reference(void **state)
{
    for (size_t len = 0; len < 130; len++) {
        for (size_t offset = 0; offset < 4; offset++) {
            uint8_t *bytes = malloc(offset + len);
            fill(bytes, offset + len, (uint32_t)(len * 31 + offset));
            const struct base_span span = base_span(bytes + offset, len);
            assert_int_equal(wire_csum(span), reference(span));
            free(bytes);
        }
    }
}

static void carries_of_all_ones_are_folded(void **state)
{
    static uint8_t ones[65535];
    memset(ones, 0xff, sizeof ones);
    assert_int_equal(wire_csum(base_span(ones, sizeof ones)), reference(base_span(ones, sizeof ones)));
    assert_int_equal(wire_csum(base_span(ones, 65534)), 0);
}

static void data_with_its_own_checksum_sums_to_zero(void **state)
{
    uint8_t bytes[20];
    fill(bytes, sizeof bytes, 7);
    bytes[10] = bytes[11] = 0;
    const uint16_t csum = wire_csum(base_span(bytes, sizeof bytes));
    memcpy(bytes + 10, &csum, sizeof csum);
    assert_int_equal(wire_csum(base_span(bytes, sizeof bytes)), 0);
}

/* Zero and all ones are the same number in ones' complement. */
static bool is_same_csum(uint16_t a, uint16_t b)
{
    return a % 0xffff == b % 0xffff;
}

static void incremental_updates_equal_recomputation(void **state)
{
    for (uint32_t seed = 0; seed < 2000; seed++) {
        uint8_t bytes[40], before[16];
        fill(bytes, sizeof bytes, seed);
        const uint16_t csum = wire_csum(base_span(bytes, sizeof bytes));
        memcpy(before, bytes + 8, 16);
        fill(bytes + 8, 16, ~seed);
        uint16_t pieces = csum;
        for (size_t i = 0; i < 16; i += 2) {
            uint16_t old_word, new_word;
            memcpy(&old_word, before + i, 2);
            memcpy(&new_word, bytes + 8 + i, 2);
            pieces = wire_csum_update16(pieces, old_word, new_word);
        }
        const uint16_t fresh = reference(base_span(bytes, sizeof bytes));
        assert_true(is_same_csum(pieces, fresh));
    }
}

static void the_example_of_rfc_1624_updates_to_zero(void **state)
{
    /* HC = 0xdd2f, m = 0x5555, m' = 0x3285 gives 0x0000. */
    assert_int_equal(wire_csum_update16(wire_be16(0xdd2f), wire_be16(0x5555), wire_be16(0x3285)), 0);
}

static void pseudo_headers_equal_their_bytes(void **state)
{
    const struct base_span four = BYTES(192, 0, 2, 1, 198, 51, 100, 2, 0, 17, 0, 30);
    uint32_t src, dst;
    memcpy(&src, four.ptr, 4);
    memcpy(&dst, four.ptr + 4, 4);
    assert_int_equal(wire_csum_fold(wire_csum_pseudo4(src, dst, 17, 30)), reference(four));
    uint8_t six[40] = {[32] = 0, [33] = 1, [34] = 2, [35] = 3, [39] = 58};
    fill(six, 32, 3);
    assert_int_equal(wire_csum_fold(wire_csum_pseudo6(six, six + 16, 58, 0x010203)),
                     reference(base_span(six, 40)));
    /* and as a packet has its addresses */
    uint8_t ip[WIRE_IP6_BYTES] = {0};
    memcpy(ip + WIRE_IP4_AT_SRC, four.ptr, 8);
    assert_true(wire_ip_pseudo(ip, false, 17, 30) == wire_csum_pseudo4(src, dst, 17, 30));
    memcpy(ip + WIRE_IP6_AT_SRC, six, 32);
    assert_true(wire_ip_pseudo(ip, true, 58, 0x010203) == wire_csum_pseudo6(six, six + 16, 58, 0x010203));
}

static void a_udp_checksum_of_zero_is_sent_as_ones(void **state)
{
    assert_int_equal(wire_csum_udp(0), 0xffff);
    assert_int_equal(wire_csum_udp(0x1234), 0x1234);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_rfc_1071_sums_up),
        cmocka_unit_test(every_length_and_alignment_equals_the_reference),
        cmocka_unit_test(carries_of_all_ones_are_folded),
        cmocka_unit_test(data_with_its_own_checksum_sums_to_zero),
        cmocka_unit_test(incremental_updates_equal_recomputation),
        cmocka_unit_test(the_example_of_rfc_1624_updates_to_zero),
        cmocka_unit_test(pseudo_headers_equal_their_bytes),
        cmocka_unit_test(a_udp_checksum_of_zero_is_sent_as_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
